import type { MessagePort } from 'node:worker_threads'
import type { Piscina } from 'piscina'
import { threadFile } from '../../thread-file.ts'
import { type SharedTiles, tilesLeft } from './shared-tiles.ts'
import type { Flag, Job, Outcome, PictureJob, VideoJob } from './workshop-worker.ts'

/** Worker threads, each with one picture, the frames of one video, or tiles of one picture or frame. */
export interface Threads {
  /** Begins a picture or a video as soon as a thread is free; one that only helps with another picture is made free. */
  run(job: PictureJob | VideoJob): Promise<Outcome>
  /** Lets idle threads take tiles, now and later, while there are some. Rejects when one of them fails. */
  share(tiles: SharedTiles, stop: Flag): Promise<never>
  /** Ends the threads; whatever runs must have been told to stop. One that does not is ended all the same, after a while. */
  close(): Promise<void>
}

interface Share {
  tiles: SharedTiles
  stop: Flag
  /** One for each helping thread. */
  helpers: Set<Flag>
  fail: (error: unknown) => void
}

/** Threads end after so long without work, which frees their memory: a network has up to 200 MB. */
const IDLE_MS = 10_000

/** Within so long a thread that was told to stop sees it: on a busy machine some layers of a network take seconds. */
const STOPS_MS = 5_000

export interface ThreadsOptions {
  /** At once. */
  threads: number
  /** Of these, for one picture. */
  perPicture: number
  /** How long those that were told to stop are waited for. */
  stopsMs?: number
}

export function openThreads({ threads, perPicture, stopsMs = STOPS_MS }: ThreadsOptions): Threads {
  let opened: Promise<Piscina<Job, Outcome | undefined>> | undefined
  const running = new Set<Promise<unknown>>()
  let shares: Share[] = []

  const open = async (): Promise<Piscina<Job, Outcome | undefined>> => {
    const { Piscina } = await import('piscina')
    return new Piscina<Job, Outcome | undefined>({
      filename: threadFile('workshop-worker', import.meta.url).href,
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: IDLE_MS,
    })
  }

  /** Whatever ends leaves a thread idle. */
  function started(job: Job): Promise<Outcome | undefined> {
    opened ??= open()
    const outcome = opened.then((pool) => pool.run(job, { transferList: portsOf(job) }))
    running.add(outcome)
    const ended = (): void => {
      running.delete(outcome)
      assign()
    }
    outcome.then(ended, ended)
    return outcome
  }

  function assign(): void {
    shares = shares.filter(({ tiles, stop }) => tilesLeft(tiles) > 0 && Atomics.load(stop, 0) === 0)
    for (const share of shares) {
      // The thread that shares them takes the first of those that are left.
      while (running.size < threads && share.helpers.size + 1 < Math.min(perPicture, tilesLeft(share.tiles)))
        help(share)
    }
  }

  function help({ tiles, stop, helpers, fail }: Share): void {
    const leave = openFlag()
    helpers.add(leave)
    started({ kind: 'tiles', tiles, stop, leave })
      .catch(fail)
      .finally(() => helpers.delete(leave))
  }

  /** The first helper of all ends with its tile. */
  function makeRoom(): void {
    for (const { helpers } of shares)
      for (const leave of helpers) if (Atomics.compareExchange(leave, 0, 0, 1) === 0) return
  }

  return {
    async run(job) {
      if (running.size >= threads) makeRoom()
      const outcome = await started(job)
      if (!outcome) throw new Error('A thread of the workshop ended without an outcome.')
      return outcome
    },
    share(tiles, stop) {
      const failed = Promise.withResolvers<never>()
      shares.push({ tiles, stop, helpers: new Set(), fail: failed.reject })
      assign()
      return failed.promise
    },
    async close() {
      const late = Promise.withResolvers<void>()
      const timer = setTimeout(late.resolve, stopsMs)
      await Promise.race([Promise.allSettled(running), late.promise])
      clearTimeout(timer)
      shares = []
      await (await opened)?.destroy()
    },
  }
}

function portsOf(job: Job): MessagePort[] {
  if (job.kind === 'tiles') return []
  return job.kind === 'video' ? [job.reports, job.frames] : [job.reports]
}

export const openFlag = (): Flag => new Int32Array(new SharedArrayBuffer(4))
