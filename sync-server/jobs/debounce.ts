/** Runs an action once its key has been quiet for a while, and at the latest after `maxMs`. */
export interface Debounce {
  request(key: string): void
  /** Nothing runs until what this gives is called; what was due by then is requested anew. */
  hold(): () => void
  /** Forgets what has not run. */
  cancel(): void
}

export function debounce(
  action: (key: string) => void,
  { quietMs, maxMs }: { readonly quietMs: number; readonly maxMs: number },
): Debounce {
  const waiting = new Map<string, { readonly since: number; timer: NodeJS.Timeout }>()
  const dueWhileHeld = new Set<string>()
  let holds = 0

  function run(key: string): void {
    waiting.delete(key)
    if (holds > 0) dueWhileHeld.add(key)
    else action(key)
  }

  function request(key: string): void {
    const known = waiting.get(key)
    clearTimeout(known?.timer)
    const since = known?.since ?? performance.now()
    const left = Math.max(0, since + maxMs - performance.now())
    waiting.set(key, { since, timer: setTimeout(run, Math.min(quietMs, left), key) })
  }

  return {
    request,
    hold() {
      holds++
      let held = true
      return () => {
        if (!held) return
        held = false
        if (--holds > 0) return
        for (const key of dueWhileHeld) request(key)
        dueWhileHeld.clear()
      }
    },
    cancel() {
      for (const { timer } of waiting.values()) clearTimeout(timer)
      waiting.clear()
      dueWhileHeld.clear()
    },
  }
}
