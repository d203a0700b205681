import { appendFileSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openOutbox } from '../../../edge-agent/outbox/open-outbox.ts'
import { WatchedFolder } from '../../../edge-agent/sources/folder.ts'
import { temporaryHome } from './support/home.ts'
import { idOf, posSale, posText } from './support/sales.ts'

function watched(doneAfterMs = 60 * 60_000) {
  const home = temporaryHome()
  const directory = join(home, 'inbox')
  mkdirSync(directory)
  const outbox = openOutbox({ directory: home })
  onTestFinished(() => outbox.close())
  const errors: unknown[] = []
  const open = () =>
    new WatchedFolder({ directory, outbox, doneAfterMs, onError: error => errors.push(error) })
  return {
    outbox,
    errors,
    open,
    folder: open(),
    at: (name: string) => join(directory, name),
    write: (name: string, text: string | Buffer) => writeFileSync(join(directory, name), text),
    ids: () => outbox.oldest({ sales: 100_000, bytes: 1 << 30 }).map(({ sale }) => idOf(sale)),
    names: () => readdirSync(directory, { recursive: true }).sort(),
    rejections: () =>
      outbox
        .rejections(100)
        .map(({ source, line, code, raw }) => ({ source, line, code, raw: Buffer.from(raw).toString() })),
  }
}

/** Makes a file look as if it had not changed for an hour. */
function age(path: string): void {
  const then = Date.now() / 1000 - 3600
  utimesSync(path, then, then)
}

describe('the watched folder', () => {
  it('takes documents, arrays, flat documents and lines, oldest file first, and puts the files away', async () => {
    const { folder, write, ids, names, at } = watched()
    write('b.json', posText(1))
    age(at('b.json'))
    write('a.json', JSON.stringify([posSale(2), posSale(3)], null, 2))
    write('c.jsonl', `${posText(4)}\n\n  \r\n${posText(5)}\r\n`)
    write('d.ndjson', `\uFEFF${posText(6)}\n`)
    write('ignored.csv', 'a,b')
    write('.hidden.json', posText(9))
    write('e.json.tmp', posText(9))
    await expect(folder.scan({ final: true })).resolves.toEqual({
      sales: 6,
      rejected: 0,
      filesDone: 4,
      filesGrowing: 0,
    })
    expect(ids()).toEqual(['T-1', 'T-2', 'T-3', 'T-4', 'T-5', 'T-6'])
    expect(names()).toEqual([
      '.hidden.json',
      'done',
      'done/a.json',
      'done/b.json',
      'done/c.jsonl',
      'done/d.ndjson',
      'e.json.tmp',
      'ignored.csv',
    ])
  })

  it('takes a document whose name is in capitals for a document', async () => {
    const { folder, write, ids, names, rejections } = watched()
    write('SALE.JSON', JSON.stringify(posSale(1), null, 2))
    await folder.scan()
    expect(ids()).toEqual(['T-1'])
    expect(rejections()).toEqual([])
    expect(names()).toEqual(['done', 'done/SALE.JSON'])
  })

  it('rejects bad lines with their text and number, and takes those around them', async () => {
    const { folder, write, ids, rejections } = watched()
    const latin1 = Buffer.from('{"transaction_id":"Ñ"}\n', 'latin1')
    write(
      'a.jsonl',
      Buffer.concat([
        Buffer.from(`${posText(1)}\n{"half":\n{"x":1}\n`),
        latin1,
        Buffer.from(`${posText(2)}\n`),
      ]),
    )
    await folder.scan()
    expect(ids()).toEqual(['T-1', 'T-2'])
    expect(rejections()).toEqual([
      { source: 'folder:a.jsonl', line: 4, code: 'sale_malformed', raw: latin1.subarray(0, -1).toString() },
      { source: 'folder:a.jsonl', line: 3, code: 'contract_unknown', raw: '{"x":1}' },
      { source: 'folder:a.jsonl', line: 2, code: 'sale_malformed', raw: '{"half":' },
    ])
  })

  it('waits for a line and a document that are still being written', async () => {
    const { folder, write, ids, names, rejections, at } = watched()
    const [text, next] = [posText(1), posText(2)]
    write('a.jsonl', `${text}\n${next.slice(0, 40)}`)
    write('b.json', JSON.stringify(posSale(3), null, 1).slice(0, 60))
    await expect(folder.scan({ final: true })).resolves.toMatchObject({
      sales: 1,
      filesDone: 0,
      filesGrowing: 2,
    })
    await folder.scan({ final: true })
    appendFileSync(at('a.jsonl'), next.slice(40))
    appendFileSync(at('b.json'), JSON.stringify(posSale(3), null, 1).slice(60))
    await folder.scan({ final: true })
    expect(ids().sort()).toEqual(['T-1', 'T-2', 'T-3'])
    expect(rejections()).toEqual([])
    expect(names()).toEqual(['done', 'done/a.jsonl', 'done/b.json'])
  })

  it('takes a last line or document for torn once it has not changed for a minute', async () => {
    const { folder, write, rejections, names, at } = watched()
    write('a.jsonl', `${posText(1)}\n{"transaction_id":"T-2","sto`)
    write('b.json', '{"transaction_id":\n "T-3"')
    age(at('a.jsonl'))
    age(at('b.json'))
    await folder.scan({ final: true })
    expect(rejections()).toEqual([
      { source: 'folder:b.json', line: null, code: 'sale_malformed', raw: '{"transaction_id":\n "T-3"' },
      { source: 'folder:a.jsonl', line: 2, code: 'sale_malformed', raw: '{"transaction_id":"T-2","sto' },
    ])
    expect(names()).toEqual(['done', 'done/a.jsonl', 'done/b.json'])
  })

  it('reads a .json file that holds lines as lines', async () => {
    const { folder, write, ids, at } = watched()
    write('a.json', `${posText(1)}\n${posText(2)}\n`)
    await folder.scan()
    appendFileSync(at('a.json'), `${posText(3)}\n`)
    await folder.scan()
    expect(ids()).toEqual(['T-1', 'T-2', 'T-3'])
  })

  it('goes on where it was, also after a restart, and leaves a file that its writer still uses', async () => {
    const { folder, open, write, ids, names, at } = watched()
    write('day.jsonl', `${posText(1)}\n`)
    await folder.scan()
    appendFileSync(at('day.jsonl'), `${posText(2)}\n`)
    await open().scan()
    expect(ids()).toEqual(['T-1', 'T-2'])
    expect(names()).toEqual(['day.jsonl', 'done'])
  })

  it('reads a file anew that was replaced or rewritten under its name', async () => {
    const { folder, write, ids } = watched()
    write('day.jsonl', `${posText(1)}\n${posText(2)}\n`)
    await folder.scan()
    write('day.jsonl', `${posText(3)}\n`)
    await folder.scan()
    write('day.jsonl', `${posText(4)}\n${posText(5)}\n`)
    await folder.scan()
    expect(ids()).toEqual(['T-1', 'T-2', 'T-3', 'T-4', 'T-5'])
  })

  it('still takes what a writer appends after the file was put away', async () => {
    const { folder, open, write, ids, names, at } = watched()
    write('day.jsonl', `${posText(1)}\n`)
    await folder.scan({ final: true })
    appendFileSync(at('done/day.jsonl'), `${posText(2)}\n`)
    await folder.scan({ final: true })
    appendFileSync(at('done/day.jsonl'), `${posText(3)}\n`)
    const restarted = open()
    await restarted.scan({ final: true })
    write('day.jsonl', `${posText(4)}\n`)
    await restarted.scan({ final: true })
    expect(ids()).toEqual(['T-1', 'T-2', 'T-3', 'T-4'])
    expect(names()).toEqual(['done', 'done/day.1.jsonl', 'done/day.jsonl'])
  })

  it('does not take sales again when it was stopped between the commit and the move', async () => {
    const { folder, open, write, ids, names } = watched()
    write('b.jsonl', `${posText(2)}\n`)
    await folder.scan()
    expect(names()).toContain('b.jsonl')
    await open().scan({ final: true })
    expect(ids()).toEqual(['T-2'])
    expect(names()).toEqual(['done', 'done/b.jsonl'])
  })

  it('puts a file of lines away once it is quiet, and leaves an empty one to whoever made it', async () => {
    const { folder, open, write, at, names } = watched(60_000)
    write('a.jsonl', `${posText(1)}\n`)
    await folder.scan()
    write('b.jsonl', '')
    age(at('a.jsonl'))
    age(at('b.jsonl'))
    // What it saw changing just now is not quiet, whatever the file's own time says.
    await expect(folder.scan()).resolves.toMatchObject({ filesDone: 0, filesGrowing: 1 })
    await expect(open().scan()).resolves.toMatchObject({ filesDone: 1, filesGrowing: 1 })
    expect(names()).toEqual(['b.jsonl', 'done', 'done/a.jsonl'])
  })

  it('loses no line of a log that is called .json and whose first line looked like a document', async () => {
    const { folder, write, ids, at } = watched()
    write('sales.json', `${posText(1)}\n`)
    await folder.scan()
    appendFileSync(at('done/sales.json'), `${posText(2)}\nnonsense\n`)
    await folder.scan({ final: true })
    expect(ids()).toEqual(['T-1', 'T-2'])
  })

  it('leaves alone what is no regular file', async () => {
    const { folder, write, ids, errors, at } = watched()
    write('a.json', posText(1))
    mkdirSync(at('b.json'))
    symlinkSync(at('nowhere'), at('c.json'))
    write('d.jsonl', `${posText(2)}\n`)
    await folder.scan()
    await folder.scan()
    expect(ids().sort()).toEqual(['T-1', 'T-2'])
    expect(errors).toEqual([])
  })

  it('stores nothing twice when two scans are asked for at once', async () => {
    const { folder, write, ids } = watched()
    write('a.jsonl', Array.from({ length: 5_000 }, (_, index) => `${posText(index)}\n`).join(''))
    await Promise.all([folder.scan(), folder.scan(), folder.scan({ final: true })])
    expect(ids()).toHaveLength(5_000)
  })

  it('moves nothing when the outbox fails', async () => {
    const { folder, outbox, write, names } = watched()
    write('a.json', posText(1))
    write('b.jsonl', `${posText(2)}\n`)
    outbox.close()
    await expect(folder.scan({ final: true })).rejects.toThrow()
    expect(names()).toEqual(['a.json', 'b.jsonl', 'done'])
  })
})
