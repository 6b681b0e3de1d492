import { keep } from './keep.ts'
import { heightFor, lettersSvg } from './letters.ts'
import { checkSize } from './limits.ts'
import { SOFTWARE, WORD } from './mark.ts'

export interface PictureSpec {
  /** Any whole number from 16 to 4096. */
  widthPx: number
  heightPx: number
  mediaType: 'image/png' | 'image/jpeg' | 'image/webp'
  /** From 1: the pictures of one task look different. */
  number?: number
  /** Only a figure on a transparent background, as after its removal. Not for JPEG, which has no transparency. */
  transparent?: boolean
  /** The pictures 1 to 4, two by two. */
  grid?: boolean
}

/**
 * A drawn landscape with the word SANDBOX and the size across it. Cached; callers share the bytes
 * and must not write into them. Throws a RangeError for a size or a number that the sandbox does not draw.
 */
export async function sandboxPicture(spec: PictureSpec): Promise<Uint8Array> {
  const { widthPx, heightPx, mediaType, number = 1, transparent = false, grid = false } = spec
  checkSize(spec)
  if (!Number.isSafeInteger(number) || number < 1)
    throw new RangeError(`The sandbox numbers its pictures from 1, not ${number}.`)
  if (transparent && mediaType === 'image/jpeg') throw new RangeError('A JPEG has no transparent background.')
  return keptPicture({ widthPx, heightPx, mediaType, number: grid ? 1 : number, transparent, grid })
}

const keptPicture = keep(
  async (spec: Required<PictureSpec>): Promise<Uint8Array> => {
    const { default: sharp } = await import('sharp')
    const drawing = sharp(Buffer.from(pictureSvg(spec))).withExif({
      IFD0: { ImageDescription: `${WORD} - not a real result`, Software: SOFTWARE },
    })
    const { mediaType, transparent } = spec
    if (mediaType === 'image/webp') return drawing.webp({ quality: 82, effort: 2 }).toBuffer()
    if (mediaType === 'image/jpeg') return drawing.removeAlpha().jpeg({ quality: 85 }).toBuffer()
    return (transparent ? drawing : drawing.removeAlpha()).png({ compressionLevel: 9 }).toBuffer()
  },
  { maxBytes: 32 * 2 ** 20, sizeBytes: ({ length }) => length },
)

interface Box {
  x: number
  y: number
  width: number
  height: number
}

function pictureSvg({ widthPx, heightPx, number, transparent, grid }: Required<PictureSpec>): string {
  const draw = transparent ? figure : landscape
  const [left, top] = [Math.floor(widthPx / 2), Math.floor(heightPx / 2)]
  const cells: Box[] = grid
    ? [
        { x: 0, y: 0, width: left, height: top },
        { x: left, y: 0, width: widthPx - left, height: top },
        { x: 0, y: top, width: left, height: heightPx - top },
        { x: left, y: top, width: widthPx - left, height: heightPx - top },
      ]
    : [{ x: 0, y: 0, width: widthPx, height: heightPx }]
  const drawn = cells.map((cell, index) => {
    const { x, y, width, height } = cell
    return `<svg x="${x}" y="${y}" width="${width}" height="${height}">${draw(cell, number + index)}${label(cell)}</svg>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}">${drawn.join('')}</svg>`
}

/** Colours a golden angle apart: however many pictures, neighbours differ. */
const colour = (number: number, saturation: number, light: number, turn = 0): string =>
  `hsl(${Math.round(205 + turn + 137.5 * (number - 1)) % 360},${saturation}%,${light}%)`

/** Sky, sun and hills. Flat colours, and a gradient straight down, compress to next to nothing. */
function landscape({ width, height }: Box, number: number): string {
  const side = Math.min(width, height)
  const sunX = width * (0.2 + 0.15 * ((number * 2) % 5))
  const hills = [0, 1, 2].map((row) => {
    const base = height * (0.62 + 0.13 * row)
    const peaks = Array.from({ length: 6 }, (_, index) => {
      const rise = ((number * 7 + row * 5 + index * 11) % 10) / 10
      return `${(width * index) / 5} ${(base - 0.22 * height * rise * (1 - 0.25 * row)).toFixed(1)}`
    })
    return `<path d="M0 ${height}L${peaks.join('L')}L${width} ${height}Z" fill="${colour(number, 38, 46 - 11 * row, 18 * row)}"/>`
  })
  return `<defs><linearGradient id="sky${number}" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${colour(number, 60, 62)}"/>
<stop offset="0.75" stop-color="${colour(number, 70, 88, 40)}"/></linearGradient></defs>
<rect width="${width}" height="${height}" fill="url(#sky${number})"/>
<circle cx="${sunX.toFixed(1)}" cy="${(0.24 * height).toFixed(1)}" r="${(0.11 * side).toFixed(1)}" fill="#fff4cf"/>${hills.join('')}`
}

/** A tile with round corners and a disc on it, nothing around them. */
function figure({ width, height }: Box, number: number): string {
  const side = Math.min(width, height)
  const tile = 0.8 * side
  const [x, y] = [(width - tile) / 2, (height - tile) / 2]
  return `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${tile.toFixed(1)}" height="${tile.toFixed(1)}" rx="${(0.14 * side).toFixed(1)}" fill="${colour(number, 55, 52)}"/>
<circle cx="${width / 2}" cy="${(y + 0.2 * tile).toFixed(1)}" r="${(0.1 * side).toFixed(1)}" fill="${colour(number, 60, 76, 40)}"/>`
}

/** A dark band with the word, and the size below it if there is room. */
function label({ width, height }: Box): string {
  const letters = Math.min(heightFor(WORD, 0.7 * width), 0.3 * height)
  const wordWidth = letters / heightFor(WORD, 1)
  const size = `${width} X ${height}`
  const sizeLetters = Math.min(0.36 * letters, heightFor(size, wordWidth))
  const hasSize = sizeLetters >= 6
  const bandHeight = letters * 1.8 + (hasSize ? 1.6 * sizeLetters : 0)
  const y = (height - bandHeight) / 2
  const word = { x: (width - wordWidth) / 2, y: y + 0.4 * letters, height: letters, ink: '#fff' }
  const below = {
    x: (width - sizeLetters / heightFor(size, 1)) / 2,
    y: word.y + letters + 0.4 * letters,
    height: sizeLetters,
    ink: '#d5d8e0',
  }
  const band = `<rect x="${(word.x - 0.5 * letters).toFixed(1)}" y="${y.toFixed(1)}" width="${(wordWidth + letters).toFixed(1)}" height="${bandHeight.toFixed(1)}" rx="${(0.2 * letters).toFixed(1)}" fill="#1c1e26"/>`
  return band + lettersSvg(WORD, word) + (hasSize ? lettersSvg(size, below) : '')
}
