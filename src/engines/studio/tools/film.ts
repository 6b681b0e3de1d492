import sharp from 'sharp'
import { listedFrames } from '../../mp3/decode.ts'
import type { Frame } from '../../mp3/frames.ts'
import { Canvas, type Colour, colourOf } from '../../video/canvas.ts'
import { openH264Encoder } from '../../video/h264.ts'
import { writeMp4 } from '../../video/mp4.ts'
import { levelsIn } from './levels.ts'

export interface FilmRequest {
  mp3: Uint8Array
  /** Of any size; it is cut to a square. */
  cover: Uint8Array
  title: string
}

export interface Film {
  mp4: Uint8Array
  /** The first and the last frame. */
  coverJpeg: Uint8Array
  lastFrameJpeg: Uint8Array
  seconds: number
}

export const FILM_SIZE = { widthPx: 720, heightPx: 1_280 } as const
const FRAMES_PER_SECOND = 25
const BLOCK = 16
const COLUMNS = FILM_SIZE.widthPx / BLOCK
const ROWS = FILM_SIZE.heightPx / BLOCK
/** One more column, from which bars come into sight, and one more row, in which the pieces of bars are at hand. */
const HIDDEN = { across: 1, down: 1 }
const ALL_COLUMNS = COLUMNS + HIDDEN.across

/** Rows of macroblocks: the cover, and the bars around their middle line. */
const COVER_ROW = 8
const BARS_ROW = 60
const BAR_ROWS = 12
const HALF_ROWS = BAR_ROWS / 2
/** A bar is narrower than its column. */
const BAR_PX = 10
const BAR_LEFT_PX = 2
/** The lowest bar, so that silence is a line of dots. */
const LOWEST_PX = 2

/** The picture moves so far each frame: a column passes in four. */
const STEP_PX = 4
const FRAMES_PER_BAR = BLOCK / STEP_PX
const SECONDS_PER_BAR = FRAMES_PER_BAR / FRAMES_PER_SECOND
/** The column that is heard now. Bars before it have been heard. */
const NOW_COLUMN = 22
/** A player that seeks goes on from one of these; they have the whole cover in them, without loss. A multiple of `FRAMES_PER_BAR`. */
const FRAMES_PER_KEY = 500

/**
 * The cover of a clip, with the waveform of its sound running by below, in H.264; its sound is the MP3 as it is. Undefined if
 * `isStopped` said so. Throws UndecodableMp3 for a sound that is no MP3.
 */
export async function makeFilm(
  { mp3, cover, title }: FilmRequest,
  { isStopped, onProgress }: { isStopped: () => boolean; onProgress: (share: number) => void },
): Promise<Film | undefined> {
  const frames = listedFrames(mp3)
  const [first] = frames
  const seconds = frames.reduce((sum, { samples }) => sum + samples, 0) / first.sampleRate
  const levels = levelsIn(mp3, SECONDS_PER_BAR, isStopped)
  if (!levels) return undefined
  const scene = await openScene(cover, levels)
  const encoder = openH264Encoder({ ...FILM_SIZE, framesPerSecond: FRAMES_PER_SECOND, hidden: HIDDEN })
  const count = Math.max(1, Math.round(seconds * FRAMES_PER_SECOND))
  const pictures: Uint8Array[] = []
  const keyFrames: number[] = []
  for (let frame = 0; frame < count; frame++) {
    if (isStopped()) return undefined
    if (frame % FRAMES_PER_KEY === 0) {
      keyFrames.push(frame)
      scene.draw(frame / FRAMES_PER_BAR)
      pictures.push(encoder.keyFrame(scene.canvas))
      onProgress(frame / count)
    } else pictures.push(encoder.movedFrame(scene.moves(frame)))
  }
  const { sequenceParameters, pictureParameters } = encoder
  const mp4 = writeMp4({
    seconds,
    title,
    video: { ...FILM_SIZE, sequenceParameters, pictureParameters, frames: pictures, keyFrames },
    sound: soundOf(mp3, frames, first),
  })
  scene.draw(0)
  const coverJpeg = await jpegOf(scene.canvas)
  scene.draw(Math.floor((count - 1) / FRAMES_PER_BAR))
  return { mp4, coverJpeg, lastFrameJpeg: await jpegOf(scene.canvas), seconds }
}

function soundOf(mp3: Uint8Array, frames: readonly Frame[], { sampleRate, samples, channels }: Frame) {
  return {
    sampleRate,
    samplesPerFrame: samples,
    channels,
    frames: frames.map(({ offset, sizeBytes }) => mp3.subarray(offset, offset + sizeBytes)),
  }
}

interface Scene {
  canvas: Canvas
  /** The whole picture at a moment when the bars stand in their columns: `bar` is the one that is heard now. */
  draw(bar: number): void
  /** How a frame follows from the one before. Used again. */
  moves(frame: number): Int16Array
}

async function openScene(cover: Uint8Array, levels: Float64Array): Promise<Scene> {
  const side = FILM_SIZE.widthPx
  const { data } = await sharp(cover)
    .resize(side, side, { fit: 'cover' })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { paper, heard, coming } = coloursFor(data)
  const canvas = new Canvas(FILM_SIZE.widthPx + BLOCK * HIDDEN.across, FILM_SIZE.heightPx + BLOCK * HIDDEN.down)
  canvas.fill({ x: 0, y: 0, widthPx: canvas.codedWidthPx, heightPx: canvas.codedHeightPx }, paper)
  putPicture(canvas, data, { y: COVER_ROW * BLOCK, sidePx: side })
  const pieces = piecesOf([heard, coming])
  for (const { column, draw } of pieces.all) draw(canvas, column * BLOCK, ROWS * BLOCK)

  const barAt = (index: number): number => {
    const level = index < 0 || index >= levels.length ? 0 : (levels[index] ?? 0)
    return Math.max(LOWEST_PX, 2 * Math.round((HALF_ROWS * BLOCK * level ** 0.8) / 2))
  }
  const pieceFor = (bar: number, column: number, row: number): Piece =>
    pieces.of(column < NOW_COLUMN ? 0 : 1, barAt(bar + column - NOW_COLUMN), row)
  const vectors = new Int16Array(2 * ALL_COLUMNS * (ROWS + HIDDEN.down))
  const bars = (visit: (column: number, row: number) => void): void => {
    for (let row = 0; row < BAR_ROWS; row++) for (let column = 0; column < ALL_COLUMNS; column++) visit(column, row)
  }
  return {
    canvas,
    draw(bar) {
      bars((column, row) => {
        const [x, y] = [column * BLOCK, (BARS_ROW + row) * BLOCK]
        canvas.fill({ x, y, widthPx: BLOCK, heightPx: BLOCK }, paper)
        pieceFor(bar, column, row).draw(canvas, x, y)
      })
    },
    moves(frame) {
      const bar = frame / FRAMES_PER_BAR
      bars((column, row) => {
        const at = 2 * ((BARS_ROW + row) * ALL_COLUMNS + column)
        // A bar that has just been heard changes its colour, and the next one waits out of sight.
        const isNew = Number.isInteger(bar) && (column === NOW_COLUMN - 1 || column === ALL_COLUMNS - 1)
        const from = isNew ? pieceFor(bar, column, row).column : undefined
        vectors[at] = from === undefined ? STEP_PX : (from - column) * BLOCK
        vectors[at + 1] = from === undefined ? 0 : (ROWS - BARS_ROW - row) * BLOCK
      })
      return vectors
    },
  }
}

/** What a macroblock of the bars can look like. */
interface Piece {
  /** Where in the hidden row it is. */
  column: number
  draw(canvas: Canvas, x: number, y: number): void
}

/** Pieces of bars in two colours: nothing, a whole stretch, and ends by every second pixel, upper and lower ones. */
function piecesOf(colours: readonly Colour[]): {
  all: Piece[]
  of(colour: number, heightPx: number, row: number): Piece
} {
  const all: Piece[] = []
  const byName = new Map<string, Piece>()
  const add = (name: string, colour: Colour | undefined, topPx: number, heightPx: number): void => {
    const draw: Piece['draw'] = (canvas, x, y) => {
      if (colour) canvas.fill({ x: x + BAR_LEFT_PX, y: y + topPx, widthPx: BAR_PX, heightPx }, colour)
    }
    const piece = { column: all.length, draw }
    all.push(piece)
    byName.set(name, piece)
  }
  add('empty', undefined, 0, 0)
  for (const [number, colour] of colours.entries()) {
    add(`${number} whole`, colour, 0, BLOCK)
    for (let height = 2; height < BLOCK; height += 2) {
      add(`${number} upper ${height}`, colour, BLOCK - height, height)
      add(`${number} lower ${height}`, colour, 0, height)
    }
  }
  const [empty = { column: 0, draw() {} }] = all
  return {
    all,
    of(colour, heightPx, row) {
      const isUpper = row < HALF_ROWS
      const fromMiddle = isUpper ? HALF_ROWS - 1 - row : row - HALF_ROWS
      const height = Math.max(0, Math.min(BLOCK, heightPx - fromMiddle * BLOCK))
      if (height === 0) return empty
      return (
        byName.get(height === BLOCK ? `${colour} whole` : `${colour} ${isUpper ? 'upper' : 'lower'} ${height}`) ?? empty
      )
    },
  }
}

/** Dark paper in the colour of the cover, and two inks that are read on it. */
function coloursFor(rgb: Uint8Array): { paper: Colour; heard: Colour; coming: Colour } {
  const sums = [0, 0, 0]
  for (let at = 0; at < rgb.length; at++) sums[at % 3] = (sums[at % 3] ?? 0) + (rgb[at] ?? 0)
  const mean = sums.map((sum) => sum / Math.max(1, rgb.length / 3))
  const most = Math.max(1, ...mean)
  const mixed = (white: number, own: number): Colour => {
    const [red = 0, green = 0, blue = 0] = mean.map((value) => 255 * white + (own * 255 * value) / most)
    return colourOf(red, green, blue)
  }
  return { paper: mixed(0.02, 0.09), heard: mixed(0.55, 0.45), coming: mixed(0.12, 0.28) }
}

function putPicture(canvas: Canvas, rgb: Uint8Array, { y: top, sidePx }: { y: number; sidePx: number }): void {
  const half = canvas.codedWidthPx / 2
  for (let y = 0; y < sidePx; y += 2) {
    for (let x = 0; x < sidePx; x += 2) {
      let [blue, red] = [0, 0]
      for (const [right, down] of SQUARE) {
        const at = 3 * ((y + down) * sidePx + x + right)
        const colour = colourOf(rgb[at] ?? 0, rgb[at + 1] ?? 0, rgb[at + 2] ?? 0)
        canvas.luma[(top + y + down) * canvas.codedWidthPx + x + right] = colour.luma
        blue += colour.blueDifference
        red += colour.redDifference
      }
      const at = ((top + y) / 2) * half + x / 2
      canvas.blueDifference[at] = Math.round(blue / SQUARE.length)
      canvas.redDifference[at] = Math.round(red / SQUARE.length)
    }
  }
}

const SQUARE = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
] as const

async function jpegOf(canvas: Canvas): Promise<Uint8Array> {
  const { widthPx: width, heightPx: height } = FILM_SIZE
  const jpeg = await sharp(canvas.toRgb(width, height), { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 88 })
    .toBuffer()
  return new Uint8Array(jpeg)
}
