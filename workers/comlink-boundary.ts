import { transferHandlers } from 'comlink'
import type { LongWork, Progress } from '../app/contracts/long-work.ts'
import { fromWireError, toWireError, type WireError } from '../app/errors.ts'

/** A frame of 60 a second: reports between two frames would only be drawn over. */
const FRAME_MS = 16

/**
 * The worker's half of the boundary that `app/contracts/worker.ts` describes. Long work comes as a port, errors go as
 * `WireError`: without this Comlink would drop their code.
 */
export function installBoundary(): void {
  transferHandlers.set('long-work', {
    canHandle: (_): _ is LongWork => false,
    serialize: () => {
      throw new TypeError('a worker does not hand long work on')
    },
    deserialize: receiveLongWork,
  })
  const thrown = transferHandlers.get('throw')
  if (!thrown) throw new TypeError('Comlink has no handler for errors')
  transferHandlers.set('throw', {
    canHandle: thrown.canHandle,
    serialize: ({ value }: { value: unknown }): [WireError, Transferable[]] => [toWireError(value), []],
    deserialize: (wire: WireError) => {
      throw fromWireError(wire)
    },
  })
}

/** `abort` comes in, progress goes out; the last report of a stage is never dropped for being too soon. */
function receiveLongWork(port: MessagePort): LongWork {
  const abort = new AbortController()
  port.onmessage = () => abort.abort()
  let last = { stage: '', at: 0 }
  const onProgress = (progress: Progress) => {
    const now = performance.now()
    const over = progress.done === progress.total
    if (!over && progress.stage === last.stage && now - last.at < FRAME_MS) return
    last = { stage: progress.stage, at: now }
    port.postMessage(progress)
  }
  return { signal: abort.signal, onProgress }
}
