import type { FliteVoice } from '../../speech/choices.ts'

/** A singer: one voice of the synthesizer, changed. */
export interface Singer {
  name: string
  /** Who speaks the words, and the tone on which they are spoken. */
  voice: FliteVoice
  spokenHertz: number
  /** How much shorter the mouth and throat are than the speaker's: above 1 sounds like a woman, then like a child. */
  warp: number
  /** Semitones from the middle of the instrument to the middle of this voice. */
  register: number
  /** Semitones. */
  vibrato: number
  /** 0 a clear voice … 1 a breathy one. */
  breath: number
  /** How quickly the pitch follows the tune; 0 = at once, as a machine does. */
  glideSeconds: number
  /** How many sing each line. */
  voices: number
  /** How much its spectrum leans to the highs, in dB an octave. */
  tilt: number
  /** How strong the singer's formant near 3 kHz is, which carries a voice over a band: 0.33 is a trained voice. */
  ring: number
  /** 0 a clean voice … 1 a shout. */
  grit: number
  /** Where others sing the tune, too. */
  doubled: 'never' | 'choruses' | 'always'
  /** How much of it goes into the room, beside what is usual. */
  wet: number
  /** Words are spoken in rhythm, not sung. */
  isSpoken?: true
}

/** How a kind of music is sung, whoever sings. */
type Manner = Pick<Singer, 'breath' | 'vibrato' | 'tilt' | 'ring' | 'grit' | 'doubled' | 'wet' | 'glideSeconds'> & {
  /** Multiplies the warp of the voice. */
  stature: number
}

// biome-ignore format: a table reads better in rows
const MANNERS = {
  plain: { stature: 1, breath: 0.12, vibrato: 0.22, tilt: 0, ring: 0.3, grit: 0, doubled: 'choruses', wet: 1, glideSeconds: 0.03 },
  bright: { stature: 1.04, breath: 0.2, vibrato: 0.2, tilt: 1.4, ring: 0.4, grit: 0.05, doubled: 'always', wet: 1, glideSeconds: 0.02 },
  belted: { stature: 1.01, breath: 0.08, vibrato: 0.38, tilt: 0.5, ring: 0.5, grit: 0.2, doubled: 'choruses', wet: 1.2, glideSeconds: 0.04 },
  rough: { stature: 0.97, breath: 0.1, vibrato: 0.12, tilt: 0.8, ring: 0.35, grit: 0.5, doubled: 'choruses', wet: 0.7, glideSeconds: 0.03 },
  harsh: { stature: 0.93, breath: 0.3, vibrato: 0.05, tilt: 1.8, ring: 0.2, grit: 1, doubled: 'always', wet: 0.6, glideSeconds: 0.02 },
  close: { stature: 0.98, breath: 0.7, vibrato: 0.18, tilt: -2, ring: 0.1, grit: 0, doubled: 'never', wet: 0.5, glideSeconds: 0.04 },
  soft: { stature: 1.05, breath: 0.5, vibrato: 0.22, tilt: -1.6, ring: 0.15, grit: 0, doubled: 'never', wet: 1.5, glideSeconds: 0.04 },
  airy: { stature: 1.03, breath: 0.9, vibrato: 0.1, tilt: -0.6, ring: 0.1, grit: 0, doubled: 'always', wet: 2.2, glideSeconds: 0.04 },
  operatic: { stature: 0.95, breath: 0.05, vibrato: 0.5, tilt: -0.8, ring: 0.7, grit: 0, doubled: 'never', wet: 1.8, glideSeconds: 0.03 },
  machine: { stature: 1, breath: 0.15, vibrato: 0, tilt: 1.4, ring: 0.3, grit: 0.1, doubled: 'always', wet: 1.3, glideSeconds: 0.012 },
  nasal: { stature: 1.07, breath: 0.1, vibrato: 0.42, tilt: 1, ring: 0.6, grit: 0.05, doubled: 'never', wet: 1.3, glideSeconds: 0.06 },
} as const satisfies Record<string, Manner>

export type MannerName = keyof typeof MANNERS
/** `any` is chosen anew for each song. */
export type VoiceName = 'high' | 'low' | 'any'

type Voice = Omit<Singer, Exclude<keyof Manner, 'stature'>>

// biome-ignore format: a table reads better in rows
const VOICES = {
  high: { name: 'high', voice: 'rms', spokenHertz: 100, warp: 1.16, register: -6, voices: 1 },
  low: { name: 'low', voice: 'rms', spokenHertz: 100, warp: 1, register: -15, voices: 1 },
} as const satisfies Record<string, Voice>
const { high, low } = VOICES

/** The first whose words are in the tags; what it says of the manner goes before the genre's. */
// biome-ignore format: a table reads better in rows
const NAMED: readonly (readonly [words: RegExp, singer: Voice & Partial<Manner>])[] = [
  [/robot|vocoder|auto-?\s?tune|android|cyborg/, { ...low, name: 'robot', vibrato: 0, glideSeconds: 0, breath: 0.05 }],
  [/\bchild|\bkids?\b|\bchildren/, { ...high, name: 'child', warp: 1.3, register: -2, vibrato: 0.12, grit: 0 }],
  [/deep (voice|male|vocal)|\bbass (voice|singer)|baritone/, { ...low, name: 'deep', warp: 0.92, register: -18 }],
  [/whisper|breathy|airy vocal/, { ...high, name: 'breathy', breath: 1, vibrato: 0.15, grit: 0 }],
  [/\b(fe|wo)m(ale|an|en)|soprano|girl|diva|alto\b/, high],
  [/\bmale|tenor|\bm[ae]n\b|\bboy/, low],
  [/choir|choral|gospel choir/, { ...high, name: 'choir', warp: 1.08, register: -8, voices: 5, vibrato: 0.2 }],
]

const RAP = /\brap\b|\brapp|spoken ?word|hip-?\s?hop|\bdrill\b|boom ?bap|\btrap\b/

/** The singer that the tags name, in the manner of the genre; where they name none, the genre's, or the one that `turn` chooses. */
export function chooseSinger(
  request: string,
  [manner, voice]: readonly [MannerName, VoiceName],
  turn: <T>(list: readonly [T, ...T[]]) => T,
): Singer {
  const usual = (): Voice => (voice === 'any' ? turn<Voice>([high, low]) : VOICES[voice])
  const named = NAMED.find(([words]) => words.test(request))?.[1] ?? usual()
  const { stature, ...how } = MANNERS[manner]
  const singer: Singer = { ...how, ...named, warp: named.warp * stature }
  return RAP.test(request) && !/\bsing|\bsung|melodic/.test(request) ? { ...singer, isSpoken: true } : singer
}
