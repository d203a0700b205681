import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { candidates } from '../../../scripts/setup/apt.ts'
import { lookAt } from '../../../scripts/setup/machine.ts'
import { commandsOf, isComplete, planFor, skippedWithout } from '../../../scripts/setup/plan.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'scout-machine-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const place = (path: string, text = '') => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}
const placePostgres = (version: number, postgis: boolean) => {
  place(`usr/lib/postgresql/${version}/bin/initdb`)
  if (postgis) place(`usr/share/postgresql/${version}/extension/postgis.control`)
}
const look = (environment: NodeJS.ProcessEnv = {}) => lookAt(root, environment)

const DEBIAN = new Map([
  ['postgresql-15-postgis-3', '3.3.2+dfsg-1+b1'],
  ['chromium', '156.0.8078.79-1~deb12u1'],
])
const UBUNTU = new Map([
  ['postgresql-16-postgis-3', '3.4.2+dfsg-1ubuntu3'],
  ['chromium', '2:1snap1-0ubuntu2'],
])

describe('a machine', () => {
  it('with nothing on it lacks both', () => {
    expect(look()).toEqual({
      postgres: undefined,
      chromium: undefined,
      apt: false,
      snap: false,
    })
    expect(isComplete(look())).toBe(false)
    expect(skippedWithout(look())).toHaveLength(2)
  })

  it('with the newest Postgres, PostGIS and Chromium is complete', () => {
    placePostgres(15, true)
    placePostgres(17, true)
    place('usr/bin/chromium')
    expect(look()).toMatchObject({ postgres: { version: 17, postgis: true } })
    expect(isComplete(look())).toBe(true)
    expect(planFor(look(), DEBIAN)).toEqual({ packages: [], snaps: [], byHand: [] })
    expect(skippedWithout(look())).toEqual([])
  })

  it('counts no Postgres that is too old or has no server', () => {
    placePostgres(14, true)
    place('usr/lib/postgresql/16/bin/psql')
    expect(look().postgres).toBeUndefined()
  })

  it('takes Chromium from CHROMIUM_PATH first, if it is there', () => {
    place('opt/browser')
    place('usr/bin/google-chrome')
    expect(look({ CHROMIUM_PATH: join(root, 'opt/browser') }).chromium).toBe(join(root, 'opt/browser'))
    expect(look({ CHROMIUM_PATH: join(root, 'opt/missing') }).chromium).toBe(
      join(root, 'usr/bin/google-chrome'),
    )
  })
})

describe('the plan', () => {
  it('takes what Debian offers', () => {
    expect(commandsOf(planFor(look(), DEBIAN))).toEqual([
      'apt-get install -y postgresql-15-postgis-3 chromium',
    ])
  })

  it('takes the newest PostGIS that is offered, and never one for a Postgres before 15', () => {
    const offers = new Map(
      ['postgresql-9-postgis-3', 'postgresql-14-postgis-3', 'postgresql-16-postgis-3'].map(name => [
        name,
        '3',
      ]),
    )
    expect(planFor(look(), offers).packages).toContain('postgresql-16-postgis-3')
    offers.delete('postgresql-16-postgis-3')
    expect(planFor(look(), offers)).toMatchObject({
      packages: [],
      byHand: [expect.stringContaining('PostgreSQL 15'), expect.anything()],
    })
  })

  it('gives PostGIS to the server that is there', () => {
    placePostgres(15, true)
    placePostgres(16, false)
    place('usr/bin/chromium')
    const both = new Map([...DEBIAN, ...UBUNTU, ['postgresql-17-postgis-3', '3']])
    expect(planFor(look(), both).packages).toEqual(['postgresql-16-postgis-3'])
  })

  it('takes the snap on Ubuntu, where the package is only a way to it, or leaves it to a person', () => {
    expect(planFor(look(), UBUNTU)).toMatchObject({
      packages: ['postgresql-16-postgis-3'],
      byHand: [expect.stringContaining('Chrom')],
    })
    place('usr/bin/snap')
    expect(commandsOf(planFor(look(), UBUNTU))).toEqual([
      'apt-get install -y postgresql-16-postgis-3',
      'snap install chromium',
    ])
  })
})

it('reads what apt would install', () => {
  const policy = `chromium:
  Installed: (none)
  Candidate: 156.0.8078.79-1~deb12u1
  Version table:
     156.0.8078.79-1~deb12u1 500
postgresql-14-postgis-3:
  Installed: (none)
  Candidate: (none)
`
  expect([...candidates(policy)]).toEqual([['chromium', '156.0.8078.79-1~deb12u1']])
})

describe('the command', () => {
  const run = (...flags: readonly string[]) =>
    execFileSync(process.execPath, [join(import.meta.dirname, '../../../scripts/setup.ts'), ...flags], {
      encoding: 'utf8',
    })

  it('explains itself', () => {
    expect(run('--help')).toContain('npm run setup -- --check')
  })

  // Skipped where Postgres or Chromium is missing: then there is nothing complete to report.
  it.skipIf(!isComplete(lookAt()))('says in a moment that all is there, where it is', () => {
    const before = performance.now()
    expect(run()).toContain('Every test can run.')
    expect(run('--check')).toContain('with PostGIS')
    expect(performance.now() - before).toBeLessThan(5000)
  })
})
