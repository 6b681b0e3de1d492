import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Frame, framesOf } from './frames.ts'

export interface Pcm {
  sampleRate: number
  left: Float32Array
  /** The same samples as `left` where the file has one channel. */
  right: Float32Array
}

/** An MP3 without sound, or one that is too long to be worked on. */
export class UndecodableMp3 extends Error {}

/** What minimp3 exports in this build. It counts in bytes and seconds. */
interface Decoder {
  memory: WebAssembly.Memory
  decoder_init(): void
  decoder_set_mp3_data_size(bytes: number): void
  decoder_mp3_data_offset(): number
  decoder_mp3_data_size(): number
  decoder_pcm_data_offset(): number
  decoder_seek(seconds: number): void
  decoder_decode(seconds: number): void
  decode_results_sampling_rate(): number
  decode_results_num_channels(): number
  /** Of all channels together. */
  decode_results_num_samples(): number
}

let compiled: WebAssembly.Module | undefined

const compile = (): WebAssembly.Module =>
  new WebAssembly.Module(readFileSync(createRequire(import.meta.url).resolve('minimp3-wasm/dist/decoder.opt.wasm')))

/**
 * Decodes an MP3 second by second (with minimp3), each in buffers of its own; at the end nothing more comes. Tags and pictures are
 * left out. Throws UndecodableMp3 for a file without sound, and for one of more than an hour and a half.
 */
export function* decodeMp3(mp3: Uint8Array): Generator<Pcm> {
  const sound = soundOf(mp3)
  compiled ??= compile()
  const instance = new WebAssembly.Instance(compiled, {})
  const decoder = instance.exports as unknown as Decoder // the exports of this file, above
  decoder.decoder_init()
  decoder.decoder_set_mp3_data_size(sound.length)
  new Uint8Array(decoder.memory.buffer, decoder.decoder_mp3_data_offset(), decoder.decoder_mp3_data_size()).set(sound)
  decoder.decoder_seek(0)
  for (;;) {
    decoder.decoder_decode(1)
    const count = decoder.decode_results_num_samples()
    if (count === 0) return
    const channels = decoder.decode_results_num_channels()
    const samples = new Int16Array(decoder.memory.buffer, decoder.decoder_pcm_data_offset(), count)
    const left = sideOf(samples, 0, channels)
    const right = channels === 1 ? left : sideOf(samples, 1, channels)
    yield { sampleRate: decoder.decode_results_sampling_rate(), left, right }
  }
}

/** The frames of an MP3; throws as `decodeMp3` does. */
export function listedFrames(mp3: Uint8Array): [Frame, ...Frame[]] {
  try {
    const [first, ...others] = framesOf(mp3)
    if (first && others.length > 0) return [first, ...others]
  } catch (error) {
    throw new UndecodableMp3('The file is too long to be worked on.', { cause: error })
  }
  throw new UndecodableMp3('The file is not a playable MP3.')
}

function soundOf(mp3: Uint8Array): Uint8Array {
  const frames = listedFrames(mp3)
  const sound = new Uint8Array(frames.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0))
  let end = 0
  for (const { offset, sizeBytes } of frames) {
    sound.set(mp3.subarray(offset, offset + sizeBytes), end)
    end += sizeBytes
  }
  return sound
}

function sideOf(samples: Int16Array, side: number, channels: number): Float32Array {
  return Float32Array.from(
    { length: samples.length / channels },
    (_, index) => (samples[index * channels + side] ?? 0) / 32_768,
  )
}
