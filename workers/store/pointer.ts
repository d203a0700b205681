import { z } from 'zod'
import type { FileSystem } from './file-system.ts'
import { sha256 } from './sha256.ts'
import { EMPTY_STATE, type StoreState, storeState } from './state.ts'

/**
 * The one mutable thing in the store.
 *
 * INVARIANTS
 * - The state is that of the whole slot with the highest generation; a slot whose checksum does not match counts for nothing.
 * - A write goes to the other slot, so that whatever happens to it, the state before is still there.
 * - A write is done when it has been flushed. Writers hold the lock.
 */
const SLOTS = ['pointer/a', 'pointer/b'] as const

interface Slot {
  readonly path: (typeof SLOTS)[number]
  readonly generation: number
  readonly state: StoreState
}

const content = z.object({ generation: z.number().int().positive(), state: storeState })

export async function readPointer(files: FileSystem): Promise<StoreState> {
  return (await newestSlot(files))?.state ?? EMPTY_STATE
}

/** Swaps the pointer. Call it under the pointer lock only. */
export async function writePointer(files: FileSystem, state: StoreState): Promise<void> {
  const newest = await newestSlot(files)
  const path = newest?.path === SLOTS[0] ? SLOTS[1] : SLOTS[0]
  const body = JSON.stringify({ generation: (newest?.generation ?? 0) + 1, state })
  await files.write(path, new TextEncoder().encode(`${await sha256(body)}\n${body}`))
}

async function newestSlot(files: FileSystem): Promise<Slot | undefined> {
  const slots = await Promise.all(SLOTS.map(path => readSlot(files, path)))
  return slots.filter(slot => slot !== undefined).sort((a, b) => b.generation - a.generation)[0]
}

async function readSlot(files: FileSystem, path: Slot['path']): Promise<Slot | undefined> {
  const bytes = await files.read(path)
  if (!bytes) return undefined
  const text = new TextDecoder().decode(bytes)
  const line = text.indexOf('\n')
  const body = text.slice(line + 1)
  if (line < 0 || text.slice(0, line) !== (await sha256(body))) return undefined
  const parsed = content.safeParse(JSON.parse(body))
  return parsed.success ? { path, ...parsed.data } : undefined
}
