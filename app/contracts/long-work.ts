/**
 * How long work is asked for everywhere: it can be cancelled and it reports how far it is.
 * Progress is at most one report a frame; `total` is absent while it is unknown.
 */
export interface LongWork<Stage extends string = string> {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress<Stage>) => void
}

export interface Progress<Stage extends string = string> {
  readonly stage: Stage
  readonly done: number
  readonly total?: number
}

declare global {
  /** `app/` has no DOM and no Node: it names the signal, the rooms' own libraries say what it can do. */
  interface AbortSignal {
    readonly aborted: boolean
  }
}
