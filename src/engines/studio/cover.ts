import sharp from 'sharp'
import { COMPOSITIONS, type Place, SIZE } from './cover/compositions.ts'
import { type Block, CAPITAL_HEIGHT, outlines, setLine, setTitle } from './cover/lettering.ts'
import { brightness, type Palette, paletteFor, turned } from './cover/palettes.ts'
import { type Box, brightnessIn, print, type Raster } from './cover/print.ts'
import { facesFor, SMALL_PRINT, type Typeface } from './cover/typefaces.ts'
import { type Random, randomFrom, rotate } from './random.ts'

export interface Cover {
  /** 512 by 512. */
  small: Uint8Array
  /** 1024 by 1024. */
  large: Uint8Array
}

export interface CoverIdea {
  title: string
  /** The sound: it decides colours and letters. */
  tags: string
  seed: number
  /** Takes of one song get different compositions and colours. */
  take: number
  /** 0 calm … 1 wild. */
  energy: number
  isDark: boolean
}

const MARGIN = 76
const JPEG_QUALITY = 88

/**
 * Draws a cover from its idea alone: a composition, colours for the mood, the title in letters that suit the style. A title
 * in a script without letters here is left out.
 */
export async function drawCover(idea: CoverIdea): Promise<Cover> {
  // A worker draws one cover and waits, so it needs no cache, and no threads besides its own.
  sharp.cache(false)
  sharp.concurrency(1)
  const { picture, letters, grain } = designOf(idea)
  const drawn = await rasterOf(svg(picture))
  const lettered = letters(drawn)
  const raster = lettered === '' ? drawn : await withOverlay(drawn, svg(lettered))
  print(raster, { seed: keyOf(idea), grain })
  const jpeg = (sizePx: number): Promise<Buffer> =>
    sharp(raster.data, { raw: { width: raster.widthPx, height: raster.heightPx, channels: 3 } })
      .resize(sizePx, sizePx)
      .jpeg({ quality: JPEG_QUALITY })
      .toBuffer()
  const [small, large] = await Promise.all([jpeg(512), jpeg(SIZE)])
  return { small: new Uint8Array(small), large: new Uint8Array(large) }
}

const svg = (content: string): Buffer =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE}" height="${SIZE}" viewBox="0 0 ${SIZE} ${SIZE}">${content}</svg>`,
  )

async function rasterOf(document: Buffer): Promise<Raster> {
  const { data, info } = await sharp(document).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  return { data, widthPx: info.width, heightPx: info.height }
}

async function withOverlay({ data, widthPx, heightPx }: Raster, overlay: Buffer): Promise<Raster> {
  const composed = await sharp(data, { raw: { width: widthPx, height: heightPx, channels: 3 } })
    .composite([{ input: overlay }])
    .removeAlpha()
    .raw()
    .toBuffer()
  return { data: composed, widthPx, heightPx }
}

const keyOf = ({ title, tags, seed, take }: CoverIdea): string => [seed, take, tags, title].join('|')

interface Design {
  /** SVG elements. */
  picture: string
  /** The letters on the picture as it was drawn; '' where there are none. */
  letters(drawn: Raster): string
  grain: number
}

/** The composition, the colours and the letters of a cover. Takes in turn get the next of each. */
export function designOf(idea: CoverIdea): Design {
  const { title, tags, seed, take, energy } = idea
  const random = randomFrom(keyOf(idea), 'cover')
  const composition = rotate(COMPOSITIONS, `${seed}${title}`, take)
  const palette = turned(paletteFor(idea), random)
  const face = rotate(facesFor(tags), `${seed}`, take)
  const places = shuffledPlaces(composition.places, random)
  const isUpper = random.chance(0.25)
  return {
    picture: composition.draw({ random, palette, energy }),
    letters: (drawn) =>
      lettersOf(isUpper ? title.toUpperCase() : title, captionOf(tags), { face, places, palette }, drawn),
    grain: random.between(0.035, 0.075),
  }
}

/** The first of the tags, for a line of small print. */
const captionOf = (tags: string): string =>
  tags
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '' && tag.length <= 18)
    .slice(0, 2)
    .join(' / ')
    .toUpperCase()

function shuffledPlaces(places: readonly Place[], random: Random): Place[] {
  const first = random.integer(0, places.length - 1)
  return [...places.slice(first), ...places.slice(0, first)]
}

const WHOLE = SIZE - 2 * MARGIN

/** How large a title may be, and where it stands. */
const ROOM: Record<Place, { height: number; width: number; largest: number }> = {
  head: { width: WHOLE, height: 300, largest: 190 },
  foot: { width: WHOLE, height: 300, largest: 190 },
  centre: { width: WHOLE - 60, height: 440, largest: 230 },
  corner: { width: WHOLE * 0.62, height: 260, largest: 96 },
}

function boxOf(place: Place, { width, height }: Block): Box {
  const box = { width, height }
  switch (place) {
    case 'head':
      return { x: MARGIN, y: MARGIN, ...box }
    case 'foot':
      return { x: MARGIN, y: SIZE - MARGIN - height, ...box }
    case 'centre':
      return { x: (SIZE - width) / 2, y: (SIZE - height) / 2, ...box }
    case 'corner':
      return { x: MARGIN, y: MARGIN, ...box }
  }
}

interface Style {
  face: Typeface
  places: Place[]
  palette: Palette
}

const CAPTION_SIZE = 21
const CAPTION_GAP = 44

function lettersOf(title: string, caption: string, { face, places, palette }: Style, drawn: Raster): string {
  const options = places.flatMap((place) => {
    const block = setTitle(title, face, ROOM[place])
    if (!block) return []
    const box = boxOf(place, block)
    return [{ place, block, box, ...inkFor(palette, brightnessIn(drawn, box)) }]
  })
  // Rather where the picture leaves room than on a plate.
  const chosen = options.find(({ ground }) => ground === undefined) ?? options[0]
  if (!chosen) return ''
  const { place, block, box, ink, ground } = chosen
  const lines = block.lines.map((line, index) => {
    const x = place === 'centre' ? (SIZE - line.width * block.size) / 2 : box.x
    const y = box.y + (CAPITAL_HEIGHT + index * face.leading) * block.size
    return outlines(line, x, y, block.size)
  })
  const plate = ground === undefined ? '' : plateFor(box, ground, place)
  return `${plate}<path d="${lines.join('')}" fill="${ink}"/>${captionSvg(caption, place, palette, drawn, box)}`
}

/** Small print at the opposite edge of the title, away from everything else. */
function captionSvg(caption: string, place: Place, palette: Palette, drawn: Raster, title: Box): string {
  const setting = caption === '' ? undefined : setLine(caption, SMALL_PRINT, 0.16)
  if (!setting) return ''
  const width = setting.width * CAPTION_SIZE
  const y = place === 'foot' ? MARGIN : SIZE - MARGIN - CAPTION_SIZE
  const x = place === 'corner' ? SIZE - MARGIN - width : place === 'centre' ? (SIZE - width) / 2 : MARGIN
  const box = { x, y, width, height: CAPTION_SIZE }
  if (title.y < y + CAPTION_GAP && title.y + title.height > y - CAPTION_GAP) return ''
  const { ink, ground } = inkFor(palette, brightnessIn(drawn, box))
  const plate =
    ground === undefined
      ? ''
      : `<rect x="${x - 16}" y="${y - 14}" width="${width + 32}" height="${CAPTION_SIZE + 22}" fill="${ground}"/>`
  return `${plate}<path d="${outlines(setting, x, y + CAPTION_SIZE * CAPITAL_HEIGHT, CAPTION_SIZE)}" fill="${ink}"/>`
}

/** Points of the picture nearer to the ink than this swallow letters, and more of them than that ask for a plate. */
const LEAST_CONTRAST = 0.3
const MOST_SWALLOWED = 0.03

/** The colour of the palette that stands out best, and a plate for it where none stands out everywhere. */
function inkFor({ ground, shades, accent }: Palette, picture: number[]): { ink: string; ground: string | undefined } {
  const swallowed = (ink: string): number =>
    picture.filter((value) => Math.abs(value - brightness(ink)) < LEAST_CONTRAST).length / Math.max(1, picture.length)
  const [ink] = [shades[2], ground, accent]
    .map((colour) => ({ colour, share: swallowed(colour) }))
    .sort((a, b) => a.share - b.share)
  if (ink && ink.share <= MOST_SWALLOWED) return { ink: ink.colour, ground: undefined }
  const on = brightness(ground)
  const isFar = Math.abs(brightness(shades[2]) - on) >= LEAST_CONTRAST
  return { ink: isFar ? shades[2] : on > 0.5 ? '#111111' : '#ffffff', ground }
}

/** A band across the cover, or a label around a small title. */
function plateFor({ x, y, width, height }: Box, ground: string, place: Place): string {
  const pad = 40
  switch (place) {
    case 'head':
      return `<rect width="${SIZE}" height="${(y + height + pad + 8).toFixed(0)}" fill="${ground}"/>`
    case 'foot':
      return `<rect y="${(y - pad - 8).toFixed(0)}" width="${SIZE}" height="${SIZE}" fill="${ground}"/>`
    case 'centre':
    case 'corner':
      return `<rect x="${(x - pad).toFixed(0)}" y="${(y - pad).toFixed(0)}" width="${(width + 2 * pad).toFixed(0)}" height="${(height + 2 * pad).toFixed(0)}" fill="${ground}"/>`
  }
}
