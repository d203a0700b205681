import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ScoutError } from '../../app/errors.ts'
import { sqlDirectory } from '../database/sql-directory.ts'

/** A relation of a refined layer and the SQL that refills it for given business days. */
export interface Model {
  readonly layer: Layer
  /** Schema-qualified, such as `scout.gold_sales_cube`. */
  readonly relation: string
  readonly grain: string
  readonly key: readonly string[]
  readonly inputs: readonly string[]
  readonly kind: string
  /** In order; each takes `$1` tenant and `$2` days (null is all). The last one returns `rows`, what it wrote. */
  readonly statements: readonly string[]
  readonly sha256: string
}

/** A query that returns what is wrong; no row means all is well. Parameters as a model's. */
export interface Check {
  readonly name: string
  readonly promise: string
  readonly sql: string
}

const LAYERS = ['silver', 'gold', 'platinum'] as const
export type Layer = (typeof LAYERS)[number]

/** All models, each after those that it reads. */
export function readModels(): Model[] {
  return inOrder(
    LAYERS.flatMap(layer => sqlFiles(layer).map(({ name, sql }) => parseModel(layer, name, sql))),
  )
}

export function readChecks(): Check[] {
  return sqlFiles('checks').map(({ name, sql }) => {
    const promise = headerOf(sql).get('check')
    if (promise === undefined) throw malformed(name, 'its header has no "check"')
    return { name, promise, sql }
  })
}

/** @throws ScoutError `reference_invalid` when the header lacks a field or names another relation than the file. */
export function parseModel(layer: Layer, name: string, sql: string): Model {
  const header = headerOf(sql)
  const field = (key: string): string => {
    const value = header.get(key)
    if (value === undefined) throw malformed(name, `its header has no "${key}"`)
    return value
  }
  const relation = field('relation')
  if (relation !== `scout.${name}`) throw malformed(name, `its header names ${relation}`)
  return {
    layer,
    relation,
    grain: field('grain'),
    key: list(field('key')),
    inputs: list(field('inputs')),
    kind: field('kind'),
    statements: statementsOf(sql),
    sha256: createHash('sha256').update(sql).digest('hex'),
  }
}

/** @throws ScoutError `reference_invalid` when models read each other in a circle. */
export function inOrder(models: readonly Model[]): Model[] {
  const waiting = new Map(models.map(model => [model.relation, model]))
  const ordered: Model[] = []
  while (waiting.size > 0) {
    const ready = [...waiting.values()].filter(model => !model.inputs.some(input => waiting.has(input)))
    if (ready.length === 0) {
      throw new ScoutError('reference_invalid', {
        message: `Transforms read each other in a circle: ${[...waiting.keys()].join(', ')}.`,
      })
    }
    for (const model of ready) waiting.delete(model.relation)
    ordered.push(...ready)
  }
  return ordered
}

/** `-- key: value` of the comment lines that open the file. */
function headerOf(sql: string): Map<string, string> {
  const header = new Map<string, string>()
  for (const line of sql.split('\n')) {
    if (!line.startsWith('--')) break
    const match = /^-- ([a-z]+): (.+)$/.exec(line)
    if (match?.[1] !== undefined && match[2] !== undefined && !header.has(match[1]))
      header.set(match[1], match[2])
  }
  return header
}

/** Statements end with `;` at the end of a line (sql/CONVENTIONS.md), and nothing else does. */
function statementsOf(sql: string): string[] {
  const code = sql
    .split('\n')
    .filter(line => !line.trimStart().startsWith('--'))
    .join('\n')
  return code
    .split(/;[ \t]*(?:\n|$)/)
    .map(statement => statement.trim())
    .filter(statement => statement !== '')
}

function sqlFiles(directory: string): { name: string; sql: string }[] {
  const path = join(sqlDirectory(), directory)
  return readdirSync(path)
    .filter(file => file.endsWith('.sql'))
    .sort()
    .map(file => ({ name: file.slice(0, -'.sql'.length), sql: readFileSync(join(path, file), 'utf8') }))
}

function list(value: string): string[] {
  return value.split(',').map(item => item.trim())
}

function malformed(name: string, problem: string): ScoutError {
  return new ScoutError('reference_invalid', {
    message: `The transform ${name}.sql cannot be read: ${problem}.`,
  })
}
