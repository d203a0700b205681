import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { BatchHeader } from '../../app/contracts/device.ts'
import type { WaitingSale } from '../outbox/records.ts'
import { AGENT_VERSION } from '../version.ts'
import { type DeviceKey, signBytes } from './device-key.ts'

const compress = promisify(gzip)

export interface EncodedBatch {
  readonly body: Uint8Array<ArrayBuffer>
  /** base64url, over `body`. */
  readonly signature: string
}

export interface BatchFacts {
  readonly bootEpoch: number
  readonly clockOffsetMs: number | null
  readonly backlog: number
  readonly outboxBytes: number
  readonly outboxMaxBytes: number
  readonly drops: BatchHeader['drops']
}

/** Gzip of NDJSON: the header, then one line a sale with the sale's own text inside. Signed as it goes over the wire. */
export async function encodeBatch(
  sales: readonly WaitingSale[],
  facts: BatchFacts,
  key: DeviceKey,
): Promise<EncodedBatch> {
  const header: BatchHeader = {
    boot_epoch: facts.bootEpoch,
    seqs: sales.map(sale => sale.seq),
    sent_at: new Date().toISOString(),
    clock_offset_ms: facts.clockOffsetMs,
    agent_version: AGENT_VERSION,
    backlog: facts.backlog,
    outbox_bytes: facts.outboxBytes,
    outbox_max_bytes: facts.outboxMaxBytes,
    ...(facts.drops && { drops: facts.drops }),
  }
  const text = `${[JSON.stringify(header), ...sales.map(line)].join('\n')}\n`
  const body = new Uint8Array(await compress(text))
  return { body, signature: signBytes(key, body) }
}

function line({ contract, recordedAt, clockOffsetMs, sale }: WaitingSale): string {
  const offset = clockOffsetMs === null ? '' : `,"clock_offset_ms":${clockOffsetMs}`
  return `{"contract":${JSON.stringify(contract)},"recorded_at":${JSON.stringify(recordedAt)}${offset},"sale":${sale}}`
}
