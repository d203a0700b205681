import { IPC, type IpcChannel, type IpcRequest, type IpcResponse } from '../../app/contracts/ipc.ts'
import { ScoutError, toWireError, type WireError } from '../../app/errors.ts'
import { isTrusted, type Sender } from './sender.ts'

/** What main does for each channel. */
export type IpcHandlers = {
  readonly [C in IpcChannel]: (...request: IpcRequest<C>) => Promise<IpcResponse<C>> | IpcResponse<C>
}

/** Electron turns a thrown error into its text, so that codes would be lost: answers carry them as values instead. */
export type IpcReply<T = unknown> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: WireError }

export const IPC_CHANNELS = Object.keys(IPC) as readonly IpcChannel[]

/**
 * Answers one call: who asks, then what is asked, then the work, then what it gave. Never throws.
 * @param onError hears of refused senders and of errors that no one expected
 */
export async function dispatch<C extends IpcChannel>(
  handlers: IpcHandlers,
  channel: C,
  sender: Sender,
  request: readonly unknown[],
  onError: (error: unknown) => void,
): Promise<IpcReply> {
  try {
    if (!isTrusted(sender)) throw new ScoutError('ipc_refused', { details: { channel } })
    const parsed = IPC[channel].request.safeParse(request)
    if (!parsed.success)
      throw new ScoutError('request_invalid', { details: { channel, issues: issuesOf(parsed.error) } })
    const answer: unknown = await handlers[channel](...(parsed.data as IpcRequest<C>))
    return { ok: true, value: IPC[channel].response.parse(answer) }
  } catch (error) {
    if (!(error instanceof ScoutError) || error.code === 'ipc_refused') onError(error)
    return { ok: false, error: toWireError(error) }
  }
}

function issuesOf(error: {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]
}) {
  return error.issues.map(({ path, message }) => ({ path: path.map(String), message }))
}
