import { parseArgs } from 'node:util'
import { aptOffers, asRoot, type Rights, rights } from './setup/apt.ts'
import { lookAt, type Machine } from './setup/machine.ts'
import { commandsOf, isComplete, type Plan, planFor, skippedWithout } from './setup/plan.ts'

/** `npm run setup`: brings what some tests need, where it may; else says what to install. Never a reason to stop. */
const HELP = `Finds PostgreSQL with PostGIS and Chromium, which some of the tests need.
On Debian and Ubuntu, as root or with passwordless sudo, it installs what is missing; elsewhere it says what to install.
Scout itself (npm start) needs none of it.

  npm run setup              looks and installs
  npm run setup -- --check   only looks; status 1 when something is missing
`

const REFRESH = 'apt-get update'
const say = (line: string) => process.stdout.write(`${line}\n`)
const { values } = parseArgs({ options: { check: { type: 'boolean' }, help: { type: 'boolean' } } })

if (values.help === true) say(HELP)
else if (values.check === true) process.exitCode = report(lookAt())
else setUp()

function setUp(): void {
  const before = lookAt()
  if (!isComplete(before) && before.apt) installWithApt(before)
  const after = lookAt()
  report(after)
  if (!isComplete(after) && !before.apt) tell(planFor(after, new Map()))
}

function installWithApt(machine: Machine): void {
  const how = rights()
  if (how === 'none') {
    tell(planFor(machine, aptOffers()))
    return
  }
  if (!run(REFRESH, how)) say('Going on with the lists of packages that apt has.')
  const plan = planFor(machine, aptOffers())
  if (!commandsOf(plan).every(command => run(command, how))) tell(plan)
  else if (plan.byHand.length > 0) tell({ ...plan, packages: [], snaps: [] })
}

function run(command: string, how: Rights): boolean {
  say(`> ${command}`)
  return asRoot(command, how)
}

function tell(plan: Plan): void {
  say('To run every test, install:')
  const refresh = plan.packages.length === 0 ? [] : [REFRESH]
  for (const command of [...refresh, ...commandsOf(plan)]) say(`  sudo ${command}`)
  for (const words of plan.byHand) say(`  ${words}`)
}

/** @returns the exit status of `--check` */
function report(machine: Machine): 0 | 1 {
  const { postgres, chromium } = machine
  say(
    `Postgres: ${postgres === undefined ? 'not found' : `${postgres.version}${postgres.postgis ? ' with PostGIS' : ', without PostGIS'}`}`,
  )
  say(`Chromium: ${chromium ?? 'not found'}`)
  if (isComplete(machine)) {
    say(
      'Every test can run. (The launch test of the desktop application also needs `npm run electron:install`.)',
    )
    return 0
  }
  for (const line of skippedWithout(machine)) say(`Will be skipped: ${line}`)
  return 1
}
