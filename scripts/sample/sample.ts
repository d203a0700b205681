import type { ImportRequest } from '../../sync-server/catalogue/imports/report.ts'

/** Where a catalogue goes. */
export type ImportTarget = Pick<ImportRequest, 'pool' | 'tenant' | 'keys' | 'now'>

export const SAMPLE_KINDS = ['generated', 'seed'] as const
export type SampleKind = (typeof SAMPLE_KINDS)[number]

/** Data to try Scout out with: a catalogue, and devices that have something to send. */
export interface Sample {
  /** Of the catalogue. */
  readonly stores: number
  readonly importCatalogue: (into: ImportTarget) => Promise<void>
  readonly devices: readonly SampleDevice[]
}

export interface SampleDevice {
  /** Names its folder. */
  readonly key: string
  readonly name: string
  /** Its sales may be as old as this day. */
  readonly backfillFrom: string | null
  /** About how much it has to send; those with the most go first. */
  readonly size: number
  /** Whether all that it has was put into an inbox at some earlier start. */
  readonly isHandedOver: () => boolean
  /** Puts a file of lines into the inbox of its agent, whole or not at all. */
  readonly handOver: (inbox: string) => Promise<void>
}
