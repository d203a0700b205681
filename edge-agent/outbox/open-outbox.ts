import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { ScoutError } from '../../app/errors.ts'
import { type MachineClock, machineClock } from '../machine-clock.ts'
import { epochOfFoundOutbox, epochOfNewOutbox } from './boot-epoch.ts'
import { counterRow } from './counters.ts'
import { carryOver, type Damage, noteAndSetAside } from './damage.ts'
import { DEFAULT_LIMITS, type OutboxLimits } from './limits.ts'
import { LOCK_FILE, takeLock } from './lock.ts'
import { OUTBOX_FILE, openDatabase } from './open-database.ts'
import { Outbox } from './outbox.ts'
import { type OutboxStatements, prepareStatements } from './statements.ts'

/**
 * INVARIANTS
 * - The lock is taken before the file is looked at and held until the outbox is closed.
 * - A damaged file never stops the shop: it is set aside, what can be read of it is carried over, and a new epoch begins.
 */

/** `status` holds the lock for a moment to see whether an agent runs. */
const LOCK_WAIT_MS = 300

export interface OpenOutboxOptions {
  readonly directory: string
  /** From the enrolment; 1 before it. */
  readonly epochFloor?: number
  readonly limits?: Partial<OutboxLimits>
  readonly machine?: MachineClock
  readonly onDamage?: (damage: Damage) => void
}

/** @throws ScoutError `outbox_locked` when another agent runs on it, `conflict` when a newer agent wrote it. */
export function openOutbox(options: OpenOutboxOptions): Outbox {
  const { directory, epochFloor = 1, limits, machine = machineClock(), onDamage } = options
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const notePath = join(directory, 'boot-epoch')
  using held = new DisposableStack()
  const lock = held.use(takeLock(join(directory, LOCK_FILE), LOCK_WAIT_MS))
  const database = openOrReplace(join(directory, OUTBOX_FILE))
  held.defer(() => database.close())
  const statements = prepareStatements(database)
  begin(statements, notePath, epochFloor)
  for (const damage of carryOver(directory, database, statements)) onDamage?.(damage)
  const outbox = new Outbox({
    database,
    statements,
    counters: counterRow.parse(statements.counters.get()),
    limits: { ...DEFAULT_LIMITS, ...limits },
    machine,
    notePath,
    lock,
  })
  held.move()
  return outbox
}

function openOrReplace(path: string): DatabaseSync {
  try {
    return openDatabase(path)
  } catch (error) {
    if (!(error instanceof ScoutError) || error.code !== 'outbox_corrupt') throw error
    noteAndSetAside(path, new Date())
    return openDatabase(path)
  }
}

/** An outbox of its own epoch. */
function begin(statements: OutboxStatements, notePath: string, floor: number): void {
  const stored = statements.counters.get()?.boot_epoch
  const epoch =
    typeof stored === 'number'
      ? epochOfFoundOutbox(notePath, floor, stored)
      : epochOfNewOutbox(notePath, floor)
  if (epoch === stored) return
  statements.newOutbox.run(epoch)
  statements.setEpoch.run(epoch)
}
