import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import { lumaExtend, lumaParents, lumaVideo } from './luma.ts'
import { filesIn } from './media.ts'
import { outputSpecOf } from './outputs.ts'
import { withoutPlaceholders } from './placeholders.testing.ts'
import { readInput } from './read-input.ts'

const IMAGE = 'https://example.com/a.png'
const VIDEO = 'https://example.com/a.mp4'
const read = (input: JsonObject) => readInput(lumaVideo, { prompt: 'a balloon', ...input })

describe('a Luma video', () => {
  it.each<[JsonObject, number]>([
    [{}, 2_000_000],
    [{ duration: 5, model_name: 'ray-v1' }, 2_000_000],
    [{ duration: 10, model: 'ray-v2' }, 4_000_000],
    [{ duration: 9, model: 'ray-flash-2', resolution: '540p' }, 3_600_000],
    [{ model: 'ray-2', resolution: '1080p' }, 4_000_000],
    [{ model: 'ray-2', resolution: '4k' }, 8_000_000],
  ])('a Luma video with %j costs %i points', (input, points) => {
    expect(lumaVideo.price(read(input))).toBe(points)
  })

  it.each<[JsonObject]>([
    [{ key_frames: { frame0: { type: 'image', url: IMAGE } } }],
    [{ key_frames: { frame1: { type: 'image', url: IMAGE } } }],
    [{ start_image: IMAGE }],
    [{ end_image: IMAGE }],
  ])('a Luma video with %j lasts five seconds', (frames) => {
    expect(() => read({ ...frames, duration: 10 })).toThrow('duration must be 5 with key frames, not 10.')
    expect(read(frames)).toMatchObject({ ...frames, duration: 5 })
  })

  it.each<[string, JsonObject]>([
    ['the MCP server without a frame', { duration: 10, key_frames: { frame0: { type: '' } } }],
    ['n8n', { model_name: 'ray-v1', duration: 5, aspect_ratio: '21:9' }],
    ['a client with empty fields', { start_image: '', end_image: '', duration: 10, key_frames: null }],
  ])('a Luma video is accepted in the form in which %s sends it', (_who, input) => {
    const { key_frames: frames, ...rest } = withoutPlaceholders(input)
    expect(read(input)).toMatchObject(rest)
    // Neither of the two that send frames names a picture.
    expect(frames === undefined ? undefined : read(input).key_frames).toBeUndefined()
  })

  it.each<[string, JsonObject, JsonObject | undefined]>([
    ['null', { frame0: { type: 'image', url: IMAGE }, frame2: null }, { frame0: { type: 'image', url: IMAGE } }],
    ['null in the place of all', { frame0: null }, undefined],
    ['of a type and empty members', { frame0: { type: 'image', url: '', id: null, urls: [] } }, undefined],
    ['of the next version', { frame2: { type: 'image', url2: 'a' } }, { frame2: { type: 'image', url2: 'a' } }],
  ])('a Luma frame that is %s is left out if it says nothing, and passed on else', (_what, key_frames, expected) => {
    expect(read({ key_frames }).key_frames).toEqual(expected)
  })

  it('a Luma frame whose picture is under another name is refused, since the video would be made without it', () => {
    const key_frames = { frame0: { type: 'image', image_url: IMAGE } }
    expect(() => read({ key_frames })).toThrow('key_frames.frame0.url is needed for a frame.')
  })

  it('the frames of a Luma video are found as files in both spellings', () => {
    const input = read({
      key_frames: { frame0: { type: 'image', url: IMAGE }, frame1: { type: 'video', url: VIDEO } },
      end_image: IMAGE,
    })
    expect(filesIn(lumaVideo.input, input).map(({ field }) => field)).toEqual([
      'key_frames.frame0.url',
      'key_frames.frame1.url',
      'end_image',
    ])
  })

  it('a Luma frame without a type counts as a picture', () => {
    expect(read({ key_frames: { frame0: { url: IMAGE } } })).toMatchObject({
      key_frames: { frame0: { type: 'image', url: IMAGE } },
    })
  })

  it('a Luma video has the requested length and size', () => {
    const spec = (input: JsonObject) => outputSpecOf(lumaVideo.produces, read(input))
    expect(spec({ aspect_ratio: '4:3' })).toMatchObject({ widthPx: 1_152, heightPx: 864, seconds: 5 })
    expect(spec({ aspect_ratio: '3:4', duration: 10 })).toMatchObject({ widthPx: 864, heightPx: 1_152, seconds: 10 })
  })
})

describe('a video of Luma’s own API', () => {
  const TASK = '01234567-89ab-4cde-8f01-23456789ab00'
  const OTHER = '01234567-89ab-4cde-8f01-23456789cd00'

  it('a Luma video needs a prompt only when it has no frame', () => {
    const key_frames = { frame1: { type: 'image', url: IMAGE } }
    expect(readInput(lumaVideo, { key_frames })).toMatchObject({ key_frames })
    expect(() => readInput(lumaVideo, {})).toThrow('prompt is needed without a frame.')
    expect(() => readInput(lumaVideo, { prompt: '' })).toThrow('prompt is needed without a frame.')
  })

  it('a Luma video can build on other videos', () => {
    const input = read({
      key_frames: { frame0: { type: 'generation', id: TASK }, frame1: { type: 'generation', id: OTHER } },
    })
    expect(lumaVideo.follows(input)).toBe(TASK)
    expect(lumaParents(input)).toEqual([
      { frame: 'frame0', id: TASK },
      { frame: 'frame1', id: OTHER },
    ])
    expect(lumaVideo.follows(read({}))).toBeUndefined()
    expect(() => read({ key_frames: { frame1: { type: 'generation' } } })).toThrow(
      'key_frames.frame1.id is needed with type generation.',
    )
    const backwards = { prompt: 'on', key_frames: { frame1: { type: 'generation', id: TASK } } }
    expect(lumaExtend.follows(readInput(lumaExtend, backwards))).toBe(TASK)
  })

  it('a Luma video has the size that its resolution stands for', () => {
    const spec = (input: JsonObject) => outputSpecOf(lumaVideo.produces, read(input))
    expect(spec({ resolution: '720p', aspect_ratio: '9:21' })).toMatchObject({ widthPx: 720, heightPx: 1_680 })
    expect(spec({ resolution: '540p', duration: 9 })).toMatchObject({ widthPx: 960, heightPx: 540, seconds: 9 })
  })
})

describe('extending a Luma video', () => {
  it('extending a Luma video needs a frame or a video to start from', () => {
    const prompt = 'on it flies'
    for (const frames of [
      {},
      { key_frames: {} },
      { key_frames: { frame0: { type: '', url: '' } } },
      { start_image: '' },
    ]) {
      expect(() => readInput(lumaExtend, { prompt, ...frames })).toThrow('key_frames must name a frame to go on from.')
    }
    const key_frames = { frame0: { type: 'video', url: VIDEO } }
    expect(readInput(lumaExtend, { prompt, key_frames, model_name: 'ray-v2' })).toMatchObject({ key_frames })
    expect(() => readInput(lumaExtend, { prompt, key_frames, duration: 10 })).toThrow('duration must be 5')
    expect(lumaExtend.price(readInput(lumaExtend, { prompt, key_frames }))).toBe(2_000_000)
  })
})
