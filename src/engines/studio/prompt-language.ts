import { latinLanguageOf } from './latin-languages.ts'
import { chinese } from './lyric-bank/chinese.ts'
import { german } from './lyric-bank/german.ts'
import { italian } from './lyric-bank/italian.ts'
import { japanese } from './lyric-bank/japanese.ts'
import { korean } from './lyric-bank/korean.ts'
import { spanish } from './lyric-bank/spanish.ts'
import { isRequest, tellsOfForm } from './prompt-subject.ts'
import { FORM_BEFORE_IN } from './request-patterns.ts'
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
  [/\p{Script=Han}/gu, LANGUAGES.chinese],
  [/\p{Script=Hangul}/gu, LANGUAGES.korean],
  [/\p{Script=Cyrillic}/gu, written('a language in Cyrillic', undefined)],
  [/\p{Script=Greek}/gu, written('greek', undefined)],
  [/\p{Script=Arabic}/gu, written('a language in Arabic script', undefined)],
  [/\p{Script=Hebrew}/gu, written('hebrew', undefined)],
  [/\p{Script=Devanagari}/gu, written('a language in Devanagari', undefined)],
  [/\p{Script=Thai}/gu, written('thai', undefined)],
]

const NAMES =
  'english|spanish|italian|german|chinese|mandarin|japanese|korean|french|portuguese|dutch|polish|turkish|swedish|russian|ukrainian|greek|arabic|hebrew|hindi|thai|vietnamese|indonesian|danish|norwegian|finnish|czech|romanian|hungarian|cantonese|tagalog|tamil|bengali|urdu|persian|swahili|latin'
/** "… in Spanish", but not "in Chinese restaurants". In some of these no lyrics can be written. */
const IN_LANGUAGE = new RegExp(
  `(?<![^\\s,.;:!?(])in\\s(${NAMES})(?:\\s(?:and|or|&)\\s(?:${NAMES}))?(?:\\slanguage)?(?=$|[,.;!?)\\n]|\\s(?:about|for|with|please|and|on)(?=\\s|$|[,.;!?]))(?:\\splease(?=$|[,.;!?\\n]))?`,
  'gi',
)
/** "Spanish lyrics", or the name alone between commas, in English or in the language itself. */
const BY_NAME = new RegExp(
  `(?:(?<=[,.;\\n]\\s?)|^)(${NAMES})(?:\\s(?:lyrics|vocals|language|version))?(?=\\s?(?:[,.;\\n]|$))|(?<![^\\s,.;:!?(])(${NAMES})\\s(?:lyrics|language)(?=\\s?(?:[,.;\\n]|$))`,
  'gi',
)
const OWN_NAMES: readonly (readonly [RegExp, string])[] = [
  [/(?<![^\s,.;:!?(])(?:en\s)?(?:español|castellano)(?=\s?(?:[,.;!?\n]|$))/iu, 'spanish'],
  [/(?<![^\s,.;:!?(])(?:in\s)?italiano(?=\s?(?:[,.;!?\n]|$))/iu, 'italian'],
  [/(?<![^\s,.;:!?(])auf deutsch(?=\s?(?:[,.;!?\n]|$))/iu, 'german'],
  [/(?<![^\s,.;:!?(])(?:en\s)?français(?=\s?(?:[,.;!?\n]|$))/iu, 'french'],
  [/(?<![^\s,.;:!?(])(?:em\s)?português(?=\s?(?:[,.;!?\n]|$))/iu, 'portuguese'],
]

/** Nothing, or words that hold a clause of its own together: "…, but all in French". */
const OWN_CLAUSE =
  /^(?:(?:but|and|please|all|entirely|completely|fully|only|mostly|sung|written|it|is|should|must|be)\s){0,6}$/i
/** Not where the form is the subject: "a song about a poem in Latin". */
const TELLING = /\b(?:about|called|titled|named|who|that|which|where|when)\s/i
/** "sing in", "write … in", at the beginning of a clause. */
const ASKED =
  /^(?:(?:please|can you|could you|would you|i want you to|and|but|then)\s){0,2}(?:sing|write|make|compose|create|generate|produce|give me|i want|i need|i'd like)\s/i
/** What may be in a language by itself: "a song about dreaming in French", "… a letter in French". */
const IS_SAID =
  /(?:\p{L}ing|speaks?|spoke|talks?|sings?|sang|says?|said|writes?|wrote|written|reads?|prays?|counts?|dreams?|dreamt|dreamed|thinks?|swears?|whispers?|love|letters?|notes?|words?|names?|signs?|tattoos?|books?|poems?|films?|movies?|menus?|prayers?|diar(?:y|ies)|voices?|goodbye|hello|yes|no|you|songs?)\s$/iu

interface Found {
  name: string
  start: number
  end: number
}

/** The first request for a language. "Dreaming in French" is a subject. */
function requestedIn(prompt: string): Found | undefined {
  for (const match of prompt.matchAll(IN_LANGUAGE)) {
    const [whole, name = ''] = match
    const start = match.index
    const clause =
      prompt
        .slice(0, start)
        .slice(-300)
        .split(/[,.;:!?()\n]\s{0,3}/)
        .at(-1) ?? ''
    if (isLanguageRequest(clause.trimStart(), start + whole.length === prompt.trimEnd().length))
      return { name: name.toLowerCase().replace('mandarin', 'chinese'), start, end: start + whole.length }
  }
  return namedIn(prompt)
}

function namedIn(prompt: string): Found | undefined {
  for (const { 0: whole, 1: alone, 2: described, index } of prompt.matchAll(BY_NAME)) {
    const name = (alone ?? described ?? '').toLowerCase().replace('mandarin', 'chinese')
    // A prompt of the name alone asks for nothing, and music is Latin more often than lyrics are.
    if (whole.length < prompt.trim().length && name !== 'latin')
      return { name, start: index, end: index + whole.length }
  }
  for (const [words, name] of OWN_NAMES) {
    const found = words.exec(prompt)
    if (found && found[0].length < prompt.trim().length)
      return { name, start: found.index, end: found.index + found[0].length }
  }
  return undefined
}

/** By the clause before "in French". */
function isLanguageRequest(clause: string, isLast: boolean): boolean {
  if (OWN_CLAUSE.test(clause)) return true
  const isTold = TELLING.test(clause) || tellsOfForm(clause.trim())
  const word = /(\S{1,30})\s$/.exec(clause)?.[1]?.toLowerCase() ?? ''
  if (!isTold && (FORM_BEFORE_IN.test(clause) || isRequest(clause))) return true
  return (
    ASKED.test(clause) &&
    (/^\S{1,30}\s$/.test(clause) || (!isTold && word === 'me') || (isLast && !IS_SAID.test(clause)))
  )
}

/** Kana beside Han are Japanese, though they are few: "夏の歌". */
const KANA = /[\p{Script=Hiragana}\p{Script=Katakana}]/gu
const KANA_OR_HAN = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/gu

/** The language that a prompt requests, or else is written in. English where it cannot be told. */
export function languageOf(prompt: string): Language {
  const requested = requestedIn(prompt)?.name
  const known = [ENGLISH, ...Object.values(LANGUAGES)].find(({ name }) => name === requested)
  if (known) return known
  if (requested !== undefined) return written(requested, undefined)
  const letters = prompt.match(/\p{L}/gu)?.length ?? 0
  const count = (signs: RegExp): number => prompt.match(signs)?.length ?? 0
  if (count(KANA) * 8 > letters && count(KANA_OR_HAN) * 3 > letters) return LANGUAGES.japanese
  for (const [signs, language] of BY_SCRIPT) if (count(signs) * 3 > letters) return language
  const name = latinLanguageOf(prompt)
  return [ENGLISH, ...Object.values(LANGUAGES)].find((language) => language.name === name) ?? written(name, undefined)
}

/** A prompt without its request for a language, which is not what the song is about. */
export function withoutLanguage(prompt: string): string {
  const found = requestedIn(prompt)
  return found === undefined ? prompt : `${prompt.slice(0, found.start)} ${prompt.slice(found.end)}`
}
