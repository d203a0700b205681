import { create } from 'zustand'
import type { Profile } from '../../app/contracts/http.ts'
import type { ErrorCode } from '../../app/errors.ts'

/**
 * What stands on screen.
 * `opening` reading the store; `login` nobody, or no longer; `trust` first log-in, the root of trust is shown; `filling`
 * logged in and nothing here yet; `open` the map; `denied` the browser gives no storage.
 */
export type Stage = 'opening' | 'login' | 'trust' | 'filling' | 'open' | 'denied'

interface SessionState {
  readonly stage: Stage
  readonly profile: Profile | null
  /** Why the log-in is shown although somebody was logged in before. */
  readonly reason: ErrorCode | null
  /** False when the background log-in is over: what is here stays usable, syncing waits for a log-in. */
  readonly signedIn: boolean
  readonly online: boolean
}

export const useSession = create<SessionState>()(() => ({
  stage: 'opening',
  profile: null,
  reason: null,
  signedIn: false,
  online: navigator.onLine,
}))
