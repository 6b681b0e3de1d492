import { resampled } from '../../speech/resample.ts'
import { randomFrom } from '../random.ts'
import { SAMPLE_RATE } from '../synth/signal.ts'
import { type Envelopes, envelopesOf } from './envelopes.ts'
import type { Phrase } from './phrase.ts'
import type { Singer } from './singers.ts'
import { stretchesOf } from './timing.ts'
import { trackOf } from './track.ts'
import { drawLine, VOICE_TAIL } from './vocoder.ts'

/** From the sample rate of songs to that of the speech, 16 kHz. */
const [UP, DOWN] = [160, 441]

/** A spoken line, drawn by the singer's voice at the times and the pitch of the speech; at the sample rate of the speech. */
export function copyOf(phrase: Phrase, envelopes: Envelopes, spokenHertz: number): Float32Array {
  const count = envelopes.count
  const track = {
    start: 0,
    source: Float32Array.from({ length: count }, (_, frame) => frame),
    hertz: new Float32Array(count).fill(spokenHertz),
    gain: new Float32Array(count).fill(1),
  }
  const out = new Float32Array(Math.ceil((phrase.samples.length / phrase.sampleRate) * SAMPLE_RATE) + VOICE_TAIL)
  const voices = [{ hertz: track.hertz, lateSeconds: 0, gain: 1, bus: 0 }]
  drawLine({ envelopes, track, voices, singer: { warp: 1, breath: 0, tilt: 0, ring: 0.33 }, seed: 1 }).drawTo(
    out.length,
    [out],
    0,
  )
  return resampled(out, UP, DOWN).subarray(0, phrase.samples.length)
}

const BEFORE_SECONDS = 0.6
const TUNE = [0, 2, 4, 5, 4, 2, 0, -1]

/** A line sung by one voice on a simple tune around `middle` (MIDI), with notes of one length; at the sample rate of the speech. */
export function sungEvenly(phrase: Phrase, singer: Singer, { middle = 60, seconds = 0.24 } = {}): Float32Array {
  const notes = phrase.syllables.map((_, index) => ({
    at: BEFORE_SECONDS + index * seconds,
    seconds,
    midi: middle + (TUNE[index % TUNE.length] ?? 0),
    velocity: 1,
    syllable: index,
  }))
  const envelopes = envelopesOf(phrase, singer.spokenHertz)
  const stretches = stretchesOf(phrase, notes, { isSpoken: false })
  const track = trackOf({ phrase, envelopes, notes, stretches }, singer, randomFrom('evenly'))
  const length = Math.ceil((2 * BEFORE_SECONDS + notes.length * seconds) * SAMPLE_RATE)
  const out = new Float32Array(length + VOICE_TAIL)
  const voices = [{ hertz: track.hertz, lateSeconds: 0, gain: 1, bus: 0 }]
  drawLine({ envelopes, track, voices, singer, seed: 1 }).drawTo(length, [out], 0)
  return resampled(out, UP, DOWN)
}
