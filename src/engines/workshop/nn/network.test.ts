import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { fromHalf, readModel } from './model-file.ts'
import { openNetwork, type Picture } from './network.ts'
import { referenceRun } from './reference.testing.ts'

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

describe('a network', { timeout: 60_000 }, () => {
  it.each([
    ['esrgan-slim-x2', aPicture(19, 13, 255), 255],
    ['u2netp', aPicture(19, 15, 1), 1],
    ['esrgan-thick-x4', aPicture(3, 2, 1), 1],
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

  it('gives the same bytes each time, whatever it computed before', async () => {
    const network = openNetwork(await modelOf('esrgan-slim-x2'))
    const first = network.run(aPicture(30, 20, 255))
    network.run(aPicture(41, 37, 200))
    const grown = network.memoryBytes()
    expect(network.run(aPicture(30, 20, 255))).toEqual(first)
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
