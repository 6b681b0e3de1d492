import type { FliteVoice } from '../../engines/speech/speech.ts'

/** A voice of Flite's, and the mean pitch at which it speaks. */
export interface NamedVoice {
  voice: FliteVoice
  /** Default: the voice's own. */
  hertz?: number
}

/**
 * The voices by the names that callers use: Flite's own, and OpenAI's, which stand for the nearest of Flite's at pitches of
 * their own. None is a copy of OpenAI's: the names are taken so that its clients work unchanged.
 */
export const VOICES: Readonly<Record<string, NamedVoice>> = {
  slt: { voice: 'slt' },
  rms: { voice: 'rms' },
  awb: { voice: 'awb' },
  kal16: { voice: 'kal16' },
  alloy: { voice: 'rms', hertz: 118 },
  ash: { voice: 'rms' },
  ballad: { voice: 'awb', hertz: 130 },
  cedar: { voice: 'kal16' },
  coral: { voice: 'slt', hertz: 190 },
  echo: { voice: 'kal16', hertz: 120 },
  fable: { voice: 'awb' },
  marin: { voice: 'slt', hertz: 175 },
  nova: { voice: 'slt' },
  onyx: { voice: 'rms', hertz: 82 },
  sage: { voice: 'slt', hertz: 155 },
  shimmer: { voice: 'slt', hertz: 205 },
  verse: { voice: 'awb', hertz: 115 },
}
