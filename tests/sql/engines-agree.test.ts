import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KINDS } from '../../sync-server/medallion/model.ts'
import { ENGINES, engineMissing, openTestDatabase, type TestDatabase } from '../support/database.ts'
import { refined } from './bronze.ts'
import { dirtyWorld } from './gold-world.ts'

const missing = ENGINES.map(engineMissing).find(reason => reason !== undefined)
const SEEDS = [3, 4]
const TABLES = KINDS.filter(kind => kind !== 'view')

describe.skipIf(missing !== undefined)(
  `the two engines${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    const databases: TestDatabase[] = []
    beforeAll(async () => {
      for (const engine of ENGINES) databases.push(await openTestDatabase(engine))
    }, 240_000)
    afterAll(async () => {
      for (const database of databases) await database.close()
    })

    it.each(SEEDS)(
      'make every relation of silver, gold and platinum the same row for row (sales of seed %i)',
      { timeout: 120_000 },
      async seed => {
        const [one, other] = await Promise.all(
          databases.map(async ({ pool }) => {
            const tenantId = await dirtyWorld(pool, seed)
            const relations = Object.entries(await refined(pool, tenantId, TABLES))
            return relations.map(([name, rows]) => [
              name,
              rows.map(row => row.replace(`"tenant_id": "${tenantId}"`, '')),
            ])
          }),
        )
        expect(one).toEqual(other)
        expect(one?.filter(([, rows]) => rows?.length === 0).map(([name]) => name)).not.toContain(
          'gold_sales_cube',
        )
      },
    )
  },
)
