import { randomUUID } from 'node:crypto'
import { readFileIfThere } from './durable-file.ts'

/**
 * The two clocks of this machine. The wall clock jumps: a Pi has no clock battery, and NTP sets it minutes after boot. The monotonic clock
 * only counts from the boot on, so it is worth something together with the boot that it counts from.
 */
export interface MachineClock {
  /** Names the running boot. */
  readonly bootId: string
  /** Milliseconds since 1970, as the machine believes. */
  now(): number
  /** Milliseconds since some moment of this boot. */
  monotonicMs(): number
}

/** Where the system names no boot, each process counts as one. */
export function machineClock(): MachineClock {
  const bootId = readFileIfThere('/proc/sys/kernel/random/boot_id')?.trim() || randomUUID()
  return { bootId, now: Date.now, monotonicMs: () => Number(process.hrtime.bigint()) / 1e6 }
}
