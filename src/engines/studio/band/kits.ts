import type { Kit, Piece } from '../drums.ts'

/** The sampled kits by their General MIDI (level 2) program, from 0. */
export const KIT_PROGRAMS = {
  standard: 0,
  room: 8,
  power: 16,
  electronic: 24,
  analog: 25,
  jazz: 32,
  brush: 40,
  orchestra: 48,
} as const

export type SampledKit = keyof typeof KIT_PROGRAMS

/** Which key a piece lies on in General MIDI. Pieces without one are always synthesised. */
// biome-ignore format: a table reads better in rows
export const KIT_KEYS: Readonly<Partial<Record<Piece, number>>> = {
  kick: 36, rim: 37, snare: 38, clap: 39, swirl: 40, hat: 42, lowTom: 43, pedal: 44, midTom: 45, open: 46, highTom: 48,
  crash: 49, ride: 51, timpani: 41, tambourine: 54, cowbell: 56, highBongo: 60, lowBongo: 61, slap: 62, conga: 63, tumba: 64, timbale: 65,
  agogo: 67, cabasa: 69, maracas: 70, guiro: 73, clave: 75, woodblock: 76, triangle: 81, shaker: 82,
}

interface SampledPieces {
  kit: SampledKit
  /** Better synthesised: the weight of a club's bass drum. */
  synthesised?: readonly Piece[]
  /** From another kit. */
  borrowed?: Readonly<Partial<Record<Piece, SampledKit>>>
}

/** What plays a kit of the score. A kit that is not named is synthesised. */
export const SAMPLED_PIECES: Readonly<Partial<Record<Kit, SampledPieces>>> = {
  acoustic: { kit: 'standard' },
  power: { kit: 'power' },
  jazz: { kit: 'jazz' },
  brushes: { kit: 'brush' },
  electronic: { kit: 'electronic' },
  club: { kit: 'analog', synthesised: ['kick'], borrowed: { crash: 'electronic', snare: 'electronic' } },
  analog: { kit: 'analog', borrowed: { crash: 'electronic' } },
  dusty: { kit: 'room' },
  orchestral: { kit: 'orchestra', borrowed: { crash: 'standard' } },
}

export interface Place {
  /** -1 left … 1 right */
  pan: number
  /** How much of it goes into the room, 0–1. */
  room: number
  /** Its loudest 50 ms at full force, in dB: recordings differ by 20 dB. */
  db: number
}

const place = (pan: number, room: number, db: number): Place => ({ pan, room, db })

// biome-ignore format: a table reads better in rows
export const PLACES: Readonly<Record<Piece, Place>> = {
  kick: place(0, 0.02, -5), snare: place(0.05, 0.2, -9), clap: place(-0.06, 0.25, -11), rim: place(0.2, 0.2, -17),
  hat: place(0.34, 0.04, -21), pedal: place(0.34, 0.04, -23), open: place(0.34, 0.06, -21), ride: place(-0.4, 0.08, -22),
  crash: place(-0.3, 0.2, -15), shaker: place(-0.45, 0.06, -24), tambourine: place(0.5, 0.12, -22), triangle: place(0.45, 0.3, -25),
  highTom: place(0.4, 0.15, -10), midTom: place(0, 0.15, -10), lowTom: place(-0.4, 0.15, -9), timpani: place(0.1, 0.5, -8),
  na: place(0.15, 0.2, -12), tin: place(0.15, 0.25, -13), ge: place(-0.15, 0.12, -8), swirl: place(0.05, 0.1, -20),
  cowbell: place(-0.25, 0.12, -20), highBongo: place(0.5, 0.15, -15), lowBongo: place(0.35, 0.15, -14), slap: place(-0.5, 0.12, -16),
  conga: place(-0.5, 0.15, -14), tumba: place(-0.35, 0.15, -13), timbale: place(0.4, 0.2, -16), agogo: place(0.55, 0.15, -21),
  cabasa: place(-0.5, 0.06, -23), maracas: place(0.5, 0.06, -23), guiro: place(-0.55, 0.1, -22), clave: place(0.25, 0.25, -19),
  woodblock: place(-0.3, 0.25, -19), riser: place(0, 0.3, -16),
}
