import type { Section } from './form.ts'
import { type Chord, type Key, nearestNote, semitonesOf, wrap } from './harmony.ts'
import type { SectionKind } from './lyrics.ts'
import { type Random, randomFrom } from './random.ts'
import type { Syllable } from './syllables.ts'

export interface MelodyNote {
  /** From the start of the song. */
  beat: number
  beats: number
  midi: number
  velocity: number
  syllable?: Syllable
}

/** How a phrase moves, as scale degrees within its range at equal distances. */
// biome-ignore format: a table reads better in rows
const CONTOURS: readonly [number[], ...number[][]] = [
  [0.1, 0.7, 1, 0.4, 0.2], [0.9, 0.6, 0.5, 0.2, 0], [0, 0.3, 0.4, 0.8, 0.7], [0.5, 0.9, 0.3, 0.6, 0.1], [0.6, 0.1, 0.3, 0.9, 0.4],
  [0.3, 0.3, 0.8, 0.8, 0.5], [1, 0.4, 0.8, 0.2, 0.3],
]

/** Where each kind of section lies: scale degrees above the middle tonic. */
// biome-ignore format: a table reads better in rows
const RANGES: Readonly<Record<SectionKind, readonly [low: number, high: number]>> = {
  intro: [0, 4], verse: [-2, 4], prechorus: [0, 6], chorus: [2, 8], bridge: [-1, 5], solo: [0, 10], outro: [-2, 3],
}

/**
 * The tune of one section. Phrases of the same place in sections of the same kind share rhythm and contour, so a verse
 * comes back as the same verse over other words; `word` names the song whose tune it is.
 */
export function composeMelody(
  section: Section,
  options: {
    key: Key
    centre: number
    beatsPerBar: number
    chordAt: (bar: number) => Chord
    word: string
    avoids: readonly number[]
    /** How much softer a tune is where a section has no intensity: 0 … 1. */
    softening: number
  },
): MelodyNote[] {
  const { key, beatsPerBar } = options
  const phraseBars = section.lines.length > 0 ? section.barsPerLine : 2
  const phrases = section.lines.length > 0 ? section.lines.length : Math.floor(section.bars / phraseBars)
  const home = nearestNote(key.tonic, options.centre - 4)
  const notes: MelodyNote[] = []
  let degree = RANGES[section.kind][0] + 2
  for (let phrase = 0; phrase < phrases && (phrase + 1) * phraseBars <= section.bars; phrase++) {
    const role = roleOf(phrase, phrases)
    const motif = randomFrom(options.word, section.kind, role)
    const syllables = section.lines[phrase]?.syllables ?? wordless(section.kind, motif)
    const onsets = rhythm(
      syllables,
      phraseBars * beatsPerBar,
      beatsPerBar,
      randomFrom(options.word, section.kind, role[0] ?? 'a'),
    )
    const contour = contourOf(section.kind, motif)
    const span = phraseBars * beatsPerBar
    const firstBar = section.startBar + phrase * phraseBars
    onsets.forEach((onset, index) => {
      const isLast = index === onsets.length - 1
      const syllable = syllables[index]
      const chord = options.chordAt(firstBar + Math.floor(onset / beatsPerBar))
      const strong = onset % 1 === 0 && (onset % 2 === 0 || syllable?.stressed === true)
      const target = contour(onset / span)
      if (isLast) degree = nearestChordDegree(chord, target, role === 'close' ? [0, 2] : [0, 2, 4])
      else if (strong || index === 0) degree = nearestChordDegree(chord, (degree + 2 * target) / 3, [0, 2, 4])
      else degree += stepTowards(degree, target, motif)
      // A pentatonic tune steps over what it leaves out.
      if (options.avoids.includes(wrap(degree, 7))) degree += degree > target ? -1 : 1
      const next = onsets[index + 1] ?? span - 0.25
      notes.push({
        beat: firstBar * beatsPerBar + onset,
        beats: Math.max(0.2, Math.min(isLast ? 3 : 2.5, (next - onset) * 0.94)),
        midi: onChord(home + semitonesOf(key.mode, degree), chord),
        velocity: (strong ? 0.92 : 0.76) * (1 - options.softening * (1 - section.intensity)),
        ...(syllable === undefined || section.lines.length === 0 ? {} : { syllable }),
      })
    })
  }
  return notes
}

/** Question, answer, question, close: how four lines make a verse. */
function roleOf(phrase: number, phrases: number): 'ask' | 'answer' | 'wander' | 'close' {
  if (phrase === phrases - 1) return 'close'
  const place = phrase % 4
  return place === 0 ? 'ask' : place === 1 ? 'answer' : place === 2 ? (phrases > 4 ? 'ask' : 'wander') : 'answer'
}

function wordless(kind: SectionKind, motif: Random): Syllable[] {
  const count =
    kind === 'solo'
      ? motif.integer(8, 13)
      : kind === 'intro' || kind === 'outro'
        ? motif.integer(3, 5)
        : motif.integer(5, 9)
  return Array.from({ length: count }, (_, index) => ({ vowel: 'a', stressed: index % 3 === 0, hard: false }) as const)
}

/** One onset a syllable: the slots of a grid with the greatest weight, where weight is metre and the motif's own taste. */
function rhythm(syllables: Syllable[], span: number, beatsPerBar: number, motif: Random): number[] {
  const tastes = Array.from({ length: 64 }, () => motif.next())
  const pickup = motif.pick([0, 0, 0.5, 1])
  const singable = span * (syllables.length > span * 1.5 ? 0.95 : 0.82)
  for (const grid of [0.5, 0.25]) {
    const slots: { beat: number; weight: number }[] = []
    for (let beat = pickup; beat < singable; beat += grid) {
      slots.push({
        beat,
        weight: metre(beat, beatsPerBar) + 0.55 * (tastes[Math.round(beat * 4) % 64] ?? 0) - (0.25 * beat) / span,
      })
    }
    if (slots.length < syllables.length * (grid === 0.5 ? 1.15 : 1)) continue
    const chosen = slots.sort((a, b) => b.weight - a.weight || a.beat - b.beat).slice(0, syllables.length)
    return chosen.map(({ beat }) => beat).sort((a, b) => a - b)
  }
  return syllables.map((_, index) => (index * span * 0.96) / syllables.length)
}

function metre(beat: number, beatsPerBar: number): number {
  if (beat % beatsPerBar === 0) return 1
  if (beat % 2 === 0 && beatsPerBar === 4) return 0.85
  return beat % 1 === 0 ? 0.7 : beat % 0.5 === 0 ? 0.42 : 0.1
}

function contourOf(kind: SectionKind, motif: Random): (position: number) => number {
  const shape = motif.pick(CONTOURS)
  const [low, high] = RANGES[kind]
  const stretch = motif.between(0.75, 1.05)
  return (position) => {
    const place = Math.min(0.999, position) * (shape.length - 1)
    const index = Math.floor(place)
    const from = shape[index] ?? 0
    const to = shape[index + 1] ?? from
    return low + (high - low) * stretch * (from + (to - from) * (place - index))
  }
}

function nearestChordDegree(chord: Chord, target: number, tones: readonly number[]): number {
  const around = Math.round(target)
  const candidates = [0, 1, -1, 2, -2, 3, -3].map((step) => around + step)
  return candidates.find((degree) => tones.includes(wrap(degree - chord.degree, 7))) ?? around
}

function stepTowards(degree: number, target: number, motif: Random): number {
  const distance = target - degree
  if (Math.abs(distance) < 0.8) return motif.pick([0, 1, -1, 1, -1])
  const step = Math.abs(distance) > 3 && motif.chance(0.45) ? 2 : 1
  return Math.sign(distance) * step
}

/** A note one semitone under a raised third of the chord would grate: it is raised too. */
const onChord = (midi: number, chord: Chord): number =>
  wrap(midi + 1, 12) === chord.pitchClasses[1] ? raised(midi, chord) : midi

function raised(midi: number, { pitchClasses }: Chord): number {
  const [root = 0, third = 0] = pitchClasses
  return wrap(third - root, 12) === 4 && wrap(midi - root, 12) === 3 ? midi + 1 : midi
}
