import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { runMedallion } from '../../sync-server/medallion/runner.ts'
import { forEachEngine } from '../support/database.ts'
import { newTenant } from './bronze.ts'

/** The reference schema, parsed as far as names go. */
const dbml = readFileSync(join(import.meta.dirname, '../fixtures/scout-schema.dbml'), 'utf8')

const tables = [...dbml.matchAll(/^Table scout\.(\w+) \{\n([\s\S]*?)^\}/gm)].map(
  ([, table = '', body = '']) => ({
    table,
    columns: body
      .replace(/^ {2}Indexes \{[\s\S]*?^ {2}\}/m, '')
      .split('\n')
      .flatMap(line => /^ {2}(\w+) [A-Z]/.exec(line)?.[1] ?? []),
  }),
)
const functions = [...dbml.matchAll(/^Function scout\.(\w+)/gm)].map(([, name]) => name ?? '')
const materialised = [...dbml.matchAll(/^MaterializedView scout\.(\w+)/gm)].map(([, name]) => name ?? '')
/** Of the data-flow section of the same document. */
const DATA_FLOW =
  `bronze_events bronze_transactions bronze_store_master bronze_product_catalog silver_transactions silver_line_items
  silver_store_metrics silver_customer_segments gold_daily_metrics gold_weekly_metrics gold_monthly_metrics
  gold_region_choropleth gold_product_performance gold_customer_ltv`.split(/\s+/)

/** Columns that are elsewhere than the reference schema has them: where, and why. */
const REPAIRS: Readonly<Record<string, readonly [where: string, why: string]>> = {
  'bronze_events.event_id': [
    'bronze_events.seq',
    'an event is unique by device, boot epoch and seq, which a random id would hide',
  ],
  'bronze_events.event_type': ['bronze_events.contract', 'the contract that the sale was sent under'],
  'bronze_events.source_system': ['bronze_events.device_id', 'every source is a device'],
  'bronze_events.ingested_at': [
    'bronze_events.received_at',
    'three clocks are kept; this one is the server’s',
  ],
  'dim_customer.customer_code': ['customer_personal.sealed', 'personal: sealed'],
  'dim_customer.mobile_number': ['customer_personal.sealed', 'personal: sealed'],
  'dim_customer.email': ['customer_personal.sealed', 'personal: sealed'],
  'dim_customer.first_name': ['customer_personal.sealed', 'personal: sealed'],
  'dim_customer.last_name': ['customer_personal.sealed', 'personal: sealed'],
  'dim_customer.birthdate': ['customer_personal.sealed', 'personal: sealed'],
  'silver_transactions.id': [
    'silver_transactions.transaction_id',
    'unique within tenant and store; a re-run may not give another id',
  ],
  'silver_transactions.processed_at': [
    'medallion_run.started_at',
    'of the run: a re-run of the same data gives the same rows',
  ],
  'silver_line_items.line_id': [
    'silver_line_items.line_no',
    'unique within the sale; a re-run may not give another id',
  ],
  'gold_daily_metrics.unique_customers': [
    'gold_daily_kpis.unique_customers',
    'does not add up: not stored in gold',
  ],
  'gold_daily_metrics.unique_products_sold': [
    'gold_daily_kpis.unique_products_sold',
    'does not add up: not stored in gold',
  ],
  'gold_daily_metrics.avg_basket_size': ['gold_daily_kpis.avg_basket_size', 'a ratio: not stored'],
  'gold_daily_metrics.avg_transaction_value': [
    'gold_daily_kpis.avg_transaction_value',
    'a ratio: not stored',
  ],
  'gold_daily_metrics.campaign_effectiveness': [
    'gold_daily_kpis.campaign_effectiveness',
    'a ratio: not stored',
  ],
  'gold_daily_metrics.created_at': [
    'medallion_run.started_at',
    'of the run: a re-run of the same data gives the same rows',
  ],
  'geo_adm1_region.created_at': ['geo_pack.vintage', 'of the geography pack that all boundaries come from'],
  'geo_adm2_province.created_at': ['geo_pack.vintage', 'of the geography pack that all boundaries come from'],
  'geo_adm3_citymun.created_at': ['geo_pack.vintage', 'of the geography pack that all boundaries come from'],
}

describe('the reference schema', () => {
  it('is read in full', () => {
    expect(tables.length).toBe(19)
    expect(functions).toEqual([
      'fn_event_hash',
      'norm_region',
      'norm_citymun',
      'refresh_gold',
      'ingest_transaction',
    ])
    expect(materialised).toHaveLength(3)
    expect(tables.find(({ table }) => table === 'gold_daily_metrics')?.columns).toContain(
      'campaign_effectiveness',
    )
  })

  forEachEngine(database => {
    const columns = new Set<string>()
    const relations = new Set<string>()

    beforeAll(async () => {
      const { pool } = database()
      // A run registers the models, the views among them.
      await runMedallion({ pool, tenantId: await newTenant(pool), days: 'all' })
      const { rows } = await pool.query(
        `select c.relname as relation, a.attname as column
         from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         where c.relnamespace = 'scout'::regnamespace and c.relkind in ('r', 'p', 'v')`,
      )
      for (const { relation, column } of rows) {
        relations.add(relation)
        columns.add(`${relation}.${column}`)
      }
    })

    it('has every table, materialised view and relation of the data flow here, by name', () => {
      const wanted = [...tables.map(({ table }) => table), ...materialised, ...DATA_FLOW]
      expect(wanted.filter(name => !relations.has(name))).toEqual([])
    })

    it('has every column here, under its name or where the list of repairs says', () => {
      const wanted = tables.flatMap(({ table, columns: names }) => names.map(name => `${table}.${name}`))
      const repaired = (name: string) => REPAIRS[name]?.[0] ?? name
      expect(wanted.filter(name => !columns.has(repaired(name)))).toEqual([])
      // A repair that is none any more is taken off the list.
      expect(Object.keys(REPAIRS).filter(name => columns.has(name) || !wanted.includes(name))).toEqual([])
    })

    it('has every function here, by name', async () => {
      const { rows } = await database().pool.query(
        `select distinct proname from pg_proc where pronamespace = 'scout'::regnamespace`,
      )
      const known = new Set(rows.map(row => row.proname))
      expect(functions.filter(name => !known.has(name))).toEqual([])
    })
  })
})
