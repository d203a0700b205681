import { z } from 'zod'
import type { MachineClock } from '../machine-clock.ts'
import type { OutboxStatements } from './statements.ts'

/** When a sale entered the outbox: by the device's clock, and how wrong that was, or what is needed to tell it later. */
export interface Stamp {
  /** ISO 8601 in UTC. */
  readonly recordedAt: string
  readonly offsetMs: number | null
  readonly boot: number | null
  readonly monotonicMs: number | null
}

const bootRow = z.object({ boot: z.number(), server_ahead_ms: z.number().nullable() })

/** So many boots back an offset can still be learnt. */
const BOOTS_KEPT = 1_000

/**
 * Stamps sales.
 *
 * INVARIANTS
 * - A stamp never decides the order: that is `(boot_epoch, seq)`.
 * - A sale of a boot in which the server was never heard before it keeps the monotonic time; when the server is heard later in the same
 *   boot, the offset at that time follows from it, also after the wall clock was set.
 */
export class SaleClock {
  readonly #statements: OutboxStatements
  readonly #machine: MachineClock
  readonly #boot: number
  #serverAhead: number | null

  constructor(statements: OutboxStatements, machine: MachineClock) {
    this.#statements = statements
    this.#machine = machine
    const { boot, server_ahead_ms } = bootRow.parse(statements.enterBoot.get(machine.bootId))
    this.#boot = boot
    this.#serverAhead = server_ahead_ms
    statements.forgetBoots.run(boot - BOOTS_KEPT)
  }

  get serverAheadMs(): number | null {
    return this.#serverAhead
  }

  stamp(): Stamp {
    const wall = this.#machine.now()
    const recordedAt = new Date(wall).toISOString()
    const monotonicMs = Math.round(this.#machine.monotonicMs())
    if (this.#serverAhead === null) return { recordedAt, offsetMs: null, boot: this.#boot, monotonicMs }
    const offsetMs = Math.round(wall - (this.#serverAhead + monotonicMs))
    return { recordedAt, offsetMs, boot: null, monotonicMs: null }
  }

  /** Inside a transaction. */
  note(serverAheadMs: number): void {
    this.#statements.setServerAhead.run(serverAheadMs, this.#boot)
    this.#serverAhead = serverAheadMs
  }
}
