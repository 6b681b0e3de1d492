import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { FrameLimits } from './limits.ts'
import { Refused } from './refused.ts'
import { openFlag, openThreads, type Threads } from './threads.ts'
import type { Edit } from './video/edit-frames.ts'
import type { Ffmpeg, tryFfmpeg as TryFfmpeg } from './video/ffmpeg.ts'
import type { MadeVideo } from './video/perform-video.ts'
import type { Frame } from './video/ppm.ts'
import type { Flag, Made, Outcome, Report, Work } from './workshop-worker.ts'

export {
  type Choice,
  type Enlargement,
  type FrameLimits,
  faultOfChoice,
  faultOfEnlargement,
  faultOfMask,
  faultOfSize,
  faultOfVideo,
  MOST_TIMES,
} from './limits.ts'
export type { Drawing } from './vectorize.ts'
export type { Edit } from './video/edit-frames.ts'
export type { Ffmpeg } from './video/ffmpeg.ts'
export { ABANDONED_MS, removeAbandoned } from './video/work-folder.ts'
export type { Made, Work } from './workshop-worker.ts'

/** As `video/ffmpeg.ts` has it, which is loaded where an ffmpeg is set: what starts processes is a sixtieth of a start. */
export const tryFfmpeg: typeof TryFfmpeg = async (...args) => (await import('./video/ffmpeg.ts')).tryFfmpeg(...args)

export interface Workshop {
  /**
   * Makes a picture of a picture; the same work gives the same bytes. `refused` says what is wrong with the files. Rejects
   * with the signal's reason soon after it aborts. `onProgress` gets whole percents that never fall. `field` is the name of
   * the field that has the picture, for messages.
   */
  perform(work: Work, options: WorkOptions): Promise<{ made: Made } | { refused: string }>
  /**
   * The same of a video: each of its frames is edited, and its sound stays as it is. Work that would take much longer than
   * `allowedMs` is refused as soon as that is clear. Throws where there is no ffmpeg.
   */
  performVideo(work: VideoWork, options: WorkOptions): Promise<{ made: EditedVideo } | { refused: string }>
  /** Stops what is running and ends the worker threads. */
  close(): Promise<void>
}

export interface WorkOptions {
  field: string
  signal: AbortSignal
  onProgress?: (percent: number) => void
}

export interface VideoWork {
  /** An MP4, as it came. */
  video: Uint8Array
  edit: Edit
  limits: FrameLimits
  allowedMs: number
}

export interface EditedVideo extends MadeVideo {
  /** The package that ran the network, where it was not the workshop itself. */
  runtime?: string
}

export interface WorkshopOptions {
  /** Pictures that are worked on at once, each in a thread of its own. */
  threads?: number
  /** Of these threads, how many may work on one picture while others are idle. */
  threadsPerPicture?: number
  /** The operator's, by `tryFfmpeg`. */
  ffmpeg?: Ffmpeg | undefined
}

/** Opens the tools for pictures and videos. Threads start, and load networks, with the first picture. */
export function openWorkshop({ threads = 1, threadsPerPicture = threads, ffmpeg }: WorkshopOptions = {}): Workshop {
  const pool = openThreads({ threads, perPicture: threadsPerPicture })
  const closing = new AbortController()
  const videos = new Set<Promise<unknown>>()

  return {
    async perform(work, { field, ...options }) {
      using run = openRun(pool, { ...options, signal: AbortSignal.any([options.signal, closing.signal]) })
      const { stop, reports } = run
      // The worker sees the flag before its next tile; the caller need not wait even for that.
      const outcome = await run.outcomeOf(pool.run({ kind: 'picture', field, work, stop, reports }))
      if (outcome.status === 'edited')
        throw new Error('A thread of the workshop ended a picture as if it were a video.')
      return outcome.status === 'refused' ? { refused: outcome.reason } : { made: outcome.made }
    },

    async performVideo(work, { signal, ...options }) {
      if (!ffmpeg) throw new Error('Videos cannot be worked on without ffmpeg.')
      const ended = AbortSignal.any([signal, closing.signal])
      const made = editVideo(pool, ffmpeg, work, { ...options, signal: ended })
      videos.add(made)
      try {
        return { made: await made }
      } catch (error) {
        if (error instanceof Refused) return { refused: error.message }
        throw error
      } finally {
        videos.delete(made)
      }
    },

    async close() {
      closing.abort(new Error('The workshop is closed.'))
      await Promise.allSettled(videos)
      await pool.close()
    },
  }
}

interface Run {
  stop: Flag
  reports: MessagePort
  /** What the job came to; rejects as soon as its signal aborts. */
  outcomeOf(job: Promise<Outcome>): Promise<Exclude<Outcome, { status: 'stopped' }>>
  [Symbol.dispose](): void
}

/** What a job of the threads needs, and what hears its reports. */
function openRun(pool: Threads, { signal, onProgress }: Omit<WorkOptions, 'field'>): Run {
  signal.throwIfAborted()
  const stop = openFlag()
  const { port1: hears, port2: reports } = new MessageChannel()
  const aborted = Promise.withResolvers<never>()
  aborted.promise.catch(() => undefined) // thrown by `outcomeOf`, which may not be called any more
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
    if (report.percent <= percent || signal.aborted) return
    percent = report.percent
    onProgress?.(percent)
  })
  hears.unref()
  const onAbort = (): void => abort(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  return {
    stop,
    reports,
    async outcomeOf(job) {
      const outcome = await Promise.race([job, aborted.promise])
      return outcome.status === 'stopped' ? aborted.promise : outcome
    },
    [Symbol.dispose]() {
      signal.removeEventListener('abort', onAbort)
      hears.close()
      Atomics.store(stop, 0, 1) // for threads that still help where this one failed
    },
  }
}

/** Decoding and encoding is done by processes of this thread, which so ends them at once, and the rest by a worker. */
async function editVideo(
  pool: Threads,
  ffmpeg: Ffmpeg,
  { video, edit, limits, allowedMs }: VideoWork,
  { field, signal, onProgress }: WorkOptions,
): Promise<EditedVideo> {
  using run = openRun(pool, { signal })
  const { port1: ours, port2: frames } = new MessageChannel()
  const { stop, reports } = run
  const outcome = run.outcomeOf(pool.run({ kind: 'video', field, edit, stop, reports, frames }))
  const ended = outcome.then((one) => {
    if (one.status === 'refused') throw new Refused(one.reason)
    if (one.status !== 'edited') throw new Error('A thread of the workshop ended a video as if it were a picture.')
    return one.runtime
  })
  ended.catch(() => undefined) // thrown where it is waited for
  const early = ended.then((): never => {
    throw new Error('A thread of the workshop ended before the last frame.')
  })
  early.catch(() => undefined) // thrown where a frame is waited for
  try {
    const { performVideo } = await import('./video/perform-video.ts')
    const made = await performVideo(video, {
      ffmpeg,
      field,
      limits,
      allowedMs,
      signal,
      onProgress: onProgress ?? (() => undefined),
      edit(frame) {
        const edited = new Promise<Frame>((resolve) => ours.once('message', resolve))
        ours.postMessage(frame, [frame.data.buffer])
        return Promise.race([edited, early])
      },
      finish() {
        ours.postMessage('end')
        return ended
      },
    })
    const runtime = await ended
    return runtime === undefined ? made : { ...made, runtime }
  } finally {
    Atomics.store(stop, 0, 1) // first: a thread that does not listen yet looks at it when it begins to
    ours.close()
  }
}
