import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { getOperation, listOperations } from '../../catalog/catalog.ts'
import { ERRORS, type ErrorCode, PolyphonyError } from '../../core/errors.ts'
import { itemId } from '../../core/ids.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { points } from '../../core/points.ts'
import { sampleTask } from '../../core/task.testing.ts'
import { STATUSES, type Task } from '../../core/task.ts'
import { deliveriesOf } from '../kit/deliveries.ts'
import { urlsAt } from '../kit/urls.ts'
import { shapeDifferences } from '../piapi/shape.testing.ts'
import { BODIES } from './bodies.ts'
import { costsOf, windowOf } from './costs.ts'
import { errorAnswer } from './errors.ts'
import costs from './examples/costs.json' with { type: 'json' }
import created from './examples/created.json' with { type: 'json' }
import images from './examples/images.json' with { type: 'json' }
import videos from './examples/videos.json' with { type: 'json' }
import { createdTask, envelope, fromTask, isListed, nounOf, operationsAt } from './from-task.ts'
import { kling } from './routes.ts'
import { PATHS, type Path, toTask } from './to-task.ts'

const ID = '01234567-89ab-4cde-8f01-23456789ab00'
const PICTURE = 'https://client.example/a.png'
const BARE_BASE64 = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk'
const TRAJECTORY = [
  { x: 279, y: 219 },
  { x: 417, y: 65 },
]
const PATH_NAMES = Object.keys(PATHS) as Path[]
const urls = urlsAt(() => 'https://gateway.example')

const video = { file: 'asset:v.mp4', cover: '', lastFrame: '', widthPx: 1_280, heightPx: 720, seconds: 5 }

function aTask(given: Partial<Task> = {}): Task {
  const status = given.status ?? 'completed'
  const times = { createdAt: 1_722_769_557_708, startedAt: 1_722_769_558_708, endedAt: 1_722_769_597_708 }
  return sampleTask(times, {
    id: ID,
    dialect: 'kling',
    operation: 'kling/video_generation',
    model: 'kling',
    taskType: 'video_generation',
    echo: { path: '/videos/text2video' },
    externalId: 'mine-7',
    pricePoints: points(2_600_000),
    consumedPoints: points(status === 'completed' ? 2_600_000 : 0),
    output: status === 'completed' ? { videos: [video, video] } : null,
    error: status === 'failed' ? { code: 'vendor_refused', message: 'too dark' } : null,
    status,
    ...given,
  })
}

const pictures = { pictures: [{ file: 'asset:p.png', widthPx: 64, heightPx: 64 }], grid: null }

describe('answers of Kling’s API', () => {
  it('answers a POST in the published shape', () => {
    expect(shapeDifferences(created, envelope(createdTask(aTask({ status: 'pending' })), 'r1'))).toEqual([])
  })

  it('answers a GET of videos and of pictures in the published shape', () => {
    expect(shapeDifferences(videos, envelope(fromTask(aTask(), urls), 'r1'))).toEqual([])
    const task = aTask({ operation: 'kling/image_generation', output: pictures })
    expect(shapeDifferences(images, envelope(fromTask(task, urls), 'r1'))).toEqual([])
  })
})

describe('the credit of a tenant', () => {
  const tenant = {
    id: ID,
    name: 'house',
    createdAt: 1_000,
    maxConcurrent: null,
    maxStaged: 1,
    webhookSecretVersion: 1,
    defaultPool: 'private' as const,
    fallsBack: false,
    priceGroup: null,
    frozenAt: null,
    deletedAt: null,
  }
  const balance = (available: number) => ({
    available: points(available),
    ...{ held: points(5_000_000), credited: points(2_000_000_000), active: 1, staged: 0 },
  })
  const packs = (query: Record<string, unknown>, available = 1_180_000_000) =>
    costsOf(balance(available), tenant, windowOf(query)).resource_pack_subscribe_infos

  it('shows credit as a pack of US dollars, in the published shape', () => {
    const answer = envelope(
      costsOf(balance(1_180_000_000), tenant, windowOf({ start_time: '0', end_time: '2000' })),
      'r1',
    )
    expect(shapeDifferences(costs, answer)).toEqual([])
    expect(answer.data.resource_pack_subscribe_infos).toEqual([
      {
        resource_pack_name: 'Credit in US dollars',
        resource_pack_id: ID,
        resource_pack_type: 'decreasing_total',
        total_quantity: 200,
        remaining_quantity: 118,
        purchase_time: 1_000,
        effective_time: 1_000,
        invalid_time: Date.UTC(2100, 0),
        status: 'online',
      },
    ])
  })

  it('marks a pack without credit as used up', () => {
    expect(packs({ start_time: '0', end_time: '2000' }, 0)).toMatchObject([
      { remaining_quantity: 0, total_quantity: 200, status: 'runOut' },
    ])
  })

  it.each([
    [{ start_time: '0', end_time: '999' }, 0],
    [{ start_time: '0', end_time: '1000' }, 1],
    [{ start_time: '5000', end_time: '5000' }, 1], // bought before, and still good
    [{ start_time: '0', end_time: '2000', resource_pack_name: 'Credit in US dollars' }, 1],
    [{ start_time: '0', end_time: '2000', resource_pack_name: 'Video Generation' }, 0],
    [{ start_time: '0', end_time: '2000', resource_pack_name: '' }, 1],
  ])('finds the pack of a tenant for %j %i times', (query, count) => {
    expect(packs(query)).toHaveLength(count)
  })

  it.each([
    [{ end_time: '1' }, 'start_time is required.'],
    [{ start_time: '1' }, 'end_time is required.'],
    [{ start_time: '', end_time: '1' }, 'start_time is required.'],
    [{ start_time: 'now', end_time: '1' }, 'start_time must be Unix milliseconds.'],
    [{ start_time: '1', end_time: '-1' }, 'end_time must be Unix milliseconds.'],
    [{ start_time: '1.5', end_time: '2' }, 'start_time must be Unix milliseconds.'],
    [{ start_time: ['1', '2'], end_time: '2' }, 'start_time must be Unix milliseconds.'],
    [{ start_time: '3', end_time: '2' }, 'end_time must not be before start_time.'],
  ])('refuses a query for credit with %j', (query, message) => {
    expect(thrownBy(() => windowOf(query))).toMatchObject({ code: 'invalid_input', message })
  })
})

describe('a task in Kling’s words', () => {
  it.each([
    ['staged', 'submitted'],
    ['pending', 'submitted'],
    ['submitting', 'submitted'],
    ['uncertain', 'submitted'],
    ['processing', 'processing'],
    ['completed', 'succeed'],
    ['failed', 'failed'],
    ['cancelled', 'failed'],
  ] as const)('shows a task that is %s as %s', (status, told) => {
    expect(fromTask(aTask({ status }), urls).task_status).toBe(told)
  })

  it('keeps the status of a task that waits for another attempt', () => {
    expect(fromTask(aTask({ status: 'pending', startedAt: 1 }), urls).task_status).toBe('processing')
  })

  it('shows a task with milliseconds, seconds as text, and ids that lead back to it', () => {
    const told = fromTask(aTask(), urls)
    expect(told).toMatchObject({
      created_at: 1_722_769_557_708,
      updated_at: 1_722_769_597_708,
      final_unit_deduction: '0.26',
      task_result: {
        videos: [
          { id: itemId(ID, 1), url: 'https://gateway.example/files/v.mp4', duration: '5' },
          { id: itemId(ID, 2) },
        ],
      },
    })
  })

  it('shows the reason of a failed task, and no result', () => {
    const told = fromTask(aTask({ status: 'failed' }), urls)
    expect(told).toMatchObject({ task_status: 'failed', task_status_msg: 'too dark', task_result: {} })
  })

  it('shows a task in the half of the API that its kind belongs to', () => {
    expect(nounOf({ operation: 'kling-turbo/video_generation' })).toBe('videos')
    expect(nounOf({ operation: 'kling/ai_try_on' })).toBe('images')
    for (const operation of ['kling/sound', 'luma/video_generation', 'suno/music', 'none']) {
      expect(nounOf({ operation })).toBeUndefined()
    }
  })

  it.each([
    ['kling/video_generation', {}, '/videos/text2video'],
    ['kling/video_generation', { image_url: PICTURE }, '/videos/image2video'],
    ['kling-turbo/video_generation', { start_image_url: PICTURE }, '/videos/image2video'],
    ['kling/video_generation', { elements: [{ image_url: PICTURE }] }, '/videos/multi-image2video'],
    ['kling/avatar', {}, '/videos/avatar/image2video'],
    ['kling/image_generation', { subject_images: [PICTURE] }, '/images/multi-image-generations'],
    ['kling/image_expansion', {}, '/images/editing/expand'],
  ] as const)('lists a task of %s from another dialect, with %j, at %s', (operation, input, path) => {
    const task = aTask({ dialect: 'piapi', echo: {}, operation, input: input as unknown as JsonObject })
    expect(isListed(task, path)).toBe(true)
    expect(isListed(task, '/videos/effects')).toBe(false)
    expect(operationsAt(path).operations).toContain(operation)
  })

  it.each(PATH_NAMES)('looks for tasks of %s among those of the operations that are submitted there', (path) => {
    const { operations, isAll } = operationsAt(path)
    expect(operations).toContain(PATHS[path].operation.id)
    const others = PATH_NAMES.filter((one) => operations.some((id) => operationsAt(one).operations.includes(id)))
    const isAlone = others.every((one) => isListed(aTask({ echo: { path: one } }), path))
    expect(isAll).toBe(isAlone)
  })

  it('lists every task that has a form here at some path', () => {
    for (const { id } of listOperations().filter(({ id }) => nounOf({ operation: id }))) {
      const task = aTask({ dialect: 'piapi', echo: {}, operation: id, input: {} })
      const listing = PATH_NAMES.filter((path) => isListed(task, path))
      expect(listing, id).not.toEqual([])
      expect(listing.every((path) => operationsAt(path).operations.includes(id))).toBe(true)
    }
  })
})

describe('a body for Kling’s API', () => {
  it.each(PATH_NAMES)('reads the documented body of %s as valid input of its operation', (path) => {
    const submission = toTask(path, BODIES[path].example)
    expect(submission.operation).toBe(getOperation(PATHS[path].operation.id))
    expect(submission.echo).toEqual({ path })
  })

  const translations: [Path, JsonObject, JsonObject][] = [
    [
      '/videos/text2video',
      {
        model: 'kling-v2-6',
        prompt: 'a',
        duration: '10',
        sound: 'on',
        mode: 'pro',
        image: '',
        camera_json: '{}',
        seed: 7,
      },
      { version: '2.6', prompt: 'a', duration: 10, enable_audio: true, mode: 'pro', camera_json: '{}', seed: 7 },
    ],
    [
      '/videos/text2video',
      {
        model_name: 'kling-v3',
        multi_shot: true,
        shot_type: 'customize',
        multi_prompt: [{ index: 1, prompt: 'a', duration: '3' }],
      },
      { version: '3.0', multi_shots: [{ index: 1, prompt: 'a', duration: 3 }], shot_type: 'customize' },
    ],
    [
      '/videos/text2video',
      { model_name: 'kling-v3', prompt: 'a', multi_shot: true, shot_type: 'intelligence' },
      { prefer_multi_shots: true },
    ],
    [
      '/videos/text2video',
      { prompt: 'a', camera_control: { type: 'simple', config: { zoom: 5 } } },
      { camera_control: { type: 'simple', config: { horizontal: 0, zoom: 5 } } },
    ],
    ['/videos/text2video', { prompt: 'a', camera_control: { type: 'down_back' } }, { camera_movement: 'down_back' }],
    [
      '/videos/image2video',
      { image: BARE_BASE64, image_tail: PICTURE, prompt: 'a' },
      { image_url: BARE_BASE64, image_tail_url: PICTURE, version: '1.0' },
    ],
    [
      '/videos/image2video',
      {
        ...{ image: PICTURE, static_mask: BARE_BASE64, mode: 'pro' },
        dynamic_masks: [{ mask: PICTURE, trajectories: TRAJECTORY }],
      },
      { static_mask: BARE_BASE64, dynamic_masks: [{ mask: PICTURE, trajectories: TRAJECTORY }], version: '1.0' },
    ],
    [
      '/videos/multi-image2video',
      { image_list: [{ image: PICTURE }, { image: BARE_BASE64 }], prompt: 'a' },
      { version: '1.6', elements: [{ image_url: PICTURE }, { image_url: BARE_BASE64 }] },
    ],
    [
      '/videos/omni-video',
      {
        model_name: 'kling-video-o1',
        prompt: '<<<image_1>>> in <<<video_1>>>',
        mode: 'pro',
        duration: '7',
        image_list: [{ image_url: PICTURE, type: 'first_frame' }],
        video_list: [{ video_url: 'https://client.example/v.mp4', refer_type: 'base' }],
      },
      {
        version: 'o1',
        prompt: '@image_1 in @video',
        resolution: '1080p',
        duration: 7,
        images: [PICTURE],
        image_list: [{ type: 'first_frame' }],
        video: 'https://client.example/v.mp4',
        refer_type: 'base',
      },
    ],
    [
      '/videos/video-extend',
      { video_id: itemId(ID, 1), prompt: 'on' },
      { origin_task_id: itemId(ID, 1), prompt: 'on' },
    ],
    [
      '/videos/lip-sync',
      {
        input: {
          ...{ task_id: ID, video_id: itemId(ID, 1), video_url: null, mode: 'text2video', text: 'hello', seed: 0 },
          ...{ voice_id: 'uk_boy1', voice_language: 'en', voice_speed: 1.2, audio_type: null, audio_file: null },
        },
      },
      { origin_task_id: itemId(ID, 1), tts_text: 'hello', tts_timbre: 'uk_boy1', tts_speed: 1.2, voice_language: 'en' },
    ],
    [
      '/videos/lip-sync',
      { input: { video_id: ID, mode: 'audio2video', audio_type: 'file', audio_file: BARE_BASE64 } },
      { origin_task_id: ID, local_dubbing_url: BARE_BASE64 },
    ],
    [
      '/videos/effects',
      {
        effect_scene: 'hug',
        input: { model_name: 'kling-v1-6', mode: 'pro', duration: '5', images: [PICTURE, BARE_BASE64] },
      },
      {
        ...{ effect: 'hugging', image_url: PICTURE, second_image_url: BARE_BASE64 },
        ...{ professional_mode: true, model_name: 'kling-v1-6' },
      },
    ],
    [
      '/videos/effects',
      { effect_scene: 'squish', input: { image: PICTURE, images: [BARE_BASE64] } },
      { effect: 'squish', image_url: PICTURE, second_image_url: BARE_BASE64 },
    ],
    [
      '/videos/effects',
      { effect_scene: 'squish', input: { image: '', images: [PICTURE, ''] } },
      { effect: 'squish', image_url: PICTURE },
    ],
    [
      '/videos/motion-control',
      {
        ...{ model_name: 'kling-v2-6', image_url: PICTURE, video_url: 'https://client.example/v.mp4' },
        ...{ character_orientation: 'image', keep_original_sound: 'yes', mode: 'pro' },
      },
      { version: '2.6', motion_direction: 'image', keep_original_sound: true, mode: 'pro' },
    ],
    [
      '/videos/avatar',
      { image: PICTURE, sound_file: BARE_BASE64 },
      { image_url: PICTURE, local_dubbing_url: BARE_BASE64 },
    ],
    [
      '/images/generations',
      { model_name: 'kling-v1-5', prompt: 'a', image: PICTURE, image_reference: 'face', n: 9 },
      { version: '1.5', image_url: PICTURE, image_reference: 'face', n: 9, image_fidelity: 0.5, human_fidelity: 0.45 },
    ],
    [
      '/images/multi-image2image',
      { prompt: 'a', subject_image_list: [{ subject_image: PICTURE }], scene_image: PICTURE, style_image: '' },
      { version: '2.0', subject_images: [PICTURE], scene_image_url: PICTURE },
    ],
    [
      '/images/kolors-virtual-try-on',
      { model_name: 'kolors-virtual-try-on-v1', human_image: PICTURE, cloth_image: BARE_BASE64 },
      { model_name: 'kolors-virtual-try-on-v1', model_input: PICTURE, dress_input: BARE_BASE64 },
    ],
  ]
  it.each(translations)('translates a body for %s: %j', (path, body, input) => {
    expect(toTask(path, body).input).toMatchObject(input)
  })

  it.each<[string, Path, Json, string]>([
    ['an unknown model', '/videos/text2video', { model_name: 'kling-v9', prompt: 'a' }, 'model_name'],
    ['an unknown model, as some spell it', '/videos/text2video', { model: 'kling-v9', prompt: 'a' }, 'model'],
    ['a length that no video has', '/videos/text2video', { prompt: 'a', duration: '7' }, 'duration'],
    ['a length that is no number', '/videos/text2video', { prompt: 'a', duration: 'long' }, 'duration'],
    ['a sound that is neither', '/videos/text2video', { prompt: 'a', sound: 'loud' }, 'sound'],
    ['no prompt', '/videos/text2video', {}, 'prompt'],
    ['no picture', '/videos/image2video', { prompt: 'a' }, 'image'],
    ['a picture that is none', '/videos/image2video', { image: 'a cat' }, 'image'],
    [
      'a picture of many that is none',
      '/videos/multi-image2video',
      { image_list: [{ image: PICTURE }, {}] },
      'image_list.1.image',
    ],
    ['no pictures', '/videos/multi-image2video', { image_list: [], prompt: 'a' }, 'image_list'],
    ['what is no list', '/videos/multi-image2video', { image_list: PICTURE }, 'image_list'],
    ['no video to extend', '/videos/video-extend', { prompt: 'a' }, 'video_id'],
    ['no text to speak', '/videos/lip-sync', { input: { video_id: ID, mode: 'text2video' } }, 'input.text'],
    ['no input', '/videos/lip-sync', { video_id: ID }, 'input'],
    ['no picture for an effect', '/videos/effects', { effect_scene: 'squish', input: { images: [] } }, 'input.image'],
    [
      'three pictures for an effect',
      '/videos/effects',
      { effect_scene: 'hug', input: { images: [PICTURE, PICTURE, PICTURE] } },
      'input.images',
    ],
    [
      'a picture for an effect that is none',
      '/videos/effects',
      { effect_scene: 'squish', input: { image: 'a cat' } },
      'input.image',
    ],
    [
      'a first picture of two that is none',
      '/videos/effects',
      { effect_scene: 'hug', input: { images: ['a cat', PICTURE] } },
      'input.images.0',
    ],
    [
      'a second picture that is none',
      '/videos/effects',
      { effect_scene: 'hug', input: { images: [PICTURE, 'a cat'] } },
      'input.images.1',
    ],
    [
      'a mask that is none',
      '/videos/image2video',
      { image: PICTURE, dynamic_masks: [{ mask: 'a cat', trajectories: TRAJECTORY }] },
      'dynamic_masks.0.mask',
    ],
    [
      'a path of one point',
      '/videos/image2video',
      { image: PICTURE, dynamic_masks: [{ mask: PICTURE, trajectories: TRAJECTORY.slice(1) }] },
      'dynamic_masks.0.trajectories',
    ],
    ['a mask for nothing', '/videos/image2video', { image_tail: PICTURE, static_mask: PICTURE, prompt: 'a' }, 'image'],
    ['an unknown effect', '/videos/effects', { effect_scene: 'dance', input: { image: PICTURE } }, 'effect_scene'],
    ['too many pictures', '/images/generations', { prompt: 'a', n: 10 }, 'n'],
    ['no growth', '/images/image-expansion', { image: PICTURE }, 'up_expansion_ratio'],
    ['a callback that is no text', '/videos/text2video', { prompt: 'a', callback_url: 7 }, 'callback_url'],
    ['an id that is no text', '/videos/text2video', { prompt: 'a', external_task_id: 7 }, 'external_task_id'],
  ])('refuses a body with %s, naming the field', (_what, path, body, field) => {
    const error = thrownBy(() => toTask(path, body))
    expect(error.code).toBe('invalid_input')
    expect(error.details.field).toBe(field)
    expect(error.message.startsWith(field)).toBe(true)
  })

  it('keeps the callback’s URL out of the input', () => {
    const callback_url = 'https://client.example/hook'
    const submission = toTask('/videos/text2video', { prompt: 'a', callback_url, external_task_id: 'mine-7' })
    expect(submission.webhook).toEqual({ field: 'callback_url', url: callback_url })
    expect(submission.echo).toEqual({ path: '/videos/text2video' })
    expect(submission.externalId).toBe('mine-7')
    expect(submission.input).not.toHaveProperty('callback_url')
  })

  it('accepts any body, or refuses it with an error of ours', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PATH_NAMES), fc.jsonValue(), (path, body) => {
        try {
          toTask(path, body)
        } catch (error) {
          expect(error).toBeInstanceOf(PolyphonyError)
        }
      }),
    )
  })
})

describe('a callback of Kling’s', () => {
  const webhookUrl = 'https://client.example/hook'

  it('calls back with the bare task at each change of its status', () => {
    for (const status of STATUSES) {
      const task = aTask({ status, webhookUrl })
      const told = ['processing', 'completed', 'failed', 'cancelled'].includes(status)
      expect(deliveriesOf(kling, task, urls)).toEqual(
        told ? [{ url: webhookUrl, body: JSON.stringify(fromTask(task, urls)), headers: {} }] : [],
      )
    }
  })

  it('sends no callback for progress alone, or without a URL', () => {
    expect(deliveriesOf(kling, aTask({ status: 'processing', progress: 40, webhookUrl }), urls)).toEqual([])
    expect(deliveriesOf(kling, aTask(), urls)).toEqual([])
  })
})

describe('an error of Kling’s', () => {
  const request = (headers: Record<string, string>) =>
    ({ id: '00000000-0000-4000-8000-000000000000', headers }) as Parameters<typeof errorAnswer>[1]

  it.each<[ErrorCode, number, number]>([
    ['unauthorized', 401, 1002],
    ['insufficient_points', 429, 1102],
    ['model_not_allowed', 403, 1103],
    ['malformed_body', 400, 1200],
    ['invalid_input', 400, 1201],
    ['not_found', 404, 1202],
    ['task_not_found', 404, 1203],
    ['rate_limited', 429, 1302],
    ['too_many_staged', 429, 1303],
    ['internal', 500, 5000],
    ['no_provider', 503, 5001],
    ['timed_out', 504, 5002],
  ])('answers the error %s with the status %i and the code %i', (code, status, own) => {
    const told = errorAnswer(new PolyphonyError(code, 'why'), request({ authorization: 'Bearer x' }))
    expect(told).toEqual({
      status,
      body: {
        code: own,
        message: 'why',
        request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        data: null,
        error: { message: 'why', type: code, code: own },
      },
    })
  })

  it('answers a request without a key with a code of its own', () => {
    expect(errorAnswer(new PolyphonyError('unauthorized', 'why'), request({})).body).toMatchObject({ code: 1001 })
  })

  it('answers every error with a status of 400 or higher and a code that is not 0', () => {
    for (const code of Object.keys(ERRORS) as ErrorCode[]) {
      const { status, body } = errorAnswer(new PolyphonyError(code, ''), request({}))
      expect(status).toBeGreaterThanOrEqual(400)
      expect((body as { code: number }).code).toBeGreaterThanOrEqual(1_000)
    }
  })
})

function thrownBy(act: () => unknown): PolyphonyError {
  try {
    act()
  } catch (error) {
    if (error instanceof PolyphonyError) return error
    throw error
  }
  throw new Error('Nothing was thrown.')
}
