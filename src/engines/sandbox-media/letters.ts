import type { Mask } from '../video/canvas.ts'
import { lettersPath, widthOf } from './lettering.ts'

/** Room for the ends of the strokes, in parts of the letters' height. */
const MARGIN = 0.1
const STROKE = 1 / 7
/** From one letter to the next, in parts of the height. */
const ADVANCE = 0.9

/** A line of letters as an SVG element. Its top left corner is at x, y; the strokes' ends reach a little further. */
export function lettersSvg(text: string, { x, y, height, ink }: { x: number; y: number; height: number; ink: string }) {
  return `<path d="${lettersPath(text, x, y, height)}" fill="none" stroke="${ink}" stroke-width="${(height * STROKE).toFixed(2)}" stroke-linecap="round" stroke-linejoin="round"/>`
}

/** The height that makes a line so wide. */
export const heightFor = (text: string, width: number): number => width / widthOf(text)

/** A line of letters as a mask, with a margin around it so that no stroke is cut. */
export async function lettersMask(text: string, height: number): Promise<Mask & { marginPx: number }> {
  const marginPx = Math.ceil(height * MARGIN)
  const line = lettersSvg(text, { x: marginPx, y: marginPx, height, ink: '#fff' })
  const widthPx = Math.ceil(widthOf(text) * height) + 2 * marginPx
  return { ...(await maskOf(line, widthPx, Math.ceil(height) + 2 * marginPx)), marginPx }
}

/** Signs side by side in cells of one width, to be stamped one by one. */
export async function signsMask(signs: string, height: number): Promise<Mask & { cellPx: number }> {
  const marginPx = Math.ceil(height * MARGIN)
  const cellPx = 2 * Math.ceil((height * ADVANCE) / 2)
  const svg = [...signs]
    .map((sign, index) => lettersSvg(sign, { x: index * cellPx + marginPx, y: marginPx, height, ink: '#fff' }))
    .join('')
  return { ...(await maskOf(svg, signs.length * cellPx, Math.ceil(height) + 2 * marginPx)), cellPx }
}

async function maskOf(svg: string, widthPx: number, heightPx: number): Promise<Mask> {
  const { default: sharp } = await import('sharp')
  const document = `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}">${svg}</svg>`
  const coverage = await sharp(Buffer.from(document)).extractChannel('alpha').raw().toBuffer()
  return { widthPx, heightPx, coverage }
}
