import type { PGlite } from '@electric-sql/pglite'

const TYPE = {
  bind: 0x42,
  close: 0x43,
  describe: 0x44,
  execute: 0x45,
  flush: 0x48,
  parse: 0x50,
} as const
const OPENS: ReadonlySet<number> = new Set(Object.values(TYPE))
const SYNC = Uint8Array.of(0x53, 0, 0, 0, 4)

export interface EngineEvents {
  /** The engine threw or ended with a PANIC: it is not usable afterwards. */
  readonly onCrash: (error: unknown) => void
  /** A transaction has ended; whoever asked is told so afterwards. */
  readonly onIdle: () => void
}

/**
 * The socket server passes protocol messages of its connections on one by one, and lets them take turns whenever the engine is outside a
 * transaction. Between the Parse and the Sync of one query that is wrong: another connection's Parse would replace the unnamed statement
 * that the first one is about to bind. Here the engine also counts as busy inside such a sequence, so that its connection keeps it.
 */
export function oneSequenceAtATime(engine: PGlite, { onCrash, onIdle }: EngineEvents): PGlite {
  let open = false
  const overrides: Pick<PGlite, 'isInTransaction' | 'execProtocolRawStream' | 'exec'> = {
    isInTransaction: () => open || engine.isInTransaction(),
    async execProtocolRawStream(message, options) {
      open = OPENS.has(message[0] ?? 0)
      const answer = new Answer()
      // The end of an answer is held back until `onIdle` has returned.
      let held: Uint8Array | undefined
      try {
        await engine.execProtocolRawStream(message, {
          ...options,
          onRawData: data => {
            if (held !== undefined) options?.onRawData(held)
            answer.read(data)
            held = data.slice()
          },
        })
        if (answer.endsIdle) onIdle()
      } catch (error) {
        onCrash(error)
        throw error
      }
      if (held !== undefined) {
        // After an error inside a sequence the engine says at once that it is ready, and says so again at the Sync. Only the second
        // counts: between the two the client would ask the next thing, and take the second for the end of that.
        const end = open && answer.endsInReadyAfterAnError ? held.subarray(0, -READY_LENGTH) : held
        if (end.length > 0) options?.onRawData(end)
      }
      if (!open && answer.endsInAnError) onCrash(new Error('the embedded engine ended with a PANIC'))
    },
    // The server rolls back for a connection that is gone: end its sequence first, or the engine waits for the Sync.
    async exec(sql, options) {
      if (open) {
        open = false
        await engine.execProtocolRawStream(SYNC, { onRawData: () => undefined })
      }
      return engine.exec(sql, options)
    },
  }
  return new Proxy(engine, {
    get(target, property) {
      if (property in overrides) return Reflect.get(overrides, property)
      const value = Reflect.get(target, property, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

const ERROR_RESPONSE = 0x45
const READY_FOR_QUERY = 0x5a
const READY_LENGTH = 6
const IDLE = 0x49

/** Whether an answer stopped at an error: whoever lives says afterwards that he is ready. After a PANIC the next query would never return. */
class Answer {
  #error = false
  #ready = false
  #idle = false

  read(data: Uint8Array): void {
    if (data[0] === ERROR_RESPONSE) this.#error = true
    this.#ready = data.at(-READY_LENGTH) === READY_FOR_QUERY
    this.#idle = this.#ready && data.at(-1) === IDLE
  }

  get endsIdle(): boolean {
    return this.#idle
  }

  get endsInReadyAfterAnError(): boolean {
    return this.#error && this.#ready
  }

  get endsInAnError(): boolean {
    return this.#error && !this.#ready
  }
}
