import { MessageChannel } from 'node:worker_threads'
import { openFlag, openThreads } from './threads.ts'
import type { Made, Report, Work } from './workshop-worker.ts'

export {
  type Choice,
  type Enlargement,
  faultOfChoice,
  faultOfEnlargement,
  faultOfMask,
  faultOfSize,
  MOST_TIMES,
} from './limits.ts'
export type { Drawing } from './vectorize.ts'
export type { Made, Work } from './workshop-worker.ts'

export interface Workshop {
  /**
   * Makes a picture of a picture; the same work gives the same bytes. `refused` says what is wrong with the files. Rejects
   * with the signal's reason soon after it aborts. `onProgress` gets whole percents that never fall. `field` is the name of
   * the field that has the picture, for messages.
   */
  perform(
    work: Work,
    options: { field: string; signal: AbortSignal; onProgress?: (percent: number) => void },
  ): Promise<{ made: Made } | { refused: string }>
  /** Stops what is running and ends the worker threads. */
  close(): Promise<void>
}

export interface WorkshopOptions {
  /** Pictures that are worked on at once, each in a thread of its own. */
  threads?: number
  /** Of these threads, how many may work on one picture while others are idle. */
  threadsPerPicture?: number
}

/** Opens the tools for pictures. Threads start, and load networks, with the first picture. */
export function openWorkshop({ threads = 1, threadsPerPicture = threads }: WorkshopOptions = {}): Workshop {
  const pool = openThreads({ threads, perPicture: threadsPerPicture })
  const closing = new AbortController()

  return {
    async perform(work, { field, signal, onProgress }) {
      const ended = AbortSignal.any([signal, closing.signal])
      ended.throwIfAborted()
      const stop = openFlag()
      const { port1: hears, port2: reports } = new MessageChannel()
      const aborted = Promise.withResolvers<never>()
      const abort = (reason: unknown): void => {
        Atomics.store(stop, 0, 1)
        aborted.reject(reason)
      }
      let percent = -1
      hears.on('message', (report: Report) => {
        if ('tiles' in report) {
          pool.share(report.tiles, stop).catch(abort)
          return
        }
        if (report.percent <= percent || ended.aborted) return
        percent = report.percent
        onProgress?.(percent)
      })
      hears.unref()
      const onAbort = (): void => abort(ended.reason)
      ended.addEventListener('abort', onAbort, { once: true })
      try {
        // The worker sees the flag before its next tile; the caller need not wait even for that.
        const outcome = await Promise.race([pool.run({ kind: 'picture', field, work, stop, reports }), aborted.promise])
        if (outcome.status === 'stopped') return await aborted.promise
        return outcome.status === 'refused' ? { refused: outcome.reason } : { made: outcome.made }
      } finally {
        ended.removeEventListener('abort', onAbort)
        hears.close()
        Atomics.store(stop, 0, 1) // for threads that still help where this one failed
      }
    },

    async close() {
      closing.abort(new Error('The workshop is closed.'))
      await pool.close()
    },
  }
}
