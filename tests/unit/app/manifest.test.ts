import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type Root, signedBytes, verifyEnvelope } from '../../../app/contracts/manifest.ts'
import { sha256Hex, tenantId } from '../../../app/domain/ids.ts'

function makeKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  const id = sha256Hex.parse(createHash('sha256').update(raw).digest('hex'))
  const signText = (signed: unknown) => ({
    key_id: id,
    signature: sign(null, Buffer.from(signedBytes(signed)), privateKey).toString('base64url'),
  })
  return { id, publicKey: raw.toString('base64url'), signText }
}

const verifySignature = async (publicKey: string, signature: string, message: string) =>
  verify(
    null,
    Buffer.from(message),
    createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' }),
    Buffer.from(signature, 'base64url'),
  )

function rootOf(keys: ReturnType<typeof makeKey>[], threshold: number): Root {
  const role = { key_ids: keys.map(key => key.id), threshold }
  return {
    type: 'root',
    spec_version: 1,
    tenant_id: tenantId.parse('sample'),
    version: 1,
    expires_at: '2030-01-01T00:00:00Z',
    keys: Object.fromEntries(keys.map(key => [key.id, { algorithm: 'ed25519', public_key: key.publicKey }])),
    roles: { root: role, index: role, manifest: role },
  }
}

describe('an envelope', () => {
  const [a, b, stranger] = [makeKey(), makeKey(), makeKey()]
  const signed = { type: 'index', sequence: 3 }
  const check = (
    signatures: { key_id: string; signature: string }[],
    root: Root,
    content: unknown = signed,
  ) => verifyEnvelope({ signed: content, signatures }, 'index', root, verifySignature)

  it('holds when enough keys of the role signed it, whatever the order of its keys', async () => {
    await check([a.signText(signed)], rootOf([a], 1), { sequence: 3, type: 'index' })
    await check([a.signText(signed), b.signText(signed)], rootOf([a, b], 2))
  })

  const refused = expect.objectContaining({ code: 'metadata_invalid' })

  it('is refused when changed, or signed by a stranger', async () => {
    await expect(check([a.signText(signed)], rootOf([a], 1), { ...signed, sequence: 4 })).rejects.toThrow(
      refused,
    )
    await expect(check([stranger.signText(signed)], rootOf([a], 1))).rejects.toThrow(refused)
    await expect(check([{ ...stranger.signText(signed), key_id: a.id }], rootOf([a], 1))).rejects.toThrow(
      refused,
    )
  })

  it('counts each key once towards the threshold', async () => {
    await expect(check([a.signText(signed), a.signText(signed)], rootOf([a, b], 2))).rejects.toThrow(refused)
  })
})
