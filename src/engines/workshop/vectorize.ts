import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { initSync, to_svg } from 'vtracer-wasm'
import { inPalette, withFewColours } from './few-colours.ts'
import { type Picture, resized, withAlpha } from './picture.ts'

export interface Drawing {
  /** Shapes side by side, or one over another. */
  shapes: 'cut_out' | 'hierarchical'
  /** Whole numbers only, which makes the file smaller. */
  isCompact: boolean
  /** Draws with fewer colours. */
  hasFewColours: boolean
  /** Leaves shapes of fewer than 64 pixels out, in place of those below 16. */
  hasNoSmallShapes: boolean
  /** Most shapes; the smallest are left out until no more remain. */
  maxShapes?: number
  /** The only colours: red, green, blue of each. */
  palette?: readonly (readonly [number, number, number])[]
}

/** Larger pictures are traced at this many pixels, and keep their size in the drawing. */
export const MAX_TRACED_PIXELS = 2_097_152

/** Squares of the smallest shapes: VTracer takes an area. */
const SPECKS = [16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144]
const COLOURS = 64
const FEW_COLOURS = 12
const DEGREE = Math.PI / 180

let opened: Promise<void> | undefined

/** Traces a picture as SVG, with VTracer. The same picture gives the same text. */
export async function vectorize(picture: Picture, drawing: Drawing): Promise<string> {
  opened ??= openTracer()
  await opened
  const { widthPx, heightPx } = picture
  const small = await withinLimit(picture)
  // VTracer ends with an error where nothing is to be drawn.
  if (small.alpha?.every((opacity) => opacity === 0)) {
    return `<svg version="1.1" xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}"></svg>`
  }
  const colours = { ...small, data: coloursOf(small, drawing) }
  const smallest = drawing.hasNoSmallShapes ? 1 : 0
  let svg = ''
  for (const speck of SPECKS.slice(smallest)) {
    svg = trace(colours, drawing, speck)
    if (drawing.maxShapes === undefined || shapesIn(svg) <= drawing.maxShapes) break
  }
  const kept = drawing.maxShapes === undefined ? svg : withShapes(svg, drawing.maxShapes)
  return kept.replace(/width="\d+" height="\d+"/, `width="${widthPx}" height="${heightPx}"`)
}

/** VTracer joins what differs little from pixel to pixel, and would make one shape of a gradient. */
function coloursOf({ data }: Picture, { palette, hasFewColours }: Drawing): Uint8Array {
  if (palette && palette.length > 0) return inPalette(data, palette)
  return withFewColours(data, hasFewColours ? FEW_COLOURS : COLOURS)
}

async function openTracer(): Promise<void> {
  const require = createRequire(import.meta.url)
  initSync({ module: await readFile(require.resolve('vtracer-wasm/vtracer.wasm')) })
}

function trace(picture: Picture, drawing: Drawing, speck: number): string {
  const { widthPx, heightPx } = picture
  const alpha = picture.alpha ?? new Uint8Array(widthPx * heightPx).fill(255)
  return to_svg(withAlpha(picture, alpha), widthPx, heightPx, {
    binary: false,
    mode: 'spline',
    hierarchical: drawing.shapes === 'cut_out' ? 'cutout' : 'stacked',
    cornerThreshold: 60 * DEGREE,
    lengthThreshold: 4,
    maxIterations: 10,
    spliceThreshold: 45 * DEGREE,
    filterSpeckle: speck,
    // Bits of each channel that are dropped, and by how much shapes differ: the colours are what is to be drawn.
    colorPrecision: 0,
    layerDifference: 1,
    pathPrecision: drawing.isCompact ? 0 : 2,
  })
}

async function withinLimit(picture: Picture): Promise<Picture> {
  const share = Math.sqrt(MAX_TRACED_PIXELS / (picture.widthPx * picture.heightPx))
  if (share >= 1) return picture
  const size = {
    widthPx: Math.max(1, Math.floor(picture.widthPx * share)),
    heightPx: Math.max(1, Math.floor(picture.heightPx * share)),
  }
  const data = await resized(picture, size, { channels: 3 })
  const alpha = picture.alpha && (await resized({ ...picture, data: picture.alpha }, size, { channels: 1 }))
  return { ...size, data, ...(alpha ? { alpha } : {}) }
}

const shapesIn = (svg: string): number => svg.split('<path').length - 1

/** The first shapes, which lie below the others. */
function withShapes(svg: string, most: number): string {
  const [head = '', ...shapes] = svg.split('<path')
  if (shapes.length <= most) return svg
  const kept = shapes.slice(0, most).map((shape) => `<path${shape}`)
  return most === 0 ? `${head}</svg>` : `${head}${kept.join('')}</svg>`
}
