import type { FileProgress, NewRejection, NewSale } from '../outbox/records.ts'
import type { ReadSale } from './read-sales.ts'

/** What of a file is stored in one transaction: `progress` covers exactly these sales and rejections and what came before. */
export interface Portion {
  readonly sales: readonly NewSale[]
  readonly rejections: readonly NewRejection[]
  readonly progress: FileProgress
  /** Of the file. */
  readonly bytes: number
  /** The file is one JSON document, and this is all of it. */
  readonly document: boolean
}

export interface LineRead {
  readonly line: number | null
  readonly read: readonly ReadSale[]
}

export function portion(
  lines: readonly LineRead[],
  progress: FileProgress,
  bytes: number,
  document: boolean,
): Portion {
  const sales: NewSale[] = []
  const rejections: NewRejection[] = []
  for (const { line, read } of lines) {
    for (const item of read) {
      if (item.ok) {
        sales.push(item.sale)
        continue
      }
      const { error, raw, contract } = item
      const source = `folder:${progress.path}`
      rejections.push({ source, line, contract, code: error.code, message: error.message, raw })
    }
  }
  return { sales, rejections, progress, bytes, document }
}
