import { describe, expect, it } from 'vitest'
import { gemini } from './gemini.ts'
import type { Operation } from './operation.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'

const [flashImage, nanoBananaPro, nanoBanana2, nanoBanana21] = gemini as [Operation, Operation, Operation, Operation] // its four

describe('Gemini', () => {
  it.each([
    ['gemini-2.5-flash-image', flashImage, {}, 300_000],
    ['nano-banana-pro', nanoBananaPro, {}, 1_050_000],
    ['nano-banana-pro', nanoBananaPro, { resolution: '2K' }, 1_050_000],
    ['nano-banana-pro', nanoBananaPro, { resolution: '4K' }, 1_900_000],
    ['nano-banana-2', nanoBanana2, {}, 600_000],
    ['nano-banana-2', nanoBanana2, { resolution: '2K' }, 900_000],
    ['nano-banana-2', nanoBanana2, { resolution: '4K' }, 1_350_000],
    ['nano-banana-2.1', nanoBanana21, {}, 300_000],
    ['nano-banana-2.1', nanoBanana21, { resolution: '2K' }, 400_000],
    ['nano-banana-2.1', nanoBanana21, { resolution: '4K' }, 900_000],
  ])('a picture of the Gemini model %s has its price', (taskType, operation, input, points) => {
    expect(operation.id).toBe(`gemini/${taskType}`)
    expect(operation.price(readInput(operation, { prompt: 'a boat', ...input }))).toBe(points)
  })

  it.each([
    [flashImage, {}, { widthPx: 1_024, heightPx: 1_024, mediaType: 'image/jpeg' }],
    [
      flashImage,
      { aspect_ratio: '16:9', output_format: 'png' },
      { widthPx: 1_360, heightPx: 768, mediaType: 'image/png' },
    ],
    [nanoBananaPro, { resolution: '2K' }, { widthPx: 2_048, heightPx: 2_048, mediaType: 'image/jpeg' }],
    [nanoBananaPro, { resolution: '4K', aspect_ratio: '1:1' }, { widthPx: 4_096, heightPx: 4_096 }],
    [
      nanoBanana2,
      { aspect_ratio: '3:4', output_format: 'jpg' },
      { widthPx: 880, heightPx: 1_184, mediaType: 'image/jpeg' },
    ],
    [nanoBanana2, { aspect_ratio: '1:4' }, { widthPx: 512, heightPx: 2_048 }],
    [nanoBanana2, { aspect_ratio: '8:1' }, { widthPx: 2_896, heightPx: 368 }],
    [nanoBanana21, { aspect_ratio: '4:1' }, { widthPx: 2_048, heightPx: 512 }],
    [nanoBanana21, { aspect_ratio: '1:8' }, { widthPx: 368, heightPx: 2_896 }],
  ])('Gemini makes one picture of the requested size and format', (operation, input, spec) => {
    const read = readInput(operation, { prompt: 'a boat', ...input })
    expect(outputSpecOf(operation.produces, read)).toMatchObject({ kind: 'pictures', count: 1, ...spec })
  })

  it('Gemini fills in no default ratio, so that an edit keeps the ratio of its picture', () => {
    const edit = readInput(flashImage, { prompt: 'add a hat', image_urls: ['https://example.com/cat.png'] })
    expect(edit).not.toHaveProperty('aspect_ratio')
  })

  it.each([
    [flashImage, { output_format: 'jpg' }, 'output_format must be one of "jpeg", "png", not "jpg".'],
    [nanoBananaPro, { aspect_ratio: '1:4' }, 'aspect_ratio must be one of'],
    [nanoBananaPro, { resolution: '8K' }, 'resolution must be one of "1K", "2K", "4K", not "8K".'],
    [
      nanoBanana2,
      { image_urls: ['cat.png'] },
      'image_urls.0 must be an http or https URL, a data URI or base64, not "cat.png".',
    ],
  ])('Gemini refuses values that its API does not document', (operation, input, message) => {
    expect(() => readInput(operation, { prompt: 'a boat', ...input })).toThrow(message)
  })
})
