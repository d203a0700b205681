import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ROLES } from '../../../app/contracts/manifest.ts'
import { ed25519Verify } from '../../../sync-server/devices/signatures.ts'
import { homeAt } from '../../../sync-server/home.ts'
import { ensureSigningKeys } from '../../../sync-server/publishing/signing-keys.ts'
import { addDataKey, ensureSecrets } from '../../../sync-server/secrets.ts'

describe('what is made at the first start', () => {
  let home: ReturnType<typeof homeAt>
  beforeEach(() => {
    home = homeAt(mkdtempSync(join(tmpdir(), 'scout-home-')))
  })
  afterEach(() => rmSync(home.root, { recursive: true, force: true }))

  it('is the same at the second one', async () => {
    const secrets = await ensureSecrets(home.secrets)
    const second = await ensureSecrets(home.secrets)
    expect(second.sessionKey).toEqual(Buffer.from(secrets.sessionKey))
    expect(second.personal()).toEqual(secrets.personal())
    expect(secrets.personal().current).toBe(1)
    const keys = await ensureSigningKeys(home.keys)
    const again = await ensureSigningKeys(home.keys)
    for (const role of ROLES) {
      expect(again[role].keyId).toBe(keys[role].keyId)
      expect(ed25519Verify(keys[role].publicKey, again[role].sign('a message'), 'a message')).toBe(true)
    }
    expect(new Set(ROLES.map(role => keys[role].keyId)).size).toBe(3)
  })

  it('is the same for all who start at the same moment', async () => {
    const starts = Array.from({ length: 8 }, async () => ({
      ...(await hexSecrets(home.secrets)),
      root: (await ensureSigningKeys(home.keys)).root.keyId,
    }))
    expect(new Set((await Promise.all(starts)).map(start => JSON.stringify(start))).size).toBe(1)
    expect(readdirSync(home.keys).sort()).toEqual(ROLES.map(role => `${role}.pem`).sort())
  })

  it('is added to a file of an earlier version, once for all who start at the same moment, and nothing in it is lost', async () => {
    const sessionKey = Buffer.alloc(32, 7).toString('base64url')
    writeFileSync(home.secrets, JSON.stringify({ session_key: sessionKey }), { mode: 0o600 })
    const starts = await Promise.all(Array.from({ length: 8 }, () => hexSecrets(home.secrets)))
    expect(new Set(starts.map(start => JSON.stringify(start))).size).toBe(1)
    expect(starts[0]?.session).toBe(Buffer.alloc(32, 7).toString('hex'))
    expect(readdirSync(home.root)).toEqual(expect.not.arrayContaining(['secrets.json.lock']))
  })

  it('grows by a data key when one is added, also for who had read it before', async () => {
    const { personal } = await ensureSecrets(home.secrets)
    const first = personal()
    expect(await Promise.all([addDataKey(home.secrets), addDataKey(home.secrets)])).toEqual(
      expect.arrayContaining([2, 3]),
    )
    await expect.poll(() => personal().current, { timeout: 5_000 }).toBe(3)
    expect(personal().pseudonymKey).toEqual(first.pseudonymKey)
    expect(personal().dataKeys.get(1)).toEqual(first.dataKeys.get(1))
  })

  // Skipped on Windows, which has no such file modes.
  it.skipIf(process.platform === 'win32')('is for its owner alone', async () => {
    await ensureSecrets(home.secrets)
    await ensureSigningKeys(home.keys)
    const files = [home.secrets, ...ROLES.map(role => join(home.keys, `${role}.pem`))]
    expect(files.map(file => statSync(file).mode & 0o777)).toEqual(files.map(() => 0o600))
  })

  it('is never made anew over a file that cannot be read', async () => {
    writeFileSync(home.secrets, '{"session_key": "short"}')
    await expect(ensureSecrets(home.secrets)).rejects.toThrow()
    expect(readFileSync(home.secrets, 'utf8')).toBe('{"session_key": "short"}')
  })
})

async function hexSecrets(path: string) {
  const { sessionKey, personal } = await ensureSecrets(path)
  const { pseudonymKey, dataKeys } = personal()
  return {
    session: Buffer.from(sessionKey).toString('hex'),
    pseudonym: Buffer.from(pseudonymKey).toString('hex'),
    data: [...dataKeys].map(([version, key]) => [version, Buffer.from(key).toString('hex')]),
  }
}
