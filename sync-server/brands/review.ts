import { z } from 'zod'
import type { TenantId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Pool } from '../database/pool.ts'
import { withTenant } from '../database/tenant.ts'
import { type Actor, recordAudit } from '../identity/audit.ts'
import { rematchBrands } from './rematch.ts'

const reviewRow = z.object({
  spelling: z.string(),
  /** `ambiguous` where several brands could be meant, `none` where nothing resembles it enough. */
  how: z.string(),
  /** The closest first. */
  candidates: z.array(z.string()),
  lines: z.coerce.number(),
  stores: z.coerce.number(),
  last_day: z.string(),
})
export type BrandToReview = z.infer<typeof reviewRow>

/** Spellings that no brand is known for, those of most lines first. */
export async function brandsToReview(pool: Pool, tenant: TenantId, limit: number): Promise<BrandToReview[]> {
  return withTenant(pool, tenant, async tx => {
    const { rows } = await tx.query(
      `select spelling, how, candidates, lines, stores, last_day from scout.brand_review
       where tenant_id = $1 order by lines desc, spelling collate "C" limit $2`,
      [tenant, limit],
    )
    return z.array(reviewRow).parse(rows)
  })
}

const confusionRow = z.object({
  known_brand: z.string(),
  matched_brand: z.string(),
  lines: z.coerce.number(),
  example: z.string(),
})
export type BrandConfusion = z.infer<typeof confusionRow>

/** Known brands against what the names of their products are matched to, those that disagree first. */
export async function brandConfusion(pool: Pool, tenant: TenantId): Promise<BrandConfusion[]> {
  return withTenant(pool, tenant, async tx => {
    const { rows } = await tx.query(
      `select known_brand, matched_brand, lines, example from scout.brand_confusion
       where tenant_id = $1
       order by known_brand = matched_brand, lines desc, known_brand collate "C", matched_brand collate "C"`,
      [tenant],
    )
    return z.array(confusionRow).parse(rows)
  })
}

export interface BrandDecision {
  readonly spelling: string
  /** Null says that the spelling is no brand. */
  readonly brand: string | null
}

/**
 * Keeps what a person said of a spelling, and notes the days on which it changes something.
 *
 * @returns how many days the next transform redoes for it.
 * @throws ScoutError `not_found` when the dictionary has no such brand, `request_invalid` when the spelling is empty.
 */
export async function decideBrand(
  pool: Pool,
  tenant: TenantId,
  { spelling, brand }: BrandDecision,
  actor: Actor,
  now: Date,
): Promise<number> {
  return withTenant(pool, tenant, async tx => {
    const { rows } = await tx.query(
      `select scout.fold($2) as key,
         (select b.brand from scout.brand b where b.tenant_id = $1 and b.brand_key = scout.fold($3)) as brand`,
      [tenant, spelling, brand],
    )
    const { key, brand: known } = rows[0] ?? {}
    if (!key) throw new ScoutError('request_invalid', { message: 'The spelling has no letter or digit.' })
    if (brand !== null && known === null) {
      throw new ScoutError('not_found', {
        message: `The dictionary has no brand ${brand}. Add it with "scout import brands", then repeat.`,
      })
    }
    await tx.query(
      `insert into scout.brand_decision (tenant_id, key, brand, decided_by, decided_at) values ($1, $2, $3, $4, $5)
       on conflict (tenant_id, key) do update set
         brand = excluded.brand, decided_by = excluded.decided_by, decided_at = excluded.decided_at`,
      [tenant, key, known, actor.kind === 'system' ? 'system' : actor.id, now],
    )
    await recordAudit(
      tx,
      tenant,
      { actor, action: 'brand_decided', subject: spelling, details: { brand: known } },
      now,
    )
    return rematchBrands(tx, tenant)
  })
}
