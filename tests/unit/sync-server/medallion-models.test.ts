import { describe, expect, it } from 'vitest'
import { inOrder, parseModel, readChecks, readModels } from '../../../sync-server/medallion/models.ts'

const file = (relation: string, inputs: string) =>
  [
    `-- relation: scout.${relation}`,
    '-- grain: one thing',
    '-- key: tenant_id, thing',
    `-- inputs: ${inputs}`,
    '-- kind: full',
    '',
    `delete from scout.${relation} where tenant_id = $1;`,
    '-- the rest; all of it',
    `insert into scout.${relation} values ($1);`,
  ].join('\n')

describe('models', () => {
  it('are read from the header and split into statements', () => {
    const model = parseModel('gold', 'things', file('things', 'scout.a, scout.b'))
    expect(model).toMatchObject({
      layer: 'gold',
      relation: 'scout.things',
      grain: 'one thing',
      key: ['tenant_id', 'thing'],
      inputs: ['scout.a', 'scout.b'],
      kind: 'full',
      statements: ['delete from scout.things where tenant_id = $1', 'insert into scout.things values ($1)'],
    })
  })

  it.each([
    ['names another relation', file('other', 'scout.a')],
    ['lacks a field', file('things', 'scout.a').replace('-- grain: one thing\n', '')],
  ])('are refused when the header %s', (_, sql) => {
    expect(() => parseModel('gold', 'things', sql)).toThrow(
      expect.objectContaining({ code: 'reference_invalid' }),
    )
  })

  it('run after what they read', () => {
    const models = [
      parseModel('gold', 'c', file('c', 'scout.b, scout.a')),
      parseModel('gold', 'b', file('b', 'scout.a')),
      parseModel('gold', 'a', file('a', 'scout.bronze_events')),
    ]
    expect(inOrder(models).map(model => model.relation)).toEqual(['scout.a', 'scout.b', 'scout.c'])
  })

  it('are refused when they read each other', () => {
    const circle = [
      parseModel('gold', 'a', file('a', 'scout.b')),
      parseModel('gold', 'b', file('b', 'scout.a')),
    ]
    expect(() => inOrder(circle)).toThrow(expect.objectContaining({ code: 'reference_invalid' }))
  })

  it('of this repository begin with the lines and end with the anomalies', () => {
    expect(readModels().map(model => model.relation)).toEqual([
      'scout.silver_line_items',
      'scout.silver_transactions',
      'scout.gold_daily_metrics',
      'scout.gold_sales_cube',
      'scout.gold_store_days',
      'scout.anomaly_detection',
    ])
  })

  it('have a tenant first in every key and take away before they write', () => {
    for (const model of readModels()) {
      expect(model.key[0]).toBe('tenant_id')
      expect(model.statements[0]).toMatch(new RegExp(`^delete from ${model.relation}\\s`))
      expect(model.statements).toHaveLength(2)
    }
  })

  it('are held by checks that say what they promise', () => {
    expect(readChecks().map(check => check.name)).toEqual([
      'gold_equals_silver',
      'lines_make_the_sale',
      'silver_holds_bronze',
    ])
  })
})
