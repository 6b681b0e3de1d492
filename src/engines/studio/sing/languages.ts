import { latinLanguageOf as languageNameOf } from '../latin-languages.ts'
import { german } from './languages/german.ts'
import { italian } from './languages/italian.ts'
import { japanese } from './languages/japanese.ts'
import { korean } from './languages/korean.ts'
import { mandarin } from './languages/mandarin.ts'
import { spanish } from './languages/spanish.ts'
import type { Pronouncer } from './phrase.ts'

/** 'english' is read by the synthesizer itself. */
export type Language = 'english' | Pronouncer

const READ: Readonly<Record<string, Language>> = { english: 'english', spanish, italian, german }

/** The language of the lines in Latin letters; undefined for one that nothing here can read. English where nothing tells. */
export const latinLanguageOf = (lines: readonly string[]): Language | undefined =>
  READ[languageNameOf(lines.join('\n'))]

/** The language of a line, by its script. Letters of another script within it are read as English words. */
export function languageOf(line: string, lines: readonly string[], latin: Language | undefined): Language | undefined {
  if (/\p{Script=Hangul}/u.test(line)) return korean
  if (/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(line)) return japanese
  // Kanji among lines of kana are Japanese, and cannot be read.
  if (/\p{Script=Han}/u.test(line))
    return lines.some((one) => /[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(one)) ? undefined : mandarin
  const letters = line.match(/\p{L}/gu) ?? []
  return letters.every((letter) => /\p{Script=Latin}/u.test(letter)) ? latin : undefined
}
