import { inOwnersTransaction } from '../database/migrate.ts'
import type { Pool, Transaction } from '../database/pool.ts'
import { readChecks } from './checks.ts'
import type { Model } from './model.ts'
import { readModels } from './models.ts'
import { registerChecks } from './register-checks.ts'
import { registerLineage } from './register-lineage.ts'
import { columnsGiven, columnsOf, type Statements, statementsOf } from './statements.ts'

/** A model with what the runner executes for it. A view has nothing to execute. */
export interface RegisteredModel extends Model {
  readonly statements: Statements | null
}

/**
 * Brings `scout.medallion_model` and the views among the models up to the files, when they are not. What SQL runs by itself
 * (`scout.refresh_gold`) is thus what the server runs.
 *
 * @returns the models in the order in which they run.
 * @throws ScoutError `reference_invalid` when a select does not fit its table.
 */
export async function registerModels(pool: Pool): Promise<RegisteredModel[]> {
  const models = readModels()
  if (!(await isUpToDate(pool, models))) await inOwnersTransaction(pool, tx => register(tx, models))
  const { rows } = await pool.query(
    'select relation, redo_sql, delete_sql, insert_sql from scout.medallion_model',
  )
  const statements = new Map(
    rows.map(row => [
      String(row.relation),
      row.delete_sql === null ? null : { redo: row.redo_sql, delete: row.delete_sql, insert: row.insert_sql },
    ]),
  )
  return models.map(model => ({ ...model, statements: statements.get(model.relation) ?? null }))
}

async function isUpToDate(pool: Pool, models: readonly Model[]): Promise<boolean> {
  const { rows } = await pool.query('select relation, sha256 from scout.medallion_model order by position')
  const { rows: checks } = await pool.query('select name, promise, severity, sql from scout.medallion_check')
  const known = new Map(checks.map(check => [String(check.name), check]))
  return (
    rows.length === models.length &&
    models.every(
      ({ relation, sha256 }, at) => rows[at]?.relation === relation && rows[at]?.sha256 === sha256,
    ) &&
    readChecks(models).every(({ name, promise, severity, sql }) => {
      const check = known.get(name)
      return check?.promise === promise && check.severity === severity && check.sql === sql
    })
  )
}

async function register(tx: Transaction, models: readonly Model[]): Promise<void> {
  await replaceViews(tx, models)
  await tx.query('delete from scout.medallion_model')
  for (const [position, model] of models.entries()) await registerOne(tx, model, position)
  await registerChecks(tx, models)
  await registerLineage(tx, models)
}

/** All of them, in order: a view may read another, and columns may have come or gone. */
async function replaceViews(tx: Transaction, models: readonly Model[]): Promise<void> {
  const views = models.filter(({ refresh }) => refresh.kind === 'view')
  const { rows } = await tx.query(
    `select relation from scout.medallion_model where kind = 'view' order by position desc`,
  )
  const before = rows.map(row => String(row.relation))
  const created = views.map(({ relation }) => relation).reverse()
  for (const view of new Set([...before, ...created])) await tx.query(`drop view if exists ${view}`)
  for (const { relation, select } of views) {
    await tx.query(`create view ${relation} with (security_invoker = true) as ${select}`)
    await tx.query(`grant select on ${relation} to scout_app, scout_system`)
  }
}

async function registerOne(tx: Transaction, model: Model, position: number): Promise<void> {
  const { layer, relation, grain, key, inputs, refresh, sha256 } = model
  const table = await columnsOf(tx, relation)
  const statements =
    refresh.kind === 'view' ? null : statementsOf(model, table, await columnsGiven(tx, model))
  await tx.query(
    `insert into scout.medallion_model (
       relation, layer, position, kind, schedule, slice, grain, key, inputs, columns, sha256, redo_sql, delete_sql, insert_sql)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      relation,
      layer,
      position,
      refresh.kind,
      'schedule' in refresh ? refresh.schedule : null,
      'slice' in refresh ? refresh.slice : null,
      grain,
      key,
      inputs,
      table.map(({ name }) => name),
      sha256,
      statements?.redo ?? null,
      statements?.delete ?? null,
      statements?.insert ?? null,
    ],
  )
}
