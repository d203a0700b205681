import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { afterAll, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'scout-agent-bundle-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('ships as one file that runs where nothing is installed but Node', async () => {
  await build({
    configFile: join(import.meta.dirname, '../../../edge-agent/vite.config.ts'),
    build: { outDir: folder },
  })
  expect(readdirSync(folder)).toEqual(['edge-agent.mjs'])
  const status = execFileSync(process.execPath, ['edge-agent.mjs', 'status', '--home', 'home', '--json'], {
    cwd: folder,
    encoding: 'utf8',
  })
  expect(JSON.parse(status)).toMatchObject({ enrolment: null, waiting: 0 })
})
