import { existsSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { readFileIfThere, syncDirectory, writeFileDurably } from '../durable-file.ts'
import { setAside } from './open-database.ts'
import { sizeOf } from './room.ts'
import { type SalvagedSale, salvage } from './salvage.ts'
import type { OutboxStatements } from './statements.ts'

/**
 * INVARIANTS
 * - A damaged file is noted before it is set aside, and the note goes only after all that could be read of it is in the new outbox: a
 *   crash anywhere in between goes on where it was.
 * - How far a file was carried over is committed with what was carried over, in portions: nothing twice, and memory stays small.
 */

export interface Damage {
  /** Where the damaged file lies now. */
  readonly setAside: string
  /** Waiting sales that could be carried over. */
  readonly salvaged: number
}

const NOTE_FILE = 'salvage.json'
const note = z.array(z.string())
const PORTION = 1_000

export function noteAndSetAside(path: string, at: Date): void {
  const home = dirname(path)
  const aside = `${path}.corrupt-${at.toISOString().replaceAll(':', '-')}`
  writeFileDurably(join(home, NOTE_FILE), JSON.stringify([...noted(home), basename(aside)]))
  setAside(path, aside)
}

/** Carries over what is noted and not carried over yet. */
export function carryOver(home: string, database: DatabaseSync, statements: OutboxStatements): Damage[] {
  const names = noted(home)
  const damages = names.flatMap(name => {
    const path = join(home, name)
    return existsSync(path)
      ? [{ setAside: path, salvaged: carryOverOne(path, name, database, statements) }]
      : []
  })
  if (names.length > 0) {
    rmSync(join(home, NOTE_FILE))
    syncDirectory(home)
  }
  return damages
}

function noted(home: string): string[] {
  const text = readFileIfThere(join(home, NOTE_FILE))
  return text === undefined ? [] : note.parse(JSON.parse(text))
}

function carryOverOne(
  path: string,
  name: string,
  database: DatabaseSync,
  statements: OutboxStatements,
): number {
  const upto = Number(statements.salvagedUpTo.get(name)?.upto ?? 0)
  let salvaged = 0
  let portion: SalvagedSale[] = []
  const store = () => {
    const last = portion.at(-1)
    if (last === undefined) return
    const bytes = portion.reduce((sum, { sale }) => sum + sizeOf(sale), 0)
    database.exec('begin immediate')
    for (const { contract, recorded_at, sale } of portion) {
      statements.append.run(contract, recorded_at, sale, null, null, null)
    }
    statements.countCarriedOver.run(portion.length, bytes)
    statements.noteSalvaged.run(name, last.seq)
    database.exec('commit')
    salvaged += portion.length
    portion = []
  }
  for (const sale of salvage(path, upto)) {
    portion.push(sale)
    if (portion.length === PORTION) store()
  }
  store()
  return salvaged
}
