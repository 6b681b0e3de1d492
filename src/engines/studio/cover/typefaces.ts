import { LRUCache } from 'lru-cache'
import opentype, { type Font, type Glyph } from 'opentype.js'
import { fontFileFor, readFontFile } from '../../font-files.ts'
import { sfntOf } from './woff.ts'

/** A family of letters from a package of @fontsource, all under the SIL Open Font License. */
export interface Typeface {
  family: string
  weight: number
  /** Set in capitals alone. */
  isCapital: boolean
  /** From one line to the next, in parts of the size. */
  leading: number
}

const typeface = (family: string, weight = 400, isCapital = false, leading = 1.08): Typeface => ({
  family,
  weight,
  isCapital,
  leading,
})

const FACES = {
  anton: typeface('anton', 400, true, 1.1),
  abril: typeface('abril-fatface', 400, false, 1.02),
  grotesk: typeface('space-grotesk', 700, false, 1.02),
  righteous: typeface('righteous', 400, false, 1.05),
  brush: typeface('caveat-brush', 400, false, 0.9),
  yeseva: typeface('yeseva-one', 400, false, 1.04),
  comfortaa: typeface('comfortaa', 700, false, 1.1),
} as const

/** What has signs of other scripts: Cyrillic and Greek, then Hangul, simplified Han, kana and other Han. */
const OTHERS: readonly Typeface[] = [
  FACES.yeseva,
  FACES.comfortaa,
  typeface('black-han-sans'),
  typeface('zcool-kuaile', 400, false, 1.15),
  typeface('dela-gothic-one', 400, false, 1.15),
]

/** Kana beside Han means Japanese, whose forms of Han differ from the Chinese ones. */
const JAPANESE = /[\p{Script=Hiragana}\p{Script=Katakana}]/u

type Faces = readonly [Typeface, ...Typeface[]]

const BY_STYLE: readonly (readonly [RegExp, Faces])[] = [
  [/metal|punk|rock|hip hop|rap|trap|hardcore|drum and bass|reggae/, [FACES.anton, FACES.grotesk]],
  [/synth|disco|funk|retro|80s|chip|house/, [FACES.righteous, FACES.grotesk, FACES.anton]],
  [/techno|trance|ambient|electronic|edm|lo-?fi/, [FACES.grotesk, FACES.comfortaa]],
  [/folk|country|acoustic|lullaby|waltz|celtic|bossa/, [FACES.brush, FACES.yeseva, FACES.abril]],
  [/classical|jazz|soul|ballad|blues|r&b|orchestra|piano/, [FACES.abril, FACES.yeseva]],
]
const ANY: Faces = [FACES.anton, FACES.abril, FACES.grotesk, FACES.righteous, FACES.yeseva]

/** The faces that suit the tags. */
export function facesFor(tags: string): Faces {
  return BY_STYLE.find(([words]) => words.test(tags.toLowerCase()))?.[1] ?? ANY
}

/** The face for small print, which has the most scripts. */
export const SMALL_PRINT: Typeface = FACES.grotesk

/** The outlines of one sign. */
export interface Sign {
  glyph: Glyph
  font: Font
}

/**
 * The signs of a line in the face, and in others for what it lacks; undefined if no face has one of its letters, or if the
 * script joins or stacks its letters, which is not done here: no letters are better than boxes.
 */
export function signsOf(line: string, face: Typeface): Sign[] | undefined {
  if (JOINED_SCRIPTS.test(line)) return undefined
  const others = JAPANESE.test(line) ? [...OTHERS].reverse() : OTHERS
  const signs: Sign[] = []
  for (const char of (face.isCapital ? line.toUpperCase() : line).normalize('NFC')) {
    const sign = signOf(char, [face, ...others])
    if (sign) signs.push(sign)
    else if (/[\p{L}\p{M}\p{N}]/u.test(char)) return undefined
  }
  return signs
}

/** Their letters change with their neighbours, or stand above one another. */
const JOINED_SCRIPTS =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Thai}\p{Script=Khmer}\p{Script=Myanmar}]/u

/** From the first face that has it; the others are not even read. */
function signOf(char: string, faces: readonly Typeface[]): Sign | undefined {
  for (const face of faces) {
    const sign = signIn(face, char)
    if (sign) return sign
  }
  return undefined
}

function signIn({ family, weight }: Typeface, char: string): Sign | undefined {
  const file = fontFileFor(family, weight, char)
  if (file === undefined) return undefined
  const font = fontOf(file)
  return font.charToGlyphIndex(char) === 0 ? undefined : { glyph: font.charToGlyph(char), font }
}

/** A font takes some milliseconds to read, and its tables some 100 KB. */
const fonts = new LRUCache<string, Font>({ max: 24 })

function fontOf(file: string): Font {
  const known = fonts.get(file)
  if (known) return known
  const font = opentype.parse(sfntOf(readFontFile(file)))
  fonts.set(file, font)
  return font
}
