/** Runs an action once its key has been quiet for a while, and at the latest after `maxMs`. */
export interface Debounce {
  request(key: string): void
  /** Forgets what has not run. */
  cancel(): void
}

export function debounce(
  action: (key: string) => void,
  { quietMs, maxMs }: { readonly quietMs: number; readonly maxMs: number },
): Debounce {
  const waiting = new Map<string, { readonly since: number; timer: NodeJS.Timeout }>()

  function run(key: string): void {
    waiting.delete(key)
    action(key)
  }

  return {
    request(key) {
      const known = waiting.get(key)
      clearTimeout(known?.timer)
      const since = known?.since ?? performance.now()
      const left = Math.max(0, since + maxMs - performance.now())
      waiting.set(key, { since, timer: setTimeout(run, Math.min(quietMs, left), key) })
    },
    cancel() {
      for (const { timer } of waiting.values()) clearTimeout(timer)
      waiting.clear()
    },
  }
}
