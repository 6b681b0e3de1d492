import { highPass, openBiquad, openCascade, peaking, shelf } from '../master/biquad.ts'
import { SAMPLE_RATE, saturate } from '../synth/signal.ts'
import type { Singer } from './singers.ts'

/** Changes a sound in place, and remembers where it left off. */
export type Stage = (sound: Float32Array, samples: number) => void

/** The voice in front: less boom and mud, more air, and even loudness. */
export const leadStages = ({ grit }: Pick<Singer, 'grit'>): Stage[] => [
  openCascade([highPass(100), peaking(300, -2, 0.9), shelf(5_000, 2, 'high')]).processOne,
  compressor({ thresholdDb: -24, ratio: 3, attackSeconds: 0.006, releaseSeconds: 0.12, makeupDb: 6 }),
  ...(grit > 0 ? [shout(grit)] : []),
]

/** Who sings beside: thin enough not to cover the lead. Silence stays silence. */
export const besideStages = (): Stage[] => [openBiquad(highPass(180)).process]

/** The peak level of the voice after its compressor, about. */
const VOICE_PEAK = 0.25

/** Drives the voice into saturation, as a throat under pressure and its microphone do. */
function shout(grit: number): Stage {
  const drive = (1 + 5 * grit) / (4 * VOICE_PEAK)
  // As loud as before where the voice is loud.
  const gain = VOICE_PEAK / saturate(VOICE_PEAK * drive)
  return (sound, samples) => {
    for (let index = 0; index < samples; index++) sound[index] = gain * saturate(drive * (sound[index] ?? 0))
  }
}

const CONTROL = 16

/** Makes what is louder than the threshold softer by the ratio, and all of it louder by `makeupDb`. */
function compressor(options: {
  thresholdDb: number
  ratio: number
  attackSeconds: number
  releaseSeconds: number
  makeupDb: number
}): Stage {
  const fall = 1 - 1 / options.ratio
  const coefficient = (seconds: number): number => 1 - Math.exp(-CONTROL / (seconds * SAMPLE_RATE))
  const attack = coefficient(options.attackSeconds)
  const release = coefficient(options.releaseSeconds)
  let level = 0
  let reached = 10 ** (options.makeupDb / 20)
  return (sound, samples) => {
    let gain = reached
    for (let start = 0; start < samples; start += CONTROL) {
      const end = Math.min(samples, start + CONTROL)
      let peak = 0
      for (let index = start; index < end; index++) peak = Math.max(peak, Math.abs(sound[index] ?? 0))
      level += (peak > level ? attack : release) * (peak - level)
      const over = Math.max(0, 20 * Math.log10(level + 1e-9) - options.thresholdDb)
      const goal = 10 ** ((options.makeupDb - over * fall) / 20)
      const rise = (goal - gain) / CONTROL
      for (let index = start; index < end; index++) {
        gain += rise
        sound[index] = (sound[index] ?? 0) * gain
      }
    }
    reached = gain
  }
}
