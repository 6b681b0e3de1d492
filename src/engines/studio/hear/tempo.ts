import { ONSETS_PER_SECOND, type Onsets } from './onsets.ts'
import type { ThrowIfStopped } from './stop.ts'

const SLOWEST_BPM = 60
const FASTEST_BPM = 190
/** Where several tempos fit, the one near this is meant: a walking pace. */
const USUAL_BPM = 112
const SHORTEST_SECONDS = 4

export interface Tempo {
  bpm: number
  /** How much a moment is like the one a beat, two and four beats later: 0 not at all … 1 the same. */
  strength: number
}

/** Faster tempos than this are told from those at which every second of their beats is heard, or one and a half of them as one. */
const FAST_BPM = 150
const TIMES = [2, 1.5] as const
/** A moment must be like the one a fast beat later by so much of how it is like the one a slow beat later … */
const FASTER = 0.8
/** … and what is low by so much of all, one fast beat later or three: eighths of hats and of a piano are no beats. */
const LOW_FASTER = 0.2

/** The tempo at which onsets return. Undefined where too little begins. */
export function tempoIn({ all, low }: Onsets, throwIfStopped: ThrowIfStopped): Tempo | undefined {
  if (all.length < SHORTEST_SECONDS * ONSETS_PER_SECOND) return undefined
  const longest = Math.ceil((4 * 60 * ONSETS_PER_SECOND) / SLOWEST_BPM)
  const alike = Float64Array.from({ length: longest + 2 }, (_, lag) => {
    throwIfStopped()
    return likeness(all, lag)
  })
  const whole = alike[0] ?? 0
  if (whole < 1e-9) return undefined
  const at = (lag: number): number => between(lag, (index) => alike[index] ?? 0)
  let best = { bpm: 0, score: Number.NEGATIVE_INFINITY, strength: 0 }
  for (let bpm = SLOWEST_BPM; bpm <= FASTEST_BPM; bpm += 0.25) {
    const beat = (60 * ONSETS_PER_SECOND) / bpm
    const octaves = Math.log2(bpm / USUAL_BPM)
    const sum = at(beat) + at(2 * beat) + at(4 * beat)
    const score = sum * Math.exp(-0.5 * (octaves / 0.7) ** 2)
    if (score > best.score) best = { bpm, score, strength: sum / (3 * whole) }
  }
  if (best.score <= 0) return undefined
  const { bpm, strength } = best
  const lowAt = (lag: number): number => between(lag, (index) => likeness(low, index))
  const times = TIMES.find((faster) => {
    if (faster * bpm < FAST_BPM || faster * bpm > FASTEST_BPM) return false
    const beat = (60 * ONSETS_PER_SECOND) / bpm
    const fast = beat / faster
    return at(fast) >= FASTER * at(beat) && Math.max(lowAt(fast), lowAt(3 * fast)) >= LOW_FASTER * likeness(low, 0)
  })
  return { bpm: (times ?? 1) * bpm, strength }
}

/** The value at a place between two whole ones. */
function between(place: number, valueAt: (index: number) => number): number {
  const index = Math.floor(place)
  const part = place - index
  return (1 - part) * valueAt(index) + part * valueAt(index + 1)
}

function likeness(onsets: Float64Array, lag: number): number {
  let sum = 0
  for (let index = lag; index < onsets.length; index++) sum += (onsets[index] ?? 0) * (onsets[index - lag] ?? 0)
  return sum / Math.max(1, onsets.length - lag)
}
