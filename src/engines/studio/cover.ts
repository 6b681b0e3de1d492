import sharp from 'sharp'
import { isDrawable, lettersPath, widthOf } from './lettering.ts'
import { type Random, randomFrom } from './random.ts'

export interface Cover {
  /** 512 by 512. */
  small: Uint8Array
  /** 1024 by 1024. */
  large: Uint8Array
}

export interface CoverIdea {
  title: string
  /** The picture follows from this text alone, the title apart. */
  word: string
  /** 0 calm … 1 wild. */
  energy: number
  isDark: boolean
}

const SIZE = 1024
const MARGIN = 72
const LINE_SIGNS = 16
const MOST_LINES = 3

/** Draws a cover from its idea alone: abstract shapes, three colours, the title. */
export async function drawCover(idea: CoverIdea): Promise<Cover> {
  // A worker draws one cover and waits, so it needs no cache, and no threads besides its own.
  sharp.cache(false)
  sharp.concurrency(1)
  const { data, info } = await sharp(Buffer.from(coverSvg(idea)))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const jpeg = (sizePx: number): Promise<Buffer> =>
    sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } })
      .resize(sizePx, sizePx)
      .jpeg({ quality: 86 })
      .toBuffer()
  const [small, large] = await Promise.all([jpeg(512), jpeg(SIZE)])
  return { small: new Uint8Array(small), large: new Uint8Array(large) }
}

export function coverSvg({ title, word, energy, isDark }: CoverIdea): string {
  const random = randomFrom(word, 'cover')
  const hue = random.integer(0, 359)
  const apart = random.pick([30, 120, 150, 180])
  const colour = (turn: number, saturation: number, light: number): string =>
    `hsl(${(hue + turn) % 360},${Math.round(saturation)}%,${Math.round(light)}%)`
  const [ground, sky] = isDark ? [10, 26] : [34, 66]
  const inks = [colour(apart, 55 + 35 * energy, 58), colour(apart + 40, 70, 70), colour(-20, 45, isDark ? 42 : 85)]
  const draw = random.pick([circles, bands, ridges, rays])
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE}" height="${SIZE}" viewBox="0 0 ${SIZE} ${SIZE}">
<defs><linearGradient id="sky" x1="0" y1="0" x2="${random.next().toFixed(2)}" y2="1">
<stop offset="0" stop-color="${colour(0, 45, sky)}"/><stop offset="1" stop-color="${colour(apart / 2, 50, ground)}"/></linearGradient>
<linearGradient id="foot" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#000" stop-opacity="0"/>
<stop offset="1" stop-color="#000" stop-opacity="0.62"/></linearGradient></defs>
<rect width="${SIZE}" height="${SIZE}" fill="url(#sky)"/>
${draw(random, inks, energy)}
<rect y="${SIZE * 0.55}" width="${SIZE}" height="${SIZE * 0.45}" fill="url(#foot)"/>
${titleSvg(title)}
</svg>`
}

type Drawing = (random: Random, inks: string[], energy: number) => string

const inkOf = (inks: string[], index: number): string => inks[index % inks.length] ?? '#fff'

const circles: Drawing = (random, inks, energy) =>
  Array.from({ length: 5 + Math.round(energy * 9) }, (_, index) => {
    const isRing = random.chance(0.4)
    const radius = random.between(40, 330 - 120 * energy)
    const paint = isRing ? `fill="none" stroke-width="${random.integer(6, 34)}" stroke` : 'fill'
    return `<circle cx="${random.integer(0, SIZE)}" cy="${random.integer(0, 760)}" r="${radius.toFixed(0)}" ${paint}="${inkOf(inks, index)}" opacity="${random.between(0.35, 0.85).toFixed(2)}"/>`
  }).join('')

const bands: Drawing = (random, inks, energy) => {
  const angle = random.integer(-50, 50)
  const stripes = Array.from({ length: 6 + Math.round(energy * 10) }, (_, index) => {
    const x = random.integer(-200, SIZE + 100)
    return `<rect x="${x}" y="-400" width="${random.integer(14, 150)}" height="1900" fill="${inkOf(inks, index)}" opacity="${random.between(0.3, 0.8).toFixed(2)}"/>`
  })
  return `<g transform="rotate(${angle} 512 512)">${stripes.join('')}</g><circle cx="${random.integer(250, 774)}" cy="${random.integer(220, 520)}" r="${random.integer(90, 210)}" fill="${inkOf(inks, 1)}" opacity="0.9"/>`
}

const ridges: Drawing = (random, inks, energy) => {
  const sun = `<circle cx="${random.integer(200, 824)}" cy="${random.integer(180, 420)}" r="${random.integer(80, 180)}" fill="${inkOf(inks, 1)}"/>`
  const rows = Array.from({ length: 5 }, (_, row) => {
    const base = 380 + row * 120
    const steps = Array.from(
      { length: 9 },
      (_, step) => `${step * 128} ${Math.round(base - random.between(0, 90 + 150 * energy))}`,
    )
    return `<path d="M0 ${SIZE}L${steps.join('L')}L${SIZE} ${SIZE}Z" fill="${inkOf(inks, row)}" opacity="${(0.35 + 0.12 * row).toFixed(2)}"/>`
  })
  return sun + rows.join('')
}

const rays: Drawing = (random, inks, energy) => {
  const x = random.integer(200, 824)
  const y = random.integer(200, 640)
  const count = 9 + Math.round(energy * 18)
  const beams = Array.from({ length: count }, (_, index) => {
    const from = (2 * Math.PI * (index + random.between(0, 0.3))) / count
    const to = from + (Math.PI / count) * random.between(0.5, 1.2)
    const point = (angle: number): string =>
      `${Math.round(x + 1500 * Math.cos(angle))} ${Math.round(y + 1500 * Math.sin(angle))}`
    return `<path d="M${x} ${y}L${point(from)}L${point(to)}Z" fill="${inkOf(inks, index)}" opacity="${random.between(0.25, 0.7).toFixed(2)}"/>`
  })
  return `${beams.join('')}<circle cx="${x}" cy="${y}" r="${random.integer(70, 190)}" fill="${inkOf(inks, 1)}"/>`
}

/** Scripts that any font has. Others would show as empty boxes on many machines, so their titles are left out. */
const COMMON_SCRIPTS = /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Common}\p{Script=Inherited}]*$/u
const PICTOGRAPHS = /\p{Extended_Pictographic}/gu

/** Capital letters drawn as strokes if possible; accents and other common scripts use the machine's fonts. */
function titleSvg(title: string): string {
  if (!COMMON_SCRIPTS.test(title)) return ''
  const lines = wrapped(title.replace(PICTOGRAPHS, '').replace(/\s+/g, ' ').trim())
  if (lines.length === 0) return ''
  const height = Math.min(78, ...lines.map((line) => (SIZE - 2 * MARGIN) / Math.max(0.7, widthOf(line))))
  const top = SIZE - MARGIN - lines.length * height * 1.5 + height * 0.5
  return lines
    .map((line, index) => {
      const y = top + index * height * 1.5
      if (!isDrawable(line))
        return `<text x="${MARGIN}" y="${Math.round(y + height)}" font-family="sans-serif" font-weight="bold" font-size="${Math.round(height)}" fill="#fff">${escaped(line)}</text>`
      return `<path d="${lettersPath(line, MARGIN, y, height)}" fill="none" stroke="#fff" stroke-width="${(height / 7).toFixed(1)}" stroke-linecap="round" stroke-linejoin="round"/>`
    })
    .join('')
}

function wrapped(title: string): string[] {
  const lines: string[] = []
  for (const word of title.split(' ').filter((word) => word !== '')) {
    const last = lines.at(-1)
    if (last !== undefined && [...last].length + [...word].length < LINE_SIGNS)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push([...word].slice(0, 2 * LINE_SIGNS).join(''))
  }
  return lines.length <= MOST_LINES ? lines : [...lines.slice(0, MOST_LINES - 1), `${lines[MOST_LINES - 1]}…`]
}

/** Escapes text for XML. Characters that XML 1.0 does not allow are left out, or the whole picture would be refused. */
const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
