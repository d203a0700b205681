import type { GoodRow } from './read-file.ts'
import type { Scratch } from './seen-keys.ts'

/** Lines of sales, found by their sale wherever in the files they stand. They lie on disk. */
export interface StagedItems {
  add(file: string, row: GoodRow): void
  /** The lines of a sale, in the order of the files; they are then taken. */
  take(storeId: string, transactionId: string): ReadonlyMap<string, string | null>[]
  /** Lines that no sale took. */
  left(): Iterable<{ readonly file: string; readonly line: number }>
  count(): number
}

/** A line without a store belongs to the sale of that id, in whichever store. */
export function stageItems({ database }: Scratch): StagedItems {
  database.exec(
    `create table item (
       n integer primary key, sale text not null, file text not null, line integer not null, content text not null, taken integer not null default 0
     )`,
  )
  const insert = database.prepare('insert into item (sale, file, line, content) values (?, ?, ?, ?)')
  let indexed = false
  const index = () => {
    if (!indexed) database.exec('create index item_sale on item (sale)')
    indexed = true
  }
  const key = (storeId: string | null, transactionId: string) => JSON.stringify([storeId, transactionId])
  let added = 0
  return {
    add(file, { line, values }) {
      const sale = key(values.get('store_id') ?? null, String(values.get('transaction_id')))
      insert.run(sale, file, line, JSON.stringify([...values]))
      added++
    },
    take(storeId, transactionId) {
      index()
      const keys = [key(storeId, transactionId), key(null, transactionId)]
      const rows = database.prepare('select content from item where sale in (?, ?) order by n').all(...keys)
      database.prepare('update item set taken = 1 where sale in (?, ?)').run(...keys)
      return rows.map(row => new Map<string, string | null>(JSON.parse(String(row.content))))
    },
    *left() {
      for (const row of database
        .prepare('select file, line from item where taken = 0 order by n')
        .iterate()) {
        yield { file: String(row.file), line: Number(row.line) }
      }
    },
    count: () => added,
  }
}
