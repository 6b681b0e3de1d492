export interface SandboxSong {
  mp3: Uint8Array
  /** 512 by 512. */
  coverJpeg: Uint8Array
  /** 1024 by 1024. */
  coverLargeJpeg: Uint8Array
  durationSeconds: number
}

const TITLE = 'SANDBOX – not a real result'
const SAMPLE_RATE = 44_100
const SECONDS = 4
const BEEPS_A_SECOND = 2

let song: Promise<SandboxSong> | undefined

/**
 * A short file that nobody takes for music: beeps, a title that says what it is, a cover with the word SANDBOX. Made at the
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
  writer.write([beeps()])
  const cover = await drawCover({ title: 'SANDBOX', word: 'sandbox', energy: 0.5, isDark: false })
  return {
    mp3: withTags(writer.finish(), { title: TITLE, software: 'Polyphony sandbox' }),
    coverJpeg: cover.small,
    coverLargeJpeg: cover.large,
    durationSeconds: SECONDS,
  }
}

/** High, low, high, low: a tone for a fifth of a second, then silence. */
function beeps(): Float32Array {
  return Float32Array.from({ length: SECONDS * SAMPLE_RATE }, (_, index) => {
    const time = index / SAMPLE_RATE
    const beep = Math.floor(time * BEEPS_A_SECOND)
    const within = time - beep / BEEPS_A_SECOND
    const loudness = within < 0.2 ? Math.sin((Math.PI * within) / 0.2) ** 0.5 : 0
    return 0.4 * loudness * Math.sin(2 * Math.PI * (beep % 2 === 0 ? 880 : 660) * time)
  })
}
