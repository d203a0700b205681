import type { DatabaseSync } from 'node:sqlite'
import { epochOfFoundOutbox } from './boot-epoch.ts'
import { GroupCommit } from './group-commit.ts'
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
import { asOutboxError } from './sqlite-errors.ts'
import type { OutboxStatements } from './statements.ts'

/**
 * The sales that this device has accepted and the server has not answered for.
 *
 * INVARIANTS
 * - `append` resolves only after the commit: what was acknowledged to a source is on the disk.
 * - `(bootEpoch, seq)` names one sale for ever. Within an epoch `seq` only grows.
 * - `oldest` gives sales in the order in which they were appended.
 * - A sale leaves by `acknowledge` or `reject`, never otherwise; `reject` keeps its bytes.
 */
export class Outbox implements Disposable {
  readonly #database: DatabaseSync
  readonly #commits: GroupCommit
  readonly #release: Disposable
  readonly #notePath: string
  readonly #statements: OutboxStatements
  readonly #listeners = new Set<() => void>()
  #bootEpoch: number
  #waiting: number
  #rejected: number
  #closed = false

  /** Use `openOutbox`. */
  constructor(parts: OutboxParts) {
    this.#database = parts.database
    this.#commits = new GroupCommit(parts.database)
    this.#statements = parts.statements
    this.#bootEpoch = parts.bootEpoch
    this.#notePath = parts.notePath
    this.#release = parts.lock
    this.#waiting = Number(this.#statements.countWaiting.get()?.rows)
    this.#rejected = Number(this.#statements.countRejected.get()?.rows)
  }

  get bootEpoch(): number {
    return this.#bootEpoch
  }

  /** Sales waiting to be sent. */
  get waiting(): number {
    return this.#waiting
  }

  /** Sales and lines that were set aside for good. */
  get rejected(): number {
    return this.#rejected
  }

  /** Device time at which the oldest waiting sale came in. */
  get oldestRecordedAt(): string | null {
    const row = this.#statements.oldest.get(1)
    return row === undefined ? null : waitingRow.parse(row).recorded_at
  }

  /**
   * Stores sales, and in the same transaction what their source has to say: what of it was unreadable, and how far it
   * was read. Gives the `seq` of each sale, after the commit.
   *
   * @throws ScoutError `disk_full`, `outbox_corrupt`; then nothing of it was stored.
   */
  async append(sales: readonly NewSale[], alongside: Alongside = {}): Promise<number[]> {
    const { rejections = [], progress = [] } = alongside
    const recordedAt = new Date().toISOString()
    const seqs = await this.#commits.run(() => {
      for (const rejection of rejections) this.#insertRejection(rejection, recordedAt)
      for (const file of progress) this.#writeProgress(file)
      return sales.map(({ contract, sale }) =>
        Number(this.#statements.append.run(contract, recordedAt, sale).lastInsertRowid),
      )
    })
    this.#waiting += sales.length
    this.#rejected += rejections.length
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
        const waiting = asWaitingSale(row)
        if (except.has(waiting.seq)) continue
        bytes += Buffer.byteLength(waiting.sale)
        if (batch.length > 0 && (bytes > limit.bytes || batch.length === limit.sales)) break
        batch.push(waiting)
      }
    } catch (error) {
      throw asOutboxError(error)
    }
    return batch
  }

  /** The waiting sale with this number, if it still waits. */
  one(seq: number): WaitingSale[] {
    return this.#statements.one.all(seq).map(asWaitingSale)
  }

  /** Forgets sales that the server has stored. Numbers that are not waiting are ignored. */
  async acknowledge(seqs: readonly number[]): Promise<void> {
    let removed = 0
    await this.#commits.run(() => {
      for (const seq of seqs) removed += Number(this.#statements.remove.run(seq).changes)
    })
    this.#waiting -= removed
  }

  /** Moves a sale that will never be accepted out of the way of those behind it. `raw` defaults to the sale's own text. */
  async reject(seq: number, code: string, message: string, raw?: string | Uint8Array): Promise<void> {
    let moved = 0
    await this.#commits.run(() => {
      const epoch = this.#bootEpoch
      const bytes = raw === undefined ? null : bytesOf(raw)
      moved = Number(
        this.#statements.moveToRejected.run(new Date().toISOString(), epoch, code, message, bytes, seq)
          .changes,
      )
      this.#statements.remove.run(seq)
    })
    this.#waiting -= moved
    this.#rejected += moved
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
    const epoch = epochOfFoundOutbox(this.#notePath, floor, this.#bootEpoch)
    await this.#commits.run(() => this.#statements.setEpoch.run(epoch))
    this.#bootEpoch = epoch
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

  #insertRejection(rejection: NewRejection, at: string): void {
    const { source, line, contract, code, message, raw } = rejection
    this.#statements.insertRejection.run(at, source, line, contract, code, message, bytesOf(raw))
  }

  #writeProgress({ path, readTo, line, fingerprint, doneAt }: FileProgress): void {
    this.#statements.writeProgress.run(path, readTo, line, fingerprint, doneAt)
  }
}

interface OutboxParts {
  readonly database: DatabaseSync
  readonly statements: OutboxStatements
  readonly bootEpoch: number
  /** File that notes the highest epoch used here. */
  readonly notePath: string
  readonly lock: Disposable
}

function bytesOf(raw: string | Uint8Array): Uint8Array {
  return typeof raw === 'string' ? Buffer.from(raw) : raw
}

function asWaitingSale(row: unknown): WaitingSale {
  const { seq, contract, recorded_at: recordedAt, sale } = waitingRow.parse(row)
  return { seq, contract, recordedAt, sale }
}
