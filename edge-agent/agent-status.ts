import { hostname } from 'node:os'
import type { OutboxLimits, WhenFull } from './outbox/limits.ts'
import { type OutboxReport, reportOutbox } from './outbox/outbox-report.ts'
import type { Rejection } from './outbox/records.ts'
import { readSettings } from './settings.ts'
import { type Enrolment, IdentityStore } from './uplink/identity.ts'
import type { UplinkStatus } from './uplink/uplink.ts'
import { AGENT_VERSION } from './version.ts'

/** What `status` and `GET /v1/status` show. Snake case: it is JSON for people and their tools. */
export interface AgentStatus {
  readonly agent_version: string
  readonly host: string
  readonly running: boolean
  readonly enrolment: {
    readonly server: string
    readonly device_id: string
    readonly tenant_id: string
  } | null
  readonly boot_epoch: number | null
  readonly waiting: number
  /** Of `max_bytes`; the text of the waiting sales and what their rows cost. */
  readonly waiting_bytes: number
  readonly max_bytes: number
  readonly when_full: WhenFull
  readonly oldest_waiting_since: string | null
  /** Given up by a full outbox, and since when. */
  readonly dropped: number
  readonly dropped_since: string | null
  readonly rejected: number
  /** Rejections that made room for newer ones. */
  readonly forgotten: number
  readonly newest_rejections: ReadonlyArray<Omit<Rejection, 'raw'> & { readonly raw: string }>
  /** Only from the running agent. */
  readonly uplink: UplinkStatus | null
}

/** The status of the agent whose home this is, running or not. */
export function readStatus(home: string): AgentStatus {
  const { max_bytes, when_full } = readSettings(home)
  const limits = { maxBytes: max_bytes, whenFull: when_full }
  return describe(reportOutbox(home), limits, readEnrolment(home), null)
}

/** One that cannot be read counts as none; `run` says why. */
function readEnrolment(home: string): Enrolment | undefined {
  try {
    return new IdentityStore(home).read()
  } catch {
    return undefined
  }
}

export function describe(
  report: OutboxReport,
  limits: Pick<OutboxLimits, 'maxBytes' | 'whenFull'>,
  enrolment: Enrolment | undefined,
  uplink: UplinkStatus | null,
): AgentStatus {
  return {
    agent_version: AGENT_VERSION,
    host: hostname(),
    running: report.running,
    enrolment: enrolment
      ? { server: enrolment.server, device_id: enrolment.device_id, tenant_id: enrolment.tenant_id }
      : null,
    boot_epoch: report.bootEpoch,
    waiting: report.waiting,
    waiting_bytes: report.waiting_bytes,
    max_bytes: limits.maxBytes,
    when_full: limits.whenFull,
    oldest_waiting_since: report.oldestRecordedAt,
    dropped: report.dropped,
    dropped_since: report.dropped_since,
    rejected: report.rejected,
    forgotten: report.forgotten,
    newest_rejections: report.rejections.map(rejection => ({ ...rejection, raw: excerpt(rejection.raw) })),
    uplink,
  }
}

/** The whole text stays in the outbox; this is enough to recognise it. */
function excerpt(raw: Uint8Array): string {
  const text = new TextDecoder().decode(raw.subarray(0, 240))
  return raw.length > 240 ? `${text}…` : text
}
