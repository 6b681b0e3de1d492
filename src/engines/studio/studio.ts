import { MessageChannel } from 'node:worker_threads'
import type { Piscina } from 'piscina'
import { threadFile } from '../../thread-file.ts'
import type { Job, Outcome } from './composer-worker.ts'
import type { Song, SongRequest } from './song.ts'
import { type Lyrics, writeLyrics } from './write-lyrics.ts'

export type { Song, SongRequest } from './song.ts'

export interface Studio {
  /**
   * The same request gives the same bytes. Rejects with the signal's reason soon after it aborts, and with a RangeError for
   * a length that no song can have. `onProgress` gets whole percents that never fall.
   */
  compose(request: SongRequest, options: { signal: AbortSignal; onProgress?: (percent: number) => void }): Promise<Song>
  /**
   * Rhymed lyrics on the subject of `prompt`, with its own phrase as refrain and title. The same prompt and seed give the same
   * lyrics, neighbouring seeds give others.
   */
  writeLyrics(request: { prompt: string; seed: number }, options: { signal: AbortSignal }): Promise<Lyrics>
  /** Stops what is running and ends the worker threads. */
  close(): Promise<void>
}

/**
 * Worker threads end after so long without work, which frees their memory. Until then the next song finds modules, fonts, the
 * dictionary and the samples of the last one loaded, which take more than a second.
 */
const IDLE_MS = 60_000

/** Opens the built-in composer. Threads start with the first song. */
export function openStudio({ threads = 2 }: { threads?: number } = {}): Studio {
  let opened: Promise<Piscina<Job, Outcome>> | undefined
  const closing = new AbortController()
  const running = new Set<Promise<Outcome>>()

  const open = async (): Promise<Piscina<Job, Outcome>> => {
    const { Piscina } = await import('piscina')
    return new Piscina<Job, Outcome>({
      filename: threadFile('composer-worker', import.meta.url).href,
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
    async compose(request, { signal, onProgress }) {
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
        // The worker sees the cell before its next second of sound; the caller need not wait even for that.
        const outcome = await Promise.race([run({ request, stop, progress }), aborted.promise])
        if (outcome.status === 'stopped') throw ended.reason
        return outcome.song
      } finally {
        ended.removeEventListener('abort', abort)
        hears.close()
      }
    },

    async writeLyrics(request, { signal }) {
      signal.throwIfAborted()
      return writeLyrics(request)
    },

    async close() {
      closing.abort(new Error('The studio is closed.'))
      await Promise.allSettled(running)
      await (await opened)?.destroy()
    },
  }
}
