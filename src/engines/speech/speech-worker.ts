import { type FliteVoice, SPEECH_SAMPLE_RATE, type SpeechFormat } from './choices.ts'
import { speak } from './flite.ts'
import { resampled } from './resample.ts'
import { soundFile } from './sound-file.ts'
import { piecesOf } from './spoken-text.ts'

export interface SpeechJob {
  /** As `spokenText` gives it. */
  text: string
  voice: FliteVoice
  speed: number
  hertz?: number
  format: SpeechFormat
  maxSeconds: number
}

export type SpeechOutcome = { file: Uint8Array; seconds: number } | 'too long'

/** A sentence or two: Flite draws its melody from sentence to sentence, so a cut between them is not heard. */
const PIECE_CHARACTERS = 400

/** Runs in a worker thread: a text as the bytes of a sound file. */
export default async function speakFile({ text, format, maxSeconds, ...how }: SpeechJob): Promise<SpeechOutcome> {
  const parts: Float32Array[] = []
  let count = 0
  for (const piece of piecesOf(text, PIECE_CHARACTERS)) {
    const { samples, sampleRate } = speak(piece, how)
    const part = resampled(samples, SPEECH_SAMPLE_RATE / GRID, sampleRate / GRID)
    parts.push(part)
    count += part.length
    if (count > maxSeconds * SPEECH_SAMPLE_RATE) return 'too long'
  }
  const all = new Float32Array(count)
  let offset = 0
  for (const part of parts) {
    all.set(part, offset)
    offset += part.length
  }
  return { file: await soundFile(all, format), seconds: count / SPEECH_SAMPLE_RATE }
}

/** Flite's 16 kHz and the 24 kHz of the answer are whole multiples of it. */
const GRID = 8_000
