import { type Day, dayFromIso } from '../../app/domain/time.ts'
import { dayFactor } from './calendar.ts'
import type { Counter } from './counter.ts'
import { lateness } from './flaws.ts'
import { cleanMessage, type Message, messagesOf } from './hand-over.ts'
import { type Incident, incidentFactor } from './incidents.ts'
import type { SimulationSettings } from './settings.ts'
import { isOpen } from './stores.ts'

const DAY_MS = 86_400_000

/** How much is sold each day, compared with the mean of the days: 1 in the mean. */
export function dayShares({ from, days }: SimulationSettings): Map<Day, number> {
  const first = dayFromIso(from)
  const factors = Array.from({ length: days }, (_, i) => [first + i, dayFactor(first + i)] as const)
  const mean = factors.reduce((sum, [, factor]) => sum + factor, 0) / days
  return new Map(factors.map(([day, factor]) => [day, factor / mean]))
}

/**
 * What a device hands over, a day's messages at a time, in the order in which it does. In memory are one day and what is late or will be
 * corrected, whatever the number of days.
 */
export function* messagesByDay(
  counters: readonly Counter[],
  incidents: readonly Incident[],
  shares: ReadonlyMap<Day, number>,
  settings: SimulationSettings,
): Generator<readonly Message[]> {
  const { seed, salesPerDay, clean } = settings
  const endMs = (dayFromIso(settings.from) + settings.days) * DAY_MS
  const waiting = new Map<Day, Message[]>()
  const put = (message: Message) => {
    const day = Math.floor(message.atMs / DAY_MS)
    const others = waiting.get(day)
    if (others === undefined) waiting.set(day, [message])
    else others.push(message)
  }
  const take = (day: Day): Message[] => {
    const due = waiting.get(day) ?? []
    waiting.delete(day)
    return due.sort((a, b) => a.atMs - b.atMs)
  }
  for (const [day, share] of shares) {
    for (const counter of counters) {
      const { store } = counter
      if (!isOpen(store, day)) continue
      const expected = salesPerDay * store.weight * share * incidentFactor(incidents, store, day)
      const lateMs = clean ? 0 : lateness(seed, store.id, day) * DAY_MS
      for (const sale of counter.salesOf(day, expected)) {
        if (clean) put(cleanMessage(sale, seed, lateMs))
        else for (const message of messagesOf(sale, seed, lateMs, endMs)) put(message)
      }
    }
    yield take(day)
  }
  for (const day of [...waiting.keys()].sort((a, b) => a - b)) yield take(day)
}
