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
    ['seedance-2', { duration: 5, resolution: '720p' }, 10_000_000],
    ['seedance-2', { duration: 15, resolution: '1080p' }, 75_000_000],
    ['seedance-2', { duration: 0, resolution: '480p', video_urls: [VIDEO] }, 15_000_000],
    ['seedance-2-fast', { duration: 10 }, 4_800_000],
    ['seedance-2-fast', { duration: 10, resolution: '720p' }, 9_600_000],
    ['seedance-2-mini', { duration: 4, resolution: '480p' }, 1_680_000],
    ['seedance-2-mini', { duration: 4 }, 3_360_000],
    ['seedance-2.5', { duration: 4, resolution: '480p' }, 6_000_000],
    ['seedance-2.5', { duration: 4 }, 14_000_000],
    ['seedance-2.5', { duration: 30, resolution: '1080p' }, 240_000_000],
    ['seedance-2-less-restriction', { duration: 5, resolution: '480p' }, 5_500_000],
    ['seedance-2-less-restriction', { duration: 5, resolution: '720p' }, 11_000_000],
    ['seedance-2-less-restriction', { duration: 5, resolution: '1080p' }, 27_500_000],
    ['seedance-2-fast-less-restriction', { duration: 10, resolution: '720p' }, 10_560_000],
    ['seedance-2-mini-less-restriction', { duration: 10, resolution: '480p' }, 4_620_000],
    ['seedance-2.5-less-restriction', { duration: 5, resolution: '1080p' }, 44_000_000],
    ['seedance-2-preview-vip', { duration: 5, resolution: '720p' }, 10_000_000],
    ['seedance-2-fast-preview-vip', { duration: 0, resolution: '720p', video_urls: [VIDEO] }, 14_400_000],
    ['seedance-2-fast-preview', { duration: 10 }, 8_000_000],
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
    [{ duration: -1 }, 'duration must be at least 0, not -1.'],
    [{ duration: 16 }, 'duration must be at most 15, not 16.'],
    [{ duration: 0 }, 'duration must be at least 4, not 0; 0 is read with video_urls only.'],
    [{ duration: 0, image_urls: [IMAGE] }, 'duration must be at least 4, not 0; 0 is read with video_urls only.'],
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
    [{ mode: 'first_last_frames', image_urls: [IMAGE, IMAGE], aspect_ratio: 'auto' }],
    [{ aspect_ratio: 'auto' }],
    [{ duration: 0, video_urls: [VIDEO] }],
    [{ image_urls: ['asset://0d9a6f3e-51b2-4c77-9a7e-1f2a3b4c5d6e'] }],
    [{ mode: 'text_to_video', image_urls: [] }],
    [{ mode: 'first_last_frames', image_urls: [IMAGE, IMAGE] }],
    [{ mode: 'omni_reference', image_urls: [IMAGE], video_urls: [VIDEO], audio_urls: [SOUND] }],
  ])('Seedance accepts %j', (input) => {
    expect(read(input)).toMatchObject(withoutPlaceholders(input))
  })

  it.each<[string, JsonObject, string]>([
    ['seedance-2-fast', { resolution: '1080p' }, 'resolution must be one of "480p", "720p", not "1080p".'],
    ['seedance-2-mini', { resolution: '1080p' }, 'resolution must be one of "480p", "720p", not "1080p".'],
    ['seedance-2.5', { duration: 31 }, 'duration must be at most 30, not 31.'],
    ['seedance-2.5', { prompt: 'a'.repeat(4_001) }, 'prompt has at most 4000 characters'],
    ['seedance-2.5', { video_urls: [VIDEO, VIDEO, VIDEO, VIDEO] }, 'video_urls has at most 3 elements.'],
    [
      'seedance-2.5',
      { image_urls: Array(9).fill(IMAGE), video_urls: [VIDEO, VIDEO], audio_urls: [SOUND, SOUND] },
      'video_urls and the other references must be at most 12 in all, not 13.',
    ],
    ['seedance-2-less-restriction', { asset_retention_hours: 2 }, 'asset_retention_hours must be at least 3, not 2.'],
    ['seedance-2-less-restriction', { asset_retention_hours: 9 }, 'asset_retention_hours must be at most 8, not 9.'],
    ['seedance-2-less-restriction', { auto_upload_assets: 'yes' }, 'auto_upload_assets must be a boolean, not "yes".'],
  ])('the Seedance task type %s refuses %j', (taskType, input, message) => {
    expect(() => readInput(named(taskType), { prompt: 'a bird', ...input })).toThrow(message)
  })

  it('a Seedance video goes on from the draft that it names', () => {
    const draft = '01234567-89ab-4cde-8f01-23456789ab00'
    const newest = named('seedance-2.5')
    expect(newest.follows(readInput(newest, { prompt: 'a bird', draft_task_id: draft }))).toBe(draft)
    expect(newest.follows(readInput(newest, { prompt: 'a bird', draft_task_id: '' }))).toBeUndefined()
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
