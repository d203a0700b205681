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
import { isJudged, isRefused, type JudgedSale, judgeSale } from './judge-sale.ts'
import { readSenderRights, type SenderRights } from './sender.ts'
import { splitBatch } from './split-batch.ts'
import { type BatchToStore, type Expectation, storeBatch } from './store-batch.ts'

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

export interface Ingested {
  readonly outcomes: readonly SaleOutcome[]
  /** Of the accepted ones, when they were written at their source, in ms by the server's clock. */
  readonly writtenAt: readonly number[]
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
): Promise<Ingested> {
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
): Promise<Ingested> {
  const { header, lines } = splitBatch(await inflate(batch.body))
  if (!isSettled(key)) await noteUse(pool, batch, key, header)
  const time = businessTime(sender.timeZone)
  const arrival = { receivedAt: batch.receivedAt, backfillFrom: sender.backfillFrom }
  const customers = { tenantId: batch.device.tenantId, keys }
  const verdicts = lines.map((line, i) => judgeSale(header.seqs[i] ?? 0, line, time, arrival, customers))
  const toStore: BatchToStore = {
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
  const outcomes = await store('all-new').catch((error: unknown) => {
    if (!(error instanceof ScoutError && error.code === 'conflict')) throw error
    return store('anything')
  })
  return { outcomes, writtenAt: writtenAt(toStore.sales, outcomes, header) }
}

/** When the new sales were written at their source, in ms of the server's clock; those of a device whose clock was never measured are left out. */
function writtenAt(
  sales: readonly JudgedSale[],
  outcomes: readonly SaleOutcome[],
  { clock_offset_ms }: BatchHeader,
): number[] {
  const stored = new Set(outcomes.filter(({ outcome }) => outcome === 'accepted').map(({ seq }) => seq))
  return sales.flatMap(({ seq, recordedAt, recordedOffsetMs }) => {
    const offset = recordedOffsetMs ?? clock_offset_ms
    return offset === null || !stored.has(seq) ? [] : recordedAt.getTime() - offset
  })
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

interface Sender extends SenderRights {
  readonly keys: readonly DeviceKey[]
}

async function readSender(pool: Pool, device: DevicePrincipal): Promise<Sender> {
  return withTenant(pool, device.tenantId, async tx => {
    const sender = await readSenderRights(tx, device)
    refuseUnlessActive(sender.status)
    return { ...sender, keys: await readDeviceKeys(tx, device) }
  })
}
