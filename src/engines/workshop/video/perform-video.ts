import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type FrameLimits, faultOfVideo, MAX_VIDEO_PX } from '../limits.ts'
import { Refused } from '../refused.ts'
import { type Child, startChild } from './child.ts'
import { decodeArguments, encodeArguments, type Ffmpeg, lastLine, probeArguments, type Timing } from './ffmpeg.ts'
import { type Frame, framesOf, NoPicture } from './ppm.ts'
import { aspectUpright, type Probed, readProbe } from './probe.ts'
import { openWorkFolder } from './work-folder.ts'

export interface VideoOptions {
  ffmpeg: Ffmpeg
  /** The field that has the video, for messages. */
  field: string
  limits: FrameLimits
  /** How long the work may take in all. */
  allowedMs: number
  /** Changes one frame; the next is given when it has been returned. */
  edit(frame: Frame): Promise<Frame>
  /** After the last frame, before the video is complete: throws where nothing could be edited. */
  finish(): Promise<unknown>
  /** Whole percents that never fall. */
  onProgress(percent: number): void
  /** Ends the work soon, and every process that it started. */
  signal: AbortSignal
  /** How long ffmpeg may be silent. */
  silenceMs?: number
  /** Where files lie while it works; those of the system by default. */
  temporaryFolder?: string
  /** Milliseconds from any moment on. */
  now?: () => number
}

export interface MadeVideo {
  file: Uint8Array
  frames: number
}

/** The parts of the work, as percents. */
const WORKED_PERCENT = 97
/** How long ffmpeg may take to list a file, or to deliver or take a frame. */
const SILENCE_MS = 60_000
/** A list of the packets of a file of ten megabytes is much shorter. */
const MOST_LISTED_BYTES = 8 * 2 ** 20
/** The estimate of the time is believed after so many frames, and after so long. */
const BELIEVED = { frames: 5, ms: 20_000 }
/** Machines are not always as busy: so much longer than allowed is not yet given up, until so much of it is done. */
const TOLERANCE = { times: 1.25, untilDone: 1 / 3 }

/**
 * Edits a video frame by frame: one process of ffmpeg decodes it, another encodes what `edit` returns beside the sound as
 * it was. A few frames are in memory, however long the video is. Throws `Refused` for what cannot be worked on, and the
 * signal's reason; leaves no process and no file.
 */
export async function performVideo(video: Uint8Array, options: VideoOptions): Promise<MadeVideo> {
  const { signal, field, now = () => performance.now() } = options
  await using workFolder = await openWorkFolder(options.temporaryFolder)
  const folder = workFolder.path
  const children = new Set<Child>()
  const kill = (): void => {
    for (const child of children) child.kill()
  }
  signal.addEventListener('abort', kill)
  try {
    signal.throwIfAborted()
    const start = (args: readonly string[]): Child => {
      const child = startChild(options.ffmpeg.path, args, { folder })
      children.add(child)
      return child
    }
    const input = join(folder, 'in.mp4')
    await writeFile(input, video, { mode: 0o600, signal })
    const work: Work = { ...options, start, input, output: join(folder, 'out.mp4'), now, startedAt: now() }
    const probed = await probe(work)
    const fault = faultOfVideo({ ...probed, bytes: video.length }, options.limits)
    if (fault !== undefined) throw new Refused(`The video in ${field} ${fault}.`)
    const frames = await editFrames(work, probed)
    return { file: new Uint8Array(await readFile(work.output, { signal })), frames }
  } catch (error) {
    signal.throwIfAborted() // whatever a process that was killed left behind
    if (error instanceof NoPicture) throw new Refused(`The video in ${field} cannot be read: ${error.message}.`)
    throw error
  } finally {
    signal.removeEventListener('abort', kill)
    kill()
    await Promise.all([...children].map(({ ended }) => ended))
  }
}

interface Work extends VideoOptions {
  start(args: readonly string[]): Child
  input: string
  output: string
  now: () => number
  startedAt: number
}

async function probe(work: Work): Promise<Probed> {
  const child = work.start(probeArguments(work.input))
  child.stdin.end()
  const listed = (async () => {
    const chunks: Buffer[] = []
    let bytes = 0
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > MOST_LISTED_BYTES) throw new NoPicture('it has too many packets')
    }
    return Buffer.concat(chunks).toString('latin1')
  })()
  const packets = await within(work, listed, 'did not list the video')
  const { code, said } = await within(work, child.ended, 'did not end')
  if (code !== 0) throw new NoPicture(lastLine(said) || 'ffmpeg gives no reason')
  return readProbe(packets, said, work.field)
}

async function editFrames(work: Work, probed: Probed): Promise<number> {
  const { longer: side } = MAX_VIDEO_PX
  const decoder = work.start(decodeArguments(work.input, MAX_VIDEO_PX.longer * (MAX_VIDEO_PX.shorter + 64)))
  decoder.stdin.end()
  const frames = framesOf(decoder.stdout, { widthPx: side, heightPx: side })
  let encoder: Encoder | undefined
  let count = 0
  for (;;) {
    const next = await within(work, frames.next(), 'delivered no frame')
    if (next.done) break
    if (++count > probed.frames + 1)
      throw new NoPicture(`more frames come of it than the ${probed.frames} that it says it has`)
    const edited = await work.edit(next.value)
    encoder ??= openEncoder(work, edited, { ...probed, aspect: aspectUpright(probed, next.value) })
    await encoder.write(edited)
    work.onProgress(Math.min(WORKED_PERCENT, Math.floor((count / probed.frames) * WORKED_PERCENT)))
    checkTime(work, count, probed.frames)
  }
  const { code, said } = await within(work, decoder.ended, 'did not end')
  // ffmpeg decodes around what is broken, and ends with 0 as long as some frames came.
  if (code !== 0 || !encoder) throw new NoPicture(lastLine(said) || 'no frame came of it')
  if (count < work.limits.least) {
    throw new Refused(
      `The video in ${work.field} has ${count} frames that can be read, and ${work.limits.least} are needed.`,
    )
  }
  await work.finish()
  await encoder.close()
  return count
}

interface Encoder {
  /** Waits until the frame before has been taken, so that no more than two are in memory. */
  write(frame: Frame): Promise<void>
  close(): Promise<void>
}

function openEncoder(work: Work, size: Frame, timing: Timing): Encoder {
  const { input, output } = work
  const child = work.start(encodeArguments({ input, output, encoder: work.ffmpeg.encoder }, size, timing))
  child.stdout.resume()
  let taken: Promise<unknown> = Promise.resolve()
  let hasEnded = false
  void child.ended.then(() => {
    hasEnded = true
  })
  const broken = async (): Promise<never> => {
    const { said } = await within(work, child.ended, 'did not end')
    throw new Refused(`The video could not be encoded: ${lastLine(said) || 'ffmpeg gives no reason'}.`)
  }
  return {
    async write({ data }) {
      await taken
      if (hasEnded) return broken()
      const written = new Promise<void>((resolve) => child.stdin.write(data, () => resolve()))
      taken = within(work, Promise.race([written, child.ended]), 'took no frame')
      taken.catch(() => undefined) // thrown by the next one that waits for it
    },
    async close() {
      await taken
      child.stdin.end()
      const { code } = await within(work, child.ended, 'did not end')
      if (code !== 0) return broken()
    },
  }
}

/** Rejects when ffmpeg is silent for too long, and when the signal aborts. */
async function within<Value>(
  { signal, silenceMs = SILENCE_MS, field }: Work,
  value: Promise<Value>,
  what: string,
): Promise<Value> {
  const given = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    given.reject(new Refused(`ffmpeg ${what} of ${field} for ${Math.round(silenceMs / 1_000)} seconds.`))
  }, silenceMs)
  const abort = (): void => given.reject(signal.reason)
  signal.addEventListener('abort', abort)
  if (signal.aborted) abort()
  try {
    return await Promise.race([value, given.promise])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}

/** Gives up as soon as it is clear that the work would not end in time. */
function checkTime({ now, startedAt, allowedMs, field }: Work, done: number, frames: number): void {
  const takenMs = now() - startedAt
  if (done < BELIEVED.frames || takenMs < BELIEVED.ms) return
  const expectedMs = (takenMs / done) * frames
  if (expectedMs <= allowedMs * (done < frames * TOLERANCE.untilDone ? TOLERANCE.times : 1)) return
  const minutes = (ms: number): string => (ms / 60_000).toFixed(ms < 600_000 ? 1 : 0)
  throw new Refused(
    `The ${frames} frames of the video in ${field} would take about ${minutes(expectedMs)} minutes on this machine at present, and ${minutes(allowedMs)} are allowed: send a shorter or a smaller one.`,
  )
}
