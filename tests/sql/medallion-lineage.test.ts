import { describe, expect, it } from 'vitest'
import { readLineage } from '../../sync-server/medallion/lineage.ts'
import { readModels } from '../../sync-server/medallion/models.ts'
import { forEachEngine } from '../support/database.ts'

/** By engine: that both say the same is the last test's business. */
const lineages = new Map<string, unknown[]>()

describe('lineage', () => {
  forEachEngine((database, engine) => {
    const edges = async (relation: string, column?: string) =>
      (await readLineage(database().pool, relation, column)).map(
        ({ relation: of, column_name, input_relation, input_column, how }) =>
          `${of}.${column_name || '*'} ${how} ${input_relation}.${input_column}`,
      )

    it('follows a column through aggregates, subqueries and joins', async () => {
      const found = await edges('scout.gold_store_days', 'net_sales')
      expect(found).toContain('scout.gold_store_days.net_sales value scout.silver_transactions.net_amount')
      expect(found).toContain('scout.silver_transactions.net_amount value scout.bronze_standing.event_data')
      expect(found.some(edge => edge.endsWith(' value scout.bronze_events.event_data'))).toBe(true)
      // What a sale's channel is says nothing about its pesos.
      expect(found).not.toContain('scout.silver_transactions.channel value scout.dim_store.channel')
    })

    it('tells what decides the rows from what stands in them', async () => {
      const found = await edges('gold_store_days')
      expect(found).toContain('scout.gold_store_days.* rows scout.silver_transactions.store_id')
      expect(found).toContain('scout.gold_store_days.* rows scout.silver_transactions.tenant_id')
      expect(found).not.toContain('scout.gold_store_days.* rows scout.silver_transactions.net_amount')
    })

    it('reaches a window by its order, and a union by each of its arms', async () => {
      const anomalies = await edges('scout.anomaly_detection', 'z')
      expect(anomalies).toContain('scout.anomaly_detection.z value scout.gold_store_days.net_sales')
      expect(anomalies).toContain('scout.anomaly_detection.z value scout.gold_store_days.day')
      const lines = await edges('scout.silver_line_items', 'quantity')
      expect(lines).toContain('scout.silver_line_items.quantity value scout.bronze_standing.event_data')
    })

    it('of every model leads only to relations that its header names', async () => {
      const { rows } = await database().pool.query(
        'select relation, array_agg(distinct input_relation) as inputs from scout.medallion_lineage group by relation',
      )
      const derived = new Map(rows.map(row => [String(row.relation), row.inputs as string[]]))
      const unnamed = readModels().flatMap(({ relation, inputs, refresh }) =>
        (derived.get(relation) ?? ['no lineage at all'])
          .filter(input => ![...inputs, relation, 'fit' in refresh ? refresh.fit : ''].includes(input))
          .map(input => `${relation}: ${input}`),
      )
      expect(unnamed).toEqual([])
    })

    it('is unknown for what is no relation of ours', async () => {
      await expect(readLineage(database().pool, 'nothing')).rejects.toMatchObject({ code: 'not_found' })
    })

    it('is the same on every engine', async () => {
      const { rows } = await database().pool.query(
        `select * from scout.medallion_lineage
         order by relation collate "C", column_name collate "C", input_relation collate "C", input_column collate "C"`,
      )
      expect(rows.length).toBeGreaterThan(200)
      lineages.set(engine, rows)
      for (const other of lineages.values()) expect(rows).toEqual(other)
    })
  })
})
