import type { TenantId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Transaction } from '../database/pool.ts'
import { COMPUTED_MODELS } from './computed/computed-models.ts'
import type { Row } from './computed-model.ts'
import type { Model } from './model.ts'
import { parameterCount } from './statements.ts'

const BATCH_ROWS = 5_000

/**
 * Reads the model's select by a cursor, and writes what its TypeScript makes of the rows. The cursor sees the relation as it was: `remove`
 * takes its rows away once it is open.
 *
 * @returns how many rows it wrote.
 * @throws ScoutError `reference_invalid` when nothing computes this relation, `cancelled`
 */
export async function runComputed(
  tx: Transaction,
  tenantId: TenantId,
  { relation, select }: Model,
  remove: () => Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<number> {
  const compute = COMPUTED_MODELS.get(relation)
  if (compute === undefined) {
    throw new ScoutError('reference_invalid', {
      message: `${relation} is of kind computed, but computed/computed-models.ts does not name what computes it.`,
    })
  }
  await openRows(tx, select, tenantId)
  await remove()
  let written = 0
  for await (const batch of compute(readRows(tx), signal)) {
    if (signal?.aborted) throw new ScoutError('cancelled')
    for (let at = 0; at < batch.length; at += BATCH_ROWS) {
      written += await insertRows(tx, relation, batch.slice(at, at + BATCH_ROWS))
    }
  }
  await tx.query('close computed_input')
  return written
}

async function openRows(tx: Transaction, select: string, tenantId: TenantId): Promise<void> {
  await tx.query(
    `declare computed_input no scroll cursor for ${select}`,
    [tenantId].slice(0, parameterCount(select)),
  )
}

async function* readRows(tx: Transaction): AsyncGenerator<Row[]> {
  for (;;) {
    const { rows } = await tx.query<Row>(`fetch ${BATCH_ROWS} from computed_input`)
    if (rows.length === 0) return
    yield rows
  }
}

/** JSON carries numbers exactly and knows the table's types by its row. */
async function insertRows(tx: Transaction, relation: string, rows: readonly Row[]): Promise<number> {
  const { rows: inserted } = await tx.query(
    `with fresh as (
       insert into ${relation} select * from json_populate_recordset(null::${relation}, $1::json) returning 1)
     select count(*) as rows from fresh`,
    [JSON.stringify(rows)],
  )
  return Number(inserted[0]?.rows)
}
