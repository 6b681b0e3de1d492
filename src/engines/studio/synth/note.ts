import type { Vowel } from '../syllables.ts'

/** One note to be played by a voice. */
export interface SoundedNote {
  midi: number
  seconds: number
  /** 0–1 */
  velocity: number
  /** Tells one note's noise and phase from the next one's. */
  seed: number
  vowel?: Vowel
  hard?: boolean
}
