import type { Bank } from './band/bank.ts'
import { type Hit, openHits } from './band/hits.ts'
import { type DrawnSound, drawSampled } from './band/sampler.ts'
import type { Piece } from './drums.ts'
import { openEcho } from './echo.ts'
import { instrument } from './instruments.ts'
import { openWidener } from './master/widener.ts'
import { type MixKernel, openMixKernel } from './mix-kernel.ts'
import { hashOf } from './random.ts'
import { openReverb } from './reverb.ts'
import type { Part, Score, TimedNote } from './score.ts'
import { type Mouths, openMouths } from './sing/mouths.ts'
import { openSinging, type Voices } from './sing/singing.ts'
import { play } from './synth/play.ts'
import { noiseSource, SAMPLE_RATE } from './synth/signal.ts'

/** A multiple of the limiter's look-ahead, and short enough that a song can be stopped soon. */
export const BLOCK = 65_536
const LONGEST_NOTE = 12 * SAMPLE_RATE

export interface StereoBlock {
  left: Float32Array
  right: Float32Array
  /** Seconds of the song up to the end of this block. */
  doneSeconds: number
}

/** `wide`: what is heard wider than it was recorded. */
const BUS_NAMES = ['left', 'right', 'room', 'echo', 'wide'] as const

interface Buses extends Record<(typeof BUS_NAMES)[number], Float32Array> {
  kernel: MixKernel<(typeof BUS_NAMES)[number] | 'near' | 'far'>
  /** From this sample on all are silent. */
  reach: number
}

/** What several renderings of one song share, one after another: the bank, the strokes of its kit, and the buffers. */
export interface Stage {
  bank: Bank | undefined
  hitOf: (piece: Piece) => Hit
  mouths: Mouths
  buses: Buses
  /** Where a note is drawn: `near` and `far` of the buses' kernel. */
  scratch: Scratch
}

/** Which sounds of a score are heard. The others still shape them: a bass that is heard alone ducks under its drums. */
export interface Audible {
  part(part: Part): boolean
  piece(piece: Piece): boolean
  voices: Voices
  /** Of an old record. */
  crackle: boolean
}

const EVERYTHING: Audible = { part: () => true, piece: () => true, voices: 'all', crackle: true }

/** Without a bank the synthesisers play all instruments. */
export function openStage({ kit, singer }: Score, bank: Bank | undefined): Stage {
  const size = BLOCK + LONGEST_NOTE
  const kernel = openMixKernel({
    left: size,
    right: size,
    room: size,
    echo: size,
    wide: size,
    near: LONGEST_NOTE,
    far: LONGEST_NOTE,
  })
  const { near, far, ...buses } = kernel.sounds
  return {
    bank,
    hitOf: openHits(kit, bank),
    mouths: openMouths(singer),
    buses: { ...buses, kernel, reach: 0 },
    scratch: { left: near, right: far },
  }
}

/**
 * The score as sound before mastering, block after block, 44.1 kHz. A block's buffers are used again for the next one.
 * Only a window of the song is in memory: a note is drawn whole when the block comes in which it starts.
 */
export function* mixBlocks(score: Score, stage: Stage, audible: Audible = EVERYTHING): Generator<StereoBlock> {
  const { buses, scratch } = stage
  moveOn(buses, Number.POSITIVE_INFINITY)
  const reverb = openReverb(score.room)
  const echo = openEcho(score.echoSeconds)
  const widener = openWidener(score.width)
  const ride = openRide(score)
  const age = openAge(score, audible)
  const events = eventsOf(score, stage, audible)
  const singing = openSinging(score, BLOCK, audible.voices, stage.mouths)
  const total = totalSamples(score)
  let next = 0
  for (let from = 0; from < total; from += BLOCK) {
    for (; next < events.length && (events[next]?.sample ?? 0) < from + BLOCK; next++) {
      const event = events[next]
      event?.draw(buses, event.sample - from, scratch)
    }
    const samples = Math.min(BLOCK, total - from)
    singing.addTo(buses, samples)
    const left = buses.left.subarray(0, BLOCK)
    const right = buses.right.subarray(0, BLOCK)
    reverb.add(buses.room, left, right, samples)
    echo.add(buses.echo, left, right, samples)
    widener.add(buses.wide, left, right, samples)
    ride(left, right, from, samples)
    age(left, right, samples)
    yield { left, right, doneSeconds: (from + samples) / SAMPLE_RATE }
    moveOn(buses, BLOCK)
  }
}

const totalSamples = ({ durationSeconds }: Score): number => Math.round(durationSeconds * SAMPLE_RATE)

/** What lies `samples` later comes to the front. */
function moveOn(buses: Buses, samples: number): void {
  const { reach } = buses
  const rest = Math.max(0, reach - samples)
  for (const bus of BUS_NAMES.map((name) => buses[name])) {
    if (rest > 0) bus.copyWithin(0, samples, reach)
    // Effects and singers write to the first block, whatever the instruments reach.
    bus.fill(0, rest, Math.max(BLOCK, reach))
  }
  buses.reach = rest
}

interface Scratch {
  left: Float32Array
  right: Float32Array
}

interface Event {
  sample: number
  draw(buses: Buses, offset: number, scratch: Scratch): void
}

function eventsOf(score: Score, stage: Stage, audible: Audible): Event[] {
  const kicks = Float64Array.from(score.hits.filter(({ piece }) => piece === 'kick').map(({ at }) => at)).sort()
  const total = totalSamples(score)
  const notes = score.parts.filter(audible.part).flatMap((part) =>
    // What has words is sung beside.
    part.notes
      .filter(({ syllable }) => syllable?.sung === undefined)
      .map((note): Event => {
        const sample = Math.round(note.at * SAMPLE_RATE)
        return {
          sample,
          draw: (buses, offset, { left, right }) => {
            // What sounds after the end is not drawn.
            const scratch = { left: left.subarray(0, total - sample), right: right.subarray(0, total - sample) }
            drawNote(part, note, stage.bank, buses, offset, scratch, part.pumps ? score.pump : 0, kicks)
          },
        }
      }),
  )
  return [...hitsOf(score, stage, audible), ...notes].sort((a, b) => a.sample - b.sample)
}

/** A closed hi-hat silences the open one in so many samples. */
const CHOKE_SAMPLES = 400

function hitsOf(score: Score, { hitOf }: Stage, { piece: isHeard }: Audible): Event[] {
  const closed = Float64Array.from(
    score.hits.filter(({ piece }) => piece === 'hat' || piece === 'pedal' || piece === 'open').map(({ at }) => at),
  ).sort()
  const heard = score.hits.filter(({ piece }) => isHeard(piece))
  return heard.map(({ at, piece, velocity }): Event => {
    const { samples: whole, pan, room } = hitOf(piece)
    const next = piece === 'open' ? closed.find((other) => other > at + 0.02) : undefined
    const samples = next === undefined ? whole : choked(whole, Math.round((next - at) * SAMPLE_RATE))
    const gain = score.drumGain * velocity ** 1.3
    return {
      sample: Math.round(at * SAMPLE_RATE),
      draw: (buses, offset, { left }) => {
        left.set(samples)
        add(
          buses,
          offset,
          { samples: samples.length, isMono: true },
          {
            gain,
            pan,
            room: room + score.drumRoom,
            echo: 0,
            width: 0,
          },
        )
      },
    }
  })
}

function choked(sound: Float32Array, length: number): Float32Array {
  if (length + CHOKE_SAMPLES >= sound.length) return sound
  const kept = sound.slice(0, length + CHOKE_SAMPLES)
  for (let index = 0; index < CHOKE_SAMPLES; index++)
    kept[length + index] = (kept[length + index] ?? 0) * (1 - index / CHOKE_SAMPLES)
  return kept
}

function drawNote(
  part: Part,
  note: TimedNote,
  bank: Bank | undefined,
  buses: Buses,
  offset: number,
  scratch: Scratch,
  pump: number,
  kicks: Float64Array,
): void {
  const { patch, level, sampled } = instrument(part.instrument)
  const zones = sampled === undefined ? [] : (bank?.zones(sampled.preset, Math.round(note.midi)) ?? [])
  // A recording that has both sides is as wide as two performances.
  const sides = part.wide && (zones.length < 2 || part.instrument === 'powerGuitar') ? [-0.8, 0.8] : [part.pan]
  for (const [index, pan] of sides.entries()) {
    const seed = hashOf(`${part.instrument}${note.at.toFixed(4)}${note.midi}${index}`)
    const sounded = {
      midi: note.midi + (sides.length > 1 ? (index - 0.5) * 0.08 : 0),
      seconds: note.seconds,
      velocity: note.velocity,
      seed,
      ...(note.syllable === undefined ? {} : { vowel: note.syllable.vowel, hard: note.syllable.hard }),
    }
    const drawn: DrawnSound =
      bank !== undefined && zones.length > 0
        ? drawSampled(bank, zones, sounded, scratch.left, scratch.right)
        : { samples: play(patch, sounded, scratch.left), isMono: true }
    if (pump > 0) duck(scratch, drawn, note.at, pump, kicks)
    // The second performance of a doubled part is some milliseconds late, by hand.
    const late = index === 0 ? 0 : Math.round((0.008 + ((seed % 97) / 97) * 0.012) * SAMPLE_RATE)
    add(buses, offset + late, drawn, {
      gain: (part.gain * (zones.length > 0 ? (sampled?.level ?? level) : level)) / sides.length ** 0.5,
      pan,
      room: part.room,
      echo: part.echo,
      width: part.spread,
    })
  }
}

const DUCK_STEP = 64
const DUCK_SECONDS = 0.13

/** Makes room for the bass drum, as club records do. */
function duck(sound: Scratch, drawn: DrawnSound, at: number, depth: number, kicks: Float64Array): void {
  let kick = kicks.findLastIndex((time) => time <= at)
  for (let start = 0; start < drawn.samples; start += DUCK_STEP) {
    const time = at + start / SAMPLE_RATE
    while ((kicks[kick + 1] ?? Number.POSITIVE_INFINITY) <= time) kick++
    const since = kick < 0 ? 1 : time - (kicks[kick] ?? 0)
    const gain = 1 - depth * Math.exp(-since / DUCK_SECONDS) * Math.min(1, since / 0.004)
    const end = Math.min(drawn.samples, start + DUCK_STEP)
    for (let index = start; index < end; index++) sound.left[index] = (sound.left[index] ?? 0) * gain
    if (drawn.isMono) continue
    for (let index = start; index < end; index++) sound.right[index] = (sound.right[index] ?? 0) * gain
  }
}

interface Place {
  gain: number
  pan: number
  room: number
  echo: number
  /** How much wider it is heard than it was recorded, 0–1. */
  width: number
}

/** What was drawn, to the buses: one voice is put on its place between the sides; of a stereo recording, the far side is turned down. */
function add(buses: Buses, offset: number, { samples, isMono }: DrawnSound, place: Place): void {
  const angle = ((place.pan + 1) * Math.PI) / 4
  const toLeft = place.gain * (isMono ? Math.cos(angle) * Math.SQRT2 : Math.min(1, 1 - place.pan))
  const toRight = place.gain * (isMono ? Math.sin(angle) * Math.SQRT2 : Math.min(1, 1 + place.pan))
  const { kernel, left } = buses
  const length = Math.min(samples, left.length - offset)
  buses.reach = Math.max(buses.reach, offset + length)
  kernel.add('left', offset, 'near', length, toLeft)
  kernel.add('right', offset, isMono ? 'near' : 'far', length, toRight)
  const sends = [
    ['room', place.room],
    ['wide', place.width],
    ['echo', place.echo],
  ] as const
  for (const [bus, share] of sends) {
    if (share === 0) continue
    const gain = place.gain * share * 0.5
    kernel.add(bus, offset, 'near', length, isMono ? 2 * gain : gain)
    if (!isMono) kernel.add(bus, offset, 'far', length, gain)
  }
}

const RIDE_STEP = 256
/** A chorus is there at once; after it the level falls slowly enough not to be noticed. */
const RIDE_SECONDS = { up: 0.04, down: 0.5 }

/** Holds each section at its level, as a hand on the fader does. */
function openRide({
  sections,
}: Score): (left: Float32Array, right: Float32Array, from: number, samples: number) => void {
  let level = sections[0]?.db ?? 0
  let reached = 10 ** (level / 20)
  return (left, right, from, samples) => {
    let gain = reached
    for (let start = 0; start < samples; start += RIDE_STEP) {
      const end = Math.min(samples, start + RIDE_STEP)
      const time = (from + end) / SAMPLE_RATE + RIDE_SECONDS.up
      const wanted = sections.findLast(({ at }) => at <= time)?.db ?? level
      const seconds = wanted > level ? RIDE_SECONDS.up : RIDE_SECONDS.down
      level += (wanted - level) * (1 - Math.exp(-RIDE_STEP / (seconds * SAMPLE_RATE)))
      const goal = 10 ** (level / 20)
      const slope = (goal - gain) / (end - start)
      for (let index = start; index < end; index++) {
        gain += slope
        left[index] = (left[index] ?? 0) * gain
        right[index] = (right[index] ?? 0) * gain
      }
      gain = goal
    }
    reached = gain
  }
}

/** An old record's dullness and crackle. */
function openAge(
  { dusty }: Score,
  { crackle: crackles }: Audible,
): (left: Float32Array, right: Float32Array, samples: number) => void {
  if (!dusty) return () => undefined
  const crackle = noiseSource(4242)
  const sides = [
    { low: 0, lower: 0 },
    { low: 0, lower: 0 },
  ]
  return (left, right, samples) => {
    for (const [number, side] of [left, right].entries()) {
      const state = sides[number] ?? { low: 0, lower: 0 }
      for (let index = 0; index < samples; index++) {
        const x = side[index] ?? 0
        state.low += 0.42 * (x - state.low)
        state.lower += 0.42 * (state.low - state.lower)
        side[index] = state.lower + (crackles ? (crackle() > 0.99985 ? 0.05 : 0) + 0.0008 * crackle() : 0)
      }
    }
  }
}
