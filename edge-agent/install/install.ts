import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ScoutError } from '../../app/errors.ts'
import { ACTIVATE, DEACTIVATE, type PlannedFile, planInstall } from './plan.ts'
import type { InstallOptions } from './service.ts'

export interface InstallTarget {
  /** Installs below it and starts nothing: an image, or a test. */
  readonly root?: string | undefined
  readonly dryRun?: boolean | undefined
}

export interface Installed {
  readonly files: readonly string[]
  /** Run, or to be run by whoever installed below a root. */
  readonly commands: readonly string[]
  readonly done: boolean
}

/**
 * Puts the agent onto this machine as a service. Runs again over an older one: the files are replaced, the home is left alone.
 *
 * @throws ScoutError `forbidden` without the right to, `request_invalid` when this is no bundle or the runtime lies where a service cannot
 * reach it
 */
export function install(options: InstallOptions & { bundle: string }, target: InstallTarget): Installed {
  const planned = planInstall(options)
  const commands = ACTIVATE.map(command => command.join(' '))
  const files = planned.map(({ path }) => path)
  if (target.dryRun) return { files, commands, done: false }
  refuseUseless(options)
  asRoot(target)
  for (const file of planned) write(file, options.bundle, target.root ?? '/')
  if (target.root === undefined) ACTIVATE.forEach(run)
  return { files, commands, done: true }
}

/** Takes the service away. Its user and its home stay: there may be sales in it. */
export function uninstall(target: InstallTarget): Installed {
  const files = planInstall({ node: '/', port: 0 }).map(({ path }) => path)
  const commands = [...DEACTIVATE.map(command => command.join(' ')), 'systemctl daemon-reload']
  if (target.dryRun) return { files, commands, done: false }
  asRoot(target)
  const unit = files.find(path => path.endsWith('.service')) ?? ''
  if (target.root === undefined && existsSync(unit)) DEACTIVATE.forEach(run)
  for (const path of files) rmSync(join(target.root ?? '/', path), { force: true })
  if (target.root === undefined) run(['systemctl', 'daemon-reload'])
  return { files, commands, done: true }
}

/** What a dry run shows: each file under its name. */
export function showPlan(options: InstallOptions): string {
  return planInstall(options)
    .map(({ path, content }) => `# ${path}\n${content === 'bundle' ? '(this bundle)\n' : content}`)
    .join('\n')
}

function write({ path, mode, content }: PlannedFile, bundle: string, root: string): void {
  const target = join(root, path)
  mkdirSync(dirname(target), { recursive: true })
  // Away first: a running agent keeps reading the file that it was started from.
  if (!(content === 'bundle' && existsSync(target) && statSync(target).ino === statSync(bundle).ino)) {
    rmSync(target, { force: true })
    if (content === 'bundle') copyFileSync(bundle, target)
    else writeFileSync(target, content, { mode })
  }
}

function refuseUseless({ node, bundle }: InstallOptions & { bundle: string }): void {
  if (!bundle.endsWith('.mjs') || !existsSync(bundle)) {
    throw new ScoutError('request_invalid', {
      message: `${bundle} is not the agent's bundle. Run \`npm run build:edge-agent\` and install with \`node dist/edge-agent/edge-agent.mjs install\`.`,
    })
  }
  if (/^\/(home|root)\//.test(node)) {
    throw new ScoutError('request_invalid', {
      message: `The service cannot read ${node}: home directories are closed to it. Name a Node 24 that lies elsewhere with --node.`,
    })
  }
}

function asRoot({ root }: InstallTarget): void {
  if (root !== undefined || process.getuid?.() === 0) return
  throw new ScoutError('forbidden', {
    message:
      'Only root may install a service. Use sudo, or --dry-run to see what it would do, or --root for an image.',
  })
}

function run([command = '', ...args]: readonly string[]): void {
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status === 0) return
  throw new ScoutError('internal', {
    message: `\`${[command, ...args].join(' ')}\` failed: ${stderr?.trim() || error?.message || `status ${status}`}. The files are in place; repeat it by hand.`,
    cause: error,
  })
}
