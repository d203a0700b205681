/** The desktop application is not loaded from its server, so it has to be told. */
export function ServerField({ current }: { current: string | null }) {
  return (
    <div className="field">
      <label htmlFor="server">Sync server</label>
      <input
        key={current}
        id="server"
        name="server"
        type="url"
        required
        placeholder="https://scout.example.com"
        defaultValue={current ?? ''}
      />
    </div>
  )
}
