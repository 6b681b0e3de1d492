import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { listen } from '../../src/engines/studio/listen.testing.ts'
import { openStudio } from '../../src/engines/studio/studio.ts'
import { galleryPage } from './page.ts'
import { spectrogram, waveform } from './pictures.ts'
import { type GallerySong, songsOf, tellOf } from './songs.ts'

/** What the page says of a song. */
export interface Exhibit extends GallerySong {
  /** File names beside the page. */
  sound: string
  cover: string
  spectrogram: string
  durationSeconds: number
  bpm: number
  key: string
  /** Who sings, and in which way; empty for a song without a singer. */
  singer: string
  instruments: string[]
  sections: { kind: string; at: number }[]
  chords: { at: number; name: string }[]
  words: { text: string; from: number; to: number; endsLine: boolean }[]
  /** The loudest of each stretch, 0 to 1. */
  levels: number[]
}

const LEVELS = 400
const TOGETHER = 2

/** Renders a song of each style and writes the page with all of them; returns its path. `report` is told of each song. */
export async function writeGallery(
  { into, seconds, seed, styles }: { into: string; seconds: number; seed: number; styles?: readonly string[] },
  report: (line: string) => void,
): Promise<string> {
  await mkdir(into, { recursive: true })
  const songs = songsOf(styles, { seconds, seed })
  const studio = openStudio({ threads: TOGETHER })
  const exhibits: Exhibit[] = []
  const started = performance.now()
  let done = 0

  const render = async (song: GallerySong, number: number): Promise<void> => {
    const name = `${String(number + 1).padStart(2, '0')}-${song.style.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`
    const made = await studio.compose(song.request, { signal: AbortSignal.timeout(600_000) })
    const heard = await listen(made.mp3)
    const files = { sound: `${name}.mp3`, cover: `${name}.jpg`, spectrogram: `${name}.webp` }
    await Promise.all([
      writeFile(join(into, files.sound), made.mp3),
      writeFile(join(into, files.cover), made.coverJpeg),
      writeFile(join(into, files.spectrogram), await spectrogram(heard.left, heard.right)),
    ])
    const { durationSeconds, bpm, key } = made
    exhibits[number] = {
      ...song,
      ...files,
      ...tellOf(song.request),
      durationSeconds,
      bpm,
      key,
      levels: waveform(heard.left, heard.right, LEVELS),
    }
    done++
    const spent = ((performance.now() - started) / 1_000).toFixed(0)
    report(
      `${String(done).padStart(3)} of ${songs.length}  ${song.style.padEnd(16)} ${song.request.title}  (${spent} s)`,
    )
  }

  try {
    const waiting = [...songs.entries()]
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) await render(next[1], next[0])
    }
    await Promise.all(Array.from({ length: TOGETHER }, work))
  } finally {
    await studio.close()
  }
  const page = join(into, 'index.html')
  await writeFile(page, galleryPage(exhibits))
  return page
}
