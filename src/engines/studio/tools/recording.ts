import { decodeMp3 } from '../../mp3/decode.ts'
import { keyName } from '../harmony.ts'
import { keysFor } from '../hear/key.ts'
import { ONSET_DELAY, ONSETS_PER_SECOND, type Onsets, onsetsIn } from '../hear/onsets.ts'
import { type Pcm, RATE, readSound } from '../hear/sound.ts'
import { openSpectrum } from '../hear/spectrum.ts'
import { type ThrowIfStopped, unlessStopped } from '../hear/stop.ts'
import { tempoIn } from '../hear/tempo.ts'

/** What is heard at once in a recording of which nothing is known. */
export interface HeardMusic {
  /** Beats a minute, a whole number; undefined where no beat is heard. */
  bpm: number | undefined
  /** When the first beat falls. */
  beatAt: number
  /** For people, and for tags: "A minor". Undefined where no notes are heard. */
  key: string | undefined
}

const MOST_SECONDS = 120

/** Tempo, first beat and key of an MP3, by its first two minutes. Throws UndecodableMp3. Undefined if `isStopped` said so. */
export function hearMusic(mp3: Uint8Array, isStopped: () => boolean): HeardMusic | undefined {
  return hearSound(decodeMp3(mp3), isStopped)
}

/** The same for sound that is decoded already. */
export function hearSound(parts: Iterable<Pcm>, isStopped: () => boolean): HeardMusic | undefined {
  return unlessStopped(isStopped, (throwIfStopped) => musicIn(parts, throwIfStopped))
}

function musicIn(parts: Iterable<Pcm>, throwIfStopped: ThrowIfStopped): HeardMusic {
  const sound = readSound(parts, MOST_SECONDS, throwIfStopped).middle
  const onsets = onsetsIn(sound, throwIfStopped)
  const tempo = tempoIn(onsets, throwIfStopped)
  const at = tempo && firstBeat(onsets, (60 * ONSETS_PER_SECOND) / tempo.bpm) / ONSETS_PER_SECOND
  return { bpm: tempo && Math.round(tempo.bpm), beatAt: at ?? 0, key: keyIn(sound, throwIfStopped) }
}

/** The place of the first of the beats on which most begins. Off the beat, cymbals begin: what is low counts twice. */
function firstBeat({ all, low }: Onsets, beat: number): number {
  let best = { phase: 0, sum: Number.NEGATIVE_INFINITY }
  for (let phase = 0; phase < beat; phase++) {
    let sum = 0
    for (let at = phase; at < all.length; at += beat) sum += (all[Math.round(at)] ?? 0) + 2 * (low[Math.round(at)] ?? 0)
    if (sum > best.sum) best = { phase, sum }
  }
  return best.phase + ONSET_DELAY
}

const KEY_WINDOW = 4_096
const LOWEST_MIDI = 36
const HIGHEST_MIDI = 88

function keyIn(sound: Float32Array, throwIfStopped: ThrowIfStopped): string | undefined {
  const powersAt = openSpectrum(sound, KEY_WINDOW)
  const notes = new Float64Array(12)
  for (let from = 0; from + KEY_WINDOW <= sound.length; from += KEY_WINDOW / 2) {
    throwIfStopped()
    const powers = powersAt(from)
    for (let bin = 1; bin < KEY_WINDOW / 2; bin++) {
      const midi = 69 + 12 * Math.log2((bin * RATE) / KEY_WINDOW / 440)
      if (midi < LOWEST_MIDI || midi > HIGHEST_MIDI || (powers[bin] ?? 0) < (powers[bin - 1] ?? 0)) continue
      if ((powers[bin] ?? 0) < (powers[bin + 1] ?? 0)) continue // only peaks are notes
      const pitchClass = ((Math.round(midi) % 12) + 12) % 12
      notes[pitchClass] = (notes[pitchClass] ?? 0) + Math.sqrt(powers[bin] ?? 0)
    }
  }
  if (notes.every((note) => note < 1e-6)) return undefined
  const [key] = keysFor(notes)
  return key && keyName(key)
}
