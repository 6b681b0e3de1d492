import { tmpdir } from 'node:os'
import type { Size } from '../limits.ts'
import { startChild } from './child.ts'

/** The operator's ffmpeg, and what it was found to be able to do. */
export interface Ffmpeg {
  path: string
  encoder: Encoder
}

type Encoder = keyof typeof ENCODERS

/** Encoders of H.264, the best first; each with what makes its pictures hardly worse than what it gets. */
const ENCODERS = {
  libx264: () => ['-preset', 'faster', '-crf', '18'],
  libopenh264: ({ bitsPerSecond }: { bitsPerSecond: number }) => ['-b:v', String(bitsPerSecond)],
} as const
/** Of an encoder that has no constant quality. */
const BITS_PER_PIXEL = 0.25

/** How long the trial may take: a start can come while the machine is busy with many others. */
const START_MS = 30_000
/** Of ffmpeg's own threads: songs and requests are to have the rest of the machine. */
const THREADS = 2
const QUIET = ['-hide_banner', '-nostdin', '-loglevel', 'error', '-max_alloc', String(2 ** 28)]
/** Nothing but the file itself is opened, and only as what it is said to be: a list of other files or addresses is none. */
const ONLY_FILE = ['-protocol_whitelist', 'file', '-f', 'mov']
/**
 * By the names of `ffmpeg -decoders`: those of the codecs that are worked on, and of the sound that most MP4s have, in the
 * order of the codecs. A decoder that nobody has looked at for years is not given a file of a stranger, not even to find out
 * what it is; sound of other codecs is copied without one.
 */
const DECODERS = [
  ...['h264', 'libopenh264', 'hevc', 'mpeg4', 'av1', 'libdav1d', 'libaom-av1', 'vp9', 'libvpx-vp9'],
  ...['aac', 'libfdk_aac', 'mp3float', 'mp3', 'ac3', 'eac3', 'opus', 'libopus', 'flac', 'alac'],
  ...['pcm_s16le', 'pcm_s16be', 'pcm_s24le', 'pcm_s24be'],
]
const ONLY_MP4 = ['-codec_whitelist', DECODERS.join(','), ...ONLY_FILE]
/** Frames are in memory and not in a file, so the matrix is the same both ways and need not be that of the video. */
const MATRIX = 'bt709'
const MOST_OUTPUT_BYTES = 2 ** 29
/** Of a frame: a start that is nearer to a whole frame is meant to be that. */
const ROUNDING = 1e-3

/**
 * Tries an ffmpeg: whether it runs, knows what is requested here (5.1 and later do) and encodes H.264. Never throws; a
 * fault is a sentence without its subject, to be put after the path.
 */
export async function tryFfmpeg(path: string, startMs = START_MS): Promise<Ffmpeg | { fault: string }> {
  let said = ''
  for (const encoder of Object.keys(ENCODERS) as Encoder[]) {
    const child = startChild(path, trialArguments(encoder), { folder: tmpdir() })
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      child.kill()
    }, startMs)
    child.stdout.resume()
    child.stdin.end(Buffer.alloc(3 * TRIAL_PX ** 2))
    const ended = await child.ended
    clearTimeout(timer)
    if (ended.code === 0) return { path, encoder }
    if (isLate) {
      said = `it did not answer in ${startMs / 1_000} seconds`
      break // another encoder would keep the start waiting as long
    }
    said = lastLine(ended.said) || said
  }
  const why = said === '' ? 'it ended without a word' : said
  return { fault: `cannot be used as ffmpeg 5.1 or later with ${Object.keys(ENCODERS).join(' or ')}: ${why}` }
}

const TRIAL_PX = 64

function trialArguments(encoder: Encoder): string[] {
  const raw = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-video_size', `${TRIAL_PX}x${TRIAL_PX}`, '-framerate', '25']
  const encoded = ['-fps_mode', 'passthrough', '-c:v', encoder, '-pix_fmt', 'yuv420p', '-f', 'null']
  return [...QUIET, ...raw, '-i', 'pipe:0', ...encoded, 'pipe:1']
}

/** Lists the packets of pictures and of sound, one a line, without decoding any. Says on standard error what the streams are. */
export function probeArguments(input: string): string[] {
  const loud = QUIET.map((one) => (one === 'error' ? 'info' : one))
  const packets = ['-map', '0:V:0', '-map', '0:a?', '-c', 'copy', '-f', 'framecrc']
  return [...loud, '-nostats', ...ONLY_MP4, '-i', `file:${input}`, ...packets, 'pipe:1']
}

/** Writes the frames to standard output, upright, each as a PPM, and none twice. */
export function decodeArguments(input: string, mostPixels: number): string[] {
  const bounds = ['-threads', String(THREADS), '-max_pixels', String(mostPixels)]
  const frames = [
    '-fps_mode',
    'passthrough',
    '-vf',
    `scale=in_color_matrix=${MATRIX}:flags=accurate_rnd+full_chroma_int`,
  ]
  const asPpm = ['-pix_fmt', 'rgb24', '-c:v', 'ppm', '-f', 'image2pipe', 'pipe:1']
  return [
    ...QUIET,
    ...bounds,
    ...ONLY_MP4,
    '-i',
    `file:${input}`,
    '-map',
    '0:V:0',
    '-an',
    '-sn',
    '-dn',
    ...frames,
    ...asPpm,
  ]
}

export type Colours = readonly [matrix: string, primaries: string, transfer: string]

/** What the encoded video takes over from the one that was decoded. */
export interface Timing {
  /** As a fraction of whole numbers. */
  framesPerSecond: readonly [number, number]
  /** By how much the pictures begin after the sound. */
  startSeconds: number
  /** Width to height of a pixel. */
  aspect: readonly [number, number]
  /** How colours are to be read, as ffmpeg calls it; `unknown` where the video does not say. */
  colours: Colours
}

/** Reads raw frames from standard input, and writes them to `output` with the sound of `input` as it is. */
export function encodeArguments(
  { input, output, encoder }: { input: string; output: string; encoder: Encoder },
  { widthPx, heightPx }: Size,
  { framesPerSecond, startSeconds, aspect, colours }: Timing,
): string[] {
  const [count, seconds] = framesPerSecond
  const raw = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-video_size', `${widthPx}x${heightPx}`]
  const rate = ['-framerate', `${count}/${seconds}`]
  // ffmpeg puts frames at whole multiples of their length, sound at any sample: both begin at the next such multiple.
  const startFrames = Math.ceil((startSeconds * count) / seconds - ROUNDING)
  const startsAt = (startFrames * seconds) / count
  const at = ['-itsoffset', startsAt.toFixed(6)]
  const soundAt = ['-itsoffset', Math.max(0, startsAt - startSeconds).toFixed(6)]
  const scale = `scale=out_color_matrix=${MATRIX}:out_range=tv:flags=accurate_rnd+full_chroma_inp`
  const even = 'pad=ceil(iw/2)*2:ceil(ih/2)*2' // colours have half the pixels of the brightness
  const [matrix, primaries, transfer] = colours
  const tags = `setparams=colorspace=${matrix}:color_primaries=${primaries}:color_trc=${transfer}`
  const filters = [scale, 'format=yuv420p', even, tags, `setsar=sar=${aspect[0]}/${aspect[1]}:max=65535`]
  const bitsPerSecond = Math.round((BITS_PER_PIXEL * widthPx * heightPx * count) / seconds)
  return [
    ...[...QUIET, ...raw, ...rate, ...at, '-i', 'pipe:0', ...soundAt, ...ONLY_MP4, '-i', `file:${input}`],
    ...['-map', '0:v:0', '-map', '1:a?', '-c:a', 'copy', '-vf', filters.join(',')],
    ...['-c:v', encoder, ...ENCODERS[encoder]({ bitsPerSecond }), '-threads', String(THREADS)],
    ...['-movflags', '+faststart', '-fs', String(MOST_OUTPUT_BYTES), '-f', 'mp4', '-y', `file:${output}`],
  ]
}

/** The last thing that it said which is not empty, without the names of parts of ffmpeg before it. */
export function lastLine(said: string): string {
  const lines = said.split('\n').map((line) => line.slice(line.lastIndexOf('] ') + 1).trim())
  return lines.findLast((line) => line !== '')?.replace(/\.$/, '') ?? ''
}
