import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import { midjourney } from './midjourney.ts'
import type { Operation } from './operation.ts'
import { outputSpecOf } from './outputs.ts'
import { withoutPlaceholders } from './placeholders.testing.ts'
import { readInput } from './read-input.ts'

const origin_task_id = '01234567-89ab-4cde-8f01-23456789ab00'
const fox = 'https://example.com/fox.png'

function operationOf(taskType: string): Operation {
  const found = midjourney.find((one) => one.taskType === taskType)
  if (!found) throw new Error(`Midjourney has no ${taskType}.`)
  return found
}

/** An input that says no more than it must. */
const LEAST: Record<string, JsonObject> = {
  imagine: { prompt: 'a puppy' },
  upscale: { origin_task_id, index: '1' },
  variation: { origin_task_id, index: '1' },
  reroll: { origin_task_id },
  describe: { image_url: fox },
  seed: { origin_task_id },
  blend: { image_urls: [fox, fox] },
  inpaint: { origin_task_id, mask: `data:image/png;base64,${'A'.repeat(64)}` },
  outpaint: { origin_task_id, zoom_ratio: '2' },
  pan: { origin_task_id, direction: 'left' },
  shorten: { prompt: 'a very long puppy' },
  edits: { prompt: 'a red collar', image_url: fox },
  retexture: { prompt: 'bronze', image_url: fox },
  video: { image_url: fox },
}

function read(taskType: string, input: JsonObject = {}): JsonObject {
  return readInput(operationOf(taskType), { ...LEAST[taskType], ...input })
}

describe('Midjourney', () => {
  it.each([
    ['imagine', {}, 700_000],
    ['imagine', { process_mode: '' }, 700_000],
    ['imagine', { process_mode: 'relax' }, 300_000],
    ['imagine', { process_mode: 'turbo' }, 1_600_000],
    ['blend', {}, 700_000],
    ['blend', { process_mode: 'relax' }, 300_000],
    ['blend', { process_mode: 'turbo' }, 1_400_000],
    ['variation', {}, 700_000],
    ['reroll', {}, 700_000],
    ['inpaint', {}, 700_000],
    ['outpaint', {}, 700_000],
    ['pan', {}, 700_000],
    ['upscale', {}, 100_000],
    ['upscale', { index: '4' }, 100_000],
    ['upscale', { index: 'light' }, 450_000],
    ['upscale', { index: 'beta' }, 450_000],
    ['upscale', { index: '2x' }, 900_000],
    ['upscale', { index: '4x' }, 2_700_000],
    ['upscale', { index: 'subtle' }, 700_000],
    ['upscale', { index: 'creative' }, 700_000],
    ['variation', { process_mode: 'relax' }, 300_000],
    ['reroll', { process_mode: 'turbo' }, 1_400_000],
    ['inpaint', { process_mode: '' }, 700_000],
    ['outpaint', { process_mode: 'relax' }, 300_000],
    ['pan', { process_mode: 'turbo' }, 1_400_000],
    ['describe', {}, 100_000],
    ['seed', {}, 50_000],
    ['shorten', {}, 100_000],
    ['edits', {}, 700_000],
    ['edits', { process_mode: 'relax' }, 300_000],
    ['retexture', { process_mode: 'turbo' }, 1_400_000],
    ['video', {}, 2_800_000],
    ['video', { batch_size: 1 }, 700_000],
    ['video', { batch_size: 2, video_type: 'vid_1.1_i2v_720' }, 4_200_000],
    ['video', { batch_size: 1, process_mode: 'relax' }, 300_000],
  ])('Midjourney %s with %j costs %i points', (taskType, input, points) => {
    expect(operationOf(taskType).price(read(taskType, input))).toBe(points)
  })

  it.each([
    ['imagine', {}, 1_024, 1_024],
    ['imagine', { aspect_ratio: '' }, 1_024, 1_024],
    ['imagine', { aspect_ratio: '16:9' }, 1_360, 768],
    ['imagine', { prompt: 'a puppy --v 7 --ar 9:16' }, 768, 1_360],
    ['imagine', { prompt: 'a puppy —ar 2:1', aspect_ratio: '1:1' }, 1_456, 720],
    ['variation', { aspect_ratio: '3:2' }, 1_248, 832],
    ['reroll', {}, 1_024, 1_024],
    ['blend', {}, 1_024, 1_024],
    ['blend', { dimension: 'portrait' }, 832, 1_248],
    ['blend', { dimension: 'landscape', aspect_ratio: '16:9' }, 1_360, 768],
    ['inpaint', {}, 1_024, 1_024],
    ['outpaint', { zoom_ratio: 1, aspect_ratio: '3:2' }, 1_248, 832],
    ['pan', {}, 1_248, 832],
    ['pan', { direction: 'up' }, 832, 1_248],
    ['edits', {}, 1_024, 1_024],
    ['edits', { prompt: 'a red collar --ar 3:2' }, 1_248, 832],
    ['retexture', { prompt: 'bronze --ar 2:3' }, 832, 1_248],
  ])('Midjourney %s with %j makes four pictures and their grid', (taskType, input, widthPx, heightPx) => {
    expect(outputSpecOf(operationOf(taskType).produces, read(taskType, input))).toEqual({
      kind: 'pictures',
      count: 4,
      hasGrid: true,
      widthPx,
      heightPx,
      mediaType: 'image/png',
      isTransparent: false,
    })
  })

  it.each([
    ['1', 1_024],
    ['creative', 2_048],
    ['4x', 4_096],
  ])('Midjourney upscale with the index %s makes one picture of the right size', (index, sidePx) => {
    expect(outputSpecOf(operationOf('upscale').produces, read('upscale', { index }))).toMatchObject({
      kind: 'pictures',
      count: 1,
      hasGrid: false,
      widthPx: sidePx,
      heightPx: sidePx,
    })
  })

  it.each([
    [{}, 854, 480, 4],
    [{ batch_size: 1, video_type: 'vid_1.1_i2v_720' }, 1_280, 720, 1],
    [{ prompt: 'it runs --ar 1:1', batch_size: 2 }, 480, 480, 2],
  ])('Midjourney video with %j makes videos of the right size and number', (input, widthPx, heightPx, count) => {
    expect(outputSpecOf(operationOf('video').produces, read('video', input))).toEqual({
      kind: 'videos',
      count,
      widthPx,
      heightPx,
      seconds: 5,
      hasSound: false,
    })
  })

  it('a Midjourney video follows the task that it names', () => {
    const { follows } = operationOf('video')
    expect(follows(read('video', { origin_task_id, index: 3, action: 'extend', image_url: '' }))).toBe(origin_task_id)
    expect(follows(read('video', { origin_task_id: '' }))).toBeUndefined()
  })

  it('Midjourney shorten makes five shorter prompts', () => {
    expect(outputSpecOf(operationOf('shorten').produces, read('shorten'))).toEqual({ kind: 'texts', count: 5 })
  })

  it('Midjourney describe makes four prompts for a picture, and seed makes one text', () => {
    expect(outputSpecOf(operationOf('describe').produces, read('describe'))).toEqual({ kind: 'texts', count: 4 })
    expect(outputSpecOf(operationOf('seed').produces, read('seed'))).toMatchObject({ kind: 'texts', count: 1 })
  })

  it.each(['upscale', 'variation', 'reroll', 'seed', 'inpaint', 'outpaint', 'pan'])(
    'Midjourney %s follows the task that it names',
    (taskType) => {
      const operation = operationOf(taskType)
      expect(operation.follows(read(taskType))).toBe(origin_task_id)
      expect(operation.followsModels).toEqual(['midjourney'])
    },
  )

  it.each(['imagine', 'describe', 'blend', 'shorten', 'edits', 'retexture', 'video'])(
    'Midjourney %s follows no task',
    (taskType) => {
      expect(operationOf(taskType).follows(read(taskType))).toBeUndefined()
    },
  )

  it.each([
    ['imagine', { aspect_ratio: '15:1' }, 'aspect_ratio asks for the ratio 15:1; it must lie between 1:14 and 14:1.'],
    ['imagine', { aspect_ratio: '0:0' }, 'aspect_ratio asks for the ratio 0:0; it must lie between 1:14 and 14:1.'],
    ['imagine', { prompt: 'a puppy --ar 1:99' }, 'prompt asks for the ratio 1:99; it must lie between 1:14 and 14:1.'],
    ['blend', { aspect_ratio: '99:1' }, 'aspect_ratio asks for the ratio 99:1'],
    ['imagine', { aspect_ratio: 'wide' }, 'aspect_ratio must be a ratio such as "16:9", not "wide".'],
    ['upscale', { index: '5' }, 'index must be one of "1", "2"'],
    ['blend', { image_urls: [fox] }, 'image_urls has at least 2 elements.'],
    ['blend', { image_urls: [fox, fox, fox, fox, fox, fox] }, 'image_urls has at most 5 elements.'],
    ['outpaint', { left: 64 }, 'left must be 0; pan grows a picture to one side.'],
    ['outpaint', { outpaint_top: '12' }, 'outpaint_top must be 0'],
    ['outpaint', { zoom_ratio: '3' }, 'zoom_ratio must be'],
    ['outpaint', { zoom_ratio: 2.5 }, 'zoom_ratio must be'],
    ['edits', { prompt: 'a collar --ar 1:99' }, 'prompt asks for the ratio 1:99'],
    ['retexture', { prompt: 'bronze --ar 99:1' }, 'prompt asks for the ratio 99:1'],
    ['video', { prompt: 'it runs --ar 99:1' }, 'prompt asks for the ratio 99:1'],
    ['video', { image_url: '' }, 'image_url is needed where no task is named.'],
    ['video', { action: 'extend' }, 'origin_task_id is needed with the action extend.'],
    ['video', { index: 4 }, 'index must be at most 3, not 4.'],
    ['imagine', { image_urls: ['fox'] }, 'image_urls.0 must be'],
    ['imagine', { image_urls: new Array(11).fill(fox) }, 'image_urls has at most 10 elements.'],
    ['imagine', { bot_type: 'other' }, 'bot_type must be one of "midjourney", "niji", not "other".'],
    ['pan', { direction: 'north' }, 'direction must be one of "left", "right", "up", "down", not "north".'],
  ])('Midjourney %s refuses %j', (taskType, input, message) => {
    expect(() => read(taskType, input)).toThrow(message)
  })

  it.each([
    ['imagine', { aspect_ratio: '14:1' }],
    ['imagine', { prompt: 'a puppy --ar 1:2', bot_id: 0 }],
    ['outpaint', { zoom_ratio: null }],
    ['outpaint', { zoom_ratio: null, left: 0, right: 0, top: 0, bottom: 0 }],
    ['outpaint', { outpaint_left: 0, outpaint_right: '0', outpaint_top: null, outpaint_bottom: '' }],
    ['outpaint', { padding: 0, prompt: '' }],
    ['outpaint', { zoom_ratio: '1.5' }],
    ['outpaint', { zoom_ratio: 1.25 }],
    ['imagine', { image_urls: [fox, fox], bot_type: 'niji' }],
    ['edits', { mask: '' }],
    ['edits', { mask: `data:image/png;base64,${'A'.repeat(64)}` }],
    ['video', { image_tail_url: fox, loop: true, motion: 'high' }],
    ['video', { origin_task_id, image_url: '', index: 0 }],
    ['describe', { image_url: `data:image/jpeg;base64,${'A'.repeat(64)}` }],
  ])('Midjourney %s accepts %j', (taskType, input) => {
    expect(read(taskType, input)).toMatchObject(withoutPlaceholders(input))
  })
})
