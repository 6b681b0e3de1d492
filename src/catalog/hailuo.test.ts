import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import { hailuoVideo } from './hailuo.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'

const IMAGE = 'https://example.com/face.jpg'
const read = (input: JsonObject) => readInput(hailuoVideo, input)

describe('Hailuo', () => {
  it.each<[JsonObject, number]>([
    [{ model: 't2v-01' }, 2_000_000],
    [{ model: 't2v-01-director' }, 2_000_000],
    [{ model: 'i2v-01' }, 2_000_000],
    [{ model: 'i2v-01-live' }, 2_000_000],
    [{ model: 'i2v-01-director' }, 2_000_000],
    [{ model: 's2v-01' }, 3_000_000],
    [{ model: 't2v-01', duration: 10, resolution: 1080 }, 2_000_000],
    [{ model: 't2v-02' }, 2_500_000],
    [{ model: 'i2v-02', duration: 10, resolution: 768 }, 5_000_000],
    [{ model: 'i2v-02', duration: 6, resolution: 1080 }, 8_000_000],
    [{ model: 'v2.3' }, 2_300_000],
    [{ model: 'v2.3', duration: 10 }, 4_500_000],
    [{ model: 'v2.3', resolution: 1080 }, 4_000_000],
    [{ model: 'v2.3-fast' }, 2_300_000],
  ])('a Hailuo video with %j costs %i points', (input, points) => {
    expect(hailuoVideo.price(read({ prompt: 'a', image_url: IMAGE, ...input }))).toBe(points)
  })

  it.each<[JsonObject, string]>([
    [{ prompt: 'a' }, 'model is required.'],
    [{ model: 'v9', prompt: 'a' }, 'model must be one of'],
    [{ model: 'i2v-01', prompt: 'a' }, 'image_url is needed with model i2v-01.'],
    [{ model: 'i2v-01-director', prompt: 'a' }, 'image_url is needed with model i2v-01-director.'],
    [{ model: 'i2v-02', prompt: 'a' }, 'image_url is needed with model i2v-02.'],
    [{ model: 's2v-01', prompt: 'a' }, 'image_url is needed with model s2v-01.'],
    [{ model: 't2v-01' }, 'prompt is needed without image_url.'],
    [{ model: 'v2.3', prompt: '' }, 'prompt is needed without image_url.'],
    [{ model: 'v2.3', prompt: 'x'.repeat(2_001) }, 'prompt has at most 2000 characters.'],
    [
      { model: 't2v-02', prompt: 'a', duration: 10, resolution: 1080 },
      'duration must be 6 with resolution 1080, not 10.',
    ],
    [{ model: 'v2.3', prompt: 'a', duration: 8 }, 'duration must be one of 6, 10, not 8.'],
  ])('Hailuo refuses %j', (input, message) => {
    expect(() => read(input)).toThrow(message)
  })

  it.each<[JsonObject]>([
    [{ model: 'i2v-02', image_url: IMAGE, duration: 6, resolution: 1080 }],
    [{ model: 'v2.3', image_url: IMAGE }],
    [{ model: 't2v-01', prompt: 'a', image_url: IMAGE, expand_prompt: true }],
  ])('Hailuo accepts %j', (input) => {
    expect(read(input)).toEqual(input)
  })

  it('a Hailuo video has the requested length and size, and one fixed size with the older models', () => {
    const spec = (input: JsonObject) => outputSpecOf(hailuoVideo.produces, read({ prompt: 'a', ...input }))
    expect(spec({ model: 't2v-01', duration: 10, resolution: 768 })).toMatchObject({
      widthPx: 1_280,
      heightPx: 720,
      seconds: 6,
    })
    expect(spec({ model: 't2v-02', duration: 10 })).toMatchObject({ widthPx: 1_366, heightPx: 768, seconds: 10 })
    expect(spec({ model: 'v2.3', resolution: 1080 })).toMatchObject({ widthPx: 1_920, heightPx: 1_080, seconds: 6 })
  })
})
