import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ScoutError } from '../../app/errors.ts'
import { writeDurably } from '../../sync-server/files/durable-write.ts'
import type { SampleKind } from './sample.ts'

/**
 * Notes which sample a home holds, so that two never mix.
 *
 * @throws ScoutError `conflict` when it is the other one
 */
export async function keepToOneSample(home: string, kind: SampleKind): Promise<void> {
  const file = join(home, 'sample-kind')
  const held = existsSync(file) ? readFileSync(file, 'utf8').trim() : heldBefore(home)
  if (held === undefined) return writeDurably(file, `${kind}\n`)
  if (held === kind) return
  throw new ScoutError('conflict', {
    message: `${home} holds the ${held} sample. Start with --sample ${held}, or give another folder with --home.`,
  })
}

/** Before there was a choice it was the seed's. */
function heldBefore(home: string): SampleKind | undefined {
  return existsSync(join(home, 'agents')) ? 'seed' : undefined
}
