import type { LongWork } from '../../../app/contracts/long-work.ts'
import type { TenantId } from '../../../app/domain/ids.ts'
import type { Pool } from '../../database/pool.ts'
import type { PersonalKeys } from '../../personal/personal-keys.ts'
import type { Problem } from './read-file.ts'

export type ImportStage = 'checking' | 'importing'

export interface ImportRequest extends LongWork<ImportStage> {
  readonly pool: Pool
  readonly tenant: TenantId
  readonly keys: PersonalKeys
  readonly files: readonly string[]
  /** Only say what is wrong. */
  readonly dryRun: boolean
  /** Import the rows that are in order, although others are not. */
  readonly skipBad: boolean
  /** Gets every bad row, once, in the order of the file. */
  readonly onBad: (problem: Problem & { readonly file: string }) => void
  readonly now: Date
}

export interface ImportReport {
  readonly kind: string
  readonly dry_run: boolean
  readonly rows: number
  readonly bad_rows: number
  /** Rows written; 0 when there were bad rows and they were not to be skipped. */
  readonly imported: number
  /** What else is worth knowing, by name. */
  readonly notes: Readonly<Record<string, number>>
  /** Headers that mean nothing to this kind. */
  readonly ignored_columns: readonly string[]
}
