import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { claimRequest } from '../../app/contracts/device.ts'
import { tenantId } from '../../app/domain/ids.ts'
import { createAgent } from '../../edge-agent/agent.ts'
import { importCatalogue } from '../../sync-server/catalogue/import-catalogue.ts'
import { ensureTenant } from '../../sync-server/catalogue/tenants.ts'
import { withTenant } from '../../sync-server/database/tenant.ts'
import { createClaim } from '../../sync-server/devices/claims.ts'
import { startServer } from '../../sync-server/start-server.ts'
import { seeded } from '../bench/support/random.ts'
import { freePort } from './free-port.ts'
import { RestlessProcess } from './restless-process.ts'
import { endure, Shop, settle } from './trial.ts'
import { UnrulyNetwork } from './unruly-network.ts'

/*
 * An hour's worth of sales from 20 shops in a minute or so, while agents and server are killed, the network misbehaves, clocks jump and
 * disks fill up. Longer by hand: CHAOS_SECONDS=1800 CHAOS_SALES=2000 npx vitest run --project chaos
 */
const SECONDS = Number(process.env.CHAOS_SECONDS ?? 75)
const SALES_PER_SHOP = Number(process.env.CHAOS_SALES ?? 120)
const SEED = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000)
const SHOPS = 20
const SMALL_DISKS = 2
const TENANT = tenantId.parse('gulo')
const SERVER = fileURLToPath(new URL('../../sync-server/cli.ts', import.meta.url))
/** Of a server with its embedded database in the same process, and of an agent. */
const SERVER_MIB = 1_800
const AGENT_MIB = 160

const root = mkdtempSync(join(tmpdir(), 'scout-chaos-'))
const mounts: string[] = []
const processes: RestlessProcess[] = []
afterAll(async () => {
  await Promise.all(processes.map(one => one.kill()))
  for (const mount of mounts) execFileSync('umount', ['-l', mount])
  rmSync(root, { recursive: true, force: true })
})

/** A home on a file system of 24 MiB, where this user may mount one. */
function smallDisk(home: string): boolean {
  mkdirSync(home, { recursive: true })
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', home], { stdio: 'ignore' })
  } catch {
    return false
  }
  mounts.push(home)
  return true
}

describe('when everything fails', () => {
  it(`what a source was told is accepted stands in silver exactly once (seed ${SEED})`, {
    timeout: (SECONDS + 240) * 1000,
  }, async () => {
    const random = seeded(SEED)
    const port = await freePort()
    const network = new UnrulyNetwork(port, random)
    await network.open()
    const serverHome = join(root, 'server')
    const shops: Shop[] = []
    const smallDisks: Shop[] = []

    const setUp = await startServer({ home: serverHome, port, config: { logLevel: 'silent' } })
    const now = new Date()
    await ensureTenant(setUp.pool, { tenantId: TENANT, name: 'Gulo', packId: 'ph', isSample: false }, now)
    const stores = Array.from({ length: SHOPS }, (_, i) => `S${i}`)
    await importCatalogue(
      setUp.pool,
      TENANT,
      {
        stores: stores.map(storeId => ({
          storeId,
          name: storeId,
          region: 'NCR',
          city: 'Quezon City',
          barangay: null,
        })),
        products: [],
      },
      now,
    )
    for (const store of stores) {
      const home = join(root, store)
      const small = smallDisks.length < SMALL_DISKS && smallDisk(home)
      const shop = new Shop(home, store, random)
      const claim = await createClaim(setUp.pool, TENANT, claimRequest.parse({ label: store }), null, now)
      const agent = createAgent({ home })
      await agent.enrol({ server: setUp.url, claim: claim.claim_code, name: store })
      await agent.stop()
      shop.reach(network.url)
      shops.push(shop)
      processes.push(shop.agent)
      if (small) smallDisks.push(shop)
    }
    await setUp.close()

    const server = new RestlessProcess([
      SERVER,
      'serve',
      '--json',
      '--home',
      serverHome,
      '--port',
      String(port),
      '--log-level',
      'error',
    ])
    processes.push(server)
    await server.start()
    for (const shop of shops) await shop.open()
    await endure({
      shops,
      smallDisks,
      server,
      network,
      seconds: SECONDS,
      salesPerShop: SALES_PER_SHOP,
      random,
    })
    if (!server.running) await server.start()
    await settle(shops, 120)
    for (const shop of shops) await shop.close()
    await server.stop()
    await network.close()

    const report = {
      sold: shops.reduce((sum, { till }) => sum + [...till.ledger].length, 0),
      answersLost: shops.reduce((sum, { till }) => sum + till.answersLost, 0),
      tornFiles: shops.reduce((sum, { till }) => sum + till.tornFiles, 0),
      fullDisks:
        smallDisks.length === 0
          ? 'not tried: this user may not mount'
          : shops.reduce((sum, { till }) => sum + till.fullDisks, 0),
      agentKills: shops.reduce((sum, { agent }) => sum + agent.kills, 0),
      serverKills: server.kills,
      agentMiB: Math.round(Math.max(...shops.map(({ agent }) => agent.peakMiB))),
      serverMiB: Math.round(server.peakMiB),
      ...network.mischief,
    }
    process.stdout.write(`${JSON.stringify(report)}\n`)

    const checking = await startServer({ home: serverHome, port: 0, config: { logLevel: 'silent' } })
    try {
      await checking.transform(TENANT)
      const { rows } = await withTenant(checking.pool, TENANT, tx =>
        tx.query(
          `select store_id, transaction_id, round(total_amount * 100)::integer as total
           from scout.silver_transactions where tenant_id = $1`,
          [TENANT],
        ),
      )
      const key = (store: unknown, transaction: unknown, total: unknown) => `${store}/${transaction} ${total}`
      const standing = rows.map(row => key(row.store_id, row.transaction_id, row.total)).sort()
      const expected = shops
        .flatMap(({ till }) => [...till.ledger].map(sale => key(sale.store, sale.transaction, sale.total)))
        .sort()
      expect({
        lost: expected.filter(sale => !standing.includes(sale)),
        invented: standing.filter(sale => !expected.includes(sale)),
      }).toEqual({ lost: [], invented: [] })
      expect(standing).toEqual(expected)
    } finally {
      await checking.close()
    }

    // It did go wrong, everywhere.
    expect(report.agentKills).toBeGreaterThan(SHOPS / 4)
    expect(report.serverKills).toBeGreaterThan(0)
    expect(
      Math.min(report.requestsLost, report.answersCut, report.duplicated, report.replayedLate),
    ).toBeGreaterThan(0)
    expect(report.agentMiB).toBeLessThan(AGENT_MIB)
    expect(report.serverMiB).toBeLessThan(SERVER_MIB)
  })
})
