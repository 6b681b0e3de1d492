import { decodeMp3 } from '../../mp3/decode.ts'
import type { Bank } from '../band/bank.ts'
import { masterBlocks } from '../master/master.ts'
import type { Score } from '../score.ts'
import { SAMPLE_RATE } from '../synth/signal.ts'

const HEADER_BYTES = 44
const BYTES_PER_SAMPLE = 2
const CHANNELS = 2

/**
 * A WAV of 16 bit, stereo, with the lower byte first (the RIFF of Microsoft and IBM, 1991). Blocks are added as they come.
 */
export function openWav(sampleRate: number): {
  add(left: Float32Array, right: Float32Array): void
  finish(): Uint8Array
} {
  const blocks: Buffer[] = []
  return {
    add(left, right) {
      const block = Buffer.alloc(left.length * BYTES_PER_SAMPLE * CHANNELS)
      for (let index = 0; index < left.length; index++) {
        block.writeInt16LE(integer(left[index] ?? 0), 4 * index)
        block.writeInt16LE(integer(right[index] ?? 0), 4 * index + 2)
      }
      blocks.push(block)
    },
    finish() {
      const bytes = blocks.reduce((sum, { length }) => sum + length, 0)
      const header = Buffer.alloc(HEADER_BYTES)
      header.write('RIFF')
      header.writeUInt32LE(HEADER_BYTES - 8 + bytes, 4)
      header.write('WAVEfmt ', 8)
      header.writeUInt32LE(16, 16) // bytes of the format
      header.writeUInt16LE(1, 20) // PCM
      header.writeUInt16LE(CHANNELS, 22)
      header.writeUInt32LE(sampleRate, 24)
      header.writeUInt32LE(sampleRate * CHANNELS * BYTES_PER_SAMPLE, 28)
      header.writeUInt16LE(CHANNELS * BYTES_PER_SAMPLE, 32)
      header.writeUInt16LE(8 * BYTES_PER_SAMPLE, 34)
      header.write('data', 36)
      header.writeUInt32LE(bytes, 40)
      return Buffer.concat([header, ...blocks])
    },
  }
}

const integer = (sample: number): number => Math.round(32_767 * Math.max(-1, Math.min(1, sample)))

interface Work {
  isStopped: () => boolean
  onProgress: (share: number) => void
}

/** A song as it was before it was made an MP3. Undefined if stopped. */
export function songAsWav(
  score: Score,
  bank: Bank | undefined,
  { isStopped, onProgress }: Work,
): Uint8Array | undefined {
  const wav = openWav(SAMPLE_RATE)
  for (const { left, right, doneSeconds } of masterBlocks(score, bank)) {
    if (isStopped()) return undefined
    wav.add(left, right)
    onProgress(doneSeconds / score.durationSeconds)
  }
  return wav.finish()
}

/** An MP3 as a WAV, at its own sample rate. Undefined if stopped. Throws an Error for what is no MP3. */
export function recordingAsWav(mp3: Uint8Array, { isStopped }: Work): Uint8Array | undefined {
  let wav: ReturnType<typeof openWav> | undefined
  for (const { left, right, sampleRate } of decodeMp3(mp3)) {
    if (isStopped()) return undefined
    wav ??= openWav(sampleRate)
    wav.add(left, right)
  }
  return wav?.finish()
}
