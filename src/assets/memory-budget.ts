/** A limit for the memory of answers that are being read, shared by all readers. */
export interface MemoryBudget {
  /** Begins to read on behalf of `holder`. Each holder has a share, so that none can take all of the memory. */
  open(holder: string): Hold
}

export interface Hold {
  /** Reserves `bytes` more; waits while the limits do not allow it. Rejects with the signal's reason. */
  grow(bytes: number, signal?: AbortSignal | null): Promise<void>
  /** Reserves `bytes` more if the limits allow it now; else false, and nothing is reserved. */
  growNow(bytes: number): boolean
  /** Releases everything. May be called again. */
  close(): void
}

interface Holding {
  holder: string
  bytes: number
  waiting?: { bytes: number; go: () => void }
}

/**
 * The reader that began first never waits, so that readers cannot deadlock: it goes on, ends, and frees its memory for the
 * others. So `totalBytes` may be exceeded by the most that one reader may hold.
 */
export function openBudget({ totalBytes, shareBytes }: { totalBytes: number; shareBytes: number }): MemoryBudget {
  const holdings = new Set<Holding>() // in the order in which they began

  function hasRoom(one: Holding, bytes: number): boolean {
    const [oldest] = holdings
    if (one === oldest) return true
    let used = bytes
    let usedByHolder = bytes
    for (const { holder, bytes: held } of holdings) {
      used += held
      if (holder === one.holder) usedByHolder += held
    }
    return used <= totalBytes && usedByHolder <= shareBytes
  }

  function take(one: Holding, bytes: number): boolean {
    if (!hasRoom(one, bytes)) return false
    one.bytes += bytes
    return true
  }

  function wake(): void {
    for (const one of holdings) {
      const { waiting } = one
      if (!waiting || !take(one, waiting.bytes)) continue
      delete one.waiting
      waiting.go()
    }
  }

  async function wait(one: Holding, bytes: number, signal: AbortSignal | null | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    one.waiting = { bytes, go: resolve }
    const end = () => reject(signal?.reason)
    signal?.addEventListener('abort', end, { once: true })
    try {
      await promise
    } finally {
      delete one.waiting
      signal?.removeEventListener('abort', end)
    }
  }

  return {
    open(holder) {
      const one: Holding = { holder, bytes: 0 }
      return {
        async grow(bytes, signal) {
          signal?.throwIfAborted()
          holdings.add(one)
          if (!take(one, bytes)) await wait(one, bytes, signal)
        },
        growNow(bytes) {
          holdings.add(one)
          if (take(one, bytes)) return true
          if (one.bytes === 0) holdings.delete(one)
          return false
        },
        close() {
          if (holdings.delete(one)) wake()
        },
      }
    },
  }
}
