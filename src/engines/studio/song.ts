import type { Harmony, LeadSheet } from './lead-sheet.ts'

export interface SongRequest {
  /** May be empty. Section marks are in square brackets. */
  lyrics: string
  /** An idea in plain words; with the tags it decides the style. */
  description?: string
  tags: string
  /** What to leave out: instruments, drums, styles. */
  negativeTags?: string
  title: string
  instrumental: boolean
  /** A whole number. */
  seed: number
  /** 0, 1, …: takes of one request are different songs. */
  take: number
  /** The requested length, 4 to 600; without it the lyrics decide (about 30 to 180). */
  seconds?: number
  /** The greatest length where the lyrics decide: 4 to 600; 180 by default. */
  longestSeconds?: number
  /**
   * Continues another song in its key, tempo and sound, from the place in the bar where `fromSeconds` falls.
   * In a chain of continuations this names the first song, with `fromSeconds` counted from that song's start.
   */
  continues?: {
    seed: number
    take: number
    tags: string
    title: string
    description?: string
    fromSeconds: number
    /** Of a recording, or of a cover of one: what its verses and choruses are played over. */
    harmony?: Harmony
  }
  /** A song to cover: its tune, chords and form are kept; style, band, singer and words are the request's. */
  covers?: LeadSheet
}

export interface Song {
  mp3: Uint8Array
  /** 512 by 512. */
  coverJpeg: Uint8Array
  /** 1024 by 1024. */
  coverLargeJpeg: Uint8Array
  durationSeconds: number
  bpm: number
  /** For people: "A minor". */
  key: string
  /** Of its score: tells whether the studio would still compose it so. */
  digest: string
  /** Lines of the lyrics that were sung without words, since the singer cannot read their language. */
  wordless: readonly string[]
}
