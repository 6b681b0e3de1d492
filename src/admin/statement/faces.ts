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
  text: string
  widthPt: number
}

export interface Faces {
  runsOf(text: string, sizePt: number, isBold?: boolean): Promise<Run[]>
}

/** Embeds the signs that are used, and nothing else: a file of each font that has one of them is read. */
export function openFaces(document: PDFDocument): Faces {
  const fonts = new Map<string, Promise<{ font: PDFFont; signs: ReadonlySet<number> }>>()

  function open(file: string) {
    const known = fonts.get(file) ?? embed(file)
    fonts.set(file, known)
    return known
  }

  async function embed(file: string) {
    const font = await document.embedFont(readFontFile(file), { subset: true })
    return { font, signs: new Set(font.getCharacterSet()) }
  }

  async function fontFor(char: string, isBold: boolean): Promise<PDFFont | undefined> {
    for (const family of FAMILIES) {
      // The others have one weight.
      const weight = isBold && family === 'noto-sans' ? BOLD : REGULAR
      const file = fontFileFor(family, weight, char)
      if (file === undefined) continue
      const { font, signs } = await open(file)
      if (signs.has(char.codePointAt(0) ?? 0)) return font
    }
    return undefined
  }

  return {
    async runsOf(text, sizePt, isBold = false) {
      const runs: { font: PDFFont; text: string }[] = []
      // Composed, as fonts have letters with accents, and without what no font shows.
      for (const char of text.normalize('NFC').replace(/\p{C}/gu, ' ')) {
        const found = await fontFor(char, isBold)
        const font = found ?? (await fontFor(UNKNOWN, isBold))
        if (!font) throw new Error('The fonts of statements are not installed.')
        const last = runs.at(-1)
        const sign = found ? char : UNKNOWN
        if (last?.font === font) last.text += sign
        else runs.push({ font, text: sign })
      }
      return runs.map((run) => ({ ...run, widthPt: run.font.widthOfTextAtSize(run.text, sizePt) }))
    },
  }
}
