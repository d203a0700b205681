import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Damage } from '../../../edge-agent/outbox/damage.ts'
import { openOutbox } from '../../../edge-agent/outbox/open-outbox.ts'
import type { Outbox } from '../../../edge-agent/outbox/outbox.ts'
import { salvage } from '../../../edge-agent/outbox/salvage.ts'
import { temporaryHome } from './support/home.ts'
import { idOf, newSale } from './support/sales.ts'

const PAGE = 4096
const plenty = { sales: 1_000_000, bytes: 1 << 30 }
const waitingIds = (outbox: Outbox) => outbox.oldest(plenty).map(({ sale }) => idOf(sale))
/** Some span several pages. */
const sized = (index: number) => {
  const { contract, sale } = newSale(index)
  return { contract, sale: index % 50 === 7 ? sale.replace('{', `{"note":"${'x'.repeat(9_000)}",`) : sale }
}

function open(directory: string, onDamage?: (damage: Damage) => void): Outbox {
  const outbox = openOutbox({ directory, ...(onDamage && { onDamage }) })
  onTestFinished(() => outbox.close())
  return outbox
}

async function filled(home: string, sales: number): Promise<string> {
  const outbox = open(home)
  await outbox.append(Array.from({ length: sales }, (_, index) => sized(index)))
  outbox.close()
  return join(home, 'outbox.db')
}

/** Which sales stand on which page, by SQLite's own word. */
function pagesOf(file: string): Map<number, Set<string>> {
  using database = new DatabaseSync(file, { readOnly: true })
  const rows = database.prepare('select seq, sale from waiting order by seq').all()
  const bytes = readFileSync(file)
  const pages = new Map<number, Set<string>>()
  for (const row of rows) {
    // The beginning of the sale stands on its leaf, at least.
    const id = idOf(String(row.sale))
    const at = bytes.indexOf(`"transaction_id":"${id}"`)
    const page = Math.floor(at / PAGE)
    pages.set(page, (pages.get(page) ?? new Set()).add(id))
  }
  return pages
}

describe('a damaged outbox', () => {
  it('costs what stood on the damaged pages and nothing else, whichever they are', {
    timeout: 60_000,
  }, async () => {
    const template = temporaryHome()
    const sales = 900
    const file = await filled(template, sales)
    const bytes = readFileSync(file)
    const pages = bytes.length / PAGE
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 0, max: pages - 1 }), { minLength: 1, maxLength: 4 }),
        fc.constantFrom(0x00, 0xaa, 0xff),
        async (damaged, filler) => {
          const home = temporaryHome()
          const broken = Buffer.from(bytes)
          for (const page of damaged) broken.fill(filler, page * PAGE, (page + 1) * PAGE)
          writeFileSync(join(home, 'outbox.db'), broken)
          const damages: Damage[] = []
          using outbox = openOutbox({ directory: home, onDamage: damage => damages.push(damage) })
          const found = outbox.oldest(plenty).map(({ sale }) => idOf(sale))
          const numbers = found.map(id => Number(id.slice(2)))
          expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
          expect(new Set(numbers).size).toBe(numbers.length)
          // A page holds fewer than 20 sales; one that spans pages goes with any of them.
          expect(found.length).toBeGreaterThanOrEqual(sales - damaged.length * 20)
          if (damages.length > 0) expect(damages[0]?.salvaged).toBe(found.length)
          await outbox.append([newSale('next')])
          expect(waitingIds(outbox).at(-1)).toBe('T-next')
        },
      ),
      { numRuns: 40 },
    )
  })

  it('gives up its sales even when its first page is gone', async () => {
    const home = temporaryHome()
    const file = await filled(home, 300)
    const onFirst = pagesOf(file).get(0) ?? new Set()
    const bytes = readFileSync(file)
    writeFileSync(file, bytes.fill(0, 0, PAGE))
    expect([...salvage(file)].length).toBe(300 - onFirst.size)
  })

  it('is carried over to its end, and nothing twice, when the plug is pulled in the middle of that', async () => {
    const home = temporaryHome()
    const file = await filled(home, 3_500)
    const bytes = readFileSync(file)
    writeFileSync(file, bytes.fill(0xaa, 20 * PAGE, 21 * PAGE))
    const expected = [...salvage(file)].map(({ sale }) => idOf(sale))
    const first = open(home)
    first.close()
    // As after the second of four portions.
    const name = readdirSync(home).find(entry => /^outbox\.db\.corrupt-.*Z$/.test(entry))
    using database = new DatabaseSync(join(home, 'outbox.db'))
    const seq = database.prepare('select upto from salvaged').get()?.upto
    expect(seq).toBe(3_500)
    const third = [...salvage(join(home, name ?? ''))][1_999]
    database.exec(`delete from waiting where seq > 2000; update salvaged set upto = ${third?.seq};
      update outbox set waiting = 2000, waiting_bytes = (select sum(octet_length(sale) + 64) from waiting)`)
    database.close()
    writeFileSync(join(home, 'salvage.json'), JSON.stringify([name]))
    const again = open(home)
    expect(waitingIds(again)).toEqual(expected)
    expect(again.waiting).toBe(expected.length)
    expect(existsSync(join(home, 'salvage.json'))).toBe(false)
  })
})

describe('a torn tail', () => {
  /** What lies on the disk at this moment, as a power cut would leave it. */
  function snapshot(home: string): string {
    const copy = temporaryHome()
    for (const name of ['outbox.db', 'outbox.db-wal', 'boot-epoch']) {
      if (existsSync(join(home, name))) copyFileSync(join(home, name), join(copy, name))
    }
    return copy
  }

  it('loses nothing that was acknowledged, and leaves no half of what was not', {
    timeout: 60_000,
  }, async () => {
    const home = temporaryHome()
    const outbox = open(home)
    const acknowledged: Array<{ bytes: number; upTo: number }> = []
    for (let index = 0; index < 60; index++) {
      await outbox.append([sized(index * 2), sized(index * 2 + 1)])
      acknowledged.push({ bytes: statSync(join(home, 'outbox.db-wal')).size, upTo: (index + 1) * 2 })
    }
    const full = snapshot(home)
    const wal = readFileSync(join(full, 'outbox.db-wal'))
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: wal.length }),
        fc.constantFrom('cut' as const, 'zeros' as const, 'noise' as const),
        async (at, how) => {
          const copy = join(temporaryHome(), 'home')
          mkdirSync(copy)
          for (const name of ['outbox.db', 'outbox.db-wal', 'boot-epoch'])
            copyFileSync(join(full, name), join(copy, name))
          const path = join(copy, 'outbox.db-wal')
          if (how === 'cut') truncateSync(path, at)
          else
            writeFileSync(
              path,
              Buffer.concat([wal.subarray(0, at), Buffer.alloc(wal.length - at, how === 'zeros' ? 0 : 0x5a)]),
            )
          const safe = Math.max(0, ...acknowledged.filter(({ bytes }) => bytes <= at).map(({ upTo }) => upTo))
          const damages: Damage[] = []
          const after = openOutbox({ directory: copy, onDamage: damage => damages.push(damage) })
          try {
            const ids = waitingIds(after)
            expect(ids).toEqual(Array.from({ length: ids.length }, (_, index) => `T-${index}`))
            expect(ids.length).toBeGreaterThanOrEqual(safe)
            expect(ids.length % 2).toBe(0)
            expect(after.waiting).toBe(ids.length)
            expect(damages).toEqual([])
          } finally {
            after.close()
            rmSync(copy, { recursive: true })
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})
