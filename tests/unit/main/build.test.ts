import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBuilder } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let outDir: string
beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'scout-main-'))
  const environment = { build: { outDir } }
  const configFile = join(import.meta.dirname, '../../../main/vite.config.ts')
  const builder = await createBuilder({
    configFile,
    environments: { main: environment, preload: environment },
  })
  await builder.buildApp()
})
afterAll(() => rm(outDir, { recursive: true }))

describe('the build of main', () => {
  it('is one module and one preload, that need nothing but Electron and Node', async () => {
    expect((await readdir(outDir)).filter(name => !name.endsWith('.map')).sort()).toEqual([
      'main.js',
      'preload.cjs',
    ])
    const main = await readFile(join(outDir, 'main.js'), 'utf8')
    const imported = [...main.matchAll(/^import .* from "(.+)";$/gm)].map(([, name]) => name ?? '')
    expect(imported).toContain('electron')
    expect(imported.filter(name => name !== 'electron' && !name.startsWith('node:'))).toEqual([])
  })

  it('gives a sandboxed preload: CommonJS, Electron only, no library in it', async () => {
    const preload = await readFile(join(outDir, 'preload.cjs'), 'utf8')
    expect([...preload.matchAll(/require\("(.+?)"\)/g)].map(([, name]) => name)).toEqual(['electron'])
    expect(preload).not.toMatch(/^(import|export) /m)
    expect(preload.length).toBeLessThan(4000)
  })
})
