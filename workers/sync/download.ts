import { PATHS } from '../../app/contracts/http.ts'
import type { Partition } from '../../app/contracts/manifest.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Store } from '../store/store.ts'
import { type HttpClient, network } from './http-client.ts'
import { together } from './together.ts'

/** As many connections as a browser opens to one server. */
const PARALLEL = 6
/** Up to this size a partition is held in memory and hashed there: half the calls to the disk, and fetching it anew costs little. */
const SMALL_BYTES = 1 << 20

export interface Downloads {
  readonly bytes: number
  readonly files: number
}

/**
 * Brings partitions into the store, a few at a time, each going on where an earlier try stopped. The first error stops all.
 *
 * @param onBytes Called with the bytes present so far, of the sum of all partitions' bytes.
 * @throws ScoutError `offline`, `cancelled`, `storage_full`, `blob_hash_mismatch`.
 */
export async function download(
  http: HttpClient,
  store: Store,
  partitions: readonly Partition[],
  signal: AbortSignal | undefined,
  onBytes: (present: number) => void,
): Promise<Downloads> {
  await refuseIfFull(partitions)
  const begun = await store.heldPartials()
  const waiting = [...partitions]
  let present = 0
  const lane = async (either: AbortSignal) => {
    let bytes = 0
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const small = next.bytes <= SMALL_BYTES && !begun.has(next.sha256)
      bytes += await (small ? downloadSmall : downloadLarge)(http, store, next, either, added => {
        present += added
        onBytes(present)
      })
    }
    return bytes
  }
  const lanes = await together(signal, either => Array.from({ length: PARALLEL }, () => lane(either)))
  const bytes = lanes.reduce((sum, received) => sum + received, 0)
  return { bytes, files: partitions.length }
}

async function downloadSmall(
  http: HttpClient,
  store: Store,
  { sha256, bytes: size }: Partition,
  signal: AbortSignal,
  onBytes: (added: number) => void,
): Promise<number> {
  const response = await http.get(PATHS.blob(sha256), { signal })
  const bytes = await network(() => bodyUpTo(response, size), signal)
  if (bytes === null) throw new ScoutError('blob_hash_mismatch', { details: { sha256 } })
  await store.putBlob(sha256, bytes)
  onBytes(bytes.byteLength)
  return bytes.byteLength
}

/** The whole body, or null when it is longer than the manifest says: a server cannot fill the memory either. */
async function bodyUpTo(response: Response, size: number): Promise<Uint8Array<ArrayBuffer> | null> {
  const bytes = new Uint8Array(size)
  let filled = 0
  const reader = response.body?.getReader()
  for (;;) {
    const chunk = await reader?.read()
    if (!chunk || chunk.done) return bytes.subarray(0, filled)
    if (filled + chunk.value.byteLength > size) return null
    bytes.set(chunk.value, filled)
    filled += chunk.value.byteLength
  }
}

/** Gives the bytes that came over the network. `onBytes` may be called with a negative number when it has to start over. */
async function downloadLarge(
  http: HttpClient,
  store: Store,
  { sha256, bytes: size }: Partition,
  signal: AbortSignal,
  onBytes: (added: number) => void,
): Promise<number> {
  let start = await store.partialSize(sha256)
  if (start > size) {
    await store.dropPartial(sha256)
    start = 0
  }
  onBytes(start)
  let received = 0
  if (start < size) {
    const headers: Record<string, string> = start > 0 ? { range: `bytes=${start}-` } : {}
    const response = await http.get(PATHS.blob(sha256), { signal, headers })
    if (start > 0 && response.status !== 206) {
      await store.dropPartial(sha256)
      onBytes(-start)
    }
    const file = await store.openPartial(sha256)
    try {
      const reader = response.body?.getReader()
      for (;;) {
        const chunk = await network(async () => reader?.read(), signal)
        if (!chunk || chunk.done) break
        // A server that sends more than the manifest says cannot fill the disk.
        if (file.size + chunk.value.byteLength > size) {
          throw new ScoutError('blob_hash_mismatch', { details: { sha256 } })
        }
        file.write(chunk.value)
        received += chunk.value.byteLength
        onBytes(chunk.value.byteLength)
      }
    } finally {
      file.close()
    }
  }
  await store.finishBlob(sha256)
  return received
}

/** Better to say so before than half-way. */
async function refuseIfFull(partitions: readonly Partition[]): Promise<void> {
  const { quota, usage } = (await navigator.storage?.estimate?.()) ?? {}
  if (quota === undefined || usage === undefined) return
  const needed = partitions.reduce((sum, partition) => sum + partition.bytes, 0)
  if (needed > quota - usage)
    throw new ScoutError('storage_full', { details: { needed, free: quota - usage } })
}
