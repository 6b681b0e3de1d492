import { SOFTWARE, TITLE } from './mark.ts'
import { beepAt } from './sound.ts'

export interface SandboxSong {
  mp3: Uint8Array
  /** 512 by 512. */
  coverJpeg: Uint8Array
  /** 1024 by 1024. */
  coverLargeJpeg: Uint8Array
  durationSeconds: number
}

const SAMPLE_RATE = 44_100
const SECONDS = 4
const BEEP_EVERY_SECONDS = 0.5

let song: Promise<SandboxSong> | undefined

/**
 * A short song for the sandbox: beeps, a title that says so, a cover with the word SANDBOX. Made at the
 * first call and kept; callers share the bytes and must not write into them.
 */
export function sandboxSong(): Promise<SandboxSong> {
  song ??= make().catch((error: unknown) => {
    song = undefined // the next caller tries again
    throw error
  })
  return song
}

async function make(): Promise<SandboxSong> {
  // The encoder and the image library are heavy, and a gateway without test keys never needs them here.
  const [{ openMp3Writer }, { drawCover }, { withTags }] = await Promise.all([
    import('../studio/encode.ts'),
    import('../studio/cover.ts'),
    import('../mp3/id3.ts'),
  ])
  const writer = await openMp3Writer({ sampleRate: SAMPLE_RATE, channels: 1, kbitPerSecond: 64 })
  writer.write([
    Float32Array.from({ length: SECONDS * SAMPLE_RATE }, (_, index) => beepAt(index / SAMPLE_RATE, BEEP_EVERY_SECONDS)),
  ])
  const cover = await drawCover({ title: 'SANDBOX', tags: '', seed: 1, take: 0, energy: 0.5, isDark: false })
  return {
    mp3: withTags(writer.finish(), { title: TITLE, software: SOFTWARE }),
    coverJpeg: cover.small,
    coverLargeJpeg: cover.large,
    durationSeconds: SECONDS,
  }
}
