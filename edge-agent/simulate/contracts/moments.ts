import { UTC_OFFSET_MINUTES } from '../ph/clock.ts'

const OFFSET_MS = UTC_OFFSET_MINUTES * 60_000

/** `2025-09-01T07:15:00`: by the clock on the wall, as a till prints it. */
export function localMoment(localMs: number): string {
  return new Date(localMs).toISOString().slice(0, 19)
}

/** `2025-09-01T07:15:00+08:00` */
export function zonedMoment(localMs: number): string {
  const hours = String(UTC_OFFSET_MINUTES / 60).padStart(2, '0')
  return `${localMoment(localMs)}+${hours}:00`
}

/** `2025-08-31T23:15:00Z` */
export function utcMoment(localMs: number): string {
  return `${localMoment(localMs - OFFSET_MS)}Z`
}
