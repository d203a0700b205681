import type { AgentStatus } from '../agent-status.ts'

/** The status as a person reads it. */
export function statusText(status: AgentStatus): string {
  const { enrolment, waiting, oldest_waiting_since: since, rejected } = status
  return [
    `agent      ${status.agent_version}, ${status.running ? 'running' : 'not running'}`,
    `enrolled   ${enrolment ? `${enrolment.device_id} of ${enrolment.tenant_id} at ${enrolment.server}` : 'no: run `edge-agent enrol`'}`,
    `outbox     ${status.boot_epoch === null ? 'none yet' : `boot epoch ${status.boot_epoch}`}`,
    `waiting    ${waiting}${since === null ? '' : `, the oldest since ${since}`}`,
    `rejected   ${rejected}`,
    ...status.newest_rejections.map(({ source, line, code, message, raw }) => {
      const place = line === null ? source : `${source}:${line}`
      return `  ${place}  ${code}: ${message}\n    ${raw.replaceAll(/\s+/g, ' ')}`
    }),
  ].join('\n')
}
