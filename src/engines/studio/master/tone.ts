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
 * Curves by ear and by the spectra of records of each kind, which fall by 4 to 6 dB an octave: what makes a metal record sound
 * like one is also that it has more at 4 kHz and less at 80 Hz than a record of trap.
 */
// biome-ignore format: a table reads better in rows
export const TONES = {
  pop: { bands: [0, -1.5, -5, -9, -13.5, -19], ratio: 1.5 },
  rock: { bands: [-1.5, -1, -4, -8, -13, -20], ratio: 1.5 },
  metal: { bands: [-1, -3, -5.5, -8, -11.5, -18], ratio: 1.7 },
  club: { bands: [3, -2.5, -7, -10, -13.5, -17.5], ratio: 1.6 },
  trap: { bands: [5, -2, -8, -11, -14.5, -18], ratio: 1.5 },
  soul: { bands: [1, -0.5, -5, -9.5, -14.5, -21], ratio: 1.4 },
  acoustic: { bands: [-4, -0.5, -4, -8, -13, -19.5], ratio: 1.3 },
  jazz: { bands: [-2, 0, -4.5, -9.5, -15, -21.5], ratio: 1.2 },
  orchestra: { bands: [-4, -1.5, -3.5, -8.5, -15, -22.5], ratio: 1.15 },
  ambient: { bands: [-1, 0, -5, -11, -16, -21], ratio: 1.2 },
  dusty: { bands: [2, 0, -5, -10.5, -16.5, -26], ratio: 1.5 },
  dub: { bands: [4, -0.5, -6, -10, -15, -20], ratio: 1.4 },
  wave: { bands: [1.5, -1.5, -6, -10, -13, -18], ratio: 1.5 },
} as const satisfies Record<string, Tone>

export type ToneName = keyof typeof TONES
