import type { PDFDocument, PDFFont } from 'pdf-lib'
import { fontFileFor, readFontFile } from '../../engines/font-files.ts'

/** Text of any tenant: Latin, Cyrillic and Greek letters, then Chinese, then Korean ones. */
const FAMILIES = ['noto-sans', 'zcool-xiaowei', 'black-han-sans'] as const
const REGULAR = 400
const BOLD = 600
/** In the place of a sign that none of them has. */
const UNKNOWN = '?'

/** A part of a text that one font has. */
export interface Run {
  font: PDFFont
  /** Its glyphs, as the font numbers them. */
  hex: string
  widthPt: number
}

/** One sign of a font. */
interface Sign {
  font: PDFFont
  hex: string
  /** In parts of the size. */
  widthEm: number
}

export interface Faces {
  runsOf(text: string, sizePt: number, isBold?: boolean): Run[]
  /** Reads the fonts of a text. */
  prepare(text: string, isBold?: boolean): Promise<void>
}

/**
 * Embeds the signs that are used, and nothing else: a file of each font that has one of them is read. Signs are laid out one by
 * one and kept: a page has thousands, and few different ones.
 */
export function openFaces(document: PDFDocument): Faces {
  const fonts = new Map<string, { font: PDFFont; signs: ReadonlySet<number> }>()
  const known = { regular: new Map<string, Sign>(), bold: new Map<string, Sign>() }

  async function embed(file: string) {
    const font = await document.embedFont(readFontFile(file), { subset: true })
    return { font, signs: new Set(font.getCharacterSet()) }
  }

  async function read(char: string, isBold: boolean): Promise<Sign | undefined> {
    for (const family of FAMILIES) {
      // The others have one weight.
      const weight = isBold && family === 'noto-sans' ? BOLD : REGULAR
      const file = fontFileFor(family, weight, char)
      if (file === undefined) continue
      const face = fonts.get(file) ?? (await embed(file))
      fonts.set(file, face)
      if (face.signs.has(char.codePointAt(0) ?? 0)) return signOf(face.font, char)
    }
    return undefined
  }

  function signsOf(isBold: boolean): Map<string, Sign> {
    return isBold ? known.bold : known.regular
  }

  return {
    async prepare(text, isBold = false) {
      const signs = signsOf(isBold)
      for (const char of [UNKNOWN, ...shown(text)]) {
        if (signs.has(char)) continue
        const sign = (await read(char, isBold)) ?? signs.get(UNKNOWN)
        if (!sign) throw new Error('The fonts of statements are not installed.')
        signs.set(char, sign)
      }
    },
    runsOf(text, sizePt, isBold = false) {
      const signs = signsOf(isBold)
      const runs: Run[] = []
      for (const char of shown(text)) {
        const sign = signs.get(char)
        if (!sign) throw new Error(`"${char}" is not prepared.`)
        const widthPt = sign.widthEm * sizePt
        const last = runs.at(-1)
        if (last?.font !== sign.font) runs.push({ font: sign.font, hex: sign.hex, widthPt })
        else {
          last.hex += sign.hex
          last.widthPt += widthPt
        }
      }
      return runs
    },
  }
}

function signOf(font: PDFFont, char: string): Sign {
  return { font, hex: font.encodeText(char).asString(), widthEm: font.widthOfTextAtSize(char, 1) }
}

/** Composed, as fonts have letters with accents, and without what no font shows. */
function shown(text: string): string[] {
  return [...text.normalize('NFC').replace(/\p{C}/gu, ' ')]
}
