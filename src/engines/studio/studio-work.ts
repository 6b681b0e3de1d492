import type { HeardSong } from './hear/hear-song.ts'
import type { SongSheet } from './score-sheet.ts'
import type { Song, SongRequest } from './song.ts'
import type { Film, FilmRequest } from './tools/film.ts'
import type { NotedInstrument } from './tools/midi.ts'
import type { Recipe } from './tools/recipe.ts'
import type { HeardMusic } from './tools/recording.ts'

/** A song that the studio made, as it can be played again. */
export interface KnownSong {
  recipe: Recipe
  /** Of its score; what is composed otherwise by now is refused. Absent: it has not been played yet. */
  digest?: string
}

/** The tracks of a song of which something is wanted: all, unless stated. */
export interface TrackChoice {
  names?: readonly string[]
  /** The names are those of a split into two. */
  isOfTwo?: boolean
}

export interface PlayedSong {
  mp3: Uint8Array
  durationSeconds: number
  bpm: number
  key: string
  digest: string
  wordless: readonly string[]
}

export interface TimedWord {
  text: string
  startSeconds: number
  endSeconds: number
  endsLine: boolean
}

/** What the threads of the studio do: what each kind of work needs, and what it gives. */
export interface StudioWork {
  song: { needs: SongRequest; gives: Song }
  /** Several songs of one band as one. */
  joined: { needs: KnownSong & { title: string }; gives: PlayedSong }
  stems: {
    needs: KnownSong & { title: string; names: readonly string[]; isOfTwo: boolean }
    gives: { mp3s: Uint8Array[] }
  }
  words: { needs: KnownSong & { mp3: Uint8Array }; gives: { words: TimedWord[]; levels: number[] } }
  notes: {
    needs: KnownSong & { title: string; tracks: TrackChoice }
    gives: { instruments: NotedInstrument[]; midi: Uint8Array }
  }
  /** A known song is played again, and so has none of the losses of its MP3. */
  wav: { needs: { song: KnownSong } | { mp3: Uint8Array }; gives: { wav: Uint8Array } }
  film: { needs: FilmRequest | (Omit<FilmRequest, 'cover'> & { cover: undefined; seed: number }); gives: Film }
  /** What a cover of a song of the studio keeps of it. */
  songSheet: { needs: KnownSong; gives: SongSheet }
  /** What a cover of a recording keeps of it, and what a song that goes on from it goes on with. */
  sheet: { needs: { mp3: Uint8Array }; gives: HeardSong }
  recording: { needs: { mp3: Uint8Array }; gives: HeardMusic }
}

export type WorkKind = keyof StudioWork
export type Needs<K extends WorkKind> = StudioWork[K]['needs']
export type Gives<K extends WorkKind> = StudioWork[K]['gives']

/** Why a piece of work cannot be done, however often it is tried. */
export class StudioRefusal extends Error {}
