import type { FliteVoice } from '../../speech/flite.ts'

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
  /** Words are spoken in rhythm, not sung. */
  isSpoken?: true
}

const high = { name: 'high', voice: 'rms', spokenHertz: 100, warp: 1.16, register: -6, vibrato: 0.33, breath: 0.25, glideSeconds: 0.03, voices: 1 } as const satisfies Singer // biome-ignore format: a row reads better
const low = { name: 'low', voice: 'rms', spokenHertz: 100, warp: 1, register: -15, vibrato: 0.3, breath: 0.1, glideSeconds: 0.03, voices: 1 } as const satisfies Singer // biome-ignore format: a row reads better

/** The first whose words are in the tags. */
const NAMED: readonly (readonly [words: RegExp, singer: Singer])[] = [
  [/robot|vocoder|auto-?\s?tune|android|cyborg/, { ...low, name: 'robot', vibrato: 0, glideSeconds: 0, breath: 0.05 }],
  [/\bchild|\bkids?\b|\bchildren/, { ...high, name: 'child', warp: 1.3, register: -2, vibrato: 0.12 }],
  [/deep (voice|male|vocal)|\bbass (voice|singer)|baritone/, { ...low, name: 'deep', warp: 0.92, register: -18 }],
  [/whisper|breathy|airy vocal/, { ...high, name: 'breathy', breath: 1, vibrato: 0.15 }],
  [/\b(fe|wo)m(ale|an|en)|soprano|girl|diva|alto\b/, high],
  [/\bmale|tenor|\bm[ae]n\b|\bboy/, low],
  [/choir|choral|gospel choir/, { ...high, name: 'choir', warp: 1.08, register: -8, voices: 5, vibrato: 0.2 }],
]

const RAP = /\brap\b|\brapp|spoken ?word|hip-?\s?hop|\bdrill\b|boom ?bap|\btrap\b/

/** The singer that the tags name; where they name none, `turn` chooses. */
export function chooseSinger(request: string, turn: <T>(list: readonly [T, ...T[]]) => T): Singer {
  const singer = NAMED.find(([words]) => words.test(request))?.[1] ?? turn<Singer>([high, low])
  return RAP.test(request) && !/\bsing|\bsung|melodic/.test(request) ? { ...singer, isSpoken: true } : singer
}
