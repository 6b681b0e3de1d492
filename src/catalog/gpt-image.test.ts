import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import { gptImageEdit, gptImageGenerate } from './gpt-image.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'

const prompt = 'a boat'
const image = ['https://example.com/a.png']

/** Retired at OpenAI, and still at others. */
const OLD = 'gpt-image-1'

describe('GPT images', () => {
  it.each<[JsonObject, number]>([
    [{ quality: 'low', size: '1024x1024' }, 90_000],
    [{ quality: 'high', size: '1536x1024' }, 2_000_000],
    [{}, 2_000_000],
    [{ model: OLD, quality: 'low', size: '1024x1024' }, 110_000],
    [{ model: OLD, quality: 'low', size: '1536x1024' }, 160_000],
    [{ model: OLD, quality: 'medium', size: '1024x1024' }, 420_000],
    [{ model: OLD, quality: 'medium', size: '1024x1536' }, 630_000],
    [{ model: OLD, quality: 'high', size: '1024x1024' }, 1_670_000],
    [{ model: OLD, quality: 'high', size: '1536x1024' }, 2_500_000],
    [{ model: OLD, quality: 'high', size: '1024x1024', n: 10 }, 16_700_000],
    [{ model: OLD }, 2_500_000],
    [{ model: 'gpt-image-1-mini', quality: 'low', size: '1024x1024' }, 50_000],
    [{ model: 'gpt-image-2', quality: 'medium', size: '1024x1024' }, 420_000],
    [{ model: 'dall-e-3', quality: 'standard', size: '1024x1024' }, 400_000],
    [{ model: 'dall-e-3', quality: 'hd', size: '1792x1024' }, 1_200_000],
    [{ model: 'dall-e-2', size: '256x256', n: 2 }, 400_000],
  ])('GPT images with %j cost %i points, generated or edited', (asked, points) => {
    expect(gptImageGenerate.price(readInput(gptImageGenerate, { prompt, ...asked }))).toBe(points)
    expect(gptImageEdit.price(readInput(gptImageEdit, { prompt, image, ...asked }))).toBe(points)
  })

  it.each<[JsonObject, JsonObject]>([
    [{}, { widthPx: 1_024, heightPx: 1_024, count: 1, mediaType: 'image/png', isTransparent: false }],
    [
      { size: '1536x1024', n: 10, output_format: 'jpeg' },
      { widthPx: 1_536, count: 10, mediaType: 'image/jpeg' },
    ],
    [
      { background: 'transparent', output_format: 'webp' },
      { isTransparent: true, mediaType: 'image/webp' },
    ],
  ])('GPT images have the requested size, number and format with %j', (asked, spec) => {
    const input = readInput(gptImageGenerate, { prompt, ...asked })
    expect(outputSpecOf(gptImageGenerate.produces, input)).toMatchObject(spec)
  })

  it.each<[JsonObject, string]>([
    [{ prompt: '' }, 'prompt must not be empty'],
    [{ n: 11 }, 'n must be at most 10'],
    [{ n: 2, model: 'dall-e-3' }, 'n must be 1 with dall-e-3, not 2'],
    [
      { background: 'transparent', output_format: 'jpeg' },
      'background must not be "transparent" with output_format "jpeg"',
    ],
    [{ size: 'huge' }, 'size must be "auto" or a size such as "1024x1024", not "huge"'],
    [{ quality: 'best' }, 'quality must be one of'],
  ])('a GPT image request with %j is refused', (asked, message) => {
    expect(() => readInput(gptImageGenerate, { prompt, ...asked })).toThrow(message)
  })

  it('a GPT image edit takes one to sixteen pictures', () => {
    expect(() => readInput(gptImageEdit, { prompt, image: [] })).toThrow('image must not be empty')
    const many = new Array<string>(17).fill(image[0] ?? '')
    expect(() => readInput(gptImageEdit, { prompt, image: many })).toThrow('image has at most 16 elements')
    expect(() => readInput(gptImageEdit, { prompt, image: many.slice(1) })).not.toThrow()
  })
})
