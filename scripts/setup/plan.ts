import { type Machine, OLDEST_POSTGRES } from './machine.ts'

/** What apt could install: names of packages with the version that it would take. */
export type AptOffers = ReadonlyMap<string, string>

export interface Plan {
  readonly packages: readonly string[]
  readonly snaps: readonly string[]
  /** What no package of this machine brings, in words. */
  readonly byHand: readonly string[]
}

export function isComplete(machine: Machine): boolean {
  return machine.postgres?.postgis === true && machine.chromium !== undefined
}

/** What to install so that every test can run. Empty when all is there. */
export function planFor(machine: Machine, offers: AptOffers): Plan {
  const packages: string[] = []
  const snaps: string[] = []
  const byHand: string[] = []
  if (machine.postgres?.postgis !== true) {
    const name = postgisPackage(machine, offers)
    if (name === undefined)
      byHand.push(
        `PostgreSQL ${OLDEST_POSTGRES} or newer with PostGIS 3 (https://www.postgresql.org/download/)`,
      )
    else packages.push(name)
  }
  if (machine.chromium === undefined) {
    const chromium = offers.get('chromium')
    // Ubuntu's package only calls for the snap.
    if (chromium !== undefined && !chromium.includes('snap')) packages.push('chromium')
    else if (machine.snap) snaps.push('chromium')
    else byHand.push('Chromium or Google Chrome; where it lies elsewhere than usual, set CHROMIUM_PATH')
  }
  return { packages, snaps, byHand }
}

/** For the server that is there; else the newest that is offered. It brings its server with it. */
function postgisPackage(machine: Machine, offers: AptOffers): string | undefined {
  const offered = [...offers.keys()]
    .map(name => Number(/^postgresql-(\d+)-postgis-3$/.exec(name)?.[1]))
    .filter(version => version >= OLDEST_POSTGRES)
    .sort((a, b) => b - a)
  const version =
    machine.postgres === undefined ? offered[0] : offered.find(found => found === machine.postgres?.version)
  return version === undefined ? undefined : `postgresql-${version}-postgis-3`
}

/** One line for each kind of test that will be skipped. */
export function skippedWithout(machine: Machine): readonly string[] {
  const lines: string[] = []
  if (machine.postgres?.postgis !== true)
    lines.push('tests on a real Postgres (those on the embedded one run)')
  if (machine.chromium === undefined)
    lines.push('tests in a real browser, the screenshots and the map benchmark')
  return lines
}

/** The commands that carry out the plan, to be run as root, as a person would type them. */
export function commandsOf(plan: Plan): readonly string[] {
  const apt = plan.packages.length === 0 ? [] : [`apt-get install -y ${plan.packages.join(' ')}`]
  return [...apt, ...plan.snaps.map(name => `snap install ${name}`)]
}
