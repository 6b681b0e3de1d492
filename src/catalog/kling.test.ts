import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import { kling, klingVideo } from './kling.ts'
import { filesIn } from './media.ts'
import { outputSpecOf } from './outputs.ts'
import { withoutPlaceholders } from './placeholders.testing.ts'
import { readInput } from './read-input.ts'

const PICTURE = 'https://example.com/a.png'
const PATH = [
  { x: 279, y: 219 },
  { x: 417, y: 65 },
]
const CAMERA = { type: 'simple', config: { horizontal: -5, vertical: 0, pan: -10, tilt: 0, roll: 0, zoom: 0 } }
const read = (input: JsonObject) => readInput(klingVideo, input)
const spec = (input: JsonObject) => outputSpecOf(klingVideo.produces, read({ prompt: 'a fox', ...input }))

describe('a Kling video', () => {
  it.each<[JsonObject, number]>([
    [{}, 2_600_000],
    [{ version: '1.0' }, 2_600_000],
    [{ version: '1.5', mode: 'pro' }, 4_600_000],
    [{ version: '1.6', mode: 'std' }, 2_600_000],
    [{ version: '1.6', mode: 'pro', duration: 10 }, 9_200_000],
    [{ version: '2.1', mode: 'standard' }, 2_600_000],
    [{ version: '2.1', mode: 'pro' }, 4_600_000],
    [{ version: '2.0', mode: 'pro' }, 9_600_000],
    [{ version: '2.0', mode: 'std' }, 9_600_000],
    [{ version: '2.0', mode: 'pro', duration: 10 }, 19_200_000],
    [{ version: '2.1-master', duration: 5 }, 9_600_000],
    [{ version: '2.1-master', mode: 'pro', duration: 10 }, 19_200_000],
    [{ version: '2.5' }, 2_000_000],
    [{ version: '2.5', mode: 'pro' }, 3_300_000],
    [{ version: '2.5', mode: 'turbo' }, 2_800_000],
    [{ version: '2.6' }, 2_000_000],
    [{ version: '2.6', mode: 'pro' }, 3_300_000],
    [{ version: '2.6', enable_audio: true }, 4_000_000],
    [{ version: '1.6', enable_audio: true }, 2_600_000],
    [{ version: '3.0' }, 5_000_000],
    [{ version: '3.0', duration: 3, enable_audio: true }, 4_500_000],
    [{ version: '3.0', mode: 'pro', duration: 15 }, 22_500_000],
    [{ version: '3.0', mode: 'pro', enable_audio: true }, 10_000_000],
    [{ version: '3.0', duration: 5, multi_shots: [{ prompt: 'a' }, { prompt: 'b', duration: 7 }] }, 10_000_000],
    [{ version: '3.0-turbo' }, 6_500_000],
    [{ version: '3.0-turbo', mode: 'pro', duration: 10 }, 19_000_000],
    [{ version: '3.0-turbo', resolution: '1080p', duration: 3, enable_audio: true }, 5_700_000],
    [{ version: '4.0', duration: 30 }, 50_010_000],
    [{ version: 4, duration: '3', resolution: '1080p' }, 7_500_000],
    [{ version: '4.0-flash', duration: 20 }, 20_000_000],
  ])('a Kling video with %j costs %i points', (input, points) => {
    expect(klingVideo.price(read({ prompt: 'a fox', ...input }))).toBe(points)
  })

  it.each<[JsonObject, string]>([
    [{}, 'prompt is needed without image_url.'],
    [{ prompt: '', image_url: null }, 'prompt is needed without image_url.'],
    [{ prompt: 'a', duration: 7 }, 'duration must be 5 or 10 with version 1.0, not 7.'],
    [{ prompt: 'a', duration: 3, version: '2.6' }, 'duration must be 5 or 10 with version 2.6, not 3.'],
    [{ prompt: 'a', duration: 16, version: '3.0' }, 'duration must be at most 15, not 16.'],
    [{ version: '3.0', image_url: PICTURE }, 'prompt is needed without multi_shots.'],
    [{ version: '3.0', prompt: '', multi_shots: [] }, 'prompt is needed without multi_shots.'],
    [
      {
        version: '3.0',
        multi_shots: [
          { prompt: 'a', duration: 14 },
          { prompt: 'b', duration: 2 },
        ],
      },
      'multi_shots must last at most 15 seconds in all, not 16.',
    ],
    [{ version: '3.0', multi_shots: [{ duration: 3 }] }, 'multi_shots.0.prompt is required.'],
    [{ prompt: 'a', version: '3.0', resolution: '1080p' }, 'resolution must be 720p with version 3.0 and mode std.'],
    [{ prompt: 'a', version: '4.0-flash', resolution: '1080p' }, 'resolution must be 720p with version 4.0-flash.'],
    [{ prompt: 'a', version: '4.0-flash', mode: 'pro' }, 'mode must be std with version 4.0-flash.'],
    [{ prompt: 'a', version: '4.0-flash', duration: 21 }, 'duration must be at most 20, not 21.'],
    [{ prompt: 'a', version: '4.0', duration: 31 }, 'duration must be at most 30, not 31.'],
    [{ prompt: 'a', version: '4.0', duration: 2 }, 'duration must be at least 3, not 2.'],
    [{ version: '4.0', image_url: PICTURE }, 'prompt is needed without multi_shots.'],
    [{ prompt: 'a', version: '9' }, 'version must be one of'],
    [{ prompt: 'a', image_url: 'fox.png' }, 'image_url must be an http or https URL'],
    [{ prompt: 'a', elements: [{}] }, 'elements.0.image_url is required.'],
    [{ prompt: 'a', cfg_scale: 'much' }, 'cfg_scale must be a number, not "much".'],
    [{ prompt: 'a', cfg_scale: 1.5 }, 'cfg_scale must be at most 1, not 1.5.'],
    [{ prompt: 'a', motion_brush: { mask_url: PICTURE, dynamic_masks: [] } }, 'motion_brush.static_masks is required.'],
    [
      { prompt: 'a', motion_brush: { mask_url: PICTURE, static_masks: [], dynamic_masks: [] } },
      'image_url is needed with motion_brush.',
    ],
    [{ prompt: 'a', static_mask: PICTURE }, 'image_url is needed with static_mask.'],
    [
      { prompt: 'a', dynamic_masks: [{ mask: PICTURE, trajectories: PATH }] },
      'image_url is needed with dynamic_masks.',
    ],
    [
      { image_url: PICTURE, dynamic_masks: Array(7).fill({ mask: PICTURE, trajectories: PATH }) },
      'dynamic_masks has at most 6 elements',
    ],
    [{ image_url: PICTURE, dynamic_masks: [{ trajectories: PATH }] }, 'dynamic_masks.0.mask is required.'],
    [
      { image_url: PICTURE, dynamic_masks: [{ mask: PICTURE, trajectories: [{ x: 1, y: 2 }] }] },
      'dynamic_masks.0.trajectories has at least 2 elements',
    ],
    [{ prompt: 'a', camera_control: { type: 'simple', config: { zoom: 11 } } }, 'camera_control.config.'],
  ])('a Kling video with %j is refused', (input, message) => {
    expect(() => read(input)).toThrow(message)
  })

  it.each<[string, JsonObject]>([
    ['the MCP server', { prompt: 'a', negative_prompt: 'b', aspect_ratio: '16:9', duration: 5 }],
    [
      'an n8n node',
      {
        prompt: '',
        negative_prompt: '',
        duration: 10,
        aspect_ratio: '16:9',
        mode: 'std',
        version: '2.0',
        cfg_scale: 0.5,
        image_url: PICTURE,
      },
    ],
    ['an n8n node with elements', { prompt: '', version: '1.6', elements: [{ image_url: PICTURE }] }],
    ['a client with numbers as text', { prompt: 'a', cfg_scale: '0.5' }],
    ['a client with negative numbers as text', { prompt: 'a', seed: '-1', camera_control: CAMERA }],
    ['a client with its own modes', { prompt: 'a', version: '2.5', mode: 'turbo', image_tail_url: '' }],
    ['a client that sends fields of other versions', { prompt: 'a', prefer_multi_shots: true, multi_shots: [] }],
    [
      'the page on the camera',
      {
        prompt: 'a',
        camera_control: {
          type: 'simple',
          config: { horizontal: 0, vertical: 0, pan: -10, tilt: 0, roll: 0, zoom: 0 },
        },
      },
    ],
    [
      'the page on the motion brush',
      {
        image_url: PICTURE,
        motion_brush: {
          mask_url: PICTURE,
          static_masks: [{ points: [] }],
          dynamic_masks: [{ points: [{ x: 10, y: 20 }] }],
        },
      },
    ],
  ])('a Kling video is accepted in the form in which %s sends it', (_who, input) => {
    const { cfg_scale, ...fields } = withoutPlaceholders(input)
    expect(read(input)).toMatchObject({ ...fields, ...(cfg_scale === undefined ? {} : { cfg_scale: 0.5 }) })
  })

  it('a Kling video accepts null as no first frame', () => {
    expect(read({ prompt: 'a', image_url: null })).not.toHaveProperty('image_url')
  })

  it('a Kling video has the requested length and size', () => {
    expect(spec({})).toMatchObject({ count: 1, widthPx: 1_280, heightPx: 720, seconds: 5, hasSound: false })
    expect(spec({ duration: 10, aspect_ratio: '9:16', version: '1.6' })).toMatchObject({
      widthPx: 720,
      heightPx: 1_280,
      seconds: 10,
    })
    expect(spec({ version: '3.0', mode: 'pro', enable_audio: true, aspect_ratio: '1:1' })).toMatchObject({
      widthPx: 1_080,
      heightPx: 1_080,
      hasSound: true,
    })
    const multi_shots = [{ prompt: 'a' }, { prompt: 'b', duration: 4 }]
    expect(spec({ version: '3.0', multi_shots })).toMatchObject({ seconds: 7 })
    expect(spec({ version: '1.6', multi_shots, enable_audio: true })).toMatchObject({ seconds: 5, hasSound: false })
  })

  it('a Kling video fills in the length of a shot', () => {
    expect(read({ version: '3.0', multi_shots: [{ prompt: 'a' }] })).toMatchObject({
      multi_shots: [{ prompt: 'a', duration: 3 }],
    })
  })

  it('every file that a Kling video builds on is found in its input', () => {
    const input = read({
      image_url: PICTURE,
      image_tail_url: '',
      elements: [{ image_url: PICTURE }],
      motion_brush: { mask_url: PICTURE, static_masks: [], dynamic_masks: [] },
      static_mask: PICTURE,
      dynamic_masks: [
        { mask: PICTURE, trajectories: PATH },
        { mask: PICTURE, trajectories: PATH },
      ],
    })
    expect(filesIn(klingVideo.input, input).map(({ field }) => field)).toEqual([
      'image_url',
      'motion_brush.mask_url',
      'static_mask',
      'dynamic_masks.0.mask',
      'dynamic_masks.1.mask',
      'elements.0.image_url',
    ])
  })
})

describe('the Kling family', () => {
  it('the Kling family has its twelve operations, in order', () => {
    expect(kling.map(({ id }) => id)).toEqual([
      'kling/video_generation',
      'kling/extend_video',
      'kling/lip_sync',
      'kling/effects',
      'kling/ai_try_on',
      'kling/sound',
      'kling/avatar',
      'kling/motion_control',
      'kling/omni_video_generation',
      'kling/text_to_video',
      'kling/image_to_video',
      'kling-turbo/video_generation',
    ])
  })
})
