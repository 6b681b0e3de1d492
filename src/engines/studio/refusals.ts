import { JOINING_WORDS, STYLE_WORDS } from './lyric-words.ts'
import { FORM_WORD } from './request-patterns.ts'

/** What a request says of its sound, taken apart. */
export interface SplitRequest {
  /** The text without what it refuses. */
  wanted: string
  /** What it refuses, in lower case: "no drums, without autotune" refuses `['drums', 'autotune']`. */
  refused: string[]
}

const REFUSAL =
  /(?<![^\s,.;:!?(])(?:(?:but|and|please|with|use|has|have|having|there are)\s)?(?:no|not|without|minus|avoid|don't use|do not use)\s(?:any\s|too\s|the\s|an?\s)?([^,.;:!?\n()]{1,60})/gi
/** Where what is refused ends inside of its clause: "no drums but a piano". */
const AND_NOW = /\s(?:but|just|only|about|with|without|no|please|and\s(?:an?|the|no|some|with|without))(?=\s|$)/i
/**
 * Tells what a request refuses of the sound from what it wants. A refusal is a clause of its own, or stands right behind the form:
 * "a rock song without guitars". Whatever else a text has none of is what it tells ("a world without music"), and stays.
 */
export function splitRefusals(text: string): SplitRequest {
  const refused: string[] = []
  const wanted = text.replace(REFUSAL, (whole, rest: string, at: number) => {
    const end = AND_NOW.exec(rest)?.index ?? rest.length
    const thing = rest.slice(0, end).trim().toLowerCase()
    const isOfTheSound = tokensOf(thing).every((word) => isSoundOrForm(word) || JOINING_WORDS.has(word))
    if (thing === '' || !isOfTheSound || !speaksOfSound(text.slice(Math.max(0, at - 60), at))) return whole
    const after = splitRefusals(rest.slice(end))
    refused.push(thing, ...after.refused)
    return after.wanted
  })
  return { wanted, refused }
}

/** Does what stands before a refusal end a clause, or in the name of a form or of a sound? */
function speaksOfSound(before: string): boolean {
  const said = before.trimEnd()
  return said === '' || /[,.;:!?\n(]$/.test(said) || isSoundOrForm(tokensOf(said).at(-1) ?? '')
}

const tokensOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{M}\p{N}&'-]+/gu) ?? []

const isSoundOrForm = (word: string): boolean =>
  FORM_WORD.test(word) || STYLE_WORDS.has(word.toLowerCase()) || REFUSABLE.has(word.toLowerCase())

/** What is refused of a sound, and seldom named otherwise. */
const REFUSABLE: ReadonlySet<string> = new Set(
  `autotune auto-tune autotuned vocoder robot robotic percussion cymbals snare hi-hats claps distortion distorted keyboards
  keys brass woodwinds clarinet harp sitar accordion bells effects fx singing singer singers rapping screaming screams shouting
  growls swearing break breaks intro outro bridge bridges interlude interludes solos breakdown breakdowns whispering children kids child words backing lead men women man woman boys girls auto tune crowd noise`.split(
    /\s+/,
  ),
)

const VOICE = /\b(?:vocals?|voices?|singing|singers?|vocalists?|sung)\b/
/** Beside these words a voice is refused as a whole; "male vocals" and "backing vocals" are not. */
const WITHOUT_KIND =
  /^(?:no|any|all|human|lead|and|or|the|at|vocals?|voices?|singing|singers?|vocalists?|sung|lyrics|words)$/

/** Is every voice refused? "Male vocals" refuse one kind of it. */
export const refusesVoice = (refused: readonly string[]): boolean =>
  refused.some((part) => {
    const words = tokensOf(part)
    const isVoice = VOICE.test(part) || /^(?:lyrics|words)$/.test(part.trim())
    return isVoice && words.every((word) => WITHOUT_KIND.test(word))
  })

/** Not "no instrumental", nor a part of a song: "an instrumental break", "a long instrumental guitar solo". */
const INSTRUMENTAL =
  /(?<!\b(?:no|not|non|nothing|without|never|with an?|with a (?:long|short))[\s-](?:(?:an?|any|fully|purely|just|only)\s)?)\binstrumentals?\b(?!(?:[\s-]\p{L}+)?[\s-](?:breaks?|intros?|outros?|bridges?|parts?|sections?|interludes?|passages?|endings?|openings?|introductions?|breakdowns?|codas?|preludes?|drops?|hooks?|riffs?|fills?)\b|\s(?:\p{L}+\s)?solos?(?=$|[,.;!?)\n]|\s(?:in|at|after|before|and|near|between|on|towards|about)\b))/iu
const IN_OTHER_LANGUAGES =
  /纯音乐|純音樂|无人声|無人聲|没有人声|インスト|歌なし|ボーカルなし|연주곡|보컬 없이|strumentale|\bsin (?:voz|voces)\b|\bohne gesang\b|\bsans (?:voix|paroles)\b|\bsenza voce\b|\bsem voz\b/iu

/** Does a request ask for a song that nobody sings? */
export const isForInstruments = (text: string): boolean =>
  INSTRUMENTAL.test(text) || IN_OTHER_LANGUAGES.test(text) || refusesVoice(splitRefusals(text).refused)
