/** What the sound bank has of MuseScore_General: the General MIDI program, its keys, and how it is thinned out. */
export interface Cut {
  /** From 0. */
  program: number
  low: number
  high: number
  /** At least so many keys between two samples. */
  apart?: number
  /** Longer samples are faded out. */
  longestSeconds?: number
}

// biome-ignore format: a table reads better in rows
export const PRESETS = {
  grandPiano: { program: 0, low: 28, high: 100, apart: 5, longestSeconds: 5 },
  tinePiano: { program: 4, low: 33, high: 96 },
  fmPiano: { program: 5, low: 33, high: 96 },
  harpsichord: { program: 6, low: 36, high: 88, apart: 7 },
  clavinet: { program: 7, low: 36, high: 84 },
  celesta: { program: 8, low: 60, high: 103 },
  musicBox: { program: 10, low: 55, high: 103 },
  vibraphone: { program: 11, low: 48, high: 96 },
  marimba: { program: 12, low: 43, high: 96 },
  tubularBells: { program: 14, low: 48, high: 84 },
  dulcimer: { program: 15, low: 48, high: 96 },
  drawbarOrgan: { program: 16, low: 36, high: 96 },
  rockOrgan: { program: 18, low: 36, high: 90, apart: 7 },
  accordion: { program: 21, low: 40, high: 90 },
  harmonica: { program: 22, low: 53, high: 96 },
  nylonGuitar: { program: 24, low: 36, high: 88 },
  steelGuitar: { program: 25, low: 36, high: 88 },
  jazzGuitar: { program: 26, low: 36, high: 88 },
  cleanGuitar: { program: 27, low: 36, high: 88 },
  mutedGuitar: { program: 28, low: 36, high: 84 },
  overdrivenGuitar: { program: 29, low: 36, high: 90, apart: 6, longestSeconds: 5 },
  distortedGuitar: { program: 30, low: 33, high: 90, apart: 5 },
  acousticBass: { program: 32, low: 24, high: 60 },
  fingeredBass: { program: 33, low: 24, high: 60 },
  pickedBass: { program: 34, low: 24, high: 60, apart: 4 },
  fretlessBass: { program: 35, low: 24, high: 60 },
  slapBass: { program: 36, low: 24, high: 60, apart: 5 },
  violin: { program: 40, low: 52, high: 100, apart: 4 },
  cello: { program: 42, low: 36, high: 76, apart: 4 },
  pizzicato: { program: 45, low: 36, high: 96, apart: 7 },
  harp: { program: 46, low: 36, high: 100 },
  strings: { program: 48, low: 36, high: 96, apart: 5 },
  choir: { program: 52, low: 43, high: 84, apart: 4 },
  oohs: { program: 53, low: 43, high: 84 },
  trumpet: { program: 56, low: 50, high: 88 },
  trombone: { program: 57, low: 36, high: 76 },
  horns: { program: 60, low: 36, high: 81, apart: 5 },
  brass: { program: 61, low: 36, high: 90, apart: 5 },
  altoSax: { program: 65, low: 46, high: 88 },
  tenorSax: { program: 66, low: 40, high: 82, apart: 4 },
  oboe: { program: 68, low: 55, high: 93 },
  clarinet: { program: 71, low: 48, high: 93 },
  flute: { program: 73, low: 56, high: 100 },
  panFlute: { program: 75, low: 56, high: 96 },
  shakuhachi: { program: 77, low: 50, high: 92 },
  whistle: { program: 78, low: 60, high: 100 },
  sitar: { program: 104, low: 40, high: 88 },
  banjo: { program: 105, low: 45, high: 90 },
  shamisen: { program: 106, low: 45, high: 90 },
  koto: { program: 107, low: 40, high: 92 },
  kalimba: { program: 108, low: 50, high: 96 },
  bagpipe: { program: 109, low: 48, high: 88 },
  steelDrums: { program: 114, low: 48, high: 96 },
} as const satisfies Record<string, Cut>

export type PresetName = keyof typeof PRESETS
