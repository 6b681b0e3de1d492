import { describe, expect, it } from 'vitest'
import type { Operation } from './operation.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'
import { zImage } from './z-image.ts'

const [txt2img] = zImage as [Operation] // its only one

describe('Z-Image', () => {
  it.each([
    [512, 1_024, 1, 20_000],
    [513, 1_024, 1, 40_000],
    [1_024, 1_024, 1, 40_000],
    [1_025, 1_024, 1, 60_000],
    [1_536, 1_024, 1, 60_000],
    [1_537, 1_024, 1, 80_000],
    [2_048, 2_048, 1, 80_000],
    [1_024, 1_024, 3, 120_000],
  ])('Z-Image pictures of %i by %i pixels, %i at a time, cost %i points', (width, height, batch_size, points) => {
    expect(txt2img.price(readInput(txt2img, { prompt: 'a lighthouse', width, height, batch_size }))).toBe(points)
  })

  it('Z-Image makes the requested number of pictures in the requested size', () => {
    const input = readInput(txt2img, { prompt: 'a lighthouse', width: 768, height: 512, batch_size: 2 })
    expect(outputSpecOf(txt2img.produces, input)).toMatchObject({
      kind: 'pictures',
      count: 2,
      widthPx: 768,
      heightPx: 512,
    })
  })

  it('Z-Image fills in the defaults of the fields that are left out', () => {
    expect(readInput(txt2img, { prompt: 'a lighthouse' })).toEqual({
      prompt: 'a lighthouse',
      width: 1_024,
      height: 1_024,
      batch_size: 1,
      flow_shift: 3,
      seed: -1,
    })
  })
})
