import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import { ideogram } from './ideogram.ts'
import type { Operation } from './operation.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'

function named(taskType: string): Operation {
  const found = ideogram.find((one) => one.taskType === taskType)
  if (!found) throw new Error(`There is no ${taskType}.`)
  return found
}

const image = 'https://example.com/a.png'

describe('Ideogram', () => {
  it.each<[string, JsonObject, number]>([
    ['generate', { prompt: 'a' }, 800_000],
    ['generate', { prompt: 'a', model: 'V_1_TURBO', num_images: 3 }, 600_000],
    ['remix', { prompt: 'a', image_file: image, model: 'V_2A' }, 400_000],
    ['upscale', { image_file: image, num_images: 2 }, 1_200_000],
    ['describe', { image_file: image }, 100_000],
    ['v3-generate', { prompt: 'a' }, 600_000],
    ['v3-generate', { prompt: 'a', rendering_speed: 'TURBO', num_images: 2 }, 600_000],
    ['v3-generate', { prompt: 'a', rendering_speed: 'QUALITY', character_reference_images: [image] }, 2_000_000],
    ['v3-generate', { prompt: 'a', character_reference_images: [] }, 600_000],
    ['v3-replace-background', { prompt: 'a', image, character_reference_images: 7 }, 600_000],
  ])('Ideogram %s with %j costs %i points', (taskType, input, points) => {
    const operation = named(taskType)
    expect(operation.price(readInput(operation, input))).toBe(points)
  })

  it.each<[string, JsonObject, JsonObject]>([
    ['generate', { prompt: 'a' }, { widthPx: 1_024, heightPx: 1_024, count: 1 }],
    [
      'generate',
      { prompt: 'a', aspect_ratio: 'ASPECT_3_1', num_images: 8 },
      { widthPx: 1_776, heightPx: 592, count: 8 },
    ],
    ['generate', { prompt: 'a', resolution: 'RESOLUTION_640_1536' }, { widthPx: 640, heightPx: 1_536 }],
    ['reframe', { image_file: image, resolution: 'RESOLUTION_1280_704' }, { widthPx: 1_280, heightPx: 704 }],
    ['v3-generate', { prompt: 'a', aspect_ratio: '9x16' }, { widthPx: 768, heightPx: 1_360 }],
    ['v3-reframe', { image, resolution: '1536x512' }, { widthPx: 1_536, heightPx: 512 }],
    ['v3-replace-background', { prompt: 'a', image, resolution: '1536x512' }, { widthPx: 1_024, heightPx: 1_024 }],
    [
      'v3-generate-transparent',
      { prompt: 'a', aspect_ratio: '1x1', upscale_factor: 'X2' },
      { widthPx: 2_048, heightPx: 2_048, isTransparent: true, mediaType: 'image/png' },
    ],
  ])('Ideogram %s with %j produces the output that the input describes', (taskType, input, spec) => {
    const operation = named(taskType)
    expect(outputSpecOf(operation.produces, readInput(operation, input))).toMatchObject({ ...spec })
  })

  it('Ideogram describe makes texts from a picture', () => {
    expect(outputSpecOf(named('describe').produces, {})).toEqual({ kind: 'texts', count: 1 })
  })

  it.each<[string, JsonObject, string]>([
    ['generate', {}, 'prompt is required'],
    ['generate', { prompt: 'a', num_images: 9 }, 'num_images must be at most 8'],
    [
      'generate',
      { prompt: 'a', aspect_ratio: 'ASPECT_1_1', resolution: 'RESOLUTION_1024_1024' },
      'resolution cannot be set together with aspect_ratio',
    ],
    ['v3-remix', { prompt: 'a', image, aspect_ratio: '1x1', resolution: '1024x1024' }, 'resolution cannot be set'],
    ['v3-generate', { prompt: 'a', aspect_ratio: '16:9' }, 'aspect_ratio must be one of'],
    ['v3-generate', { prompt: 'a', style_codes: ['xyz'] }, 'style_codes.0 must be eight hexadecimal digits'],
    [
      'v3-generate',
      { prompt: 'a', color_palette: { members: [{ color_hex: 'red' }] } },
      'color_palette.members.0.color_hex',
    ],
    ['v3-reframe', { image }, 'resolution is required'],
    ['v3-edit', { prompt: 'a', image }, 'mask is required'],
  ])('Ideogram %s refuses %j', (taskType, input, message) => {
    expect(() => readInput(named(taskType), input)).toThrow(message)
  })

  it('Ideogram keeps a field of another task type, and ignores it', () => {
    const operation = named('v3-replace-background')
    const input = { prompt: 'a', image, aspect_ratio: { toString: 1 }, resolution: '1024x1024' }
    expect(readInput(operation, input)).toMatchObject(input)
  })
})
