import { z } from 'zod'
import type { BatchHeader, SaleOutcome } from '../../app/contracts/device.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Pool } from '../database/pool.ts'
import { withTenant } from '../database/tenant.ts'
import {
  type DeviceKey,
  isSettled,
  noteKeyUse,
  readDeviceKeys,
  refuseKeyUse,
} from '../devices/device-keys.ts'
import { refuseUnlessActive } from '../devices/device-status.ts'
import { ed25519Verify } from '../devices/signatures.ts'
import type { DevicePrincipal } from '../identity/access-tokens.ts'
import type { PersonalKeys } from '../personal/personal-keys.ts'
import type { Admission } from './admission.ts'
import { businessTime } from './business-time.ts'
import { inflate, inflatedLimit } from './inflate.ts'
import { isJudged, isRefused, judgeSale } from './judge-sale.ts'
import { splitBatch } from './split-batch.ts'
import { type Expectation, storeBatch } from './store-batch.ts'

export interface IncomingBatch {
  readonly device: DevicePrincipal
  /** As it came: gzip of NDJSON. */
  readonly body: Buffer
  /** base64url Ed25519 over `body`. */
  readonly signature: string
  readonly receivedAt: Date
  /** The sender has gone. */
  readonly signal: AbortSignal
}

/** What ingestion works with. */
export interface IngestParts {
  readonly pool: Pool
  readonly keys: PersonalKeys
  readonly admission: Admission
}

/**
 * Takes a batch in: signature, inflating, header, every sale by itself, one transaction. Returns after its commit, with one outcome a seq.
 *
 * @throws ScoutError for the batch as a whole, and then nothing of it is stored: `signature_invalid`, `compression_invalid`,
 * `body_too_large`, `batch_malformed`, `overloaded`, `device_unknown`, `device_suspended`, `device_revoked`, `boot_epoch_stale`.
 */
export async function ingestBatch(
  { pool, keys, admission }: IngestParts,
  batch: IncomingBatch,
): Promise<SaleOutcome[]> {
  const sender = await readSender(pool, batch.device)
  const key = sender.keys.find(({ publicKey }) => ed25519Verify(publicKey, batch.signature, batch.body))
  if (key === undefined) throw new ScoutError('signature_invalid')
  const leave = await admission.toStore(batch.device, inflatedLimit(batch.body))
  try {
    if (batch.signal.aborted) throw new ScoutError('cancelled')
    return await readAndStore(pool, keys, batch, sender, key)
  } finally {
    leave()
  }
}

async function readAndStore(
  pool: Pool,
  keys: PersonalKeys,
  batch: IncomingBatch,
  sender: Sender,
  key: DeviceKey,
): Promise<SaleOutcome[]> {
  const { header, lines } = splitBatch(await inflate(batch.body))
  if (!isSettled(key)) await noteUse(pool, batch, key, header)
  const time = businessTime(sender.timeZone)
  const arrival = { receivedAt: batch.receivedAt, backfillFrom: sender.backfillFrom }
  const customers = { tenantId: batch.device.tenantId, keys }
  const verdicts = lines.map((line, i) => judgeSale(header.seqs[i] ?? 0, line, time, arrival, customers))
  const toStore = {
    device: batch.device,
    storeIds: sender.storeIds,
    header,
    receivedAt: batch.receivedAt,
    keys,
    sales: verdicts.filter(isJudged),
    refused: verdicts.filter(isRefused),
  }
  const store = (expectation: Expectation) =>
    withTenant(pool, batch.device.tenantId, tx => storeBatch(tx, toStore, expectation))
  try {
    return await store('all-new')
  } catch (error) {
    if (!(error instanceof ScoutError && error.code === 'conflict')) throw error
    return store('anything')
  }
}

/** A key that others follow or that follows another one: its use may end one of them, or betray a copy. */
async function noteUse(
  pool: Pool,
  { device, receivedAt }: IncomingBatch,
  { publicKey }: DeviceKey,
  { sent_at, clock_offset_ms }: BatchHeader,
): Promise<void> {
  const signedAt = new Date(Date.parse(sent_at) - (clock_offset_ms ?? 0))
  refuseKeyUse(
    await withTenant(pool, device.tenantId, tx => noteKeyUse(tx, device, publicKey, signedAt, receivedAt)),
  )
}

const senderRow = z
  .object({
    status: z.enum(['active', 'suspended', 'revoked']),
    store_ids: z.array(z.string()).nullable(),
    backfill_from: z.string().nullable(),
    time_zone: z.string(),
  })
  .transform(row => ({
    status: row.status,
    storeIds: row.store_ids,
    backfillFrom: row.backfill_from,
    timeZone: row.time_zone,
  }))

interface Sender extends z.infer<typeof senderRow> {
  readonly keys: readonly DeviceKey[]
}

async function readSender(pool: Pool, device: DevicePrincipal): Promise<Sender> {
  return withTenant(pool, device.tenantId, async tx => {
    const { rows } = await tx.query(
      `select d.status, d.store_ids, d.backfill_from, p.time_zone
       from scout.device d
       join scout.tenant t on t.tenant_id = d.tenant_id
       join scout.geo_pack p on p.pack_id = t.pack_id
       where d.tenant_id = $1 and d.device_id = $2`,
      [device.tenantId, device.deviceId],
    )
    if (rows[0] === undefined) throw new ScoutError('device_unknown')
    const sender = senderRow.parse(rows[0])
    refuseUnlessActive(sender.status)
    return { ...sender, keys: await readDeviceKeys(tx, device) }
  })
}
