import type { PackInfo } from '../../app/domain/geography.ts'
import type { Metric } from '../../app/domain/metrics.ts'

/** Thin, and no line breaks at it: between a number and what belongs to it. */
const THIN = '\u202f'
export const NO_VALUE = '–'

const SCALES = [
  { limit: 1e12, suffix: 'T' },
  { limit: 1e9, suffix: 'B' },
  { limit: 1e6, suffix: 'M' },
  { limit: 1e4, divisor: 1e3, suffix: 'K' },
] as const

export interface MetricFormat {
  /** At most three digits and a scale: ₱12.4 M. */
  compact(value: number): string
  /** Every digit: ₱12,400,000.00. */
  exact(value: number): string
}

export function metricFormat(
  metric: Pick<Metric, 'unit' | 'decimals'>,
  pack: Pick<PackInfo, 'currency' | 'locale'>,
): MetricFormat {
  if (metric.unit === 'share') {
    return { compact: value => percent(value, pack.locale), exact: value => percent(value, pack.locale) }
  }
  const symbol = metric.unit === 'currency' ? pack.currency.symbol : ''
  return {
    compact: value => signed(value, symbol, size => compactNumber(size, metric.decimals, pack.locale)),
    exact: value => signed(value, symbol, size => fixed(size, metric.decimals, pack.locale)),
  }
}

function signed(value: number, symbol: string, write: (size: number) => string): string {
  if (!Number.isFinite(value)) return NO_VALUE
  const text = write(Math.abs(value))
  return value < 0 && /[1-9]/.test(text) ? `−${symbol}${text}` : `${symbol}${text}`
}

function compactNumber(size: number, decimals: number, locale: string): string {
  for (const scale of SCALES) {
    const divisor = 'divisor' in scale ? scale.divisor : scale.limit
    // What rounds up to the next scale belongs there: 999,950 is 1.00 M, not 1,000 K.
    if (roundedTo3(size) >= scale.limit) return `${threeDigits(size / divisor, locale)}${THIN}${scale.suffix}`
  }
  if (decimals === 0 || size >= 1000) return fixed(size, 0, locale)
  if (size >= 100) return fixed(size, 1, locale)
  return fixed(size, size < 1 ? decimals : 2, locale)
}

function roundedTo3(size: number): number {
  return Number(size.toPrecision(3))
}

function threeDigits(value: number, locale: string): string {
  const rounded = roundedTo3(value)
  return fixed(rounded, rounded >= 100 ? 0 : rounded >= 10 ? 1 : 2, locale)
}

const formatters = new Map<string, Intl.NumberFormat>()

function fixed(value: number, digits: number, locale: string): string {
  const key = `${locale} ${digits}`
  let formatter = formatters.get(key)
  if (formatter === undefined) {
    formatter = new Intl.NumberFormat(locale, {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    })
    formatters.set(key, formatter)
  }
  return formatter.format(value)
}

export function wholeNumber(value: number, locale: string): string {
  return Number.isFinite(value) ? fixed(value, 0, locale) : NO_VALUE
}

/** 0.1234 → 12.3 %; what is not nothing never reads as nothing, and what is not all never as all. */
export function percent(share: number, locale: string): string {
  if (!Number.isFinite(share)) return NO_VALUE
  if (share > 0 && share < 0.001) return `<${THIN}0.1${THIN}%`
  if (share < 1 && share > 0.999) return `>${THIN}99.9${THIN}%`
  return `${fixed(share * 100, share === 0 || share === 1 ? 0 : 1, locale)}${THIN}%`
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB'] as const

/** 5,432,100 → 5.4 MB (decimal units). */
export function byteSize(bytes: number): string {
  let size = bytes
  let unit = 0
  while (size >= 999.5 && unit < BYTE_UNITS.length - 1) {
    size /= 1000
    unit++
  }
  return `${size.toFixed(unit === 0 || size >= 100 ? 0 : 1)}${THIN}${BYTE_UNITS[unit]}`
}

/** 1 → 1st, 12 → 12th, 23 → 23rd. */
export function ordinalNumber(rank: number): string {
  const lastTwo = rank % 100
  if (lastTwo >= 11 && lastTwo <= 13) return `${rank}th`
  return `${rank}${['th', 'st', 'nd', 'rd'][rank % 10] ?? 'th'}`
}
