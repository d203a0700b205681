/** Columns of whole numbers. Their element type is the narrowest that holds every value exactly. */
export type IntegerColumn =
  | Uint8Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>

export const INTEGER_TYPES = [
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float64Array,
] as const

const LIMITS: readonly (readonly [min: number, max: number])[] = [
  [0, 0xff],
  [-0x80, 0x7f],
  [0, 0xffff],
  [-0x8000, 0x7fff],
  [0, 0xffffffff],
  [-0x80000000, 0x7fffffff],
]

/** A column for values of `[min, max]`. Beyond 32 bits a double holds whole numbers up to 2^53 exactly. */
export function narrowest(min: number, max: number, length: number): IntegerColumn {
  const at = LIMITS.findIndex(([low, high]) => min >= low && max <= high)
  return new (INTEGER_TYPES[at] ?? Float64Array)(length)
}
