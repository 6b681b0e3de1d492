import { chinese } from './lyric-bank/chinese.ts'
import { german } from './lyric-bank/german.ts'
import { italian } from './lyric-bank/italian.ts'
import { japanese } from './lyric-bank/japanese.ts'
import { korean } from './lyric-bank/korean.ts'
import { spanish } from './lyric-bank/spanish.ts'
import type { Theme } from './theme.ts'

export interface Language {
  /** For tags and people: "spanish". */
  name: string
  /** Its lines; undefined for English, which has them by subject, and for languages that have none. */
  lines: Theme | undefined
  /** Between the refrain and what follows it. */
  comma: string
}

export const ENGLISH: Language = { name: 'english', lines: undefined, comma: ', ' }
const written = (name: string, lines: Theme | undefined, comma = ', '): Language => ({ name, lines, comma })

const LANGUAGES = {
  spanish: written('spanish', spanish),
  italian: written('italian', italian),
  german: written('german', german),
  chinese: written('chinese', chinese, '，'),
  japanese: written('japanese', japanese, ' '),
  korean: written('korean', korean),
}

const BY_SCRIPT: readonly (readonly [RegExp, Language])[] = [
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/gu, LANGUAGES.japanese],
  [/\p{Script=Han}/gu, LANGUAGES.chinese],
  [/\p{Script=Hangul}/gu, LANGUAGES.korean],
  [/\p{Script=Cyrillic}/gu, written('a language in Cyrillic', undefined)],
  [/\p{Script=Greek}/gu, written('greek', undefined)],
  [/\p{Script=Arabic}/gu, written('a language in Arabic script', undefined)],
  [/\p{Script=Hebrew}/gu, written('hebrew', undefined)],
  [/\p{Script=Devanagari}/gu, written('a language in Devanagari', undefined)],
  [/\p{Script=Thai}/gu, written('thai', undefined)],
]

/** Words that a text in the language has, and that are no words of the others. */
const BY_WORDS: readonly (readonly [string, Language])[] = [
  ['the and of about with my for song a is who to in on i you me we it was that this so are be have not your', ENGLISH],
  ['el los las una canción sobre mi para por y del que tu corazón noche amor mar es muy', LANGUAGES.spanish],
  ['il lo gli una canzone sulla sul di per mio mia che e della notte amore mare è nel', LANGUAGES.italian],
  ['der die das ein eine lied über und ich für mein meine mit nacht liebe ist nicht im', LANGUAGES.german],
  ['le les une chanson sur et mon ma pour je du des nuit amour avec est dans', written('french', undefined)],
  ['o os uma canção sobre e meu minha para do da não noite em você um', written('portuguese', undefined)],
  ['het een lied over en mijn ik voor van niet nacht liefde', written('dutch', undefined)],
  ['piosenka o i moja mój jest na nie się noc dla w', written('polish', undefined)],
  ['bir şarkı ve için gece aşk benim hakkında', written('turkish', undefined)],
  ['en sång om och min jag för inte natt kärlek är', written('swedish', undefined)],
]

/** "… in Spanish", but not "in Chinese restaurants". In some of these no lyrics can be written. */
const REQUESTED =
  /\bin (english|spanish|italian|german|chinese|mandarin|japanese|korean|french|portuguese|dutch|polish|turkish|swedish|russian|ukrainian|greek|arabic|hebrew|hindi|thai|vietnamese|indonesian|danish|norwegian|finnish|czech|romanian|hungarian|cantonese|tagalog|tamil|bengali|urdu|persian|swahili|latin)(?=$|[,.;!?\n]|\s(?:about|for|with|please|and|on)\b)/i

/** The language that a prompt requests, or else is written in. English where it cannot be told. */
export function languageOf(prompt: string): Language {
  const requested = REQUESTED.exec(prompt)?.[1]?.toLowerCase().replace('mandarin', 'chinese')
  const known = [ENGLISH, ...Object.values(LANGUAGES)].find(({ name }) => name === requested)
  if (known) return known
  if (requested !== undefined) return written(requested, undefined)
  const letters = prompt.match(/\p{L}/gu)?.length ?? 0
  for (const [signs, language] of BY_SCRIPT) if ((prompt.match(signs)?.length ?? 0) * 3 > letters) return language
  const words = prompt.toLowerCase().match(/\p{L}+/gu) ?? []
  let best = { score: 0, language: ENGLISH }
  for (const [list, language] of BY_WORDS) {
    const own = new Set(list.split(' '))
    const score = words.filter((word) => own.has(word)).length
    if (score > best.score) best = { score, language }
  }
  return best.language
}

/** A prompt without its wish for a language, which is not what the song is about. */
export const withoutLanguage = (prompt: string): string => prompt.replace(REQUESTED, ' ')
