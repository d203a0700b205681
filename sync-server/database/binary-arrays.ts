/*
 * Arrays in Postgres' binary format, for `unnest`: node-postgres passes a Buffer on as a binary parameter. Nothing is quoted here and
 * nothing unquoted there, which for a batch of sales costs less than half of what text costs.
 */

const OID = {
  bool: 16,
  bytea: 17,
  bigint: 20,
  integer: 23,
  text: 25,
  date: 1082,
  timestamptz: 1184,
  jsonb: 3802,
}
const HEADER_BYTES = 20
const LENGTH_BYTES = 4
const NULL = -1
/** 2000-01-01, from which Postgres counts. */
const EPOCH_MS = Date.UTC(2000, 0, 1)
const DAY_MS = 86_400_000
const JSONB_VERSION = 1

export function textArray(values: readonly (string | null)[]): Buffer {
  return varying(OID.text, values, 0)
}

/** Each value is the text of a JSON value. */
export function jsonbArray(values: readonly string[]): Buffer {
  return varying(OID.jsonb, values, 1)
}

export function byteaArray(values: readonly Uint8Array[]): Buffer {
  const bytes = values.reduce((sum, value) => sum + value.length, 0)
  const array = begin(OID.bytea, values, bytes)
  let at = HEADER_BYTES
  for (const value of values) {
    at = array.writeInt32BE(value.length, at)
    array.set(value, at)
    at += value.length
  }
  return array
}

export function bigintArray(values: readonly (number | null)[]): Buffer {
  return fixed(OID.bigint, 8, values, (array, value, at) => array.writeBigInt64BE(BigInt(value), at))
}

export function booleanArray(values: readonly boolean[]): Buffer {
  return fixed(OID.bool, 1, values, (array, value, at) => array.writeUInt8(value ? 1 : 0, at))
}

export function instantArray(values: readonly (Date | null)[]): Buffer {
  return fixed(OID.timestamptz, 8, values, (array, value, at) =>
    array.writeBigInt64BE(BigInt(value.getTime() - EPOCH_MS) * 1000n, at),
  )
}

/** Days as `YYYY-MM-DD`. */
export function dateArray(values: readonly string[]): Buffer {
  return fixed(OID.date, 4, values, (array, value, at) =>
    array.writeInt32BE((Date.parse(value) - EPOCH_MS) / DAY_MS, at),
  )
}

function varying(oid: number, values: readonly (string | null)[], prefix: 0 | 1): Buffer {
  const bytes = values.reduce(
    (sum, value) => sum + (value === null ? 0 : prefix + Buffer.byteLength(value)),
    0,
  )
  const array = begin(oid, values, bytes)
  let at = HEADER_BYTES
  for (const value of values) {
    if (value === null) {
      at = array.writeInt32BE(NULL, at)
      continue
    }
    const start = at + LENGTH_BYTES
    if (prefix === 1) array[start] = JSONB_VERSION
    const length = prefix + array.write(value, start + prefix, 'utf8')
    array.writeInt32BE(length, at)
    at = start + length
  }
  return array
}

function fixed<T>(
  oid: number,
  size: number,
  values: readonly (T | null)[],
  write: (array: Buffer, value: T, at: number) => void,
): Buffer {
  const known = values.reduce((count, value) => (value === null ? count : count + 1), 0)
  const array = begin(oid, values, known * size)
  let at = HEADER_BYTES
  for (const value of values) {
    if (value === null) {
      at = array.writeInt32BE(NULL, at)
      continue
    }
    write(array, value, array.writeInt32BE(size, at))
    at += LENGTH_BYTES + size
  }
  return array
}

/** One dimension, first index 1. */
function begin(oid: number, values: readonly unknown[], bytes: number): Buffer {
  const array = Buffer.allocUnsafe(HEADER_BYTES + values.length * LENGTH_BYTES + bytes)
  array.writeInt32BE(1, 0)
  array.writeInt32BE(values.includes(null) ? 1 : 0, 4)
  array.writeInt32BE(oid, 8)
  array.writeInt32BE(values.length, 12)
  array.writeInt32BE(1, 16)
  return array
}
