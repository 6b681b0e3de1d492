import type { Kit, Piece } from './drums.ts'
import type { InstrumentName } from './instruments.ts'
import type { SectionKind } from './lyrics.ts'
import type { ToneName } from './master/tone.ts'
import type { Singer } from './sing/singers.ts'
import type { Syllable } from './syllables.ts'

/** A song written out: every note with its time. The input of the mix. */
export interface Score {
  bpm: number
  key: string
  barSeconds: number
  durationSeconds: number
  /** Where its last bar ends and the closing chord is struck, in seconds. */
  endsAt: number
  /** How late the middle of a beat is: 0 in time … 1 with the next beat. */
  swing: number
  /** 0 calm … 1 wild: what the cover should look like. */
  energy: number
  parts: Part[]
  kit: Kit
  hits: { at: number; piece: Piece; velocity: number }[]
  drumGain: number
  /** What goes from the drums into the room, beside what each piece has: 0 for a dry kit. */
  drumRoom: number
  /** 0 dry … 1 a cathedral. */
  room: number
  /** The time between two echoes. */
  echoSeconds: number
  /** An old record: no treble, some crackle. */
  dusty: boolean
  /** How deep everything else ducks under the bass drum, 0–1. */
  pump: number
  /** What the master aims at. */
  tone: ToneName
  /** How far apart the sides are, 0 mono … 1. */
  width: number
  /** Who sings the syllables that have words. */
  singer: Singer
  /** Lines of the lyrics that are sung without words, since their language cannot be read. */
  wordless: readonly string[]
  /** Where its sections begin, in seconds, and how loud each is beside a chorus, in dB. */
  sections: { kind: SectionKind; at: number; db: number }[]
  /** Where each chord begins, in seconds, for people: "Dm7". */
  chords: { at: number; name: string }[]
}

/** What a part does in the band. */
export const ROLES = ['lead', 'harmony', 'second', 'chords', 'pad', 'colour', 'bass'] as const
export type Role = (typeof ROLES)[number]

export interface Part {
  role: Role
  instrument: InstrumentName
  gain: number
  /** -1 left … 1 right */
  pan: number
  /** Played twice, left and right, a shade apart. */
  wide: boolean
  /** How much goes into the room and into the echo, 0–1. */
  room: number
  echo: number
  /** How much wider it is heard than it was recorded, 0–1. */
  spread: number
  pumps: boolean
  notes: TimedNote[]
}

export interface TimedNote {
  /** Seconds from the start of the song. */
  at: number
  seconds: number
  midi: number
  velocity: number
  syllable?: Syllable
}
