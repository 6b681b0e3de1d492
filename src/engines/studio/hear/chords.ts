import { type Key, MODES } from '../harmony.ts'
import { keysFor } from './key.ts'
import { meanPitches, type Pitches } from './pitches.ts'

/** Semitones above the root, by what is written behind its name. */
export const QUALITIES = {
  '': [0, 4, 7],
  m: [0, 3, 7],
  '7': [0, 4, 7, 10],
  maj7: [0, 4, 7, 11],
  m7: [0, 3, 7, 10],
} as const

export type Quality = keyof typeof QUALITIES

export interface HeardChord {
  /** 0 = C … 11 = B */
  root: number
  quality: Quality
}

export interface HeardChords {
  key: Key
  /** One for each stretch. */
  chords: HeardChord[]
  /** How much better they fit than what else could have sounded: 0 no chord is heard … 1 nothing else can be meant. */
  clearness: number
}

/** What the partials of a note add to the pitch classes of others: octave, fifth, octave, third, fifth. */
const PARTIALS = [0, 12, 19, 24, 28, 31] as const
const PARTIAL_SHARE = 0.55
/** What each quality costs: a seventh is seldom meant where a triad fits as well. */
const COSTS: Readonly<Record<Quality, number>> = { '': 0, m: 0, '7': 0.05, maj7: 0.06, m7: 0.05 }

interface Template extends HeardChord {
  notes: Float64Array
}

const TEMPLATES: readonly Template[] = (Object.keys(QUALITIES) as Quality[]).flatMap((quality) =>
  Array.from({ length: 12 }, (_, root): Template => ({ root, quality, notes: templateOf(root, quality) })),
) // keys of a constant

function templateOf(root: number, quality: Quality): Float64Array {
  const notes = new Float64Array(12)
  for (const step of QUALITIES[quality]) {
    for (const [order, partial] of PARTIALS.entries()) {
      const place = (root + step + partial) % 12
      notes[place] = (notes[place] ?? 0) + PARTIAL_SHARE ** order
    }
  }
  return unit(notes)
}

function unit(values: Float64Array): Float64Array {
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0)) + 1e-9
  return values.map((value) => value / length)
}

/** How much the fit counts against what is usual. */
const SHARPNESS = 22
const BASS_ROOT = 0.22
const OUTSIDE_KEY = 0.06
/** How unlikely a change is at the start of a bar, and within it. */
const CHANGES = { bar: 0.6, within: 3 } as const

/**
 * The most likely chords of stretches that follow one another, by a hidden Markov model: each stretch has one, chords of the key are
 * likelier than others, and chords change where bars begin rather than within them.
 */
export function chordsIn(
  pitches: Pitches,
  stretches: readonly { from: number; to: number; startsBar: boolean }[],
): HeardChords {
  const heard = stretches.map(({ from, to }) => ({
    notes: unit(meanPitches(pitches.chords, from, to)),
    bass: meanPitches(pitches.bass, from, to),
  }))
  const total = new Float64Array(12)
  for (const { notes } of heard)
    for (let note = 0; note < 12; note++) total[note] = (total[note] ?? 0) + (notes[note] ?? 0)
  const key = keysFor(total)[0] ?? { tonic: 0, mode: 'major', fit: 0 }
  const usual = TEMPLATES.map((template) => (isOfKey(template, key) ? 0 : OUTSIDE_KEY) + COSTS[template.quality])
  const fits = heard.map(({ notes, bass }) => TEMPLATES.map((template) => fitOf(template, notes, bass)))
  const chosen = bestPath(
    fits.map((row) => row.map((fit, index) => SHARPNESS * (fit - (usual[index] ?? 0)))),
    stretches.map(({ startsBar }) => (startsBar ? CHANGES.bar : CHANGES.within)),
  )
  const chords = chosen.map((index): HeardChord => {
    const { root, quality } = TEMPLATES[index] ?? { root: 0, quality: '' }
    return { root, quality }
  })
  return { key: { tonic: key.tonic, mode: key.mode }, chords, clearness: clearnessOf(fits, chosen) }
}

function fitOf({ root, notes: template }: Template, notes: Float64Array, bass: Float64Array): number {
  let fit = 0
  for (let note = 0; note < 12; note++) fit += (template[note] ?? 0) * (notes[note] ?? 0)
  return fit + BASS_ROOT * (bass[root] ?? 0)
}

const isOfKey = ({ root, quality }: HeardChord, { tonic, mode }: Key): boolean => {
  const scale = new Set(MODES[mode].map((step) => (tonic + step) % 12))
  // In minor keys the fifth degree is played with a major third, too.
  if (mode === 'minor') scale.add((tonic + 11) % 12)
  return QUALITIES[quality].every((step) => scale.has((root + step) % 12))
}

/** By Viterbi's algorithm: of each row, the state of the path with the highest sum, where a change costs. */
function bestPath(scores: readonly number[][], changes: readonly number[]): number[] {
  const before: Int32Array[] = []
  let sums = Float64Array.from(scores[0] ?? [])
  for (const [row, score] of scores.entries()) {
    if (row === 0) continue
    const from = new Int32Array(sums.length)
    const best = sums.reduce((most, value, state) => (value > (sums[most] ?? 0) ? state : most), 0)
    const changed = (sums[best] ?? 0) - (changes[row] ?? 0)
    sums = sums.map((value, state) => {
      from[state] = value >= changed ? state : best
      return Math.max(value, changed) + (score[state] ?? 0)
    })
    before.push(from)
  }
  const path = [sums.reduce((most, value, state) => (value > (sums[most] ?? 0) ? state : most), 0)]
  for (const from of before.toReversed()) path.unshift(from[path[0] ?? 0] ?? 0)
  return scores.length === 0 ? [] : path
}

/** The mean distance of the fits of the chosen chords from the mean of all, of what it is for a chord alone. */
function clearnessOf(fits: readonly number[][], chosen: readonly number[]): number {
  const distances = fits.map((row, index) => {
    const mean = row.reduce((sum, fit) => sum + fit, 0) / Math.max(1, row.length)
    return (row[chosen[index] ?? 0] ?? 0) - mean
  })
  const mean = distances.reduce((sum, distance) => sum + distance, 0) / Math.max(1, distances.length)
  return Math.max(0, Math.min(1, mean / CLEAR_DISTANCE))
}

const CLEAR_DISTANCE = 0.6
