import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'
import { sora2 } from './sora2.ts'

const named = (taskType: string) => {
  const found = sora2.find((operation) => operation.taskType === taskType)
  if (!found) throw new Error(taskType)
  return found
}

describe('Sora 2', () => {
  it.each<[string, JsonObject, number]>([
    ['sora2-video', { duration: 4 }, 3_200_000],
    ['sora2-video', { duration: 12 }, 9_600_000],
    ['sora2-pro-video', { duration: 4 }, 9_600_000],
    ['sora2-pro-video', { duration: 8, resolution: '720p' }, 19_200_000],
    ['sora2-pro-video', { duration: 4, resolution: '1080p' }, 16_000_000],
    ['sora2-pro-video', { duration: 4, resolution: '1024p' }, 16_000_000],
    ['sora2-remix', { origin_task_id: 'x', duration: 12 }, 9_600_000],
    ['sora2-remix', { origin_task_id: 'x', duration: 4, quality: 'pro', resolution: '1024p' }, 16_000_000],
  ])('the Sora 2 task type %s with %j costs %i points', (taskType, input, points) => {
    const operation = named(taskType)
    expect(operation.price(readInput(operation, { prompt: 'a crane', ...input }))).toBe(points)
  })

  it('removing the watermark of a Sora 2 video costs 300,000 points', () => {
    const operation = named('remove-watermark')
    expect(operation.price(readInput(operation, { video_url: 'https://example.com/a.mp4' }))).toBe(300_000)
    expect(() => readInput(operation, {})).toThrow('video_url is required.')
  })

  it('a remix must have the form of its video', () => {
    const remix = named('sora2-remix')
    const fault = (given: JsonObject, operation: string, parent: JsonObject) =>
      remix.fits(readInput(remix, { origin_task_id: 'x', prompt: 'a', ...given }), { operation, input: parent })
    const pro = { aspect_ratio: '16:9', duration: 8, resolution: '1024p' }
    expect(fault({ quality: 'pro', ...pro }, 'sora2/sora2-pro-video', pro)).toBeUndefined()
    expect(fault(pro, 'sora2/sora2-pro-video', pro)).toEqual({
      field: 'quality',
      rule: 'must be that of the video, pro, not standard',
    })
    expect(
      fault({ quality: 'pro', ...pro, resolution: '720p' }, 'sora2/sora2-remix', { quality: 'pro', ...pro }),
    ).toEqual({
      field: 'resolution',
      rule: 'must be that of the video, 1024p, not 720p',
    })
    // The standard model has no resolution: one that was sent along means nothing.
    const standard = { aspect_ratio: '16:9', duration: 4, resolution: '1080p' }
    expect(fault({}, 'sora2/sora2-video', standard)).toBeUndefined()
  })

  it('Sora 2 accepts the length as a number only', () => {
    expect(() => readInput(named('sora2-video'), { prompt: 'a', duration: '4s' })).toThrow(
      'duration must be one of 4, 8, 12, not "4s".',
    )
  })

  it('a Sora 2 video has the requested length and size, with sound', () => {
    const operation = named('sora2-pro-video')
    const input = { prompt: 'a', aspect_ratio: '9:16', duration: 8, resolution: '1080p' }
    expect(outputSpecOf(operation.produces, readInput(operation, input))).toEqual({
      kind: 'videos',
      count: 1,
      widthPx: 1_080,
      heightPx: 1_920,
      seconds: 8,
      hasSound: true,
    })
    const standard = named('sora2-video')
    expect(outputSpecOf(standard.produces, readInput(standard, { prompt: 'a' }))).toMatchObject({
      widthPx: 1_280,
      heightPx: 720,
      seconds: 4,
    })
  })
})
