import type { Kit, Piece } from '../drums.ts'
import { noiseSource, SAMPLE_RATE } from './signal.ts'

type Recipe = (time: number) => number

const ring = (time: number, seconds: number): number => Math.exp(-time / seconds)
const tone = (time: number, hertz: number): number => Math.sin(2 * Math.PI * hertz * time)

/** A skin: a sine whose pitch falls from `from` to `to`. The phase is the integral, so nothing clicks. */
const skin = (time: number, from: number, to: number, fallSeconds: number): number =>
  Math.sin(2 * Math.PI * (to * time + (from - to) * fallSeconds * (1 - Math.exp(-time / fallSeconds))))

/** Noise with its lows taken out, twice: hats and cymbals. */
function thinned(noise: () => number, strength: number): () => number {
  let first = 0
  let second = 0
  return () => {
    const x = noise()
    first += strength * (x - first)
    const once = x - first
    second += strength * (once - second)
    return once - second
  }
}

/** What is played in the place of a piece that has no recipe of its own. */
// biome-ignore format: a table reads better in rows
const SUBSTITUTES: Readonly<Partial<Record<Piece, Piece>>> = {
  swirl: 'shaker', pedal: 'hat', midTom: 'lowTom', tambourine: 'shaker', cowbell: 'rim', highBongo: 'highTom', lowBongo: 'lowTom',
  slap: 'rim', conga: 'highTom', tumba: 'lowTom', timbale: 'highTom', agogo: 'rim', cabasa: 'shaker', maracas: 'shaker', guiro: 'shaker',
  clave: 'rim', woodblock: 'rim', triangle: 'ride',
}

const RISER_SECONDS = 1.8

/** Each piece as what it sounds like at a time, in seconds from the stroke. Kits differ in weight, length and dirt. */
function recipe(piece: Piece, kit: Kit, noise: () => number): [seconds: number, sound: Recipe] {
  const electronic = kit === 'electronic' || kit === 'club' || kit === 'analog'
  const dusty = kit === 'dusty' || kit === 'brushes'
  const hiss = thinned(noise, dusty ? 0.35 : 0.6)
  let click = 0
  const dull = (): number => {
    click += 0.25 * (noise() - click)
    return click
  }
  switch (piece) {
    case 'kick':
      return [
        0.45,
        (t) =>
          skin(t, electronic ? 210 : 150, electronic ? 46 : 54, 0.035) * ring(t, electronic ? 0.15 : 0.11) +
          dull() * 0.5 * ring(t, 0.006),
      ]
    case 'snare':
      return [
        0.3,
        (t) =>
          0.55 * skin(t, 260, 185, 0.02) * ring(t, 0.06) +
          (dusty ? dull() * 1.4 : noise()) * 0.55 * ring(t, electronic ? 0.1 : 0.075),
      ]
    case 'clap':
      return [
        0.3,
        (t) =>
          dull() *
          1.8 *
          (ring(Math.abs((t % 0.011) - 0.001), 0.004) * (t < 0.033 ? 1 : 0) + (t >= 0.033 ? ring(t - 0.033, 0.07) : 0)),
      ]
    case 'rim':
      return [0.09, (t) => (0.6 * tone(t, 1720) + 0.5 * tone(t, 830)) * ring(t, 0.012) + dull() * ring(t, 0.006)]
    case 'hat':
      return [0.09, (t) => hiss() * ring(t, 0.02)]
    case 'open':
      return [0.4, (t) => hiss() * ring(t, 0.11)]
    case 'ride':
      return [0.7, (t) => hiss() * 0.5 * ring(t, 0.18) + (tone(t, 4310) + tone(t, 5870)) * 0.1 * ring(t, 0.08)]
    case 'crash':
      return [1.8, (t) => hiss() * (0.25 + 0.75 * ring(t, 0.08)) * ring(t, 0.45)]
    case 'shaker':
      return [0.1, (t) => hiss() * Math.min(1, t / 0.018) * ring(t, 0.03)]
    case 'highTom':
      return [0.4, (t) => skin(t, 210, 150, 0.05) * ring(t, 0.12) + dull() * 0.3 * ring(t, 0.01)]
    case 'lowTom':
      return [0.5, (t) => skin(t, 140, 92, 0.06) * ring(t, 0.16) + dull() * 0.3 * ring(t, 0.01)]
    case 'timpani':
      return [1.4, (t) => (skin(t, 92, 82, 0.05) + 0.4 * tone(t, 123)) * ring(t, 0.4) + dull() * 0.2 * ring(t, 0.02)]
    case 'na':
      return [
        0.3,
        (t) =>
          (tone(t, 620) + 0.5 * tone(t, 1240) + 0.25 * tone(t, 1900)) * 0.5 * ring(t, 0.06) +
          dull() * 0.5 * ring(t, 0.005),
      ]
    case 'tin':
      return [0.5, (t) => (tone(t, 415) + 0.35 * tone(t, 830)) * 0.7 * ring(t, 0.14)]
    case 'ge':
      return [0.6, (t) => skin(t, 78, 112, 0.12) * ring(t, 0.2) + dull() * 0.4 * ring(t, 0.008)]
    case 'riser':
      return [RISER_SECONDS, (t) => hiss() * (t / RISER_SECONDS) ** 2.5]
    default:
      return recipe(SUBSTITUTES[piece] ?? 'rim', kit, noise)
  }
}

/** Seconds before the downbeat at which a riser starts. */
export const RISER_LEAD_SECONDS = RISER_SECONDS

/** One stroke of full force. */
export function strike(piece: Piece, kit: Kit): Float32Array {
  const [seconds, sound] = recipe(piece, kit, noiseSource(piece.length * 7919 + piece.charCodeAt(0)))
  const length = Math.ceil(seconds * SAMPLE_RATE)
  const fade = Math.min(400, length)
  const samples = Float32Array.from({ length }, (_, index) => sound(index / SAMPLE_RATE))
  for (let index = 0; index < fade; index++)
    samples[length - 1 - index] = (samples[length - 1 - index] ?? 0) * (index / fade)
  return samples
}
