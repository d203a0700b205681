import { join } from 'node:path'
import { CSRF_HEADER, PATHS, session } from '../../app/contracts/http.ts'
import { tenantId } from '../../app/domain/ids.ts'
import type { SimulationSettings } from '../../edge-agent/simulate/settings.ts'
import { ensureTenant } from '../../sync-server/catalogue/tenants.ts'
import { withTenant } from '../../sync-server/database/tenant.ts'
import { homeAt } from '../../sync-server/home.ts'
import { addPerson } from '../../sync-server/identity/people.ts'
import { ensureTrustRoot } from '../../sync-server/publishing/trust-root.ts'
import { ensureSecrets } from '../../sync-server/secrets.ts'
import type { RunningServer } from '../../sync-server/start-server.ts'
import { GENERATED_SAMPLE, generatedSample } from './generated-sample.ts'
import { keepToOneSample } from './one-sample.ts'
import { type SamplePerson, samplePeople } from './people.ts'
import { replaySample, stillToReplay } from './replay.ts'
import type { SampleKind } from './sample.ts'
import { seedSample } from './seed-sample.ts'

export const SAMPLE_TENANT = tenantId.parse('sample')

/**
 * Brings the sample to where every later start finds it: catalogue and people known, all sales in bronze as device uploads, refined and
 * published. Each step looks at what is there, so a start that was interrupted goes on where it stopped, and a second one
 * duplicates nothing.
 *
 * @param settings of the generated sample
 * @throws ScoutError `conflict` when the home holds the other sample
 */
export async function prepareSample(
  server: RunningServer,
  home: string,
  say: (line: string) => void,
  kind: SampleKind = 'generated',
  settings: SimulationSettings = GENERATED_SAMPLE,
): Promise<SamplePerson[]> {
  const { pool, keys } = server
  const now = new Date()
  await keepToOneSample(home, kind)
  await ensureTenant(
    pool,
    { tenantId: SAMPLE_TENANT, name: 'Sample data (synthetic)', packId: 'ph', isSample: true },
    now,
  )
  await ensureTrustRoot(pool, SAMPLE_TENANT, keys, now)
  const people = await samplePeople(home)
  const sample = kind === 'seed' ? seedSample() : await generatedSample(join(home, 'sample'), settings)
  if ((await countSales(server)) === 0) {
    say(`Importing ${sample.stores.toLocaleString('en')} sample stores, and what they sell`)
    const { personal } = await ensureSecrets(homeAt(home).secrets)
    await sample.importCatalogue({ pool, tenant: SAMPLE_TENANT, keys: personal(), now })
    for (const person of people) await addPerson(pool, SAMPLE_TENANT, person, now)
  }
  const agentsHome = join(home, 'agents')
  const devices = stillToReplay(sample.devices, agentsHome)
  const release = server.holdTransforms()
  try {
    if (devices.length > 0) {
      await replaySample({
        url: server.url,
        accessToken: await logIn(server.url, people),
        devices,
        agentsHome,
        onProgress: ({ done, total }) => say(`Sample sales replayed by ${done} of ${total} devices`),
      })
    }
    say('Refining bronze into silver, gold and platinum')
    await server.transform(SAMPLE_TENANT)
  } finally {
    release()
  }
  say('Publishing what changed')
  await server.publish(SAMPLE_TENANT)
  return people
}

async function countSales({ pool }: RunningServer): Promise<number> {
  return withTenant(pool, SAMPLE_TENANT, async tx => {
    const { rows } = await tx.query(
      'select count(*)::int as sales from scout.bronze_events where tenant_id = $1',
      [SAMPLE_TENANT],
    )
    return Number(rows[0]?.sales)
  })
}

async function logIn(url: string, people: readonly SamplePerson[]): Promise<string> {
  const admin = people.find(person => person.role === 'admin')
  const response = await fetch(new URL(PATHS.login, url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', [CSRF_HEADER]: '1' },
    body: JSON.stringify({ email: admin?.email, password: admin?.password }),
  })
  if (!response.ok) throw new Error(`the sample's administrator cannot log in: ${await response.text()}`)
  return session.parse(await response.json()).access_token
}
