import { arrange } from '../../src/engines/studio/arrangement.ts'
import { GENRES } from '../../src/engines/studio/genres.ts'
import type { SongRequest } from '../../src/engines/studio/song.ts'
import { sungWords } from '../../src/engines/studio/tools/words.ts'
import { writeLyrics } from '../../src/engines/studio/write-lyrics.ts'
import type { Exhibit } from './gallery.ts'

export interface GallerySong {
  /** What the page calls it. */
  style: string
  request: SongRequest
}

/** What the songs are about, one after another. */
const IDEAS = [
  'the last train home', 'a letter that I never sent', 'dancing in the kitchen with my daughter', 'the lighthouse keeper',
  'summer on the river', 'my old blue car', 'a city that never sleeps', 'waiting for the snow', 'the sea takes everything back',
  'we are young tonight', 'grandmother and her garden', 'a fox in the snow',
] // biome-ignore format: a list

/** A song for each style; without `styles`, for each genre that the studio knows. */
export function songsOf(
  styles: readonly string[] | undefined,
  { seconds, seed }: { seconds: number; seed: number },
): GallerySong[] {
  const wanted = styles ?? GENRES.map(({ name }) => name)
  return wanted.map((style, index) => {
    const lyrics = writeLyrics({ prompt: IDEAS[index % IDEAS.length] ?? style, seed: seed + index })
    return {
      style,
      request: {
        lyrics: lyrics.text,
        tags: style,
        title: lyrics.title,
        instrumental: false,
        seed: seed + index,
        take: 0,
        seconds,
      },
    }
  })
}

type Told = Pick<Exhibit, 'singer' | 'instruments' | 'sections' | 'chords' | 'words'>

/** What the composer itself says of a song: it is not found by listening. */
export function tellOf(request: SongRequest): Told {
  const score = arrange(request)
  const words = sungWords(score)
  const played = score.parts.filter(({ instrument }) => instrument !== 'voice').map(({ instrument }) => instrument)
  const { name, isSpoken } = score.singer
  return {
    singer: words.length === 0 ? '' : isSpoken ? `${name} voice, spoken in rhythm` : `${name} voice`,
    instruments: [...new Set(played)].map(spaced),
    sections: score.sections.map(({ kind, at }) => ({ kind, at: rounded(at) })),
    chords: score.chords.map(({ name: chord, at }) => ({ name: chord, at: rounded(at) })),
    words: words.map(({ text, startSeconds, endSeconds, endsLine }) => ({
      text,
      from: rounded(startSeconds),
      to: rounded(endSeconds),
      endsLine,
    })),
  }
}

/** `tinePiano` is written "tine piano". */
const spaced = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

const rounded = (seconds: number): number => Math.round(seconds * 1_000) / 1_000
