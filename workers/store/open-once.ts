/** One opening for all who ask; one that failed is tried again by the next. */
export function openOnce<T>(open: () => Promise<T>): () => Promise<T> {
  let opening: Promise<T> | undefined
  return () => {
    opening ??= open().catch(thrown => {
      opening = undefined
      throw thrown
    })
    return opening
  }
}
