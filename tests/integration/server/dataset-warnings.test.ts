import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PATHS, snapshot } from '../../../app/contracts/http.ts'
import { type Manifest, manifestEnvelope } from '../../../app/contracts/manifest.ts'
import { withSystem, withTenant } from '../../../sync-server/database/tenant.ts'
import { forEachEngine } from '../../support/database.ts'
import { emailOf, ILOCOS, NCR, openWorld, sale, TENANT, type World } from './world.ts'

/** Stands beside those of sql/checks: what it finds is up to the test. */
const DEAR = {
  name: 'no_dear_sale',
  promise: 'no sale is above 200 pesos',
  relations: ['scout.silver_transactions'],
  sql: 'select region, transaction_id from scout.silver_transactions where tenant_id = $1 and total_amount > 200',
}

describe('warnings', () => {
  forEachEngine(database => {
    let world: World
    beforeAll(async () => {
      world = await openWorld(database())
      await withSystem(database().pool, tx =>
        tx.query(
          `insert into scout.medallion_check (name, promise, severity, relations, sql) values ($1, $2, 'warning', $3, $4)`,
          [DEAR.name, DEAR.promise, DEAR.relations, DEAR.sql],
        ),
      )
      const device = await world.device({ backfillFrom: '2026-01-01' })
      await device.send([
        { seq: 1, content: sale('A', { sold_at: '2026-02-01T09:00:00', total: 200.2 }) },
        { seq: 2, content: sale('B', { sold_at: '2026-02-01T09:30:00', total: 25, store_id: 'S2' }) },
      ])
    }, 120_000)
    afterAll(() => world?.close())

    async function manifests(): Promise<Manifest[]> {
      const who = await world.logIn(emailOf('analyst'))
      const { manifests: hashes } = snapshot.parse(await (await world.get(PATHS.snapshot, who)).json())
      const answers = await Promise.all(hashes.map(hash => world.get(PATHS.manifest(hash), who)))
      return Promise.all(answers.map(async answer => manifestEnvelope.parse(await answer.json()).signed))
    }

    it('are kept with the run, travel with every dataset made from what they speak of, in their region alone', {
      timeout: 60_000,
    }, async () => {
      const run = await world.server.transform(TENANT)
      expect(run.warnings).toMatchObject([{ check: { name: 'no_dear_sale' }, rows: 1 }])
      const { rows } = await withTenant(database().pool, TENANT, tx =>
        tx.query('select run_id, name, rows, examples from scout.medallion_warning'),
      )
      expect(rows).toMatchObject([
        {
          run_id: run.runId,
          name: 'no_dear_sale',
          rows: 1,
          examples: [{ region: NCR, transaction_id: 'A' }],
        },
      ])

      await world.server.publish(TENANT)
      const published = await manifests()
      const warningsOf = (dataset: string, region: string | null) =>
        published.find(({ dataset_id, region: of }) => dataset_id === dataset && of === region)?.warnings
      const warning = { check: 'no_dear_sale', promise: DEAR.promise, rows: 1 }
      expect(warningsOf('gold.sales_cube', NCR)).toEqual([warning])
      expect(warningsOf('gold.store_days', NCR)).toEqual([warning])
      expect(warningsOf('gold.sales_cube', ILOCOS)).toBeUndefined()
      expect(warningsOf('reference.geography', null)).toBeUndefined()
    })

    it('do not make a new version of what did not change', { timeout: 60_000 }, async () => {
      expect(await world.server.publish(TENANT)).toMatchObject({ published: false })
    })
  })
})
