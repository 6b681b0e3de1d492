import { CONTROL_SAMPLES, sine } from './signal.ts'

export type Wave = 'saw' | 'square' | 'triangle' | 'sine' | 'organ'

/** A wave drawn a stretch at a time: the choice of its shape is made once a stretch, not once a sample. */
export interface Oscillator {
  /** Adds `count` samples (up to `CONTROL_SAMPLES`) at `step` turns a sample. */
  add(out: Float32Array, count: number, step: number, gain: number): void
}

export function openOscillator(wave: Wave, startPhase: number): Oscillator {
  const draw = DRAW[wave]
  let phase = startPhase
  return {
    add(out, count, step, gain) {
      phase = draw(out, Math.min(count, CONTROL_SAMPLES), phase, step, gain)
    },
  }
}

type Draw = (out: Float32Array, count: number, phase: number, step: number, gain: number) => number

const DRAW: Readonly<Record<Wave, Draw>> = {
  saw(out, count, phase, step, gain) {
    for (let index = 0; index < count; index++) {
      out[index] = (out[index] ?? 0) + gain * (2 * phase - 1 - softEdge(phase, step))
      phase += step
      if (phase >= 1) phase -= 1
    }
    return phase
  },
  square(out, count, phase, step, gain) {
    for (let index = 0; index < count; index++) {
      const isHigh = phase < 0.5
      const edges = softEdge(phase, step) - softEdge(isHigh ? phase + 0.5 : phase - 0.5, step)
      out[index] = (out[index] ?? 0) + gain * ((isHigh ? 1 : -1) + edges)
      phase += step
      if (phase >= 1) phase -= 1
    }
    return phase
  },
  triangle(out, count, phase, step, gain) {
    for (let index = 0; index < count; index++) {
      out[index] = (out[index] ?? 0) + gain * (4 * Math.abs(phase - 0.5) - 1)
      phase += step
      if (phase >= 1) phase -= 1
    }
    return phase
  },
  sine(out, count, phase, step, gain) {
    for (let index = 0; index < count; index++) {
      out[index] = (out[index] ?? 0) + gain * sine(phase)
      phase += step
      if (phase >= 1) phase -= 1
    }
    return phase
  },
  organ(out, count, phase, step, gain) {
    for (let index = 0; index < count; index++) {
      const upper = 0.4 * sine((2 * phase) % 1) + 0.25 * sine((3 * phase) % 1) + 0.12 * sine((4 * phase) % 1)
      out[index] = (out[index] ?? 0) + gain * (0.5 * sine(phase) + upper)
      phase += step
      if (phase >= 1) phase -= 1
    }
    return phase
  },
}

/** Rounds off the jump of a saw or square wave, which would otherwise alias into a harsh hiss. */
export function softEdge(phase: number, step: number): number {
  if (phase < step) {
    const t = phase / step
    return t + t - t * t - 1
  }
  if (phase > 1 - step) {
    const t = (phase - 1) / step
    return t * t + t + t + 1
  }
  return 0
}
