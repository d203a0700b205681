import { sqlFiles } from '../database/sql-directory.ts'
import type { Model } from './model.ts'
import { codeOf, headerOf, oneOf, required } from './model-file.ts'

/** A query that returns the rows that are wrong; none means that all is well. `$1` tenant, `$2` business days (null is all). */
export interface Check {
  readonly name: string
  readonly promise: string
  /** A blocking one stops the run and publishing; a warning travels with the dataset. */
  readonly severity: Severity
  /** Models that it reads. */
  readonly relations: readonly string[]
  readonly sql: string
}

const SEVERITIES = ['blocking', 'warning'] as const
type Severity = (typeof SEVERITIES)[number]

/** `sql/checks`, by name. */
export function readChecks(models: readonly Model[]): Check[] {
  return sqlFiles('checks').map(({ name, sql }) => {
    const header = headerOf(sql)
    const code = codeOf(sql)
    const named = new Set(code.match(/\bscout\.\w+/g))
    return {
      name,
      promise: required(header, 'check', name),
      severity: oneOf(SEVERITIES, required(header, 'severity', name), 'severity', name),
      relations: models.map(({ relation }) => relation).filter(relation => named.has(relation)),
      sql: code,
    }
  })
}
