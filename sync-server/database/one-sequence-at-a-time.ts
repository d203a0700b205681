import type { PGlite } from '@electric-sql/pglite'

const TYPE = {
  bind: 0x42,
  close: 0x43,
  describe: 0x44,
  execute: 0x45,
  flush: 0x48,
  parse: 0x50,
} as const
const OPENS: ReadonlySet<number> = new Set(Object.values(TYPE))
const SYNC = Uint8Array.of(0x53, 0, 0, 0, 4)

/**
 * The socket server passes protocol messages of its connections on one by one, and lets them take turns whenever the engine is outside a
 * transaction. Between the Parse and the Sync of one query that is wrong: another connection's Parse would replace the unnamed statement
 * that the first one is about to bind. Here the engine also counts as busy inside such a sequence, so that its connection keeps it.
 *
 * @param onCrash called once when the engine throws; it is not usable afterwards.
 */
export function oneSequenceAtATime(engine: PGlite, onCrash: (error: unknown) => void): PGlite {
  let open = false
  const overrides: Pick<PGlite, 'isInTransaction' | 'execProtocolRawStream' | 'exec'> = {
    isInTransaction: () => open || engine.isInTransaction(),
    async execProtocolRawStream(message, options) {
      open = OPENS.has(message[0] ?? 0)
      try {
        await engine.execProtocolRawStream(message, options)
      } catch (error) {
        onCrash(error)
        throw error
      }
    },
    // The server rolls back for a connection that is gone: end its sequence first, or the engine waits for the Sync.
    async exec(sql, options) {
      if (open) {
        open = false
        await engine.execProtocolRawStream(SYNC, { onRawData: () => undefined })
      }
      return engine.exec(sql, options)
    },
  }
  return new Proxy(engine, {
    get(target, property) {
      if (property in overrides) return Reflect.get(overrides, property)
      const value = Reflect.get(target, property, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
