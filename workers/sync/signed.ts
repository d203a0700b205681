import * as z from 'zod'
import { envelope, type Role, type Root, verifyEnvelope } from '../../app/contracts/manifest.ts'
import { ScoutError } from '../../app/errors.ts'
import { verifyEd25519 } from './ed25519.ts'

/**
 * Reads an envelope: the signatures first, over what was sent and not over what a schema made of it; then the shape.
 *
 * @throws ScoutError `metadata_invalid`.
 */
export async function readSigned<T extends z.ZodType>(
  json: unknown,
  schema: T,
  role: Role,
  trusted: Root,
): Promise<z.output<T>> {
  const shape = envelope(z.unknown()).safeParse(json)
  if (!shape.success) throw new ScoutError('metadata_invalid', { cause: shape.error, details: { role } })
  await verifyEnvelope(shape.data, role, trusted, verifyEd25519)
  const signed = schema.safeParse(shape.data.signed)
  if (!signed.success) throw new ScoutError('metadata_invalid', { cause: signed.error, details: { role } })
  return signed.data
}

export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new ScoutError('metadata_invalid', { cause })
  }
}

/** @throws ScoutError `metadata_expired`. */
export function refuseExpired(expiresAt: string, what: Role, now: number): void {
  if (Date.parse(expiresAt) <= now) {
    throw new ScoutError('metadata_expired', { details: { role: what, expired_at: expiresAt } })
  }
}
