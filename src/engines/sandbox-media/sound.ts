import { keep } from './keep.ts'
import { checkSeconds } from './limits.ts'
import { SOFTWARE, TITLE } from './mark.ts'

export interface SoundSpec {
  /** Up to 600, fractions allowed. An MP3 is rounded to the nearest frame (26 ms), and has at least two frames. */
  seconds: number
  mediaType: 'audio/mpeg' | 'audio/wav' | 'audio/flac'
}

/** MP3 frames, mono. */
export interface Mp3Frames {
  frames: Uint8Array[]
  sampleRate: number
  samplesPerFrame: number
  channels: 1
}

const MOST_SECONDS = 600
const MP3_RATE = 44_100
const MP3_KBIT_PER_SECOND = 64
const MP3_FRAME_SAMPLES = 1152
/** A beep every 19 frames, which is just under half a second; a loop is a high one and a low one. */
const MP3_BEEP_FRAMES = 19
const MP3_LOOP_FRAMES = 2 * MP3_BEEP_FRAMES
const WAV_RATE = 22_050
const WAV_LOOP_SAMPLES = WAV_RATE

/**
 * Beeps of the requested length: MP3 like the sandbox's song, or WAV or FLAC with 16 bit at 22,050 Hz, all mono. Cached; callers
 * share the bytes and must not write into them. Throws a RangeError for a length outside 0 to 600 seconds.
 */
export async function sandboxSound({ seconds, mediaType }: SoundSpec): Promise<Uint8Array> {
  checkSeconds(seconds, MOST_SECONDS)
  return keptSound({ seconds, mediaType })
}

const keptSound = keep(async ({ seconds, mediaType }: SoundSpec): Promise<Uint8Array> => ENCODERS[mediaType](seconds), {
  maxBytes: 32 * 2 ** 20,
  sizeBytes: ({ length }) => length,
})

const ENCODERS: Record<SoundSpec['mediaType'], (seconds: number) => Promise<Uint8Array> | Uint8Array> = {
  'audio/mpeg': mp3,
  'audio/wav': wav,
  'audio/flac': flac,
}

async function mp3(seconds: number): Promise<Uint8Array> {
  const { withTags } = await import('../mp3/id3.ts')
  const frames = await beepFrames(Math.max(2, Math.round((seconds * MP3_RATE) / MP3_FRAME_SAMPLES)))
  return withTags(Buffer.concat(frames), { title: TITLE, software: SOFTWARE })
}

/** Beeps as MP3 frames that last at least so long. */
export async function beeps(seconds: number): Promise<Mp3Frames> {
  const frames = await beepFrames(Math.ceil((seconds * MP3_RATE) / MP3_FRAME_SAMPLES) + 1)
  return { frames, sampleRate: MP3_RATE, samplesPerFrame: MP3_FRAME_SAMPLES, channels: 1 }
}

/** One loop is encoded once and repeated, so that length costs next to nothing. */
async function beepFrames(count: number): Promise<Uint8Array[]> {
  loop ??= encodeLoop().catch((error: unknown) => {
    loop = undefined // the next caller tries again
    throw error
  })
  const once = await loop
  return Array.from({ length: count }, (_, index) => once[index % once.length] ?? new Uint8Array())
}

let loop: Promise<Uint8Array[]> | undefined

/**
 * A fresh encoding begins with a frame that needs no bytes of earlier ones, and this one begins and ends in silence: so its
 * frames may be repeated. The encoder's delay (25 ms) and its padding fall into the silence.
 */
async function encodeLoop(): Promise<Uint8Array[]> {
  const [{ openMp3Writer }, { framesOf }] = await Promise.all([
    import('../studio/encode.ts'),
    import('../mp3/frames.ts'),
  ])
  const writer = await openMp3Writer({ sampleRate: MP3_RATE, channels: 1, kbitPerSecond: MP3_KBIT_PER_SECOND })
  const everySeconds = (MP3_BEEP_FRAMES * MP3_FRAME_SAMPLES) / MP3_RATE
  writer.write([
    Float32Array.from({ length: MP3_LOOP_FRAMES * MP3_FRAME_SAMPLES }, (_, index) =>
      beepAt(index / MP3_RATE, everySeconds),
    ),
  ])
  const bytes = writer.finish()
  return framesOf(bytes)
    .slice(0, MP3_LOOP_FRAMES)
    .map(({ offset, sizeBytes }) => bytes.subarray(offset, offset + sizeBytes))
}

/** High, low, high, low: a tone for a fifth of a second, then silence. */
export function beepAt(timeSeconds: number, everySeconds: number): number {
  const beep = Math.floor(timeSeconds / everySeconds)
  const within = timeSeconds - beep * everySeconds
  if (within >= 0.2) return 0
  return (
    0.4 * Math.sin((Math.PI * within) / 0.2) ** 0.5 * Math.sin(2 * Math.PI * (beep % 2 === 0 ? 880 : 660) * timeSeconds)
  )
}

function wav(seconds: number): Uint8Array {
  const dataBytes = 2 * samplesIn(seconds)
  const title = infoChunk(TITLE.replace('–', '-'))
  const file = Buffer.alloc(44 + dataBytes + title.length)
  file.write('RIFF')
  file.writeUInt32LE(file.length - 8, 4)
  file.write('WAVEfmt ', 8)
  file.writeUInt32LE(16, 16)
  file.writeUInt16LE(1, 20) // PCM
  file.writeUInt16LE(1, 22) // mono
  file.writeUInt32LE(WAV_RATE, 24)
  file.writeUInt32LE(2 * WAV_RATE, 28)
  file.writeUInt16LE(2, 32)
  file.writeUInt16LE(16, 34)
  file.write('data', 36)
  file.writeUInt32LE(dataBytes, 40)
  const once = Buffer.alloc(Math.min(dataBytes, 2 * WAV_LOOP_SAMPLES))
  for (let index = 0; index < once.length / 2; index++) once.writeInt16LE(sampleAt(index), 2 * index)
  file.fill(once, 44, 44 + dataBytes)
  file.set(title, 44 + dataBytes)
  return file
}

async function flac(seconds: number): Promise<Uint8Array> {
  const { flacOf } = await import('../speech/flac.ts')
  const once = Int16Array.from({ length: WAV_LOOP_SAMPLES }, (_, index) => sampleAt(index))
  const samples = new Int16Array(samplesIn(seconds)).map((_, index) => once[index % once.length] ?? 0)
  return flacOf(samples, WAV_RATE)
}

function samplesIn(seconds: number): number {
  return Math.max(1, Math.round(seconds * WAV_RATE))
}

function sampleAt(index: number): number {
  return Math.round(32_767 * beepAt(index / WAV_RATE, 0.5))
}

/** The title where players look for it. Behind the sound, since some readers take byte 44 for its beginning. */
function infoChunk(title: string): Buffer {
  const text = Buffer.alloc(2 * Math.ceil((title.length + 1) / 2))
  text.write(title, 'latin1')
  const header = Buffer.alloc(20)
  header.write('LIST')
  header.writeUInt32LE(12 + text.length, 4)
  header.write('INFOINAM', 8)
  header.writeUInt32LE(text.length, 16)
  return Buffer.concat([header, text])
}
