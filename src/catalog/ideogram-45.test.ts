import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import { getOperation } from './catalog.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'

const FILE = 'https://example.com/a.png'
const files = (count: number): string[] => new Array<string>(count).fill(FILE)
const generate = getOperation('ideogram/v45-generate')
const edit = getOperation('ideogram/v45-precise-edit')

describe('Ideogram 4.5', () => {
  it.each<[JsonObject, number, object]>([
    [{}, 1_000_000, { widthPx: 2_048, heightPx: 2_048 }],
    [{ quality: 'low', size: '720x1280', num_images: 8 }, 2_400_000, { widthPx: 720, heightPx: 1_280, count: 8 }],
    [{ images: [FILE] }, 600_000, {}],
    [{ images: [FILE], quality: 'very_low', size: '256x1024' }, 80_000, { widthPx: 256, heightPx: 1_024 }],
    [{ images: [FILE], quality: 'high', size: 'source' }, 2_200_000, {}],
  ])('a picture with %j costs %i points', (more, points, spec) => {
    const input = readInput(generate, { prompt: 'a', ...more })
    expect(generate.price(input)).toBe(points)
    expect(outputSpecOf(generate.produces, input)).toMatchObject(spec)
  })

  it.each<[JsonObject, string]>([
    [{ mask: FILE }, 'mask is read with images only.'],
    [{ images: files(6) }, 'images has at most 5 elements.'],
    [{ images: files(5), mask: FILE }, 'images has at most 4 elements with mask.'],
    [{ images: [FILE], mask: FILE, size: '512x512' }, 'size is not set with mask.'],
    [{ images: [FILE], size: '500x512' }, 'size must have sides that are multiples of 32.'],
    [{ images: [FILE], size: '224x512' }, 'size must have sides of at least 256.'],
    [{ images: [FILE], size: '4096x2048' }, 'size must have at most 2048x2048 pixels.'],
    [{ images: [FILE], size: '256x1568' }, 'size must be at most 6:1.'],
    [{ size: '16:9' }, 'size must be auto, source or a size such as "1024x1024"'],
  ])('a picture with %j is refused by the field’s name', (more, message) => {
    expect(() => readInput(generate, { prompt: 'a', ...more })).toThrow(message)
  })

  it('a precise edit costs by its quality, and takes three references beside a mask', () => {
    const price = (more: JsonObject) => edit.price(readInput(edit, { prompt: 'a', image: FILE, ...more }))
    expect([price({}), price({ quality: 'very_low' }), price({ quality: 'high', num_images: 2 })]).toEqual([
      600_000, 80_000, 4_400_000,
    ])
    expect(() => price({ mask: FILE, reference_images: files(4) })).toThrow(
      'reference_images has at most 3 elements with mask.',
    )
  })
})
