import { ONSET_DELAY, ONSETS_PER_SECOND, type Onsets } from './onsets.ts'
import { meanPitches, type Pitches, pitchLikeness } from './pitches.ts'

export interface HeardBars {
  beatsPerBar: 3 | 4
  /** Which of the beats is the first that begins a bar. */
  firstDownbeat: number
  /** How much the beginnings of bars stand out, in standard errors of what would stand out by chance. */
  clearness: number
}

/** Around a beat, in moments of the onsets. */
const NEAR_BEAT = 3
/** What counts, beside the change of harmony: strokes of what is low, and that the bass moves. */
const LOW_WEIGHT = 0.5
const BASS_WEIGHT = 0.6
/** Most music has four beats: three must be clearer. */
const THREE = 0.85

/** Where bars begin: chords and bass change there, and what is low strikes. */
export function barsIn(beats: readonly number[], { low }: Onsets, { chords, bass }: Pitches): HeardBars {
  const strokes = beats.map((at) => {
    const centre = Math.round(at * ONSETS_PER_SECOND - ONSET_DELAY)
    return Math.max(...low.subarray(Math.max(0, centre - NEAR_BEAT), centre + NEAR_BEAT + 1), -3)
  })
  const accents = standardised(strokes)
  const harmony = changesAt(beats, chords)
  const bassline = changesAt(beats, bass)
  const weights = beats.map(
    (_, beat) => (harmony[beat] ?? 0) + BASS_WEIGHT * (bassline[beat] ?? 0) + LOW_WEIGHT * (accents[beat] ?? 0),
  )
  const candidates = ([4, 3] as const).flatMap((beatsPerBar) =>
    Array.from({ length: beatsPerBar }, (_, firstDownbeat): HeardBars => {
      const strong = weights.filter((_, beat) => beat % beatsPerBar === firstDownbeat)
      const mean = strong.reduce((sum, weight) => sum + weight, 0) / Math.max(1, strong.length)
      return {
        beatsPerBar,
        firstDownbeat,
        clearness: mean * Math.sqrt(strong.length) * (beatsPerBar === 3 ? THREE : 1),
      }
    }),
  )
  return candidates.reduce((best, one) => (one.clearness > best.clearness ? one : best))
}

/** How much other the two beats from each on are than the two before it, with a mean of 0 and a variance of 1. */
function changesAt(beats: readonly number[], pitches: Float64Array): number[] {
  const at = (beat: number): number => beats[Math.max(0, Math.min(beats.length - 1, beat))] ?? 0
  return standardised(
    beats.map((_, beat) => {
      if (beat < 2 || beat > beats.length - 3) return 0
      const before = meanPitches(pitches, at(beat - 2), at(beat))
      const after = meanPitches(pitches, at(beat), at(beat + 2))
      return 1 - pitchLikeness(before, after)
    }),
  )
}

function standardised(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length)
  return values.map((value) => (value - mean) / Math.sqrt(variance + 1e-9))
}
