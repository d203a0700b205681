import { spawnSync } from 'node:child_process'
import type { AptOffers } from './plan.ts'

/** How this process may become root: as it is, by `sudo` without a password, or not at all. */
export type Rights = 'root' | 'sudo' | 'none'

export function rights(): Rights {
  if (process.getuid?.() === 0) return 'root'
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? 'sudo' : 'none'
}

/** Runs one command as root and shows what it says. False when it failed. */
export function asRoot(command: string, how: Rights): boolean {
  const sudo = how === 'sudo' ? ['sudo', '-n'] : []
  const [file = '', ...rest] = [...sudo, 'env', 'DEBIAN_FRONTEND=noninteractive', ...command.split(' ')]
  return spawnSync(file, rest, { stdio: ['ignore', 'inherit', 'inherit'] }).status === 0
}

/** What apt knows at this moment; after `apt-get update` what its sources offer. */
export function aptOffers(): AptOffers {
  const found = spawnSync(
    'apt-cache',
    ['search', '--names-only', '^(postgresql-[0-9]+-postgis-3|chromium)$'],
    { encoding: 'utf8' },
  )
  const names = (found.stdout ?? '').split('\n').flatMap(line => line.split(' ')[0] || [])
  return names.length === 0
    ? new Map()
    : candidates(spawnSync('apt-cache', ['policy', ...names], { encoding: 'utf8' }).stdout ?? '')
}

/** Reads `apt-cache policy`; packages without a candidate are left out. */
export function candidates(policy: string): AptOffers {
  const offers = new Map<string, string>()
  let name = ''
  for (const line of policy.split('\n')) {
    name = /^(\S+):$/.exec(line)?.[1] ?? name
    const version = /^ {2}Candidate: (\S+)$/.exec(line)?.[1]
    if (version !== undefined && version !== '(none)') offers.set(name, version)
  }
  return offers
}
