import type { FastifyInstance } from 'fastify'
import { ScoutError } from '../../app/errors.ts'
import { storableText } from '../ingestion/storable-text.ts'

/** Refuses JSON whose text no database can hold, before any of it is asked or stored. Batches judge each of their lines themselves. */
export function storableBodies(app: FastifyInstance): void {
  app.addHook('preValidation', async ({ body }) => {
    if (Buffer.isBuffer(body)) return
    const field = unstorableField(body)
    if (field === null) return
    const message = 'must not contain U+0000 or half a surrogate pair'
    throw new ScoutError('request_invalid', { details: { fields: [{ field, message }] } })
  })
}

/** Where such a text stands, level by level: a body may be nested deeper than a stack is. */
function unstorableField(body: unknown): string | null {
  let level: Array<readonly [string, unknown]> = [['', body]]
  while (level.length > 0) {
    const found = level.find(([, value]) => typeof value === 'string' && value !== storableText(value))
    if (found !== undefined) return found[0]
    level = level.flatMap(([path, value]) =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).map(
            ([name, member]) => [path === '' ? name : `${path}.${name}`, member] as const,
          )
        : [],
    )
  }
  return null
}
