import type { AttemptRecord, Store } from '../store/store.ts'

/** Writes attempts down. */
export interface AttemptLog {
  /** False when the lease was lost meanwhile. Rejects when it could not be written down. */
  record(attempt: AttemptRecord): Promise<boolean>
}

interface Waiting {
  attempt: AttemptRecord
  resolve: (held: boolean) => void
  reject: (error: unknown) => void
}

/** The embedded database commits the second together with what arrived beside it while it wrote the first. */
const BATCHES_AT_ONCE = 2

/** What ends while batches are being written is the next batch: attempts of many receivers cost one commit. */
export function openAttemptLog(store: Pick<Store, 'recordAttempts'>): AttemptLog {
  let waiting: Waiting[] = []
  let writing = 0

  async function write(): Promise<void> {
    writing += 1
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      try {
        const held = await store.recordAttempts({ attempts: batch.map(({ attempt }) => attempt) })
        for (const [index, one] of batch.entries()) one.resolve(held[index] ?? false)
      } catch (error) {
        for (const one of batch) one.reject(error)
      }
    }
    writing -= 1
  }

  return {
    record(attempt) {
      return new Promise((resolve, reject) => {
        waiting.push({ attempt, resolve, reject })
        if (writing < BATCHES_AT_ONCE) void write()
      })
    },
  }
}
