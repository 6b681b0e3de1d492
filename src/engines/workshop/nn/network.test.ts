import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { fromHalf, readModel } from './model-file.ts'
import { openNetwork, type Picture } from './network.ts'
import { referenceRun } from './reference.testing.ts'
import wanted from './tflite-outputs.testing.json' with { type: 'json' }

async function modelOf(name: string) {
  return readModel(await readFile(new URL(`../models/${name}.bin`, import.meta.url)))
}

/** Edges and slopes; sizes that are no multiple of what is computed together. */
function aPicture(widthPx: number, heightPx: number, white: number): Picture {
  const data = Float32Array.from({ length: 3 * widthPx * heightPx }, (_, index) => {
    const [x, y] = [Math.floor(index / 3) % widthPx, Math.floor(index / 3 / widthPx)]
    const isInside = (x - widthPx / 2) ** 2 + (y - heightPx / 2) ** 2 < (heightPx / 3) ** 2
    return white * (isInside ? 0.9 - (index % 3) * 0.3 : (x + y) / (widthPx + heightPx) / 2)
  })
  return { data, widthPx, heightPx, channels: 3 }
}

/** Within a fiftieth of a pixel, or of what a score is the logarithm of. */
function expectNear(found: ArrayLike<number>, wanted: readonly number[]): void {
  expect(found.length).toBe(wanted.length)
  const farthest = wanted.reduce((most, value, at) => Math.max(most, Math.abs(value - (found[at] ?? Number.NaN))), 0)
  expect(farthest).toBeLessThan(0.02)
}

describe('a network', { timeout: 60_000 }, () => {
  it.each([
    ['u2netp', aPicture(19, 15, 1), 1],
    ['esrgan-thick-x4', aPicture(3, 2, 1), 1],
    ['websr-large-x2', aPicture(19, 13, 1), 1],
    ['blazeface', aPicture(32, 32, 1), 1],
  ])(
    'of the workshop (%s) computes what its definition says, within a quarter of a shade',
    async (name, input, white) => {
      const model = await modelOf(name)
      const wanted = referenceRun(model, input)
      const found = openNetwork(model).run(input)
      expect({ ...found, data: found.data.length }).toEqual({ ...wanted, data: wanted.data.length })
      const farthest = found.data.reduce(
        (most, value, at) => Math.max(most, Math.abs(value - (wanted.data[at] ?? 0))),
        0,
      )
      expect(farthest).toBeLessThan(white / 1_024)
    },
  )

  it('of faces (facemesh) gives the points and the score that TensorFlow Lite gives', async () => {
    const { data } = openNetwork(await modelOf('facemesh')).run(aPicture(192, 192, 1))
    const { first, last, score } = wanted.facemesh
    expectNear(data.subarray(0, first.length), first)
    expectNear(data.subarray(1_404 - last.length, 1_404), last)
    expectNear(data.subarray(1_404), [score])
  })

  it('of faces (blazeface) gives the scores and frames of both grids that TensorFlow Lite gives', async () => {
    const picture = aPicture(128, 128, 1)
    const { data } = openNetwork(await modelOf('blazeface')).run({
      ...picture,
      data: picture.data.map((value) => 2 * value - 1),
    })
    const { fineScores, coarseScores, fineFrame, coarseFrame } = wanted.blazeface
    // Two frames a cell of 16 by 16 from number 100 on, and six a cell of 8 by 8; a cell has 2 + 32 + 6 + 96 numbers.
    const cell = (index: number): Float32Array => data.subarray(136 * index, 136 * (index + 1))
    expectNear(
      fineScores.map((_, index) => cell(50 + Math.floor(index / 2))[index % 2] ?? Number.NaN),
      fineScores,
    )
    expectNear(
      coarseScores.map((_, index) => cell(2 * Math.floor(index / 6))[34 + (index % 6)] ?? Number.NaN),
      coarseScores,
    )
    expectNear(cell(50).subarray(2, 18), fineFrame)
    expectNear(cell(0).subarray(40 + 5 * 16, 40 + 6 * 16), coarseFrame)
  })

  it('gives the same bytes each time, whatever it computed before', async () => {
    const network = openNetwork(await modelOf('websr-large-x2'))
    const first = network.run(aPicture(30, 20, 1))
    network.run(aPicture(41, 37, 0.8))
    const grown = network.memoryBytes()
    expect(network.run(aPicture(30, 20, 1))).toEqual(first)
    expect(network.memoryBytes()).toBe(grown)
  })
})

it.each([
  [0x0000, 0],
  [0x3c00, 1],
  [0xc000, -2],
  [0x3555, 0.333251953125],
  [0x0001, 2 ** -24],
  [0x7bff, 65_504],
  [0xfc00, Number.NEGATIVE_INFINITY],
])('the bits %i of a half float are %f', (bits, value) => {
  expect(fromHalf(bits)).toBe(value)
})
