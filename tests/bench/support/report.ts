import type { Measurement } from './measurement.ts'

const COLUMNS = ['name', 'ours', 'yardstick', 'ratio', 'target', ''] as const

/** One JSON object a line. */
export function asJson(measurement: Measurement): string {
  return JSON.stringify(measurement)
}

/** A table for people. */
export function asTable(measurements: readonly Measurement[]): string {
  const rows = measurements.map(({ name, value, unit, yardstick, yardstick_value, ratio, target, ok }) => [
    name,
    `${round(value)} ${unit}`,
    `${round(yardstick_value)} ${unit} (${yardstick})`,
    `${round(ratio)}×`,
    `${round(target)}×`,
    ok ? 'ok' : 'MISSED',
  ])
  const widths = COLUMNS.map((title, i) => Math.max(title.length, ...rows.map(row => row[i]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd()
  return [line(COLUMNS), ...rows.map(line)].join('\n')
}

function round(value: number): string {
  return Number(value.toPrecision(3)).toString()
}
