import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs'
import { StbVorbis } from 'stb-vorbis'
import type { SampledKit } from './kits.ts'
import type { PresetName } from './presets.ts'

/** A range of keys with its sample and how that is played. What does nothing is absent. Times in seconds. */
export interface Zone {
  /** Number in `Index.samples`. */
  sample: number
  low: number
  high: number
  /** The key at which the sample has its own pitch. */
  root: number
  cents?: number
  centsPerKey: number
  db?: number
  /** -1 left … 1 right */
  pan?: number
  start?: number
  /** 1 loops for ever, 3 until the key is let go. */
  loop?: 1 | 3
  loopStart?: number
  loopEnd?: number
  delay?: number
  attack?: number
  hold?: number
  /** Until it has fallen by 100 dB. */
  decay?: number
  sustainDb?: number
  release?: number
  /** Timecents by which these change with each key under 60. */
  holdByKey?: number
  decayByKey?: number
  /** The low-pass filter, in cents above 8.176 Hz; from 13,500 on it is open. */
  cutoff: number
  resonanceDb?: number
  /** Cents by which the second envelope opens the filter and bends the pitch. */
  sweep?: number
  bend?: number
  modAttack?: number
  modHold?: number
  modDecay?: number
  modSustain?: number
  /** Cents. */
  vibrato?: number
  vibratoHertz?: number
  vibratoDelay?: number
}

export interface Sample {
  name: string
  /** Where its Ogg Vorbis stream lies in `samples.bin`. */
  offset: number
  bytes: number
  rate: number
}

export interface Index {
  presets: Record<string, Zone[]>
  kits: Record<string, Zone[]>
  samples: Sample[]
}

export interface Recording {
  rate: number
  /** 16 bits: half the memory of floating point, and more than the encoded samples have. */
  values: Int16Array
}

export interface Bank {
  /** What sounds for a key: two zones for a stereo recording. [] where the bank has none. */
  zones(preset: PresetName, midi: number): readonly Zone[]
  kitZones(kit: SampledKit, key: number): readonly Zone[]
  /** Decoded at its first use. */
  recording(zone: Zone): Recording
  close(): void
}

/** So much is kept decoded: about what two songs of different styles need. */
const KEPT_BYTES = 48e6

/** Beside this file, in a checkout and in a build. */
const FOLDER = new URL('./soundbank/', import.meta.url)

/**
 * Opens the studio's sound bank, cut by scripts/cut-soundbank.ts. Undefined where the bank is not installed: then the
 * synthesisers play all instruments. Only the index is in memory; samples are read when they sound for the first time.
 */
export async function openBank(folder: URL = FOLDER): Promise<Bank | undefined> {
  const indexFile = new URL('index.json', folder)
  if (!existsSync(indexFile)) return undefined
  await StbVorbis.ready
  const { presets, kits, samples } = JSON.parse(readFileSync(indexFile, 'utf8')) as Index // our own file
  const file = openSync(new URL('samples.bin', folder), 'r')
  const recordings = new Map<number, Recording>()
  let keptBytes = 0

  const decode = (number: number): Recording => {
    const { offset, bytes, rate, name } = samples[number] ?? { offset: 0, bytes: 0, rate: 0, name: `${number}` }
    const stream = new Uint8Array(bytes)
    if (readSync(file, stream, 0, bytes, offset) !== bytes)
      throw new Error(`The sound bank ends before the sample ${name}.`)
    const [channel = new Float32Array(0)] = StbVorbis.decode(stream).channels
    const values = new Int16Array(channel.length)
    for (let index = 0; index < channel.length; index++)
      values[index] = Math.max(-32_768, Math.min(32_767, Math.round((channel[index] ?? 0) * 32_767)))
    return { rate, values }
  }

  return {
    zones: (preset, midi) => (presets[preset] ?? []).filter(({ low, high }) => midi >= low && midi <= high),
    kitZones: (kit, key) => (kits[kit] ?? []).filter(({ low, high }) => key >= low && key <= high),
    recording({ sample }) {
      const known = recordings.get(sample)
      const recording = known ?? decode(sample)
      recordings.delete(sample)
      recordings.set(sample, recording)
      if (known === undefined) keptBytes += recording.values.byteLength
      for (const [oldest, { values }] of recordings) {
        if (keptBytes <= KEPT_BYTES || oldest === sample) break
        recordings.delete(oldest)
        keptBytes -= values.byteLength
      }
      return recording
    },
    close: () => closeSync(file),
  }
}
