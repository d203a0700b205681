import { ERRORS } from '../../../app/errors.ts'

export function StorageDenied() {
  return (
    <>
      <h1>Scout cannot keep data here</h1>
      <p>{ERRORS.storage_denied.message}</p>
      <p className="soft">Nothing was stored and nothing was sent.</p>
      <button type="button" className="button primary" onClick={() => location.reload()}>
        Try again
      </button>
    </>
  )
}
