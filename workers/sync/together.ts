/**
 * Runs tasks side by side. The first error aborts the others and is thrown once all have ended: nothing goes on behind the back of who
 * asked.
 */
export async function together<T>(
  signal: AbortSignal | undefined,
  start: (signal: AbortSignal) => readonly Promise<T>[],
): Promise<T[]> {
  const stop = new AbortController()
  const tasks = start(signal ? AbortSignal.any([signal, stop.signal]) : stop.signal)
  try {
    return await Promise.all(tasks)
  } catch (thrown) {
    stop.abort()
    await Promise.allSettled(tasks)
    throw thrown
  }
}
