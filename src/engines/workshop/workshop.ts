import { MessageChannel } from 'node:worker_threads'
import type { Piscina } from 'piscina'
import { threadFile } from '../../thread-file.ts'
import type { Job, Made, Outcome, Work } from './workshop-worker.ts'

export { MOST_TIMES } from './limits.ts'
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

/** Worker threads end after so long without work, which frees their memory: a network has up to 200 MB. */
const IDLE_MS = 10_000

/** Opens the tools for pictures. Threads start, and load networks, with the first picture. */
export function openWorkshop({ threads = 1 }: { threads?: number } = {}): Workshop {
  let opened: Promise<Piscina<Job, Outcome>> | undefined
  const closing = new AbortController()
  const running = new Set<Promise<Outcome>>()

  const open = async (): Promise<Piscina<Job, Outcome>> => {
    const { Piscina } = await import('piscina')
    return new Piscina<Job, Outcome>({
      filename: threadFile('workshop-worker', import.meta.url).href,
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: IDLE_MS,
    })
  }

  const run = (job: Job): Promise<Outcome> => {
    opened ??= open()
    const outcome = opened.then((pool) => pool.run(job, { transferList: [job.progress] }))
    running.add(outcome)
    const forget = (): void => void running.delete(outcome)
    outcome.then(forget, forget)
    return outcome
  }

  return {
    async perform(work, { field, signal, onProgress }) {
      const ended = AbortSignal.any([signal, closing.signal])
      ended.throwIfAborted()
      const stop = new Int32Array(new SharedArrayBuffer(4))
      const { port1: hears, port2: progress } = new MessageChannel()
      let percent = -1
      hears.on('message', (value: number) => {
        if (value <= percent || ended.aborted) return
        percent = value
        onProgress?.(value)
      })
      hears.unref()
      const aborted = Promise.withResolvers<never>()
      const abort = (): void => {
        Atomics.store(stop, 0, 1)
        aborted.reject(ended.reason)
      }
      ended.addEventListener('abort', abort, { once: true })
      try {
        // The worker sees the cell before its next tile; the caller need not wait even for that.
        const outcome = await Promise.race([run({ field, work, stop, progress }), aborted.promise])
        if (outcome.status === 'stopped') throw ended.reason
        return outcome.status === 'refused' ? { refused: outcome.reason } : { made: outcome.made }
      } finally {
        ended.removeEventListener('abort', abort)
        hears.close()
      }
    },

    async close() {
      closing.abort(new Error('The workshop is closed.'))
      await Promise.allSettled(running)
      await (await opened)?.destroy()
    },
  }
}
