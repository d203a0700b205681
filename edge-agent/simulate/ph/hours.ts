import type { PartOfDay } from './missions.ts'

/** How sales of a day spread over its 24 hours; ours: before work, at noon, after school, before supper. */
export const HOUR_WEIGHTS: readonly number[] = [
  2, 1, 0.5, 0.5, 2, 14, 34, 42, 38, 32, 34, 44, 46, 34, 34, 44, 48, 56, 60, 52, 40, 26, 12, 5,
]

export function partOfDay(hour: number): PartOfDay {
  if (hour < 6 || hour >= 22) return 'night'
  if (hour < 12) return 'morning'
  return hour < 18 ? 'afternoon' : 'evening'
}
