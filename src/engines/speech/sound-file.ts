import { openMp3Writer } from '../studio/encode.ts'
import { SPEECH_SAMPLE_RATE, type SpeechFormat } from './choices.ts'
import { flacOf } from './flac.ts'
import { opusOf } from './opus.ts'
import { wavOf } from './wav.ts'

/** Speech at 24 kHz, mono, as a file; `pcm` is its samples alone, 16 bit with the lower byte first. */
export async function soundFile(samples: Float32Array, format: SpeechFormat): Promise<Uint8Array> {
  switch (format) {
    case 'mp3': {
      const writer = await openMp3Writer({ sampleRate: SPEECH_SAMPLE_RATE, channels: 1, kbitPerSecond: 64 })
      writer.write([samples])
      return writer.finish()
    }
    case 'wav':
      return wavOf(bytesOf(integers(samples)), { sampleRate: SPEECH_SAMPLE_RATE, channels: 1 })
    case 'pcm':
      return bytesOf(integers(samples))
    case 'flac':
      return flacOf(integers(samples), SPEECH_SAMPLE_RATE)
    case 'opus':
      return opusOf(integers(samples), SPEECH_SAMPLE_RATE)
  }
}

function integers(samples: Float32Array): Int16Array {
  return Int16Array.from(samples, (sample) => Math.round(32_767 * Math.max(-1, Math.min(1, sample))))
}

function bytesOf(samples: Int16Array): Buffer {
  const bytes = Buffer.alloc(2 * samples.length)
  for (const [index, sample] of samples.entries()) bytes.writeInt16LE(sample, 2 * index)
  return bytes
}
