import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openLog } from '../../../main/log.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scout-log-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

it('keeps one line an event, whatever is in it', () => {
  const log = openLog(join(folder, 'logs'))
  log(new Error('two\nlines'))
  log('text')
  const lines = readFileSync(join(folder, 'logs', 'scout.log'), 'utf8')
    .trimEnd()
    .split('\n')
  expect(lines.map(line => JSON.parse(line).text)).toEqual([expect.stringContaining('two\nlines'), 'text'])
})

it('sets a full log aside and begins anew', () => {
  writeFileSync(join(folder, 'scout.log'), 'x'.repeat(1024 * 1024 + 1))
  openLog(folder)('first')
  expect(readdirSync(folder).sort()).toEqual(['scout.1.log', 'scout.log'])
  expect(readFileSync(join(folder, 'scout.log'), 'utf8')).toContain('first')
})
