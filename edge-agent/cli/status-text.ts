import type { AgentStatus } from '../agent-status.ts'
import { showBytes } from '../byte-size.ts'

/** The status as a person reads it. */
export function statusText(status: AgentStatus): string {
  const { enrolment, waiting, oldest_waiting_since: since, rejected } = status
  return [
    `agent      ${status.agent_version}, ${status.running ? 'running' : 'not running'}`,
    `enrolled   ${enrolment ? `${enrolment.device_id} of ${enrolment.tenant_id} at ${enrolment.server}` : 'no: run `edge-agent enrol`'}`,
    `outbox     ${status.boot_epoch === null ? 'none yet' : `boot epoch ${status.boot_epoch}`}`,
    `waiting    ${waiting}${since === null ? '' : `, the oldest since ${since}`}`,
    `room       ${showBytes(status.waiting_bytes)} of ${showBytes(status.max_bytes)}, when full: ${status.when_full}`,
    ...(status.dropped > 0 ? [`dropped    ${status.dropped} since ${status.dropped_since}`] : []),
    ...(status.uplink?.last_error ? [`trouble    ${status.uplink.last_error.message}`] : []),
    `rejected   ${rejected}${status.forgotten > 0 ? `, and ${status.forgotten} older ones that are gone` : ''}`,
    ...status.newest_rejections.map(({ source, line, code, message, raw }) => {
      const place = line === null ? source : `${source}:${line}`
      return `  ${place}  ${code}: ${message}\n    ${raw.replaceAll(/\s+/g, ' ')}`
    }),
  ].join('\n')
}
