import type { RecordBatch } from 'apache-arrow'
import type { Anomaly } from '../../app/contracts/worker.ts'
import { placeCode } from '../../app/domain/ids.ts'
import { float64Column, int32Column, textColumn } from './arrow-columns.ts'

/** Anomalies are few: one object each. */
export function readAnomalies(batch: RecordBatch): Anomaly[] {
  const place = textColumn(batch, 'place')
  const day = int32Column(batch, 'day')
  const value = float64Column(batch, 'value')
  const median = float64Column(batch, 'median')
  const z = float64Column(batch, 'z')
  const windowDays = int32Column(batch, 'window_days')
  return Array.from({ length: batch.numRows }, (_, row) => ({
    place: placeCode.parse(place.values[place.codes[row] as number]),
    day: day[row] as number,
    value: value[row] as number,
    median: median[row] as number,
    z: z[row] as number,
    windowDays: windowDays[row] as number,
  }))
}
