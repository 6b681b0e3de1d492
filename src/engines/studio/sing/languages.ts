import { german } from './languages/german.ts'
import { italian } from './languages/italian.ts'
import { japanese } from './languages/japanese.ts'
import { korean } from './languages/korean.ts'
import { mandarin } from './languages/mandarin.ts'
import { spanish } from './languages/spanish.ts'
import type { Pronouncer } from './phrase.ts'

/** 'english' is read by the synthesizer itself. */
export type Language = 'english' | Pronouncer

/** What tells languages in Latin letters apart: words that every text has, and letters that the others do not. */
const SIGNS: readonly (readonly [language: Language | undefined, words: string, letters: RegExp])[] = [
  ['english', 'the and you i me my of to in is it we on for be with that are your not all this love oh', /[^\p{L}]/gu],
  [
    spanish,
    'el la los las de que y en un una mi tu te me no es con por para se lo su amor corazón sin como más',
    /[ñ¿¡]/gu,
  ],
  [italian, 'il lo la gli che di e un una mi ti non è per con sei sono nel della amore cuore come più io', /[ìòà]/gu],
  [
    german,
    'der die das und ich du nicht ist ein eine mit wir mein dein auf es zu im dem von wie herz liebe',
    /[äöüß]/gu,
  ],
  [undefined, 'le les des et je tu est une mon ton dans pour que pas avec nous vous sur ce qui au mais', /[çœêâîû]/gu],
  [undefined, 'o os um uma que não eu você meu minha com para de do da em no na é seu mas por', /[ãõ]/gu],
  [undefined, 'de het een en ik je niet van dat is op mijn met voor we zijn', /ĳ/gu],
  [undefined, 'i w nie na się z do jest to że jak mój co', /[ąęłżźśćń]/gu],
  [undefined, 'och jag du är en det inte på att som med för min', /å/gu],
  [undefined, 've bir bu ne sen ben için çok gibi', /[ğış]/gu],
]

/** How much a letter of a language's own counts beside one of its words. */
const LETTER_WEIGHT = 2

/** The language of the lines in Latin letters; undefined for one that nothing here can read. English where nothing tells. */
export function latinLanguageOf(lines: readonly string[]): Language | undefined {
  const text = lines.join('\n').toLowerCase().normalize('NFC')
  const words = text.match(/[\p{Script=Latin}\p{M}]+/gu) ?? []
  const scores = SIGNS.map(([, list, letters], index) => {
    const known = new Set(list.split(' '))
    const found = words.filter((word) => known.has(word)).length
    const own = index === 0 ? 0 : (text.match(letters) ?? []).length
    return found + LETTER_WEIGHT * own
  })
  const most = Math.max(...scores)
  // English comes first where two are equal: its synthesizer says everything somehow.
  return most === 0 ? 'english' : SIGNS[scores.indexOf(most)]?.[0]
}

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
