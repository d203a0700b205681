import { CLASSIFICATION_METHODS } from '../../app/domain/classification.ts'
import { FILTER_DIMENSIONS, type Filters, type FilterValue } from '../../app/domain/filters.ts'
import { LEVELS } from '../../app/domain/geography.ts'
import { placeCode } from '../../app/domain/ids.ts'
import { METRIC_IDS } from '../../app/domain/metrics.ts'
import { dayFromIso, isoFromDay } from '../../app/domain/time.ts'
import { type Classing, FIRST_QUESTION, type Period, type Question } from './question.ts'

/**
 * A question as the fragment of an address, and back: `#metric=net_sales&level=city&in=0300000000&days=90`. What is as at
 * the start is left out. A fragment that cannot be read gives the start's value for that part: a link never fails.
 */
export function linkOf(question: Question): string {
  const parts = new URLSearchParams()
  if (question.metric !== FIRST_QUESTION.metric) parts.set('metric', question.metric)
  if (question.cluster !== null) parts.set('basket', question.cluster)
  if (question.level !== FIRST_QUESTION.level) parts.set('level', question.level)
  if (question.within !== null) parts.set('in', question.within)
  if (question.picked !== null) parts.set('at', question.picked)
  const { period, classing } = question
  if (period.kind === 'last') parts.set('days', String(period.days))
  if (period.kind === 'between') parts.set('days', `${isoFromDay(period.from)}..${isoFromDay(period.to)}`)
  for (const dimension of FILTER_DIMENSIONS) {
    const allowed = question.filters[dimension]
    if (allowed !== undefined) parts.set(dimension, JSON.stringify(allowed))
  }
  if (
    classing.method !== FIRST_QUESTION.classing.method ||
    classing.count !== FIRST_QUESTION.classing.count
  ) {
    parts.set('classes', `${classing.method}.${classing.count}`)
  }
  return parts.toString()
}

export function questionOf(link: string): Question {
  const parts = new URLSearchParams(link.replace(/^#/, ''))
  return {
    metric: oneOf(METRIC_IDS, parts.get('metric')) ?? FIRST_QUESTION.metric,
    cluster: parts.get('basket'),
    level: oneOf(LEVELS, parts.get('level')) ?? FIRST_QUESTION.level,
    within: placeCode.safeParse(parts.get('in')).data ?? null,
    picked: placeCode.safeParse(parts.get('at')).data ?? null,
    period: periodOf(parts.get('days')),
    filters: filtersOf(parts),
    classing: classingOf(parts.get('classes')),
  }
}

function oneOf<T extends string>(values: readonly T[], text: string | null): T | undefined {
  return values.find(value => value === text)
}

function periodOf(text: string | null): Period {
  if (text === null) return FIRST_QUESTION.period
  if (/^[1-9]\d{0,4}$/.test(text)) return { kind: 'last', days: Number(text) }
  const [from = '', to = ''] = text.split('..')
  try {
    return { kind: 'between', from: dayFromIso(from), to: dayFromIso(to) }
  } catch {
    return FIRST_QUESTION.period
  }
}

function filtersOf(parts: URLSearchParams): Filters {
  const filters: { -readonly [D in keyof Filters]: Filters[D] } = {}
  for (const dimension of FILTER_DIMENSIONS) {
    const allowed = parts.has(dimension) ? valuesOf(parts.get(dimension) ?? '') : undefined
    if (allowed !== undefined) filters[dimension] = allowed
  }
  return filters
}

function valuesOf(text: string): FilterValue[] | undefined {
  try {
    const values: unknown = JSON.parse(text)
    return Array.isArray(values) && values.every(isFilterValue) ? values : undefined
  } catch {
    return undefined
  }
}

function isFilterValue(value: unknown): value is FilterValue {
  return value === null || typeof value === 'string'
}

function classingOf(text: string | null): Classing {
  const [name = '', digits = ''] = (text ?? '').split('.')
  const method = oneOf(CLASSIFICATION_METHODS, name)
  return method !== undefined && /^[2-9]$/.test(digits)
    ? { method, count: Number(digits) }
    : FIRST_QUESTION.classing
}
