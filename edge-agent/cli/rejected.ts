import { join } from 'node:path'
import { writeFileDurably } from '../durable-file.ts'
import { clearRejected, readRejected } from '../outbox/rejected.ts'

export interface RejectedOptions {
  readonly home: string
  readonly export?: string
  readonly clear?: true
}

export interface RejectedReport {
  readonly rejected: number
  readonly exported: string | null
  readonly cleared: number
}

/**
 * Counts what was rejected; writes it to a file, one JSON object a line with its text (or its bytes as base64 where they are no text);
 * forgets it. What is exported and cleared in one go is the same: nothing that came in between is lost.
 *
 * @throws ScoutError `outbox_locked` when it is to be cleared while an agent runs.
 */
export function rejected({ home, export: file, clear }: RejectedOptions): RejectedReport {
  const { newest, rejections } = readRejected(home)
  if (file !== undefined) {
    writeFileDurably(
      join(file),
      rejections.map(rejection => `${JSON.stringify(shown(rejection))}\n`).join(''),
    )
  }
  const cleared = clear ? clearRejected(home, newest) : 0
  return { rejected: rejections.length, exported: file ?? null, cleared }
}

type Rejection = ReturnType<typeof readRejected>['rejections'][number]

function shown({ raw, ...about }: Rejection): object {
  try {
    return { ...about, text: new TextDecoder('utf-8', { fatal: true }).decode(raw) }
  } catch {
    // No text: the bytes, so that nothing is changed by being shown.
    return { ...about, base64: Buffer.from(raw).toString('base64') }
  }
}
