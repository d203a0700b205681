import type { Pool } from '../../../sync-server/database/pool.ts'
import { readModels } from '../../../sync-server/medallion/models.ts'
import { type MedallionRun, runMedallion } from '../../../sync-server/medallion/runner.ts'
import { openTestDatabase } from '../../support/database.ts'
import { atMost, type Measurement, median, type Suite } from '../support/measurement.ts'
import { AGGREGATES, GEOGRAPHIC, p95 } from './queries.ts'
import { dayAt, SEEDED, seedDays, seedTenant, TENANT } from './seed.ts'
import { sourceToGold } from './source-to-gold.ts'
import { createByHand } from './yardstick.ts'

/** History grows in days, at constant sales a day. At full size these are 1, 5 and 10 million sales. */
const HISTORIES = [100, 500, 1000]
const SALES_A_DAY = { small: 1_000, full: 10_000 } as const
const DAYS_REFRESHED = 5
const SOURCE_TO_GOLD_MS = 5 * 60_000
const SCHEDULED_MS = 5 * 60_000

/** What is kept with every arrival, but for the two relations that bronze is refined into. */
const MADE = readModels().filter(
  ({ relation, refresh: { kind } }) => kind === 'incremental' && !SEEDED.includes(relation),
)

/**
 * Gold and platinum over a silver of a thousand days and ten million sales (`--size small`: one million), on a Postgres of its own with the settings that
 * Debian gives it.
 */
export const suite: Suite = {
  name: 'medallion',
  async *run(size) {
    const database = await openTestDatabase('postgres')
    try {
      yield* measure(database.pool, database.connectionString, SALES_A_DAY[size])
    } finally {
      await database.close()
    }
  },
}

async function* measure(pool: Pool, url: string, salesADay: number): AsyncGenerator<Measurement> {
  const note = (text: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)
  await seedTenant(pool)
  const dayMs: number[] = []
  let fullMs = 0
  let fullOfDaysMs = 0
  let days = 0
  for (const until of HISTORIES) {
    note(`silver: ${until} days, ${((until * salesADay) / 1e6).toFixed(2)} million sales`)
    await seedDays(pool, { from: days, to: until, salesADay })
    if (days === 0) {
      note('kinds of baskets, so that sales can be sorted into them')
      await refresh(pool, 'all')
      await scheduled(pool)
    }
    days = until
    note('gold: full rebuild')
    fullMs = await timed(
      () => refresh(pool, 'all'),
      run => {
        logRelations(note)(run)
        fullOfDaysMs = dayGrainMs(run)
      },
    )
    note(`gold: full rebuild took ${Math.round(fullMs)} ms; single days`)
    dayMs.push(await oneDay(pool, days, note))
    note(`gold: one day of the day-grain relations took ${Math.round(dayMs.at(-1) ?? 0)} ms`)
  }
  const of = (name: string, value: number, yardstick: string, yardstickValue: number, target: number) =>
    atMost('medallion', { name, value, unit: 'ms', yardstick, yardstickValue }, target)
  const [smallest = Number.NaN, largest = Number.NaN] = [dayMs[0], dayMs.at(-1)]
  yield of('one_day_vs_full', largest, 'full rebuild of the same relations', fullOfDaysMs, 0.02)
  yield of('day_cost_growth', Math.max(...dayMs), 'a tenth of the history', smallest, 1.5)

  note('yardstick: create table as')
  yield of(
    'full_vs_ctas',
    fullMs,
    'create table as, keys, indexes, analyze',
    await createByHand(pool, MADE),
    1.3,
  )

  note('what is redone by schedule')
  const scheduledMs = await timed(() => scheduled(pool), logRelations(note))
  yield of('scheduled_total', scheduledMs, 'allowed', SCHEDULED_MS, 1)
  const newest = dayAt(days - 1)
  yield of('aggregate_p95', await p95(pool, AGGREGATES, newest), 'allowed', 100, 1)
  yield of('geo_p95', await p95(pool, GEOGRAPHIC, newest), 'allowed', 1500, 1)
  note('source to gold')
  yield of('source_to_gold', await sourceToGold(pool, url), 'allowed', SOURCE_TO_GOLD_MS, 1)
}

/** Bronze stays out. What is redone by schedule is measured by itself. */
function refresh(pool: Pool, days: 'all' | readonly string[]): Promise<MedallionRun> {
  return runMedallion({
    pool,
    tenantId: TENANT,
    days,
    scheduled: 'none',
    only: MADE.map(({ relation }) => relation),
  })
}

async function scheduled(pool: Pool): Promise<MedallionRun> {
  return runMedallion({ pool, tenantId: TENANT, days: [], scheduled: 'all' })
}

/** The median of several touched days, each of them in the last weeks. Those of weeks and months are redone along with them and not counted. */
async function oneDay(pool: Pool, days: number, note: (text: string) => void): Promise<number> {
  const times: number[] = []
  const all: number[] = []
  for (let back = 0; back <= DAYS_REFRESHED; back++) {
    const day = dayAt(Math.max(0, days - 1 - 3 * back))
    all.push(
      await timed(
        () => refresh(pool, [day]),
        run => times.push(dayGrainMs(run)),
      ),
    )
  }
  note(`gold: one day with its weeks, months and checks took ${Math.round(median(all.slice(1)))} ms`)
  // The first one warms up.
  return median(times.slice(1))
}

/** Of the relations whose slice is a business day. */
function dayGrainMs({ models }: MedallionRun): number {
  const dayGrain = new Set(
    readModels()
      .filter(({ refresh }) => refresh.kind === 'incremental' && ['day', 'date_key'].includes(refresh.slice))
      .map(({ relation }) => relation),
  )
  return models.reduce((sum, { model, ms }) => sum + (dayGrain.has(model) ? ms : 0), 0)
}

async function timed(
  work: () => Promise<MedallionRun>,
  onRun: (run: MedallionRun) => void = () => undefined,
): Promise<number> {
  const started = performance.now()
  const run = await work()
  const ms = performance.now() - started
  onRun(run)
  return ms
}

function logRelations(note: (text: string) => void) {
  return ({ models }: MedallionRun) => {
    for (const { model, rows, ms } of models) note(`  ${model}: ${rows} rows, ${ms} ms`)
  }
}
