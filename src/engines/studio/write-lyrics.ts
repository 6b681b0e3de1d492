import { inWordsOfTags } from './foreign-styles.ts'
import { subjectsInEnglish } from './foreign-subjects.ts'
import { GENRES } from './genres.ts'
import { answersTo } from './lyric-answers.ts'
import { MOODS, OCCASIONS, ORDINARY_STYLES, STYLE_WORDS } from './lyric-words.ts'
import { endOf, syllablesIn } from './metre.ts'
import { withoutLabels } from './prompt-fields.ts'
import { ENGLISH, type Language, languageOf, withoutLanguage } from './prompt-language.ts'
import { type Subject, subjectOf, tokensOf } from './prompt-subject.ts'
import { type Random, randomFrom, rotate } from './random.ts'
import { isForInstruments, splitRefusals } from './refusals.ts'
import type { Couplet, Theme } from './theme.ts'
import { THEMES } from './themes.ts'
import { titleOf } from './title.ts'

export interface Lyrics {
  title: string
  /** With section marks in square brackets. */
  text: string
  tags: string[]
  /** What a reader has to know about them: that they are not in the prompt's language. */
  notes: string[]
}

const LONGEST_PROMPT = 4_000

/**
 * Two verses, a chorus and a bridge in rhymed couplets. The prompt's own phrase is the refrain and the title; its subject
 * decides from which lines the rest is taken. No line of a verse or the bridge is sung twice.
 */
export function writeLyrics({ prompt, seed }: { prompt: string; seed: number }): Lyrics {
  const text = withoutLabels([...prompt.slice(0, LONGEST_PROMPT)].join('').toWellFormed())
  const random = randomFrom(text, seed, 'lyrics')
  const language = languageOf(text)
  const asked = withoutLanguage(text)
  const subject = subjectOf(asked)
  const abroad = language === ENGLISH || language.lines ? [] : subjectsInEnglish(text)
  const [first, second] = themesOf(subject, [withoutNamesOfStyles(text), ...abroad].join(' '))
  const lines = language.lines ?? first
  const turn = <T>(list: readonly [T, ...T[]], about: string): T => rotate(list, text + about, seed)
  const told = subject.phrase ?? (isTold(text) && !isNamed(subject.topic) ? undefined : subject.topic)
  const refrain = told ?? small(turn(lines.hooks, 'hook'))
  const titled = told !== undefined ? languageOf(asked) : language.lines ? language : ENGLISH

  const taken = new Set<string>()
  // Neighbouring seeds begin with different lines, so that two versions are told apart.
  const opening = take([turn(lines.scene, 'scene')], taken, random)
  const chorus = [...refrainLines(refrain, lines, language, random), ...take(lines.chorus, taken, random)]
  const verse1 = [...opening, ...take(language.lines ? lines.scene : second.scene, taken, random)]
  const verse2 = [...take(lines.turn, taken, random), ...take(lines.after, taken, random)]
  const theirs = own(subject, language, taken, random)
  const tags = tagsOf(subject, asked, language, lines, turn)
  const form = formOf(tags[0] ?? '')
  // A song that tells a story goes on telling it, unless the prompt has something of its own to say.
  const isStory = form === 'story' && theirs.length === 0
  const bridge = [...theirs, ...(isStory ? take(lines.after, taken, random) : []), ...take(lines.bridge, taken, random)]
  const sections: [string, string[]][] = [
    ['Verse 1', verse1],
    ['Chorus', chorus],
    ['Verse 2', verse2],
    ['Chorus', chorus],
    ...(form === 'solo' ? [['Solo', []] as [string, string[]]] : []),
    [isStory ? 'Verse 3' : 'Bridge', bridge],
    ['Chorus', chorus],
    ...(form === 'quiet' ? [['Outro', chorus.slice(0, 1)] as [string, string[]]] : []),
  ]
  return {
    title: titleOf(capital(refrain), titled.name),
    text: sections.map(([name, lines]) => [`[${name}]`, ...lines].join('\n')).join('\n\n'),
    tags,
    notes: notesOn(language),
  }
}

/** Styles whose songs tell a story in verses, whose bands step forward for a solo, and which end as quietly as they came. */
const FORMS: readonly (readonly [form: 'story' | 'solo' | 'quiet', styles: ReadonlySet<string>])[] = [
  ['story', new Set(['folk', 'country', 'celtic', 'hip hop', 'trap', 'tango', 'flamenco', 'reggae'])],
  ['solo', new Set(['rock', 'metal', 'punk', 'blues', 'jazz', 'funk', 'ska', 'salsa', 'samba', 'bossa nova', 'disco'])],
  ['quiet', new Set(['lullaby', 'ambient', 'lo-fi', 'ballad', 'gospel', 'waltz', 'raga'])],
]

/** How a song of a style goes on after its second chorus; undefined: with a bridge alone. */
const formOf = (style: string) => FORMS.find(([, styles]) => styles.has(style))?.[0]

/** The themes for the first lines and for those beside them: by the words of the prompt, else by its mood. */
function themesOf(subject: Subject, prompt: string): [Theme, Theme] {
  const sung = withoutTaste(tokensOf([subject.phrase ?? '', ...subject.names, subject.detail ?? ''].join(' ')))
  const all = withoutTaste(tokensOf(prompt))
  // "my mum's birthday" is about the birthday, "my love of trains" about the trains.
  const occasions = [
    ...tokensOf(subject.style).filter((word) => OCCASIONS.has(word)),
    ...sung.filter((word) => OCCASIONS.has(word) && !/^(?:love|summer)$/.test(word)),
  ]
  const scores = new Map<Theme, number>()
  const add = (tokens: string[], worth: (place: number) => number): void => {
    for (const { place, meant } of meantBy(tokens, THEME_WORDS))
      scores.set(meant, (scores.get(meant) ?? 0) + worth(place))
  }
  add(occasions, () => 3)
  add(all, () => 1)
  // What comes first is mostly the subject: "a dog in the snow" is about the dog.
  add(sung, (place) => 2 - place / 1_000)
  const ranked = [...scores].sort(([, one], [, other]) => other - one).map(([theme]) => theme)
  const [one, other] = inMourning(ranked)
  const mood = moodsIn(all)[0]
  if (subject.phrase === undefined && mood && occasions.length === 0 && !isTold(prompt))
    return [THEMES[mood[2]], THEMES[mood[2]]]
  if (one) return [one, other ?? one]
  const general = mood ? THEMES[mood[2]] : all.includes('you') ? THEMES.love : rotate(GENERAL_THEMES, prompt, 0)
  return [general, general]
}

/** Does a prompt mention a theme? Words for a sound mention none: a sad piano ballad is not about the piano. */
const isTold = (prompt: string): boolean =>
  tokensOf(prompt).some((token) => token === 'dance' || (!STYLE_WORDS.has(token) && THEME_WORDS.has(token)))

/** "Paul and Mary" of "Paul and Mary's wedding song". */
const isNamed = (topic = ''): boolean => /(?<!\p{L})\p{Lu}\p{Ll}/u.test(topic)

/** Words in the names of styles are about nothing: death metal mourns no one. */
const withoutNamesOfStyles = (prompt: string): string =>
  prompt.replace(
    /\b(?:death|black|doom|nature|space|sea|rap|dance|love)[\s-](?=(?:metal|rock|disco|shanty|shanties|battle|pop)\b)/gi,
    '',
  )

/** Who has died is not sung to as if alive: mourning comes first, and has lines of its own for animals. */
function inMourning(ranked: readonly Theme[]): readonly Theme[] {
  if (!ranked.slice(0, 3).includes(THEMES.grief)) return ranked
  if (ranked.slice(0, 3).includes(THEMES.pet)) return [THEMES.petLoss]
  return [THEMES.grief, ...ranked.filter((theme) => theme !== THEMES.grief && MOURNED.includes(theme))]
}

/** Themes whose scenes stand beside those of mourning. */
const MOURNED: readonly Theme[] = [THEMES.love, THEMES.nature, THEMES.sea, THEMES.winter, THEMES.rain]

/** "I love pizza" and "he loves fishing" are about no love; "I love you" is. */
function withoutTaste(tokens: string[]): string[] {
  return tokens.filter((token, index) => {
    if (token === 'lost') return !isMislaid(tokens.slice(index + 1))
    if (!/^(?:love|loves|loved|loving)$/.test(token)) return true
    const isVerb =
      token === 'loves' || /^(?:i|we|they|you|he|she|who|really|much|just|always)$/.test(tokens[index - 1] ?? '')
    return !isVerb || /^(?:you|him|her|me|us|them|each|my|your|someone|somebody)?$/.test(tokens[index + 1] ?? '')
  })
}

/** Who has lost keys, a match or their way mourns no one. */
const isMislaid = ([first = '', second = '']: string[]): boolean =>
  /^(?:my|his|her|our|the|a|an)$/.test(first) &&
  !/^(?:mum|mom|mother|dad|father|parents?|grand\w{2,8}|nan|nana|granny|friends?|best|dear|beloved|only|first|wife|husband|baby|child|son|daughter|brother|sister|aunt|uncle|cousin|dogs?|cats?|puppy|kitten|pet|love|one|loved|man|woman|boy|girl|people|hero|heart)$/.test(
    second,
  )

/** Themes that suit any subject. */
const GENERAL_THEMES = [
  THEMES.love,
  THEMES.journey,
  THEMES.courage,
  THEMES.nature,
  THEMES.city,
  THEMES.youth,
  THEMES.friends,
] as const

type Index<T> = ReadonlyMap<string, readonly T[]>

function indexOf<T>(entries: readonly (readonly [words: string, meant: T])[]): Index<T> {
  const index = new Map<string, T[]>()
  for (const [words, meant] of entries)
    for (const word of words.split(' ')) index.set(word, [...(index.get(word) ?? []), meant])
  return index
}

const THEME_WORDS = indexOf<Theme>(Object.values(THEMES).map((theme) => [theme.words, theme]))
const MOOD_WORDS = indexOf(MOODS.map((mood) => [mood[1], mood]))

/** What tokens, and phrases of them, mean by the index. Whole words only: "train" is no rain. */
function meantBy<T>(tokens: string[], index: Index<T>): { place: number; meant: T }[] {
  return tokens.flatMap((token, place) => {
    const phrases = [`${token}-${tokens[place + 1]}`, `${token}-${tokens[place + 1]}-${tokens[place + 2]}`]
    const found = new Set([...singular(token), ...phrases].flatMap((word) => index.get(word) ?? []))
    return [...found].map((meant) => ({ place, meant }))
  })
}

/** A word as it stands, and without the endings of plurals and possessives. */
const singular = (word: string): string[] => [
  word,
  word.replace(/'s?$/, ''),
  word.replace(/(?<=\p{L}{2})s$/u, ''),
  word.replace(/es$/, ''),
  word.replace(/ies$/, 'y'),
]

/** The refrain twice with a rhymed end each time, or with a second line that rhymes, or alone where it fills the lines. */
function refrainLines(refrain: string, { tails }: Theme, language: Language, random: Random): string[] {
  const length = syllablesIn(refrain)
  const answers = language.lines ? [] : answersTo(refrain)
  if (answers.length > 0 && length > 4 && random.chance(0.6))
    return [capital(refrain), random.pick(answers as [string])]
  if (length > LONGEST_BEFORE_TAIL)
    return [capital(refrain), (random.chance(0.7) && echoOf(refrain, language)) || capital(refrain)]
  const ends = linesOf(random.pick(tails))
  const start = length <= SHORTEST_ALONE ? [refrain, refrain] : [refrain]
  return ends.map((end) => capital([...start, end].join(language.comma)))
}

/** The end of a long refrain, sung again until it fills a line: "in Amsterdam, in Amsterdam". */
function echoOf(refrain: string, { comma }: Language): string | undefined {
  const words = refrain.split(' ')
  const isSmall = (index: number): boolean => index > 0 && ECHO_START.test(words[index] ?? '')
  let from = words.findLastIndex((_, index) => index < words.length - 1 && isSmall(index))
  while (isSmall(from - 1)) from--
  const echo = words.slice(from === -1 ? -2 : from).join(' ')
  if (NO_ECHO_START.test(echo)) return undefined
  const length = syllablesIn(refrain)
  const times = Math.round(length / Math.max(1, syllablesIn(echo)))
  if (words.length < 3 || times < 2 || times > 3) return undefined
  const line = Array.from({ length: times }, () => echo).join(comma)
  return Math.abs(syllablesIn(line) - length) <= 2 ? capital(line) : undefined
}

/** Words with which what comes again may begin: "in Amsterdam"; not "of rent increases", "it funny". */
const ECHO_START = /^(?:an?|the|in|on|at|to|for|from|by|with|into|onto|over|under|through|my|your|his|her|our|their)$/
const NO_ECHO_START = /^(?:and|or|but|y|e|et|und|и|та|i)\s/i

const LONGEST_BEFORE_TAIL = 7
const SHORTEST_ALONE = 3

/** Lines for a second thing and for the people that the prompt names outside of its phrase. */
function own(subject: Subject, language: Language, taken: Set<string>, random: Random): string[] {
  if (language.lines) return []
  const name = subject.names.slice(0, 2).join(' and ')
  if (name !== '') return take(FOR_PEOPLE, taken, random).map((line) => line.replaceAll('*', name))
  const detail = subject.detail && capital(subject.detail)
  if (!detail) return []
  const answers = answersTo(detail)
  if (answers.length > 0) return [detail, random.pick(answers as [string])]
  const fitting = FOR_DETAILS.filter((couplet) => syllablesIn(`${detail} ${linesOf(couplet)[0]}`) <= LONGEST_OWN)
  return take(fitting, taken, random).map((line) => line.replaceAll('*', detail))
}

/** The longest line with words of the prompt: one that is longer than its neighbours makes all of them slow. */
const LONGEST_OWN = 11

/** For words with which nothing rhymes: what follows them does. */
const FOR_DETAILS: readonly Couplet[] = [
  '*, I know / *, and so',
  "*, it's true / *, and you",
  '*, you and I / *, until we die',
  '*, say it again / *, now and then',
]

/** The name stands at the beginning of both lines or inside of them, so any name keeps their metre. */
const FOR_PEOPLE: readonly [Couplet, ...Couplet[]] = [
  '*, if you hear this, leave a light / *, I am singing this tonight',
  "*, come and stand where I can see / *, you've always been a part of me",
  "*, here's the song I said I'd write / *, I finally got it right",
  '*, there is nothing I would change / *, nothing far away or strange',
  "*, take my hand and don't let go / *, you are more than you could know",
]

/** One couplet of the list that no line of the song has, with a rhyme that it does not have yet, if there is one. */
function take(list: readonly Couplet[], taken: Set<string>, random: Random): string[] {
  const open = shuffled(list, random)
    .map(linesOf)
    .filter(([line]) => !taken.has(line))
  const chosen =
    open.find(([line]) => !taken.has(endOf(line))) ?? open[0] ?? (list[0] === undefined ? [] : linesOf(list[0]))
  for (const line of chosen) taken.add(line).add(endOf(line))
  return chosen
}

function linesOf(couplet: Couplet): [string, string] {
  const [line = '', other = ''] = couplet.split(' / ')
  return [line, other]
}

/** The sound that the prompt names, or one that fits its subject. */
function tagsOf(
  subject: Subject,
  prompt: string,
  language: Language,
  theme: Theme,
  turn: <T>(list: readonly [T, ...T[]], about: string) => T,
): string[] {
  const { wanted, refused } = splitRefusals(prompt)
  const abroad = language === ENGLISH ? '' : inWordsOfTags(wanted)
  const said = `${wanted}, ${abroad}`
  const styles = stylesIn({ ...subject, style: `${subject.style}, ${abroad}` }, said).slice(0, 2)
  const moods = moodsIn(withoutTaste(tokensOf(said))).map(([mood]) => mood)
  const tempo = /\b\d{2,3} ?bpm\b/i.exec(wanted)?.[0].toLowerCase()
  const voice = isForInstruments(prompt)
    ? 'instrumental'
    : (voiceIn(said, refused.join(', ')) ?? turn(['female vocals', 'male vocals'], 'voice'))
  return [
    ...(styles.length > 0 ? styles : [turn(theme.styles, 'style')]),
    ...(moods.length > 0 ? moods.slice(0, 2) : [turn(theme.moods, 'mood')]),
    ...(tempo === undefined ? [] : [tempo]),
    ...(language.lines ? [language.name] : []),
    voice,
  ]
}

const FEMALE = /\b(?:female|woman|girl)\b/i
const MALE = /\b(?:male|man's|boy)\b/i

/** Who is to sing: as the prompt says, or not as it refuses. */
function voiceIn(wanted: string, refused: string): string | undefined {
  if (FEMALE.test(wanted) || MALE.test(refused)) return 'female vocals'
  return MALE.test(wanted) || FEMALE.test(refused) ? 'male vocals' : undefined
}

/** Styles count where the sound is described; in the words of the subject, only names that mean nothing else. */
function stylesIn({ style, phrase }: Subject, prompt: string): string[] {
  const sound = (phrase === undefined ? prompt : style).toLowerCase()
  const subject = ` ${tokensOf(phrase ?? '').join(' ')} `
  return GENRES.filter(
    ({ name, words }) => words.test(sound) || (!ORDINARY_STYLES.has(name) && subject.includes(` ${name} `)),
  ).map(({ name }) => name)
}

/** In the order of the list, not of the prompt. */
function moodsIn(tokens: string[]): (typeof MOODS)[number][] {
  const found = new Set(meantBy(tokens, MOOD_WORDS).map(({ meant }) => meant))
  return MOODS.filter((mood) => found.has(mood))
}

function notesOn({ name, lines }: Language): string[] {
  if (lines || name === 'english') return []
  return [`the lyrics are in English around the prompt's own words: none can be written in ${name} yet`]
}

const small = (text: string): string => text.replace(/^\p{L}/u, (sign) => sign.toLowerCase())
const capital = (text: string): string => text.replace(/^\p{L}/u, (sign) => sign.toUpperCase())

function shuffled<T>(list: readonly T[], random: Random): T[] {
  return list
    .map((item) => ({ item, place: random.next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item)
}
