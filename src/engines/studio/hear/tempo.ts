import { ONSETS_PER_SECOND } from './onsets.ts'
import type { MustGoOn } from './stop.ts'

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

/** The tempo at which onsets return. Undefined where too little begins. */
export function tempoIn(onsets: Float64Array, mustGoOn: MustGoOn): Tempo | undefined {
  if (onsets.length < SHORTEST_SECONDS * ONSETS_PER_SECOND) return undefined
  const longest = Math.ceil((4 * 60 * ONSETS_PER_SECOND) / SLOWEST_BPM)
  const alike = Float64Array.from({ length: longest + 2 }, (_, lag) => {
    mustGoOn()
    return likeness(onsets, lag)
  })
  const whole = alike[0] ?? 0
  if (whole < 1e-9) return undefined
  const at = (lag: number): number => {
    const index = Math.floor(lag)
    const part = lag - index
    return (1 - part) * (alike[index] ?? 0) + part * (alike[index + 1] ?? 0)
  }
  let best = { bpm: 0, score: Number.NEGATIVE_INFINITY, strength: 0 }
  for (let bpm = SLOWEST_BPM; bpm <= FASTEST_BPM; bpm += 0.25) {
    const beat = (60 * ONSETS_PER_SECOND) / bpm
    const octaves = Math.log2(bpm / USUAL_BPM)
    const sum = at(beat) + at(2 * beat) + at(4 * beat)
    const score = sum * Math.exp(-0.5 * (octaves / 0.7) ** 2)
    if (score > best.score) best = { bpm, score, strength: sum / (3 * whole) }
  }
  return best.score <= 0 ? undefined : { bpm: best.bpm, strength: best.strength }
}

function likeness(onsets: Float64Array, lag: number): number {
  let sum = 0
  for (let index = lag; index < onsets.length; index++) sum += (onsets[index] ?? 0) * (onsets[index - lag] ?? 0)
  return sum / Math.max(1, onsets.length - lag)
}
