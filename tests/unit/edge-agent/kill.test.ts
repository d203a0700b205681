import { appendFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openOutbox } from '../../../edge-agent/outbox/open-outbox.ts'
import { reportOutbox } from '../../../edge-agent/outbox/outbox-report.ts'
import { WatchedFolder } from '../../../edge-agent/sources/folder.ts'
import { temporaryHome } from './support/home.ts'
import { runAndKill } from './support/kill.ts'
import { idOf, posText } from './support/sales.ts'

const plenty = { sales: 1_000_000, bytes: 1 << 30 }

describe('killed at any moment', () => {
  it('the outbox still has everything that it acknowledged, once and in order', {
    timeout: 60_000,
  }, async () => {
    const home = temporaryHome()
    const acknowledged = new Set<string>()
    const seen = new Set<number>()
    for (let round = 0; round < 15; round++) {
      const output = await runAndKill(
        new URL('./support/append-child.ts', import.meta.url),
        [home, String(round * 1_000_000)],
        Math.random() * 120,
      )
      const whole = output.slice(0, output.lastIndexOf('\n') + 1)
      for (const id of whole.split('\n').filter(Boolean)) acknowledged.add(`T-${id}`)

      using outbox = openOutbox({ directory: home })
      expect(outbox.bootEpoch).toBe(1)
      const waiting = outbox.oldest(plenty)
      const ids = waiting.map(({ sale }) => idOf(sale))
      expect(new Set(ids).size).toBe(ids.length)
      expect([...acknowledged].filter(id => !ids.includes(id))).toEqual([])
      // What is sent in between is gone for good, and its numbers with it.
      const sent = waiting.filter((_, index) => index % 2 === 0)
      for (const { seq, sale } of sent) {
        expect(seen).not.toContain(seq)
        seen.add(seq)
        acknowledged.delete(idOf(sale))
      }
      await outbox.acknowledge(sent.map(({ seq }) => seq))
    }
    expect(seen.size).toBeGreaterThan(100)
  })

  it('the folder loses no sale and takes none twice', { timeout: 60_000 }, async () => {
    const home = temporaryHome()
    const folder = join(home, 'inbox')
    mkdirSync(folder)
    const lines = 60_000
    writeFileSync(
      join(folder, 'a.jsonl'),
      Array.from({ length: lines }, (_, index) => `${posText(index)}\n`).join(''),
    )
    for (let index = 0; index < 300; index++)
      writeFileSync(join(folder, `b-${1000 + index}.json`), posText(`b${index}`))

    const taken = new Set<number>()
    for (let round = 0; round < 12; round++) {
      await runAndKill(
        new URL('./support/folder-child.ts', import.meta.url),
        [home, folder],
        round * 50 + Math.random() * 100,
      )
      taken.add(reportOutbox(home).waiting)
      appendFileSync(join(folder, 'c.ndjson'), `${posText(`c${round}`)}\n`)
    }

    // It was killed in the middle of the work, not before or after.
    expect([...taken].filter(count => count > 0 && count < lines).length).toBeGreaterThan(1)

    using outbox = openOutbox({ directory: home })
    const last = new WatchedFolder({
      directory: folder,
      outbox,
      onError: error => expect.unreachable(String(error)),
    })
    await last.scan({ final: true })
    await last.scan({ final: true })
    const ids = outbox.oldest(plenty).map(({ sale }) => idOf(sale))
    expect(ids.length).toBe(lines + 300 + 12)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.filter(id => /^T-\d/.test(id))).toEqual(
      Array.from({ length: lines }, (_, index) => `T-${index}`),
    )
    expect(outbox.rejected).toBe(0)
    expect(readdirSync(folder)).toEqual(['done'])
  })
})
