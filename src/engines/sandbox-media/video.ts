import { setImmediate } from 'node:timers/promises'
import type { Canvas } from '../video/canvas.ts'
import { openH264Encoder } from '../video/h264.ts'
import { writeMp4 } from '../video/mp4.ts'
import { keep } from './keep.ts'
import { checkSeconds, checkSize } from './limits.ts'
import { TITLE } from './mark.ts'
import { beeps } from './sound.ts'
import { openTestCard } from './test-card.ts'

export interface VideoSpec {
  /** 16 to 4096. H.264 has its colours for every second pixel, so an odd side is rounded down to the even number below. */
  widthPx: number
  heightPx: number
  /** Up to 60, fractions allowed. The last frame ends exactly then. */
  seconds: number
  hasSound: boolean
}

export interface SandboxVideo {
  mp4: Uint8Array
  /** The first frame. */
  coverJpeg: Uint8Array
  lastFrameJpeg: Uint8Array
}

const MOST_SECONDS = 60
const FRAMES_PER_SECOND = 10

/**
 * A test card with the word SANDBOX, a bar and a counter for the time, and a block that moves with every frame; beeps if
 * sound is requested. Cached; callers share the bytes and must not write into them. Throws a RangeError for a size or a
 * length that the sandbox does not make.
 */
export async function sandboxVideo({ widthPx, heightPx, seconds, hasSound }: VideoSpec): Promise<SandboxVideo> {
  checkSize({ widthPx, heightPx })
  checkSeconds(seconds, MOST_SECONDS)
  return keptVideo({ widthPx: 2 * Math.floor(widthPx / 2), heightPx: 2 * Math.floor(heightPx / 2), seconds, hasSound })
}

const keptVideo = keep(make, {
  maxBytes: 32 * 2 ** 20,
  sizeBytes: ({ mp4, coverJpeg, lastFrameJpeg }) => mp4.length + coverJpeg.length + lastFrameJpeg.length,
})

async function make(spec: VideoSpec): Promise<SandboxVideo> {
  const { seconds } = spec
  const [{ coverJpeg, lastFrameJpeg, video }, sound] = await Promise.all([
    draw(spec),
    spec.hasSound ? beeps(seconds) : undefined,
  ])
  const mp4 = writeMp4({ seconds, title: TITLE, video, ...(sound && { sound }) })
  return { mp4, coverJpeg, lastFrameJpeg }
}

async function draw({ widthPx, heightPx, seconds }: VideoSpec) {
  const count = Math.max(1, Math.round(seconds * FRAMES_PER_SECOND))
  const { canvas, ...card } = await openTestCard({ widthPx, heightPx, seconds, frames: count })
  const encoder = openH264Encoder({ widthPx, heightPx, framesPerSecond: Math.ceil(count / seconds) })
  card.draw(0)
  const frames = [encoder.keyFrame(canvas)]
  const cover = jpeg(canvas, widthPx, heightPx)
  for (let index = 1; index < count; index++) {
    if (index % 20 === 0) await setImmediate() // other requests get their turn
    canvas.forget()
    card.draw(index)
    frames.push(encoder.nextFrame(canvas, canvas.touched))
  }
  const [coverJpeg, lastFrameJpeg] = await Promise.all([cover, count === 1 ? cover : jpeg(canvas, widthPx, heightPx)])
  const { sequenceParameters, pictureParameters } = encoder
  return { coverJpeg, lastFrameJpeg, video: { widthPx, heightPx, sequenceParameters, pictureParameters, frames } }
}

async function jpeg(canvas: Canvas, width: number, height: number): Promise<Uint8Array> {
  const rgb = canvas.toRgb(width, height)
  const { default: sharp } = await import('sharp')
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 85 })
    .toBuffer()
}
