/** What the workshop does not take, known without loading what does the work. */

export interface Size {
  widthPx: number
  heightPx: number
}

/** How far: by how much each side grows, more than 1 and at most 4; or how many pixels the result has. */
export type Enlargement = { by: number } | { toPixels: number }

/** By how much the sides of a picture can grow. */
export const MOST_TIMES = 4

/** Most pixels of an enlarged picture, by the network. Four times takes seven times as long for each pixel of it. */
export const MAX_ENLARGED_PIXELS = { 2: 16_777_216, 4: 4_194_304 }

/** The most pixels that a picture may have to be opened at all. */
export const MAX_PIXELS = 50_000_000

/** By how much the sides grow. */
export function factorOf({ widthPx, heightPx }: Size, to: Enlargement): number {
  return 'by' in to ? to.by : Math.sqrt(to.toPixels / (widthPx * heightPx))
}

/** By how much the network that is taken for a factor enlarges. */
export const timesFor = (factor: number): 2 | 4 => (factor <= 2 ? 2 : 4)

/** Why a picture of this size is not opened, as what the picture does; undefined = it is. */
export function faultOfSize({ widthPx, heightPx }: Size): string | undefined {
  if (widthPx * heightPx <= MAX_PIXELS) return undefined
  return `has ${widthPx}x${heightPx} pixels, and at most ${numeral(MAX_PIXELS)} can be opened`
}

/** The same of enlarging it. */
export function faultOfEnlargement(size: Size, to: Enlargement): string | undefined {
  const { widthPx, heightPx } = size
  const by = factorOf(size, to)
  const has = `has ${widthPx}x${heightPx} pixels`
  if ('toPixels' in to && by <= 1) return `${has}, so ${numeral(to.toPixels)} would not enlarge it`
  if ('toPixels' in to && by > MOST_TIMES) {
    const times = by.toFixed(1)
    return `${has}; for ${numeral(to.toPixels)} its sides would have to grow ${times} times, and at most ${MOST_TIMES} times is possible`
  }
  const times = timesFor(by)
  const most = MAX_ENLARGED_PIXELS[times]
  if (widthPx * heightPx * times ** 2 <= most) return undefined
  return `${has}; enlarged ${times} times it would have ${widthPx * times}x${heightPx * times}, and at most ${numeral(most)} are possible`
}

/** The same of a mask for a picture. */
export function faultOfMask(mask: Size, picture: Size): string | undefined {
  if (mask.widthPx === picture.widthPx && mask.heightPx === picture.heightPx) return undefined
  return `must have the size of the picture; it has ${mask.widthPx}x${mask.heightPx} pixels, not ${picture.widthPx}x${picture.heightPx}`
}

/**
 * Which faces are swapped: the largest one of each picture, or those with these numbers, from left to right; without numbers,
 * all that are large enough and look ahead.
 */
export type Choice = 'largest' | { from?: readonly number[]; to?: readonly number[] }

/** Why faces with these numbers cannot be swapped, whatever the pictures are; undefined = they can. */
export function faultOfChoice(choice: Choice): string | undefined {
  if (choice === 'largest' || !choice.to) return undefined
  const { from, to } = choice
  const twice = to.find((number, index) => to.indexOf(number) < index)
  if (twice !== undefined) {
    return `target_faces_index names face ${twice} more than once: a face can be replaced only once.`
  }
  if (!from || from.length === 1 || from.length === to.length) return undefined
  return `swap_faces_index names ${from.length} faces and target_faces_index ${to.length}: they must be as many, or swap_faces_index one.`
}

/** What is known of a video; frames and bytes where they could be read. */
export interface VideoMeasures extends Size {
  frames?: number
  bytes?: number
}

/** How many frames a video may have. */
export interface FrameLimits {
  least: number
  most: number
}

/** The most that a video may have to be worked on: 720p, on end or not. */
export const MAX_VIDEO_PX = { longer: 1_280, shorter: 720 }
export const MAX_VIDEO_BYTES = 10 * 2 ** 20

/** Why a video is not worked on, as what it does; undefined = it is. */
export function faultOfVideo(
  { widthPx, heightPx, frames, bytes }: VideoMeasures,
  limits: FrameLimits,
): string | undefined {
  const { longer, shorter } = MAX_VIDEO_PX
  if (Math.max(widthPx, heightPx) > longer || Math.min(widthPx, heightPx) > shorter)
    return `has ${widthPx}x${heightPx} pixels, and at most ${longer}x${shorter} are possible`
  if (frames !== undefined && (frames < limits.least || frames > limits.most))
    return `has ${frames} frames, and ${limits.least} to ${limits.most} are possible`
  if (bytes !== undefined && bytes > MAX_VIDEO_BYTES)
    return `has ${numeral(bytes)} bytes, and at most ${numeral(MAX_VIDEO_BYTES)} are possible`
  return undefined
}

const numeral = (value: number): string => value.toLocaleString('en')
