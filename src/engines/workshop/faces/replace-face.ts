import type { Triangles } from '../models.ts'
import type { Picture } from '../picture.ts'
import type { Sizes } from '../picture-sizes.ts'
import type { Watch } from '../watch.ts'
import type { Pair } from './choose-faces.ts'
import { PLANES, planeValue, type Tone, toneOf } from './tone.ts'
import { drawWarped, type Part, partAround, type Triangle, trianglesBetween, type Warped } from './warp.ts'

/** What is in memory at once. */
interface Bounds {
  /** The longer side of what light and edges are computed on, which takes some hundred bytes a pixel. */
  tonePx: number
  /** Pixels that are drawn at once, which takes some twenty bytes for each. */
  bandPixels: number
}
const BOUNDS: Bounds = { tonePx: 1_024, bandPixels: 2 ** 19 }
/** Of the work: the rest is drawing. */
const TONED = 0.5

interface Replacement extends Pair {
  /** The picture of `from`. */
  sizes: Sizes
  triangles: Triangles
}

/** Puts a face in the place of another one. The memory it takes does not grow with the picture. Changes `picture.data`. */
export async function replaceFace(
  picture: Picture,
  { from, to, sizes, triangles }: Replacement,
  watch: Watch,
  { tonePx, bandPixels } = BOUNDS,
): Promise<void> {
  const part = partAround(to, picture)
  const between = trianglesBetween(from, to, triangles)
  const small = smallPart(part, tonePx)
  const share = small.widthPx / part.widthPx
  const reduction = from.width / to.width
  const coarse = await triangulated(sizes, { reduction: reduction / share, triangles: inSmall(between, part, small) })
  const tone = toneOf(
    drawWarped(small, coarse.triangles, coarse.source),
    reducedColours(picture, part, small),
    to.width * share,
    () => watch(0),
  )
  const fine = await triangulated(sizes, { reduction, triangles: between })
  for (const band of bandsOf(part, bandPixels)) {
    watch(TONED + ((1 - TONED) * (band.top - part.top)) / part.heightPx)
    paste(picture, { face: drawWarped(band, fine.triangles, fine.source), part, tone })
  }
}

/** As large as the part where that is not too large. */
function smallPart({ widthPx, heightPx }: Part, mostPx: number): Part {
  const share = Math.min(1, mostPx / Math.max(widthPx, heightPx))
  const side = (px: number): number => Math.max(1, Math.round(px * share))
  return { left: 0, top: 0, widthPx: side(widthPx), heightPx: side(heightPx) }
}

/** Triangles in the pixels of a smaller part. Coordinates are those of the middle of pixels. */
function inSmall(triangles: readonly Triangle[], part: Part, small: Part): Triangle[] {
  const [right, down] = [small.widthPx / part.widthPx, small.heightPx / part.heightPx]
  return mapCorners(triangles, ({ to: [x, y, depth], from }) => ({
    to: [(x - part.left + 0.5) * right - 0.5, (y - part.top + 0.5) * down - 0.5, depth],
    from,
  }))
}

/** The source in a size so that nothing fine turns into noise where it is drawn so much smaller, and its triangles. */
async function triangulated(
  sizes: Sizes,
  { reduction, triangles }: { reduction: number; triangles: readonly Triangle[] },
): Promise<{ source: Picture; triangles: readonly Triangle[] }> {
  const whole = await sizes.smaller(1)
  const source = await sizes.smaller(reduction)
  const [right, down] = [source.widthPx / whole.widthPx, source.heightPx / whole.heightPx]
  const scaled = mapCorners(triangles, ({ to, from: [x, y] }) => ({
    to,
    from: [(x + 0.5) * right - 0.5, (y + 0.5) * down - 0.5],
  }))
  return { source, triangles: scaled }
}

type Corner = Triangle[number]

const mapCorners = (triangles: readonly Triangle[], change: (corner: Corner) => Corner): Triangle[] =>
  triangles.map(([a, b, c]) => [change(a), change(b), change(c)])

/** The colours of a part, each the mean of the pixels that one of the smaller part covers. */
function reducedColours({ data, widthPx }: Picture, part: Part, small: Part): Float32Array {
  const colours = new Float32Array(3 * small.widthPx * small.heightPx)
  const counts = new Float32Array(small.widthPx * small.heightPx)
  const columns = Uint32Array.from({ length: part.widthPx }, (_, x) => Math.floor((x * small.widthPx) / part.widthPx))
  for (let y = 0; y < part.heightPx; y++) {
    const row = Math.floor((y * small.heightPx) / part.heightPx) * small.widthPx
    let from = 3 * ((part.top + y) * widthPx + part.left)
    for (const column of columns) {
      const pixel = row + column
      counts[pixel] = (counts[pixel] as number) + 1
      for (let to = 3 * pixel; to < 3 * pixel + 3; to++)
        colours[to] = (colours[to] as number) + (data[from++] as number)
    }
  }
  return colours.map((sum, at) => sum / (counts[Math.floor(at / 3)] as number))
}

function* bandsOf(part: Part, pixels: number): Generator<Part> {
  const rows = Math.max(1, Math.floor(pixels / part.widthPx))
  for (let y = 0; y < part.heightPx; y += rows) {
    yield { ...part, top: part.top + y, heightPx: Math.min(rows, part.heightPx - y) }
  }
}

/** Lays a band of the face over the picture, in the tone of the whole part. */
function paste({ data, widthPx }: Picture, { face, part, tone }: { face: Warped; part: Part; tone: Tone }): void {
  const [right, down] = [tone.widthPx / part.widthPx, tone.heightPx / part.heightPx]
  const [brightness, blueness, redness] = tone.planes as [ToneOfPlane, ToneOfPlane, ToneOfPlane]
  for (let y = 0, pixel = 0; y < face.heightPx; y++)
    for (let x = 0; x < face.widthPx; x++, pixel++) {
      if (face.mask[pixel] === 0) continue
      const place = placeIn(tone, (x + 0.5) * right - 0.5, (face.top - part.top + y + 0.5) * down - 0.5)
      const share = valueAt(tone.opacity, place)
      if (share <= 0) continue
      const own = (plane: 0 | 1 | 2, { gain, offset }: ToneOfPlane): number =>
        gain * planeValue(face.colours, 3 * pixel, PLANES[plane]) + valueAt(offset, place)
      const [light, blue, red] = [own(0, brightness), own(1, blueness), own(2, redness)]
      const to = 3 * ((face.top + y) * widthPx + face.left + x)
      mix(data, to, light + 1.402 * red, share)
      mix(data, to + 1, light - 0.344136 * blue - 0.714136 * red, share)
      mix(data, to + 2, light + 1.772 * blue, share)
    }
}

type ToneOfPlane = Tone['planes'][number]

function mix(data: Uint8Array, at: number, value: number, share: number): void {
  data[at] = Math.max(0, Math.min(255, Math.round((data[at] as number) * (1 - share) + value * share)))
}

/** Between the four values around a place. */
interface Place {
  at: number
  next: number
  below: number
  right: number
  down: number
}

function placeIn({ widthPx, heightPx }: Tone, atX: number, atY: number): Place {
  const [x, y] = [Math.max(0, Math.min(widthPx - 1, atX)), Math.max(0, Math.min(heightPx - 1, atY))]
  const [column, row] = [Math.floor(x), Math.floor(y)]
  return {
    at: row * widthPx + column,
    next: Math.min(1, widthPx - 1 - column),
    below: widthPx * Math.min(1, heightPx - 1 - row),
    right: x - column,
    down: y - row,
  }
}

function valueAt(values: Float32Array, { at, next, below, right, down }: Place): number {
  const upper = (values[at] as number) * (1 - right) + (values[at + next] as number) * right
  const lower = (values[at + below] as number) * (1 - right) + (values[at + below + next] as number) * right
  return upper * (1 - down) + lower * down
}
