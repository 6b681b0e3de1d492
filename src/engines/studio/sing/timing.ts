import { DIPHTHONGS } from './phones.ts'
import type { Phrase } from './phrase.ts'

/** A note of the tune, as the singer needs it. */
export interface SungNote {
  /** Seconds from the start of the song. */
  at: number
  seconds: number
  midi: number
  velocity: number
  /** Place of its syllable in the phrase. */
  syllable: number
  /** Its syllable is held on from the note before. */
  goesOn?: true
}

/** Which stretch of the spoken line is heard from when to when. */
export interface Stretch {
  fromSeconds: number
  toSeconds: number
  start: number
  end: number
}

/** Notes that are nearer than this are sung on one breath. */
const BREATH_SECONDS = 0.16
const MAX_PICKUP_SECONDS = 0.4
/** The share of a short note that its vowel keeps, whatever the consonants need. */
const VOWEL_SHARE = 0.36
const SHORTEST_VOWEL_SECONDS = 0.04
/** A spoken vowel is not drawn out by more than this. */
const MOST_DRAWN_OUT = 1.6

/**
 * Consonants before a vowel come before the beat, and the vowel on it. The vowel is stretched; consonants keep their length
 * as long as there is room. A diphthong stays on its first vowel, and moves at the end.
 */
export function stretchesOf(phrase: Phrase, sung: readonly SungNote[], { isSpoken }: { isSpoken: boolean }): Stretch[] {
  const notes = wholeSyllables(sung)
  const writer = openWriter(phrase)
  let onsetScale = 1
  for (const [index, note] of notes.entries()) {
    const syllable = phrase.syllables[note.syllable]
    if (!syllable) continue
    const before = notes[index - 1]
    const next = notes[index + 1]
    const isLinked = before !== undefined && isOneBreath(before, note)
    const natural = writer.lengthOf(syllable.onset)
    if (!isLinked) {
      const room = before === undefined ? MAX_PICKUP_SECONDS : note.at - writer.end() - 0.01
      onsetScale = Math.min(1, Math.max(0.2, room / Math.max(0.001, natural)))
    }
    writer.moveTo(Math.max(writer.end(), note.at - natural * onsetScale))
    if (!isLinked) writer.leadIn(syllable.onset[0] ?? syllable.nucleus)
    for (const phone of syllable.onset) writer.phone(phone, onsetScale)

    const isConnected = next !== undefined && isOneBreath(note, next)
    const span = isConnected ? next.at - note.at : note.seconds + 0.05
    const coda = writer.lengthOf(syllable.coda)
    const following = isConnected ? writer.lengthOf(phrase.syllables[next.syllable]?.onset ?? []) : 0
    const spare = Math.max(0.02, span - Math.max(0.055, VOWEL_SHARE * span))
    const scale = Math.min(1.08, spare / Math.max(0.001, coda + following))
    onsetScale = scale
    const vowelEnd = Math.max(writer.place() + SHORTEST_VOWEL_SECONDS, note.at + span - (coda + following) * scale)
    const longest = writer.place() + MOST_DRAWN_OUT * writer.lengthOf([syllable.nucleus])
    const end = isSpoken ? Math.min(vowelEnd, longest) : vowelEnd
    writer.vowel(syllable.nucleus, end)
    for (const phone of syllable.coda) writer.phone(phone, scale)
    if (!isConnected) writer.leadOut(syllable.coda.at(-1) ?? syllable.nucleus)
  }
  return writer.stretches
}

/** One note for each syllable, as long as all notes on which it is sung. */
export function wholeSyllables<T extends { at: number; seconds: number; goesOn?: true }>(notes: readonly T[]): T[] {
  const whole: T[] = []
  for (const note of notes) {
    const last = whole.at(-1)
    if (note.goesOn && last) whole.splice(-1, 1, { ...last, seconds: note.at + note.seconds - last.at })
    else whole.push(note)
  }
  return whole
}

function isOneBreath(note: SungNote, next: SungNote): boolean {
  return next.at - (note.at + note.seconds) < BREATH_SECONDS
}

/** Writes one stretch after another. */
function openWriter({ phones }: Phrase) {
  const stretches: Stretch[] = []
  let place = 0
  const phoneAt = (index: number) => phones[index] ?? { name: 'pau', startSeconds: 0, endSeconds: 0 }
  const lengthOfPhone = (index: number): number => phoneAt(index).endSeconds - phoneAt(index).startSeconds
  const end = (): number => stretches.at(-1)?.end ?? 0
  const push = (fromSeconds: number, toSeconds: number, seconds: number): void => {
    stretches.push({ fromSeconds, toSeconds, start: place, end: place + seconds })
    place += seconds
  }
  return {
    stretches,
    end,
    place: () => place,
    lengthOf: (indexes: readonly number[]): number => indexes.reduce((sum, index) => sum + lengthOfPhone(index), 0),
    moveTo(time: number) {
      place = time
    },
    /** The breath before a first sound. */
    leadIn(index: number) {
      const { startSeconds } = phoneAt(index)
      const from = Math.max(end(), place - 0.02)
      const seconds = place - from
      if (seconds <= 0) return
      place = from
      push(Math.max(0, startSeconds - seconds), startSeconds, seconds)
    },
    leadOut(index: number) {
      const { endSeconds } = phoneAt(index)
      push(endSeconds, endSeconds + 0.04, 0.04)
    },
    phone(index: number, scale: number) {
      const { startSeconds, endSeconds } = phoneAt(index)
      push(startSeconds, endSeconds, (endSeconds - startSeconds) * scale)
    },
    vowel(index: number, until: number) {
      const { name, startSeconds, endSeconds } = phoneAt(index)
      const own = endSeconds - startSeconds
      const wanted = until - place
      if (wanted <= own) return push(startSeconds, endSeconds, wanted)
      const moves = DIPHTHONGS.has(name)
      const head = Math.min(0.35 * own, 0.05)
      const tail = moves ? 0.5 * own : Math.min(0.35 * own, 0.06)
      const tailSeconds = moves ? Math.min(0.16, wanted * 0.3) : tail
      push(startSeconds, startSeconds + head, head)
      push(startSeconds + head, endSeconds - tail, wanted - head - tailSeconds)
      push(endSeconds - tail, endSeconds, tailSeconds)
    },
  }
}
