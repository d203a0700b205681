import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { install, uninstall } from '../../../edge-agent/install/install.ts'
import { temporaryHome } from './support/home.ts'

const CLI = fileURLToPath(new URL('../../../edge-agent/cli.ts', import.meta.url))
const UNIT = '/etc/systemd/system/scout-agent.service'
const analyze = spawnSync('systemd-analyze', ['--version'], { encoding: 'utf8' })
const systemdMissing = analyze.status === 0 ? '' : ' (skipped: systemd-analyze is not installed)'

/** A root with a bundle and a runtime in it, as a machine has. */
function machine(): { root: string; options: Parameters<typeof install>[0] } {
  const root = temporaryHome()
  mkdirSync(join(root, 'usr/bin'), { recursive: true })
  writeFileSync(join(root, 'usr/bin/node'), '', { mode: 0o755 })
  const bundle = join(root, 'edge-agent.mjs')
  writeFileSync(bundle, 'the bundle')
  return {
    root,
    options: { node: '/usr/bin/node', bundle, port: 7411, maxBytes: '2GiB', whenFull: 'drop-oldest' },
  }
}

function run(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise(resolve => {
    execFile(process.execPath, [CLI, ...args], (error, stdout, stderr) => {
      resolve({ code: error ? error.code : 0, stdout, stderr })
    })
  })
}

describe('install', () => {
  it('writes the bundle, a command, a user, its directories and the unit, and again over itself', () => {
    const { root, options } = machine()
    for (let time = 0; time < 2; time++) {
      const { files, done } = install(options, { root })
      expect(done).toBe(true)
      for (const file of files) expect(existsSync(join(root, file)), file).toBe(true)
    }
    expect(readFileSync(join(root, '/usr/local/lib/scout-agent/edge-agent.mjs'), 'utf8')).toBe('the bundle')
    expect(statSync(join(root, '/usr/local/bin/edge-agent')).mode & 0o111).toBe(0o111)
    expect(readFileSync(join(root, UNIT), 'utf8')).toContain('--max-bytes 2GiB --when-full drop-oldest')
    expect(readFileSync(join(root, '/etc/sysusers.d/scout-agent.conf'), 'utf8')).toMatch(/^u scout-agent /)
  })

  it('is taken away by uninstall, and the home stays', () => {
    const { root, options } = machine()
    install(options, { root })
    mkdirSync(join(root, 'var/lib/scout-agent'), { recursive: true })
    const { files } = uninstall({ root })
    for (const file of files) expect(existsSync(join(root, file)), file).toBe(false)
    expect(existsSync(join(root, 'var/lib/scout-agent'))).toBe(true)
  })

  it('gives the service a user of its own, a read-only system and a watchdog', () => {
    const { root, options } = machine()
    install(options, { root })
    const unit = readFileSync(join(root, UNIT), 'utf8').split('\n')
    expect(unit).toEqual(
      expect.arrayContaining([
        'Type=notify',
        'User=scout-agent',
        'Restart=always',
        expect.stringMatching(/^WatchdogSec=\d+$/),
        'ProtectSystem=strict',
        'ReadWritePaths=/var/lib/scout-agent',
        'NoNewPrivileges=yes',
        'PrivateTmp=yes',
        expect.stringMatching(/^RestrictAddressFamilies=.*AF_UNIX/),
        expect.stringMatching(/^MemoryMax=\d+M$/),
      ]),
    )
  })

  it.skipIf(systemdMissing !== '')(
    `is a unit that systemd finds sound and well guarded${systemdMissing}`,
    () => {
      const { root, options } = machine()
      install(options, { root })
      for (const target of ['network-online', 'time-sync', 'multi-user', 'sysinit', 'basic', 'shutdown']) {
        writeFileSync(join(root, `/etc/systemd/system/${target}.target`), '[Unit]\nDescription=stands in\n')
      }
      const verified = spawnSync(
        'systemd-analyze',
        ['verify', `--root=${root}`, '--man=no', 'scout-agent.service'],
        {
          encoding: 'utf8',
        },
      )
      expect(verified.stderr.split('\n').filter(line => line.includes('scout-agent'))).toEqual([])
      const guarded = spawnSync(
        'systemd-analyze',
        ['security', '--offline=true', '--threshold=20', '--no-pager', join(root, UNIT)],
        { encoding: 'utf8' },
      )
      expect(guarded.stdout).toMatch(/Overall exposure level/)
      expect(guarded.status, guarded.stdout).toBe(0)
    },
  )

  it('refuses what would not work: source instead of a bundle, a runtime in a home', () => {
    const { root, options } = machine()
    expect(() => install({ ...options, bundle: CLI }, { root })).toThrow(/npm run build:edge-agent/)
    expect(() => install({ ...options, node: '/home/pi/node' }, { root })).toThrow(/--node/)
  })

  it('shows all of it without writing when asked, on the command line', { timeout: 30_000 }, async () => {
    const root = temporaryHome()
    const shown = await run('install', '--dry-run', '--root', root)
    expect(shown.code).toBe(0)
    for (const part of [UNIT, 'WatchdogSec=', 'u scout-agent', 'systemctl enable --now']) {
      expect(shown.stdout).toContain(part)
    }
    expect(existsSync(join(root, 'etc'))).toBe(false)
    const report = JSON.parse((await run('uninstall', '--dry-run', '--json')).stdout)
    expect(report).toMatchObject({ done: false, files: expect.arrayContaining([UNIT]) })
    expect((await run('install', '--root', root)).code).toBe(5)
  })
})
