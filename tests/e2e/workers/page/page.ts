import { proxy, type Remote, transferHandlers, wrap } from 'comlink'
import type { LongWork, Progress } from '../../../../app/contracts/long-work.ts'
import type { AccessSource, CubeApi, SyncApi } from '../../../../app/contracts/worker.ts'
import { fromWireError, toWireError, type WireError } from '../../../../app/errors.ts'

/** The page's side of the boundary, as small as it can be: what the tests drive both workers by. */

transferHandlers.set('long-work', {
  canHandle: (value): value is LongWork => typeof value === 'object' && value !== null && 'longWork' in value,
  serialize: (work: LongWork) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = ({ data }: MessageEvent<Progress>) => work.onProgress?.(data)
    work.signal?.addEventListener('abort', () => port1.postMessage('abort'))
    return [port2, [port2]]
  },
  deserialize: () => ({}),
})
const thrown = transferHandlers.get('throw')
transferHandlers.set('throw', {
  canHandle: thrown?.canHandle ?? ((_: unknown): _ is unknown => false),
  serialize: ({ value }: { value: unknown }): [WireError, Transferable[]] => [toWireError(value), []],
  deserialize: (wire: WireError) => {
    throw fromWireError(wire)
  },
})

const problems: string[] = []

const start = (worker: Worker) => {
  worker.onerror = event => problems.push(`worker: ${event.message}`)
  return worker
}
const syncWorker = start(
  new Worker(new URL('../../../../workers/sync.worker.ts', import.meta.url), { type: 'module' }),
)
const cubeWorker = start(
  new Worker(new URL('../../../../workers/cube.worker.ts', import.meta.url), { type: 'module' }),
)

export interface Harness {
  readonly sync: Remote<SyncApi>
  readonly cube: Remote<CubeApi>
  /** Errors that a worker let escape. */
  readonly problems: readonly string[]
  /** Tries what the policy forbids. */
  breakPolicy(): void
  access(): AccessSource
  work(abortAtStage?: string): LongWork & { readonly seen: Progress[] }
  /** What a call throws, as its wire error; null when it succeeds. */
  failure(call: () => Promise<unknown>): Promise<WireError | null>
}

const harness: Harness = {
  sync: wrap<SyncApi>(syncWorker),
  cube: wrap<CubeApi>(cubeWorker),
  problems,
  breakPolicy() {
    const source = document.createElement('script')
    source.textContent = 'void 0'
    document.head.append(source)
  },
  access: () => proxy(async ({ refresh }: { refresh: boolean }) => (refresh ? 'fresh' : 'stale')),
  work(abortAtStage) {
    const abort = new AbortController()
    const seen: Progress[] = []
    const onProgress = (progress: Progress) => {
      seen.push(progress)
      if (progress.stage === abortAtStage) abort.abort()
    }
    return Object.assign({ signal: abort.signal, onProgress, seen }, { longWork: true })
  },
  async failure(call) {
    try {
      await call()
      return null
    } catch (error) {
      return toWireError(error)
    }
  },
}
Object.assign(window, { harness })
