import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Damage } from '../../../edge-agent/outbox/damage.ts'
import { openOutbox } from '../../../edge-agent/outbox/open-outbox.ts'
import type { Outbox } from '../../../edge-agent/outbox/outbox.ts'
import { reportOutbox } from '../../../edge-agent/outbox/outbox-report.ts'
import { temporaryHome } from './support/home.ts'
import { idOf, newSale } from './support/sales.ts'

const plenty = { sales: 10_000, bytes: 1 << 30 }
const waitingIds = (outbox: Outbox) => outbox.oldest(plenty).map(({ sale }) => idOf(sale))

function open(directory: string, epochFloor = 1, onDamage?: (damage: Damage) => void): Outbox {
  const outbox = openOutbox({ directory, epochFloor, ...(onDamage && { onDamage }) })
  onTestFinished(() => outbox.close())
  return outbox
}

describe('the outbox', () => {
  it('gives sales oldest first, in batches by count and by bytes, and always at least one', async () => {
    const outbox = open(temporaryHome())
    const seqs = await outbox.append([newSale(1), newSale(2), newSale(3)])
    expect(seqs).toEqual([1, 2, 3])
    const bytes = Buffer.byteLength(newSale(1).sale)
    const batch = (sales: number, size: number) => outbox.oldest({ sales, bytes: size }).map(({ seq }) => seq)
    expect(batch(2, 1 << 20)).toEqual([1, 2])
    expect(batch(9, bytes * 2)).toEqual([1, 2])
    expect(batch(9, 1)).toEqual([1])
    expect(outbox.oldest({ sales: 1, bytes: 1 }, new Set([1, 2])).map(({ seq }) => seq)).toEqual([3])
  })

  it('commits appends of one turn together, and each answers only after that', async () => {
    const home = temporaryHome()
    const outbox = open(home)
    const appends = Array.from({ length: 100 }, (_, index) => outbox.append([newSale(index)]))
    expect(reportOutbox(home).waiting).toBe(0)
    await appends[0]
    expect(reportOutbox(home).waiting).toBe(100)
    expect((await Promise.all(appends)).flat()).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
  })

  it('keeps the bytes and the reason of what is rejected', async () => {
    const outbox = open(temporaryHome())
    await outbox.append([newSale(1), newSale(2)], {
      rejections: [
        {
          source: 'folder:a',
          line: 7,
          contract: null,
          code: 'sale_malformed',
          message: 'no',
          raw: Buffer.from([0xff]),
        },
      ],
    })
    await outbox.reject(1, 'sale_invalid', 'wrong')
    await outbox.reject(99, 'sale_invalid', 'is not there')
    expect([outbox.waiting, outbox.rejected]).toEqual([1, 2])
    expect(outbox.rejections(10)).toMatchObject([
      { source: 'server', boot_epoch: 1, seq: 1, contract: 'pos.v1', code: 'sale_invalid', message: 'wrong' },
      { source: 'folder:a', seq: null, line: 7, raw: new Uint8Array([0xff]) },
    ])
    expect(Buffer.from(outbox.rejections(1)[0]?.raw ?? []).toString()).toBe(newSale(1).sale)
  })

  it('lets no second agent onto it, and lets one in when the first has closed', () => {
    const home = temporaryHome()
    const first = open(home)
    expect(() => openOutbox({ directory: home })).toThrow(expect.objectContaining({ code: 'outbox_locked' }))
    expect(reportOutbox(home).running).toBe(true)
    first.close()
    expect(reportOutbox(home).running).toBe(false)
    open(home)
  })

  it('keeps its epoch when it is opened again, and takes a higher floor', async () => {
    const home = temporaryHome()
    open(home).close()
    const again = open(home)
    expect(again.bootEpoch).toBe(1)
    await again.raiseEpoch(5)
    await again.raiseEpoch(2)
    expect(again.bootEpoch).toBe(5)
    again.close()
    expect(open(home, 3).bootEpoch).toBe(5)
  })

  it('begins a higher epoch when the file is gone, empty, or an older copy', async () => {
    const home = temporaryHome()
    const file = join(home, 'outbox.db')
    open(home).close()
    const copy = readFileSync(file)
    rmSync(file)
    const second = open(home)
    expect(second.bootEpoch).toBe(2)
    second.close()
    writeFileSync(file, '')
    const third = open(home)
    expect(third.bootEpoch).toBe(3)
    third.close()
    writeFileSync(file, copy)
    expect(open(home).bootEpoch).toBe(4)
  })

  it('sets a file aside that is no database, says so, and begins a higher epoch', async () => {
    const home = temporaryHome()
    const first = open(home)
    await first.append([newSale(1)])
    first.close()
    writeFileSync(join(home, 'outbox.db'), 'not a database at all '.repeat(500))
    const damages: Damage[] = []
    const second = open(home, 1, damage => damages.push(damage))
    expect(second.bootEpoch).toBe(2)
    expect(damages).toEqual([{ setAside: expect.stringContaining('outbox.db.corrupt-'), salvaged: 0 }])
    expect(readFileSync(damages[0]?.setAside ?? '', 'utf8')).toContain('not a database')
    expect(await second.append([newSale(2)])).toEqual([1])
  })

  it('carries over what it can read of a damaged file', async () => {
    const home = temporaryHome()
    const first = open(home)
    await first.append(Array.from({ length: 2_000 }, (_, index) => newSale(index)))
    first.close()
    const file = join(home, 'outbox.db')
    const bytes = readFileSync(file)
    bytes.fill(0xaa, bytes.length - 3 * 4096, bytes.length - 4096)
    writeFileSync(file, bytes)
    const damages: Damage[] = []
    const second = open(home, 1, damage => damages.push(damage))
    const ids = waitingIds(second)
    expect(damages[0]?.salvaged).toBe(ids.length)
    // Two pages of about seventeen sales are gone, and nothing behind them.
    expect(ids.length).toBeGreaterThan(1_950)
    expect(ids).toContain('T-1999')
    const numbers = ids.map(id => Number(id.slice(2)))
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
    expect(readdirSync(home)).toContain(damages[0]?.setAside.split('/').at(-1))
  })

  it('refuses a file of another version instead of setting it aside', () => {
    const home = temporaryHome()
    open(home).close()
    const database = new DatabaseSync(join(home, 'outbox.db'))
    database.exec('pragma user_version = 99')
    database.close()
    expect(() => openOutbox({ directory: home })).toThrow(expect.objectContaining({ code: 'conflict' }))
    expect(readdirSync(home).some(name => name.includes('corrupt'))).toBe(false)
  })

  it('keeps order, loses nothing and never reuses a key, whatever happens to it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 40 }), async commands => {
        const home = temporaryHome()
        const model = {
          waiting: [] as Array<[key: string, id: string]>,
          rejected: 0,
          used: new Set<string>(),
        }
        let outbox = openOutbox({ directory: home })
        let next = 0
        const keyOf = (seq: number) => `${outbox.bootEpoch}/${seq}`
        try {
          for (const step of commands) {
            if (step.do === 'append') {
              const ids = Array.from({ length: step.count }, () => next++)
              const seqs = await outbox.append(ids.map(newSale))
              seqs.forEach((seq, index) => {
                expect(model.used).not.toContain(keyOf(seq))
                model.used.add(keyOf(seq))
                model.waiting.push([keyOf(seq), `T-${ids[index]}`])
              })
            } else if (step.do === 'settle') {
              const batch = outbox.oldest({ sales: step.count, bytes: 1 << 20 })
              const refused = batch.filter((_, index) => index % 3 === step.third)
              const stored = batch.filter(sale => !refused.includes(sale))
              await Promise.all([
                outbox.acknowledge(stored.map(({ seq }) => seq)),
                ...refused.map(({ seq }) => outbox.reject(seq, 'sale_invalid', 'no')),
              ])
              model.waiting.splice(0, batch.length)
              model.rejected += refused.length
            } else {
              outbox.close()
              if (step.do === 'lose') {
                for (const suffix of ['', '-wal', '-shm'])
                  rmSync(join(home, `outbox.db${suffix}`), { force: true })
                model.waiting = []
                model.rejected = 0
              }
              outbox = openOutbox({ directory: home, epochFloor: step.floor })
              model.waiting = model.waiting.map(([key, id]) => [keyOf(Number(key.split('/')[1])), id])
              for (const [key] of model.waiting) model.used.add(key)
            }
            expect(outbox.oldest(plenty).map(({ seq, sale }) => [keyOf(seq), idOf(sale)])).toEqual(
              model.waiting,
            )
            expect([outbox.waiting, outbox.rejected]).toEqual([model.waiting.length, model.rejected])
          }
        } finally {
          outbox.close()
          rmSync(home, { recursive: true, force: true })
        }
      }),
      { numRuns: 40 },
    )
  })
})

const command = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('append' as const), count: fc.integer({ min: 0, max: 9 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      count: fc.integer({ min: 1, max: 12 }),
      third: fc.integer({ min: 0, max: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('reopen' as const, 'lose' as const),
      floor: fc.integer({ min: 1, max: 9 }),
    }),
  },
)
