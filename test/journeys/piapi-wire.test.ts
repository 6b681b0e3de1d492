import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json.ts'
import { points } from '../../src/core/points.ts'
import created from '../../src/dialects/piapi/examples/create.json' with { type: 'json' }
import example from '../../src/dialects/piapi/examples/get-task.json' with { type: 'json' }
import { shapeDifferences } from '../../src/dialects/piapi/shape.testing.ts'
import { sandboxSong } from '../../src/engines/sandbox-media/sandbox-media.ts'
import type { Result } from '../../src/providers/provider.ts'
import { clipsOf, openGateway, type PiapiTask, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { connectorRows, newsIn, spelt } from '../support/piapi-clients.ts'
import { AUDIO, IMAGE, VIDEO } from '../support/piapi-requests.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'
import { handProvider } from './hand-provider.ts'

/** PiAPI's protocol as its documentation and its clients have it: keys, words, zeros and limits of answers. */

/** Live keys use `hand`, test keys the sandbox. */
const LIVE = ['kling/video_generation', 'Qubico/pixal3d/image-to-3d', 'suno/lyrics']
const ZERO_TIME = '0001-01-01T00:00:00Z'
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{0,8}[1-9])?Z$/
const NO_ERROR = { code: 0, raw_message: '', message: '', detail: null }
const prompt = 'a fox crosses a frozen lake, sandbox:fast'
const slow = { prompt: 'sandbox:slow=600' }

const hand = handProvider({ slots: 100, operations: LIVE })
let gateway: TestGateway
let receiver: Receiver
/** A finished task. */
let grid: string

beforeAll(async () => {
  gateway = await openGateway({ replaced: { builtIn: [hand] } })
  receiver = await openReceiver()
  grid = (await finished('midjourney', 'imagine', { prompt })).task_id
})
afterAll(async () => {
  await receiver?.close()
  await gateway?.[Symbol.asyncDispose]()
})

const create = (model: string, taskType: string, input: JsonObject, key = TEST_KEY) =>
  gateway.piapi.create(taskType, input, { model, key })
const ask = (method: string, path: string, key = TEST_KEY) => gateway.send(method, path, { key })

async function finished(model: string, taskType: string, input: JsonObject): Promise<PiapiTask> {
  const { task_id: id } = await create(model, taskType, input)
  return gateway.piapi.ended(id, { key: TEST_KEY })
}

describe('a key at PiAPI’s routes', () => {
  const ROUTES: [method: string, path: string, body?: JsonObject][] = [
    ['POST', '/api/v1/task', { model: 'suno', task_type: 'lyrics', input: { prompt } }],
    ['GET', '/api/v1/task/$grid'],
    ['DELETE', '/api/v1/tasks?created_before=1&model=all'],
    ['GET', '/account/info'],
    ['GET', '/account/active_tasks'],
    ['GET', '/api/open/tasks/histories'],
    ['POST', '/api/ephemeral_resource', { file_name: 'a.mp3', file_data: '' }],
  ]
  const WAYS: [name: string, value: string][] = [
    ['x-api-key', TEST_KEY],
    ['X-API-Key', TEST_KEY],
    ['X-API-KEY', TEST_KEY],
    ['Authorization', `Bearer ${TEST_KEY}`],
    ['authorization', `bearer ${TEST_KEY}`],
    ['AUTHORIZATION', TEST_KEY],
  ]

  it.concurrent.each(ROUTES)('is accepted at %s %s in every header and spelling', async (method, path, body) => {
    const url = gateway.url + path.replace('$grid', grid)
    const sent = path.endsWith('resource')
      ? { ...body, file_data: Buffer.from((await sandboxSong()).mp3).toString('base64') }
      : body
    for (const [name, value] of WAYS) {
      const answer = await spelt(url, { method, headers: { [name]: value }, ...(sent ? { body: sent } : {}) })
      expect(answer, `${name}: ${value}`).toMatchObject({ status: 200, body: { code: 200 } })
    }
  })

  it.concurrent.each(ROUTES)('that is wrong or missing is refused at %s %s', async (method, path, body) => {
    const url = gateway.url + path.replace('$grid', grid)
    for (const headers of [{ 'x-api-key': 'sk-unknown' }, { Authorization: 'Bearer sk-unknown' }, {}]) {
      const answer = await spelt(url, { method, headers, ...(body ? { body } : {}) })
      expect(answer).toMatchObject({ status: 401, body: { code: 401, message: expect.stringMatching(/./) } })
    }
  })

  it.concurrent('that may not use a model is answered 403', async () => {
    const { key } = await gateway.tenant({ key: { mode: 'test', allowedModels: ['suno'] } })
    const body = { model: 'kling', task_type: 'video_generation', input: { prompt } }
    expect(await gateway.piapi.post(body, { key })).toMatchObject({ status: 403, body: { code: 403 } })
  })

  it.concurrent('without credit is answered 402', async () => {
    const { key } = await gateway.tenant({ creditPoints: 0 })
    const body = { model: 'kling', task_type: 'video_generation', input: { prompt } }
    expect(await gateway.piapi.post(body, { key })).toMatchObject({ status: 402, body: { code: 402 } })
  })
})

describe('PiAPI’s answer to a creation', () => {
  const HAILUO = {
    percent: 0,
    cover_url: '',
    video_url: '',
    download_url: '',
    desc: '',
    prompt_img_url: '',
    status: 0,
    user_origin_prompt: false,
    width: 0,
    height: 0,
    model_id: '',
    message: '',
    video: '',
  }
  const LUMA = {
    prompt: '',
    internal_state: '',
    created_at: ZERO_TIME,
    video: null,
    video_raw: null,
    thumbnail: null,
    last_frame: null,
  }

  it.concurrent.each<[model: string, taskType: string, input: JsonObject, output: Json]>([
    ['suno', 'music', { prompt }, null],
    ['Qubico/flux1-dev', 'txt2img', { prompt }, null],
    ['gemini', 'gemini-2.5-flash-image', { prompt }, null],
    ['sora2', 'sora2-video', { prompt }, null],
    ['Qubico/trellis', 'text-to-3d', { prompt }, null],
    ['kling', 'video_generation', { prompt, version: '1.6' }, { video_url: '' }],
    ['kling', 'effects', { image_url: IMAGE, effect: 'squish' }, { video_url: '' }],
    ['kling', 'motion_control', { image_url: IMAGE, video_url: VIDEO }, { type: '', status: 0, works: null }],
    ['kling', 'video_generation', { prompt, version: '3.0' }, { video: '' }],
    ['kling', 'omni_video_generation', { prompt, version: 'o1' }, { video: '' }],
    ['kling-turbo', 'video_generation', { prompt }, { video: '' }],
    ['hailuo', 'video_generation', { prompt, model: 'v2.3' }, HAILUO],
    ['luma', 'video_generation', { prompt }, LUMA],
  ])('of %s %s has the documented keys and no result yet', async (model, task_type, input, output) => {
    const { status, body } = await gateway.piapi.post({ model, task_type, input }, { key: TEST_KEY })
    expect(status).toBe(200)
    // Families differ only in the input, the output and what they add to `meta`.
    const { failover_triggered: _luma, ...meta } = body.data.meta as unknown as JsonObject
    const common = { ...body, data: { ...body.data, input: {}, output: null, meta } }
    expect(shapeDifferences(created, common)).toEqual([])
    expect(body).not.toHaveProperty('timestamp')
    expect(body.data).toMatchObject({
      status: 'pending',
      output,
      meta: { started_at: ZERO_TIME, ended_at: ZERO_TIME, is_using_private_pool: false },
      detail: null,
      logs: [],
      error: NO_ERROR,
    })
    expect(body.data.meta.created_at).toMatch(TIME)
  })

  it.concurrent.each<[model: string, taskType: string, input: JsonObject, echo: JsonObject]>([
    [
      'Qubico/flux1-schnell',
      'txt2img',
      { prompt, lumen: [1] },
      { prompt, negative_prompt: '', width: 1_024, height: 1_024, lumen: [1] },
    ],
    ['Qubico/trellis', 'image-to-3d', { images: [IMAGE] }, { image: '', images: [IMAGE], seed: 0 }],
    [
      'Qubico/joycaption',
      'joycaption-beta-one',
      { image: IMAGE, prompt_style: 'Descriptive', caption_length: 'any', workflow_type: 'joycaption-beta-one' },
      { image: IMAGE, prompt_style: 'Descriptive', caption_length: 'any' },
    ],
    ['sora2', 'sora2-video', { prompt, duration: 4 }, { aspect_ratio: '16:9', duration: 4, prompt }],
  ])('of %s %s returns the input with its defaults', async (model, taskType, input, echo) => {
    const task = await create(model, taskType, input)
    expect(task.input).toMatchObject(echo)
    if (!model.startsWith('Qubico/')) expect(Object.keys(task.input)).toEqual(Object.keys(task.input).sort())
    if (model === 'Qubico/joycaption') expect(task.input).toEqual(echo)
  })

  it.concurrent.each([
    ['kling', 'video_generation', { prompt }, '', 'public'],
    ['kling', 'video_generation', { prompt }, 'private', 'private'],
    ['music-u', 'generate_lyrics', { prompt }, '', 'public'],
    ['hailuo', 'video_generation', { prompt, model: 't2v-01' }, '', 'public'],
    ['midjourney', 'imagine', { prompt }, undefined, 'public'],
    ['Qubico/tts', 'zero-shot', { gen_text: prompt, ref_audio: AUDIO }, undefined, 'public'],
    ['luma', 'video_generation', { prompt }, 'private', 'private'],
    ['suno', 'music', { prompt }, '', ''],
    ['Qubico/flux1-dev', 'txt2img', { prompt }, 'public', 'public'],
  ])('of %s %s with %j returns service_mode %j as %j', async (model, task_type, input, mode, echo) => {
    const hook = { endpoint: '', secret: '' }
    const config = mode === undefined ? {} : { config: { service_mode: mode, webhook_config: { endpoint: '' } } }
    const { body } = await gateway.piapi.post({ model, task_type, input, ...config }, { key: TEST_KEY })
    expect(body.data.config).toEqual({ service_mode: echo, webhook_config: hook })
  })

  it.concurrent.each([
    ['hailuo', 'video_generation', { prompt, model: 't2v-01' }],
    ['Qubico/tts', 'zero-shot', { gen_text: prompt, ref_audio: AUDIO }],
  ])('of %s refuses the private pool', async (model, task_type, input) => {
    const body = { model, task_type, input, config: { service_mode: 'private' } }
    const answer = await gateway.piapi.post(body, { key: TEST_KEY })
    expect(answer).toMatchObject({ status: 400, body: { code: 400, error: { field: 'config.service_mode' } } })
  })
})

describe('PiAPI’s usage', () => {
  const video = { file: '', cover: '', lastFrame: '', widthPx: 1_280, heightPx: 720, seconds: 5 }
  const VIDEOS: Result = { output: { videos: [video] }, files: [] }
  const MODEL: Result = { output: { model: { file: '', picture: '', turntable: '' } }, files: [] }
  const LYRICS: Result = { output: { lyrics: [{ title: '', text: 'la', tags: [] }] }, files: [] }

  it.concurrent.each<[string, string, JsonObject, Result, object, object]>([
    [
      'suno',
      'lyrics',
      { prompt },
      LYRICS,
      { type: 'llm', frozen: 0, consume: 20_000 },
      { type: 'llm', frozen: 0, consume: 20_000 },
    ],
    [
      'kling',
      'video_generation',
      { prompt },
      VIDEOS,
      { type: 'point', frozen: 2_600_000, consume: 0 },
      { type: 'point', frozen: 2_600_000, consume: 2_600_000 },
    ],
    [
      'Qubico/pixal3d',
      'image-to-3d',
      { image: IMAGE },
      MODEL,
      { type: 'point', frozen: 0, consume: 0 },
      { type: 'point', frozen: 0, consume: 2_500_000 },
    ],
  ])(
    'of %s %s has the documented type and amounts, before and after the end',
    async (model, taskType, input, result, before, after) => {
      const { key } = await gateway.tenant({})
      const task = await create(model, taskType, input, key)
      expect(task.meta.usage).toEqual(before)
      hand.finish(task.task_id, result)
      const ended = await gateway.piapi.ended(task.task_id, { key })
      expect(ended).toMatchObject({ status: 'completed', meta: { usage: after }, error: NO_ERROR })
    },
  )

  it.concurrent('of a task that cost less than its price shows what was taken', async () => {
    const { key, tenantId } = await gateway.tenant({})
    const { task_id: id } = await create('kling', 'video_generation', { prompt }, key)
    hand.finish(id, { ...VIDEOS, consumedPoints: points(1_000_000) })
    const { meta } = await gateway.piapi.ended(id, { key })
    expect(meta.usage).toEqual({ type: 'point', frozen: 1_000_000, consume: 1_000_000 })
    expect(await gateway.balance(tenantId)).toMatchObject({ held: 0, available: 99_000_000 })
  })
})

describe('a read at PiAPI’s route', () => {
  it.concurrent('has the code and the timestamp for which clients look', async () => {
    const { body } = await ask('GET', `/api/v1/task/${grid}`)
    expect(body).toMatchObject({
      code: 200,
      message: 'success',
      timestamp: expect.any(Number),
      data: { task_id: grid, status: 'completed', error: NO_ERROR },
    })
    const { timestamp, data } = body as unknown as { timestamp: number; data: PiapiTask }
    expect(timestamp).toBe(Math.floor(Date.parse(data.meta.ended_at) / 1_000))
    for (const time of [data.meta.created_at, data.meta.started_at, data.meta.ended_at]) expect(time).toMatch(TIME)
  })

  it.concurrent('of an unknown task is answered 404 with a message', async () => {
    const id = '3fcb2fd4-2c8d-4d3c-8f0c-5d0f3f0f7a00'
    expect(await ask('GET', `/api/v1/task/${id}`)).toMatchObject({
      status: 404,
      body: { code: 404, message: expect.stringContaining(id) },
    })
  })
})

describe('PiAPI’s documented outputs, key by key', () => {
  const RESOURCE = { resource: '', resource_without_watermark: '', height: 0, width: 0, duration: 0 }
  const KLING = {
    video_url: '',
    type: '',
    status: 99,
    works: [{ content_type: 'video', status: 99, type: '', cover: RESOURCE, video: RESOURCE }],
  }
  const SIZED = { url: '', width: 0, height: 0 }
  const [CLIP] = example.data.output
  const MIDJOURNEY = {
    image_url: '',
    image_urls: null,
    temporary_image_urls: [''],
    discord_image_url: '',
    progress: 100,
    intermediate_image_urls: null,
    actions: [''],
  }

  it.concurrent.each<[model: string, taskType: string, input: JsonObject, output: unknown]>([
    ['Qubico/flux1-dev', 'txt2img', { prompt }, { image_url: '', image_base64: '' }],
    ['Qubico/flux1-schnell', 'txt2img', { prompt, batch_size: 2 }, { image_urls: [''] }],
    ['gemini', 'gemini-2.5-flash-image', { prompt }, { image_urls: [''] }],
    ['Qubico/image-toolkit', 'background-remove', { image: IMAGE }, { image_url: '' }],
    ['Qubico/video-toolkit', 'upscale', { video: VIDEO }, { video_url: '' }],
    ['kling', 'video_generation', { prompt }, KLING],
    ['kling', 'video_generation', { prompt, version: '3.0' }, { video: '' }],
    ['kling-turbo', 'video_generation', { prompt }, { video: '' }],
    ['kling', 'motion_control', { image_url: IMAGE, video_url: VIDEO }, KLING],
    ['veo3.1', 'veo3.1-video-fast', { prompt }, { video: '' }],
    ['sora2', 'sora2-video', { prompt }, { video: '' }],
    ['Qubico/wanx', 'txt2video-14b', { prompt }, { video_url: '' }],
    ['Qubico/hunyuan', 'txt2video', { prompt }, { video_url: '' }],
    [
      'luma',
      'video_generation',
      { prompt },
      {
        prompt: '',
        internal_state: '',
        created_at: '',
        video: SIZED,
        video_raw: SIZED,
        thumbnail: SIZED,
        last_frame: SIZED,
      },
    ],
    ['suno', 'music', { prompt }, [CLIP]],
    ['music-u', 'generate_lyrics', { prompt }, { lyrics_pairs: [{ title: '', text: '' }] }],
    ['Qubico/mmaudio', 'video2audio', { prompt, video: VIDEO }, { audio_url: '' }],
    ['Qubico/ace-step', 'txt2audio', { style_prompt: prompt }, { audio_url: '' }],
    ['Qubico/tts', 'zero-shot', { gen_text: prompt, ref_audio: AUDIO }, { audio_url: '' }],
    [
      'Qubico/trellis',
      'image-to-3d',
      { image: IMAGE },
      { no_background_image: '', combined_video: '', model_file: '' },
    ],
    ['Qubico/pixal3d', 'image-to-3d', { image: IMAGE }, { model_file: '' }],
    ['Qubico/joycaption', 'joycaption-beta-one', { image: IMAGE }, { text: '' }],
    ['midjourney', 'imagine', { prompt }, MIDJOURNEY],
  ])('are reproduced for %s %s with %j', async (model, taskType, input, output) => {
    const task = await finished(model, taskType, input)
    expect(shapeDifferences(output, task.output)).toEqual([])
    expect(Object.keys(task)).toEqual(Object.keys(example.data))
    if (model === 'kling' && taskType === 'video_generation' && !input.version) {
      expect(task.output).toMatchObject({ status: 99, works: [{ status: 99, video: { duration: 5_000 } }] })
    }
  })

  it.concurrent('include the older form of a song, a map by the ids of its clips', async () => {
    const { output } = await finished('music-s', 'generate_music', { gpt_description_prompt: prompt })
    const { clips } = output as { clips: Record<string, JsonObject> }
    const described = { ...CLIP, metadata: { ...CLIP?.metadata, gpt_description_prompt: '' } }
    expect(Object.keys(clips)).toHaveLength(2)
    for (const [id, clip] of Object.entries(clips)) {
      expect(shapeDifferences(described, clip)).toEqual([])
      expect(clip).toMatchObject({ id, status: 'complete' })
    }
  })
  it.concurrent('include all that a player needs in a song’s two clips', async () => {
    const clips = clipsOf(await finished('suno', 'music', { prompt, tags: 'folk', title: 'Fox' }))
    expect(clips.map(({ title }) => title)).toEqual(['Fox', 'Fox'])
    expect(new Set(clips.map(({ id }) => id)).size).toBe(2)
  })
})

describe('PiAPI’s webhooks', () => {
  const hook = (path: string, secret: string) => ({
    config: { webhook_config: { endpoint: `${receiver.url}/${path}`, secret } },
  })
  const shown = (path: string) => receiver.received.filter((one) => one.path === `/${path}`)
  const news = (path: string) => newsIn(shown(path).map(({ body }) => body))
  async function post(path: string, words: string, secret = 's3cret'): Promise<string> {
    const body = { model: 'midjourney', task_type: 'imagine', input: { prompt: words }, ...hook(path, secret) }
    return (await gateway.piapi.post(body, { key: TEST_KEY })).body.data.task_id
  }

  it.concurrent('report a Midjourney task’s progress and end, with the secret and without a code', async () => {
    const id = await post('progress', 'sandbox:slow=1.5')
    await receiver.until(() => news('progress').some(({ status }) => status === 'completed'))
    const bodies = shown('progress').map(({ body }) => JSON.parse(body) as { timestamp: number; data: PiapiTask })
    for (const [index, body] of bodies.entries()) {
      expect(Object.keys(body)).toEqual(['timestamp', 'data'])
      expect(Number.isInteger(body.timestamp)).toBe(true)
      expect(body.data).toMatchObject({ task_id: id, output: { progress: expect.any(Number) }, error: NO_ERROR })
      expect(shown('progress')[index]?.headers['x-webhook-secret']).toBe('s3cret')
    }
    expect(news('progress').map(({ status }) => status)).toContain('processing')
    expect(news('progress').filter(({ status }) => status === 'completed')).toEqual([
      { taskId: id, status: 'completed' },
    ])
  })

  it.concurrent('are sent again until they get a 2xx, with the same id', async () => {
    receiver.onRequest = ({ path }) => (path === '/again' && shown('again').length === 0 ? 500 : 200)
    const body = { model: 'suno', task_type: 'music', input: { prompt }, ...hook('again', '') }
    const { task_id: id } = (await gateway.piapi.post(body, { key: TEST_KEY })).body.data
    await receiver.until(() => shown('again').length === 2)
    expect(shown('again')[0]?.body).toBe(shown('again')[1]?.body)
    expect(shown('again')[0]?.headers).not.toHaveProperty('x-webhook-secret')
    expect(news('again')).toEqual([{ taskId: id, status: 'completed' }])
  })

  it.concurrent('report a failure', async () => {
    const id = await post('failure', 'sandbox:fail sandbox:fast')
    await receiver.until(() => news('failure').some(({ status }) => status === 'failed'))
    expect(news('failure').at(-1)).toEqual({ taskId: id, status: 'failed' })
  })
})

describe('cancelling and parking at PiAPI’s routes', () => {
  /** One task runs; the others wait for it. */
  async function parked(tasks: [model: string, taskType: string][]) {
    const { key } = await gateway.tenant({ maxConcurrent: 1, maxStaged: 50, key: { mode: 'test' } })
    const running = (await create('suno', 'music', slow, key)).task_id
    await gateway.until(running, ({ status }) => status === 'processing')
    const waiting: PiapiTask[] = []
    for (const [model, taskType] of tasks) waiting.push(await create(model, taskType, slow, key))
    return { key, running, waiting }
  }

  it.concurrent('shows a parked task as staged, with zero times, and cancels it and a running one, each once', async () => {
    const { key, running, waiting } = await parked([['kling', 'video_generation']])
    const id = waiting[0]?.task_id ?? ''
    expect(waiting[0]).toMatchObject({ status: 'staged', meta: { started_at: ZERO_TIME, ended_at: ZERO_TIME } })
    expect(await ask('DELETE', `/api/v1/task/${id}`, key)).toMatchObject({
      status: 200,
      body: { code: 200, message: `task ${id} canceled` },
    })
    expect(await gateway.piapi.read(id, { key })).toMatchObject({
      status: 'failed',
      error: { message: 'task canceled' },
      meta: { started_at: ZERO_TIME, usage: { frozen: 0, consume: 0 } },
    })
    expect(await ask('DELETE', `/api/v1/task/${running}`, key)).toMatchObject({ status: 200, body: { code: 200 } })
    for (const one of [running, id]) {
      expect(await ask('DELETE', `/api/v1/task/${one}`, key)).toMatchObject({
        status: 400,
        body: { code: 400, message: expect.stringMatching(/./) },
      })
    }
    expect(await ask('DELETE', `/api/v1/task/${id}`)).toMatchObject({ status: 404, body: { code: 404 } })
  })

  it.concurrent('cancels many tasks by model, or all', async () => {
    const { key, running, waiting } = await parked([
      ['kling', 'video_generation'],
      ['midjourney', 'imagine'],
      ['suno', 'music'],
      ['luma', 'video_generation'],
      ['Qubico/wanx', 'txt2video-14b'],
    ])
    const later = Math.ceil(Date.now() / 1_000) + 60
    const cancel = (model: string, before = later) =>
      ask('DELETE', `/api/v1/tasks?created_before=${before}&model=${model}`, key)
    expect((await cancel('all', later - 3_600)).body).toMatchObject({ code: 200, message: '0 tasks canceled' })
    for (const model of ['kling', 'midjourney', 'luma']) {
      expect((await cancel(model)).body).toMatchObject({ code: 200, message: '1 tasks canceled' })
    }
    const statuses = async () =>
      Promise.all(waiting.map(async ({ task_id: id }) => (await gateway.piapi.read(id, { key })).status))
    expect(await statuses()).toEqual(['failed', 'failed', 'staged', 'failed', 'staged'])
    expect(await gateway.piapi.read(running, { key })).toMatchObject({ status: 'processing' })
    // What waits, and the one that runs.
    expect((await cancel('all')).body).toMatchObject({ code: 200, message: '3 tasks canceled' })
    expect(await statuses()).toEqual(new Array(5).fill('failed'))
    expect(await gateway.piapi.read(running, { key })).toMatchObject({ status: 'failed' })
  })

  it.concurrent('parks fifty tasks where that is the limit, and refuses the next one', async () => {
    const { key } = await parked(new Array(50).fill(['midjourney', 'imagine']))
    const body = { model: 'midjourney', task_type: 'imagine', input: slow }
    expect(await gateway.piapi.post(body, { key })).toMatchObject({
      status: 429,
      body: { code: 429, message: expect.stringContaining('50 tasks may be parked') },
    })
  })
})

describe('PiAPI’s history of tasks', () => {
  /** Every name in PiAPI's documentation, with a task of its family; the last three have no operations here. */
  const SHORT_NAMES: [name: string, model: string, taskType: string, input: JsonObject][] = [
    ['diffrhythm', 'Qubico/diffrhythm', 'txt2audio-base', { style_prompt: prompt }],
    ['diffrythm', 'Qubico/diffrhythm', 'txt2audio-base', { style_prompt: prompt }],
    ['flux', 'Qubico/flux1-dev', 'txt2img', { prompt }],
    ['hailuo', 't2v-01', 'video_generation', { prompt }],
    ['hug_video', 'Qubico/hug-video', 'image_to_video', { image_url: IMAGE }],
    ['hunyuan', 'Qubico/hunyuan', 'txt2video', { prompt }],
    ['image_toolkit', 'Qubico/image-toolkit', 'upscale', { image: IMAGE }],
    ['kling', 'kling', 'video_generation', { prompt }],
    ['luma', 'luma', 'video_generation', { prompt }],
    ['mj', 'midjourney', 'imagine', { prompt }],
    ['mmaudio', 'Qubico/mmaudio', 'video2audio', { prompt, video: VIDEO }],
    ['music-s', 'suno', 'music', { prompt }],
    ['music-u', 'music-u', 'generate_lyrics', { prompt }],
    ['skyreels', 'Qubico/skyreels', 'img2video', { prompt, image: IMAGE }],
    ['trellis', 'Qubico/trellis', 'text-to-3d', { prompt }],
    ['tts', 'Qubico/tts', 'zero-shot', { gen_text: prompt, ref_audio: AUDIO }],
    ['video_toolkit', 'Qubico/video-toolkit', 'upscale', { video: VIDEO }],
    ['wan', 'Qubico/wanx', 'txt2video-14b', { prompt }],
  ]
  const ROW = [
    'id',
    'taskId',
    'taskModel',
    'status',
    'action',
    'serviceMode',
    'usage',
    'usageType',
    'detail',
    'fixed',
    'accountId',
    'apiKeyId',
    'createdAt',
    'updatedAt',
    'deletedAt',
  ]

  it.concurrent('can be filtered by every short name, each with its own tasks only', async () => {
    const { key } = await gateway.tenant({ key: { mode: 'test' } })
    const ids = new Map<string, string[]>()
    for (const [, model, taskType, input] of SHORT_NAMES) {
      const { task_id: id } = await create(model, taskType, input, key)
      ids.set(model, [id, ...(ids.get(model) ?? [])])
    }
    const page = async (query: string) =>
      connectorRows((await ask('GET', `/api/open/tasks/histories?${query}`, key)).body)
    for (const [name, model, taskType] of SHORT_NAMES) {
      const { rows, total } = await page(`model=${name}`)
      expect(rows.map(({ taskId }) => taskId)).toEqual(ids.get(model))
      expect(total).toBe(rows.length)
      for (const row of rows) {
        expect(Object.keys(row)).toEqual(ROW)
        expect(row).toMatchObject({ action: taskType, usageType: expect.stringMatching(/^(?:llm|point)$/) })
        expect(String(row.createdAt)).toMatch(TIME)
      }
    }
    for (const name of ['gpts', 'llm', 'sd']) expect(await page(`model=${name}`)).toMatchObject({ total: 0, rows: [] })

    const all = SHORT_NAMES.length
    expect(await page('')).toMatchObject({ page: 1, size: 10, total: all })
    expect((await page('')).rows).toHaveLength(10)
    expect((await page('page=2')).rows).toHaveLength(all - 10)
    expect((await page('page_size=100')).rows).toHaveLength(all)
    const now = Math.floor(Date.now() / 1_000)
    expect(await page(`start_time=${now - 600}&end_time=${now + 600}`)).toMatchObject({ total: all })
    expect(await page(`end_time=${now - 600}`)).toMatchObject({ total: 0 })
  })

  it.concurrent.each(['page_size=101', 'page_size=0', 'page=0', 'page=x', 'start_time=soon'])(
    'with %s is refused',
    async (query) => {
      expect(await ask('GET', `/api/open/tasks/histories?${query}`)).toMatchObject({
        status: 400,
        body: { code: 400, message: expect.stringContaining(query.split('=')[0] ?? '') },
      })
    },
  )
})

describe('PiAPI’s list of tasks', () => {
  it.concurrent('accepts the status words that clients know', async () => {
    const { key } = await gateway.tenant({ maxConcurrent: 1, key: { mode: 'test' } })
    const done = (await create('suno', 'lyrics', { prompt }, key)).task_id
    await gateway.piapi.ended(done, { key })
    const running = (await create('suno', 'music', slow, key)).task_id
    await gateway.until(running, ({ status }) => status === 'processing')
    const staged = (await create('suno', 'music', slow, key)).task_id
    const ids = async (words: string) => {
      const { body } = await ask('GET', `/api/v1/tasks?status=${words}`, key)
      return (body as unknown as { data: { tasks: PiapiTask[] } }).data.tasks.map(({ task_id: id }) => id)
    }
    expect(await ids('completed')).toEqual([done])
    expect(await ids('processing')).toEqual([running])
    expect(await ids('staged')).toEqual([staged])
    expect(await ids('pending,processing,staged')).toEqual([staged, running])
    expect(await ids('failed')).toEqual([])
    expect(await ask('GET', '/api/v1/tasks?status=running', key)).toMatchObject({ status: 400, body: { code: 400 } })
  })
})
