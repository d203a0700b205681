import { z } from 'zod'
import { type SaleVersion, saleVersion } from '../../app/contracts/ways-back.ts'
import type { TenantId } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Pool } from '../database/pool.ts'
import { withTenant } from '../database/tenant.ts'

const instant = z.date().transform(at => at.toISOString())
const row = saleVersion.omit({ why: true }).extend({
  occurred_at: instant,
  recorded_at: instant,
  received_at: instant,
  revised_at: instant.nullable(),
  version_at: instant.nullable(),
})

/** Every version that ever arrived of one transaction, the newest first, and which of them stands. @throws ScoutError `not_found` */
export async function saleVersions(
  pool: Pool,
  tenant: TenantId,
  storeId: string,
  transactionId: string,
): Promise<SaleVersion[]> {
  return withTenant(pool, tenant, async tx => {
    const { rows } = await tx.query(
      `select
         b.device_id || '/' || b.boot_epoch || '/' || b.seq as event_id, b.contract, encode(b.event_hash, 'hex') as event_hash,
         b.occurred_at, b.business_day, b.recorded_at, b.received_at, b.revised_at, b.version_at, b.voided,
         b.quarantine_reasons as reasons, b.event_data as sale,
         exists (
           select from scout.bronze_standing s
           where s.tenant_id = $1 and s.store_id = $2 and s.transaction_id = $3
             and (s.device_id, s.boot_epoch, s.seq) = (b.device_id, b.boot_epoch, b.seq)
         ) as stands
       from scout.bronze_version b
       where b.tenant_id = $1 and b.store_id = $2 and b.transaction_id = $3
       order by b.version_at desc nulls last, b.boot_epoch desc, b.seq desc, b.device_id desc`,
      [tenant, storeId, transactionId],
    )
    if (rows.length === 0) {
      throw new ScoutError('not_found', { message: `Store ${storeId} has no transaction ${transactionId}.` })
    }
    const versions = rows.map(one => row.parse(one))
    return versions.map(version => ({ ...version, why: whyOf(version, versions.length) }))
  })
}

function whyOf({ stands, voided, reasons, revised_at }: z.infer<typeof row>, versions: number): string {
  if (reasons.length > 0) return `held back: ${reasons.join(', ')}`
  if (!stands) return 'a later version stands'
  const what = voided ? 'stands, and voids the sale' : 'stands'
  if (versions === 1) return `${what}: the only version`
  return `${what}: the latest, ${revised_at === null ? 'by when it was recorded' : 'by when it was revised'}`
}
