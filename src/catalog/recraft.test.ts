import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import type { Operation } from './operation.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'
import { recraft } from './recraft.ts'

function named(taskType: string): Operation {
  const found = recraft.find((one) => one.taskType === taskType)
  if (!found) throw new Error(`There is no ${taskType}.`)
  return found
}

const image_url = 'https://example.com/a.png'
const prompt = 'a'

describe('Recraft', () => {
  it.each<[string, JsonObject, number]>([
    ['generate', { prompt }, 400_000],
    ['generate', { prompt, model: 'recraftv3', n: 2 }, 800_000],
    ['generate', { prompt, model: 'recraftv2' }, 220_000],
    ['generate', { prompt, model: 'recraftv2', style: 'icon' }, 440_000],
    ['generate', { prompt, model: 'recraftv3_vector' }, 800_000],
    ['generate', { prompt, model: 'recraftv4_pro' }, 2_500_000],
    ['generate', { prompt, model: 'recraftv4_1_pro_vector' }, 3_000_000],
    ['generate', { prompt, upscale: 'upscale4mp' }, 440_000],
    ['variate-image', { image_url, size: '1:1', n: 2, style: 'vector_illustration' }, 800_000],
    ['vectorize', { image_url }, 100_000],
    ['remove-background', { image_url }, 100_000],
    ['erase-region', { image_url, mask_url: image_url }, 20_000],
    ['crisp-upscale', { image_url }, 40_000],
    ['creative-upscale', { image_url }, 2_500_000],
  ])('Recraft %s with %j costs %i points', (taskType, input, points) => {
    const operation = named(taskType)
    expect(operation.price(readInput(operation, input))).toBe(points)
  })

  it.each<[string, JsonObject, JsonObject]>([
    ['generate', { prompt }, { widthPx: 1_024, heightPx: 1_024, count: 1, mediaType: 'image/webp' }],
    [
      'generate',
      { prompt, size: '1820x1024', n: 6, image_format: 'png' },
      { widthPx: 1_820, count: 6, mediaType: 'image/png' },
    ],
    ['generate', { prompt, size: '16:9' }, { widthPx: 1_360, heightPx: 768 }],
    ['generate', { prompt, size: '1:1', model: 'recraftv4_pro' }, { widthPx: 2_048, heightPx: 2_048 }],
    ['generate', { prompt, upscale: 'upscale16mp' }, { widthPx: 4_096, heightPx: 4_096 }],
    ['generate', { prompt, model: 'recraftv4_vector' }, { mediaType: 'image/svg+xml' }],
    ['generate', { prompt, style: 'vector_illustration' }, { mediaType: 'image/svg+xml' }],
    ['generate', { prompt, style: 'vector_illustration', model: 'recraftv3_raster' }, { mediaType: 'image/webp' }],
    ['vectorize', { image_url }, { mediaType: 'image/svg+xml', count: 1 }],
    ['remove-background', { image_url }, { mediaType: 'image/webp', isTransparent: true }],
    ['outpaint', { prompt, image_url, expand_left: 100 }, { widthPx: 1_124, heightPx: 1_024 }],
    ['outpaint', { prompt, image_url, expand_left: 100, size: '1:2' }, { widthPx: 720, heightPx: 1_456 }],
    ['crisp-upscale', { image_url }, { widthPx: 2_048, heightPx: 2_048 }],
  ])('Recraft %s with %j produces the output that the input describes', (taskType, input, spec) => {
    const operation = named(taskType)
    expect(outputSpecOf(operation.produces, readInput(operation, input))).toMatchObject({ ...spec })
  })

  it.each<[string, JsonObject, string]>([
    ['generate', {}, 'prompt is required'],
    ['generate', { prompt, model: 'imagen4' }, 'model must be a model of Recraft'],
    ['generate', { prompt, n: 7 }, 'n must be at most 6'],
    ['generate', { prompt, size: '7:5' }, 'size must be a size such as "1024x1024" or one of'],
    ['generate', { prompt, style: 'any', style_id: 'x' }, 'style_id cannot be set together with style'],
    ['generate', { prompt, controls: { colors: [{ rgb: [1, 2] }] } }, 'controls.colors.0.rgb has at least 3 elements'],
    ['image-to-image', { prompt, image_url }, 'strength is required'],
    ['inpaint', { prompt, image_url }, 'mask_url is required'],
    ['variate-image', { image_url }, 'size is required'],
  ])('Recraft %s refuses %j', (taskType, input, message) => {
    expect(() => readInput(named(taskType), input)).toThrow(message)
  })
})
