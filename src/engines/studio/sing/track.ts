import type { Random } from '../random.ts'
import type { Envelopes } from './envelopes.ts'
import { HOP_SECONDS } from './envelopes.ts'
import type { Phrase } from './phrase.ts'
import type { Singer } from './singers.ts'
import type { Stretch, SungNote } from './timing.ts'

/** How a line is sung, for every 5 ms from `start` on. */
export interface Track {
  /** Seconds from the start of the song. */
  start: number
  /** Frames of the spoken line, with fractions. */
  source: Float32Array
  hertz: Float32Array
  gain: Float32Array
}

/** A second voice that sings the same line. */
export interface Second {
  hertz: Float32Array
}

/** A damped spring draws the pitch to each note: it comes from below, a little late, and a little too far. */
const STIFFNESS = 34.8
const DAMPING = 0.72
const SPRING_STEPS = 5
/** A note is aimed at so long before it begins. */
const AHEAD_SECONDS = 0.05
const VIBRATO_HERTZ = 5.6
const VIBRATO_AFTER_SECONDS = 0.22
const VIBRATO_RISE_SECONDS = 0.35
const SHORTEST_VIBRATO_SECONDS = 0.35
/** Consonants carry the words: louder than they are spoken. */
const CONSONANT_GAIN = 1.3
/** The level of a sung line, for every voice. */
const LEVEL = 0.1

/** Draws pitch and loudness over a line; the same `random` gives the same line. */
export function trackOf({ phrase, envelopes, notes, stretches }: Line, singer: Singer, random: Random): Track {
  const start = stretches[0]?.start ?? 0
  const count = Math.ceil(((stretches.at(-1)?.end ?? start) - start) / HOP_SECONDS) + 1
  const track: Track = {
    start,
    source: new Float32Array(count),
    hertz: new Float32Array(count),
    gain: new Float32Array(count),
  }
  const midi = singer.isSpoken ? spokenMelody(phrase, notes, singer) : notes.map((note) => note.midi)
  const phase = random.between(-0.5, 0.5)
  const pitch = openPitch((midi[0] ?? 60) - (singer.isSpoken ? 0 : 1.5), singer)
  let drift = 0
  let flutter = 0
  let loudness = 0
  let place = 0
  let current = 0
  for (let frame = 0; frame < count; frame++) {
    const time = start + frame * HOP_SECONDS
    while (place < stretches.length - 1 && (stretches[place]?.end ?? 0) <= time) place++
    const stretch = stretches[place]
    const note = notes[current]
    if (!stretch || !note) break
    while (current < notes.length - 1 && (notes[current + 1]?.at ?? 0) - AHEAD_SECONDS <= time) current++
    const sung = notes[current] ?? note
    const within = Math.min(1, Math.max(0, (time - stretch.start) / Math.max(1e-6, stretch.end - stretch.start)))
    const source = (stretch.fromSeconds + (stretch.toSeconds - stretch.fromSeconds) * within) / HOP_SECONDS
    track.source[frame] = source
    const since = time - sung.at
    const depth =
      singer.isSpoken || sung.seconds <= SHORTEST_VIBRATO_SECONDS
        ? 0
        : singer.vibrato * Math.min(1, Math.max(0, (since - VIBRATO_AFTER_SECONDS) / VIBRATO_RISE_SECONDS))
    const turn = 2 * Math.PI * VIBRATO_HERTZ * since + phase
    if (singer.glideSeconds > 0) {
      drift += 0.02 * (random.between(-0.35, 0.35) - drift)
      flutter += 0.25 * (random.between(-0.12, 0.12) - flutter)
    }
    track.hertz[frame] = 440 * 2 ** ((pitch(midi[current] ?? 60) + depth * Math.sin(turn) + drift + flutter - 69) / 12)
    const isSilent = time < stretch.start - 1e-6
    const goal = isSilent ? 0 : sung.velocity * (0.85 + 0.15 * Math.min(1, Math.max(0, since / 0.15)))
    loudness += 0.25 * (goal - loudness)
    const isVowel = envelopes.isVowel[Math.min(envelopes.count - 1, Math.round(source))] === 1
    track.gain[frame] = (isVowel ? 1 : CONSONANT_GAIN) * loudness * (1 + 0.06 * depth * Math.sin(turn + 1))
  }
  finish(track, LEVEL / Math.max(1e-4, envelopes.level))
  return track
}

/** What is known of a line before it is drawn. */
export interface Line {
  phrase: Phrase
  envelopes: Envelopes
  notes: readonly SungNote[]
  stretches: readonly Stretch[]
}

function finish({ gain }: Track, level: number): void {
  const last = gain.length - 1
  for (let frame = 0; frame <= last; frame++) {
    const edge = Math.min(1, frame / 4, (last - frame) / 4)
    gain[frame] = (gain[frame] ?? 0) * level * edge
  }
}

function openPitch(from: number, { glideSeconds }: Singer): (goal: number) => number {
  let pitch = from
  let speed = 0
  const step = HOP_SECONDS / SPRING_STEPS
  return (goal) => {
    if (glideSeconds === 0) return goal
    for (let each = 0; each < SPRING_STEPS; each++) {
      speed += (STIFFNESS * STIFFNESS * (goal - pitch) - 2 * DAMPING * STIFFNESS * speed) * step
      pitch += speed * step
    }
    return pitch
  }
}

/** Around what note a rapper speaks: that of the tune's middle, where a voice speaks. */
const SPOKEN_MIDI: readonly [low: number, high: number] = [43, 52]

/** Speech falls over a line; what is stressed stands out, and the end falls. */
function spokenMelody({ syllables }: Phrase, notes: readonly SungNote[], { warp }: Singer): number[] {
  const [low, high] = SPOKEN_MIDI
  const base = Math.min(high, low + (high - low) * Math.max(0, (warp - 0.95) / 0.2))
  return notes.map(({ syllable }, index) => {
    const share = index / Math.max(1, notes.length - 1)
    const accent = syllables[syllable]?.isStressed ? 2.5 : 0
    return base + 1.5 - 3 * share + accent - (index === notes.length - 1 ? 2 : 0)
  })
}

/** Others who sing the line are never quite together with the first: they follow it a little later, and wander. */
export function secondOf(
  { hertz, start }: Track,
  options: { cents: number; lagFrames: number; notes: readonly SungNote[]; semitones(note: number): number },
  random: Random,
): Float32Array {
  const { cents, lagFrames, notes } = options
  let wander = 0
  let current = 0
  let shift = options.semitones(0)
  return hertz.map((_, frame) => {
    const time = start + frame * HOP_SECONDS
    while (current < notes.length - 1 && (notes[current + 1]?.at ?? 0) - AHEAD_SECONDS <= time) current++
    shift += 0.12 * (options.semitones(current) - shift)
    wander += 0.03 * (random.between(-0.5, 0.5) - wander)
    return (hertz[Math.max(0, frame - lagFrames)] ?? 0) * 2 ** ((shift + wander + cents / 100) / 12)
  })
}
