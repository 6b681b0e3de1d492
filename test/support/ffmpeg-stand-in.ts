import { once } from 'node:events'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EncodedVideoChunk, Mp4Demuxer, VideoFrame } from '@napi-rs/webcodecs'

/**
 * A program in the place of ffmpeg, for machines that have none: it takes the arguments that the workshop gives, and
 * decodes and encodes real H.264, without sound: its muxer loses packets of that. Others of its kind misbehave.
 */
export type Behaviour =
  | 'honest'
  /** Never delivers a frame, and never ends. */
  | 'silent'
  /** Delivers frames without end. */
  | 'flooding'
  /** Says that its frames have 60,000 pixels a side. */
  | 'huge'
  /** Ends with 1 where it should encode. */
  | 'failing'

/** Writes the program into a folder, and gives its path. */
export async function ffmpegStandIn(folder: string, behaviour: Behaviour = 'honest'): Promise<string> {
  const path = join(folder, `ffmpeg-${behaviour}.mjs`)
  // Trying it needs no codecs, which take a second to load.
  const call = `const { act } = await import(${JSON.stringify(import.meta.url)})
  await act(${JSON.stringify(behaviour)}, process.argv.slice(2))`
  await writeFile(path, `#!${process.execPath}\nif (!process.argv.includes('null')) {\n  ${call}\n}\n`)
  await chmod(path, 0o755)
  return path
}

/** Loaded where it is needed: that takes a second. */
const codecs = () => import('@napi-rs/webcodecs')

/** What the program does. */
export async function act(behaviour: Behaviour, args: readonly string[]): Promise<void> {
  const after = (option: string): string => args[args.lastIndexOf(option) + 1] ?? ''
  const input = after('-i').replace(/^file:/, '')
  const kind = after('-f')
  if (behaviour !== 'honest') return misbehave(behaviour, kind)
  if (kind === 'framecrc') return list(await demuxed(input))
  return kind === 'image2pipe' ? decode(await demuxed(input)) : encode(args)
}

interface Demuxed {
  demuxer: Mp4Demuxer
  video: EncodedVideoChunk[]
}

async function demuxed(file: string): Promise<Demuxed> {
  const { Mp4Demuxer } = await codecs()
  const video: EncodedVideoChunk[] = []
  const demuxer = new Mp4Demuxer({
    videoOutput: (chunk) => void video.push(chunk),
    error: (error) => fail(String(error)),
  })
  await demuxer.load(file).catch(() => fail('Invalid data found when processing input'))
  await demuxer.demuxAsync()
  // What it finds comes by callbacks, some of them after the promise, and nothing says how many.
  for (let seen = -1; seen < video.length; ) {
    seen = video.length
    await new Promise((resolve) => setTimeout(resolve, SETTLED_MS))
  }
  return { demuxer, video }
}

const SETTLED_MS = 50

/** For what comes by callbacks that may be called after a promise has been kept. */
export async function until(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error('The codecs did not deliver all that they promised.')
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

function fail(reason: string): never {
  console.error(reason)
  process.exit(1)
}

/** Timestamps are microseconds. */
function list({ demuxer, video }: Demuxed): void {
  const size = demuxer.videoDecoderConfig
  const packets = video.map(({ timestamp, duration, byteLength }) => [timestamp, timestamp, duration, byteLength])
  console.log(packetsOf(`${size?.codedWidth}x${size?.codedHeight}`, packets))
}

function packetsOf(size: string, packets: readonly (readonly unknown[])[]): string {
  const head = [
    '#tb 0: 1/1000000',
    '#media_type 0: video',
    '#codec_id 0: h264',
    `#dimensions 0: ${size}`,
    '#sar 0: 1/1',
  ]
  return [...head, ...packets.map((numbers) => `0, ${numbers.join(', ')}, 0x0`)].join('\n')
}

async function decode({ demuxer, video }: Demuxed): Promise<void> {
  const { VideoDecoder } = await codecs()
  const frames: VideoFrame[] = []
  const decoder = new VideoDecoder({
    output: (frame) => void frames.push(frame),
    error: (error) => fail(String(error)),
  })
  if (!demuxer.videoDecoderConfig) return fail('The file has no pictures.')
  decoder.configure(demuxer.videoDecoderConfig)
  for (const chunk of video) decoder.decode(chunk)
  await decoder.flush()
  await until(() => frames.length >= video.length)
  for (const frame of frames) {
    const { codedWidth, codedHeight } = frame
    const rgba = new Uint8Array(4 * codedWidth * codedHeight)
    await frame.copyTo(rgba, { format: 'RGBA' })
    await written(Buffer.from(`P6\n${codedWidth} ${codedHeight}\n255\n`))
    await written(rgba.filter((_, at) => at % 4 !== 3))
  }
}

async function written(bytes: Uint8Array): Promise<void> {
  if (!process.stdout.write(bytes)) await once(process.stdout, 'drain')
}

const GREY = Buffer.concat([Buffer.from('P6\n8 8\n255\n'), Buffer.alloc(3 * 64, 128)])
const FRAMES = 12

/** Lists a dozen frames that nobody has looked for. */
async function misbehave(behaviour: Exclude<Behaviour, 'honest'>, kind: string): Promise<void> {
  if (kind === 'framecrc') {
    console.log(
      packetsOf(
        '8x8',
        Array.from({ length: FRAMES }, (_, index) => [40_000 * index, 40_000 * index, 40_000, 9]),
      ),
    )
  } else if (kind !== 'image2pipe') {
    console.error('[out#0] The disk is full.')
    process.exitCode = 1
  } else if (behaviour === 'failing') {
    for (let index = 0; index < FRAMES; index++) await written(GREY)
  } else if (behaviour === 'huge') {
    await written(Buffer.from('P6\n60000 60000\n255\n'))
  } else if (behaviour === 'flooding') {
    for (;;) await written(GREY)
  } else {
    await writeFile(`${process.argv[1]}.pid`, String(process.pid))
    setInterval(() => undefined, 1_000)
  }
}

async function encode(args: readonly string[]): Promise<void> {
  const [width = 0, height = 0] = (args[args.indexOf('-video_size') + 1] ?? '').split('x').map(Number)
  const [count = 0, seconds = 1] = (args[args.indexOf('-framerate') + 1] ?? '').split('/').map(Number)
  const { Mp4Muxer, VideoEncoder, VideoFrame } = await codecs()
  const muxer = new Mp4Muxer({ fastStart: true })
  const codec = 'avc1.64001f'
  muxer.addVideoTrack({ codec, width, height, framerate: count / seconds })
  const pictures: (() => void)[] = []
  const encoder = new VideoEncoder({
    output: (chunk, metadata) => void pictures.push(() => muxer.addVideoChunk(chunk, metadata)),
    error: (error) => fail(String(error)),
  })
  encoder.configure({ codec, width, height, framerate: count / seconds, bitrate: 4e6, latencyMode: 'realtime' })
  const bytes = 3 * width * height
  let pending = Buffer.alloc(0)
  let index = 0
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    pending = Buffer.concat([pending, chunk])
    for (; pending.length >= bytes; pending = pending.subarray(bytes), index++) {
      const rgba = new Uint8Array(4 * width * height).fill(255)
      for (let pixel = 0; pixel < width * height; pixel++)
        rgba.set(pending.subarray(3 * pixel, 3 * pixel + 3), 4 * pixel)
      const timestamp = Math.round((index * seconds * 1e6) / count)
      const frame = new VideoFrame(rgba, { format: 'RGBA', codedWidth: width, codedHeight: height, timestamp })
      encoder.encode(frame)
      frame.close()
    }
  }
  await encoder.flush()
  await until(() => pictures.length >= index)
  for (const add of pictures) add()
  await writeFile((args.at(-1) ?? '').replace(/^file:/, ''), muxer.finalize())
}
