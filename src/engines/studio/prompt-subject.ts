import { foreignRequestIn } from './foreign-requests.ts'
import { isForeignSound } from './foreign-styles.ts'
import { latinLanguageOf } from './latin-languages.ts'
import {
  CUT_BEFORE,
  DANGLING_WORDS,
  JOINING_WORDS,
  NOT_NAMES,
  OCCASIONS,
  PLACE_PREPOSITIONS,
  REQUEST_WORDS,
  STYLE_WORDS,
} from './lyric-words.ts'
import { syllablesIn } from './metre.ts'
import { splitRefusals } from './refusals.ts'
import {
  ABOUT,
  ASKS,
  CALLED,
  ENDS_IN_FORM,
  FOR_HEARERS,
  FORM_WORD,
  IN_A_MANNER,
  LINKED,
  PURPOSE,
  SOUND_FOR,
  TELLS,
  UNTIL_ITS_FORM,
  WITH,
  WITH_EFFECT,
} from './request-patterns.ts'

export interface Subject {
  /** What the song is about, in the prompt's own words, short enough for a line; undefined where the prompt names nothing. */
  phrase: string | undefined
  /** A second thing that the prompt mentions. */
  detail: string | undefined
  /** What is neither of its sound nor of its form, where a prompt names nothing else: "Diwali" of "a Diwali song". */
  topic: string | undefined
  /** What the prompt says of the sound: "a slow jazz ballad". */
  style: string
  /** People that the prompt names, outside of the phrase. */
  names: string[]
}

const MOST_WORDS = 10
const MOST_SYLLABLES = 16
const MOST_SIGNS = 60
/** Of scripts that write no spaces. */
const MOST_DENSE_SIGNS = 16
const DETAIL_SYLLABLES = 9
/** A clause of fewer words may be the first of a list. */
const LIST_WORDS = 3

/** Takes a request for a song apart: its subject, its sound, its names. */
export function subjectOf(prompt: string): Subject {
  const text = withoutRefusals(plain(prompt))
  const { style, about, isLinked = false } = requestOf(text)
  const sentences = sentencesOf(about).map(clausesOf)
  const clauses = sentences.flat()
  // What "a song about" leads to is the subject, whatever it is: "a song about jazz".
  const isSubject = (clause: string): boolean => isLinked && clause === clauses[0]
  const isOfSound = (clause: string): boolean => !isSubject(clause) && (isStyle(clause) || isForeignSound(clause))
  const telling = sentences
    .map((sentence) =>
      sentence
        .filter((clause) => !isOfSound(clause) && (clauses.length === 1 || !isManners(clause)))
        .map(withoutSound)
        .filter((clause) => clause !== ''),
    )
    .filter((sentence) => sentence.length > 0)
  const title = titleIn(text, style)
  const { phrase, rest } = title === undefined ? phraseOf(telling) : { phrase: title, rest: telling.flat() }
  const sounds = [style.trim(), ...clauses.filter(isOfSound), ...clauses.map(soundIn)].filter((part) => part !== '')
  return {
    phrase,
    detail: rest.map(withoutWho).find((clause) => clause !== phrase && isDetail(clause)),
    topic: phrase === undefined && !isLinked ? topicOf(sounds[0] ?? '') : undefined,
    style: sounds.join(', '),
    names: namesIn(about).filter((name) => !phrase?.includes(name)),
  }
}

/** "no drums" is no subject, unless the prompt says nothing else. */
function withoutRefusals(text: string): string {
  const { wanted } = splitRefusals(text)
  return /[\p{L}\p{N}]/u.test(wanted) ? wanted : text
}

const isManners = (clause: string): boolean =>
  /^(?:please|pls|thanks|thank you|thx|cheers|hi|hey|hello)(?: (?:so much|a lot|there|in advance))?$/i.test(clause)

/** Of "a funny Diwali song for kids", "Diwali": from the first word that is no talk to the last one. */
function topicOf(style: string): string | undefined {
  const words = untilItsForm(style.replace(PLAYED_PART, '$1')).split(/\s+/)
  const isTopic = (word: string): boolean =>
    tokensOf(word).some((token) => !isTalk(token) && !FORM_WORD.test(token) && !DETERMINERS.test(token))
  const first = words.findIndex(isTopic)
  if (first === -1) return undefined
  const topic = words.slice(first, words.findLastIndex(isTopic) + 1).join(' ')
  return shortened(quiet(topic.replace(/'s$/, '')))
}

const DETERMINERS = /^(?:an?|the|this|that|these|those|his|her|its|my|your|our|their)$/i

/** Up to the form that is requested, without whom it is for and what it does. */
const untilItsForm = (clause: string): string => UNTIL_ITS_FORM.exec(clause)?.[0] ?? clause

/** Whether the form is the subject, and no request: "Tom wrote a theme", "Sarah and her music"; but not "a Diwali song". */
export function tellsOfForm(clause: string): boolean {
  if (TELLS.test(clause)) return true
  if (ASKS.test(clause)) return false
  const tokens = tokensOf(untilItsForm(clause))
  const last = tokens.findLastIndex((token) => !isTalk(token) && !DETERMINERS.test(token))
  const after = tokens.slice(last + 1)
  if (last === -1) return false
  return (
    HAS_TO_DO_WITH_MUSIC.test(tokens[last] ?? '') ||
    after.some((token) => DETERMINERS.test(token) || LEADS_ON.test(token)) ||
    after[0] === 'and'
  )
}

/** "Anna plays music", "children singing songs" */
const HAS_TO_DO_WITH_MUSIC =
  /^(?:(?:sing|play|mak|writ|hear|lov|lik|compos|humm|record|steal|shar|need|want)ing|sings|sang|play(?:s|ed)?|makes|made|writes|wrote|hears|heard|loves|loved|likes|liked|needs|needed|wants|wanted|composed)$/i

/** "life without music", "children sing to the music" */
const LEADS_ON = /^(?:without|to|in|of|on|with|at|than|is|has|have|should|need|want|hear|sing|make|give|tell)$/i

/** Without pictographs, control signs and what would be read as a mark of a section. */
function plain(prompt: string): string {
  return (
    prompt
      .normalize('NFC')
      .toWellFormed()
      .replaceAll('’', "'")
      .replace(/(?<=^|\s)'([^'\n]{2,80})'(?=$|[\s,.!?])/g, '"$1"')
      // The parts of pictographs that stand behind or beside them: colours of skin, flags, keycaps, their joints.
      .replace(/[\p{Emoji_Modifier}\p{Regional_Indicator}\u{200D}]|\u{FE0E}|\u{FE0F}|\u{20E3}/gu, '')
      .replace(/[\p{Extended_Pictographic}\p{Cc}\p{Cf}\p{Co}\p{Cn}\u{2669}-\u{266F}*_#~^|\\<>{}=+`]/gu, (sign) =>
        sign === '\n' ? '\n' : ' ',
      )
      // "a breakup song but make it funny": a request for the sound is a clause of its own.
      .replace(MAKE_IT, (whole, request: string) => (isSoundAlone(request) ? `, ${request}` : whole))
      .trim()
  )
}

const MAKE_IT = /[\s,]{1,3}(?:(?:but|and|then|also|please) ){0,2}(?:make|keep) it ([^,.;:!?\n]{3,40})(?=[,.;:!?\n]|$)/gi

/** What a prompt says of the sound, and what it is about; `isLinked` where words such as "about" lead from one to the other. */
function requestOf(text: string): { style: string; about: string; isLinked?: true } {
  const foreign = foreignRequestIn(text)
  if (foreign) return { ...foreign, isLinked: true }
  for (const pattern of [ABOUT, LINKED]) {
    const { style, link = '', about } = pattern.exec(text)?.groups ?? {}
    if (style !== undefined && about !== undefined && isHead(style) && !namesNoSubject(pattern, text, about)) {
      const told = occasionApart(about.replace(PURPOSE, ''))
      // "for piano", "on guitar": after these may stand a sound.
      return /^(?:for|on|to)$/i.test(link) ? { style, about: told } : { style, about: told, isLinked: true }
    }
  }
  const [, form, things] = WITH.exec(text) ?? []
  if (form !== undefined && things !== undefined && isHead(form) && !tokensOf(things).some(isSound))
    return { style: form, about: things }
  const { sound, told } = SOUND_FOR.exec(text)?.groups ?? {}
  if (sound !== undefined && told !== undefined && isSoundAlone(sound) && !FOR_HEARERS.test(told))
    return { style: sound, about: told }
  return isRequest(text) && !namesOccasion(text) ? { style: text, about: '' } : { style: '', about: text }
}

/** "my wife Maria for our anniversary" is about her; the day is a detail. */
const occasionApart = (about: string): string =>
  about.replace(
    /\s(?=(?:for|on) (?:our|her|his|my|their) [^,.;]{0,30}\b(?:anniversary|birthday|wedding|graduation|retirement)\b)/i,
    ', ',
  )

/** After "for" and "to" may stand who is to hear a song, and what it is to do. */
const namesNoSubject = (pattern: RegExp, text: string, about: string): boolean =>
  pattern === LINKED && (WITH_EFFECT.test(text) || FOR_HEARERS.test(about))

/** What stands before "about": known words alone, or any that end in the name of a form or of a sound, or in its manner. */
function isHead(text: string): boolean {
  const head = text.trim()
  if (isRequest(head)) return true
  // "in the style of Queen, about …": a clause of its own.
  if (head.endsWith(',')) return !TELLS.test(head) && tokensOf(head).some(isSound)
  if (tellsOfForm(head)) return false
  return ENDS_IN_FORM.test(head) || IN_A_MANNER.test(head) || isSound(tokensOf(head).at(-1) ?? '')
}

/** Does the text ask for a song in some style, and say nothing else? "The song of the sea" is a subject, though. */
export function isRequest(text: string): boolean {
  if (/^the\s|^my\s/i.test(text)) return false
  return tokensOf(text).every(isTalk)
}

const isTalk = (word: string): boolean =>
  isSound(word) || REQUEST_WORDS.has(word) || JOINING_WORDS.has(word) || OCCASIONS.has(word)

/** "love", "happy birthday" are subjects, "write a love song" is a request. */
const namesOccasion = (text: string): boolean =>
  tokensOf(text).some((word) => OCCASIONS.has(word)) &&
  !/^(?:please|can|could|write|make|compose|create|give|i)\s/i.test(text)

/** The title of a requested song: 'a song called "Blue Door"', but not "a boy named Sue". */
function titleIn(text: string, style: string): string | undefined {
  const [, quoted, bare] = (style === '' ? null : CALLED.exec(text)) ?? []
  const title = clausesOf(quoted ?? bare ?? '').join(', ')
  return title === '' ? undefined : shortened(quiet(title))
}

/** Also of compounds: "k-pop", "post-punk". */
const isSound = (word: string): boolean =>
  STYLE_WORDS.has(word) || STYLE_WORDS.has(word.slice(word.lastIndexOf('-') + 1)) || /^\d+(?:bpm)?$/.test(word)

function isStyle(clause: string): boolean {
  // Of one word, "song" and "music" are subjects as well.
  if (clause.includes(' ') && !tellsOfForm(clause) && (ENDS_IN_FORM.test(clause) || WITH_EFFECT.test(clause)))
    return true
  return (HAS_PARTS.test(clause) && IS_OF_LENGTH.test(clause)) || isSoundAlone(clause)
}

const HAS_PARTS = /\b(?:minutes?|seconds?|verses?|chorus(?:es)?|bridges?|lines?|words?|hooks?|intros?|outros?)\b/i
/** "2 verses and a chorus", "three minutes long" */
const IS_OF_LENGTH =
  /^(?:(?:\d{1,3}|an?|one|two|three|four|and|or|with|about|only|just|at least|minutes?|seconds?|verses?|chorus(?:es)?|bridges?|lines?|words?|hooks?|intros?|outros?|long|short)(?:\s|$)){2,12}$/i

/** "with an instrumental outro" */
const PLAYED_PART =
  /\b(instrumental)\s(?:breaks?|intros?|outros?|bridges?|parts?|sections?|interludes?|solos?|endings?|passages?)\b/gi

function isSoundAlone(clause: string): boolean {
  const words = tokensOf(clause.replace(PLAYED_PART, '$1')).filter((word) => !JOINING_WORDS.has(word))
  return words.length > 0 && words.every(isSound) && words.some((word) => STYLE_WORDS.has(word))
}

const sentencesOf = (text: string): string[] => text.split(/[;!?。！？；…\n]|[.]{1,9}(?=\s|$)/u)

const clausesOf = (text: string): string[] =>
  text
    .split(/[,:()[\]"“”„«»、，：・]|\s[-–—/]\s/u)
    .map((clause) => trimmed(clause.replace(/\s+/g, ' ')))
    .filter((clause) => clause !== '')

/** From the first letter or number to the last one. */
function trimmed(clause: string): string {
  const signs = [...clause]
  const first = signs.findIndex((sign) => /[\p{L}\p{N}]/u.test(sign))
  const last = signs.findLastIndex((sign) => /[\p{L}\p{M}\p{N}'%]/u.test(sign))
  return first === -1 ? '' : signs.slice(first, last + 1).join('')
}

const SOUND_AFTER = /\s(?:in the style of|in a|with|at|in the key of|in)\s/gi

/** Where a description of the sound begins at the end of a clause: "… with a slow piano"; -1 without one. */
function soundStart(clause: string): number {
  for (const match of ` ${clause}`.matchAll(SOUND_AFTER)) {
    const after = ` ${clause}`.slice(match.index + match[0].length)
    if (isPlace(match[0], after)) continue
    if (/style of/i.test(match[0]) || isSoundAlone(after) || /^[A-G][#b]? (?:minor|major)$/.test(after))
      return Math.max(0, match.index - 1)
  }
  return -1
}

/** "summer in Nice": a capital marks no sound, but a name. */
const isPlace = (before: string, after: string): boolean =>
  /^\s(?:in|at)\s$/i.test(before) && /^\p{Lu}\p{Ll}+$/u.test(after)

function withoutSound(clause: string): string {
  const start = soundStart(clause)
  return start === -1 ? clause : clause.slice(0, start)
}

function soundIn(clause: string): string {
  const start = soundStart(clause)
  return start === -1 ? '' : clause.slice(start).trim()
}

function phraseOf([sentence = [], ...later]: string[][]): { phrase: string | undefined; rest: string[] } {
  const [first, ...others] = sentence.flatMap((clause, index) => (index === 0 ? whoApart(clause) : [clause]))
  if (first === undefined) return { phrase: undefined, rest: [] }
  let phrase = shortened(quiet(first))
  let taken = 0
  // "coffee, rain, goodbye": a list is one subject.
  if (wordCount(first) < LIST_WORDS)
    for (const other of others) {
      const longer = `${phrase}, ${quiet(other)}`
      if (!isShort(longer)) break
      phrase = longer
      taken++
    }
  return { phrase, rest: [...others.slice(taken), ...later.flat()] }
}

/** "my grandma Rosa who is turning 90" is about her; that she turns 90 is a detail. */
function whoApart(clause: string): string[] {
  const [, who, what] = WHO_IS.exec(clause) ?? []
  return who !== undefined && what !== undefined ? [who, what] : [clause]
}

const WHO_IS = /^((?:my|our|his|her|their)\s.{2,40}?)\swho(?:'s| is| was| has| will| just)\s(.{3,60})$/i

const wordCount = (text: string): number => text.split(' ').length

/** A text in capitals alone is shouted, not named. */
function quiet(text: string): string {
  const isShouted = text === text.toUpperCase() && text !== text.toLowerCase() && [...text].length > 4
  const said = isShouted ? text.toLowerCase() : text
  // "I" is a word of its own in other languages: "kot i pies".
  return latinLanguageOf(said) === 'english' ? said.replace(/(?<![\p{L}\p{M}])i(?=$| |')/gu, 'I') : said
}

const isDense = (text: string): boolean =>
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(text)

const isShort = (text: string): boolean =>
  wordCount(text) <= MOST_WORDS &&
  [...text].length <= (isDense(text) ? MOST_DENSE_SIGNS : MOST_SIGNS) &&
  syllablesIn(text) <= MOST_SYLLABLES

/** The longest beginning that is short enough to sing and ends where a thought does. */
function shortened(text: string): string {
  if (isShort(text)) return text
  const words = text.split(' ')
  const beginnings = words
    .slice(0, MOST_WORDS)
    .map((_, index) => words.slice(0, index + 1))
    .filter((part) => isShort(part.join(' ')))
  const thought = beginnings.findLast(
    (part) => part.length > 1 && isCut(words[part.length] ?? '') && !isDangling(part.at(-1) ?? ''),
  )
  if (thought) return thought.join(' ')
  const longest = [...(beginnings.at(-1) ?? [])]
  while (longest.length > 1 && isDangling(longest.at(-1) ?? '')) longest.pop()
  return longest.length > 0 ? longest.join(' ') : cutWord(words[0] ?? text)
}

/** One word that is longer than a line. */
function cutWord(word: string): string {
  const signs = [...new Intl.Segmenter().segment(word)].map(({ segment }) => segment)
  const most = isDense(word) ? MOST_DENSE_SIGNS : 24
  return signs.slice(0, most).join('').slice(0, MOST_SIGNS)
}

const isCut = (word: string): boolean => CUT_BEFORE.has(word.toLowerCase())

const isDangling = (word: string): boolean => DANGLING_WORDS.has(word.toLowerCase())

/** "who met in Prague" is told as "met in Prague", and "about her" as "her". */
const withoutWho = (clause: string): string => clause.replace(/^(?:who(?:'s)?|about)\s(?=\S)/i, '')

const isDetail = (clause: string): boolean =>
  wordCount(clause) > 1 &&
  syllablesIn(clause) <= DETAIL_SYLLABLES &&
  !isDangling(clause.split(' ').at(-1) ?? '') &&
  !/^(?:and|or|but|so|that|which|whose|very|no|not|please|make|use|add|keep|include|it)\b/i.test(clause)

/** Names of people: capitalized inside of a sentence, and not after "in" or "to". None where every word is capitalized. */
function namesIn(text: string): string[] {
  const words = text.match(/[\p{L}\p{M}'-]+|[.,!?\n]/gu) ?? []
  const isCapital = (word: string): boolean => /^\p{Lu}\p{Ll}/u.test(word)
  const spoken = words.filter((word) => word !== ',')
  if (spoken.filter(isCapital).length * 2 > spoken.length + 1) return []
  const isName = (word: string, index: number): boolean => {
    const before = words[index - 1]?.toLowerCase() ?? '.'
    const isInside = isCapital(word) && !/^[.!?\n]$/.test(before) && !PLACE_PREPOSITIONS.has(before)
    return isInside && !NOT_NAMES.has(word.toLowerCase()) && !STYLE_WORDS.has(word.toLowerCase())
  }
  const names: string[] = []
  words.forEach((word, index) => {
    const before = words[index - 1] ?? ''
    if (!isName(word, index)) return
    // "the Riverside Rovers" have one name.
    if (names.length > 0 && isName(before, index - 1) && !before.endsWith("'s")) names.push(`${names.pop()} ${word}`)
    else names.push(word)
  })
  return [...new Set(names.map((name) => name.replace(/'s$/, '')))].slice(0, 3)
}

/** Words in lower case, with the hyphens and signs that are part of them. */
export function tokensOf(text: string): string[] {
  return (
    text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+(?:['&-][\p{L}\p{M}\p{N}]+){0,8}|\p{Extended_Pictographic}/gu) ?? []
  )
}
