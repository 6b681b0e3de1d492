import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import { filesIn } from './media.ts'
import { outputSpecOf } from './outputs.ts'
import { withoutPlaceholders } from './placeholders.testing.ts'
import { readInput } from './read-input.ts'
import { wanx } from './wanx.ts'

const IMAGE = 'https://example.com/a.png'
const named = (taskType: string) => {
  const found = wanx.find((operation) => operation.taskType === taskType)
  if (!found) throw new Error(taskType)
  return found
}

describe('Wan 2.1 and 2.2', () => {
  it.each([
    ['txt2video-1.3b', 1_200_000],
    ['txt2video-14b', 2_800_000],
    ['img2video-14b', 2_800_000],
    ['txt2video-14b-lora', 2_800_000],
    ['img2video-14b-lora', 2_800_000],
    ['img2video-14b-keyframe', 2_800_000],
    ['img2video-14b-control-camera', 2_800_000],
    ['wan22-txt2video-14b', 2_800_000],
    ['wan22-img2video-14b', 2_800_000],
  ])('the Wan task type %s costs %i points', (taskType, points) => {
    const operation = named(taskType)
    expect(operation.model).toBe('Qubico/wanx')
    expect(operation.price(readInput(operation, operation.example))).toBe(points)
  })

  it.each<[string, JsonObject, string]>([
    ['txt2video-14b', {}, 'prompt is required.'],
    ['img2video-14b', { prompt: 'a' }, 'image is required.'],
    ['txt2video-14b-lora', { prompt: 'a' }, 'lora_settings is required.'],
    ['txt2video-14b-lora', { prompt: 'a', lora_settings: [] }, 'lora_settings must not be empty.'],
    ['img2video-14b-keyframe', { end_image: IMAGE }, 'start_image is required.'],
    ['img2video-14b-keyframe', { first_frame: IMAGE }, 'end_image is required.'],
    ['img2video-14b-control-camera', { image: IMAGE }, 'control_camera_settings is required.'],
  ])('the Wan task type %s refuses %j', (taskType, input, message) => {
    expect(() => readInput(named(taskType), input)).toThrow(message)
  })

  it.each<[string, JsonObject]>([
    ['img2video-14b', { prompt: '', negative_prompt: '', image: IMAGE, video_resolution: '480P' }],
    ['img2video-14b-keyframe', { prompt: 'a', first_frame: IMAGE, last_frame: IMAGE }],
    ['img2video-14b-keyframe', { start_image: IMAGE, end_image: IMAGE }],
    ['txt2video-14b-lora', { prompt: 'a', lora_settings: [{ lora_type: 'ghibli', lora_strength: 1 }] }],
  ])('the Wan task type %s accepts %j, as clients send it', (taskType, input) => {
    expect(readInput(named(taskType), input)).toMatchObject(withoutPlaceholders(input))
  })

  it('the first and last frames of Wan are found as files under both of their names', () => {
    const operation = named('img2video-14b-keyframe')
    const input = readInput(operation, { first_frame: IMAGE, end_image: IMAGE })
    expect(filesIn(operation.input, input).map(({ field }) => field)).toEqual(['end_image', 'first_frame'])
  })

  it('Wan fills in the strength of a LoRA', () => {
    const input = readInput(named('txt2video-14b-lora'), { prompt: 'a', lora_settings: [{ lora_type: 'ghibli' }] })
    expect(input).toMatchObject({ lora_settings: [{ lora_type: 'ghibli', lora_strength: 1 }] })
  })

  it('a video of Wan 2.1 and 2.2 has a fixed length and the requested shape', () => {
    const operation = named('txt2video-14b')
    const spec = (aspect_ratio: string) =>
      outputSpecOf(operation.produces, readInput(operation, { prompt: 'a', aspect_ratio }))
    expect(spec('16:9')).toMatchObject({ widthPx: 848, heightPx: 480, seconds: 5.3, hasSound: false })
    expect(spec('9:16')).toMatchObject({ widthPx: 480, heightPx: 848 })
    expect(spec('1:1')).toMatchObject({ widthPx: 640, heightPx: 640 })
  })
})

describe('Wan 2.6', () => {
  it.each<[string, JsonObject, number]>([
    ['wan26-txt2video', {}, 4_000_000],
    ['wan26-txt2video', { duration: 15, resolution: '720P' }, 12_000_000],
    ['wan26-txt2video', { duration: 5, resolution: '1080P' }, 6_000_000],
    ['wan26-img2video', { image: IMAGE, duration: 10, resolution: '1080P' }, 12_000_000],
  ])('the Wan 2.6 task type %s with %j costs %i points', (taskType, input, points) => {
    const operation = named(taskType)
    expect(operation.model).toBe('Wan')
    expect(operation.price(readInput(operation, { prompt: 'a', ...input }))).toBe(points)
  })

  it('Wan 2.6 accepts its resolution in upper case only, and needs a picture for image-to-video', () => {
    expect(() => readInput(named('wan26-txt2video'), { prompt: 'a', resolution: '720p' })).toThrow(
      'resolution must be one of "720P", "1080P", not "720p".',
    )
    expect(() => readInput(named('wan26-img2video'), { prompt: 'a' })).toThrow('image is required.')
  })

  it('a Wan 2.6 video has the requested length and size, and has sound unless it is switched off', () => {
    const operation = named('wan26-txt2video')
    const spec = (input: JsonObject) =>
      outputSpecOf(operation.produces, readInput(operation, { prompt: 'a', ...input }))
    expect(spec({ duration: 15, resolution: '1080P', aspect_ratio: '9:16' })).toMatchObject({
      widthPx: 1_080,
      heightPx: 1_920,
      seconds: 15,
      hasSound: true,
    })
    expect(spec({ audio: false })).toMatchObject({ widthPx: 1_280, heightPx: 720, seconds: 5, hasSound: false })
  })
})
