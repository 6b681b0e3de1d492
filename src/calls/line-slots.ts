/** Places for lines of batches that are called at once in this process. */
export interface LineSlots {
  /** Resolves when the tenant may call a line. Rejects with the signal's reason. Each is ended by one `release`. */
  take(tenantId: string, signal: AbortSignal): Promise<void>
  release(tenantId: string): void
}

interface Waiting {
  tenantId: string
  grant(): void
}

/**
 * `total` places, which go to the tenant that has the fewest; among equals to the one that waits longest. Live calls come
 * first: each that is under way takes the place of a line, and one line is always called, so that a batch ends some time.
 */
export function openLineSlots({ total, liveCalls }: { total: number; liveCalls: () => number }): LineSlots {
  const held = new Map<string, number>()
  let taken = 0
  let queue: Waiting[] = []
  let _timer: NodeJS.Timeout | undefined

  const limit = (): number => Math.max(1, total - liveCalls())

  function next(): Waiting | undefined {
    let best: Waiting | undefined
    for (const one of queue) {
      if (!best || (held.get(one.tenantId) ?? 0) < (held.get(best.tenantId) ?? 0)) best = one
    }
    return best
  }

  function grant(): void {
    while (taken < limit()) {
      const one = next()
      if (!one) return
      queue = queue.filter((other) => other !== one)
      taken++
      held.set(one.tenantId, (held.get(one.tenantId) ?? 0) + 1)
      one.grant()
    }
    // Live calls end without a word: what waits because of them looks again.
    if (queue.length > 0 && taken < total) {
      _timer ??= setTimeout(() => {
        _timer = undefined
        grant()
      }, LOOK_AGAIN_MS).unref()
    }
  }

  return {
    take(tenantId, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason)
        const leave = (): void => {
          queue = queue.filter((other) => other !== waiting)
          reject(signal.reason)
        }
        const waiting: Waiting = {
          tenantId,
          grant() {
            signal.removeEventListener('abort', leave)
            resolve()
          },
        }
        signal.addEventListener('abort', leave, { once: true })
        queue.push(waiting)
        grant()
      })
    },
    release(tenantId) {
      taken--
      const rest = (held.get(tenantId) ?? 0) - 1
      if (rest > 0) held.set(tenantId, rest)
      else held.delete(tenantId)
      grant()
    },
  }
}

const LOOK_AGAIN_MS = 50
