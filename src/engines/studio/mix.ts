import type { Piece } from './drums.ts'
import { openEcho } from './echo.ts'
import { instrument } from './instruments.ts'
import { openLimiter } from './limiter.ts'
import { hashOf } from './random.ts'
import { openReverb } from './reverb.ts'
import type { Part, Score, TimedNote } from './score.ts'
import { openSinging } from './sing/singing.ts'
import { type DrumSound, strike } from './synth/drum-kit.ts'
import { play } from './synth/play.ts'
import { noiseSource, SAMPLE_RATE } from './synth/signal.ts'

/** A multiple of the limiter's look-ahead, and short enough that a song can be stopped soon. */
const BLOCK = 65_536
const LONGEST_NOTE = 12 * SAMPLE_RATE
const CEILING = 0.89
const MASTER_GAIN = 1.12
const FADE_SECONDS = 1.6

export interface StereoBlock {
  left: Float32Array
  right: Float32Array
  /** Seconds of the song up to the end of this block. */
  doneSeconds: number
}

interface Buses {
  left: Float32Array
  right: Float32Array
  room: Float32Array
  echo: Float32Array
}

/**
 * The score as sound, block after block, 44.1 kHz. A block's buffers are used again for the next one.
 * Only a window of the song is in memory: a note is drawn whole when the block comes in which it starts.
 */
export function* renderBlocks(score: Score): Generator<StereoBlock> {
  const size = BLOCK + LONGEST_NOTE
  const buses: Buses = {
    left: new Float32Array(size),
    right: new Float32Array(size),
    room: new Float32Array(size),
    echo: new Float32Array(size),
  }
  const scratch = new Float32Array(LONGEST_NOTE)
  const reverb = openReverb(score.room)
  const echo = openEcho(score.echoSeconds)
  const limiter = openLimiter(CEILING)
  const finish = openFinish(score)
  const events = eventsOf(score)
  const singing = openSinging(score, BLOCK)
  const total = Math.round(score.durationSeconds * SAMPLE_RATE)
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
    finish(left, right, from, samples)
    limiter.process(left, right)
    yield {
      left: left.subarray(0, samples),
      right: right.subarray(0, samples),
      doneSeconds: (from + samples) / SAMPLE_RATE,
    }
    for (const bus of Object.values(buses) as Float32Array[]) {
      // the four buses
      bus.copyWithin(0, BLOCK)
      bus.fill(0, LONGEST_NOTE)
    }
  }
}

interface Event {
  sample: number
  draw(buses: Buses, offset: number, scratch: Float32Array): void
}

function eventsOf(score: Score): Event[] {
  const kicks = Float64Array.from(score.hits.filter(({ piece }) => piece === 'kick').map(({ at }) => at)).sort()
  const kit = new Map<Piece, DrumSound>()
  const drums = score.hits.map(({ at, piece, velocity }): Event => {
    const sound = kit.get(piece) ?? strike(piece, score.kit)
    kit.set(piece, sound)
    const gain = score.drumGain * velocity ** 1.3
    return {
      sample: Math.round(at * SAMPLE_RATE),
      draw: (buses, offset) =>
        add(buses, offset, sound.samples, sound.samples.length, { gain, pan: sound.pan, room: sound.room, echo: 0 }),
    }
  })
  const notes = score.parts.flatMap((part) =>
    // What has words is sung beside.
    part.notes
      .filter(({ syllable }) => syllable?.sung === undefined)
      .map(
        (note): Event => ({
          sample: Math.round(note.at * SAMPLE_RATE),
          draw: (buses, offset, scratch) =>
            drawNote(part, note, buses, offset, scratch, part.pumps ? score.pump : 0, kicks),
        }),
      ),
  )
  return [...drums, ...notes].sort((a, b) => a.sample - b.sample)
}

function drawNote(
  part: Part,
  note: TimedNote,
  buses: Buses,
  offset: number,
  scratch: Float32Array,
  pump: number,
  kicks: Float64Array,
): void {
  const { patch, level } = instrument(part.instrument)
  const sides = part.wide ? [-0.75, 0.75] : [part.pan]
  for (const [index, pan] of sides.entries()) {
    const seed = hashOf(`${part.instrument}${note.at.toFixed(4)}${note.midi}${index}`)
    const sounded = {
      midi: note.midi + (part.wide ? (index - 0.5) * 0.08 : 0),
      seconds: note.seconds,
      velocity: note.velocity,
      seed,
      ...(note.syllable === undefined ? {} : { vowel: note.syllable.vowel, hard: note.syllable.hard }),
    }
    const samples = play(patch, sounded, scratch)
    if (pump > 0) duck(scratch, samples, note.at, pump, kicks)
    add(buses, offset, scratch, samples, {
      gain: (part.gain * level) / sides.length ** 0.5,
      pan,
      room: part.room,
      echo: part.echo,
    })
  }
}

const DUCK_STEP = 64
const DUCK_SECONDS = 0.13

/** Makes room for the bass drum, as club records do. */
function duck(sound: Float32Array, samples: number, at: number, depth: number, kicks: Float64Array): void {
  let kick = kicks.findLastIndex((time) => time <= at)
  for (let start = 0; start < samples; start += DUCK_STEP) {
    const time = at + start / SAMPLE_RATE
    while ((kicks[kick + 1] ?? Number.POSITIVE_INFINITY) <= time) kick++
    const since = kick < 0 ? 1 : time - (kicks[kick] ?? 0)
    const gain = 1 - depth * Math.exp(-since / DUCK_SECONDS) * Math.min(1, since / 0.004)
    for (let index = start; index < Math.min(samples, start + DUCK_STEP); index++)
      sound[index] = (sound[index] ?? 0) * gain
  }
}

function add(
  buses: Buses,
  offset: number,
  sound: Float32Array,
  samples: number,
  how: { gain: number; pan: number; room: number; echo: number },
): void {
  const angle = ((how.pan + 1) * Math.PI) / 4
  const toLeft = how.gain * Math.cos(angle) * Math.SQRT2
  const toRight = how.gain * Math.sin(angle) * Math.SQRT2
  const toRoom = how.gain * how.room
  const toEcho = how.gain * how.echo
  const { left, right, room, echo } = buses
  const length = Math.min(samples, left.length - offset)
  for (let index = 0; index < length; index++) {
    const value = sound[index] ?? 0
    const place = offset + index
    left[place] = (left[place] ?? 0) + value * toLeft
    right[place] = (right[place] ?? 0) + value * toRight
    room[place] = (room[place] ?? 0) + value * toRoom
  }
  if (toEcho === 0) return
  for (let index = 0; index < length; index++) {
    const place = offset + index
    echo[place] = (echo[place] ?? 0) + (sound[index] ?? 0) * toEcho
  }
}

/** The last touches before the limiter: rumble out, an old record's dullness and crackle, the fade at the end. */
function openFinish({
  dusty,
  durationSeconds,
}: Score): (left: Float32Array, right: Float32Array, from: number, samples: number) => void {
  const crackle = noiseSource(4242)
  const sides = [
    { rumble: 0, low: 0, lower: 0 },
    { rumble: 0, low: 0, lower: 0 },
  ]
  const fadeFrom = (durationSeconds - FADE_SECONDS) * SAMPLE_RATE
  const fadeLength = FADE_SECONDS * SAMPLE_RATE
  return (left, right, from, samples) => {
    for (const [side, buffer] of [left, right].entries()) {
      const state = sides[side] ?? { rumble: 0, low: 0, lower: 0 }
      let { rumble, low, lower } = state
      for (let index = 0; index < samples; index++) {
        let x = (buffer[index] ?? 0) * MASTER_GAIN
        rumble += 0.0035 * (x - rumble)
        x -= rumble
        if (dusty) {
          const speck = crackle()
          if (speck > 0.99985) x += (speck - 0.99985) * 300
          low += 0.5 * (x - low)
          lower += 0.5 * (low - lower)
          x = lower
        }
        const position = from + index
        if (position > fadeFrom) x *= Math.max(0, 1 - (position - fadeFrom) / fadeLength) ** 1.5
        buffer[index] = x
      }
      Object.assign(state, { rumble, low, lower })
    }
  }
}
