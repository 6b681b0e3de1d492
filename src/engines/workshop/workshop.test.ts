import { hash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { afterAll, describe, expect, it } from 'vitest'
import { enlargedByLanczos } from './lanczos.testing.ts'
import notices from './models/notices.json' with { type: 'json' }
import { openTiles } from './shared-tiles.ts'
import { enlargeTiles } from './tiles.ts'
import { openWorkshop, type Work } from './workshop.ts'

const workshop = openWorkshop()
afterAll(() => workshop.close())

interface Pixels {
  data: Uint8Array
  width: number
  height: number
  channels: 1 | 2 | 3 | 4
}

/** What is drawn as SVG, as a PNG. */
async function drawn(svg: string, width: number, height = width): Promise<Buffer> {
  const whole = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 100 100">${svg}</svg>`
  return sharp(Buffer.from(whole)).removeAlpha().png().toBuffer()
}

async function pixelsOf(file: Uint8Array): Promise<Pixels> {
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true })
  return { data, ...info }
}

async function made(
  work: Work,
  options: { signal?: AbortSignal; onProgress?: (percent: number) => void } = {},
  by = workshop,
) {
  const outcome = await by.perform(work, { field: 'image', signal: AbortSignal.timeout(60_000), ...options })
  if ('refused' in outcome) throw new Error(outcome.refused)
  return outcome.made
}

async function refusal(work: Work): Promise<string> {
  const outcome = await workshop.perform(work, { field: 'image', signal: AbortSignal.timeout(60_000) })
  return 'refused' in outcome ? outcome.refused : 'it was made'
}

/** Decibels by which two pictures are alike. */
function psnr(a: Pixels, b: Pixels): number {
  expect([a.width, a.height, a.channels]).toEqual([b.width, b.height, b.channels])
  const squares = a.data.reduce((sum, value, at) => sum + (value - (b.data[at] ?? 0)) ** 2, 0)
  return 10 * Math.log10(255 ** 2 / (squares / a.data.length))
}

const SCENE =
  '<rect width="100" height="100" fill="#3b6ea5"/><circle cx="40" cy="45" r="27" fill="#f2c14e"/>' +
  '<path d="M10 90 L50 20 L90 80 Z" fill="none" stroke="#222" stroke-width="3"/>' +
  '<path d="M15 15 h70 M15 22 h50 M15 29 h60" stroke="white" stroke-width="2"/><circle cx="70" cy="60" r="9" fill="#c8553d"/>'

const PLAIN_DRAWING = {
  shapes: 'hierarchical',
  isCompact: false,
  hasFewColours: false,
  hasNoSmallShapes: false,
} as const

describe('enlarging', { timeout: 60_000 }, () => {
  it.each([
    [2, 72],
    [4, 36],
  ])('%d times is nearer to the original than Lanczos by half a decibel or more', async (by, side) => {
    const original = await drawn(SCENE, by * side)
    const picture = await sharp(original).resize(side, side, { kernel: 'lanczos3' }).png().toBuffer()
    const enlarged = await made({ kind: 'enlarge', picture, to: { by }, format: 'png' })
    const wanted = await pixelsOf(original)
    const lanczos = { ...wanted, data: enlargedByLanczos(await pixelsOf(picture), by) }
    const gained = psnr(await pixelsOf(enlarged.file), wanted) - psnr(lanczos, wanted)
    expect(gained).toBeGreaterThan(0.5)
  })

  it('a frame of a video is nearer to the original than Lanczos by a decibel or more', async () => {
    const side = 72
    const original = await drawn(SCENE, 2 * side)
    const small = await sharp(original).resize(side, side, { kernel: 'lanczos3' }).raw().toBuffer()
    const tiles = openTiles({ data: small, widthPx: side, heightPx: side }, 'websr-large-x2')
    await enlargeTiles(tiles, () => undefined)
    const enlarged: Pixels = { data: tiles.result, width: 2 * side, height: 2 * side, channels: 3 }
    const wanted = await pixelsOf(original)
    const data = enlargedByLanczos({ data: small, width: side, height: side, channels: 3 }, 2)
    expect(psnr(enlarged, wanted) - psnr({ ...wanted, data }, wanted)).toBeGreaterThan(1)
  })

  it('in tiles leaves no seam', async () => {
    const side = 140 // more than a tile
    const original = await drawn(SCENE, 2 * side)
    const picture = await sharp(original).resize(side, side).png().toBuffer()
    const whole = await pixelsOf((await made({ kind: 'enlarge', picture, to: { by: 2 }, format: 'png' })).file)
    // The same area from a picture that begins elsewhere, so that its tiles do, too.
    const part = await sharp(picture).extract({ left: 60, top: 60, width: 80, height: 80 }).png().toBuffer()
    const alone = await pixelsOf((await made({ kind: 'enlarge', picture: part, to: { by: 2 }, format: 'png' })).file)
    const inner = { left: 40, top: 40, width: 120, height: 120 }
    const cut = ({ data, width, height, channels }: Pixels, by: number) =>
      sharp(data, { raw: { width, height, channels } })
        .extract({ ...inner, left: inner.left + by, top: inner.top + by })
        .raw()
        .toBuffer()
    const [one, other] = await Promise.all([cut(whole, 120), cut(alone, 0)])
    const farthest = one.reduce((most, value, at) => Math.max(most, Math.abs(value - (other[at] ?? 0))), 0)
    expect(farthest).toBeLessThanOrEqual(2)
  })

  it('keeps transparency, and gives a size between the networks’ own', async () => {
    const picture = await sharp({ create: { width: 20, height: 10, channels: 4, background: '#ff000000' } })
      .png()
      .toBuffer()
    const { file, widthPx, heightPx } = await made({ kind: 'enlarge', picture, to: { by: 1.5 }, format: 'webp' })
    expect({ widthPx, heightPx }).toEqual({ widthPx: 30, heightPx: 15 })
    expect(await sharp(file).metadata()).toMatchObject({ format: 'webp', width: 30, height: 15, hasAlpha: true })
    expect((await pixelsOf(file)).data[3]).toBe(0)
  })

  it('is refused beyond the limits, before any work', async () => {
    const picture = await sharp({ create: { width: 1_100, height: 1_000, channels: 3, background: 'grey' } })
      .png()
      .toBuffer()
    const enlarged = (to: { by: number } | { toPixels: number }) =>
      refusal({ kind: 'enlarge', picture, to, format: 'png' })
    expect(await enlarged({ by: 4 })).toBe(
      'The picture has 1100x1000 pixels; enlarged 4 times it would have 4400x4000, and at most 4,194,304 are possible.',
    )
    expect(await enlarged({ toPixels: 1_000_000 })).toContain('1,000,000 would not enlarge it')
    expect(await enlarged({ toPixels: 40_000_000 })).toContain('grow 6.0 times, and at most 4 times is possible')
  })
})

describe('cutting out', { timeout: 60_000 }, () => {
  it('finds a clear subject, with an overlap of 95 % or more', async () => {
    const subject =
      '<ellipse cx="50" cy="52" rx="24" ry="30" fill="#d2452d"/><circle cx="42" cy="40" r="6" fill="#f08a6b"/>'
    const picture = await drawn(`<rect width="100" height="100" fill="#e9e4d8"/>${subject}`, 200)
    const wanted = await pixelsOf(
      await drawn(`<rect width="100" height="100"/><ellipse cx="50" cy="52" rx="24" ry="30" fill="#fff"/>`, 200),
    )
    const { file } = await made({ kind: 'cut out', picture, format: 'png' })
    const { data, channels } = await pixelsOf(file)
    expect(channels).toBe(4)
    let [both, either] = [0, 0]
    for (let pixel = 0; pixel < 200 * 200; pixel++) {
      const [found, real] = [(data[4 * pixel + 3] ?? 0) > 127, (wanted.data[3 * pixel] ?? 0) > 127]
      if (found && real) both++
      if (found || real) either++
    }
    expect(both / either).toBeGreaterThan(0.95)
  })
})

describe('erasing', { timeout: 60_000 }, () => {
  const stripes = Array.from(
    { length: 10 },
    (_, n) => `<rect x="${10 * n}" width="5" height="100" fill="#7a9e7e"/>`,
  ).join('')
  const wall = `<rect width="100" height="100" fill="#dde5b6"/>${stripes}`
  const spot = '<circle cx="52" cy="48" r="13" fill="#111"/>'
  const mask = '<rect width="100" height="100"/><circle cx="52" cy="48" r="14" fill="#fff"/>'

  it('continues a pattern over the white area of the mask, and changes nothing else', async () => {
    const [picture, hole, wanted] = await Promise.all([drawn(wall + spot, 120), drawn(mask, 120), drawn(wall, 120)])
    const work: Work = { kind: 'erase', picture, mask: hole, format: 'png' }
    const erased = await made(work)
    const [found, before, white] = await Promise.all([erased.file, picture, hole].map(pixelsOf))
    if (!found || !before || !white) throw new Error('A picture is missing.')
    expect(psnr(found, await pixelsOf(wanted))).toBeGreaterThan(30)
    const changed = found.data.some((value, at) => value !== before.data[at] && (white.data[at] ?? 0) < 100)
    expect(changed).toBe(false)
    expect((await made(work)).file).toEqual(erased.file)
  })

  it.each([
    [
      'of another size',
      '<rect width="100" height="100" fill="#fff"/>',
      60,
      'must have the size of the picture; it has 60x60',
    ],
    ['without white', '<rect width="100" height="100"/>', 120, 'has no white area'],
    ['that is all white', '<rect width="100" height="100" fill="#fff"/>', 120, 'leaves too little of the picture'],
  ])('is refused with a mask %s', async (_name, svg, side, reason) => {
    const [picture, hole] = await Promise.all([drawn(wall, 120), drawn(svg, side)])
    expect(await refusal({ kind: 'erase', picture, mask: hole, format: 'png' })).toContain(reason)
  })
})

describe('vectorising', { timeout: 60_000 }, () => {
  const traced = async (picture: Uint8Array, drawing = {}) => {
    const { file } = await made({ kind: 'vectorize', picture, drawing: { ...PLAIN_DRAWING, ...drawing } })
    return Buffer.from(file).toString()
  }
  const shapes = (svg: string): number => svg.split('<path').length - 1

  it('draws what looks like the picture, flat colours and gradients', async () => {
    const gradient =
      '<linearGradient id="g"><stop stop-color="#105"/><stop offset="1" stop-color="#fc4"/></linearGradient>'
    const picture = await drawn(
      `<defs>${gradient}</defs><rect width="100" height="100" fill="url(#g)"/>${SCENE.slice(52)}`,
      160,
    )
    const svg = await traced(picture)
    const back = await sharp(Buffer.from(svg)).removeAlpha().png().toBuffer()
    expect(psnr(await pixelsOf(back), await pixelsOf(picture))).toBeGreaterThan(24)
  })

  it('draws in a palette, with at most so many shapes, and compactly', async () => {
    const picture = await drawn(SCENE, 160)
    const inTwo = await traced(picture, {
      palette: [
        [0, 0, 0],
        [255, 255, 255],
      ],
    })
    expect(new Set(inTwo.match(/fill="#\w+"/g))).toEqual(new Set(['fill="#000000"', 'fill="#FFFFFF"']))
    const whole = await traced(picture)
    expect(shapes(whole)).toBeGreaterThan(4)
    expect(shapes(await traced(picture, { maxShapes: 4 }))).toBeLessThanOrEqual(4)
    expect((await traced(picture, { isCompact: true })).length).toBeLessThan(whole.length)
  })
})

it('a picture that is wholly transparent is drawn as nothing, one shape over another or side by side', async () => {
  const picture = await sharp({
    create: { width: 9, height: 7, channels: 4, background: { r: 9, g: 9, b: 9, alpha: 0 } },
  })
    .png()
    .toBuffer()
  for (const shapes of ['hierarchical', 'cut_out'] as const) {
    const { file } = await made({ kind: 'vectorize', picture, drawing: { ...PLAIN_DRAWING, shapes } })
    expect(Buffer.from(file).toString()).toMatch(/<svg [^>]*width="9" height="7"[^>]*>\s*<\/svg>/)
  }
})

describe('work', { timeout: 60_000 }, () => {
  it('reports its progress and stops when its signal aborts', async () => {
    const picture = await sharp({ create: { width: 512, height: 512, channels: 3, background: 'grey' } })
      .png()
      .toBuffer()
    const stopping = new AbortController()
    const percents: number[] = []
    const work = made(
      { kind: 'enlarge', picture, to: { by: 2 }, format: 'png' },
      {
        signal: stopping.signal,
        onProgress: (percent) => {
          percents.push(percent)
          if (percent > 0) stopping.abort(new Error('enough'))
        },
      },
    )
    await expect(work).rejects.toThrow('enough')
    expect(percents.at(0)).toBe(0)
    expect(percents.at(-1)).toBeLessThan(50)
  })

  it('gives the same bytes however many threads share the tiles of a picture', async () => {
    const picture = await drawn(SCENE, 260, 130)
    const work: Work = { kind: 'enlarge', picture, to: { by: 2 }, format: 'png' }
    const shared = openWorkshop({ threads: 3 })
    try {
      expect((await made(work, {}, shared)).file).toEqual((await made(work)).file)
    } finally {
      await shared.close()
    }
  })

  it('takes a thread from a picture that has two, for the next one', async () => {
    const shared = openWorkshop({ threads: 2 })
    const [large, small] = await Promise.all([drawn(SCENE, 768, 512), drawn(SCENE, 16)])
    const stopping = new AbortController()
    const begun = Promise.withResolvers<void>()
    const onProgress = (percent: number): void => void (percent > 5 && begun.resolve())
    const work = { kind: 'enlarge', to: { by: 2 }, format: 'png' } as const
    const first = made({ ...work, picture: large }, { signal: stopping.signal, onProgress }, shared)
    try {
      await begun.promise
      const second = made({ ...work, picture: small }, {}, shared)
      expect(await Promise.race([first.then(() => 'the first'), second.then(() => 'the second')])).toBe('the second')
      stopping.abort(new Error('enough'))
      await expect(first).rejects.toThrow('enough')
    } finally {
      await shared.close()
    }
  })

  it('is refused for a picture with too many pixels before these are read', async () => {
    const size = { width: 8_000, height: 6_251 }
    const picture = await sharp({ create: { ...size, channels: 3, background: 'tan' } })
      .png({ compressionLevel: 1 })
      .toBuffer()
    const reason = 'The picture in image has 8000x6251 pixels, and at most 50,000,000 can be opened.'
    expect(await refusal({ kind: 'cut out', picture, format: 'png' })).toBe(reason)
  })

  it('is refused for a file that is no picture', async () => {
    const picture = Buffer.from('no picture')
    expect(await refusal({ kind: 'cut out', picture, format: 'png' })).toContain('The picture in image cannot be read')
  })
})

it('every network has an entry in the notices, with a permissive licence, its origin and its checksum', async () => {
  const folder = new URL('./models/', import.meta.url)
  const files = (await readdir(folder)).filter((name) => name.endsWith('.bin')).sort()
  expect(notices.models.map(({ file }) => file).sort()).toEqual(files)
  let total = 0
  for (const { file, sha256, licence, licenceFile, origin, package: source } of notices.models) {
    const bytes = await readFile(new URL(file, folder))
    total += bytes.length
    expect({ file, sha256: hash('sha256', bytes) }).toEqual({ file, sha256 })
    expect(['MIT', 'Apache-2.0']).toContain(licence)
    expect(origin).toMatch(/^https:\/\//)
    expect(source).toMatch(/@\d+\.\d+\.\d+$/)
    const text = await readFile(new URL(licenceFile, folder), 'utf8')
    expect(text).toMatch(licence === 'MIT' ? /Permission is hereby granted/ : /Apache License\s+Version 2\.0/)
  }
  expect(total).toBeLessThan(12e6)
})
