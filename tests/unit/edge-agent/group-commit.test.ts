import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { GroupCommit } from '../../../edge-agent/outbox/group-commit.ts'
import { temporaryHome } from './support/home.ts'

function table() {
  const database = new DatabaseSync(join(temporaryHome(), 'table.db'))
  onTestFinished(() => database.close())
  database.exec('create table it (name text) strict')
  const commits = new GroupCommit(database)
  const insert = database.prepare('insert into it values (?)')
  const add = (name: string) => commits.run(() => insert.run(name))
  const names = () =>
    database
      .prepare('select name from it')
      .all()
      .map(row => row.name)
  return { database, commits, add, names }
}

describe('group commit', () => {
  it('stores nothing of a group that does not fit on the disk, says so to each, and goes on after', async () => {
    const { database, add, names } = table()
    await add('first')
    // The file may not grow: what a full disk looks like to SQLite.
    database.exec('pragma max_page_count = 3')
    const results = await Promise.allSettled([add('small'), add('x'.repeat(1 << 20)), add('small too')])
    expect(results.map(result => result.status === 'rejected' && result.reason.code)).toEqual(
      Array.from({ length: 3 }, () => 'disk_full'),
    )
    expect(names()).toEqual(['first'])
    database.exec('pragma max_page_count = 1000')
    await add('last')
    expect(names()).toEqual(['first', 'last'])
  })

  it('keeps the order in which writes were handed in, over groups too', async () => {
    const { add, names } = table()
    const first = [add('1'), add('2')]
    await first[0]
    await Promise.all([add('3'), add('4')])
    expect(names()).toEqual(['1', '2', '3', '4'])
  })

  it('commits at once when flushed', async () => {
    const { add, commits, names } = table()
    const added = add('now')
    commits.flush()
    expect(names()).toEqual(['now'])
    await added
  })
})
