import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import { klingImageToVideo, klingTextToVideo } from './kling-video-4.ts'
import { filesIn } from './media.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'

const PICTURE = 'https://example.com/a.png'

describe('Kling 4.0', () => {
  it.each<[JsonObject, number]>([
    [{}, 8_335_000],
    [{ duration: 30 }, 50_010_000],
    [{ resolution: '1080p', duration: 3 }, 7_500_000],
    [{ version: '4.0-flash', duration: 20 }, 20_000_000],
    [{ version: 4, duration: '5', enable_audio: 'true' }, 8_335_000],
    [
      {
        multi_shots: [
          { prompt: 'a', duration: 10 },
          { prompt: 'b', duration: 20 },
        ],
      },
      50_010_000,
    ],
  ])('a video of Kling 4.0 with %j costs %i points, from text and from a frame alike', (input, points) => {
    expect(klingTextToVideo.price(readInput(klingTextToVideo, { prompt: 'a fox', ...input }))).toBe(points)
    const framed = { prompt: 'a fox', image_url: PICTURE, ...input }
    expect(klingImageToVideo.price(readInput(klingImageToVideo, framed))).toBe(points)
  })

  it.each<[JsonObject, string]>([
    [{}, 'prompt is needed without multi_shots.'],
    [{ prompt: 'a', duration: 2 }, 'duration must be at least 3, not 2.'],
    [{ prompt: 'a', duration: 31 }, 'duration must be at most 30, not 31.'],
    [{ prompt: 'a', version: '4.0-flash', duration: 21 }, 'duration must be at most 20, not 21.'],
    [{ prompt: 'a', version: '4.0-flash', resolution: '1080p' }, 'resolution must be 720p with version 4.0-flash.'],
    [{ prompt: 'a', version: '3.0' }, 'version must be one of "4.0", "4.0-flash", not "3.0".'],
  ])('Kling 4.0 refuses %j', (input, message) => {
    expect(() => readInput(klingTextToVideo, input)).toThrow(message)
  })

  it('a video of Kling 4.0 from a frame needs that frame', () => {
    expect(() => readInput(klingImageToVideo, { prompt: 'a' })).toThrow('image_url is required.')
    const input = readInput(klingImageToVideo, { prompt: 'a', image_url: PICTURE, image_tail_url: PICTURE })
    expect(filesIn(klingImageToVideo.input, input).map(({ field }) => field)).toEqual(['image_url', 'image_tail_url'])
  })

  it('a video of Kling 4.0 has the requested size, length and sound', () => {
    const input = { prompt: 'a', resolution: '1080p', aspect_ratio: '9:16', duration: 12, enable_audio: true }
    expect(outputSpecOf(klingTextToVideo.produces, readInput(klingTextToVideo, input))).toMatchObject({
      widthPx: 1_080,
      heightPx: 1_920,
      seconds: 12,
      hasSound: true,
    })
  })
})
