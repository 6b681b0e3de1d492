import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { COMPOSITIONS } from './cover/compositions.ts'
import { outlines, setLine, setTitle } from './cover/lettering.ts'
import type { Raster } from './cover/print.ts'
import { facesFor, type Typeface } from './cover/typefaces.ts'
import { type CoverIdea, designOf, drawCover } from './cover.ts'

const idea: CoverIdea = {
  title: 'Éloïse & <the Last> "Train"',
  tags: 'folk, warm',
  seed: 7,
  take: 0,
  energy: 0.5,
  isDark: false,
}
const face = facesFor('metal')[0]
const FACES: readonly Typeface[] = ['metal', 'disco', 'techno', 'folk', 'jazz'].flatMap((tags) => facesFor(tags))
const blank: Raster = { data: new Uint8Array(1024 * 1024 * 3).fill(128), widthPx: 1024, heightPx: 1024 }

const pixelsOf = (jpeg: Uint8Array): Promise<Buffer> => sharp(jpeg).resize(64, 64).raw().toBuffer()

describe('cover', () => {
  it('a cover is a JPEG of 512 pixels and one of 1024, the same bytes for the same idea', async () => {
    const [cover, again] = [await drawCover(idea), await drawCover(idea)]
    const facts = await Promise.all([cover.small, cover.large].map((bytes) => sharp(bytes).metadata()))
    expect(facts.map(({ format, width, height }) => [format, width, height])).toEqual([
      ['jpeg', 512, 512],
      ['jpeg', 1024, 1024],
    ])
    expect(Buffer.compare(cover.large, again.large)).toBe(0)
    expect(Buffer.compare(cover.small, again.small)).toBe(0)
  })

  it('the takes of one song have covers that can be told apart', async () => {
    const [one, other] = await Promise.all(
      [0, 1].map(async (take) => pixelsOf((await drawCover({ ...idea, take })).small)),
    )
    const difference = one?.reduce((sum, value, index) => sum + Math.abs(value - (other?.[index] ?? 0)), 0) ?? 0
    expect(difference / (one?.length ?? 1)).toBeGreaterThan(12)
  })

  it('there are at least eight compositions, and takes in turn show all of them', async () => {
    expect(COMPOSITIONS.length).toBeGreaterThanOrEqual(8)
    const pictures = COMPOSITIONS.map((_, take) => designOf({ ...idea, take }).picture)
    expect(new Set(pictures).size).toBe(COMPOSITIONS.length)
    for (const picture of pictures) {
      expect(picture).not.toMatch(/NaN|Infinity|undefined/)
      const { channels } = await sharp(
        Buffer.from(
          `<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128" viewBox="0 0 1024 1024">${picture}</svg>`,
        ),
      ).stats()
      // A picture, not a plain square.
      expect(Math.max(...channels.map(({ stdev }) => stdev))).toBeGreaterThan(8)
    }
  })

  it('letters with accents have outlines in every typeface, also where another one lends them', () => {
    for (const one of FACES) {
      const setting = setLine('ÀÉÎÕÜÇŁŐŠŽÆßñéïøåẾđ', one)
      expect(setting?.signs.length, one.family).toBeGreaterThanOrEqual(19)
      for (const { glyph } of setting?.signs ?? []) expect(glyph.getPath(0, 0, 100).commands.length).toBeGreaterThan(3)
    }
  })

  it('letters are set one by one, without ligatures', () => {
    expect(setLine('officially', face)?.signs).toHaveLength(10)
    const abril = facesFor('jazz')[0]
    const data = outlines(
      setLine('The fjord, waffle & offices', abril) ?? { signs: [], places: [], width: 0 },
      0,
      0,
      80,
    )
    expect(data.match(/M/g)?.length).toBeGreaterThan(20)
    expect(data).toMatch(/^[MLCQZ\d .-]+$/)
  })

  it.each(['Море и ночь', 'Ωδή στη θάλασσα', '夏の終わり', '关于海边的夏天', '바다의 노래', 'Ngày mưa ở Huế'])(
    'the title %s is drawn in letters of its script',
    (title) => {
      const letters = [...title].filter((sign) => /\p{L}/u.test(sign))
      expect(setLine(title, face)?.signs.length).toBeGreaterThanOrEqual(letters.length)
    },
  )

  it.each(['أغنية البحر', 'समुद्र का गीत', 'เพลงทะเล', 'שיר הים', '🌧️🎵', '', '   '])(
    'the title %j, which no typeface here can set, is left out instead of drawn as boxes',
    (title) => expect(designOf({ ...idea, title }).letters(blank)).toBe(''),
  )

  it('a title fills its box and stays within it, however long it is', () => {
    const box = { width: 800, height: 300, largest: 190 }
    for (const title of [
      'Mia',
      'A Dragon Guarding a Library',
      'x'.repeat(300),
      'word '.repeat(60),
      'Donaudampfschifffahrt',
    ])
      for (const one of FACES) {
        const block = setTitle(title, one, box)
        expect(block?.width, title).toBeLessThanOrEqual(800.01)
        expect(block?.height, title).toBeLessThanOrEqual(300.01)
        expect(block?.size, title).toBeGreaterThan(8)
      }
  })

  it('any title gives letters that are well-formed SVG', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), fc.nat({ max: 50 }), (title, take) => {
        const letters = designOf({ ...idea, title, take }).letters(blank)
        expect(letters).toMatch(/^(?:<(?:path|rect)(?: [a-z]+="[A-Z\d .#a-f-]*"){1,6}\/>)*$/)
      }),
      { numRuns: 60 },
    )
  })
})
