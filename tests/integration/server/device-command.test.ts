import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { claimRequest, deviceSummary } from '../../../app/contracts/device.ts'
import { errorBody } from '../../../app/contracts/http.ts'
import { canonicalJson } from '../../../app/domain/canonical-json.ts'
import { tenantId } from '../../../app/domain/ids.ts'
import { createClaim } from '../../../sync-server/devices/claims.ts'
import { enrolDevice } from '../../../sync-server/devices/enrolment.ts'
import { openTestDatabase, type TestDatabase } from '../../support/database.ts'
import { runProgram } from '../../support/run-program.ts'

const TENANT = tenantId.parse('tindahan')

describe('scout device', () => {
  let database: TestDatabase
  let home: string
  const scout = (...args: string[]) =>
    runProgram('sync-server/cli.ts', args, { SCOUT_HOME: home, DATABASE_URL: database.connectionString })

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'scout-home-'))
    database = await openTestDatabase('embedded')
    expect(await scout('tenant', 'add', TENANT, '--name', 'Tindahan')).toMatchObject({ code: 0 })
    for (const name of ['Aling Nena', 'Mang Jun', 'Twin', 'Twin']) await enrol(name)
  })
  afterAll(async () => {
    await database?.close()
    rmSync(home, { recursive: true, force: true })
  })

  async function enrol(name: string): Promise<void> {
    const claim = claimRequest.parse({ label: name })
    const { claim_code } = await createClaim(database.pool, TENANT, claim, null, new Date())
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const public_key = publicKey.export({ format: 'jwk' }).x ?? ''
    const unsigned = { claim_code, public_key, name, agent_version: '1.0.0' }
    const signature = sign(null, Buffer.from(canonicalJson(unsigned)), privateKey).toString('base64url')
    await enrolDevice(database.pool, { ...unsigned, signature }, new Date())
  }

  // In this order: each row finds what the ones before it left.
  it.each<[string[], { name?: string; status?: string }]>([
    [['suspend', 'Aling Nena'], { name: 'Aling Nena', status: 'suspended' }],
    [['suspend', 'Aling Nena'], { status: 'suspended' }],
    [['rename', 'Aling Nena', 'Nena 2'], { name: 'Nena 2', status: 'suspended' }],
    [['resume', 'Nena 2'], { name: 'Nena 2', status: 'active' }],
    [['revoke', 'Mang Jun'], { name: 'Mang Jun', status: 'revoked' }],
    [['revoke', 'Mang Jun'], { status: 'revoked' }],
  ])('%j ends with 0 and shows the device as it is then', async (args, device) => {
    const { code, out, err } = await scout('device', ...args, '--json')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(deviceSummary.parse(JSON.parse(out))).toMatchObject(device)
  })

  it.each<[string[], number, string, string]>([
    [['resume', 'Mang Jun'], 1, 'conflict', 'enrol it again'],
    [['suspend', 'nobody'], 1, 'not_found', 'scout device list'],
    [['revoke', 'Twin'], 1, 'conflict', 'Name one by its id'],
    [['rename', 'Nena 2', ' '], 1, 'request_invalid', 'name'],
  ])('%j ends with %i and says what to do', async (args, code, error, advice) => {
    const ended = await scout('device', ...args, '--json')
    expect({ code: ended.code, out: ended.out }).toEqual({ code, out: '' })
    expect(errorBody.parse(JSON.parse(ended.err)).code).toBe(error)
    expect(ended.err).toContain(advice)
  })

  it.each([[['suspend']], [['rename', 'Twin']], [['frobnicate']]])(
    '%j is not understood, and ends with 2',
    async args => {
      expect(await scout('device', ...args)).toMatchObject({ code: 2, out: '' })
    },
  )

  it('writes into the audit what was changed, and nothing twice', async () => {
    const { rows } = await database.pool.query(
      `select action from scout.audit where action ~ '^device_(renamed|suspended|resumed|revoked)$' order by 1`,
    )
    expect(rows.map(row => row.action)).toEqual([
      ...['device_renamed', 'device_resumed', 'device_revoked', 'device_suspended'],
    ])
  })
})
