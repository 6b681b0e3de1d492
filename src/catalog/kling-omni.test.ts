import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import { klingOmni, klingTurbo } from './kling-omni.ts'
import { filesIn } from './media.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'

const files = (count: number) => Array.from({ length: count }, () => 'https://example.com/a.bin')
const shots = (...lengths: number[]) => lengths.map((duration) => ({ prompt: 'a shot', duration }))

describe('Kling Omni', () => {
  it.each<[JsonObject, number]>([
    [{}, 5_000_000],
    [{ version: 'o1', duration: 3 }, 3_000_000],
    [{ enable_audio: true }, 7_500_000],
    [{ resolution: '1080p' }, 7_500_000],
    [{ resolution: '1080p', enable_audio: true, duration: 15 }, 30_000_000],
    [{ multi_shots: shots(1, 2), enable_audio: true }, 4_500_000],
    [{ version: '4.0', duration: 30 }, 50_010_000],
    [{ version: '4.0', resolution: '1080p', duration: 3, enable_audio: true }, 7_500_000],
    [{ version: '4.0-flash', duration: 20 }, 20_000_000],
  ])('a Kling Omni video with %j costs %i points', (input, points) => {
    expect(klingOmni.price(readInput(klingOmni, { prompt: 'a', ...input }))).toBe(points)
  })

  it.each<[JsonObject, string]>([
    [{}, 'prompt is needed without multi_shots.'],
    [{ images: ['https://example.com/a.png'] }, 'prompt is needed without multi_shots.'],
    [{ multi_shots: shots(10, 6) }, 'multi_shots must last at most 15 seconds in all, not 16.'],
    [{ multi_shots: shots(1, 1, 1, 1, 1, 1, 1) }, 'multi_shots has at most 6 elements.'],
    [{ prompt: 'a', duration: 2 }, 'duration must be at least 3, not 2.'],
    [{ prompt: 'a', duration: 16 }, 'duration must be at most 15, not 16.'],
    [{ prompt: 'a', version: '4.0-flash', duration: 21 }, 'duration must be at most 20, not 21.'],
    [{ prompt: 'a', version: '4.0', duration: 31 }, 'duration must be at most 30, not 31.'],
    [{ prompt: 'a', version: '4.0-flash', resolution: '1080p' }, 'resolution must be 720p with version 4.0-flash.'],
    [{ prompt: 'a', images: files(8) }, 'images has at most 7 elements with version 3.0.'],
    [{ prompt: 'a', version: '4.0', images: files(11) }, 'images has at most 10 elements.'],
    [{ prompt: 'a', videos: files(1) }, 'videos is read with version 4.0 and 4.0-flash only.'],
    [{ prompt: 'a', version: '4.0', videos: files(6) }, 'videos has at most 5 elements.'],
    [{ prompt: 'a', version: '4.0-flash', audio_urls: files(1) }, 'audio_urls is read with version 4.0 only.'],
    [{ prompt: 'a', version: '4.0', audio_urls: files(4) }, 'audio_urls has at most 3 elements.'],
    [{ prompt: 'a', images: ['a.png'] }, 'images.0 must be an http or https URL'],
  ])('Kling Omni refuses %j', (input, message) => {
    expect(() => readInput(klingOmni, input)).toThrow(message)
  })

  it('a Kling Omni video is as long as all of its shots, up to fifteen seconds', () => {
    const input = readInput(klingOmni, { multi_shots: shots(14, 1), resolution: '1080p', aspect_ratio: '9:16' })
    expect(outputSpecOf(klingOmni.produces, input)).toEqual({
      kind: 'videos',
      count: 1,
      widthPx: 1_080,
      heightPx: 1_920,
      seconds: 15,
      hasSound: false,
    })
  })

  it('the pictures and the video that Kling Omni builds on are found as files of its input', () => {
    const input = readInput(klingOmni, {
      prompt: '@image_1 as in @video',
      images: ['https://example.com/a.png'],
      video: 'https://example.com/a.mp4',
    })
    expect(filesIn(klingOmni.input, input).map(({ field }) => field)).toEqual(['images.0', 'video'])
  })
})

describe('Kling Turbo', () => {
  it.each<[JsonObject, number]>([
    [{}, 2_800_000],
    [{ duration: 10, mode: 'pro', version: '2.5-turbo' }, 5_600_000],
  ])('a Kling Turbo video with %j costs %i points', (input, points) => {
    expect(klingTurbo.price(readInput(klingTurbo, { prompt: 'a', ...input }))).toBe(points)
  })

  it('Kling Turbo needs a prompt or a frame', () => {
    expect(() => readInput(klingTurbo, { prompt: '' })).toThrow('prompt is needed without start_image_url.')
    expect(readInput(klingTurbo, { start_image_url: 'https://example.com/a.png' })).toMatchObject({ duration: 5 })
    expect(() => readInput(klingTurbo, { prompt: 'a', duration: 7 })).toThrow('duration must be one of 5, 10, not 7.')
  })

  it('a Kling Turbo video has the requested length and size', () => {
    const input = readInput(klingTurbo, { prompt: 'a', duration: 10, aspect_ratio: '1:1' })
    expect(outputSpecOf(klingTurbo.produces, input)).toMatchObject({ seconds: 10, widthPx: 1_080, heightPx: 1_080 })
  })
})
