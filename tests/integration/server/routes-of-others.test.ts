import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { deviceTokenResponse } from '../../../app/contracts/device.ts'
import { PATHS, type Session } from '../../../app/contracts/http.ts'
import { withSystem } from '../../../sync-server/database/tenant.ts'
import { openTestDatabase, type TestDatabase } from '../../support/database.ts'
import { emailOf, OTHER_TENANT, openWorld, sale, TENANT, type World } from './world.ts'

/*
 * Walks every route of the OpenAPI document with the claims of another tenant, naming everything that the first one has: nothing of it may
 * come out, and nothing of it may change. A route that the walk does not know how to ask fails it.
 */

/** A word that stands in everything of the first tenant, and nowhere else. */
const MARK = 'lihim'

const operation = z.looseObject({
  parameters: z.array(z.looseObject({ name: z.string(), in: z.string() })).optional(),
})
const openApi = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), operation)) })

describe('every route, asked by another tenant', () => {
  let database: TestDatabase
  let world: World
  let asking: { readonly name: string; readonly token: string }[]
  /** What stands for `{name}` in a path: the first tenant's. */
  let theirs: Record<string, string>
  let marks: string[]

  beforeAll(async () => {
    database = await openTestDatabase('embedded')
    world = await openWorld(database)
    const { server } = world
    const owner = await world.logIn(emailOf('admin'))
    const device = await world.device()
    await device.send([
      { seq: 1, content: sale(`${MARK}-1`, { customer_id: `${MARK}-suki`, customer_phone: `${MARK}-0900` }) },
    ])
    await device.send([
      { seq: 2, content: sale(`${MARK}-2`, { store_id: `${MARK}-store` }) },
      { seq: 3, content: `{"${MARK}` },
    ])
    await server.transform(TENANT)
    const { publication } = await server.publish(TENANT)
    const job = await jobOf(world, owner)
    const rows = await withSystem(server.pool, async tx => ({
      manifests: (await tx.query('select sha256 from scout.dataset_manifest where tenant_id = $1', [TENANT]))
        .rows,
      blobs: (
        await tx.query('select sha256 from scout.dataset_partition where tenant_id = $1 and region <> $2', [
          TENANT,
          'all',
        ])
      ).rows,
      refused: (await tx.query('select refused_id from scout.bronze_refused where tenant_id = $1', [TENANT]))
        .rows,
    }))
    theirs = {
      device_id: device.deviceId,
      job_id: job,
      sha256: String(rows.manifests[0]?.sha256),
      refused_id: String(rows.refused[0]?.refused_id),
      store_id: 'S1',
      transaction_id: `${MARK}-1`,
      boot_epoch: '1',
      seq: '2',
      sequence: String(publication.sequence),
    }
    marks = [
      MARK,
      TENANT,
      device.deviceId,
      job,
      ...[...rows.manifests, ...rows.blobs].map(row => String(row.sha256)),
    ]

    const strangers = await Promise.all(
      (['admin', 'analyst', 'manager'] as const).map(async role => ({
        name: role,
        token: (await world.logIn(emailOf(role, OTHER_TENANT))).access_token,
      })),
    )
    const strange = await world.device({ tenant: OTHER_TENANT })
    const redeemed = deviceTokenResponse.parse(await (await strange.redeem(await strange.assertion())).json())
    asking = [...strangers, { name: 'device', token: redeemed.access_token }]
  })
  afterAll(async () => {
    await world?.close()
    await database?.close()
  })

  it('gives nothing away and changes nothing', async () => {
    const before = await everythingOf(world)
    const { paths } = openApi.parse(await (await fetch(new URL('/docs/json', world.url))).json())
    const asked: string[] = []
    for (const [path, operations] of Object.entries(paths)) {
      for (const method of Object.keys(operations)) {
        for (const { name, token } of asking) {
          const url = new URL(fill(path, theirs), world.url)
          const body = bodyFor(method, path, theirs)
          const response = await fetch(url, {
            method: method.toUpperCase(),
            headers: {
              authorization: `Bearer ${token}`,
              ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          })
          const answer = await response.text()
          const said = `${url} ${JSON.stringify(body)}`
          expect({
            who: `${name}: ${method} ${path}`,
            // What he said himself is no secret.
            leaked: marks.filter(mark => answer.includes(mark) && !said.includes(mark)),
            // Whoever names another's thing hears that there is none.
            refused: path.includes('{') ? response.status >= 400 : true,
            crashed: response.status >= 500,
          }).toEqual({ who: `${name}: ${method} ${path}`, leaked: [], refused: true, crashed: false })
        }
        asked.push(`${method} ${path}`)
      }
    }
    expect(asked.length).toBeGreaterThan(20)
    expect(await everythingOf(world)).toEqual(before)
  })
})

async function jobOf(world: World, owner: Session): Promise<string> {
  const response = await fetch(new URL(PATHS.transforms, world.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${owner.access_token}` },
  })
  return z.object({ job_id: z.string() }).parse(await response.json()).job_id
}

/** The path with the first tenant's own ids in it. */
function fill(path: string, theirs: Readonly<Record<string, string>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = theirs[name]
    if (value === undefined) throw new Error(`teach this walk what stands for {${name}} in ${path}`)
    return encodeURIComponent(value)
  })
}

/** What is sent along: something that the route would do with the first tenant's things, if it let him. */
function bodyFor(method: string, path: string, theirs: Readonly<Record<string, string>>): unknown {
  if (method === 'get' || method === 'delete') return undefined
  const known = BODIES[`${method} ${path}`]
  if (known === undefined) throw new Error(`teach this walk what to send to ${method} ${path}`)
  return known(theirs)
}

const BODIES: Readonly<Record<string, (theirs: Readonly<Record<string, string>>) => unknown>> = {
  'post /v1/auth/login': () => ({ email: emailOf('admin'), password: 'guessed' }),
  'post /v1/auth/refresh': () => undefined,
  'post /v1/auth/logout': () => undefined,
  'post /v1/devices/claims': () => ({ label: 'a stranger' }),
  'patch /v1/devices/{device_id}': () => ({ status: 'revoked' }),
  'post /v1/devices/key': theirs => ({
    device_id: theirs.device_id,
    previous_key: 'A'.repeat(43),
    public_key: 'B'.repeat(43),
    signature: 'A'.repeat(86),
    new_signature: 'B'.repeat(86),
  }),
  'post /v1/devices/enrol': () => ({}),
  'post /v1/devices/token': () => ({ assertion: 'a.b.c' }),
  'post /v1/ingest/batches': () => ({}),
  'post /v1/customers/show': () => ({ customer: `${MARK}-suki` }),
  'post /v1/customers/erase': () => ({ customer: `${MARK}-suki` }),
  'post /v1/dead-letters/show': theirs => ({ dead_letter_id: theirs.refused_id }),
  'post /v1/dead-letters/replay': theirs => ({ dead_letter_ids: [theirs.refused_id] }),
  'post /v1/dead-letters/discard': theirs => ({ dead_letter_ids: [theirs.refused_id], reason: 'not mine' }),
  'post /v1/quarantine/show': theirs => ({ event_id: eventOf(theirs) }),
  'post /v1/quarantine/release': theirs => ({ event_ids: [eventOf(theirs)], force_reason: 'not mine' }),
  'post /v1/publications': () => ({}),
  'post /v1/transforms': () => undefined,
}

function eventOf({ device_id, boot_epoch, seq }: Readonly<Record<string, string>>): string {
  return `${device_id}/${boot_epoch}/${seq}`
}

/** How many rows each table has of the first tenant, and what its devices and people are. The audit may grow. */
async function everythingOf({ server }: World): Promise<unknown> {
  return withSystem(server.pool, async tx => {
    const { rows } = await tx.query(
      `select c.relname as name from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
       where c.relnamespace = 'scout'::regnamespace and c.relkind = 'r' and c.relname not in ('audit', 'refresh_token')
         and has_table_privilege('scout_system', c.oid, 'select')
       order by 1`,
    )
    const all: Record<string, unknown> = {}
    for (const { name } of rows) {
      const { rows: content } = await tx.query(
        `select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as md5, count(*) as rows
         from scout.${name} t where tenant_id = $1`,
        [TENANT],
      )
      all[String(name)] = content[0]
    }
    return all
  })
}
