import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import type { Operation } from './operation.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'
import { veo } from './veo.ts'

const IMAGE = 'https://example.com/a.png'
const named = (taskType: string) => {
  const found = veo.find((operation) => operation.taskType === taskType)
  if (!found) throw new Error(taskType)
  return found
}
const read = (operation: Operation, input: JsonObject) => readInput(operation, { prompt: 'a fox', ...input })

describe('Veo', () => {
  it.each<[string, JsonObject, number]>([
    ['veo3-video', { generate_audio: true }, 19_200_000],
    ['veo3-video', { generate_audio: false }, 9_600_000],
    ['veo3-video', { generate_audio: true, duration: '4s' }, 9_600_000],
    ['veo3-video-fast', { generate_audio: true }, 7_200_000],
    ['veo3-video-fast', { duration: '6s' }, 3_600_000],
    ['veo3.1-video', { generate_audio: true, duration: '6s' }, 14_400_000],
    ['veo3.1-video', {}, 9_600_000],
    ['veo3.1-video-fast', { generate_audio: true, duration: '4s' }, 3_600_000],
    ['veo3.1-video-fast', { generate_audio: false, duration: '8s' }, 4_800_000],
  ])('the Veo task type %s with %j costs %i points', (taskType, input, points) => {
    const operation = named(taskType)
    expect(operation.price(read(operation, input))).toBe(points)
  })

  it('Veo takes the length as text with a unit, and as the number alone', () => {
    for (const duration of ['8s', '8', 8])
      expect(read(named('veo3-video'), { duration })).toMatchObject({ duration: '8s' })
    expect(() => read(named('veo3-video'), { duration: 7 })).toThrow('duration must be one of "4s", "6s", "8s", not 7.')
  })

  it('Veo 3.1 needs a first frame when there is a last one', () => {
    const operation = named('veo3.1-video')
    expect(() => read(operation, { tail_image_url: IMAGE })).toThrow('image_url is needed with tail_image_url.')
    expect(read(operation, { tail_image_url: IMAGE, image_url: IMAGE })).toMatchObject({ tail_image_url: IMAGE })
    // Version 3 knows no last frame, and would make a video without it.
    expect(() => read(named('veo3-video'), { tail_image_url: IMAGE })).toThrow('tail_image_url is a file, and')
  })

  it('a Veo video has the requested length and size', () => {
    const operation = named('veo3.1-video')
    const input = { aspect_ratio: '9:16', duration: '6s', resolution: '1080p', generate_audio: true }
    expect(outputSpecOf(operation.produces, read(operation, input))).toMatchObject({
      count: 1,
      widthPx: 1_080,
      heightPx: 1_920,
      seconds: 6,
      hasSound: true,
    })
    expect(outputSpecOf(operation.produces, read(operation, { image_url: IMAGE, aspect_ratio: 'auto' }))).toMatchObject(
      {
        widthPx: 1_280,
        heightPx: 720,
        seconds: 8,
        hasSound: false,
      },
    )
  })
})
