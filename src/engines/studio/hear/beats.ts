import { ONSET_DELAY, ONSETS_PER_SECOND, type Onsets } from './onsets.ts'

/**
 * How strictly beats keep the tempo: D. Ellis, "Beat Tracking by Dynamic Programming" (2007), with more than his 100. With 180 the
 * beats of two songs in 24 wandered off to their swung hats.
 */
const TIGHTNESS = 400
/** Off the beat, cymbals begin: what is low counts for more. */
const LOW_WEIGHT = 1.5
/** Beats to either side by which the time of each is evened out. */
const EVENED = 3

/** When the beats fall, in seconds, from the first moments of the sound to its last. */
export function beatsIn({ all, low }: Onsets, bpm: number): number[] {
  const period = (60 * ONSETS_PER_SECOND) / bpm
  const strength = smoothed(
    all.map((value, index) => value + LOW_WEIGHT * (low[index] ?? 0)),
    period / 24,
  )
  const [shortest, longest] = [Math.round(period / 2), Math.round(2 * period)]
  const penalties = Float64Array.from({ length: longest + 1 }, (_, lag) => -TIGHTNESS * Math.log(lag / period) ** 2)
  const scores = new Float64Array(strength.length)
  const before = new Int32Array(strength.length).fill(-1)
  for (let index = 0; index < strength.length; index++) {
    let best = 0
    for (let lag = shortest; lag <= longest && lag <= index; lag++) {
      const score = (scores[index - lag] ?? 0) + (penalties[lag] ?? 0)
      if (score <= best) continue
      best = score
      before[index] = index - lag
    }
    scores[index] = best + (strength[index] ?? 0)
  }
  const beats: number[] = []
  for (let at = lastBeat(scores, period); at >= 0; at = before[at] ?? -1) beats.unshift(at)
  return evened(beats).map((at) => (at + ONSET_DELAY) / ONSETS_PER_SECOND)
}

/** The best end within the last beat. */
function lastBeat(scores: Float64Array, period: number): number {
  let best = scores.length - 1
  for (let at = Math.max(0, Math.floor(scores.length - period)); at < scores.length; at++)
    if ((scores[at] ?? 0) > (scores[best] ?? 0)) best = at
  return best
}

/** Each beat where its neighbours, at the distance that is usual there, say that it is: a moment is 12 ms long. */
function evened(beats: readonly number[]): number[] {
  return beats.map((_, index) => {
    const reach = Math.min(EVENED, index, beats.length - 1 - index)
    // As many to the left as to the right: a mean of them is on a straight line with the beat itself.
    const around = beats.slice(index - reach, index + reach + 1)
    return around.reduce((sum, at) => sum + at, 0) / around.length
  })
}

function smoothed(values: Float64Array, deviation: number): Float64Array {
  const reach = Math.max(1, Math.ceil(2 * deviation))
  const weights = Float64Array.from({ length: 2 * reach + 1 }, (_, index) =>
    Math.exp(-0.5 * ((index - reach) / deviation) ** 2),
  )
  return values.map((_, at) => {
    let sum = 0
    for (let step = -reach; step <= reach; step++) sum += (weights[step + reach] ?? 0) * (values[at + step] ?? 0)
    return sum
  })
}
