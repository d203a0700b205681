/** One measured number beside its yardstick, from the same run. */
export interface Measurement {
  readonly suite: string
  readonly name: string
  readonly value: number
  readonly unit: string
  /** What it is held against, in words. */
  readonly yardstick: string
  readonly yardstick_value: number
  /** Yardstick ÷ ours where ours must be so many times as fast; ours ÷ yardstick where it may be at most so much. */
  readonly ratio: number
  readonly target: number
  readonly ok: boolean
}

interface Measured {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly yardstick: string
  readonly yardstickValue: number
}

/** `small` shows in a minute or two that a bench works; only `full` is what the targets speak of. */
export const BENCH_SIZES = ['small', 'full'] as const
export type BenchSize = (typeof BENCH_SIZES)[number]

/** A suite is named on the command line: `npm run bench -- NAME`. */
export interface Suite {
  readonly name: string
  run(size: BenchSize): AsyncIterable<Measurement>
}

/** Ours must be at least `target` times as fast as the yardstick. */
export function timesAsFast(suite: string, measured: Measured, target: number): Measurement {
  const ratio = measured.yardstickValue / measured.value
  return measurement(suite, measured, ratio, target, ratio >= target)
}

/** Ours must reach at least the share `target` of the yardstick, where more is better. */
export function atLeastShare(suite: string, measured: Measured, target: number): Measurement {
  const ratio = measured.value / measured.yardstickValue
  return measurement(suite, measured, ratio, target, ratio >= target)
}

/** Ours may be at most `target` times the yardstick. */
export function atMost(suite: string, measured: Measured, target: number): Measurement {
  const ratio = measured.value / measured.yardstickValue
  return measurement(suite, measured, ratio, target, ratio <= target)
}

function measurement(
  suite: string,
  { name, value, unit, yardstick, yardstickValue }: Measured,
  ratio: number,
  target: number,
  ok: boolean,
): Measurement {
  return { suite, name, value, unit, yardstick, yardstick_value: yardstickValue, ratio, target, ok }
}

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b)
  const half = sorted.length >> 1
  const upper = sorted[half] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? Number.NaN)) / 2
}
