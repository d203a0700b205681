import { setTimeout as delay } from 'node:timers/promises'
import { asScoutError, ScoutError } from '../../app/errors.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { FileProgress } from '../outbox/records.ts'
import { readPortions } from './file-portions.ts'
import type { FileLook } from './file-position.ts'
import { type DoneLimits, FolderFiles } from './folder-files.ts'
import { isNamedDocument } from './json-document.ts'
import { PortionGroup } from './portion-group.ts'

/**
 * Takes in the sales of a watched folder.
 *
 * INVARIANTS
 * - A file is moved to `done/` only after all of its sales are in the outbox.
 * - How far a file was read is stored in the transaction that stores its sales: a crash neither loses nor repeats them.
 * - A line or document that cannot be read goes to the `rejected` table and never blocks the rest.
 * - When the outbox is full, files stay where they are and are read again later.
 * - A writer that still appends to a file after it was moved loses nothing: the file is read on in `done/`, for a day, or for a
 *   month if it is one of lines.
 */
export interface FolderOptions {
  readonly directory: string
  readonly outbox: Outbox
  /** A file of lines is moved after it has been quiet this long; its lines are taken in at once. */
  readonly doneAfterMs?: number
  /** What `done/` may hold; everything when absent. */
  readonly done?: DoneLimits
  readonly onError: (error: unknown) => void
}

interface ScanOptions {
  readonly signal?: AbortSignal
  readonly final?: boolean
}

export interface FolderScan {
  readonly sales: number
  readonly rejected: number
  readonly filesDone: number
  /** Files whose end is still being written. */
  readonly filesGrowing: number
}

const POLL_MS = 500
const DONE_AFTER_MS = 5 * 60_000
const LATE_POLL_MS = 30_000
const DAY_MS = 86_400_000
const PRUNE_MS = 3_600_000
/** Until a full outbox is asked again. */
const FULL_POLL_MS = 5_000

export class WatchedFolder {
  readonly #outbox: Outbox
  readonly #files: FolderFiles
  readonly #doneAfterMs: number
  readonly #onError: (error: unknown) => void
  readonly #progress: Map<string, FileProgress>
  /** When files in `done/` are looked at next, by the monotonic clock. */
  #lateAt = 0
  readonly #done: DoneLimits | undefined
  #pruneAt = 0
  #lane: Promise<unknown> = Promise.resolve()
  /** Files that could not be read, and why: said once. */
  readonly #troubled = new Map<string, string>()

  constructor({ directory, outbox, doneAfterMs = DONE_AFTER_MS, done, onError }: FolderOptions) {
    this.#outbox = outbox
    this.#files = new FolderFiles(directory)
    this.#doneAfterMs = doneAfterMs
    this.#done = done
    this.#onError = onError
    this.#progress = new Map(outbox.progress().map(file => [file.path, file]))
  }

  /** Scans again and again until the signal; an error is reported, once for as long as it lasts, and the next scan tries again. */
  async watch(signal: AbortSignal): Promise<void> {
    let trouble = ''
    for (let waitMs = 0; !signal.aborted; await pause(waitMs, signal)) {
      waitMs = POLL_MS
      try {
        await this.scan({ signal })
        trouble = ''
      } catch (error) {
        const { message, code } = asScoutError(error)
        if (message !== trouble) this.#onError(error)
        trouble = message
        if (code === 'outbox_full') waitMs = FULL_POLL_MS
      }
    }
  }

  /** Takes in everything that lies there now; scans follow one another. `final` moves files of lines without waiting for more. */
  scan(options: ScanOptions = {}): Promise<FolderScan> {
    const scan = this.#lane.then(() => this.#scan(options))
    this.#lane = scan.catch(() => undefined)
    return scan
  }

  async #scan({ signal, final = false }: ScanOptions): Promise<FolderScan> {
    const late = final || performance.now() >= this.#lateAt
    if (late) this.#lateAt = performance.now() + LATE_POLL_MS
    const looks = await this.#files.look(this.#progress, late)
    if (late) await this.#forgetGone(looks)
    const group = new PortionGroup(this.#outbox, this.#progress)
    const whole: FileLook[] = []
    let filesGrowing = 0
    for (const look of looks) {
      if (signal?.aborted) break
      try {
        const { readTo, document } = await readPortions(look, part => group.add(part), signal)
        // An empty file was made by someone who is about to write into it.
        if (readTo < look.size || look.size === 0) filesGrowing++
        else if (document || final || look.quietMs >= this.#doneAfterMs) whole.push(look)
        this.#troubled.delete(look.path)
      } catch (error) {
        this.#sayOnce(look, error)
      }
    }
    await group.flush()
    const filesDone = await this.#finish(whole)
    await this.#pruneDone()
    return { sales: group.sales, rejected: group.rejected, filesDone, filesGrowing }
  }

  /** Moves files whose sales are stored, and notes where those lie now whose writer may still have them open. */
  async #finish(whole: readonly FileLook[]): Promise<number> {
    const forgotten: string[] = []
    const moved: FileProgress[] = []
    for (const look of whole) {
      const progress = this.#progress.get(look.path)
      if (look.found?.doneAt || (progress?.readTo ?? 0) < look.size) continue
      try {
        const path = await this.#files.moveToDone(look)
        if (progress) moved.push({ ...progress, path, doneAt: new Date().toISOString() })
        forgotten.push(look.path)
        this.#progress.delete(look.path)
      } catch (error) {
        this.#sayOnce(look, error)
      }
    }
    if (forgotten.length === 0) return 0
    for (const file of moved) this.#progress.set(file.path, file)
    // Handed in together, the two are one transaction.
    await Promise.all([this.#outbox.forgetProgress(forgotten), this.#outbox.append([], { progress: moved })])
    return forgotten.length
  }

  async #forgetGone(looks: readonly FileLook[]): Promise<void> {
    const there = new Set(looks.map(look => look.path))
    const gone = [...this.#progress.values()].filter(
      ({ path, doneAt }) =>
        !there.has(path) || (doneAt !== null && Date.now() - Date.parse(doneAt) > lateFor(path)),
    )
    if (gone.length === 0) return
    for (const { path } of gone) this.#progress.delete(path)
    await this.#outbox.forgetProgress(gone.map(({ path }) => path))
  }

  /** What lies in `done/` is stored; it is kept for people, within limits, and for writers that have it open still. */
  async #pruneDone(): Promise<void> {
    if (this.#done === undefined || performance.now() < this.#pruneAt) return
    this.#pruneAt = performance.now() + PRUNE_MS
    const gone = await this.#files.pruneDone(this.#done, this.#progress)
    if (gone.length === 0) return
    for (const path of gone) this.#progress.delete(path)
    await this.#outbox.forgetProgress(gone)
  }

  #sayOnce(look: FileLook, error: unknown): void {
    // Of the outbox: then nothing of this scan may count as stored.
    if (error instanceof ScoutError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    if (this.#troubled.get(look.path) === reason) return
    this.#troubled.set(look.path, reason)
    this.#onError(
      new ScoutError('internal', {
        message: `The file ${look.path} cannot be read: ${reason}`,
        cause: error,
      }),
    )
  }
}

/** A log of lines may be kept open over a long holiday; documents are many, and rarely written to again. */
function lateFor(path: string): number {
  return isNamedDocument(path) ? DAY_MS : 30 * DAY_MS
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(asScoutError)
}
