import { describe, expect, it } from 'vitest'
import { imageTools } from './image-tools.ts'
import type { Operation } from './operation.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'

const [backgroundRemove, segment, upscale] = imageTools as [Operation, Operation, Operation] // its three
const image = 'https://example.com/shoe.jpg'

describe('the image tools', () => {
  it.each([
    ['background-remove', backgroundRemove, { image }, 10_000],
    ['segment', segment, { image, prompt: 'shoes' }, 100_000],
    ['upscale', upscale, { image }, 10_000],
    ['upscale', upscale, { image, scale: 4 }, 30_000],
    ['upscale', upscale, { image, scale: 10 }, 160_000],
  ])('the image tool %s has its price', (taskType, operation, input, points) => {
    expect(operation.id).toBe(`Qubico/image-toolkit/${taskType}`)
    expect(operation.price(readInput(operation, input))).toBe(points)
  })

  it.each([
    [2, { widthPx: 500, heightPx: 500 }, 10_000],
    [2, { widthPx: 500, heightPx: 501 }, 20_000],
    [4, { widthPx: 1_024, heightPx: 1_024 }, 170_000],
  ])('enlarging %d times costs by the started megapixels of %j, where that size is known', (scale, size, points) => {
    const sizes = new Map([[upscale.pricedBy ?? '', size]])
    expect(upscale.price(readInput(upscale, { image, scale }), sizes)).toBe(points)
  })

  it.each([
    [backgroundRemove, { image }, { isTransparent: true }],
    [segment, { image, prompt: 'shoes' }, { isTransparent: true }],
    [upscale, { image }, { isTransparent: false, widthPx: 800, heightPx: 800 }],
    [upscale, { image, scale: 4 }, { widthPx: 1_600, heightPx: 1_600 }],
    [upscale, { image, scale: 2.5 }, { widthPx: 1_000, heightPx: 1_000 }],
  ])('an image tool makes one picture', (operation, input, spec) => {
    expect(outputSpecOf(operation.produces, readInput(operation, input))).toMatchObject({ count: 1, ...spec })
  })

  it.each([1, 11])('the upscale tool refuses to enlarge %i times', (scale) => {
    expect(() => readInput(upscale, { image, scale })).toThrow(/^scale must be at (least 2|most 10)/)
  })

  it('the segment tool needs a prompt and nothing else to cut out by', () => {
    expect(readInput(segment, { image, prompt: 'shoes', negative_prompt: '' })).not.toHaveProperty('segment_factor')
    expect(() => readInput(segment, { image })).toThrow('prompt is required.')
  })
})
