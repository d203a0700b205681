import type { DeviceKey } from './device-key.ts'
import type { Identity, IdentityStore } from './identity.ts'

/**
 * The keys of this device, of which one signs.
 *
 * INVARIANTS
 * - What the server's answer may have been decides nothing; what it says does: a key is given up only when the server does not know it.
 */
export class KeyRing {
  readonly #store: IdentityStore
  #identity: Identity

  constructor(store: IdentityStore, identity: Identity) {
    this.#store = store
    this.#identity = identity
  }

  get identity(): Identity {
    return this.#identity
  }

  get key(): DeviceKey {
    return this.#identity.deviceKey
  }

  /** Server time at which the present key was taken up. */
  get keySince(): Date {
    return new Date(this.#identity.key_since ?? this.#identity.enrolled_at)
  }

  nextKey(): DeviceKey {
    return this.#store.nextKey()
  }

  /** The server has heard of the next key: from now on only that one signs. */
  adoptNext(since: Date): void {
    this.#identity = this.#store.adoptNext(since)
  }

  /** The server took something signed with the present key. */
  taken(): void {
    if (this.#identity.previous_key !== undefined) this.#identity = this.#store.forgetPrevious()
  }

  /**
   * The server does not know the present key, or its overlap is over. True when there is another one to try: the one before, where the
   * server never heard of the present one; the next one, where its answer was missed and the overlap has ended since.
   */
  refused(now: Date): boolean {
    if (this.#identity.previous_key !== undefined) this.#identity = this.#store.goBack()
    else if (this.#store.hasNext) this.adoptNext(now)
    else return false
    return true
  }
}
