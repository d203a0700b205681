import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const README = readFileSync(join(ROOT, 'README.md'), 'utf8')
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
}

describe("the README's commands", () => {
  const home = mkdtempSync(join(tmpdir(), 'scout-readme-'))
  afterAll(() => rmSync(home, { recursive: true, force: true }))

  it('all exist', () => {
    const named = [...README.matchAll(/npm (?:run ([\w:-]+)|(start|test)\b)/g)].map(
      match => match[1] ?? match[2],
    )
    expect(named.length).toBeGreaterThan(8)
    for (const name of named) expect(Object.keys(scripts)).toContain(name)
  })

  it('npm start ends with an address and who can log in, the first time and the second', {
    timeout: 600_000,
  }, async () => {
    const first = await start(home)
    expect(first.lines.join('\n')).toMatch('replayed by 18 of 18 devices')
    expect(first.lines.join('\n')).toMatch(/analyst@sample\.scout\.example +\S{12} +analyst, all regions/)
    expect((await fetch(first.url)).headers.get('content-type')).toMatch('text/html')
    await first.stop()
    const second = await start(home)
    expect(second.lines.join('\n')).not.toMatch('replayed')
    expect(passwords(second.lines)).toEqual(passwords(first.lines))
    await second.stop()
  })

  it.each([...README.matchAll(/npm run ([\w-]+) -- --help/g)].map(match => match[1] ?? ''))(
    'npm run %s -- --help explains itself',
    name => {
      expect(
        execFileSync('npm', ['run', '--silent', name, '--', '--help'], { cwd: ROOT, encoding: 'utf8' }),
      ).toMatch(/^Usage: /)
    },
  )

  it('shows pictures that are there', () => {
    const pictures = [...README.matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map(match => match[1] ?? '')
    expect(pictures.length).toBeGreaterThan(0)
    for (const picture of pictures)
      expect(readFileSync(join(ROOT, picture)).subarray(1, 4).toString()).toBe('PNG')
  })
})

interface Started {
  readonly url: string
  readonly lines: readonly string[]
  stop(): Promise<number | null>
}

async function start(home: string): Promise<Started> {
  const child = spawn('npm', ['start', '--silent', '--', '--no-open', '--port', '0', '--home', home], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  const lines: string[] = []
  let url: string | undefined
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    url ??= /^Scout is ready at (\S+)/.exec(line)?.[1]
    if (url !== undefined && line.startsWith('Then stop this')) break
  }
  if (url === undefined) throw new Error(`npm start ended before it was ready:\n${lines.join('\n')}`)
  return { url, lines, stop: () => interrupt(child) }
}

/** As Ctrl+C does: the signal goes to npm and to all that it started. */
function interrupt(child: ChildProcess): Promise<number | null> {
  return new Promise(resolve => {
    child.on('exit', code => resolve(code))
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT')
  })
}

const passwords = (lines: readonly string[]) => lines.filter(line => line.includes('@sample.scout.example'))
