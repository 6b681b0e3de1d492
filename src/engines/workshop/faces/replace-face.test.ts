import { describe, expect, it } from 'vitest'
import type { Picture } from '../picture.ts'
import { sizesOf } from '../picture-sizes.ts'
import { type Face, POINTS } from './face-points.ts'
import { replaceFace } from './replace-face.ts'

const SIDE = 240
const EDGE = 30
const BOUNDS = { tonePx: 60, bandPixels: 10_000 }
/** Points that are no part of the outline or of the mouth: the corners of a square, and its two triangles. */
const TRIANGLES = Uint16Array.from([1, 2, 3, 2, 3, 4])

/** A face that is a square. */
function squareFace(): Face {
  const points = new Float32Array(3 * POINTS).fill(SIDE / 2)
  const [least, most] = [EDGE, SIDE - EDGE]
  points.set([least, least, 0, most, least, 0, least, most, 0, most, most, 0], 3)
  return { points, width: SIDE - 2 * EDGE, turnedDegrees: 0 }
}

/** Waves of some sixty pixels, and a light. */
function waves(light: number): Picture {
  const data = Uint8Array.from({ length: 3 * SIDE * SIDE }, (_, at) => {
    const pixel = Math.floor(at / 3)
    return light + 40 * Math.sin((pixel % SIDE) / 10) * Math.sin(Math.floor(pixel / SIDE) / 10)
  })
  return { data, widthPx: SIDE, heightPx: SIDE }
}

describe('a face that is larger than what is looked at at once', () => {
  it('takes the light of the picture, keeps its fine detail in place, and can be stopped in between', async () => {
    const pair = { from: squareFace(), to: squareFace() }
    const picture = waves(100)
    const before = picture.data.slice()
    const seen: number[] = []
    const work = { ...pair, sizes: sizesOf(waves(150)), triangles: TRIANGLES }
    await replaceFace(picture, work, (share) => seen.push(share), BOUNDS)
    expect(Math.max(...seen)).toBeLessThan(1)
    expect(seen.toSorted((a, b) => a - b)).toEqual(seen)
    expect(new Set(seen).size).toBeGreaterThan(4)
    let most = 0
    for (const [at, value] of picture.data.entries()) most = Math.max(most, Math.abs(value - (before[at] as number)))
    expect(most).toBeLessThan(8)
    const stop = (): never => {
      throw new Error('stopped')
    }
    await expect(replaceFace(picture, work, stop, BOUNDS)).rejects.toThrow('stopped')
  })
})
