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
  ])('a Qwen picture costs 0.015 USD', (operation, input) => {
    expect(operation.price(readInput(operation, input))).toBe(150_000)
  })

  it.each([
    [txt2img, { prompt: 'a sign' }, 1_024, 1_024],
    [txt2img, { prompt: 'a sign', width: 576, height: 1_024 }, 576, 1_024],
    [imageEdit, { prompt: 'a sign', image1 }, 1_024, 1_024],
  ])('Qwen Image makes one picture of the requested size', (operation, input, widthPx, heightPx) => {
    expect(outputSpecOf(operation.produces, readInput(operation, input))).toMatchObject({ count: 1, widthPx, heightPx })
  })

  it('a Qwen edit needs a picture, and accepts two more as base64', () => {
    expect(() => readInput(imageEdit, { prompt: 'a sign' })).toThrow('image1 is required.')
    const image2 = `data:image/png;base64,${'A'.repeat(64)}`
    expect(readInput(imageEdit, { prompt: 'a sign', image1, image2 })).toMatchObject({ image2 })
  })

  it('a Qwen edit keeps the size that clients send, although it has no effect', () => {
    expect(readInput(imageEdit, { prompt: 'a sign', image1, width: 512 })).toMatchObject({ width: 512 })
  })
})
