import type { Column, ColumnType } from './columns.ts'

/** A value in the one form that the database reads, or what is wrong with it. */
export type Reading = { readonly value: string | null } | { readonly problem: string }

/** Reads one field: trimmed, and null when it is empty. */
export function readValue(column: Column, written: string): Reading {
  const text = written.trim()
  if (text === '') return column.required ? { problem: 'is empty' } : { value: null }
  if (text.includes('\ufffd')) return { problem: 'is not written in UTF-8' }
  if (text.includes('\u0000')) return { problem: 'has a NUL character' }
  const reading = READERS[column.type](text)
  if (reading === undefined) {
    const shown = column.personal ? 'The value' : `“${text.slice(0, 60)}”`
    return { problem: `${shown} is not ${FORMS[column.type]}` }
  }
  const { min, max } = column
  if (min !== undefined && Number(reading) < min) return { problem: `is below ${min}` }
  if (max !== undefined && Number(reading) > max) return { problem: `is above ${max}` }
  return { value: reading }
}

const FORMS: Readonly<Record<ColumnType, string>> = {
  id: 'an id of 1 to 128 characters',
  text: 'a text of at most 512 characters',
  integer: 'a whole number',
  decimal: 'a number such as 1234.50',
  boolean: 'true or false',
  date: 'a day such as 2025-08-14',
  moment: 'a moment such as 2025-08-14T18:30:00',
  list: 'a list such as A|B',
}

const TRUE = new Set(['true', 't', 'yes', 'y', '1'])
const FALSE = new Set(['false', 'f', 'no', 'n', '0'])
const INT_MAX = 2 ** 31 - 1

/** `undefined`: the text is none. */
const READERS: Readonly<Record<ColumnType, (text: string) => string | undefined>> = {
  id: text => (text.length <= 128 ? text : undefined),
  text: text => (text.length <= 512 ? text : undefined),
  integer: text =>
    /^-?\d{1,10}(\.0+)?$/.test(text) && Math.abs(Number(text)) <= INT_MAX ? String(Number(text)) : undefined,
  decimal: text => (/^-?\d{1,15}(\.\d{1,6})?$/.test(text) ? text : undefined),
  boolean(text) {
    const lower = text.toLowerCase()
    if (TRUE.has(lower)) return 'true'
    return FALSE.has(lower) ? 'false' : undefined
  },
  date(text) {
    const day = /^(\d{4}-\d{2}-\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?$/.exec(text)?.[1]
    return day !== undefined && isDay(day) ? day : undefined
  },
  moment(text) {
    const iso = text.replace(' ', 'T')
    if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?$/.test(iso)) return undefined
    const zoned = /(Z|[+-]\d{2}:\d{2})$/.test(iso)
    return isDay(iso.slice(0, 10)) && !Number.isNaN(Date.parse(zoned ? iso : `${iso}Z`)) ? iso : undefined
  },
  list: text =>
    JSON.stringify(
      text
        .split(/[|;]/)
        .map(item => item.trim())
        .filter(item => item !== ''),
    ),
}

function isDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day) && day >= '1900-01-01'
}
