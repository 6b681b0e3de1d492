import { createHmac } from 'node:crypto'
import { Value } from 'typebox/value'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type FakeAnswer,
  type FakeVendor,
  openFakeVendor,
  type SeenRequest,
} from '../../../test/support/fake-vendor.ts'
import { getOperation } from '../../catalog/catalog.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { sampleTask } from '../../core/task.testing.ts'
import { providerContract } from '../contract.ts'
import { aJob, anAccount, aSignal, resultOf } from '../kit/provider.testing.ts'
import { klingProvider } from './kling.ts'
import { kling as manifest } from './manifest.ts'

const KEY = 'a key of the test'
const NOW = Date.UTC(2026, 10, 22)
const PICTURE = 'https://example.com/a.png'
const FILM = 'https://example.com/a.mp4'
const SOUND = 'https://example.com/a.mp3'
const VIDEO = 'https://example.com/a.mp4'
const PARENT = '01234567-89ab-4cde-8f01-23456789ab00'
const TIMES = { createdAt: 1, startedAt: 2, endedAt: 3 }

const PATHS = [
  ...['text2video', 'image2video', 'multi-image2video', 'omni-video', 'video-extend', 'lip-sync', 'effects'].map(
    (name) => `/v1/videos/${name}`,
  ),
  ...['/v1/videos/motion-control', '/v1/videos/avatar/image2video', '/v1/audio/text-to-audio'],
  ...['/v1/audio/video-to-audio', '/v1/images/generations', '/v1/images/multi-image2image', '/v1/images/omni-image'],
  ...['/v1/images/editing/expand', '/v1/images/kolors-virtual-try-on'],
]

const failure = (status: number, code: number, message: string, headers = {}): FakeAnswer => ({
  status,
  headers,
  json: { code, message, request_id: 'r-1' },
})
const good = (data: Json): FakeAnswer => ({ json: { code: 0, message: 'SUCCEED', request_id: 'r-1', data } })

interface Made {
  id: string
  path: string
  body: JsonObject
  looks: number
}

/** Kling's API: the second look finds a task done. Tasks are known by their own id and by the caller's. */
function openKling(): Promise<FakeVendor> {
  const made: Made[] = []
  return openFakeVendor((request, vendor) => {
    const refusal = refusalOf(request)
    if (refusal) return refusal
    const path = request.path.replace('/a-relay', '')
    if (path === '/account/costs') {
      return request.query.get('start_time') && request.query.get('end_time')
        ? good({ code: 0, msg: 'SUCCEED', resource_pack_subscribe_infos: [] })
        : failure(400, 1201, 'start_time is required')
    }
    if (request.method === 'POST') {
      if (!PATHS.includes(path)) return failure(404, 1202, 'The requested method is invalid')
      const body = isJsonObject(request.json) ? request.json : {}
      const task = { id: `k-${made.length + 1}`, path, body, looks: 0 }
      made.push(task)
      const task_info = { external_task_id: body.external_task_id ?? '' }
      return good({ task_id: task.id, task_status: 'submitted', task_info, created_at: 1, updated_at: 1 })
    }
    const [, base = '', id = ''] = /^(.*)\/([^/]+)$/.exec(path) ?? []
    const task = made.findLast((one) => one.path === base && [one.id, one.body.external_task_id].includes(id))
    if (!task) return failure(404, 1203, 'The requested resource does not exist')
    task.looks += 1
    return good(task.looks === 1 ? running(task) : done(task, vendor.url))
  })
}

function running({ id }: Made): JsonObject {
  return { task_id: id, task_status: 'processing', task_status_msg: '', created_at: 1, updated_at: 1 }
}

function done({ id, path, body }: Made, url: string): JsonObject {
  const file = (name: string) => `${url}/files/${id}/${name}`
  const count = typeof body.n === 'number' ? body.n : 1
  const task_result: JsonObject = path.includes('/images/')
    ? { images: Array.from({ length: count }, (_, index) => ({ index, url: file(`${index}.png`) })) }
    : path.includes('/audio/')
      ? {
          audios: [{ id: 'a-1', url_mp3: file('a.mp3'), url_wav: file('a.wav'), duration_mp3: '5', duration_wav: '5' }],
        }
      : { videos: [{ id: `video of ${id}`, url: file('v.mp4'), duration: '5' }] }
  return { task_id: id, task_status: 'succeed', task_status_msg: '', task_result, final_unit_deduction: '1' }
}

/** As Kling looks at a key, or at a token of the access key `ak` with the secret `sk`. */
function refusalOf({ headers }: SeenRequest): FakeAnswer | undefined {
  const [, credential = ''] = /^Bearer (.+)$/.exec(headers.authorization ?? '') ?? []
  if (credential === '') return failure(401, 1001, 'Authorization is empty')
  if (credential === KEY) return undefined
  const [head = '', claims = '', signature = ''] = credential.split('.')
  const { iss, exp, nbf } = claims === '' ? {} : JSON.parse(Buffer.from(claims, 'base64url').toString())
  const expected = createHmac('sha256', 'sk').update(`${head}.${claims}`).digest('base64url')
  if (iss !== 'ak' || signature !== expected) return failure(401, 1002, 'Authorization is invalid')
  if (nbf * 1_000 > NOW) return failure(401, 1003, 'Authorization is not valid yet')
  return exp * 1_000 <= NOW ? failure(401, 1004, 'Authorization has expired') : undefined
}

describe('the adapter for Kling', () => {
  let vendor: FakeVendor
  const provider = klingProvider({ now: () => NOW })
  const account = (given: Record<string, string> = {}) =>
    anAccount(manifest, { apiKey: KEY, baseUrl: vendor.url, ...given })
  const parentOf = (given = {}) => {
    const handle = { id: 'k-parent', videos: ['v-1', 'v-2'] }
    return sampleTask(TIMES, {
      id: PARENT,
      operation: 'kling/video_generation',
      account: account().id,
      handle,
      output: { videos: [{ file: 'asset:of-the-parent.mp4' }] },
      ...given,
    })
  }
  const sent = (path: string) => vendor.at('POST', path).at(-1)?.json
  const submit = (operation: string, input?: JsonObject, given = {}) =>
    provider.submit(aJob(operation, input, { parent: parentOf(), ...given }), account(), aSignal())

  beforeAll(async () => {
    vendor = await openKling()
  })
  afterAll(() => vendor.close())

  it.each([...klingProvider({ now: () => NOW }).operations])('performs %s', async (operation) => {
    const job = aJob(operation, undefined, { parent: parentOf() })
    const result = await resultOf(provider, job, account())
    expect(Value.Errors(getOperation(operation).output, result.output)).toEqual([])
    expect(result.files.length).toBeGreaterThan(0)
    for (const { key, content } of result.files) {
      expect(JSON.stringify(result.output)).toContain(`"file:${key}"`)
      expect(content).toEqual({ url: expect.stringContaining(`${vendor.url}/files/k-`) })
    }
  })

  it.each<[string, string, JsonObject, JsonObject]>([
    [
      'kling/video_generation',
      '/v1/videos/text2video',
      { prompt: 'a fox', version: '1.6', cfg_scale: '0.7', mode: 'standard', duration: 10, aspect_ratio: '1:1' },
      { model_name: 'kling-v1-6', prompt: 'a fox', cfg_scale: 0.7, mode: 'std', duration: '10', aspect_ratio: '1:1' },
    ],
    [
      'kling/video_generation',
      '/v1/videos/image2video',
      {
        ...{ prompt: 'a fox', version: '2.6', cfg_scale: 0.7, mode: 'pro', image_url: PICTURE, enable_audio: true },
        ...{ static_mask: PICTURE, camera_movement: 'down_back', voice_list: [{ voice_id: '1' }] },
      },
      {
        ...{ model_name: 'kling-v2-6', prompt: 'a fox', mode: 'pro', duration: '5', image: PICTURE, sound: 'on' },
        ...{ static_mask: PICTURE, camera_control: { type: 'down_back' }, voice_list: [{ voice_id: '1' }] },
      },
    ],
    [
      'kling/video_generation',
      '/v1/videos/text2video',
      { prompt: 'a fox', version: '4.0', resolution: '1080p', duration: 30 },
      {
        ...{ model_name: 'kling-v4', prompt: 'a fox', mode: 'pro', aspect_ratio: '16:9', sound: 'off' },
        duration: '30',
      },
    ],
    [
      'kling/image_to_video',
      '/v1/videos/image2video',
      { prompt: 'a fox', version: '4.0-flash', image_url: PICTURE, duration: 20, enable_audio: true },
      { model_name: 'kling-v4-flash', prompt: 'a fox', image: PICTURE, mode: 'std', sound: 'on', duration: '20' },
    ],
    [
      'kling/omni_video_generation',
      '/v1/videos/omni-video',
      { version: '4.0', prompt: '@video_2 with @audio_1', videos: [FILM, FILM], audio_urls: [FILM] },
      {
        ...{ model_name: 'kling-v4-omni', prompt: '<<<video_2>>> with <<<audio_1>>>', mode: 'std', sound: 'off' },
        video_list: [
          { video_url: FILM, refer_type: 'feature' },
          { video_url: FILM, refer_type: 'feature' },
        ],
        ...{ audio_list: [{ audio_url: FILM }], aspect_ratio: '16:9', duration: '5' },
      },
    ],
    [
      'kling/lip_sync',
      '/v1/videos/lip-sync',
      { video_url: FILM, tts_text: 'hello', tts_timbre: 'uk_boy1' },
      {
        input: {
          ...{ video_url: FILM, mode: 'text2video', text: 'hello', voice_id: 'uk_boy1', voice_speed: 1 },
          voice_language: 'en',
        },
      },
    ],
    [
      'kling/video_generation',
      '/v1/videos/text2video',
      { version: '3.0', multi_shots: [{ prompt: 'one', duration: 4 }, { prompt: 'two' }] },
      {
        ...{ model_name: 'kling-v3', mode: 'std', aspect_ratio: '16:9', sound: 'off', duration: '7' },
        ...{ multi_shot: true, shot_type: 'customize' },
        multi_prompt: [
          { index: 1, prompt: 'one', duration: '4' },
          { index: 2, prompt: 'two', duration: '3' },
        ],
      },
    ],
    [
      'kling/video_generation',
      '/v1/videos/multi-image2video',
      { prompt: 'they walk', elements: [{ image_url: PICTURE }] },
      {
        ...{ model_name: 'kling-v1-6', prompt: 'they walk', image_list: [{ image: PICTURE }], mode: 'std' },
        ...{ duration: '5', aspect_ratio: '16:9' },
      },
    ],
    [
      'kling-turbo/video_generation',
      '/v1/videos/image2video',
      { prompt: 'a boat', start_image_url: PICTURE, end_image_url: PICTURE, duration: 10 },
      {
        ...{ model_name: 'kling-v2-5-turbo', prompt: 'a boat', image: PICTURE, image_tail: PICTURE },
        ...{ mode: 'pro', duration: '10' },
      },
    ],
    [
      'kling/omni_video_generation',
      '/v1/videos/omni-video',
      { version: 'o1', prompt: '@image_1 as in @video', images: [PICTURE], video: VIDEO, resolution: '1080p' },
      {
        ...{ model_name: 'kling-video-o1', prompt: '<<<image_1>>> as in <<<video_1>>>', mode: 'pro', duration: '5' },
        ...{ aspect_ratio: '16:9', sound: 'off', image_list: [{ image_url: PICTURE }] },
        video_list: [{ video_url: VIDEO, refer_type: 'feature' }],
      },
    ],
    [
      'kling/omni_video_generation',
      '/v1/videos/omni-video',
      { prompt: 'it wakes', images: [PICTURE], image_list: [{ type: 'first_frame' }], enable_audio: true },
      {
        ...{ model_name: 'kling-v3-omni', prompt: 'it wakes', mode: 'std', duration: '5', sound: 'on' },
        image_list: [{ image_url: PICTURE, type: 'first_frame' }],
      },
    ],
    [
      'kling/extend_video',
      '/v1/videos/video-extend',
      { origin_task_id: PARENT, prompt: 'on' },
      { video_id: 'v-1', prompt: 'on' },
    ],
    [
      'kling/lip_sync',
      '/v1/videos/lip-sync',
      { origin_task_id: `${PARENT.slice(0, -2)}02`, tts_text: 'Hello', tts_timbre: 'uk_boy1', tts_speed: 1.2 },
      {
        input: {
          ...{ video_id: 'v-2', mode: 'text2video', text: 'Hello', voice_id: 'uk_boy1', voice_speed: 1.2 },
          voice_language: 'en',
        },
      },
    ],
    [
      'kling/lip_sync',
      '/v1/videos/lip-sync',
      { origin_task_id: PARENT, local_dubbing_url: SOUND },
      { input: { video_id: 'v-1', mode: 'audio2video', audio_type: 'url', audio_url: SOUND } },
    ],
    [
      'kling/effects',
      '/v1/videos/effects',
      { effect: 'hugging', image_url: PICTURE, second_image_url: `${PICTURE}?2` },
      { effect_scene: 'hug_pro', input: { images: [PICTURE, `${PICTURE}?2`] } },
    ],
    [
      'kling/effects',
      '/v1/videos/effects',
      { effect: 'squish', image_url: PICTURE },
      { effect_scene: 'squish', input: { image: PICTURE, model_name: 'kling-v1-6', duration: '5' } },
    ],
    [
      'kling/avatar',
      '/v1/videos/avatar/image2video',
      { image_url: PICTURE, local_dubbing_url: SOUND, mode: 'pro' },
      { image: PICTURE, sound_file: SOUND, mode: 'pro' },
    ],
    [
      'kling/motion_control',
      '/v1/videos/motion-control',
      { image_url: PICTURE, video_url: VIDEO, keep_original_sound: true, motion_direction: 'image' },
      {
        ...{ model_name: 'kling-v2-6', image_url: PICTURE, video_url: VIDEO, mode: 'std' },
        ...{ character_orientation: 'image', keep_original_sound: 'yes' },
      },
    ],
    [
      'kling/motion_control',
      '/v1/videos/effects',
      { image_url: PICTURE, preset_motion: 'Subject 3 Dance' },
      { effect_scene: 'subject_3_dance', input: { image: PICTURE } },
    ],
    [
      'kling/ai_try_on',
      '/v1/images/kolors-virtual-try-on',
      { model_input: PICTURE, upper_input: `${PICTURE}?coat` },
      { model_name: 'kolors-virtual-try-on-v1-5', human_image: PICTURE, cloth_image: `${PICTURE}?coat` },
    ],
    ['kling/sound', '/v1/audio/text-to-audio', { prompt: 'rain', duration: 5 }, { prompt: 'rain', duration: 5 }],
    [
      'kling/sound',
      '/v1/audio/video-to-audio',
      { prompt: 'rain', origin_task_id: PARENT },
      { video_id: 'v-1', sound_effect_prompt: 'rain' },
    ],
    [
      'kling/image_generation',
      '/v1/images/generations',
      { prompt: 'a fox', version: '2.1', image_url: PICTURE, image_reference: 'face', n: 2, resolution: '2k' },
      {
        ...{ model_name: 'kling-v2-1', prompt: 'a fox', image: PICTURE, image_reference: 'face', n: 2 },
        ...{ resolution: '2k', aspect_ratio: '16:9', image_fidelity: 0.5, human_fidelity: 0.45 },
      },
    ],
    [
      'kling/image_generation',
      '/v1/images/multi-image2image',
      { prompt: 'a boat', subject_images: [PICTURE], style_image_url: `${PICTURE}?style` },
      {
        ...{ model_name: 'kling-v2-1', prompt: 'a boat', n: 1, aspect_ratio: '16:9' },
        ...{ subject_image_list: [{ subject_image: PICTURE }], style_image: `${PICTURE}?style` },
      },
    ],
    [
      'kling/image_generation',
      '/v1/images/omni-image',
      { prompt: '@image_1 at sea', version: 'o1', image_url: PICTURE },
      {
        ...{
          model_name: 'kling-image-o1',
          prompt: '<<<image_1>>> at sea',
          n: 1,
          aspect_ratio: '16:9',
          resolution: '1k',
        },
        image_list: [{ image: PICTURE }],
      },
    ],
    [
      'kling/image_expansion',
      '/v1/images/editing/expand',
      { image_url: PICTURE, left_expansion_ratio: 0.5 },
      {
        ...{ image: PICTURE, n: 1, up_expansion_ratio: 0, down_expansion_ratio: 0 },
        ...{ left_expansion_ratio: 0.5, right_expansion_ratio: 0 },
      },
    ],
  ])('requests %s at %s', async (operation, path, input, body) => {
    const job = aJob(operation, input, { parent: parentOf() })
    await submit(operation, input)
    expect(sent(path)).toEqual({ ...body, external_task_id: job.taskId })
  })

  it.each<[string, JsonObject, string]>([
    [
      'kling/video_generation',
      { prompt: 'a', image_url: PICTURE, motion_brush: { mask_url: PICTURE, static_masks: [], dynamic_masks: [] } },
      'motion_brush',
    ],
    ['kling/video_generation', { prompt: 'a', reference_video_url: VIDEO }, 'reference_video_url'],
    ['kling/video_generation', { prompt: 'a', version: '2.6', elements: [{ image_url: PICTURE }] }, 'elements'],
    ['kling/avatar', { image_url: PICTURE, local_dubbing_url: SOUND, batch_size: 2 }, 'batch_size'],
    ['kling/ai_try_on', { model_input: PICTURE, upper_input: PICTURE, lower_input: PICTURE }, 'lower_input'],
    ['kling/effects', { effect: 'kissing', image_url: PICTURE }, 'second_image_url'],
    ['kling/effects', { effect: 'squish', image_url: PICTURE, professional_mode: true }, 'professional_mode'],
    ['kling/motion_control', { image_url: PICTURE, preset_motion: 'Running', mode: 'pro' }, 'mode'],
    ['kling/image_generation', { subject_images: [PICTURE], resolution: '2k' }, 'resolution'],
    ['kling/image_generation', { prompt: 'a', version: 'o1', negative_prompt: 'b' }, 'negative_prompt'],
    ['kling/video_generation', { prompt: 'a', version: '3.0-turbo' }, 'version'],
  ])('refuses %s with a field that Kling does not take: %j', async (operation, input, field) => {
    const before = vendor.seen.length
    await expect(submit(operation, input)).rejects.toMatchObject({ code: 'vendor_refused', details: { field } })
    expect(vendor.seen.length).toBe(before)
  })

  it('sends files that Kling cannot reach as bare base64, and refuses videos that it cannot reach', async () => {
    const stored = {
      urlOf: () => undefined,
      file: async () => ({ bytes: Buffer.from('a picture'), mediaType: 'image/png', name: 'a.png' }),
    }
    await submit('kling/video_generation', { prompt: 'a', version: '2.6', image_url: PICTURE }, stored)
    expect(sent('/v1/videos/image2video')).toMatchObject({ image: Buffer.from('a picture').toString('base64') })
    await submit('kling/lip_sync', { origin_task_id: PARENT, local_dubbing_url: SOUND }, stored)
    expect(sent('/v1/videos/lip-sync')).toMatchObject({
      input: { audio_type: 'file', audio_file: Buffer.from('a picture').toString('base64') },
    })
    await expect(
      submit('kling/motion_control', { image_url: PICTURE, video_url: VIDEO }, stored),
    ).rejects.toMatchObject({
      code: 'vendor_refused',
      details: { field: 'video_url' },
    })
  })

  it('names a parent video by its URL when its id is not known, where Kling takes URLs', async () => {
    const elsewhere = {
      parent: parentOf({ account: 'another' }),
      urlOf: (file: string) => `https://us.example/${file}`,
    }
    await submit('kling/sound', { origin_task_id: PARENT }, elsewhere)
    expect(sent('/v1/audio/video-to-audio')).toMatchObject({ video_url: 'https://us.example/asset:of-the-parent.mp4' })
    await expect(submit('kling/extend_video', { origin_task_id: PARENT }, elsewhere)).rejects.toMatchObject({
      code: 'vendor_refused',
    })
    const hidden = { ...elsewhere, urlOf: () => undefined }
    await expect(submit('kling/sound', { origin_task_id: PARENT }, hidden)).rejects.toMatchObject({
      code: 'vendor_refused',
      message: expect.stringContaining('PUBLIC_URL'),
    })
  })

  it('sends the callback URL, and stores the ids that follow-ups need', async () => {
    const job = aJob('kling/video_generation', undefined, { callbackUrl: 'https://us.example/callback' })
    const submitted = await provider.submit(job, account(), aSignal())
    expect(sent('/v1/videos/text2video')).toMatchObject({ callback_url: 'https://us.example/callback' })
    if (!('handle' in submitted)) throw new Error('There is no handle.')
    const look = () => provider.poll?.(submitted.handle as Json, account(), aSignal(), job)
    await expect(look()).resolves.toEqual({ status: 'processing' })
    await expect(look()).resolves.toMatchObject({
      handle: { ...(submitted.handle as object), videos: [expect.stringMatching(/^video of k-/)] },
    })
  })

  it('signs a token when there is no API key, and keeps the path prefix of the base address', async () => {
    const signed = account({ apiKey: '', accessKey: 'ak', secretKey: 'sk', baseUrl: `${vendor.url}/a-relay/` })
    await expect(resultOf(provider, aJob('kling/image_generation'), signed)).resolves.toMatchObject({
      files: [{ key: 'picture-1' }, { key: 'picture-2' }],
    })
    const forged = account({ apiKey: '', accessKey: 'ak', secretKey: 'another' })
    await expect(provider.probe?.(forged, aSignal())).rejects.toMatchObject({ details: { lacks: 'credential' } })
    const before = vendor.seen.length
    await expect(provider.probe?.(account({ apiKey: '', accessKey: 'ak' }), aSignal())).rejects.toMatchObject({
      code: 'account_refused',
    })
    expect(vendor.seen.length).toBe(before)
  })

  it.each<[string, Record<string, string>, FakeAnswer | undefined, object]>([
    ['a wrong key', { apiKey: 'wrong' }, undefined, { code: 'account_refused', details: { lacks: 'credential' } }],
    ['an empty pack', {}, failure(429, 1102, 'Resource pack depleted'), { details: { lacks: 'credit' } }],
    ['too many tasks', {}, failure(429, 1303, 'parallel task over resource pack limit'), { code: 'account_busy' }],
    [
      'a limit with its time',
      {},
      failure(429, 1302, 'too frequent', { 'retry-after': '7' }),
      { code: 'account_busy', details: { retryAfterSeconds: 7 } },
    ],
    ['a limit under a good status', {}, failure(200, 1303, 'over limit'), { code: 'account_busy' }],
    [
      'a fault',
      {},
      failure(400, 1201, 'duration value is invalid'),
      { code: 'vendor_refused', message: /duration.*1201/ },
    ],
    ['an unknown video', {}, failure(404, 1203, 'no such video'), { code: 'vendor_refused' }],
    ['moderation', {}, failure(400, 1301, 'risk control'), { code: 'content_moderated' }],
    ['a breakdown', {}, failure(500, 5000, 'server'), { code: 'vendor_silent' }],
    ['maintenance', {}, failure(503, 5001, 'maintenance'), { code: 'vendor_unreachable' }],
    ['no code at all', {}, { status: 502, json: {} }, { code: 'vendor_silent' }],
    ['an answer without an id', {}, good({}), { code: 'vendor_silent' }],
    ['words', {}, { bytes: Buffer.from('hello'), type: 'text/html' }, { code: 'vendor_silent' }],
    ['silence', {}, 'lost', { code: 'vendor_silent' }],
  ])('maps %s to its error after a single call', async (_, given, answer, error) => {
    if (answer !== undefined) vendor.next.push(answer)
    const before = vendor.seen.length
    const message = 'message' in error ? { message: expect.stringMatching(error.message as RegExp) } : {}
    await expect(provider.submit(aJob('kling/video_generation'), account(given), aSignal())).rejects.toMatchObject({
      ...error,
      ...message,
    })
    expect(vendor.seen.length).toBe(before + 1)
  })

  it('reports a vendor that refuses connections as unreachable', async () => {
    const unreachable = account({ baseUrl: 'http://127.0.0.1:2' })
    await expect(provider.submit(aJob('kling/video_generation'), unreachable, aSignal())).rejects.toMatchObject({
      code: 'vendor_unreachable',
    })
  })

  it('reports a failure with its reason, and marks refused content', async () => {
    const look = (data: JsonObject, operation = 'kling/video_generation') => {
      vendor.next.push(good({ task_id: 'k-1', ...data }))
      return provider.poll?.({ id: 'k-1' }, account(), aSignal(), aJob(operation))
    }
    const failed = (task_status_msg: string) => look({ task_status: 'failed', task_status_msg })
    await expect(failed('Failure to pass the risk control system')).resolves.toMatchObject({ isModerated: true })
    await expect(failed('no GPU')).resolves.toEqual({ status: 'failed', reason: 'no GPU', isModerated: false })
    await expect(look({ task_status: 'succeed', task_result: {} })).resolves.toMatchObject({ status: 'failed' })
    await expect(look({ task_status: 'thinking' })).resolves.toEqual({ status: 'processing' })
    await expect(look({})).rejects.toMatchObject({ code: 'vendor_unreachable' })
    const request = aJob('kling/video_generation')
    await expect(provider.poll?.({ id: 'unknown' }, account(), aSignal(), request)).resolves.toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('no longer knows'),
    })
    vendor.next.push(failure(500, 5000, 'server'))
    await expect(provider.poll?.({ id: 'k-1' }, account(), aSignal(), request)).rejects.toMatchObject({
      code: 'vendor_unreachable',
    })
  })

  it('finds a lost call by our id, and reports it absent only where Kling keeps such ids', async () => {
    const found = aJob('kling/sound', { prompt: 'surf' }, { taskId: PARENT.replace(/00$/, '77') })
    await provider.submit(found, account(), aSignal())
    await expect(provider.reconcile?.(found, account(), aSignal())).resolves.toEqual({
      handle: { id: expect.stringMatching(/^k-\d+$/) },
    })
    const absent = (operation: string) =>
      provider.reconcile?.(aJob(operation, undefined, { taskId: 'never-sent' }), account(), aSignal())
    await expect(absent('kling/video_generation')).resolves.toBe('absent')
    await expect(absent('kling/extend_video')).resolves.toBe('unknown')
    vendor.next.push(good({}))
    await expect(absent('kling/video_generation')).resolves.toBe('unknown')
    vendor.next.push({ status: 404, json: { message: 'no route' } })
    await expect(absent('kling/video_generation')).resolves.toBe('unknown')
    vendor.next.push(failure(503, 5001, 'maintenance'))
    await expect(absent('kling/video_generation')).rejects.toMatchObject({ code: 'vendor_unreachable' })
  })

  it('accepts callbacks, and checks signatures when there is a webhook secret', async () => {
    const rawBody = '{"task_id":"k-7","task_status":"processing","task_info":{"external_task_id":"ours"}}'
    const plain = { headers: {}, rawBody, receivedAt: NOW }
    await expect(provider.receive?.(plain, account())).resolves.toEqual({ handle: { id: 'k-7' } })
    // The example of Kling's own page on callbacks.
    const secret = { webhookSecret: 'whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI=' }
    const signed = {
      headers: {
        'webhook-id': '9876543210',
        'webhook-timestamp': '1781080794',
        'webhook-signature': 'v1,bm90IHRoaXM= v1,UsKlJP00XoQyOn410NM9xv34sP+Gl0jnOO9Lcpr7NJ4=',
      },
      rawBody:
        '{"id":"1234567890","status":"succeeded","message":"","create_time":1781080778802,"update_time":1781080794151}',
      receivedAt: 1_781_080_794_000,
    }
    await expect(provider.receive?.(signed, account(secret))).resolves.toEqual({})
    for (const bad of [
      plain,
      { ...signed, rawBody: `${signed.rawBody} ` },
      { ...signed, receivedAt: signed.receivedAt + 301_000 },
      { ...signed, headers: { ...signed.headers, 'webhook-timestamp': 'now' } },
    ]) {
      await expect(provider.receive?.(bad, account(secret))).rejects.toMatchObject({ code: 'unauthorized' })
    }
  })

  it('probes the key with a free call', async () => {
    await expect(provider.probe?.(account(), aSignal())).resolves.toBeUndefined()
    await expect(provider.probe?.(account({ apiKey: 'no' }), aSignal())).rejects.toMatchObject({
      code: 'account_refused',
      details: { lacks: 'credential' },
    })
  })

  providerContract('Kling', {
    provider: () => provider,
    account: () => account(),
    job: (operation) => aJob(operation),
    operations: ['kling/video_generation'],
  })
})
