import { ScoutError } from '../../app/errors.ts'

/** Who waits: turns go round among tenants, and among the devices of a tenant. */
export interface Lane {
  readonly tenant: string
  readonly device: string
}

export interface GateLimits {
  /** How many are inside at once. */
  readonly places: number
  /** How many bytes those inside hold together; one alone may hold more. */
  readonly bytes: number
  /** How many bytes those of one tenant hold together. */
  readonly tenantBytes: number
  /** How many of one device are inside or wait. */
  readonly perDevice: number
  /** How many of one tenant wait. */
  readonly tenantWaiting: number
  readonly waiting: number
  /** Who has waited so long is sent away. */
  readonly patienceMs: number
}

interface Waiter {
  readonly lane: Lane
  readonly bytes: number
  readonly patience: NodeJS.Timeout
  readonly admit: () => void
}

/**
 * Lets in as many as there is room for, in turns that no tenant and no device of a tenant can take from another.
 *
 * INVARIANTS
 *  1. What is inside keeps to `places`, `bytes` and `tenantBytes`.
 *  2. A lane with one waiter waits for at most one entry of each other device of its tenant, and of each other tenant.
 *  3. Whoever does not fit in the queue is told at once, with a time after which it makes sense to come again.
 */
export class FairGate {
  readonly #limits: GateLimits
  /** By tenant, then device; the order of both maps is the order of turns. */
  readonly #queues = new Map<string, Map<string, Waiter[]>>()
  readonly #bytesOf = new Map<string, number>()
  readonly #entriesOf = new Map<string, number>()
  #inside = 0
  #bytes = 0
  #waiting = 0
  /** How long an entry stays, ms: a moving mean. */
  #stayMs = 100

  constructor(limits: GateLimits) {
    this.#limits = limits
  }

  get inside(): number {
    return this.#inside
  }

  get heldBytes(): number {
    return this.#bytes
  }

  get waiting(): number {
    return this.#waiting
  }

  /**
   * Waits for room. @returns what leaves again; it may be called more than once.
   * @throws ScoutError `overloaded` when there is no room in the queue either, or none came up in time; its details have `retry_after_s`.
   */
  async enter(lane: Lane, bytes: number): Promise<() => void> {
    const device = keyOf(lane)
    const entries = this.#entriesOf.get(device) ?? 0
    const queued = this.#queues.get(lane.tenant)
    const ofTenant =
      queued === undefined ? 0 : [...queued.values()].reduce((sum, list) => sum + list.length, 0)
    const { perDevice, tenantWaiting, waiting } = this.#limits
    if (entries >= perDevice || ofTenant >= tenantWaiting || this.#waiting >= waiting)
      throw this.#overloaded()
    this.#entriesOf.set(device, entries + 1)
    try {
      await this.#turn(lane, bytes)
    } catch (error) {
      this.#forget(device)
      throw error
    }
    const entered = performance.now()
    let left = false
    return () => {
      if (left) return
      left = true
      this.#stayMs += (performance.now() - entered - this.#stayMs) / 16
      this.#forget(device)
      this.#hold(lane.tenant, -bytes)
      this.#inside -= 1
      this.#admitNext()
    }
  }

  #turn(lane: Lane, bytes: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        lane,
        bytes,
        admit: () => {
          clearTimeout(waiter.patience)
          resolve()
        },
        patience: setTimeout(() => {
          this.#remove(waiter)
          reject(this.#overloaded())
        }, this.#limits.patienceMs),
      }
      const devices = this.#queues.get(lane.tenant) ?? new Map<string, Waiter[]>()
      const list = devices.get(lane.device) ?? []
      list.push(waiter)
      devices.set(lane.device, list)
      this.#queues.set(lane.tenant, devices)
      this.#waiting += 1
      this.#admitNext()
    })
  }

  #admitNext(): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const { lane, bytes } = next
      this.#remove(next)
      this.#toTheEnd(lane)
      this.#inside += 1
      this.#hold(lane.tenant, bytes)
      next.admit()
    }
  }

  /** Whose turn it is, if there is room for him. A tenant that holds its share already is passed over. */
  #next(): Waiter | undefined {
    if (this.#inside >= this.#limits.places) return undefined
    for (const [tenant, devices] of this.#queues) {
      const [list] = devices.values()
      const waiter = list?.[0]
      if (waiter === undefined) continue
      const held = this.#bytesOf.get(tenant) ?? 0
      if (held > 0 && held + waiter.bytes > this.#limits.tenantBytes) continue
      const fits = this.#inside === 0 || this.#bytes + waiter.bytes <= this.#limits.bytes
      // A large one is waited for: smaller ones would pass it for ever.
      return fits ? waiter : undefined
    }
    return undefined
  }

  #remove(waiter: Waiter): void {
    const { tenant, device } = waiter.lane
    const devices = this.#queues.get(tenant)
    const list = devices?.get(device)
    if (devices === undefined || list === undefined) return
    list.splice(list.indexOf(waiter), 1)
    this.#waiting -= 1
    if (list.length === 0) devices.delete(device)
    if (devices.size === 0) this.#queues.delete(tenant)
  }

  #toTheEnd({ tenant, device }: Lane): void {
    const devices = this.#queues.get(tenant)
    if (devices === undefined) return
    const list = devices.get(device)
    if (list !== undefined) {
      devices.delete(device)
      devices.set(device, list)
    }
    this.#queues.delete(tenant)
    this.#queues.set(tenant, devices)
  }

  #hold(tenant: string, bytes: number): void {
    this.#bytes += bytes
    const held = (this.#bytesOf.get(tenant) ?? 0) + bytes
    if (held === 0) this.#bytesOf.delete(tenant)
    else this.#bytesOf.set(tenant, held)
  }

  #forget(device: string): void {
    const entries = (this.#entriesOf.get(device) ?? 1) - 1
    if (entries === 0) this.#entriesOf.delete(device)
    else this.#entriesOf.set(device, entries)
  }

  #overloaded(): ScoutError {
    const seconds = Math.ceil((this.#stayMs * (this.#waiting + 1)) / this.#limits.places / 1000)
    return new ScoutError('overloaded', {
      details: { retry_after_s: Math.min(LONGEST_RETRY_S, Math.max(1, seconds)) },
    })
  }
}

const LONGEST_RETRY_S = 30

function keyOf({ tenant, device }: Lane): string {
  return `${tenant}/${device}`
}
