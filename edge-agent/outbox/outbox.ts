import type { DatabaseSync } from 'node:sqlite'
import type { MachineClock } from '../machine-clock.ts'
import { epochOfFoundOutbox } from './boot-epoch.ts'
import type { Counters } from './counters.ts'
import { GroupCommit } from './group-commit.ts'
import type { OutboxLimits } from './limits.ts'
import {
  type Alongside,
  type BatchLimit,
  type FileProgress,
  type NewRejection,
  type NewSale,
  progressRow,
  type Rejection,
  rejectionRow,
  type WaitingSale,
  waitingRow,
} from './records.ts'
import { bytesRow, Room, sizeOf } from './room.ts'
import { SaleClock } from './sale-clock.ts'
import { asOutboxError } from './sqlite-errors.ts'
import type { OutboxStatements } from './statements.ts'
import { Tally } from './tally.ts'

/**
 * The sales that this device has accepted and the server has not answered for.
 *
 * INVARIANTS
 * - `append` resolves only after the commit: what was acknowledged to a source is on the disk.
 * - `(bootEpoch, seq)` names one sale for ever. Within an epoch `seq` only grows.
 * - `oldest` gives sales in the order in which they were appended, whatever the clock did meanwhile.
 * - A sale leaves by `acknowledge` or `reject`, which keeps its bytes; or is dropped by a full outbox, and counted.
 * - Waiting sales never take more than `maxBytes`, rejected ones never more than `maxRejectedBytes`.
 */
export class Outbox implements Disposable {
  readonly #database: DatabaseSync
  readonly #commits: GroupCommit
  readonly #release: Disposable
  readonly #notePath: string
  readonly #statements: OutboxStatements
  readonly #tally: Tally
  readonly #room: Room
  readonly #clock: SaleClock
  readonly #listeners = new Set<() => void>()
  #closed = false

  /** Use `openOutbox`. */
  constructor(parts: OutboxParts) {
    this.#database = parts.database
    this.#statements = parts.statements
    this.#tally = new Tally(parts.statements, parts.counters)
    this.#commits = new GroupCommit(parts.database, this.#tally)
    this.#room = new Room(parts.statements, this.#tally, parts.limits)
    this.#clock = new SaleClock(parts.statements, parts.machine)
    this.#notePath = parts.notePath
    this.#release = parts.lock
  }

  get bootEpoch(): number {
    return this.#tally.committedCounters.boot_epoch
  }

  /** Sales waiting to be sent. */
  get waiting(): number {
    return this.#tally.committedCounters.waiting
  }

  /** Sales and lines that were set aside for good. */
  get rejected(): number {
    return this.#tally.committedCounters.rejected
  }

  get counters(): Counters {
    return this.#tally.committedCounters
  }

  get limits(): OutboxLimits {
    return this.#room.limits
  }

  /** Server time minus the monotonic clock as it was measured in this boot, ms. */
  get serverAheadMs(): number | null {
    return this.#clock.serverAheadMs
  }

  /** Device time at which the oldest waiting sale came in. */
  get oldestRecordedAt(): string | null {
    const row = this.#statements.oldest.get(1)
    return row === undefined ? null : waitingRow.parse(row).recordedAt
  }

  /**
   * Stores sales, and in the same transaction what their source has to say: what of it was unreadable, and how far it
   * was read. Gives the `seq` of each sale, after the commit.
   *
   * @throws ScoutError `outbox_full`, `disk_full`, `outbox_corrupt`; then nothing of it was stored.
   */
  async append(sales: readonly NewSale[], alongside: Alongside = {}): Promise<number[]> {
    const { rejections = [], progress = [] } = alongside
    const bytes = sales.reduce((sum, { sale }) => sum + sizeOf(sale), 0)
    const seqs = await this.#commits.run(() => {
      const { recordedAt, offsetMs, boot, monotonicMs } = this.#clock.stamp()
      if (sales.length > 0) this.#room.makeFor(bytes, recordedAt)
      for (const rejection of rejections) this.#insertRejection(rejection, recordedAt)
      for (const file of progress) this.#writeProgress(file)
      const { now } = this.#tally
      now.waiting += sales.length
      now.waiting_bytes += bytes
      return sales.map(({ contract, sale }) =>
        Number(
          this.#statements.append.run(contract, recordedAt, sale, offsetMs, boot, monotonicMs)
            .lastInsertRowid,
        ),
      )
    })
    if (sales.length > 0) for (const listener of this.#listeners) listener()
    return seqs
  }

  /** Calls back after each append that stored sales, until disposed. */
  onAppend(listener: () => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) }
  }

  /**
   * The oldest waiting sales, at most `sales` of them and at most `bytes` of their text (but always one), without those
   * whose numbers are in `except`.
   */
  oldest(limit: BatchLimit, except: ReadonlySet<number> = new Set()): WaitingSale[] {
    const batch: WaitingSale[] = []
    let bytes = 0
    try {
      for (const row of this.#statements.oldest.iterate(limit.sales + except.size)) {
        const waiting = waitingRow.parse(row)
        if (except.has(waiting.seq)) continue
        bytes += Buffer.byteLength(waiting.sale)
        if (batch.length > 0 && (bytes > limit.bytes || batch.length === limit.sales)) break
        batch.push(waiting)
        this.#room.handedOut(waiting.seq)
      }
    } catch (error) {
      throw asOutboxError(error)
    }
    return batch
  }

  /** The waiting sale with this number, if it still waits. */
  one(seq: number): WaitingSale[] {
    return this.#statements.one.all(seq).map(row => waitingRow.parse(row))
  }

  /** Forgets sales that the server has stored. Numbers that are not waiting are ignored. */
  async acknowledge(seqs: readonly number[]): Promise<void> {
    await this.#commits.run(() => {
      for (const seq of seqs) if (!this.#remove(seq)) this.#room.answeredFor(seq)
    })
  }

  /** Moves a sale that will never be accepted out of the way of those behind it. `raw` defaults to the sale's own text. */
  async reject(seq: number, code: string, message: string, raw?: string | Uint8Array): Promise<void> {
    await this.#commits.run(() => {
      const { now } = this.#tally
      const bytes = raw === undefined ? null : bytesOf(raw)
      const at = this.#clock.stamp().recordedAt
      const moved = this.#statements.moveToRejected.get(at, now.boot_epoch, code, message, bytes, seq)
      if (moved === undefined) return
      now.rejected++
      now.rejected_bytes += bytesRow.parse(moved).bytes
      this.#remove(seq)
      this.#room.trimRejected()
    })
  }

  /** The newest rejected sales and lines first. */
  rejections(limit: number): Rejection[] {
    return this.#statements.rejections.all(limit).map(row => rejectionRow.parse(row))
  }

  /** How far the files of a watched folder were read. */
  progress(): FileProgress[] {
    return this.#statements.progress.all().map(row => {
      const { path, read_to: readTo, line, fingerprint, done_at: doneAt } = progressRow.parse(row)
      return { path, readTo, line, fingerprint, doneAt }
    })
  }

  async forgetProgress(paths: readonly string[]): Promise<void> {
    await this.#commits.run(() => {
      for (const path of paths) this.#statements.forgetProgress.run(path)
    })
  }

  /** Takes the epoch that the server asks for at enrolment, unless this outbox is past it already. */
  async raiseEpoch(floor: number): Promise<void> {
    const epoch = epochOfFoundOutbox(this.#notePath, floor, this.bootEpoch)
    await this.#commits.run(() => {
      this.#statements.setEpoch.run(epoch)
      this.#tally.now.boot_epoch = epoch
    })
  }

  /** Keeps what was measured of the server's clock: for sales of this boot that were stored before, and over restarts. */
  async noteServerAhead(aheadMs: number): Promise<void> {
    await this.#commits.run(() => this.#clock.note(aheadMs))
  }

  /** Resolves when a commit has reached the disk: the outbox is alive. @throws ScoutError `disk_full`, … */
  async probe(): Promise<void> {
    await this.#commits.run(() => undefined)
  }

  /** Commits what was handed in, closes the file and frees the lock. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#commits.flush()
    this.#database.close()
    this.#release[Symbol.dispose]()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #remove(seq: number): boolean {
    const removed = this.#statements.remove.get(seq)
    if (removed === undefined) return false
    const { now } = this.#tally
    now.waiting--
    now.waiting_bytes -= bytesRow.parse(removed).bytes
    return true
  }

  #insertRejection(rejection: NewRejection, at: string): void {
    const { source, line, contract, code, message, raw } = rejection
    const inserted = this.#statements.insertRejection.get(
      at,
      source,
      line,
      contract,
      code,
      message,
      bytesOf(raw),
    )
    const { now } = this.#tally
    now.rejected++
    now.rejected_bytes += bytesRow.parse(inserted).bytes
    this.#room.trimRejected()
  }

  #writeProgress({ path, readTo, line, fingerprint, doneAt }: FileProgress): void {
    this.#statements.writeProgress.run(path, readTo, line, fingerprint, doneAt)
  }
}

interface OutboxParts {
  readonly database: DatabaseSync
  readonly statements: OutboxStatements
  readonly counters: Counters
  readonly limits: OutboxLimits
  readonly machine: MachineClock
  /** File that notes the highest epoch used here. */
  readonly notePath: string
  readonly lock: Disposable
}

function bytesOf(raw: string | Uint8Array): Uint8Array {
  return typeof raw === 'string' ? Buffer.from(raw) : raw
}
