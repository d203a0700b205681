import { open } from 'node:fs/promises'
import { type FileLook, resume } from './file-position.ts'
import { isNamedDocument, readDocument } from './json-document.ts'
import { readLines } from './json-lines.ts'
import type { Portion } from './portion.ts'

/**
 * Hands over what a file holds beyond where it was left, in portions that are each stored in one transaction, and says how
 * far that goes.
 */
export async function readPortions(
  look: FileLook,
  take: (portion: Portion) => Promise<void>,
  signal?: AbortSignal,
): Promise<{ readTo: number; document: boolean }> {
  await using handle = await open(look.absolute)
  const start = await resume(handle, look)
  let readTo = start.readTo
  if (start.readTo === 0 && isNamedDocument(look.path)) {
    const document = await readDocument(handle, look)
    if (document === 'growing') return { readTo, document: true }
    if (document !== 'lines') {
      await take(document)
      return { readTo: document.progress.readTo, document: true }
    }
  }
  for await (const portion of readLines(handle, look, start)) {
    await take(portion)
    readTo = portion.progress.readTo
    if (signal?.aborted) break
  }
  return { readTo, document: false }
}
