import type { DeviceSummary } from '../../app/contracts/device.ts'

const DAY_MS = 86_400_000

/** A device on one line, for people. */
export function deviceLine(device: DeviceSummary, now: Date): string {
  const { backlog, outbox_bytes, outbox_max_bytes, dropped_sales, dropped_since, clock_offset_ms } = device
  const held =
    outbox_bytes === null ? '' : `, ${mebibytes(outbox_bytes)} of ${mebibytes(outbox_max_bytes ?? 0)} MiB`
  const dropped =
    dropped_sales === 0
      ? 'none dropped'
      : `${dropped_sales} dropped since ${dropped_since ?? 'an unknown day'}`
  const keyDays = Math.floor((now.getTime() - Date.parse(device.key_since)) / DAY_MS)
  return [
    device.device_id,
    device.name,
    device.status,
    `heard ${device.last_contact_at ?? 'never'}`,
    `agent ${device.agent_version ?? 'unknown'}`,
    `${backlog ?? 0} waiting${held}`,
    dropped,
    clock_offset_ms === null ? 'clock not measured' : `clock ${clockError(clock_offset_ms)}`,
    `key ${keyDays} days old`,
  ].join('\t')
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1)
}

function clockError(ms: number): string {
  return `${(Math.abs(ms) / 1000).toFixed(1)} s ${ms < 0 ? 'behind' : 'ahead'}`
}
