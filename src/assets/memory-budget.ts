/** Memory for what is being read from elsewhere, shared by all who read. */
export interface MemoryBudget {
  /** Begins to read on behalf of `holder`: each of them has a share, so that none can take it all. */
  open(holder: string): Hold
}

export interface Hold {
  /** Takes `bytes` more; waits while there is no room. Rejects with the signal's reason. */
  grow(bytes: number, signal?: AbortSignal | null): Promise<void>
  /** Gives everything back. May be called again. */
  close(): void
}

interface Holding {
  holder: string
  bytes: number
  waiting?: { bytes: number; go: () => void }
}

/**
 * Who began first is never kept waiting: of several that each hold a part and want more, one goes on, ends, and makes room.
 * So `totalBytes` may be exceeded by what one reader may hold.
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
        close() {
          if (holdings.delete(one)) wake()
        },
      }
    },
  }
}
