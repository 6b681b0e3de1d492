import { MessageChannel } from 'node:worker_threads'
import type { Piscina } from 'piscina'
import { threadFile } from '../../thread-file.ts'
import type { Job, News, Outcome } from './composer-worker.ts'
import type { Song, SongRequest } from './song.ts'
import { type Gives, type Needs, StudioRefusal, type WorkKind } from './studio-work.ts'
import type { Lyrics } from './write-lyrics.ts'

export type { HeardSong } from './hear/hear-song.ts'
export { goingOn, harmonyOf, type LeadSheet } from './lead-sheet.ts'
export type { Song, SongRequest } from './song.ts'
export { type Gives, type KnownSong, type Needs, StudioRefusal, type WorkKind } from './studio-work.ts'
export { sliced } from './tools/recipe.ts'

export interface Studio {
  /**
   * The same request gives the same bytes. Rejects with the signal's reason soon after it aborts, and with a RangeError for
   * a length that no song can have.
   */
  compose(request: SongRequest, options: WorkOptions): Promise<Song>
  /**
   * Does a piece of work other than a new song. The same needs give the same bytes. Rejects as `compose` does, and with a
   * StudioRefusal where the work cannot be done.
   */
  perform<K extends WorkKind>(kind: K, needs: Needs<K>, options: WorkOptions): Promise<Gives<K>>
  /** A style in more words: what the studio makes of the tags. Its answer, as tags, means the same style. */
  sayStyle(tags: string): Promise<string>
  /**
   * Rhymed lyrics on the subject of `prompt`, with its own phrase as refrain and title. The same prompt and seed give the same
   * lyrics, neighbouring seeds give others.
   */
  writeLyrics(request: { prompt: string; seed: number }, options: { signal: AbortSignal }): Promise<Lyrics>
  /** Stops what is running and ends the worker threads. */
  close(): Promise<void>
}

export interface WorkOptions {
  signal: AbortSignal
  /** Whole percents that never fall. */
  onProgress?: (percent: number) => void
  /** Of a song: the bytes of its MP3 as they are made; together they are the file. */
  onSound?: (bytes: Uint8Array) => void
}

/**
 * Worker threads end after so long without work, which frees their memory. Until then the next song finds modules, fonts, the
 * dictionary and the samples of the last one loaded, which take more than a second.
 */
const IDLE_MS = 60_000

/** Of a thread's heap: a song's small objects are gone at once, and V8 would keep 48 MB for them, which makes nothing faster. */
const YOUNG_MB = 8

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
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    })
  }

  const run = <K extends WorkKind>(job: Job<K>): Promise<Outcome<K>> => {
    opened ??= open()
    // What comes back is of the kind that was sent.
    const outcome = opened.then((pool) => pool.run(job, { transferList: [job.progress] }) as Promise<Outcome<K>>)
    running.add(outcome)
    const forget = (): void => void running.delete(outcome)
    outcome.then(forget, forget)
    return outcome
  }

  const perform = async <K extends WorkKind>(
    kind: K,
    needs: Needs<K>,
    { signal, onProgress, onSound }: WorkOptions,
  ): Promise<Gives<K>> => {
    const ended = AbortSignal.any([signal, closing.signal])
    ended.throwIfAborted()
    const stop = new Int32Array(new SharedArrayBuffer(4))
    const { port1: hears, port2: progress } = new MessageChannel()
    let percent = -1
    let heardBytes = 0
    let isOver = false
    const hear = (bytes: Uint8Array): void => {
      heardBytes += bytes.length
      onSound?.(bytes)
    }
    hears.on('message', (news: News) => {
      if (ended.aborted || isOver) return
      if ('sound' in news) return hear(news.sound)
      if (news.percent <= percent) return
      percent = news.percent
      onProgress?.(percent)
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
      const outcome = await Promise.race([run({ kind, needs, stop, progress }), aborted.promise])
      if (outcome.status === 'stopped') throw ended.reason
      if (outcome.status === 'refused') throw new StudioRefusal(outcome.reason)
      // The last that the worker told may come after its result, or not at all.
      if (onSound && 'mp3' in outcome.gives) hear(outcome.gives.mp3.subarray(heardBytes))
      return outcome.gives
    } finally {
      isOver = true
      ended.removeEventListener('abort', abort)
      hears.close()
    }
  }

  return {
    compose: (request, options) => perform('song', request, options),
    perform,

    async sayStyle(tags) {
      const { sayStyle } = await import('./tools/say-style.ts')
      return sayStyle(tags)
    },

    async writeLyrics(request, { signal }) {
      signal.throwIfAborted()
      const { writeLyrics } = await import('./write-lyrics.ts')
      return writeLyrics(request)
    },

    async close() {
      closing.abort(new Error('The studio is closed.'))
      await Promise.allSettled(running)
      await (await opened)?.destroy()
    },
  }
}
