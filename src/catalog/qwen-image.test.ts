import { describe, expect, it } from 'vitest'
import type { Operation } from './operation.ts'
import { outputSpecOf } from './outputs.ts'
import { qwenImage } from './qwen-image.ts'
import { readInput } from './read-input.ts'

const [txt2img, imageEdit] = qwenImage as [Operation, Operation] // its two
const image1 = 'https://example.com/chair.jpg'

describe('Qwen Image', () => {
  it.each([
    [txt2img, { prompt: 'a sign' }],
    [imageEdit, { prompt: 'a sign', image1 }],
  ])('sells a picture for 0.015 USD', (operation, input) => {
    expect(operation.price(readInput(operation, input))).toBe(150_000)
  })

  it.each([
    [txt2img, { prompt: 'a sign' }, 1_024, 1_024],
    [txt2img, { prompt: 'a sign', width: 576, height: 1_024 }, 576, 1_024],
    [imageEdit, { prompt: 'a sign', image1 }, 1_024, 1_024],
  ])('makes one picture of the size that is asked for', (operation, input, widthPx, heightPx) => {
    expect(outputSpecOf(operation.produces, readInput(operation, input))).toMatchObject({ count: 1, widthPx, heightPx })
  })

  it('wants a picture to edit, and takes two more as base64', () => {
    expect(() => readInput(imageEdit, { prompt: 'a sign' })).toThrow('image1 is required.')
    const image2 = `data:image/png;base64,${'A'.repeat(64)}`
    expect(readInput(imageEdit, { prompt: 'a sign', image1, image2 })).toMatchObject({ image2 })
  })

  it('keeps the size that clients send with an edit, though it counts for nothing', () => {
    expect(readInput(imageEdit, { prompt: 'a sign', image1, width: 512 })).toMatchObject({ width: 512 })
  })
})
