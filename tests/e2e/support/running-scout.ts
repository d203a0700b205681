import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAgent } from '../../../edge-agent/agent.ts'
import { prepareSample, SAMPLE_TENANT } from '../../../scripts/sample/first-start.ts'
import type { SamplePerson } from '../../../scripts/sample/people.ts'
import type { SampleKind } from '../../../scripts/sample/sample.ts'
import { withTenant } from '../../../sync-server/database/tenant.ts'
import { type RunningServer, startServer } from '../../../sync-server/start-server.ts'

const APPLICATION = join(import.meta.dirname, '../../../dist/renderer')

/** A whole Scout with a sample in it, serving the built application. */
export interface RunningScout {
  readonly server: RunningServer
  readonly people: readonly SamplePerson[]
  person(role: SamplePerson['role']): SamplePerson
  query(sql: string, ...parameters: readonly unknown[]): Promise<Record<string, unknown>[]>
  /** Of the seed's sample: one more sale of ₱100.00 at a store in Ilocos Region, through its agent, refined and published as the next version. */
  publishOneMoreSale(): Promise<void>
  /** Closes the server; what it had stays on disk until `remove`. */
  stop(): Promise<void>
  remove(): Promise<void>
}

export async function startScout(sample: SampleKind = 'generated'): Promise<RunningScout> {
  const home = mkdtempSync(join(tmpdir(), 'scout-e2e-'))
  const server = await startServer({ home, port: 0, appDir: APPLICATION, config: { logLevel: 'error' } })
  const people = await prepareSample(server, home, () => undefined, sample)
  let stopping: Promise<void> | undefined
  const stop = () => {
    stopping ??= server.close()
    return stopping
  }
  return {
    server,
    people,
    person(role) {
      const found = people.find(person => person.role === role)
      if (found === undefined) throw new Error(`the sample has no ${role}`)
      return found
    },
    query: (sql, ...parameters) =>
      withTenant(
        server.pool,
        SAMPLE_TENANT,
        async tx => (await tx.query(sql, [SAMPLE_TENANT, ...parameters])).rows,
      ),
    async publishOneMoreSale() {
      const agent = createAgent({ home: join(home, 'agents/sample-device-ilocos-region-region-i') })
      await agent.take(
        JSON.stringify({
          transaction_id: 'one-more',
          store_id: '1001',
          sold_at: '2025-08-31T20:00:00',
          lines: [],
          total: 100,
        }),
      )
      await agent.drain()
      await agent.stop()
      await server.transform(SAMPLE_TENANT)
      await server.publish(SAMPLE_TENANT)
    },
    stop,
    async remove() {
      await stop()
      rmSync(home, { recursive: true, force: true })
    },
  }
}
