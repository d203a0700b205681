import type { KeyboardEvent } from 'react'
import { clampRange, type DayRange } from '../../../app/domain/time.ts'
import { dayText } from '../../format/time.ts'
import { useSelection } from '../../state/selection-store.ts'
import { shifted } from './brush.ts'
import { type DayScale, dayX } from './scale.ts'

const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageDown: -30,
  PageUp: 30,
}

/** The brush by keyboard: first day, last day, and the period as a whole. Arrows move a day, with Shift a week. */
export function RangeHandles({
  bounds,
  range,
  scale,
}: {
  bounds: DayRange
  range: DayRange
  scale: DayScale
}) {
  const ask = useSelection(state => state.ask)
  const take = (next: DayRange) => ask({ period: { kind: 'between', ...next } })
  const step = (event: KeyboardEvent, move: (days: number) => DayRange) => {
    const days =
      event.key === 'Home'
        ? Number.NEGATIVE_INFINITY
        : event.key === 'End'
          ? Number.POSITIVE_INFINITY
          : STEPS[event.key]
    if (days === undefined) return
    event.preventDefault()
    take(move(event.shiftKey ? days * 7 : days))
  }
  const within = (day: number, low: number, high: number) => Math.min(high, Math.max(low, day))
  const handles = [
    {
      name: 'First day',
      day: range.from,
      x: dayX(scale, range.from),
      move: (days: number) => ({ from: within(range.from + days, bounds.from, range.to), to: range.to }),
    },
    {
      name: 'Period',
      day: range.from,
      x: (dayX(scale, range.from) + dayX(scale, range.to + 1)) / 2,
      move: (days: number) =>
        shifted(range, within(days, bounds.from - bounds.to, bounds.to - bounds.from), bounds),
    },
    {
      name: 'Last day',
      day: range.to,
      x: dayX(scale, range.to + 1),
      move: (days: number) =>
        clampRange({ from: range.from, to: within(range.to + days, range.from, bounds.to) }, bounds),
    },
  ]
  return (
    <>
      {handles.map(({ name, day, x, move }) => (
        <div
          key={name}
          className="range-handle"
          role="slider"
          tabIndex={0}
          aria-label={name}
          aria-valuemin={bounds.from}
          aria-valuemax={bounds.to}
          aria-valuenow={day}
          aria-valuetext={name === 'Period' ? `${dayText(range.from)} to ${dayText(range.to)}` : dayText(day)}
          style={{ left: x }}
          onKeyDown={event => step(event, move)}
        />
      ))}
    </>
  )
}
