import type { SaleOutcome } from '../../app/contracts/device.ts'
import type { LongWork } from '../../app/contracts/long-work.ts'
import type { ReplayOutcome } from '../../app/contracts/ways-back.ts'
import { deviceId, type TenantId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Pool, Transaction } from '../database/pool.ts'
import { withTenant } from '../database/tenant.ts'
import { type Actor, recordAudit } from '../identity/audit.ts'
import { businessTime } from '../ingestion/business-time.ts'
import { isRefused, judgeSale } from '../ingestion/judge-sale.ts'
import { readSenderRights } from '../ingestion/sender.ts'
import { storableJson } from '../ingestion/storable-text.ts'
import { storeSales } from '../ingestion/store-batch.ts'
import type { PersonalKeys } from '../personal/personal-keys.ts'
import { lockDeadLetter, type WaitingLetter } from './dead-letters.ts'

export interface ReplayRequest extends LongWork<'dead letters'> {
  readonly ids: readonly string[]
  /** Instead of the bytes that came: the whole line, corrected. Only for a single one. */
  readonly line?: string | undefined
  readonly actor: Actor
  readonly now: () => Date
}

/**
 * Judges dead letters by today's rules, each under its own event key and as of the moment when it came, and stores those that are sales now.
 * Each is a transaction of its own. What was stored before stays stored once: replaying is safe to repeat.
 *
 * @throws ScoutError `not_found`, `cancelled`
 */
export async function replayDeadLetters(
  pool: Pool,
  tenant: TenantId,
  keys: PersonalKeys,
  { ids, signal, onProgress, ...how }: ReplayRequest,
): Promise<ReplayOutcome[]> {
  if (how.line !== undefined && ids.length !== 1) {
    throw new ScoutError('request_invalid', {
      message: 'A corrected line is for one dead letter: name exactly one.',
    })
  }
  const outcomes: ReplayOutcome[] = []
  for (const id of ids) {
    if (signal?.aborted) throw new ScoutError('cancelled')
    outcomes.push(await withTenant(pool, tenant, tx => replay(tx, tenant, keys, id, how)))
    onProgress?.({ stage: 'dead letters', done: outcomes.length, total: ids.length })
  }
  return outcomes
}

async function replay(
  tx: Transaction,
  tenant: TenantId,
  keys: PersonalKeys,
  id: string,
  { line, actor, now }: Pick<ReplayRequest, 'line' | 'actor' | 'now'>,
): Promise<ReplayOutcome> {
  const letter = await lockDeadLetter(tx, tenant, keys, id)
  if (letter.settled_as !== null) {
    return { dead_letter_id: id, outcome: letter.settled_as, message: letter.settled_note ?? '' }
  }
  const outcome = await judgeAndStore(tx, tenant, keys, letter, line)
  const at = now()
  if (outcome.outcome === 'refused') {
    await tx.query(
      `update scout.bronze_refused
       set tries = tries + 1, last_tried_at = $3, code = $4, message = $5, details = $6::jsonb
       where tenant_id = $1 and refused_id = $2`,
      [tenant, id, at, outcome.code, outcome.message, storableJson({ replayed_at: at.toISOString() })],
    )
    return { dead_letter_id: id, outcome: 'refused', message: `${outcome.code}: ${outcome.message}` }
  }
  const note =
    outcome.outcome === 'quarantined' ? `quarantined: ${outcome.reasons.join(', ')}` : outcome.outcome
  await tx.query(
    `update scout.bronze_refused
     set tries = tries + 1, last_tried_at = $3, settled_as = 'stored', settled_at = $3, settled_note = $4
     where tenant_id = $1 and refused_id = $2`,
    [tenant, id, at, note],
  )
  const details = { outcome: note, corrected: line !== undefined }
  await recordAudit(tx, tenant, { actor, action: 'dead_letter_stored', subject: id, details }, at)
  return { dead_letter_id: id, outcome: 'stored', message: note }
}

async function judgeAndStore(
  tx: Transaction,
  tenantId: TenantId,
  keys: PersonalKeys,
  letter: WaitingLetter,
  line: string | undefined,
): Promise<SaleOutcome> {
  const device = { kind: 'device', tenantId, deviceId: deviceId.parse(letter.device_id) } as const
  const sender = await readSenderRights(tx, device)
  const { seq, received_at: receivedAt } = letter
  const raw = line === undefined ? letter.raw : Buffer.from(line.trim())
  const arrival = { receivedAt, backfillFrom: sender.backfillFrom }
  const verdict = judgeSale(seq, raw, businessTime(sender.timeZone), arrival, { tenantId, keys })
  if (isRefused(verdict)) {
    return { seq, outcome: 'refused', code: verdict.code, message: verdict.message }
  }
  const [outcome] = await storeSales(
    tx,
    {
      device,
      storeIds: sender.storeIds,
      header: {
        boot_epoch: letter.boot_epoch,
        seqs: [seq],
        sent_at: (letter.sent_at ?? receivedAt).toISOString(),
        clock_offset_ms: letter.clock_offset_ms,
        agent_version: '',
        backlog: 0,
      },
      receivedAt,
      keys,
      sales: [verdict],
      refused: [],
    },
    'anything',
  )
  if (outcome === undefined) throw new ScoutError('internal')
  return outcome
}
