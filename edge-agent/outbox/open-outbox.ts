import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { ScoutError } from '../../app/errors.ts'
import { epochOfFoundOutbox, epochOfNewOutbox } from './boot-epoch.ts'
import { LOCK_FILE, takeLock } from './lock.ts'
import { OUTBOX_FILE, openDatabase, setAside } from './open-database.ts'
import { Outbox } from './outbox.ts'
import { type SalvagedSale, salvage } from './salvage.ts'
import { type OutboxStatements, prepareStatements } from './statements.ts'

/**
 * INVARIANTS
 * - The lock is taken before the file is looked at and held until the outbox is closed.
 * - A damaged file never stops the shop: it is set aside, what can be read of it is carried over, and a new epoch begins.
 */

/** `status` holds the lock for a moment to see whether an agent runs. */
const LOCK_WAIT_MS = 300

export interface Damage {
  /** Where the damaged file lies now. */
  readonly setAside: string
  /** Waiting sales that could be carried over. */
  readonly salvaged: number
}

export interface OpenOutboxOptions {
  readonly directory: string
  /** From the enrolment; 1 before it. */
  readonly epochFloor?: number
  readonly onDamage?: (damage: Damage) => void
}

/** @throws ScoutError `outbox_locked` when another agent runs on it, `conflict` when a newer agent wrote it. */
export function openOutbox({ directory, epochFloor = 1, onDamage }: OpenOutboxOptions): Outbox {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const path = join(directory, OUTBOX_FILE)
  const notePath = join(directory, 'boot-epoch')
  using held = new DisposableStack()
  const lock = held.use(takeLock(join(directory, LOCK_FILE), LOCK_WAIT_MS))
  const { database, damaged } = openOrReplace(path)
  held.defer(() => database.close())
  const statements = prepareStatements(database)
  const saved = damaged === undefined ? [] : salvage(damaged)
  const bootEpoch = begin(database, statements, notePath, epochFloor, saved)
  if (damaged !== undefined) onDamage?.({ setAside: damaged, salvaged: saved.length })
  const outbox = new Outbox({ database, statements, bootEpoch, notePath, lock })
  held.move()
  return outbox
}

function openOrReplace(path: string): { database: DatabaseSync; damaged?: string } {
  try {
    return { database: openDatabase(path) }
  } catch (error) {
    if (!(error instanceof ScoutError) || error.code !== 'outbox_corrupt') throw error
    const damaged = setAside(path, new Date())
    return { database: openDatabase(path), damaged }
  }
}

function begin(
  database: DatabaseSync,
  statements: OutboxStatements,
  notePath: string,
  floor: number,
  saved: readonly SalvagedSale[],
): number {
  const stored = statements.epoch.get()?.boot_epoch
  const epoch =
    typeof stored === 'number'
      ? epochOfFoundOutbox(notePath, floor, stored)
      : epochOfNewOutbox(notePath, floor)
  if (epoch === stored) return epoch
  database.exec('begin immediate')
  statements.setEpoch.run(epoch)
  for (const { contract, recorded_at, sale } of saved) statements.append.run(contract, recorded_at, sale)
  database.exec('commit')
  return epoch
}
