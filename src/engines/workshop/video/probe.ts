import type { Size } from '../limits.ts'
import { Refused } from '../refused.ts'
import type { Colours, Timing } from './ffmpeg.ts'

/** A video as its packets describe it. */
export interface Probed extends Timing {
  /** As stored; shown, it may be turned. */
  widthPx: number
  heightPx: number
  frames: number
}

/** What most MP4s hold; ffmpeg opens decoders of no others (`DECODERS`). */
const CODECS = new Set(['h264', 'hevc', 'mpeg4', 'av1', 'vp9'])
/** Brightness that eight bits cannot hold. */
const WIDE_TRANSFERS = ['smpte2084', 'arib-std-b67']
const MOST_HEADER_LINES = 1_000
/** By how much a frame may come earlier or later than in a video whose frames are all as long. */
const MOST_UNEVEN_SECONDS = 0.1

/** Reads what ffmpeg lists and says with `probeArguments`. Throws `Refused` for what is not worked on. */
export function readProbe(packets: string, said: string, field: string): Probed {
  const refuse = (why: string): never => {
    throw new Refused(`The video in ${field} ${why}.`)
  }
  const lines = packets.split('\n', MOST_HEADER_LINES)
  const headerOf = (name: string): string =>
    lines
      .find((line) => line.startsWith(`#${name} 0: `))
      ?.slice(`#${name} 0: `.length)
      .trim() ?? ''
  const codec = headerOf('codec_id')
  if (!CODECS.has(codec))
    refuse(`is encoded as ${codec || 'something unknown'}; possible are ${[...CODECS].join(', ')}`)
  const [widthPx = 0, heightPx = 0] = headerOf('dimensions').split('x').map(Number)
  const [ticks = 0, perSecond = 1] = headerOf('tb').split('/').map(Number)
  const [wide = 0, high = 0] = headerOf('sar').split('/').map(Number)
  const times = timesIn(packets)
  const colours = coloursIn(said)
  if (WIDE_TRANSFERS.includes(colours[2])) refuse('has a high dynamic range (HDR), which would be lost')
  const { step, uneven } = evenness(times)
  const tick = ticks / perSecond
  if (uneven * tick > MOST_UNEVEN_SECONDS) {
    refuse(
      `has frames at uneven times (up to ${(uneven * tick).toFixed(2)} seconds from even ones); convert it to a constant frame rate`,
    )
  }
  return {
    widthPx,
    heightPx,
    frames: times.length,
    framesPerSecond: step ? reduced(step.of * perSecond, step.ticks * ticks) : [25, 1],
    // Frames before the start are only there to decode others.
    startSeconds: (times.find((time) => time >= 0) ?? 0) * tick,
    aspect: wide > 0 && high > 0 ? [wide, high] : [1, 1],
    colours,
  }
}

/**
 * Width to height of a pixel as it is shown. ffmpeg turns the frames of a video that is stored turned, and lists the aspect
 * as stored: it is turned where a frame has the sides of the video, swapped.
 */
export function aspectUpright({ widthPx, heightPx, aspect: [wide, high] }: Probed, frame: Size): Timing['aspect'] {
  const isTurned = widthPx !== heightPx && frame.widthPx === heightPx && frame.heightPx === widthPx
  return isTurned ? [high, wide] : [wide, high]
}

/** When the pictures are shown, in ticks, in order. */
function timesIn(packets: string): number[] {
  const times = [...packets.matchAll(/^0, +-?\d+, +(-?\d+),/gm)].map(([, time]) => Number(time))
  return times.sort((a, b) => a - b)
}

/** From frame to frame, as a fraction; and how far a frame is from where it would be if all were as long. */
function evenness(times: readonly number[]): { step: { ticks: number; of: number } | undefined; uneven: number } {
  const [first = 0] = times
  const span = (times.at(-1) ?? 0) - first
  if (span <= 0) return { step: undefined, uneven: 0 } // one frame alone
  const of = times.length - 1
  const uneven = times.reduce((most, time, index) => Math.max(most, Math.abs(time - first - (span * index) / of)), 0)
  return { step: { ticks: span, of }, uneven }
}

function reduced(above: number, below: number): [number, number] {
  const divisor = greatestDivisor(above, below)
  return [above / divisor, below / divisor]
}

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b))

/** Of "yuv420p(tv, bt709, progressive)": one word for all three, or three. */
function coloursIn(said: string): Colours {
  const inside = /Video: [^\n]*?, [a-z0-9]+\(([^)\n]*)\)/.exec(said)?.[1] ?? ''
  for (const part of inside.split(', ')) {
    const [matrix = '', primaries = matrix, transfer = matrix] = part.split('/')
    const isNamed = MATRICES.has(matrix) || PRIMARIES.has(primaries) || TRANSFERS.has(transfer)
    if (isNamed) return [known(MATRICES, matrix), known(PRIMARIES, primaries), known(TRANSFERS, transfer)]
  }
  return [UNKNOWN, UNKNOWN, UNKNOWN]
}

const UNKNOWN = 'unknown'
const known = (names: ReadonlySet<string>, name: string): string => (names.has(name) ? name : UNKNOWN)

/** Names that ffmpeg's filter `setparams` takes for each; others, which are rare, are not passed on. */
const BOTH = ['bt709', 'bt470bg', 'smpte170m', 'smpte240m']
const MATRICES = new Set([...BOTH, 'bt2020nc'])
const PRIMARIES = new Set([...BOTH, 'bt470m', 'bt2020', 'smpte432'])
const TRANSFERS = new Set([...BOTH, 'bt470m', 'bt2020-10', 'bt2020-12', 'iec61966-2-1', ...WIDE_TRANSFERS])
