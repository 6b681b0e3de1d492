import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import { lumaAudio, lumaImage, lumaModify, lumaReframeImage, lumaReframeVideo, lumaUpscale } from './luma-tools.ts'
import type { Operation } from './operation.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'

const TASK = '01234567-89ab-4cde-8f01-23456789ab00'
const media = { url: 'https://example.com/a.mp4' }
const spec = (operation: Operation, input: JsonObject) => outputSpecOf(operation.produces, readInput(operation, input))

describe('Luma images', () => {
  it.each<[JsonObject, number, JsonObject]>([
    [{ model: 'photon-1', prompt: 'x' }, 150_000, { widthPx: 1_920, heightPx: 1_088, mediaType: 'image/jpeg' }],
    [{ model: 'photon-flash-1', prompt: 'x', format: 'png', aspect_ratio: '1:1' }, 40_000, { mediaType: 'image/png' }],
  ])('Luma images with %j cost %i points', (input, points, expected) => {
    expect(lumaImage.price(readInput(lumaImage, input))).toBe(points)
    expect(spec(lumaImage, input)).toMatchObject(expected)
  })

  it('a Luma image needs a prompt or a reference picture', () => {
    const model = 'photon-1'
    const one = { url: 'https://example.com/a.png', weight: 0.5 }
    expect(() => readInput(lumaImage, { model, prompt: '', image_ref: [] })).toThrow(
      'prompt is needed without a picture to go by.',
    )
    for (const references of [
      { image_ref: [one] },
      { style_ref: [one] },
      { modify_image_ref: one },
      { character_ref: { identity0: { images: [one.url] } } },
    ]) {
      expect(readInput(lumaImage, { model, ...references })).toMatchObject(references)
    }
  })

  it('a reframed Luma image has the requested shape', () => {
    const input = { model: 'photon-1', media, aspect_ratio: '9:21' }
    expect(spec(lumaReframeImage, input)).toMatchObject({ kind: 'pictures', widthPx: 944, heightPx: 2_192 })
    expect(() => readInput(lumaReframeImage, { ...input, model: 'ray-2' })).toThrow('model must be one of')
  })
})

describe('Luma’s video tools', () => {
  it.each<[Operation, JsonObject, number, JsonObject]>([
    [lumaModify, { model: 'ray-2', media, mode: 'adhere_3' }, 4_000_000, { widthPx: 1_280, heightPx: 720 }],
    [lumaModify, { model: 'ray-flash-2', media, mode: 'reimagine_1' }, 2_000_000, { seconds: 5 }],
    [lumaReframeVideo, { model: 'ray-2', media, aspect_ratio: '9:16' }, 4_000_000, { widthPx: 720, heightPx: 1_280 }],
    [lumaUpscale, { origin_task_id: TASK }, 2_000_000, { widthPx: 1_920, heightPx: 1_080 }],
    [lumaUpscale, { origin_task_id: TASK, resolution: '4k' }, 4_000_000, { widthPx: 3_840, heightPx: 2_160 }],
    [lumaAudio, { origin_task_id: TASK }, 1_000_000, { hasSound: true }],
  ])('the Luma video tool %o with %j costs %i points', (operation, input, points, expected) => {
    expect(operation.price(readInput(operation, input))).toBe(points)
    expect(spec(operation, input)).toMatchObject(expected)
  })

  it('a Luma video tool follows the task of its video', () => {
    for (const operation of [lumaUpscale, lumaAudio]) {
      expect(operation.follows(readInput(operation, { origin_task_id: TASK }))).toBe(TASK)
      expect(() => readInput(operation, {})).toThrow('origin_task_id is required.')
    }
  })
})
