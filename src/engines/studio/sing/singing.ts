import { hashOf, randomFrom } from '../random.ts'
import type { Part, Score, TimedNote } from '../score.ts'
import { SAMPLE_RATE } from '../synth/signal.ts'
import { type Mouths, openMouths } from './mouths.ts'
import type { Phrase } from './phrase.ts'
import { type SungNote, stretchesOf } from './timing.ts'
import { secondOf, trackOf } from './track.ts'
import { type DrawnLine, drawLine, type LineVoice, VOICE_TAIL } from './vocoder.ts'
import { besideStages, leadStages } from './voice-chain.ts'

/** Where the singer is heard: windows of the song, of the same length. */
export interface SingingBuses {
  left: Float32Array
  right: Float32Array
  room: Float32Array
  echo: Float32Array
}

export interface Singing {
  /** Adds what is sung in the next `samples` samples of the song. */
  addTo(buses: SingingBuses, samples: number): void
}

/** A line of the song, with what sings it. */
interface SungLine {
  phrase: Phrase
  notes: SungNote[]
  /** Semitones of the second voice from the tune, by note; undefined where there is none. */
  harmony: number[] | undefined
  /** Others sing the tune, too. */
  isDoubled: boolean
}

const LEAD = 0
const LEFT = 1
const RIGHT = 2
const HARMONY = 3
const BUSES = 4

/** Consonants come so long before the first note, at most. */
const PICKUP_SECONDS = 0.6
const SAME_LINE_SECONDS = 0.05

/** How loud each is in the mix, and how much of it goes into the room. */
const GAINS = { lead: 1.75, double: 0.56, harmony: 0.6 } as const

/** Who is heard of those who sing: the tune alone, or what doubles and harmonises it. */
export type Voices = 'all' | 'lead' | 'backing' | 'none'

/** Sings the words of a score, block after block; only a window is in memory. Notes without words are not its. */
export function openSinging(
  score: Score,
  blockSamples: number,
  voices: Voices = 'all',
  mouths: Mouths = openMouths(score.singer),
): Singing {
  const lines = voices === 'none' ? [] : linesOf(score)
  if (lines.length === 0) return { addTo() {} }
  const open = opener(score, mouths)
  const buses = Array.from({ length: BUSES }, () => new Float32Array(blockSamples + VOICE_TAIL))
  const chains = buses.map((_, bus) => (bus === LEAD ? leadStages(score.singer) : besideStages()))
  const wasSilent = buses.map(() => false)
  let next = 0
  let from = 0
  let drawn: DrawnLine[] = []

  return {
    addTo(target, samples) {
      const until = from + samples
      for (let line = lines[next]; line && startOf(line) < until; line = lines[++next]) drawn.push(...open(line))
      drawn = drawn.filter((line) => line.drawTo(until, buses, from))
      for (const [index, bus] of buses.entries()) {
        const silent = index !== LEAD && isSilent(bus, samples)
        // A filter rings on for less than a block.
        if (!silent || !wasSilent[index]) for (const stage of chains[index] ?? []) stage(bus, samples)
        wasSilent[index] = silent
      }
      if (voices === 'backing') buses[LEAD]?.fill(0, 0, samples)
      if (voices === 'lead') for (const bus of buses.slice(LEAD + 1)) bus.fill(0, 0, samples)
      join(buses, target, samples, score.singer.wet)
      for (const bus of buses) {
        bus.copyWithin(0, samples)
        bus.fill(0, bus.length - samples)
      }
      from = until
    },
  }
}

const startOf = ({ notes }: SungLine): number => ((notes[0]?.at ?? 0) - PICKUP_SECONDS) * SAMPLE_RATE

/** Whether nothing is heard of a bus; one that sings is known from its first sample that is not 0. */
function isSilent(bus: Float32Array, samples: number): boolean {
  for (let index = 0; index < samples; index++) if (bus[index] !== 0) return false
  return true
}

function join(
  buses: readonly Float32Array[],
  { left, right, room, echo }: SingingBuses,
  samples: number,
  wet: number,
): void {
  const [lead, one, other, under] = buses
  if (!lead || !one || !other || !under) return
  for (let index = 0; index < samples; index++) {
    const sung = GAINS.lead * (lead[index] ?? 0)
    const a = GAINS.double * (one[index] ?? 0)
    const b = GAINS.double * (other[index] ?? 0)
    const h = GAINS.harmony * (under[index] ?? 0)
    left[index] = (left[index] ?? 0) + sung + a + 0.65 * h
    right[index] = (right[index] ?? 0) + sung + b + 0.95 * h
    room[index] = (room[index] ?? 0) + wet * (0.22 * sung + 0.15 * (a + b) + 0.35 * h)
    echo[index] = (echo[index] ?? 0) + 0.13 * wet * sung
  }
}

function opener({ singer, key }: Score, mouths: Mouths): (line: SungLine) => DrawnLine[] {
  return ({ phrase, notes, harmony, isDoubled }) => {
    const envelopes = mouths(phrase)
    const stretches = stretchesOf(phrase, notes, { isSpoken: singer.isSpoken === true })
    if (stretches.length === 0) return []
    const word = `${key}|${phrase.line}|${notes[0]?.at.toFixed(3)}`
    const random = randomFrom(word, 'singer')
    const track = trackOf({ phrase, envelopes, notes, stretches }, singer, random)
    const second = (cents: number, lagFrames: number, semitones = (_note: number) => 0): Float32Array =>
      secondOf(track, { cents, lagFrames, notes, semitones }, random)
    const voices: LineVoice[] = [{ hertz: track.hertz, lateSeconds: 0, gain: 1, bus: LEAD }]
    if (isDoubled) {
      voices.push({ hertz: second(7, 2), lateSeconds: 0.013, gain: 1, bus: LEFT })
      voices.push({ hertz: second(-8, 3), lateSeconds: 0.021, gain: 1, bus: RIGHT })
    }
    for (let other = 1; other < singer.voices; other++)
      voices.push({
        hertz: second(random.between(-14, 14), 2 + other),
        lateSeconds: random.between(0.008, 0.045),
        gain: 1.4,
        bus: other % 2 === 0 ? LEFT : RIGHT,
      })
    if (harmony)
      voices.push({ hertz: second(3, 4, (note) => harmony[note] ?? 0), lateSeconds: 0.009, gain: 1, bus: HARMONY })
    return [drawLine({ envelopes, track, voices, singer, seed: hashOf(word) })]
  }
}

/** The sung lines of a score, in the order of their beginnings. */
function linesOf({ parts, sections, durationSeconds, singer }: Score): SungLine[] {
  const voices = parts.filter(({ instrument }) => instrument === 'voice')
  const [lead, ...others] = voices.map(phrasesOf)
  const isChorus = (at: number): boolean => {
    const index = sections.findLastIndex((section) => section.at <= at + 0.3)
    const until = sections[index + 1]?.at ?? durationSeconds
    return sections[index]?.kind === 'chorus' && at < until
  }
  return (lead ?? []).map(({ phrase, notes }) => {
    const at = notes[0]?.at ?? 0
    const under = others.flat().find(({ notes: [first] }) => Math.abs((first?.at ?? -1) - at) < SAME_LINE_SECONDS)
    return {
      phrase,
      notes,
      isDoubled:
        singer.isSpoken !== true && (singer.doubled === 'always' || (singer.doubled === 'choruses' && isChorus(at))),
      harmony:
        under && singer.isSpoken !== true
          ? notes.map(({ midi }, index) => (under.notes[index]?.midi ?? midi) - midi)
          : undefined,
    }
  })
}

/** The notes of a part that have words, line by line. */
function phrasesOf({ notes }: Part): { phrase: Phrase; notes: SungNote[] }[] {
  const lines: { phrase: Phrase; notes: SungNote[] }[] = []
  let before: TimedNote | undefined
  for (const note of notes) {
    const { at, seconds, midi, velocity } = note
    const sung = note.syllable?.sung
    const last = before?.syllable?.sung
    before = note
    if (!sung) continue
    if (note.syllable?.goesOn) {
      // What is held on from before a cut cannot be begun in its middle.
      if (sung.phrase === last?.phrase && sung.index === last.index)
        lines.at(-1)?.notes.push({ at, seconds, midi, velocity, syllable: sung.index, goesOn: true })
      continue
    }
    if (sung.phrase !== last?.phrase || sung.index <= last.index) lines.push({ phrase: sung.phrase, notes: [] })
    lines.at(-1)?.notes.push({ at, seconds, midi, velocity, syllable: sung.index })
  }
  return lines
}
