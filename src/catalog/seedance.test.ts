import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import { filesIn } from './media.ts'
import { outputSpecOf } from './outputs.ts'
import { withoutPlaceholders } from './placeholders.testing.ts'
import { readInput } from './read-input.ts'
import { seedance } from './seedance.ts'

const IMAGE = 'https://example.com/a.png'
const VIDEO = 'https://example.com/a.mp4'
const SOUND = 'https://example.com/a.mp3'
const named = (taskType: string) => {
  const found = seedance.find((operation) => operation.taskType === taskType)
  if (!found) throw new Error(taskType)
  return found
}
const seedance2 = named('seedance-2')
const read = (input: JsonObject) => readInput(seedance2, { prompt: 'a bird', ...input })

describe('Seedance', () => {
  it.each<[string, JsonObject, number]>([
    ['seedance-2', { duration: 5 }, 5_000_000],
    ['seedance-2', { duration: 5, resolution: '480p' }, 5_000_000],
    ['seedance-2', { duration: 15, resolution: '1080p' }, 30_000_000],
    ['seedance-2-fast', { duration: 10 }, 8_000_000],
    ['seedance-2-mini', { duration: 4 }, 2_000_000],
    ['seedance-2-preview', { duration: 10 }, 15_000_000],
    ['seedance-2-preview', {}, 7_500_000],
  ])('the Seedance task type %s with %j costs %i points', (taskType, input, points) => {
    const operation = named(taskType)
    expect(operation.price(readInput(operation, { prompt: 'a bird', ...input }))).toBe(points)
  })

  it('Seedance removes the watermark of a video', () => {
    const operation = named('remove-watermark')
    expect(operation.price(readInput(operation, { video_url: VIDEO }))).toBe(300_000)
  })

  it.each<[JsonObject, string]>([
    [{ duration: 3 }, 'duration must be at least 4, not 3.'],
    [{ image_urls: Array.from({ length: 10 }, () => IMAGE) }, 'image_urls has at most 9 elements.'],
    [{ mode: 'text_to_video', image_urls: [IMAGE] }, 'image_urls does not go with mode text_to_video.'],
    [{ mode: 'text_to_video', audio_urls: [SOUND] }, 'audio_urls does not go with mode text_to_video.'],
    [{ mode: 'first_last_frames' }, 'image_urls must be one or two with mode first_last_frames, not 0.'],
    [
      { mode: 'first_last_frames', image_urls: [IMAGE, IMAGE, IMAGE] },
      'image_urls must be one or two with mode first_last_frames, not 3.',
    ],
    [
      { mode: 'first_last_frames', image_urls: [IMAGE], video_urls: [VIDEO] },
      'video_urls does not go with mode first_last_frames.',
    ],
    [
      { image_urls: Array.from({ length: 9 }, () => IMAGE), video_urls: [VIDEO, VIDEO, VIDEO, VIDEO] },
      'video_urls and the other references must be at most 12 in all, not 13.',
    ],
  ])('Seedance refuses %j', (input, message) => {
    expect(() => read(input)).toThrow(message)
  })

  it.each<[JsonObject]>([
    [{ image_urls: [IMAGE] }],
    [{ mode: 'text_to_video', image_urls: [] }],
    [{ mode: 'first_last_frames', image_urls: [IMAGE, IMAGE] }],
    [{ mode: 'omni_reference', image_urls: [IMAGE], video_urls: [VIDEO], audio_urls: [SOUND] }],
  ])('Seedance accepts %j', (input) => {
    expect(read(input)).toMatchObject(withoutPlaceholders(input))
  })

  it('the references of a Seedance video are found as files of its input', () => {
    const input = read({ image_urls: [IMAGE, IMAGE], audio_urls: [SOUND] })
    expect(filesIn(seedance2.input, input).map(({ field }) => field)).toEqual([
      'image_urls.0',
      'image_urls.1',
      'audio_urls.0',
    ])
  })

  it('a Seedance video has the requested length and size', () => {
    const spec = (input: JsonObject) => outputSpecOf(seedance2.produces, read(input))
    expect(spec({ duration: 15, resolution: '480p', aspect_ratio: '21:9' })).toMatchObject({
      widthPx: 1_120,
      heightPx: 480,
      seconds: 15,
    })
    expect(spec({ resolution: '1080p', aspect_ratio: '3:4' })).toMatchObject({ widthPx: 1_080, heightPx: 1_440 })
  })
})
