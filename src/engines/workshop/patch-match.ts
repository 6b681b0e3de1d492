import type { Watch } from './watch.ts'

/**
 * Fills a hole with what the rest of the picture repeats: every patch that touches the hole looks for the most similar whole
 * one (Barnes et al., "PatchMatch", 2009), and all patches vote on each pixel (Wexler et al., "Space-Time Completion of
 * Video", 2007), from a small picture to the full one.
 */
export interface Canvas {
  widthPx: number
  heightPx: number
  /** Red, green, blue of each pixel, 0 to 255. */
  colours: Float32Array
  /** 1 where the pixel is to be filled. */
  hole: Uint8Array
}

/** Pixels from the middle of a patch to its edge. */
const REACH = 3
const ROUNDS = 6
/** On the full picture the patches of the level before are nearly right. */
const LAST_ROUNDS = 3
/** The smallest level's hole is less than so many pixels high or wide. */
const SMALL_HOLE_PX = 8
const SMALL_SIDE_PX = 48
/** How often work looks up, in pixels. */
const WATCHED_PIXELS = 2_048
const NONE = -1

interface Level extends Canvas {
  /** Pixels whose patch touches the hole. */
  touched: Int32Array
  isTouched: Uint8Array
}

/** For each touched pixel, the middle of the most similar patch, and how far that is from it. */
interface Matches {
  source: Int32Array
  distance: Float32Array
}

/** Fills the hole in place. False where no patch is whole, so that there is nothing to fill it with. */
export function fillHole(canvas: Canvas, watch: Watch): boolean {
  const levels = pyramid(canvas).map(withTouched)
  const random = xorshift(1)
  const rounds = (level: Level): number => (level === levels[0] ? LAST_ROUNDS : ROUNDS)
  const work = levels.reduce((sum, level) => sum + level.touched.length * rounds(level), 0)
  let done = 0
  let before: { level: Level; matches: Matches } | undefined
  for (const level of levels.toReversed()) {
    const sources = wholePatches(level)
    if (sources.length === 0) return false
    if (before) takeColours(level, before.level)
    else spreadColours(level)
    const matches = firstMatches(level, sources, before, random)
    for (let round = 0; round < rounds(level); round++) {
      const share = (pixels: number): void => watch(Math.min(1, (done + pixels) / work))
      improve(level, matches, random, share)
      vote(level, matches)
      done += level.touched.length
    }
    before = { level, matches }
  }
  return true
}

/** The picture, and halves of it until the hole is small. */
function pyramid(canvas: Canvas): Canvas[] {
  const levels = [canvas]
  for (let last = canvas; !isSmall(last); ) {
    last = halved(last)
    levels.push(last)
  }
  return levels
}

function isSmall({ widthPx, heightPx, hole }: Canvas): boolean {
  if (Math.min(widthPx, heightPx) < SMALL_SIDE_PX) return true
  let [left, right, top, bottom] = [widthPx, NONE, heightPx, NONE]
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++) {
      if (hole[y * widthPx + x] !== 1) continue
      left = Math.min(left, x)
      right = Math.max(right, x)
      top = Math.min(top, y)
      bottom = Math.max(bottom, y)
    }
  return Math.min(right - left, bottom - top) < SMALL_HOLE_PX
}

/** The mean of the known ones of four pixels; a hole where one of them is one. */
function halved({ widthPx, heightPx, colours, hole }: Canvas): Canvas {
  const [width, height] = [widthPx >> 1, heightPx >> 1]
  const half: Canvas = {
    widthPx: width,
    heightPx: height,
    colours: new Float32Array(3 * width * height),
    hole: new Uint8Array(width * height),
  }
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const to = y * width + x
      const corner = 2 * y * widthPx + 2 * x
      const four = [corner, corner + 1, corner + widthPx, corner + widthPx + 1]
      const known = four.filter((pixel) => hole[pixel] === 0)
      half.hole[to] = known.length < four.length ? 1 : 0
      for (let channel = 0; channel < 3; channel++) {
        const sum = known.reduce((total, pixel) => total + (colours[3 * pixel + channel] as number), 0)
        half.colours[3 * to + channel] = known.length === 0 ? 0 : sum / known.length
      }
    }
  return half
}

function withTouched(canvas: Canvas): Level {
  const { widthPx, heightPx, hole } = canvas
  const isTouched = new Uint8Array(widthPx * heightPx)
  const touched: number[] = []
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++) {
      if (hole[y * widthPx + x] !== 1) continue
      for (let down = Math.max(0, y - REACH); down <= Math.min(heightPx - 1, y + REACH); down++)
        isTouched.fill(1, down * widthPx + Math.max(0, x - REACH), down * widthPx + Math.min(widthPx, x + REACH + 1))
    }
  for (let pixel = 0; pixel < isTouched.length; pixel++) if (isTouched[pixel] === 1) touched.push(pixel)
  return { ...canvas, isTouched, touched: Int32Array.from(touched) }
}

function isWhole({ widthPx, heightPx, isTouched }: Level, x: number, y: number): boolean {
  if (x < REACH || y < REACH || x >= widthPx - REACH || y >= heightPx - REACH) return false
  return isTouched[y * widthPx + x] === 0
}

function wholePatches(level: Level): Int32Array {
  const found: number[] = []
  for (let y = REACH; y < level.heightPx - REACH; y++)
    for (let x = REACH; x < level.widthPx - REACH; x++) if (isWhole(level, x, y)) found.push(y * level.widthPx + x)
  return Int32Array.from(found)
}

/** Into the hole, what the smaller level has there. */
function takeColours({ widthPx, heightPx, colours, hole }: Level, smaller: Level): void {
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++) {
      const to = y * widthPx + x
      if (hole[to] !== 1) continue
      const from = Math.min(smaller.heightPx - 1, y >> 1) * smaller.widthPx + Math.min(smaller.widthPx - 1, x >> 1)
      for (let channel = 0; channel < 3; channel++)
        colours[3 * to + channel] = smaller.colours[3 * from + channel] as number
    }
}

/** Into the hole, ring by ring, the mean of the neighbours that are known. */
function spreadColours({ widthPx, heightPx, colours, hole }: Level): void {
  const known = hole.map((value) => 1 - value)
  for (;;) {
    const ring: { pixel: number; colour: [number, number, number] }[] = []
    for (let y = 0; y < heightPx; y++)
      for (let x = 0; x < widthPx; x++) {
        const pixel = y * widthPx + x
        if (known[pixel] === 1) continue
        const colour = meanAround({ widthPx, heightPx, colours }, known, x, y)
        if (colour) ring.push({ pixel, colour })
      }
    if (ring.length === 0) return
    for (const { pixel, colour } of ring) {
      known[pixel] = 1
      colours.set(colour, 3 * pixel)
    }
  }
}

function meanAround(
  { widthPx, heightPx, colours }: Pick<Canvas, 'widthPx' | 'heightPx' | 'colours'>,
  known: Uint8Array,
  x: number,
  y: number,
): [number, number, number] | undefined {
  const sum: [number, number, number] = [0, 0, 0]
  let count = 0
  for (let down = Math.max(0, y - 1); down <= Math.min(heightPx - 1, y + 1); down++)
    for (let right = Math.max(0, x - 1); right <= Math.min(widthPx - 1, x + 1); right++) {
      const pixel = down * widthPx + right
      if (known[pixel] !== 1) continue
      count++
      for (const channel of [0, 1, 2] as const) sum[channel] += colours[3 * pixel + channel] as number
    }
  return count === 0 ? undefined : [sum[0] / count, sum[1] / count, sum[2] / count]
}

function firstMatches(
  level: Level,
  sources: Int32Array,
  before: { level: Level; matches: Matches } | undefined,
  random: () => number,
): Matches {
  const { widthPx, heightPx, touched } = level
  const matches: Matches = {
    source: new Int32Array(widthPx * heightPx).fill(NONE),
    distance: new Float32Array(widthPx * heightPx),
  }
  for (const pixel of touched) {
    const inherited = before ? matchBefore(level, before, pixel) : NONE
    matches.source[pixel] = inherited === NONE ? (sources[Math.floor(random() * sources.length)] as number) : inherited
  }
  return matches
}

/** Where the smaller level found the patch of a pixel, at twice the place. */
function matchBefore(level: Level, before: { level: Level; matches: Matches }, pixel: number): number {
  const { widthPx } = level
  const [x, y] = [pixel % widthPx, Math.floor(pixel / widthPx)]
  const small = before.level
  const at = Math.min(small.heightPx - 1, y >> 1) * small.widthPx + Math.min(small.widthPx - 1, x >> 1)
  const source = before.matches.source[at] ?? NONE
  if (source === NONE) return NONE
  const [u, v] = [2 * (source % small.widthPx) + (x & 1), 2 * Math.floor(source / small.widthPx) + (y & 1)]
  return isWhole(level, u, v) ? v * widthPx + u : NONE
}

/** One round: each patch tries what its neighbours found, and places at random, nearer and nearer to its own. */
function improve(level: Level, matches: Matches, random: () => number, share: (pixels: number) => void): void {
  const { widthPx, heightPx, touched } = level
  const { source, distance } = matches
  for (const pixel of touched)
    distance[pixel] = patchDistance(level, pixel, source[pixel] as number, Number.POSITIVE_INFINITY)
  const attempt = (pixel: number, u: number, v: number): void => {
    if (!isWhole(level, u, v)) return
    const least = distance[pixel] as number
    const found = patchDistance(level, pixel, v * widthPx + u, least)
    if (found >= least) return
    distance[pixel] = found
    source[pixel] = v * widthPx + u
  }
  for (const step of [-1, 1]) {
    for (let index = 0; index < touched.length; index++) {
      if (index % WATCHED_PIXELS === 0) share((index + (step === 1 ? touched.length : 0)) / 2)
      const pixel = touched[step === -1 ? index : touched.length - 1 - index] as number
      const [x, y] = [pixel % widthPx, Math.floor(pixel / widthPx)]
      const beside = x + step >= 0 && x + step < widthPx ? (source[pixel + step] as number) : NONE
      if (beside !== NONE) attempt(pixel, (beside % widthPx) - step, Math.floor(beside / widthPx))
      const over = y + step >= 0 && y + step < heightPx ? (source[pixel + step * widthPx] as number) : NONE
      if (over !== NONE) attempt(pixel, over % widthPx, Math.floor(over / widthPx) - step)
      for (let radius = Math.max(widthPx, heightPx); radius >= 1; radius /= 2) {
        const middle = source[pixel] as number
        const u = (middle % widthPx) + Math.round((random() * 2 - 1) * radius)
        const v = Math.floor(middle / widthPx) + Math.round((random() * 2 - 1) * radius)
        attempt(pixel, u, v)
      }
    }
  }
}

/** Squared differences of the colours of two patches; what is beyond `most` is not told apart. */
function patchDistance({ widthPx, heightPx, colours }: Level, pixel: number, source: number, most: number): number {
  const [x, y] = [pixel % widthPx, Math.floor(pixel / widthPx)]
  const [left, right] = [Math.max(-REACH, -x), Math.min(REACH, widthPx - 1 - x)]
  let sum = 0
  for (let down = Math.max(-REACH, -y); down <= Math.min(REACH, heightPx - 1 - y); down++) {
    let a = 3 * (pixel + down * widthPx + left)
    let b = 3 * (source + down * widthPx + left)
    for (const end = a + 3 * (right - left + 1); a < end; a++, b++) {
      const difference = (colours[a] as number) - (colours[b] as number)
      sum += difference * difference
    }
    if (sum > most) return sum
  }
  return sum
}

/** Each pixel of the hole becomes the mean of what the patches over it have there, by how well they fit. */
function vote(level: Level, { source, distance }: Matches): void {
  const { widthPx, heightPx, colours, hole, touched } = level
  const sums = new Float32Array(colours.length)
  const weights = new Float32Array(hole.length)
  const sorted = Float32Array.from(touched, (pixel) => distance[pixel] as number).sort()
  const spread = Math.max(1, sorted[Math.floor(sorted.length * 0.75)] ?? 1)
  for (const pixel of touched) {
    const [x, y] = [pixel % widthPx, Math.floor(pixel / widthPx)]
    const weight = Math.exp(-(distance[pixel] as number) / spread)
    for (let down = Math.max(-REACH, -y); down <= Math.min(REACH, heightPx - 1 - y); down++)
      for (let right = Math.max(-REACH, -x); right <= Math.min(REACH, widthPx - 1 - x); right++) {
        const to = pixel + down * widthPx + right
        if (hole[to] !== 1) continue
        const from = (source[pixel] as number) + down * widthPx + right
        weights[to] = (weights[to] as number) + weight
        for (let channel = 0; channel < 3; channel++)
          sums[3 * to + channel] = (sums[3 * to + channel] as number) + weight * (colours[3 * from + channel] as number)
      }
  }
  for (let pixel = 0; pixel < hole.length; pixel++) {
    const weight = weights[pixel] as number
    if (hole[pixel] !== 1 || weight === 0) continue
    for (let channel = 0; channel < 3; channel++)
      colours[3 * pixel + channel] = (sums[3 * pixel + channel] as number) / weight
  }
}

/** Numbers from 0 to 1, the same ones for a seed (Marsaglia, "Xorshift RNGs", 2003). */
function xorshift(seed: number): () => number {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}
