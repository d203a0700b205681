import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TenantId } from '../../app/domain/ids.ts'
import { importCatalogue } from '../../sync-server/catalogue/import-catalogue.ts'
import type { Pool } from '../../sync-server/database/pool.ts'
import { withTenant } from '../../sync-server/database/tenant.ts'
import { runMedallion } from '../../sync-server/medallion/runner.ts'
import { forEachEngine } from '../support/database.ts'
import { type Arrival, addStores, arrive, newTenant, refined, type TestStore } from './bronze.ts'

/** Weeks that sales arrive for; those before them are steady, so that the anomalies have something to stand out from. */
const LAST_WEEKS = 4
const WEEKS_BEFORE = 9
const START = Date.parse('2025-03-03T00:00:00+08:00')
const DAY_MS = 86_400_000

const STORES: readonly TestStore[] = [
  { storeId: 'A', city: 'Quezon City', region: 'NCR' },
  { storeId: 'B', city: 'Makati', region: 'NCR' },
  { storeId: 'C', city: 'Cebu City', region: 'VII' },
]

const CUSTOMERS = ['c1_ana', 'c1_ben', 'c1_cora']

const at = (day: number, hour: number) => new Date(START + day * DAY_MS + hour * 3_600_000).toISOString()

function posSale(
  { customer, ...fields }: Omit<Arrival, 'contract' | 'sale'> & { readonly customer?: string | null },
  lines: readonly { category: string; amount: number }[],
): Arrival {
  const { transactionId, storeId, at: sold_at, revisedAt, voided } = fields
  const sale = {
    transaction_id: transactionId,
    store_id: storeId,
    sold_at,
    revised_at: revisedAt ?? null,
    voided: voided ?? false,
    lines: lines.map(line => ({ quantity: 1, unit_price: line.amount, category: line.category })),
    customer_id: customer ?? null,
    total: lines.length === 0 ? null : lines.reduce((sum, line) => sum + line.amount, 0),
  }
  return { ...fields, contract: 'pos.v1', sale }
}

/** Every day before the last ones, a little different from week to week (a spread of 0 would give no anomaly). */
const steadyPast: Arrival[] = Array.from(
  { length: WEEKS_BEFORE * 7 },
  (_, back) => back - WEEKS_BEFORE * 7,
).flatMap(day =>
  STORES.map(({ storeId }) =>
    posSale({ storeId, transactionId: `past-${day}`, at: at(day, 10) }, [
      { category: 'snacks', amount: 100 + ((day * 37) % 11) },
    ]),
  ),
)

const arrival = fc
  .record({
    storeId: fc.constantFrom('A', 'B', 'C'),
    transaction: fc.integer({ min: 1, max: 6 }),
    // Few weekdays, so that a late sale often lies in the window of another.
    weekday: fc.integer({ min: 0, max: 2 }),
    week: fc.integer({ min: 0, max: LAST_WEEKS - 1 }),
    hour: fc.constantFrom(0, 5, 6, 11, 12, 17, 18, 21, 22, 23),
    revision: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
    voided: fc.boolean(),
    customer: fc.constantFrom(null, ...CUSTOMERS),
    clean: fc.integer({ min: 0, max: 4 }).map(n => n > 0),
    bootEpoch: fc.integer({ min: 1, max: 2 }),
    lines: fc.array(
      fc.record({
        category: fc.constantFrom('snacks', 'Dairy & Beverages', 'mystery'),
        amount: fc.constantFrom(5, 10, 10.25, 4000),
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ storeId, transaction, weekday, week, hour, revision, voided, customer, clean, bootEpoch, lines }) =>
    posSale(
      {
        storeId,
        transactionId: `t${transaction}`,
        at: at(week * 7 + weekday, hour),
        ...(revision === undefined ? {} : { revisedAt: at(LAST_WEEKS * 7 + revision, 0) }),
        // A void is a revision.
        voided: voided && revision !== undefined,
        reasons: clean ? [] : ['clock_past'],
        bootEpoch,
        customer,
      },
      voided && revision !== undefined ? [] : lines,
    ),
  )

/** What else changes what is refined, between arrivals. */
const event = fc.oneof(
  fc.record({ what: fc.constant('nothing' as const) }),
  fc.record({
    what: fc.constant('moves' as const),
    storeId: fc.constantFrom('A', 'B', 'C'),
    to: fc.constantFrom(...STORES),
  }),
  fc.record({ what: fc.constant('erased' as const), customer: fc.constantFrom(...CUSTOMERS) }),
)

async function happen(
  pool: Pool,
  tenantId: TenantId,
  happening: typeof event extends fc.Arbitrary<infer T> ? T : never,
): Promise<void> {
  if (happening.what === 'moves') {
    const { storeId, to } = happening
    const store = { storeId, name: storeId, region: to.region, city: to.city, barangay: null }
    await importCatalogue(pool, tenantId, { stores: [store], products: [] }, new Date())
  }
  if (happening.what === 'erased') {
    // What erasing leaves for the transforms: a tombstone, and the days that named him.
    await withTenant(pool, tenantId, async tx => {
      await tx.query(
        `insert into scout.customer_erased (tenant_id, customer_id, erased_at) values ($1, $2, now()) on conflict do nothing`,
        [tenantId, happening.customer],
      )
      await tx.query(
        `insert into scout.medallion_touched_day (tenant_id, day, touch_id)
         select distinct tenant_id, date_key, 'erased' from scout.silver_transactions where tenant_id = $1 and customer_id = $2
         on conflict do nothing`,
        [tenantId, happening.customer],
      )
    })
  }
}

describe('transforms of the touched days', () => {
  forEachEngine(database => {
    it('leave what a full rebuild makes, whatever arrives in whatever order', {
      timeout: 300_000,
    }, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.array(arrival, { minLength: 4, maxLength: 12 }), event), {
            minLength: 2,
            maxLength: 4,
          }),
          async rounds => {
            const batches = rounds.map(([batch]) => batch)
            const { pool } = database()
            const tenantId = await newTenant(pool)
            await addStores(pool, tenantId, STORES)
            await arrive(pool, tenantId, steadyPast)
            for (const [batch, happening] of rounds) {
              await arrive(pool, tenantId, batch)
              await runMedallion({ pool, tenantId, days: 'touched' })
              await happen(pool, tenantId, happening)
            }
            await runMedallion({ pool, tenantId, days: 'touched' })
            expect(await runMedallion({ pool, tenantId, days: 'touched' })).toMatchObject({ models: [] })
            const incremental = await refined(pool, tenantId)
            await runMedallion({ pool, tenantId, days: 'all' })
            expect(incremental).toEqual(await refined(pool, tenantId))
            await runMedallion({ pool, tenantId, days: 'all', replaceFromBytes: 0 })
            expect(incremental).toEqual(await refined(pool, tenantId))
            expect(incremental.silver_transactions).toHaveLength(steadyPast.length + standing(batches.flat()))
          },
        ),
        { numRuns: 10 },
      )
    })

    it('moves a sale whose revision lies on another day, also when only the new day was noted', async () => {
      const { pool } = database()
      const tenantId = await newTenant(pool)
      await addStores(pool, tenantId, STORES)
      const sale = { storeId: 'A', transactionId: 'moved' }
      await arrive(pool, tenantId, [posSale({ ...sale, at: at(1, 9) }, [{ category: 'snacks', amount: 10 }])])
      await runMedallion({ pool, tenantId, days: 'touched' })
      await arrive(pool, tenantId, [
        posSale({ ...sale, at: at(4, 9), revisedAt: at(5, 0) }, [{ category: 'snacks', amount: 12 }]),
      ])
      const run = await runMedallion({ pool, tenantId, days: 'touched' })
      expect(run.days).toEqual(['2025-03-04', '2025-03-07'])
      const { gold_store_days } = await refined(pool, tenantId)
      expect(gold_store_days?.map(row => JSON.parse(row))).toMatchObject([
        { day: '2025-03-07', net_sales: 12, sales: 1 },
      ])
    })

    it('does nothing when no day was touched', async () => {
      const { pool } = database()
      const tenantId = await newTenant(pool)
      expect(await runMedallion({ pool, tenantId, days: 'touched' })).toMatchObject({ days: [], models: [] })
    })
  })
})

/** The rule in words of its own: of each transaction the newest clean version, unless it is a void. */
function standing(arrivals: readonly Arrival[]): number {
  const versions = new Map<string, Arrival[]>()
  const seen = new Set<string>()
  for (const candidate of arrivals) {
    // The same version twice is a duplicate, whatever came with it.
    const version = JSON.stringify([candidate.storeId, candidate.transactionId, candidate.sale])
    if (seen.has(version)) continue
    seen.add(version)
    if ((candidate.reasons ?? []).length > 0) continue
    const key = `${candidate.storeId}/${candidate.transactionId}`
    versions.set(key, [...(versions.get(key) ?? []), candidate])
  }
  return [...versions.values()].map(newest).filter(sale => !sale?.voided).length
}

/** By the time of a version; of the same time the later one in the outbox, which is certain. */
function newest(versions: readonly Arrival[]): Arrival | undefined {
  const outbox = versions.toSorted((a, b) => (a.bootEpoch ?? 1) - (b.bootEpoch ?? 1))
  const times = outbox.map(({ revisedAt, at: recordedAt }, i) => {
    if (revisedAt !== undefined) return revisedAt
    const revisions = (of: readonly Arrival[]) => of.flatMap(sale => sale.revisedAt ?? []).sort()
    const [next = recordedAt] = revisions(outbox.slice(i + 1))
    const before = revisions(outbox.slice(0, i)).at(-1) ?? ''
    const notAfter = next < recordedAt ? next : recordedAt
    return before > notAfter ? before : notAfter
  })
  const last = times.toSorted().at(-1) ?? ''
  return outbox[times.lastIndexOf(last)]
}
