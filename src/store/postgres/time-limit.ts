/** If a timer fires this much too late, this process was suspended, and the server is not at fault. */
const LATE_MS = 500
/** After a suspension, the answer may have arrived and not been read yet. */
const GRACE_MS = 1_000

/** Calls `expire` after `ms`, unless the returned function is called before. 0 = never. */
export function timeLimit(ms: number, expire: () => void): () => void {
  if (ms === 0) return () => {}
  const startedAt = performance.now()
  let timer = setTimeout(() => {
    if (performance.now() - startedAt > ms + LATE_MS) timer = setTimeout(expire, GRACE_MS)
    else expire()
  }, ms)
  return () => clearTimeout(timer)
}

/** Waits for the end of `work`, good or bad, but not longer than `ms`. Never rejects. */
export async function settledWithin(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const expired = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([Promise.allSettled([work]), expired])
  clearTimeout(timer)
}
