import type { LoginRequest, Profile } from '../../app/contracts/http.ts'
import type { Progress } from '../../app/contracts/long-work.ts'
import type { CubeStage, LocalState } from '../../app/contracts/worker.ts'
import { asScoutError, type ScoutError, toWireError } from '../../app/errors.ts'
import type { Host } from '../host/host.ts'
import type { SessionKeeper } from '../host/session-keeper.ts'
import { useData } from '../state/data-store.ts'
import { useSession } from '../state/session-store.ts'
import { Answering } from './answering.ts'
import type { DataPlane } from './workers.ts'

/** How often a newer version is looked for while the application is open and connected, milliseconds. */
const SYNC_EVERY_MS = 3 * 60_000

/**
 * The order of things: what is on this laptop is shown first and without asking anybody; who one is and what is newer come
 * after it, in the background. Whatever fails there leaves what is shown as it is.
 */
export class Desk {
  readonly plane: DataPlane
  readonly host: Host
  private readonly keeper: SessionKeeper
  private readonly answering: Answering
  private loadedSequence: number | null = null
  private cancelling: AbortController | null = null

  constructor(plane: DataPlane, host: Host, keeper: SessionKeeper) {
    this.plane = plane
    this.host = host
    this.keeper = keeper
    this.answering = new Answering(plane.cube)
    this.answering.follow()
  }

  async open(): Promise<void> {
    try {
      const local = await this.plane.sync.open()
      const opened = await this.enter(local)
      if (!opened && local.profile !== null && !local.expired) useSession.setState({ stage: 'filling' })
      if (!opened && (local.profile === null || local.expired)) return await this.resumeSession(local)
      await this.refreshInBackground()
    } catch (error) {
      this.fail(asScoutError(error))
    }
  }

  /** With a person's e-mail and password; the first log-in on this laptop stops at the root of trust. */
  async logIn(credentials: LoginRequest): Promise<void> {
    const profile = await this.keeper.logIn(credentials)
    const { profile: known } = await this.plane.sync.open()
    useSession.setState({ signedIn: true, online: true, reason: null })
    if (known === null) useSession.setState({ stage: 'trust', profile })
    else await this.adopt(profile)
  }

  /** The person has compared the fingerprint, or chose to believe it. */
  async trust(): Promise<void> {
    const { profile } = useSession.getState()
    if (profile !== null) await this.adopt(profile)
  }

  async logOut(): Promise<void> {
    this.cancelSync()
    // Without a connection the server forgets the session when the refresh token expires; this laptop forgets it now.
    await this.keeper.logOut().catch(() => undefined)
    await this.plane.sync.forget()
    this.clear()
    useSession.setState({ stage: 'login', profile: null, signedIn: false, reason: null })
  }

  cancelSync(): void {
    this.cancelling?.abort()
  }

  async sync(): Promise<void> {
    if (this.cancelling !== null) return
    const cancelling = new AbortController()
    this.cancelling = cancelling
    useData.setState({ syncing: { stage: 'metadata', done: 0 }, problem: null })
    try {
      const outcome = await this.plane.sync.sync(this.keeper.access, {
        signal: cancelling.signal,
        // A last report may come after the outcome, on a port of its own.
        onProgress: syncing => {
          if (this.cancelling === cancelling) useData.setState({ syncing })
        },
      })
      useSession.setState({ online: true, signedIn: true })
      useData.setState({ active: outcome.active })
      await this.load(outcome.active.sequence)
    } catch (error) {
      this.note(asScoutError(error))
    } finally {
      this.cancelling = null
      useData.setState({ syncing: null })
    }
  }

  /** Looks for news now and then, and when the network is back. */
  keepFresh(): () => void {
    const connected = () => {
      useSession.setState({ online: true })
      void this.refreshInBackground()
    }
    const disconnected = () => useSession.setState({ online: false })
    const timer = setInterval(() => {
      if (navigator.onLine && useSession.getState().stage === 'open') void this.sync()
    }, SYNC_EVERY_MS)
    window.addEventListener('online', connected)
    window.addEventListener('offline', disconnected)
    return () => {
      clearInterval(timer)
      window.removeEventListener('online', connected)
      window.removeEventListener('offline', disconnected)
    }
  }

  private async adopt(profile: Profile): Promise<void> {
    const before = useSession.getState().profile
    if (before !== null && !seesTheSame(before, profile)) this.clear()
    const local = await this.plane.sync.adopt(profile, this.keeper.access)
    useSession.setState({ profile: local.profile, signedIn: true, online: true })
    void keepStorage()
    if (!(await this.enter(local))) useSession.setState({ stage: 'filling' })
    await this.sync()
  }

  /** Nothing of what was shown stays: it may not be for the next person's eyes. */
  private clear(): void {
    this.loadedSequence = null
    useData.setState({ active: null, catalogue: null, cube: null, painted: null, daily: null, problem: null })
  }

  /** Shows what a local state holds, if it may be shown. */
  private async enter(local: LocalState): Promise<boolean> {
    const { profile, expired, active } = local
    if (profile === null || expired || active === null) {
      useSession.setState({ profile })
      return false
    }
    useSession.setState({ profile })
    useData.setState({ active })
    await this.load(active.sequence)
    return true
  }

  /** Nobody may look at what is here, but the browser may still hold a good refresh token. */
  private async resumeSession(local: LocalState): Promise<void> {
    try {
      const profile = await this.keeper.refresh()
      useSession.setState({ signedIn: true })
      if (local.profile === null) useSession.setState({ stage: 'trust', profile })
      else await this.adopt(profile)
    } catch {
      // No cookie, no server: either way the person logs in.
      useSession.setState({ stage: 'login', reason: local.expired ? 'profile_expired' : null })
    }
  }

  private async refreshInBackground(): Promise<void> {
    try {
      await this.adopt(await this.keeper.refresh())
    } catch (error) {
      this.note(asScoutError(error))
    }
  }

  /** Opens a version in the cube: places first, so that the land is there while the facts are decoded. */
  private async load(sequence: number): Promise<void> {
    if (this.loadedSequence === sequence) return
    this.loadedSequence = sequence
    const { cube } = this.plane
    let opening = true
    const onProgress = (loading: Progress<CubeStage>) => {
      if (opening) useData.setState({ loading })
    }
    const loading = cube.load({ onProgress }).finally(() => {
      opening = false
    })
    loading.catch(() => undefined)
    useData.setState({ catalogue: await cube.catalogue() })
    useSession.setState({ stage: 'open' })
    useData.setState({ cube: await loading, loading: null })
    this.answering.askAgain()
  }

  /** Something in the background went wrong: say it, keep what is open. */
  private note(error: ScoutError): void {
    if (error.code === 'cancelled') return
    if (error.code === 'offline') useSession.setState({ online: false })
    if (ENDED.has(error.code)) {
      // The server has answered, if only with no.
      useSession.setState({ signedIn: false, online: true })
      if (useData.getState().active === null) useSession.setState({ stage: 'login', reason: error.code })
      return
    }
    if (error.code !== 'offline' || useData.getState().active === null)
      useData.setState({ problem: toWireError(error) })
  }

  private fail(error: ScoutError): void {
    useData.setState({ problem: toWireError(error), loading: null })
    const denied = error.code === 'storage_denied'
    if (useSession.getState().stage === 'opening') useSession.setState({ stage: denied ? 'denied' : 'login' })
  }
}

function seesTheSame(a: Profile, b: Profile): boolean {
  return (
    a.user_id === b.user_id &&
    a.tenant_id === b.tenant_id &&
    JSON.stringify(a.regions) === JSON.stringify(b.regions)
  )
}

/** Codes that mean that the log-in is over. */
const ENDED: ReadonlySet<string> = new Set([
  'token_missing',
  'token_invalid',
  'token_expired',
  'session_revoked',
])

/** Asks the browser not to evict the store when the disk runs short. Only a window may ask; a refusal changes nothing. */
async function keepStorage(): Promise<void> {
  await navigator.storage?.persist?.().catch(() => false)
}
