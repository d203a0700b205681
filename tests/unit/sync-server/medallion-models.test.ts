import { describe, expect, it } from 'vitest'
import { readChecks } from '../../../sync-server/medallion/checks.ts'
import { COMPUTED_MODELS } from '../../../sync-server/medallion/computed/computed-models.ts'
import { parseModel } from '../../../sync-server/medallion/model-file.ts'
import { inOrder, readModels, withDependents } from '../../../sync-server/medallion/models.ts'

const SELECT =
  'select $1::text as tenant_id, day from scout.a where $2::date[] is null or day = any ($2::date[])'

const file = (relation: string, inputs: string, more = '-- kind: incremental', select = SELECT) =>
  [
    `-- relation: scout.${relation}`,
    '-- grain: one thing',
    '-- key: tenant_id, thing',
    `-- inputs: ${inputs}`,
    more,
    '--',
    '-- Prose; with a semicolon.',
    '',
    select,
    '',
  ].join('\n')
const gold = (name: string, inputs: string, more?: string, select?: string) =>
  parseModel('gold', name, file(name, inputs, more, select))
const refused = expect.objectContaining({ code: 'reference_invalid' })

describe('a model', () => {
  it('is its header and one select', () => {
    expect(gold('things', 'scout.a, scout.b')).toMatchObject({
      layer: 'gold',
      relation: 'scout.things',
      grain: 'one thing',
      key: ['tenant_id', 'thing'],
      inputs: ['scout.a', 'scout.b'],
      refresh: { kind: 'incremental', slice: 'date_key', redo: null },
      select: SELECT,
    })
  })

  it('may have slices of its own, or a schedule', () => {
    const weekly =
      "-- kind: incremental\n-- slice: week\n-- redo: select date_trunc('week', d) from unnest($2::date[]) as d"
    expect(gold('w', 'scout.a', weekly).refresh).toEqual({
      kind: 'incremental',
      slice: 'week',
      redo: "select date_trunc('week', d) from unnest($2::date[]) as d",
    })
    const daily = '-- kind: windowed\n-- schedule: daily'
    expect(gold('r', 'scout.a', daily, 'select $1 as tenant_id').refresh).toEqual({
      kind: 'windowed',
      schedule: 'daily',
    })
  })

  it('keeps its hash when its prose changes, and gets another when its header or select does', () => {
    const { sha256 } = gold('things', 'scout.a')
    const reworded = file('things', 'scout.a').replace('Prose', 'Other words')
    expect(parseModel('gold', 'things', reworded).sha256).toBe(sha256)
    expect(gold('things', 'scout.b').sha256).not.toBe(sha256)
    expect(gold('things', 'scout.a', undefined, `${SELECT} limit 1`).sha256).not.toBe(sha256)
  })

  it.each([
    ['names another relation', file('other', 'scout.a')],
    ['lacks a field', file('things', 'scout.a').replace('-- grain: one thing\n', '')],
    ['has an unknown kind', file('things', 'scout.a', '-- kind: full')],
    ['has no schedule', file('things', 'scout.a', '-- kind: windowed', 'select 1')],
    [
      'has an unknown schedule',
      file('things', 'scout.a', '-- kind: windowed\n-- schedule: weekly', 'select 1'),
    ],
    ['has slices though it is windowed', file('things', 'scout.a', '-- kind: windowed\n-- schedule: daily')],
    ['speaks of no slice', file('things', 'scout.a', '-- kind: incremental', 'select $1 as tenant_id')],
    ['has parameters though it is a view', file('things', 'scout.a', '-- kind: view')],
    [
      'is a statement',
      file('things', 'scout.a', '-- kind: incremental', `delete from scout.things; ${SELECT}`),
    ],
    ['is two statements', file('things', 'scout.a', '-- kind: incremental', `${SELECT}; ${SELECT}`)],
  ])('is refused when it %s', (_, sql) => {
    expect(() => parseModel('gold', 'things', sql)).toThrow(refused)
  })
})

describe('models', () => {
  it('run after what they read', () => {
    const models = [gold('c', 'scout.b, scout.a'), gold('b', 'scout.a'), gold('a', 'scout.bronze_events')]
    expect(inOrder(models).map(model => model.relation)).toEqual(['scout.a', 'scout.b', 'scout.c'])
  })

  it('bring along those that read them, also through others', () => {
    const models = inOrder([
      gold('c', 'scout.b'),
      gold('b', 'scout.a'),
      gold('a', 'scout.x'),
      gold('d', 'scout.x'),
    ])
    expect([...withDependents(models, ['scout.b'])]).toEqual(['scout.b', 'scout.c'])
  })

  it('are refused when they read each other', () => {
    expect(() => inOrder([gold('a', 'scout.b'), gold('b', 'scout.a')])).toThrow(refused)
  })

  it('are refused when one that is kept with every arrival reads one that is redone by schedule', () => {
    const windowed = gold('a', 'scout.x', '-- kind: windowed\n-- schedule: daily', 'select $1 as tenant_id')
    const view = gold('v', 'scout.a', '-- kind: view', 'select * from scout.a')
    expect(() => inOrder([windowed, gold('b', 'scout.a')])).toThrow(refused)
    expect(() => inOrder([windowed, view, gold('b', 'scout.v')])).toThrow(refused)
  })

  it('run after what they are fitted by, which is no input', () => {
    const fit = gold('z', 'scout.x', '-- kind: windowed\n-- schedule: daily', 'select $1 as tenant_id')
    const fitted = gold('b', 'scout.x', '-- kind: incremental\n-- fit: scout.z')
    expect(inOrder([fitted, fit]).map(({ relation }) => relation)).toEqual(['scout.z', 'scout.b'])
    expect(withDependents([fit, fitted], ['scout.z'])).toEqual(new Set(['scout.z']))
  })

  it('of this repository have a tenant first in every key, and each computed one has what computes it', () => {
    const models = readModels()
    expect(models.length).toBeGreaterThanOrEqual(6)
    for (const model of models) expect(model.key[0]).toBe('tenant_id')
    const computed = models
      .filter(({ refresh }) => refresh.kind === 'computed')
      .map(({ relation }) => relation)
    expect([...COMPUTED_MODELS.keys()].sort()).toEqual(computed.sort())
  })

  it('are held by checks that say what they promise, and what their failure means', () => {
    const checks = readChecks(readModels())
    expect(checks).toContainEqual(
      expect.objectContaining({ name: 'gold_equals_silver', severity: 'blocking' }),
    )
    for (const { promise, sql } of checks) {
      expect(promise).not.toBe('')
      expect(sql).toMatch(/^(select|with)\b/)
    }
  })
})
