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
  const text = plain(prompt).replace(RUSSIAN_REQUEST, 'песня')
  const { style, about } = requestOf(text)
  const sentences = sentencesOf(about).map(clausesOf)
  const clauses = sentences.flat()
  const telling = sentences
    .map((sentence) => sentence.map(withoutSound).filter((clause) => clause !== '' && !isStyle(clause)))
    .filter((sentence) => sentence.length > 0)
  const title = titleIn(text, style)
  const { phrase, rest } = title === undefined ? phraseOf(telling) : { phrase: title, rest: telling.flat() }
  const sounds = [style.trim(), ...clauses.filter(isStyle), ...clauses.map(soundIn)].filter((part) => part !== '')
  return {
    phrase,
    detail: rest.map(withoutWho).find((clause) => clause !== phrase && isDetail(clause)),
    topic: phrase === undefined ? topicOf(sounds[0] ?? '') : undefined,
    style: sounds.join(', '),
    names: namesIn(about).filter((name) => !phrase?.includes(name)),
  }
}

/** Of "a funny Diwali song for kids", "Diwali". */
function topicOf(style: string): string | undefined {
  const [before = ''] = style.split(TO_ITS_USE)
  const words = before
    .split(/\s+/)
    .filter((word) => tokensOf(word).some((token) => !isTalk(token) && !FORM_WORD.test(token)))
  return words.length === 0 ? undefined : shortened(quiet(words.join(' ')))
}

/** Without pictographs, control signs and what would be read as a mark of a section. */
function plain(prompt: string): string {
  return prompt
    .normalize('NFC')
    .toWellFormed()
    .replaceAll('’', "'")
    .replace(/(?<=^|\s)'([^'\n]{2,80})'(?=$|[\s,.!?])/g, '"$1"')
    .replace(/[\p{Extended_Pictographic}\p{Cc}\p{Cf}\p{Co}\p{Cn}*_#~^|\\<>{}=+`]/gu, (sign) =>
      sign === '\n' ? '\n' : ' ',
    )
    .trim()
}

/** Words that may follow the name of the form: "a song about …". */
const LINKS =
  'about|for|on|of|called|titled|named|dedicated to|in which|where|celebrating|describing|praising|teaching|remembering|inspired by|to'
const FORM =
  'songs?|ballads?|tracks?|lyrics?|tunes?|poem|anthem|lullaby|hymn|jingle|rap|piece|ode|waltz|shanty|carol|number|banger|bop|jam|theme|duet|music|story|soundscapes?|soundtrack|beats?|instrumentals?|loop|playlist'
const ABOUT = /^(.{0,200}?)\b(?:about|called|titled)\s(.+)$/is
/** A title that the prompt gives its song, in quotation marks or up to the next clause; but not "a whale named Moby". */
const CALLED = new RegExp(
  `\\b(?:${FORM}),?\\s(?:called|titled|entitled|named)\\s(?:["“”„«]([^"“”„«»]{1,80})["“”»]|(.{1,80}?)(?=$|[,.;:!?\\n]|\\s(?:about|with|in the style)\\s))`,
  'i',
)
const LINKED = new RegExp(`^(.{0,200}?\\b(?:${FORM}))\\s(?:${LINKS})\\s(.+)$`, 'is')
/** "a spooky song with witches": what is with it may also be a sound. */
const WITH = new RegExp(`^(.{0,200}?\\b(?:${FORM}))\\s(?:with|featuring)\\s(.+)$`, 'is')
/** A request that names its form last: "a battle song", "breakup songs for kids", "a song in French". */
const ENDS_IN_FORM = new RegExp(`\\b(?:${FORM})(?:\\s(?:for|in|by|from|with)\\s[^,]{1,40})?$`, 'i')
const FORM_WORD = new RegExp(`^(?:${FORM})$`, 'i')
/** After the form: whom or what it is for, and what it does. */
const TO_ITS_USE = /\s(?:for|in|by|from|with|that|which|to|you can|people can)\s/i
/** What a song is to do says nothing of its words: "a song that makes people dance". */
const WITH_EFFECT = new RegExp(
  `\\b(?:${FORM})\\s(?:that|which|you can|people can|to)\\s(?:makes?|helps?|lets?|gets?|sounds?|feels?|is|will|can|could|should|would|dance|work|study|relax|sleep|sing|cry)\\b`,
  'i',
)
const FOR_HEARERS =
  /^(?:kids|children|toddlers|babies|adults|teens|everyone|everybody|beginners|families)(?=$|[,.;!?\n])/i
/** What a song is to do for what it is about: "a song to cheer up my friend". */
const PURPOSE =
  /^(?:cheer up|celebrate|thank|honou?r|remember|welcome|comfort|encourage|congratulate|motivate|surprise|greet|apologi[sz]e to|say (?:goodbye|sorry|thank you|thanks) to)\s(?=\S)/i
/** A sentence of its own: "I wrote a song about you". */
const TELLS = /^(?:the|my|our|he|she|we|they|you)\s|^i\s(?!want|need|would|am looking|have to|like to)/i
const IN_LANGUAGES: readonly RegExp[] = [
  /^((?:escribe(?:me)?|escríbeme|haz(?:me)?|crea|compón|quiero)?\s?(?:una?\s)?(?:\p{L}+\s)?(?:canción|balada|letra|nana|himno)(?:\s(?:de\s(?:amor|cuna|navidad|cumpleaños|boda|despedida)|\p{L}+)(?:\s\p{L}+)?)?)\s(?:sobre|acerca de|para|de)\s(.+)$/isu,
  /^((?:scrivi(?:mi)?|crea|componi|vorrei)?\s?(?:una?\s)?(?:\p{L}+\s)?(?:canzone|ballata|ninna nanna|inno)(?:\s(?:d'amore|di natale|di compleanno|d'addio|\p{L}+)(?:\s\p{L}+)?)?)\s(?:su|sulla|sul|sullo|sull'|per|di)\s(.+)$/isu,
  /^((?:schreibe?|mach|komponiere|dichte)?\s?(?:mir\s)?(?:ein(?:e|en)?\s)?(?:\p{L}+\s)?(?:\p{L}{0,16}lied|song|ballade|hymne))\s(?:über|für|von)\s(.+)$/isu,
  /^((?:écris|compose|crée)?(?:-moi)?\s?(?:une?\s)?(?:chanson|ballade|berceuse)(?:\s(?:d'amour|de noël|d'anniversaire|d'adieu|d'été|\p{L}+)(?:\s\p{L}+)?)?)\s(?:sur|pour|à propos de)\s(.+)$/isu,
  /^((?:请)?(?:帮我)?(?:写|创作|作|來|来)?一?(?:首|个)?关于)(.+?)的?(?:歌曲|歌词|情歌|歌)?$/su,
]
const BEFORE_ITS_FORM: readonly RegExp[] = [
  /^(.+?)(?:についての|に関する|の)(?:歌|曲|ソング|バラード)(?:を.*)?$/su,
  /^(?:한국어로\s)?(.+?)(?:에 대한|에 관한|을 위한|를 위한|의)?\s(?:노래|곡|발라드)(?:[를을].*)?$/su,
]
/** "I want a song" is no part of its name, and has another case. */
const RUSSIAN_REQUEST = /^(?:(?:я\s)?хочу|напиши(?:\sмне)?|сделай|создай|сочини)\sпесню(?=\s)/iu

function requestOf(text: string): { style: string; about: string } {
  for (const pattern of IN_LANGUAGES) {
    const [, style, about] = pattern.exec(text) ?? []
    if (style !== undefined && about !== undefined) return { style, about: nominative(about) }
  }
  for (const pattern of BEFORE_ITS_FORM) {
    const [, before] = pattern.exec(text) ?? []
    if (before !== undefined) return { style: '', about: before }
  }
  for (const pattern of [ABOUT, LINKED]) {
    const [, style, about] = pattern.exec(text) ?? []
    if (style !== undefined && about !== undefined && isHead(style) && !namesNoSubject(pattern, text, about))
      return { style, about: occasionApart(about.replace(PURPOSE, '')) }
  }
  const [, form, things] = WITH.exec(text) ?? []
  if (form !== undefined && things !== undefined && isHead(form) && !tokensOf(things).some(isSound))
    return { style: form, about: things }
  return isRequest(text) && !namesOccasion(text) ? { style: text, about: '' } : { style: '', about: text }
}

/** "my wife Maria for our anniversary" is about her; the day is told beside it. */
const occasionApart = (about: string): string =>
  about.replace(
    /\s(?=(?:for|on) (?:our|her|his|my|their) [^,.;]{0,30}\b(?:anniversary|birthday|wedding|graduation|retirement)\b)/i,
    ', ',
  )

/** After "for" and "to" may stand who is to hear a song, and what it is to do. */
const namesNoSubject = (pattern: RegExp, text: string, about: string): boolean =>
  pattern === LINKED && (WITH_EFFECT.test(text) || FOR_HEARERS.test(about))

/** What stands before "about": known words alone, or any that end in the name of a form or of a sound. */
function isHead(text: string): boolean {
  const head = text.trim()
  return isRequest(head) || (!TELLS.test(head) && (ENDS_IN_FORM.test(head) || isSound(tokensOf(head).at(-1) ?? '')))
}

/** German: "über den Regen" is about "der Regen". */
const nominative = (about: string): string =>
  about.replace(/^(?:den|einen|meinen|deinen|unseren)(?=\s\p{Lu})/u, (article) =>
    article === 'den' ? 'der' : article.slice(0, -2),
  )

/** Does the text ask for a song in some style, and say nothing else? "The song of the sea" is a subject, though. */
function isRequest(text: string): boolean {
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
  if (clause.includes(' ') && !TELLS.test(clause) && (ENDS_IN_FORM.test(clause) || WITH_EFFECT.test(clause)))
    return true
  const words = tokensOf(clause).filter((word) => !JOINING_WORDS.has(word))
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
    if (/style of/i.test(match[0]) || isStyle(after) || /^[A-G][#b]? (?:minor|major)$/.test(after))
      return Math.max(0, match.index - 1)
  }
  return -1
}

function withoutSound(clause: string): string {
  const start = soundStart(clause)
  return start === -1 ? clause : clause.slice(0, start)
}

function soundIn(clause: string): string {
  const start = soundStart(clause)
  return start === -1 ? '' : clause.slice(start).trim()
}

function phraseOf([sentence = [], ...later]: string[][]): { phrase: string | undefined; rest: string[] } {
  const [first, ...others] = sentence
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

const wordCount = (text: string): number => text.split(' ').length

/** A text in capitals alone is shouted, not named. */
function quiet(text: string): string {
  const isShouted = text === text.toUpperCase() && text !== text.toLowerCase() && [...text].length > 4
  return (isShouted ? text.toLowerCase() : text).replace(/\bi(?=$| |')/g, 'I')
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

/** "who met in Prague" is told as "met in Prague". */
const withoutWho = (clause: string): string => clause.replace(/^who(?:'s)?\s(?=\S)/i, '')

const isDetail = (clause: string): boolean =>
  wordCount(clause) > 1 &&
  syllablesIn(clause) <= DETAIL_SYLLABLES &&
  !isDangling(clause.split(' ').at(-1) ?? '') &&
  !/^(?:and|or|but|so|that|which|whose|very|no|not|please|make|use|add|keep|include|it)\b/i.test(clause)

/** Names of people: capitalized inside of a sentence, and not after "in" or "to". None where every word is capitalized. */
function namesIn(text: string): string[] {
  const words = text.match(/[\p{L}\p{M}'-]+|[.!?]/gu) ?? []
  const isCapital = (word: string): boolean => /^\p{Lu}\p{Ll}/u.test(word)
  if (words.filter(isCapital).length * 2 > words.length + 1) return []
  const names = words.filter((word, index) => {
    const before = words[index - 1]?.toLowerCase() ?? '.'
    const isName = isCapital(word) && !/^[.!?]$/.test(before) && !PLACE_PREPOSITIONS.has(before)
    return isName && !NOT_NAMES.has(word.toLowerCase()) && !STYLE_WORDS.has(word.toLowerCase())
  })
  return [...new Set(names.map((name) => name.replace(/'s$/, '')))].slice(0, 3)
}

/** Words in lower case, with the hyphens and signs that are part of them. */
export function tokensOf(text: string): string[] {
  return (
    text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+(?:['&-][\p{L}\p{M}\p{N}]+){0,8}|\p{Extended_Pictographic}/gu) ?? []
  )
}
