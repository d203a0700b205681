import { createHash } from 'node:crypto'
import { ScoutError } from '../../app/errors.ts'
import { KINDS, type Layer, type Model, type Refresh, SCHEDULE_HOURS, type Schedule } from './model.ts'

/** @throws ScoutError `reference_invalid` when the header lacks a field, names another relation than the file, or no one select follows. */
export function parseModel(layer: Layer, name: string, sql: string): Model {
  const header = headerOf(sql)
  const field = (key: string) => required(header, key, name)
  const relation = field('relation')
  if (relation !== `scout.${name}`) throw malformed(name, `its header names ${relation}`)
  const select = codeOf(sql)
  if (!/^(select|with)\b/.test(select)) throw malformed(name, 'what follows the header is no select')
  if (select.replace(/'[^']*'/g, '').includes(';')) throw malformed(name, 'it is one select, without a ";"')
  const refresh = refreshOf(header, name)
  const parameters = new Set(select.match(/\$\d+/g))
  const allowed = ALLOWED[refresh.kind]
  for (const parameter of parameters) {
    if (!allowed.includes(parameter))
      throw malformed(name, `a model of kind ${refresh.kind} has no ${parameter}`)
  }
  if (refresh.kind === 'incremental' && parameters.size < 2)
    throw malformed(name, 'it does not speak of $1 and $2')
  const meaning = {
    layer,
    relation,
    grain: field('grain'),
    key: list(field('key')),
    inputs: list(field('inputs')),
    refresh,
    select,
  }
  const sha256 = createHash('sha256')
    .update(JSON.stringify([FORMAT, meaning]))
    .digest('hex')
  return { ...meaning, sha256 }
}

/** Raise it when the runner makes other statements of the same file. */
const FORMAT = 1

const ALLOWED: Record<Refresh['kind'], readonly string[]> = {
  incremental: ['$1', '$2'],
  windowed: ['$1'],
  computed: ['$1'],
  view: [],
}

/** `-- key: value` of the comment lines that open the file. */
export function headerOf(sql: string): Map<string, string> {
  const header = new Map<string, string>()
  for (const line of sql.split('\n')) {
    if (!line.startsWith('--')) break
    const match = /^-- ([a-z]+): (.+)$/.exec(line)
    if (match?.[1] !== undefined && match[2] !== undefined && !header.has(match[1]))
      header.set(match[1], match[2])
  }
  return header
}

/** The file without its comment lines. */
export function codeOf(sql: string): string {
  return sql
    .split('\n')
    .filter(line => !line.trimStart().startsWith('--'))
    .join('\n')
    .trim()
}

export function required(header: ReadonlyMap<string, string>, key: string, name: string): string {
  const value = header.get(key)
  if (value === undefined) throw malformed(name, `its header has no "${key}"`)
  return value
}

export function oneOf<T extends string>(values: readonly T[], value: string, key: string, name: string): T {
  const found = values.find(known => known === value)
  if (found === undefined) throw malformed(name, `"${key}: ${value}" is none of ${values.join(', ')}`)
  return found
}

function refreshOf(header: ReadonlyMap<string, string>, name: string): Refresh {
  const kind = oneOf(KINDS, required(header, 'kind', name), 'kind', name)
  if (kind === 'view') return { kind }
  if (kind === 'incremental') {
    const fit = header.get('fit')
    const slices = { kind, slice: header.get('slice') ?? 'date_key', redo: header.get('redo') ?? null }
    return fit === undefined ? slices : { ...slices, fit }
  }
  const schedules = Object.keys(SCHEDULE_HOURS) as Schedule[]
  return { kind, schedule: oneOf(schedules, required(header, 'schedule', name), 'schedule', name) }
}

function list(value: string): string[] {
  return value.split(',').map(item => item.trim())
}

function malformed(name: string, problem: string): ScoutError {
  return new ScoutError('reference_invalid', { message: `${name}.sql cannot be read: ${problem}.` })
}
