import type { HeldVersion } from '../store/state.ts'
import { type Store, versionKey } from '../store/store.ts'

/**
 * What can be made again from a version's partitions, kept because making it takes long. Deleting it costs time only.
 *
 * @param kind Names content and layout; another layout is another kind.
 */
export async function readDerived(
  store: Store,
  kind: string,
  version: HeldVersion,
): Promise<Uint8Array<ArrayBuffer> | null> {
  return store.files.read(`derived/${kind}-${await versionKey(version)}`)
}

/**
 * It appears whole or not at all. One that cannot be kept, for want of room or because another window is writing it, is made again next
 * time: that is no error.
 */
export async function keepDerived(
  store: Store,
  kind: string,
  version: HeldVersion,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const key = await versionKey(version)
  const draft = `derived/draft-${kind}-${key}`
  try {
    await store.files.write(draft, bytes)
    await store.files.move(draft, `derived/${kind}-${key}`)
  } catch {
    // What there is of it must not take the room that a version needs.
    await store.files.remove(draft).catch(() => undefined)
  }
}
