import { describe, expect, it } from 'vitest'
import type { Operation } from './operation.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'
import { seedream } from './seedream.ts'

const [lite, full] = seedream as [Operation, Operation] // its two

describe('Seedream', () => {
  it.each([
    ['seedream-5-lite', lite, 520_000],
    ['seedream-5', full, 650_000],
  ])('a picture of %s has its price', (taskType, operation, points) => {
    expect(operation.id).toBe(`seedream/${taskType}`)
    expect(operation.price(readInput(operation, { prompt: 'a map' }))).toBe(points)
  })

  it.each([
    [{}, { widthPx: 2_048, heightPx: 2_048, mediaType: 'image/png' }],
    [
      { size: '3K', output_format: 'jpeg' },
      { widthPx: 3_072, heightPx: 3_072, mediaType: 'image/jpeg' },
    ],
    [{ aspect_ratio: '9:16' }, { widthPx: 1_536, heightPx: 2_736 }],
  ])('Seedream makes one picture of the requested size and format', (input, spec) => {
    expect(outputSpecOf(lite.produces, readInput(lite, { prompt: 'a map', ...input }))).toMatchObject({
      count: 1,
      ...spec,
    })
  })

  it('Seedream takes pictures by URL, and names the value that is not a URL', () => {
    const image_urls = ['https://example.com/a.png', 'b.png']
    expect(() => readInput(lite, { prompt: 'a map', image_urls })).toThrow('image_urls.1 must be an http or https URL')
  })
})
