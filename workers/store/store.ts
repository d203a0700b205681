import { type Manifest, manifest, manifestEnvelope } from '../../app/contracts/manifest.ts'
import type { Sha256 } from '../../app/domain/ids.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Appender, FileSystem } from './file-system.ts'
import { readPointer, writePointer } from './pointer.ts'
import { sha256 } from './sha256.ts'
import { EMPTY_STATE, type HeldVersion, type StoreState, withOpened, withReverted } from './state.ts'

/** Held for the length of a sync, an adoption or a cleaning: files come and go under it. */
const CONTENT_LOCK = 'scout-store-content'
/** Held for one read and swap of the pointer. */
const POINTER_LOCK = 'scout-store-pointer'

/**
 * What lies on this laptop: `blobs/` (partitions) and `manifests/` under their SHA-256, `partial/` (downloads under way),
 * `derived/` (what can be made again from them), and the pointer.
 *
 * A blob or manifest appears under its name whole and verified, or not at all. All windows and workers of an origin share it.
 */
export class Store {
  readonly files: FileSystem

  constructor(files: FileSystem) {
    this.files = files
  }

  state(): Promise<StoreState> {
    return readPointer(this.files)
  }

  /** One pointer swap. The change sees the state that is there now, and gives the same object back for "no change". */
  update(change: (state: StoreState) => StoreState): Promise<StoreState> {
    return navigator.locks.request(POINTER_LOCK, async () => {
      const before = await readPointer(this.files)
      const after = change(before)
      if (after !== before) await writePointer(this.files, after)
      return after
    })
  }

  /**
   * Runs alone among all windows. Cleaning takes a moment, so a moment is waited for.
   *
   * @throws ScoutError `store_locked` when another window is still at it.
   */
  async exclusively<T>(work: () => Promise<T>, waitMs = 2000): Promise<T> {
    const granted = new AbortController()
    const timer = setTimeout(() => granted.abort(), waitMs)
    try {
      return await navigator.locks.request(CONTENT_LOCK, { signal: granted.signal }, () => {
        clearTimeout(timer)
        return work()
      })
    } catch (thrown) {
      if (granted.signal.aborted) throw new ScoutError('store_locked', { cause: thrown })
      throw thrown
    } finally {
      clearTimeout(timer)
    }
  }

  async heldBlobs(): Promise<Set<string>> {
    return new Set(await this.files.list('blobs'))
  }

  async heldManifests(): Promise<Set<string>> {
    return new Set(await this.files.list('manifests'))
  }

  /** A blob as it lies on the disk, unread. Throws `blob_missing`. */
  async blob(hash: Sha256): Promise<Blob> {
    const blob = await this.files.blob(`blobs/${hash}`)
    if (!blob) throw new ScoutError('blob_missing', { details: { sha256: hash } })
    return blob
  }

  /** The bytes of a blob, hashed again: a disk can forget. A damaged one is removed, so that a sync repairs it. */
  async readBlob(hash: Sha256): Promise<Uint8Array<ArrayBuffer>> {
    return this.#verified(`blobs/${hash}`, hash)
  }

  async readManifest(hash: Sha256): Promise<Manifest> {
    const bytes = await this.#verified(`manifests/${hash}`, hash)
    return manifest.parse(manifestEnvelope.parse(JSON.parse(new TextDecoder().decode(bytes))).signed)
  }

  /** Stores a manifest that was verified. */
  async putManifest(hash: Sha256, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.files.write(`partial/${hash}`, bytes)
    await this.files.move(`partial/${hash}`, `manifests/${hash}`)
  }

  /** Stores a partition that was received whole. Throws `blob_hash_mismatch`. */
  async putBlob(hash: Sha256, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if ((await sha256(bytes)) !== hash) {
      throw new ScoutError('blob_hash_mismatch', { details: { sha256: hash } })
    }
    await this.files.write(`partial/${hash}`, bytes)
    await this.files.move(`partial/${hash}`, `blobs/${hash}`)
  }

  /** Downloads that an earlier try began. */
  async heldPartials(): Promise<Set<string>> {
    return new Set(await this.files.list('partial'))
  }

  /** Opens a download, where an earlier one stopped. Close it before `finishBlob`. */
  openPartial(hash: Sha256): Promise<Appender> {
    return this.files.append(`partial/${hash}`)
  }

  async partialSize(hash: Sha256): Promise<number> {
    return (await this.files.size(`partial/${hash}`)) ?? 0
  }

  async dropPartial(hash: Sha256): Promise<void> {
    await this.files.remove(`partial/${hash}`)
  }

  /** Verifies a download as it lies on the disk and gives it its name. Throws `blob_hash_mismatch`, having removed it. */
  async finishBlob(hash: Sha256): Promise<void> {
    await this.#verified(`partial/${hash}`, hash)
    await this.files.move(`partial/${hash}`, `blobs/${hash}`)
  }

  /** The active version has been read whole: from now on the version before is garbage. */
  async confirmOpened(): Promise<void> {
    const state = await this.update(withOpened)
    if (state.unclean) await this.clean()
  }

  /** The version of this sequence cannot be opened: goes back to the one before, if there is one and it is still the active one. */
  async revert(sequence: number): Promise<void> {
    await this.update(state => (state.active?.sequence === sequence ? withReverted(state) : state))
  }

  /** Removes what no version needs, unless somebody is at work in the store: then it stays marked for the next time. */
  async clean(): Promise<void> {
    await navigator.locks.request(CONTENT_LOCK, { ifAvailable: true }, async lock => {
      if (lock) await this.collectGarbage()
    })
  }

  /** The same, by one who holds the store exclusively. */
  async collectGarbage(): Promise<void> {
    const { active, previous } = await this.state()
    const versions = [active, previous].filter(version => version !== null)
    const needed = new Set(versions.flatMap(version => version.manifests.map(held => held.sha256)))
    const blobs = new Set<string>()
    const held = await this.heldManifests()
    for (const hash of needed) {
      // What a missing or damaged manifest needs is fetched again with it.
      const read = held.has(hash) ? await this.readManifest(hash).catch(() => null) : null
      for (const { sha256 } of read?.partitions ?? []) blobs.add(sha256)
    }
    const keys = new Set(await Promise.all(versions.map(versionKey)))
    await this.#removeUnless('blobs', name => blobs.has(name))
    await this.#removeUnless('manifests', name => (needed as Set<string>).has(name))
    await this.#removeUnless('derived', name => keys.has(name.slice(name.lastIndexOf('-') + 1)))
    await this.#removeUnless('partial', () => false)
    await this.update(state => (state.unclean ? { ...state, unclean: false } : state))
  }

  /** Everything, the pinned root included. */
  async forget(): Promise<void> {
    await this.update(() => EMPTY_STATE)
    await this.files.clear()
  }

  async #verified(path: string, hash: Sha256): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await this.files.read(path)
    if (!bytes) throw new ScoutError('blob_missing', { details: { sha256: hash } })
    if ((await sha256(bytes)) !== hash) {
      await this.files.remove(path)
      throw new ScoutError('blob_hash_mismatch', { details: { sha256: hash } })
    }
    return bytes
  }

  async #removeUnless(directory: string, keep: (name: string) => boolean): Promise<void> {
    const names = await this.files.list(directory)
    await Promise.all(
      names.filter(name => !keep(name)).map(name => this.files.remove(`${directory}/${name}`)),
    )
  }
}

/** Names the exact content of a version: derived files end with it. */
export function versionKey(version: HeldVersion): Promise<string> {
  return sha256(
    version.manifests
      .map(held => held.sha256)
      .sort()
      .join('\n'),
  )
}
