import { MAX_BATCH_BYTES } from '../../app/contracts/device.ts'
import type { DeviceId, TenantId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import { FairGate, type GateLimits, type Lane } from './fair-gate.ts'

interface Sender {
  readonly tenantId: TenantId
  readonly deviceId: DeviceId
}

/** How much ingestion takes on at once. */
export interface IngestionLimits {
  /** Bodies that are read or wait, compressed. */
  readonly reading: GateLimits
  /** Batches that are inflated, judged and written; `bytes` are inflated ones. */
  readonly storing: GateLimits
  /** Batches a second of one device, over any longer while. */
  readonly batchesPerSecond: number
}

const MIB = 1 << 20

/**
 * Of 24 MiB inflated about six times as much is in memory while it is judged and written; with 48 MiB of bodies and a server at rest that
 * stays below 512 MiB. An agent sends one batch at a time and waits a minute for its answer.
 */
export const INGESTION_LIMITS: IngestionLimits = {
  reading: {
    places: 512,
    bytes: 48 * MIB,
    tenantBytes: 32 * MIB,
    perDevice: 4,
    tenantWaiting: 512,
    waiting: 2_048,
    patienceMs: 20_000,
  },
  storing: {
    places: 4,
    bytes: 24 * MIB,
    tenantBytes: 24 * MIB,
    perDevice: 4,
    tenantWaiting: 512,
    waiting: 2_048,
    patienceMs: 20_000,
  },
  batchesPerSecond: 50,
}

/**
 * The two doors that a batch passes: a body is only read when there is room for it, and it is only inflated when few others are under way.
 * A slow sender holds a place at the first, never at the second.
 */
export class Admission {
  readonly reading: FairGate
  readonly storing: FairGate
  readonly #perSecond: number
  readonly #allowances = new Map<string, Allowance>()

  constructor({ reading, storing, batchesPerSecond }: IngestionLimits) {
    this.reading = new FairGate(reading)
    this.storing = new FairGate(storing)
    this.#perSecond = batchesPerSecond
  }

  /**
   * Before the body is read. `contentLength` is the sender's word; without it the largest body is assumed.
   *
   * @throws ScoutError `rate_limited`, `overloaded`, both with `retry_after_s`
   */
  async toRead(device: Sender, contentLength: number | undefined): Promise<() => void> {
    this.#countBatch(device.deviceId)
    return this.reading.enter(laneOf(device), contentLength ?? MAX_BATCH_BYTES)
  }

  /** Before a batch is inflated to so many bytes. @throws ScoutError `overloaded` */
  async toStore(device: Sender, bytes: number): Promise<() => void> {
    return this.storing.enter(laneOf(device), bytes)
  }

  /** A bucket that holds one second's batches and fills at their rate. */
  #countBatch(deviceId: string): void {
    const now = performance.now()
    if (this.#allowances.size > MOST_ALLOWANCES) this.#forgetFull(now)
    const { left, at } = this.#allowances.get(deviceId) ?? { left: this.#perSecond, at: now }
    const filled = Math.min(this.#perSecond, left + ((now - at) / 1000) * this.#perSecond)
    if (filled < 1) {
      throw new ScoutError('rate_limited', {
        message: `A device may send ${this.#perSecond} batches a second. Send larger ones, and wait for the time in Retry-After.`,
        details: { retry_after_s: 1 },
      })
    }
    this.#allowances.set(deviceId, { left: filled - 1, at: now })
  }

  #forgetFull(now: number): void {
    for (const [device, { at }] of this.#allowances) if (now - at > 1000) this.#allowances.delete(device)
  }
}

interface Allowance {
  readonly left: number
  /** Of the monotonic clock. */
  readonly at: number
}

const MOST_ALLOWANCES = 10_000

function laneOf({ tenantId, deviceId }: Sender): Lane {
  return { tenant: tenantId, device: deviceId }
}
