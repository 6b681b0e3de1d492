import type { Phone } from '../../speech/flite.ts'
import type { PhoneSyllable } from './phones.ts'

/** A line of lyrics as the singer's synthesizer speaks it, on one tone. */
export interface Phrase {
  line: string
  phones: readonly Phone[]
  /** In the order of singing; each is a note of the melody. */
  syllables: readonly PhraseSyllable[]
  /** Mono; the times of the phones are seconds within it. */
  samples: Float32Array
  sampleRate: number
}

export interface PhraseSyllable extends PhoneSyllable {
  /** It wants a strong beat. */
  isStressed: boolean
  /** Which of the spoken words it is of, where the pronouncer knows. */
  word?: number
}

/** How a pronouncer reads a line where the synthesizer does not know its language. */
export interface ReadSyllable {
  /** Names of phones. */
  onset: readonly string[]
  nucleus: string
  coda: readonly string[]
  isStressed: boolean
}

/** Reads lines of one language. */
export interface Pronouncer {
  /** Undefined for a line that it cannot read: the wordless singer takes it. */
  read(line: string): readonly ReadSyllable[] | undefined
}
