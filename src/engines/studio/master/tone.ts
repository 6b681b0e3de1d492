/** What a master aims at: how loud each band of a record of a kind is, and how tightly its loudness is held. */
export interface Tone {
  /** dB between the borders of `BAND_EDGES`; only the differences count. */
  bands: readonly [number, number, number, number, number, number]
  /** Of the compressor over all: 1 leaves everything as it is. */
  ratio: number
}

/** Hertz. */
export const BAND_EDGES = [40, 120, 300, 900, 2600, 7000, 15_000] as const

/**
 * A curve for each genre, by the spectra of its records, which fall by 4 to 6 dB an octave: what makes a metal record sound like
 * one is also that it has more at 4 kHz and less at 300 Hz than one of soul, and the lows of trap are those of no waltz.
 */
// biome-ignore format: a table reads better in rows
export const TONES = {
  'lo-fi': { bands: [2, 1, -4, -10, -18, -28], ratio: 1.5 },
  'drum and bass': { bands: [5, -4, -9, -11, -12, -14], ratio: 1.7 },
  synthwave: { bands: [2.5, -1, -7, -12, -15, -17], ratio: 1.5 },
  trance: { bands: [3, -4, -8, -8.5, -11, -14], ratio: 1.7 },
  techno: { bands: [6, -3, -10, -13.5, -15, -18], ratio: 1.6 },
  house: { bands: [4, -1, -8, -11, -14.5, -16], ratio: 1.6 },
  funk: { bands: [0, -2, -5, -7, -12, -18], ratio: 1.4 },
  disco: { bands: [1.5, -2, -6, -9, -11.5, -15], ratio: 1.5 },
  metal: { bands: [0, -4, -8, -8, -9.5, -17], ratio: 1.7 },
  punk: { bands: [-3, -2.5, -3.5, -5.5, -9.5, -17], ratio: 1.7 },
  ska: { bands: [-3, -1, -5, -6.5, -12, -16], ratio: 1.5 },
  trap: { bands: [5.5, -3, -9, -11.5, -12.5, -15.5], ratio: 1.5 },
  'hip hop': { bands: [4, 0.5, -6, -10, -15, -20], ratio: 1.5 },
  blues: { bands: [-2, 0.5, -2.5, -7.5, -13.5, -22], ratio: 1.4 },
  'bossa nova': { bands: [-3, 1, -4, -10.5, -16.5, -21], ratio: 1.2 },
  samba: { bands: [-2, -2, -6, -8, -11, -14], ratio: 1.4 },
  reggaeton: { bands: [6, -2, -8, -10, -14, -19], ratio: 1.6 },
  salsa: { bands: [-2, -2, -4, -6, -11, -17], ratio: 1.4 },
  tango: { bands: [-5, -1, -2.5, -7, -14, -22], ratio: 1.2 },
  flamenco: { bands: [-6, -0.5, -4, -7, -11, -16], ratio: 1.3 },
  latin: { bands: [-1, -1, -5, -8, -13, -17.5], ratio: 1.4 },
  afrobeat: { bands: [2, -1.5, -5, -8, -12, -18], ratio: 1.4 },
  jazz: { bands: [-1, 1, -4, -9.5, -15, -21], ratio: 1.2 },
  reggae: { bands: [5, 0.5, -6, -10.5, -15.5, -21], ratio: 1.4 },
  raga: { bands: [-6, -1, -3, -6, -13, -21], ratio: 1.3 },
  chinese: { bands: [-8, -2, -3, -7, -12, -20], ratio: 1.3 },
  japanese: { bands: [-7, -3, -4, -7, -10, -17], ratio: 1.3 },
  ambient: { bands: [-2, 0.5, -4, -10, -14, -18], ratio: 1.2 },
  chiptune: { bands: [-2, -4, -5, -7, -9, -12], ratio: 1.5 },
  lullaby: { bands: [-9, -2, -2, -9, -16, -23], ratio: 1.15 },
  waltz: { bands: [-5, 0, -3, -8, -14.5, -21], ratio: 1.2 },
  'film score': { bands: [1, 0, -3, -9.5, -15.5, -21], ratio: 1.2 },
  classical: { bands: [-4, -0.5, -2.5, -9, -16, -24], ratio: 1.15 },
  country: { bands: [-2, -1, -4.5, -7, -11, -15.5], ratio: 1.4 },
  celtic: { bands: [-4, -1, -4, -6.5, -11, -18], ratio: 1.3 },
  gospel: { bands: [0, 0.5, -3, -8, -14, -20], ratio: 1.4 },
  soul: { bands: [2, 0, -5, -10, -15, -20], ratio: 1.4 },
  folk: { bands: [-5, 0.5, -3.5, -7.5, -13, -17], ratio: 1.3 },
  ballad: { bands: [-1, 0, -5, -10, -14.5, -18], ratio: 1.4 },
  indie: { bands: [-1, -2, -4, -7.5, -11.5, -19], ratio: 1.5 },
  rock: { bands: [-0.5, -1.5, -3.5, -7, -11, -18.5], ratio: 1.5 },
  pop: { bands: [1.5, -2, -6, -9, -12, -15], ratio: 1.5 },
} as const satisfies Record<string, Tone>

export type ToneName = keyof typeof TONES
