import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { claimRequest } from '../../../app/contracts/device.ts'
import type { Pool } from '../../../sync-server/database/pool.ts'
import { withTenant } from '../../../sync-server/database/tenant.ts'
import { createClaim } from '../../../sync-server/devices/claims.ts'
import { startServer } from '../../../sync-server/start-server.ts'
import { TestDevice } from '../../integration/server/device.ts'
import { TENANT } from './seed.ts'

const PATIENCE_MS = 10 * 60_000
const LOOK_MS = 250

/**
 * A device sends one sale to a real server with the default schedule, on top of all the history.
 *
 * @returns milliseconds from the sending until gold counts the sale.
 */
export async function sourceToGold(pool: Pool, databaseUrl: string): Promise<number> {
  const home = mkdtempSync(join(tmpdir(), 'scout-bench-'))
  const server = await startServer({ home, databaseUrl, config: { logLevel: 'silent' } })
  try {
    const request = claimRequest.parse({ label: 'bench', store_ids: null, backfill_from: null })
    const claim = await createClaim(pool, TENANT, request, null, new Date())
    const device = new TestDevice(server.url)
    await device.enrolled(claim.claim_code)
    await device.logIn()
    const sold_at = new Date(Date.now() - 60_000).toISOString()
    const sale = { transaction_id: 'newest', store_id: 'S0001', sold_at, lines: [], total: 25 }
    const started = performance.now()
    await device.send([{ seq: 1, content: { contract: 'pos.v1', sale } }])
    while (performance.now() - started < PATIENCE_MS) {
      const { rows } = await withTenant(pool, TENANT, tx =>
        tx.query(
          `select 1 from scout.gold_store_days where tenant_id = $1 and day >= $2::timestamptz::date`,
          [TENANT, sold_at],
        ),
      )
      if (rows.length > 0) return performance.now() - started
      await setTimeout(LOOK_MS)
    }
    return Number.POSITIVE_INFINITY
  } finally {
    await server.close()
    rmSync(home, { recursive: true, force: true })
  }
}
