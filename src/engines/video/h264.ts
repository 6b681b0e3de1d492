import { BitWriter } from './bits.ts'
import type { Planes } from './canvas.ts'

export interface H264Encoder {
  /** The sequence and picture parameter sets, for the file's `avcC` box. */
  sequenceParameters: Uint8Array
  pictureParameters: Uint8Array
  /** One frame, complete in itself. */
  keyFrame(picture: Planes): Uint8Array
  /** The next frame. `touched` has a byte for each macroblock, row by row: 0 where nothing changed. */
  nextFrame(picture: Planes, touched: Uint8Array): Uint8Array
  /**
   * The next frame, of pieces of the one before: for each macroblock, row by row, two whole numbers, from how many pixels further to
   * the right and further down its pixels come. Even numbers, or the colours would not meet. Past the edges, the outermost pixels go on.
   */
  movedFrame(vectors: Int16Array): Uint8Array
}

/** Table A-1 of H.264 from level 2 up: number, macroblocks a second, macroblocks a frame. */
// biome-ignore format: a table reads better in rows
const LEVELS: readonly (readonly [number, number, number])[] = [
  [20, 11_880, 396], [21, 19_800, 792], [22, 20_250, 1620], [30, 40_500, 1620], [31, 108_000, 3600],
  [32, 216_000, 5120], [40, 245_760, 8192], [42, 522_240, 8704], [50, 589_824, 22_080], [51, 983_040, 36_864],
  [60, 4_177_920, 139_264],
]

const BASELINE = 66
/** It keeps to the rules of the baseline and of the main profile: what is called constrained baseline. */
const CONSTRAINTS = 0xc0
const FRAME_NUMBER_BITS = 16

/** Motion has at most so many bits, in quarters of a pixel: half of what level 3.1 allows upwards and downwards. */
const MOTION_BITS = 11

const NAL_KEY_SLICE = 0x65
const NAL_SLICE = 0x61
const NAL_SEQUENCE = 0x67
const NAL_PICTURE = 0x68
const SLICE_P = 5
const SLICE_I = 7

const VERTICAL = 0
const HORIZONTAL = 1
const DC = 2
/** The number of each prediction where a macroblock names it for its colours. */
const CHROMA_MODE_CODES = [2, 1, 0]

/** Macroblock types of an I slice; in a P slice they count from 5. */
const INTRA_16X16 = 1
const I_PCM = 25
const INTRA_TYPES_IN_P = 5
const PCM_COEFFICIENTS = 16

/**
 * H.264 for drawings: lossless, and small where a picture is flat. A macroblock is either predicted from its neighbours
 * without a single wrong pixel (three of the four Intra16x16 predictions, no residual) or given as plain pixels (I_PCM), and
 * what did not change is skipped. As nothing is ever approximated and the deblocking filter is off, the picture that a
 * decoder predicts from is the picture that was drawn: the encoder needs no transform and no reconstruction.
 *
 * `widthPx` and `heightPx` are even; the picture's further rows and columns are cropped away. There are `hidden` more of them, in
 * macroblocks, for what is to be moved into sight. Frames come without start code or length, with emulation prevention.
 */
export function openH264Encoder(size: {
  widthPx: number
  heightPx: number
  framesPerSecond: number
  hidden?: { across: number; down: number }
}): H264Encoder {
  const across = Math.ceil(size.widthPx / 16) + (size.hidden?.across ?? 0)
  const down = Math.ceil(size.heightPx / 16) + (size.hidden?.down ?? 0)
  const isPcm = new Uint8Array(across * down)
  let frameNumber = 0

  const slice = (picture: Planes, touched?: Uint8Array): Uint8Array => {
    const bits = new BitWriter()
    writeSliceHeader(bits, frameNumber, touched === undefined)
    frameNumber = (frameNumber + 1) % 2 ** FRAME_NUMBER_BITS
    isPcm.fill(0)
    const firstType = touched === undefined ? 0 : INTRA_TYPES_IN_P
    let coded = -1
    for (let index = nextTouched(touched, 0); index < isPcm.length; index = nextTouched(touched, index + 1)) {
      if (touched !== undefined) bits.ue(index - coded - 1) // skipped since the last one
      coded = index
      const x = index % across
      const y = (index - x) / across
      const prediction = exactPrediction(picture, x, y)
      if (prediction === undefined) {
        isPcm[index] = 1
        bits.ue(firstType + I_PCM)
        bits.align()
        writePixels(bits, picture, x, y)
        continue
      }
      bits.ue(firstType + INTRA_16X16 + prediction.luma)
      bits.ue(CHROMA_MODE_CODES[prediction.chroma] ?? 0)
      bits.ue(0) // no change of the quantiser
      writeNoCoefficients(bits, x > 0 ? isPcm[index - 1] : undefined, y > 0 ? isPcm[index - across] : undefined)
    }
    const skipped = isPcm.length - coded - 1
    if (skipped > 0) bits.ue(skipped)
    return nal(touched === undefined ? NAL_KEY_SLICE : NAL_SLICE, bits.finish())
  }

  return {
    sequenceParameters: sequenceParameters(size, across, down),
    pictureParameters: pictureParameters(),
    keyFrame(picture) {
      frameNumber = 0
      return slice(picture)
    },
    nextFrame: slice,
    movedFrame(vectors) {
      const bits = new BitWriter()
      writeSliceHeader(bits, frameNumber, false)
      frameNumber = (frameNumber + 1) % 2 ** FRAME_NUMBER_BITS
      writeMoves(bits, vectors, across)
      return nal(NAL_SLICE, bits.finish())
    },
  }
}

/** Motion is counted in quarters of a pixel. */
const QUARTERS_PER_PIXEL = 4
const PREDICTED_16X16 = 0

/** Macroblocks that are copied whole from the frame before (P_L0_16x16, without residual), skipped where a decoder knows the motion. */
function writeMoves(bits: BitWriter, vectors: Int16Array, across: number): void {
  const count = vectors.length / 2
  let skipped = 0
  for (let index = 0; index < count; index++) {
    const x = QUARTERS_PER_PIXEL * (vectors[2 * index] ?? 0)
    const y = QUARTERS_PER_PIXEL * (vectors[2 * index + 1] ?? 0)
    const [predictedX, predictedY, isStill] = predictedMotion(vectors, index, across)
    if (isStill ? x === 0 && y === 0 : x === predictedX && y === predictedY) {
      skipped++
      continue
    }
    bits.ue(skipped)
    skipped = 0
    bits.ue(PREDICTED_16X16)
    bits.se(x - predictedX)
    bits.se(y - predictedY)
    bits.ue(0) // no coefficients
  }
  if (skipped > 0) bits.ue(skipped)
}

/**
 * The motion that a decoder expects (8.4.1.3 of H.264), in quarters of a pixel; and whether a skipped macroblock stands still
 * (8.4.1.1). Every neighbour in the picture is moved from the same frame.
 */
function predictedMotion(vectors: Int16Array, index: number, across: number): [x: number, y: number, isStill: boolean] {
  const column = index % across
  const hasLeft = column > 0
  const hasAbove = index >= across
  const left = hasLeft ? index - 1 : -1
  const above = hasAbove ? index - across : -1
  // The one above on the right, or else on the left.
  const corner = !hasAbove ? -1 : column + 1 < across ? above + 1 : hasLeft ? above - 1 : -1
  const motion = (at: number, axis: 0 | 1): number => (at < 0 ? 0 : QUARTERS_PER_PIXEL * (vectors[2 * at + axis] ?? 0))
  const isStill =
    !hasLeft ||
    !hasAbove ||
    (motion(left, 0) === 0 && motion(left, 1) === 0) ||
    (motion(above, 0) === 0 && motion(above, 1) === 0)
  const neighbours = [left, above, corner].filter((at) => at >= 0)
  const [only] = neighbours
  const predicted = (axis: 0 | 1): number =>
    neighbours.length === 1 && only !== undefined
      ? motion(only, axis)
      : medianOf(motion(left, axis), motion(above, axis), motion(corner, axis))
  return [predicted(0), predicted(1), isStill]
}

const medianOf = (a: number, b: number, c: number): number => Math.max(Math.min(a, b), Math.min(Math.max(a, b), c))

/** The first macroblock from `index` on that must be coded; past the end when there is none. */
function nextTouched(touched: Uint8Array | undefined, index: number): number {
  const next = touched === undefined ? index : touched.indexOf(1, index)
  return next === -1 ? Number.POSITIVE_INFINITY : next
}

function sequenceParameters(
  { widthPx, heightPx, framesPerSecond }: { widthPx: number; heightPx: number; framesPerSecond: number },
  across: number,
  down: number,
): Uint8Array {
  const bits = new BitWriter()
  bits.bits(8, BASELINE)
  bits.bits(8, CONSTRAINTS)
  bits.bits(8, levelOf(across, down, framesPerSecond))
  bits.ue(0) // its id
  bits.ue(FRAME_NUMBER_BITS - 4)
  bits.ue(2) // frames are shown in the order of decoding
  bits.ue(1) // reference frames
  bits.flag(false) // gaps in frame numbers
  bits.ue(across - 1)
  bits.ue(down - 1)
  bits.flag(true) // frames only, no fields
  bits.flag(true) // direct 8x8 inference
  bits.flag(true) // cropping, in units of two pixels
  for (const edge of [0, (16 * across - widthPx) / 2, 0, (16 * down - heightPx) / 2]) bits.ue(edge)
  bits.flag(true) // usability information
  bits.flag(false) // aspect ratio
  bits.flag(false) // overscan
  bits.flag(true) // video signal
  bits.bits(3, 5) // of no stated system
  bits.flag(false) // full range
  bits.flag(true) // colours: BT.709 in all three respects
  for (let property = 0; property < 3; property++) bits.bits(8, 1)
  bits.flag(false) // place of the colour samples
  bits.flag(false) // timing, which the file has
  bits.flag(false) // buffering of NAL units
  bits.flag(false) // buffering of slices
  bits.flag(false) // picture structure
  bits.flag(true) // limits, so that a decoder shows each frame at once
  bits.flag(true) // motion vectors over the edge
  for (const limit of [0, 0, MOTION_BITS, MOTION_BITS]) bits.ue(limit) // bytes a picture, bits a macroblock, motion across and down
  bits.ue(0) // frames that change places
  bits.ue(1) // frames to hold
  return nal(NAL_SEQUENCE, bits.finish())
}

/** The lowest level for this size and rate. No level from 2 up is too low for frames that are half plain pixels. */
function levelOf(across: number, down: number, framesPerSecond: number): number {
  const frame = across * down
  const fitting = LEVELS.find(
    ([, perSecond, perFrame]) =>
      frame <= perFrame && frame * framesPerSecond <= perSecond && Math.max(across, down) <= Math.sqrt(8 * perFrame),
  )
  if (fitting === undefined) throw new RangeError(`No level of H.264 has ${frame} macroblocks in a frame.`)
  return fitting[0]
}

function pictureParameters(): Uint8Array {
  const bits = new BitWriter()
  bits.ue(0) // its id
  bits.ue(0) // the sequence's id
  bits.flag(false) // CAVLC
  bits.flag(false) // order of fields
  bits.ue(0) // slice groups, less one
  bits.ue(0) // references of list 0, less one
  bits.ue(0) // references of list 1, less one
  bits.flag(false) // weighted prediction of P
  bits.bits(2, 0) // weighted prediction of B
  for (let offset = 0; offset < 3; offset++) bits.ue(0) // quantisers: none is ever used
  bits.flag(true) // slices say how they are deblocked
  bits.flag(false) // intra prediction may read what was skipped
  bits.flag(false) // redundant pictures
  return nal(NAL_PICTURE, bits.finish())
}

function writeSliceHeader(bits: BitWriter, frameNumber: number, isKey: boolean): void {
  bits.ue(0) // first macroblock
  bits.ue(isKey ? SLICE_I : SLICE_P)
  bits.ue(0) // picture parameters
  bits.bits(FRAME_NUMBER_BITS, frameNumber)
  if (isKey) {
    bits.ue(0) // id of the key picture
    bits.flag(false) // earlier pictures may be shown
    bits.flag(false) // no long-term reference
  } else {
    bits.flag(false) // as many references as the picture parameters say
    bits.flag(false) // in their own order
    bits.flag(false) // the oldest reference goes
  }
  bits.ue(0) // change of the quantiser
  bits.ue(1) // no deblocking
}

/**
 * The code for "no coefficients", which depends on how many the neighbours have: a macroblock of plain pixels counts as 16
 * for each of its blocks, every other one here as 0. With two neighbours the mean decides, so one of them is enough.
 */
function writeNoCoefficients(bits: BitWriter, left: number | undefined, above: number | undefined): void {
  const neighbours = [left, above].filter((neighbour) => neighbour !== undefined)
  const sum = neighbours.reduce((total, isPcm) => total + PCM_COEFFICIENTS * isPcm, 0)
  if (sum === 0) bits.bits(1, 1)
  else bits.bits(6, 3) // the mean is 8 or 16: a code of fixed length
}

interface Prediction {
  luma: number
  chroma: number
}

/** The predictions that give this macroblock without a wrong pixel, if there are such. */
function exactPrediction(picture: Planes, x: number, y: number): Prediction | undefined {
  const { luma, blueDifference, redDifference, codedWidthPx } = picture
  const half = codedWidthPx / 2
  const lumaMode = MODES.find((mode) => mode.fits(luma, codedWidthPx, 16 * x, 16 * y, 16))
  if (lumaMode === undefined) return undefined
  const chromaMode = MODES.find(
    (mode) => mode.fits(blueDifference, half, 8 * x, 8 * y, 8) && mode.fits(redDifference, half, 8 * x, 8 * y, 8),
  )
  return chromaMode && { luma: lumaMode.code, chroma: chromaMode.code }
}

type Fits = (plane: Uint8Array, stride: number, x: number, y: number, size: number) => boolean

const followsAbove: Fits = (plane, stride, x, y, size) => {
  if (y === 0) return false
  const start = y * stride + x
  for (let row = 0; row < size; row++) {
    for (let at = start + row * stride, column = 0; column < size; column++, at++)
      if (plane[at] !== plane[start - stride + column]) return false
  }
  return true
}

const followsLeft: Fits = (plane, stride, x, y, size) => {
  if (x === 0) return false
  for (let row = 0; row < size; row++) {
    const start = (y + row) * stride + x
    for (let at = start; at < start + size; at++) if (plane[at] !== plane[start - 1]) return false
  }
  return true
}

/** Luma is predicted as a whole from both edges; colours in quarters of 4 by 4, each from the edges that it touches. */
const isMeanOfEdges: Fits = (plane, stride, x, y, size) => {
  if (size === 16) return isFlat(plane, stride, x, y, 16, mean(plane, stride, x, y, 16, y > 0 ? y : -1, x > 0 ? x : -1))
  for (const [right, below] of QUARTERS) {
    // The quarter at the upper right prefers the edge above, the one at the lower left the edge to the left.
    const top = y > 0 && !(x > 0 && right === 0 && below === 4) ? y : -1
    const left = x > 0 && !(y > 0 && right === 4 && below === 0) ? x : -1
    const expected = mean(plane, stride, x + right, y + below, 4, top, left)
    if (!isFlat(plane, stride, x + right, y + below, 4, expected)) return false
  }
  return true
}

const QUARTERS = [
  [0, 0],
  [4, 0],
  [0, 4],
  [4, 4],
] as const

const MODES = [
  { code: VERTICAL, fits: followsAbove },
  { code: HORIZONTAL, fits: followsLeft },
  { code: DC, fits: isMeanOfEdges },
]

/** The mean, rounded, of the row above `top` and of the column before `left`; -1 is an edge that is not there. */
function mean(
  plane: Uint8Array,
  stride: number,
  x: number,
  y: number,
  size: number,
  top: number,
  left: number,
): number {
  let sum = 0
  let count = 0
  if (top > 0) {
    for (let at = (top - 1) * stride + x; count < size; count++, at++) sum += plane[at] ?? 0
  }
  if (left > 0) {
    for (let row = 0; row < size; row++, count++) sum += plane[(y + row) * stride + left - 1] ?? 0
  }
  return count === 0 ? 128 : Math.floor((sum + count / 2) / count)
}

function isFlat(plane: Uint8Array, stride: number, x: number, y: number, size: number, value: number): boolean {
  for (let row = 0; row < size; row++) {
    const start = (y + row) * stride + x
    for (let at = start; at < start + size; at++) if (plane[at] !== value) return false
  }
  return true
}

/** The pixels of a macroblock, row by row: brightness, then the two colour differences. */
function writePixels(bits: BitWriter, picture: Planes, x: number, y: number): void {
  const write = (plane: Uint8Array, stride: number, size: number): void => {
    for (let row = size * y; row < size * (y + 1); row++)
      bits.bytes(plane.subarray(row * stride + size * x, row * stride + size * (x + 1)))
  }
  write(picture.luma, picture.codedWidthPx, 16)
  write(picture.blueDifference, picture.codedWidthPx / 2, 8)
  write(picture.redDifference, picture.codedWidthPx / 2, 8)
}

const TWO_ZEROS = Buffer.alloc(2)

/** A NAL unit: its first byte, then the payload with a 3 after two zeros wherever they would look like a start code. */
function nal(header: number, payload: Uint8Array): Uint8Array {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length)
  const pieces: Uint8Array[] = [Uint8Array.of(header)]
  let from = 0
  for (let at = bytes.indexOf(TWO_ZEROS); at !== -1; ) {
    const next = bytes[at + 2] ?? 0
    if (next <= 3) {
      pieces.push(bytes.subarray(from, at + 2), Uint8Array.of(3))
      from = at + 2
    }
    at = bytes.indexOf(TWO_ZEROS, next <= 3 ? at + 2 : at + 3)
  }
  return Buffer.concat([...pieces, bytes.subarray(from)])
}
