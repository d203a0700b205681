import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { fromWireError, ScoutError, type WireError } from '../app/errors.ts'
import { readFileIfThere, writeFileDurably } from './durable-file.ts'

/**
 * How a command asks the agent that runs on the same home for a new key: by files in that home, which nobody else can write. The command
 * cannot do it itself, since two processes that sign for one device with two keys look like a copied device.
 */
const answerFile = z.object({
  id: z.string(),
  ok: z.boolean(),
  error: z.unknown().optional(),
})

const POLL_MS = 500
const WAIT_MS = 120_000

const requestPath = (home: string) => join(home, 'rotate-key.request')
const answerPath = (home: string) => join(home, 'rotate-key.answer')

interface RotationRequest {
  answer(result: { ok: true } | { ok: false; error: WireError }): void
}

/** The requests that come while the agent runs, until the signal. */
export async function* rotationRequests(home: string, signal: AbortSignal): AsyncGenerator<RotationRequest> {
  while (!signal.aborted) {
    const id = readFileIfThere(requestPath(home))?.trim()
    if (id !== undefined && id !== '') {
      rmSync(requestPath(home), { force: true })
      yield { answer: result => writeFileDurably(answerPath(home), JSON.stringify({ id, ...result })) }
    }
    await delay(POLL_MS, undefined, { signal, ref: false }).catch(() => undefined)
  }
}

/** Asks the running agent and waits for what it says. @throws ScoutError what its server or network made of it, `busy` when it does not answer. */
export async function requestRotation(home: string, waitMs = WAIT_MS): Promise<void> {
  const id = randomUUID()
  writeFileDurably(requestPath(home), id)
  for (const end = performance.now() + waitMs; performance.now() < end; await delay(POLL_MS)) {
    const text = readFileIfThere(answerPath(home))
    const answer = text === undefined ? undefined : answerFile.parse(JSON.parse(text))
    if (answer?.id !== id) continue
    rmSync(answerPath(home), { force: true })
    if (!answer.ok) throw fromWireError(answer.error)
    return
  }
  throw new ScoutError('busy', {
    message:
      'The running agent did not answer. It may be waiting for its network: it changes the key when it gets to it.',
  })
}
