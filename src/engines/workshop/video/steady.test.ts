import { describe, expect, it } from 'vitest'
import { POINTS } from '../faces/face-points.ts'
import { steadied } from '../faces/track-faces.ts'
import { openSteadyMask } from './steady-mask.ts'

const SIDE = 320

/** A grey picture with a bright square. */
function subject(left: number, mask: number) {
  const pixels = SIDE ** 2
  const isInside = (pixel: number): boolean => {
    const [x, y] = [pixel % SIDE, Math.floor(pixel / SIDE)]
    return x >= left && x < left + 60 && y >= 100 && y < 160
  }
  const data = Uint8Array.from({ length: 3 * pixels }, (_, at) => (isInside(Math.floor(at / 3)) ? 230 : 60))
  return {
    small: { data, widthPx: SIDE, heightPx: SIDE },
    mask: Uint8Array.from({ length: pixels }, (_, pixel) => (isInside(pixel) ? mask : 0)),
  }
}

describe('the mask of a video', () => {
  it('flickers a fifth as much where the picture stays, and follows at once where it moves', () => {
    const steady = openSteadyMask()
    const still = 130 * SIDE + 120
    expect(steady(subject(100, 255))[still]).toBe(255)
    expect(steady(subject(100, 155))[still]).toBe(235)
    const moved = steady(subject(180, 255))
    expect([moved[still], moved[130 * SIDE + 210]]).toEqual([0, 255])
  })
})

describe('the points of a face', () => {
  it('tremble a quarter as much while it is still, and follow at once when it moves', () => {
    const face = { points: new Float32Array(3 * POINTS).fill(100), width: 100, turnedDegrees: 0 }
    expect(steadied(face, new Float32Array(3 * POINTS).fill(100.2))[0]).toBeCloseTo(100.05)
    expect(steadied(face, new Float32Array(3 * POINTS).fill(105))[0]).toBeCloseTo(105)
  })
})
