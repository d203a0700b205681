import { type TransferHandler, transferHandlers } from 'comlink'
import type { LongWork, Progress } from '../../app/contracts/long-work.ts'
import { fromWireError, toWireError, type WireError } from '../../app/errors.ts'

/** The page's half of how long work and errors cross to the workers: see `app/contracts/worker.ts`. */
export function installTransferHandlers(): void {
  transferHandlers.set('long-work', longWorkHandler)
  transferHandlers.set('throw', throwHandler)
}

const longWorkHandler: TransferHandler<LongWork, MessagePort> = {
  canHandle: (value): value is LongWork =>
    typeof value === 'object' && value !== null && ('signal' in value || 'onProgress' in value),
  serialize: ({ signal, onProgress }) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = (message: MessageEvent<Progress>) => onProgress?.(message.data)
    if (signal?.aborted) port1.postMessage('abort')
    else signal?.addEventListener('abort', () => port1.postMessage('abort'), { once: true })
    return [port2, [port2]]
  },
  deserialize: () => {
    throw new TypeError('a worker never asks the page for long work')
  },
}

interface Thrown {
  readonly value: unknown
}

const comlinkThrow = transferHandlers.get('throw')

const throwHandler: TransferHandler<Thrown, WireError> = {
  canHandle: (value): value is Thrown => comlinkThrow?.canHandle(value) ?? false,
  serialize: ({ value }) => [toWireError(value), []],
  deserialize: wire => {
    throw fromWireError(wire)
  },
}
