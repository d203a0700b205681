import type { LongWork, Progress } from '../../app/contracts/long-work.ts'

const LINE_EVERY_MS = 500

/**
 * Long work of a command: progress goes to standard error, two lines a second at most and the first of each stage, and SIGINT or SIGTERM
 * cancels it. With `quiet` only cancelling is left.
 */
export async function watched<T, Stage extends string>(
  work: (watch: LongWork<Stage>) => Promise<T>,
  { quiet = false }: { readonly quiet?: boolean | undefined } = {},
): Promise<T> {
  const stop = new AbortController()
  const cancel = () => stop.abort()
  process.once('SIGINT', cancel)
  process.once('SIGTERM', cancel)
  let told = Number.NEGATIVE_INFINITY
  let stage: Stage | undefined
  const onProgress = (progress: Progress<Stage>) => {
    const now = performance.now()
    if (quiet || (progress.stage === stage && now - told < LINE_EVERY_MS)) return
    told = now
    stage = progress.stage
    const { done, total } = progress
    const count = done.toLocaleString('en')
    process.stderr.write(
      `${stage}: ${total === undefined ? count : `${count} of ${total.toLocaleString('en')}`}\n`,
    )
  }
  try {
    return await work({ signal: stop.signal, onProgress })
  } finally {
    process.off('SIGINT', cancel)
    process.off('SIGTERM', cancel)
  }
}
