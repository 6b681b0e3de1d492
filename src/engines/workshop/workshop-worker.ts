import { on } from 'node:events'
import { setPriority } from 'node:os'
import type { MessagePort } from 'node:worker_threads'
import { cutOut } from './cut-out.ts'
import { enlarge } from './enlarge.ts'
import { erase } from './erase.ts'
import { swapFaces } from './faces/swap-faces.ts'
import type { Choice, Enlargement } from './limits.ts'
import { foreignRuntime } from './models.ts'
import { type PictureFormat, Refused, readPicture, writePicture } from './picture.ts'
import type { SharedTiles } from './shared-tiles.ts'
import { enlargeTiles } from './tiles.ts'
import { type Drawing, vectorize } from './vectorize.ts'
import { type Edit, openFrameEditor } from './video/edit-frames.ts'
import type { Frame } from './video/ppm.ts'
import { Stopped, type Watch } from './watch.ts'

/** Files as they came. */
export type Work =
  | { kind: 'vectorize'; picture: Uint8Array; drawing: Drawing }
  | { kind: 'erase'; picture: Uint8Array; mask: Uint8Array; format: PictureFormat }
  | { kind: 'cut out'; picture: Uint8Array; format: PictureFormat }
  | { kind: 'enlarge'; picture: Uint8Array; to: Enlargement; format: PictureFormat }
  | { kind: 'swap faces'; picture: Uint8Array; faces: Uint8Array; choice: Choice; format: PictureFormat }

export interface Made {
  file: Uint8Array
  mediaType: string
  widthPx: number
  heightPx: number
  /** The package that ran the network, where it was not the workshop itself. */
  runtime?: string
}

/** One cell; any value but 0 says yes. Shared memory, because a busy worker reads no messages. */
export type Flag = Int32Array<SharedArrayBuffer>

export interface PictureJob {
  kind: 'picture'
  /** The field that has the picture, for messages. */
  field: string
  work: Work
  stop: Flag
  /** Receives the progress in whole percent, and tiles that other threads may take. */
  reports: MessagePort
}

/** Frames of a video, which come one by one and go back edited. */
export interface VideoJob {
  kind: 'video'
  /** The field that has the video, for messages. */
  field: string
  edit: Edit
  stop: Flag
  reports: MessagePort
  /** Brings frames, then 'end'. */
  frames: MessagePort
}

/** Tiles of a picture that another thread began. */
export interface TilesJob {
  kind: 'tiles'
  tiles: SharedTiles
  stop: Flag
  /** The thread is needed for another picture: it ends after the current tile. */
  leave: Flag
}

export type Job = PictureJob | VideoJob | TilesJob

/** What a thread says of a picture while it works on it. */
export type Report = { percent: number } | { tiles: SharedTiles }

export type Outcome =
  | { status: 'finished'; made: Made }
  /** All frames of a video are edited. */
  | { status: 'edited'; runtime?: string }
  | { status: 'refused'; reason: string }
  | { status: 'stopped' }

/** Before files are written. */
const WORKED_PERCENT = 95
/** Of 19: threads of songs and of requests get three times as much of a busy machine. */
const NICENESS = 5

/** On Linux a thread has a priority of its own; elsewhere the whole process would get it. */
if (process.platform === 'linux') setPriority(0, NICENESS)

/** Runs in a worker thread: one picture, from the bytes of its file to those of the result; the frames of a video; or tiles. */
export default function perform(job: Job): Promise<Outcome | undefined> {
  switch (job.kind) {
    case 'tiles':
      return help(job)
    case 'picture':
      return judged(job, () => performPicture(job))
    case 'video':
      return judged(job, () => editFrames(job))
  }
}

async function help({ tiles, stop, leave }: TilesJob): Promise<undefined> {
  try {
    await enlargeTiles(tiles, () => {
      if (isSet(stop) || isSet(leave)) throw new Stopped()
    })
  } catch (error) {
    if (!(error instanceof Stopped)) throw error
  }
}

async function judged({ reports }: PictureJob | VideoJob, work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Stopped) return { status: 'stopped' }
    if (error instanceof Refused) return { status: 'refused', reason: error.message }
    throw error
  } finally {
    reports.close()
  }
}

async function performPicture({ field, work, stop, reports }: PictureJob): Promise<Outcome> {
  const report = (one: Report): void => reports.postMessage(one)
  const watch: Watch = (share) => {
    if (isSet(stop)) throw new Stopped()
    report({ percent: Math.floor(share * WORKED_PERCENT) })
  }
  watch(0)
  return { status: 'finished', made: await make(work, field, watch, (tiles) => report({ tiles })) }
}

async function editFrames({ field, edit, stop, reports, frames }: VideoJob): Promise<Outcome> {
  const watch: Watch = () => {
    if (isSet(stop)) throw new Stopped()
  }
  const share = (tiles: SharedTiles): void => reports.postMessage({ tiles } satisfies Report)
  // Heard from the beginning: the port may be closed while the editor opens.
  const given = on(frames, 'message', { close: ['close'] }) as AsyncIterable<[Frame | 'end']>
  try {
    watch(0) // or before anybody listened, which the flag says
    const editor = await openFrameEditor(edit, { field, watch, share })
    for await (const [frame] of given) {
      watch(0)
      if (frame === 'end') {
        editor.finish()
        const runtime = foreignRuntime()
        return runtime === undefined ? { status: 'edited' } : { status: 'edited', runtime }
      }
      const edited = await editor.edit(frame)
      frames.postMessage(edited, [edited.data.buffer])
    }
    throw new Stopped() // the port was closed
  } finally {
    frames.close()
  }
}

const isSet = (flag: Flag): boolean => Atomics.load(flag, 0) !== 0

async function make(work: Work, field: string, watch: Watch, share: (tiles: SharedTiles) => void): Promise<Made> {
  const picture = await readPicture(work.picture, field)
  switch (work.kind) {
    case 'vectorize': {
      const svg = await vectorize(picture, work.drawing)
      const { widthPx, heightPx } = picture
      return { file: Buffer.from(svg), mediaType: 'image/svg+xml', widthPx, heightPx }
    }
    case 'erase':
      return written(erase(picture, await readPicture(work.mask, 'mask_url'), watch), work.format)
    case 'cut out':
      return byNetwork(await written(await cutOut(picture, watch), work.format))
    case 'enlarge':
      return byNetwork(await written(await enlarge(picture, work.to, watch, share), work.format))
    case 'swap faces': {
      const source = { picture: await readPicture(work.faces, 'swap_image'), field: 'swap_image' }
      return byNetwork(await written(await swapFaces({ picture, field }, source, work.choice, watch), work.format))
    }
  }
}

function byNetwork(made: Made): Made {
  const runtime = foreignRuntime()
  return runtime === undefined ? made : { ...made, runtime }
}

async function written(picture: Parameters<typeof writePicture>[0], format: PictureFormat): Promise<Made> {
  const { widthPx, heightPx } = picture
  return { file: await writePicture(picture, format), mediaType: `image/${format}`, widthPx, heightPx }
}
