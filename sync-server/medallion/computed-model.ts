/** A row by column. `numeric` is text, `bigint` and doubles are numbers, a `date` is `YYYY-MM-DD`, `jsonb` is what it holds. */
export type Row = Readonly<Record<string, unknown>>

/**
 * A relation that SQL cannot make: from the rows of the model's select, in its order, to the relation's rows, in batches of any size.
 * A row names every column of the table. The same rows in give the same rows out, on every machine. It runs inside the transaction
 * that reads and writes, so it awaits nothing but its input; `computed/computed-models.ts` names it.
 */
export type Compute = (
  rows: AsyncIterable<readonly Row[]>,
  signal: AbortSignal | undefined,
) => AsyncIterable<readonly Row[]>
