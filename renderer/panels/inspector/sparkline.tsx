import type { DailySeries } from '../../../app/contracts/worker.ts'
import type { DayRange } from '../../../app/domain/time.ts'
import { smoothed } from './smoothed.ts'

const WIDTH = 272
const HEIGHT = 44
const WINDOW_DAYS = 7

/** The place's days as a line of seven-day means; the period in question drawn strong. Its numbers are in the daily chart. */
export function Sparkline({ series, range }: { series: DailySeries; range: DayRange }) {
  const values = smoothed(series.values, WINDOW_DAYS)
  let top = 0
  for (const value of values) if (value > top) top = value
  const step = WIDTH / Math.max(1, values.length - 1)
  const points = Array.from(
    values,
    (value, i) => [i * step, HEIGHT - 2 - (top > 0 ? value / top : 0) * (HEIGHT - 6)] as const,
  )
  const path = (from: number, to: number) =>
    points
      .slice(Math.max(0, from), to + 1)
      .map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`)
      .join('')
  return (
    <figure className="sparkline">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
        <path className="sparkline-aside" d={path(0, values.length - 1)} />
        <path className="sparkline-line" d={path(range.from - series.from, range.to - series.from)} />
      </svg>
      <figcaption className="eyebrow">By day, means of {WINDOW_DAYS} days</figcaption>
    </figure>
  )
}
