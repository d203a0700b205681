import { CSRF_HEADER, errorBody } from '../../app/contracts/http.ts'
import { ScoutError } from '../../app/errors.ts'

/** `fetch`, so that tests can answer in its place. */
export type Fetch = (path: string, init: RequestInit) => Promise<Response>

/**
 * One JSON request to the sync server, on the page's own origin.
 *
 * @throws ScoutError the server's own code; `offline` when nothing answers (or what answers is not Scout).
 */
export async function post(path: string, body: unknown, fetchFrom: Fetch = fetch): Promise<unknown> {
  const init: RequestInit = {
    method: 'POST',
    credentials: 'same-origin',
    cache: 'no-store',
    headers: { [CSRF_HEADER]: '1', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
  }
  if (body !== undefined) init.body = JSON.stringify(body)
  const response = await fetchFrom(path, init).catch(cause => {
    throw new ScoutError('offline', { cause })
  })
  if (response.status === 204) return undefined
  const answer: unknown = await response.json().catch(cause => {
    throw new ScoutError('offline', { cause })
  })
  if (response.ok) return answer
  const refused = errorBody.safeParse(answer)
  if (!refused.success) throw new ScoutError('offline', { details: { status: response.status } })
  const { code, message, details } = refused.data
  throw new ScoutError(code, details === undefined ? { message } : { message, details })
}
