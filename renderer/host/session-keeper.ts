import { type LoginRequest, PATHS, type Profile, type Session, session } from '../../app/contracts/http.ts'
import type { AccessSource } from '../../app/contracts/worker.ts'
import { type Fetch, post } from './http.ts'

/** A token this close to its end is refreshed before it is used, milliseconds. */
const MARGIN_MS = 30_000

/**
 * Keeps the log-in: the access token in memory alone, the refresh token in a cookie that no script reads. However many
 * ask at once, one refresh is under way: the server rotates the refresh token and takes a second use for theft.
 */
export class SessionKeeper {
  private readonly fetchFrom: Fetch
  private readonly now: () => number
  private token: { readonly value: string; readonly expiresAt: number } | null = null
  private refreshing: Promise<Profile> | null = null

  constructor(fetchFrom: Fetch = (path, init) => fetch(path, init), now: () => number = Date.now) {
    this.fetchFrom = fetchFrom
    this.now = now
  }

  async logIn(credentials: LoginRequest): Promise<Profile> {
    return this.take(session.parse(await post(PATHS.login, credentials, this.fetchFrom)))
  }

  /** Throws `token_missing` or `session_revoked` when the log-in is over, `offline` when nobody answers. */
  refresh(): Promise<Profile> {
    this.refreshing ??= post(PATHS.refresh, undefined, this.fetchFrom)
      .then(answer => this.take(session.parse(answer)))
      .finally(() => {
        this.refreshing = null
      })
    return this.refreshing
  }

  /** Ends the session here at once, and on the server when it can be reached. */
  async logOut(): Promise<void> {
    this.token = null
    await post(PATHS.logout, undefined, this.fetchFrom)
  }

  /** The access token for workers: a valid one, or a new one when the old was refused. */
  readonly access: AccessSource = async ({ refresh }) => {
    if (refresh || this.token === null || this.token.expiresAt - MARGIN_MS <= this.now()) await this.refresh()
    return this.token?.value ?? ''
  }

  private take(fresh: Session): Profile {
    this.token = { value: fresh.access_token, expiresAt: this.now() + fresh.expires_in * 1000 }
    return fresh.profile
  }
}
