import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'

/**
 * INVARIANTS
 * - Salvage only reads. What it yields was readable and is whole: the sale is JSON.
 * - A sale that was already sent may come again under a new number; the server knows it by its transaction id and hash.
 */

const readable = z.object({
  contract: z.string(),
  recorded_at: z.iso.datetime(),
  sale: z.string().refine(isJson),
})
export type SalvagedSale = z.infer<typeof readable>

/** The waiting sales of a damaged outbox, oldest first, up to the damage. */
export function salvage(path: string): SalvagedSale[] {
  const saved: SalvagedSale[] = []
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, { readOnly: true })
    for (const row of database
      .prepare('select contract, recorded_at, sale from waiting order by seq')
      .iterate()) {
      const parsed = readable.safeParse(row)
      if (parsed.success) saved.push(parsed.data)
    }
  } catch {
    // The damage: what was read before it is what can be saved; the file stays for whoever can do more.
  } finally {
    database?.close()
  }
  return saved
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
