import type { Anomaly } from '../../app/contracts/worker.ts'
import type { BasketDays } from './basket-days.ts'
import { INTEGER_TYPES, type IntegerColumn } from './narrowest.ts'
import type { SalesColumns } from './sales-columns.ts'
import type { StoreDays } from './store-days.ts'

/** All facts of a version, ready to answer from. */
export interface Facts {
  readonly sales: SalesColumns
  readonly storeDays: StoreDays
  readonly anomalies: readonly Anomaly[]
  readonly baskets: BasketDays
}

/** Raised with any change of the layout: what an older Scout wrote is then not found, and made anew. */
export const FACTS_LAYOUT = 'facts2'

const ALIGN = 8
/** Checksum of all that follows, then length of the header. */
const PREFIX_BYTES = 8

/** Stands in the header for a column: its type, its length, and where it starts after the header. */
interface ColumnEntry {
  readonly column: number
  readonly length: number
  readonly at: number
}

/**
 * The facts as one file: prefix, header as JSON, then the columns as they stand in memory. Reading it is reading the disk: the columns
 * are views of the bytes read.
 */
export function packFacts(facts: Facts): Uint8Array<ArrayBuffer> {
  const columns: { readonly array: IntegerColumn; readonly at: number }[] = []
  let size = 0
  const header = JSON.stringify(facts, (_, value: unknown) => {
    const type = INTEGER_TYPES.findIndex(candidate => value instanceof candidate)
    if (type < 0) return value
    const array = value as IntegerColumn
    columns.push({ array, at: size })
    const entry: ColumnEntry = { column: type, length: array.length, at: size }
    size = aligned(size + array.byteLength)
    return entry
  })
  const headerBytes = new TextEncoder().encode(header)
  const start = aligned(PREFIX_BYTES + headerBytes.length)
  const file = new Uint8Array(start + size)
  file.set(headerBytes, PREFIX_BYTES)
  for (const { array, at } of columns) {
    file.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), start + at)
  }
  const prefix = new Uint32Array(file.buffer, 0, 2)
  prefix[1] = headerBytes.length
  prefix[0] = checksum(file)
  return file
}

/** The facts of a packed file; null when it is not whole. */
export function unpackFacts(file: Uint8Array<ArrayBuffer>): Facts | null {
  if (file.byteLength < PREFIX_BYTES || file.byteLength % ALIGN !== 0) return null
  const [sum, headerLength = 0] = new Uint32Array(file.buffer, file.byteOffset, 2)
  if (sum !== checksum(file)) return null
  const header = new TextDecoder().decode(file.subarray(PREFIX_BYTES, PREFIX_BYTES + headerLength))
  const start = file.byteOffset + aligned(PREFIX_BYTES + headerLength)
  return JSON.parse(header, (_, value: unknown) => {
    const type = isColumnEntry(value) ? INTEGER_TYPES[value.column] : undefined
    return isColumnEntry(value) && type ? new type(file.buffer, start + value.at, value.length) : value
  }) as Facts
}

function isColumnEntry(value: unknown): value is ColumnEntry {
  return typeof value === 'object' && value !== null && 'column' in value && 'at' in value
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGN) * ALIGN
}

/** Against a disk that forgot, not against an attacker: who can write here can write anything. */
function checksum(file: Uint8Array<ArrayBuffer>): number {
  const words = new Uint32Array(file.buffer, file.byteOffset, file.byteLength / 4)
  let sum = 0
  for (let word = 1; word < words.length; word++) sum = (Math.imul(sum, 31) + (words[word] as number)) | 0
  return sum >>> 0
}
