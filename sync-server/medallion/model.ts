/** A relation of a refined layer: the header and the one `select` of its file (sql/CONVENTIONS.md). */
export interface Model {
  readonly layer: Layer
  /** Schema-qualified, such as `scout.gold_sales_cube`. */
  readonly relation: string
  readonly grain: string
  readonly key: readonly string[]
  readonly inputs: readonly string[]
  readonly refresh: Refresh
  /** `$1` is the tenant, `$2` the slices to redo (null is all); a view has neither. */
  readonly select: string
  /** Of all the above: prose may change without a rebuild. */
  readonly sha256: string
}

/** How a relation is kept. */
export type Refresh =
  /** With every arrival, the touched slices alone; equal to a full rebuild. */
  | {
      readonly kind: 'incremental'
      /** The column that a slice is a value of. */
      readonly slice: string
      /** From the touched business days (`$2`) to slices; null when a slice is a business day. */
      readonly redo: string | null
      /** A computed relation that the select reads as its parameters: it is no input, and when it is made anew every slice is redone. */
      readonly fit?: string
    }
  /** Whole, when its schedule says so; `computed` in TypeScript from the rows of its select (`computed-model.ts`). */
  | { readonly kind: 'windowed' | 'computed'; readonly schedule: Schedule }
  /** Never: it is a view. */
  | { readonly kind: 'view' }

export const LAYERS = ['silver', 'gold', 'platinum'] as const
export type Layer = (typeof LAYERS)[number]

export const KINDS = ['incremental', 'windowed', 'computed', 'view'] as const

/** Hours between two runs of a relation that is redone whole. */
export const SCHEDULE_HOURS = { hourly: 1, 'six-hourly': 6, daily: 24 } as const
export type Schedule = keyof typeof SCHEDULE_HOURS
