import type { TenantId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { JobQueue } from './job-queue.ts'

export interface TimetableOptions {
  readonly jobs: Pick<JobQueue, 'scheduleTransform' | 'publish'>
  readonly tenants: () => Promise<readonly TenantId[]>
  /** So long after data changed they are published, and so at most that often; null leaves it to people. */
  readonly publishEveryMs: number | null
  /** How often to look whether something is due by its schedule. */
  readonly lookEveryMs?: number
  readonly onError: (error: unknown) => void
}

/** What a server does by the clock and nobody asks for. */
export interface Timetable {
  /** A transform of the tenant wrote something. */
  dataChanged(tenant: TenantId): void
  close(): void
}

/** A relation may be redone hourly: looking six times as often makes it late by ten minutes at most. */
const LOOK_EVERY_MS = 10 * 60_000
const PUBLISH_NOTE = 'Published by schedule.'

export function startTimetable(options: TimetableOptions): Timetable {
  const { jobs, tenants, publishEveryMs, onError } = options
  const waiting = new Map<TenantId, NodeJS.Timeout>()
  let closed = false

  /** A transform looks by itself what is due, and does nothing where nothing is. */
  async function look(): Promise<void> {
    for (const tenant of await tenants()) jobs.scheduleTransform(tenant)
  }

  async function publish(tenant: TenantId): Promise<void> {
    waiting.delete(tenant)
    try {
      await jobs.publish(tenant, { note: PUBLISH_NOTE, publishedBy: null })
    } catch (error) {
      // Somebody publishes at this moment, perhaps without the newest rows: then once more later.
      if (error instanceof ScoutError && error.code === 'busy') dataChanged(tenant)
      else onError(error)
    }
  }

  function dataChanged(tenant: TenantId): void {
    if (closed || publishEveryMs === null || waiting.has(tenant)) return
    waiting.set(tenant, setTimeout(publish, publishEveryMs, tenant))
  }

  const looking = setInterval(() => look().catch(onError), options.lookEveryMs ?? LOOK_EVERY_MS)
  return {
    dataChanged,
    close() {
      closed = true
      clearInterval(looking)
      for (const timer of waiting.values()) clearTimeout(timer)
      waiting.clear()
    },
  }
}
