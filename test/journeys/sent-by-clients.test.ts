import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getOperation } from '../../src/catalog/catalog.ts'
import type { Json, JsonObject } from '../../src/core/json.ts'
import type { Task } from '../../src/core/task.ts'
import { hasEnded, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'

/** Bodies as real clients send them, in the protocols that they speak, and the tasks that they are. */

const PICTURE = 'https://1.1.1.1/a.png' // a number, so that no name service is asked
const OTHER = 'https://1.1.1.1/b.png'

let gateway: TestGateway
let receiver: Receiver
beforeAll(async () => {
  gateway = await openGateway({})
  receiver = await openReceiver()
})
afterAll(async () => {
  await receiver?.close()
  await gateway?.[Symbol.asyncDispose]()
})

let sent = 0

/** The task that a body makes with a test key; the text of the answer if it is refused. */
async function sentTo(path: string, body: JsonObject): Promise<Task | string> {
  const key = `client-${sent++}`
  const answer = await gateway.send('POST', path, { key: TEST_KEY, body, headers: { 'idempotency-key': key } })
  const [task] = await gateway.store.listTasks({ tenantId: gateway.tenantId, idempotencyKey: key, limit: 1 })
  return task ?? `${answer.status} ${JSON.stringify(answer.body)}`
}

const piapi = (model: string, task_type: string, input: JsonObject): [string, JsonObject] => [
  '/api/v1/task',
  { model, task_type, input },
]
const GO_SONG = {
  ...{ prompt: '[Verse]\nla la', tags: 'pop', title: 'x', mv: 'chirp-v4', make_instrumental: false },
  ...{ gpt_description_prompt: '', task_id: '', continue_at: 0, continue_clip_id: '', notify_hook: '' },
}
const SONG = { prompt: '[Verse]\nla la', tags: 'pop', title: 'x', mv: 'chirp-v4', make_instrumental: false }

describe('a body as clients send it', () => {
  it.each<[string, JsonObject, string, JsonObject]>([
    ['/suno/submit/music', GO_SONG, 'suno/music', SONG],
    ['/suno/generate', GO_SONG, 'suno/music', SONG],
    [
      '/suno/generate/description-mode',
      { ...GO_SONG, gpt_description_prompt: 'rain', prompt: '' },
      'suno/music',
      { gpt_description_prompt: 'rain' },
    ],
    [...piapi('suno', 'music', GO_SONG), 'suno/music', SONG],
    ['/suno/submit/music', { ...GO_SONG, task: 'extend' }, 'suno/music', SONG],
    ['/suno/submit/music', { prompt: 'la', model: 'chirp-v4' }, 'suno/music', { mv: 'chirp-v4' }],
    ['/suno/generate', { prompt: 'la', model: 'V4_5', mv: '' }, 'suno/music', { mv: 'chirp-auk' }],
    [...piapi('suno', 'music', { prompt: 'la', model: 'chirp-crow' }), 'suno/music', { mv: 'chirp-crow' }],
    [
      ...piapi('music-s', 'generate_music', { gpt_description_prompt: 'rain', model_version: 'chirp-v3-5', seed: '' }),
      'suno/music',
      { mv: 'chirp-v3-5' },
    ],
    ['/luma/generations', { user_prompt: '', image_url: PICTURE }, 'luma/video_generation', { start_image: PICTURE }],
    [
      '/luma/generations',
      { user_prompt: 'a cat', keyframes: { frame0: { type: 'image', url: PICTURE } } },
      'luma/video_generation',
      { key_frames: { frame0: { type: 'image', url: PICTURE } } },
    ],
    [
      ...piapi('luma', 'video_generation', { prompt: 'a cat', keyframes: { frame1: { type: 'image', url: PICTURE } } }),
      'luma/video_generation',
      { key_frames: { frame1: { type: 'image', url: PICTURE } } },
    ],
    [
      '/flux/v1/flux-kontext-pro',
      { prompt: 'a cat', aspect_ratio: '', seed: '7' },
      'bfl/flux-kontext-pro',
      { seed: 7 },
    ],
    [
      '/fal/queue/fal-ai/flux/dev',
      { prompt: '3', num_images: '3', image_size: { width: '512', height: '768' } },
      'fal/request',
      { input: { prompt: '3', num_images: 3, image_size: { width: 512, height: 768 } } },
    ],
    [
      '/replicate/v1/models/acme/flux/predictions',
      { input: { prompt: 'a', num_outputs: '2', go_fast: 'true', image: '' }, webhook: '', webhook_events_filter: [] },
      'replicate/prediction',
      { input: { prompt: 'a', num_outputs: 2, go_fast: true } },
    ],
    [
      '/v1/images/generations',
      { model: 'gpt-image-1', prompt: 'a', n: '2', size: '', stream: '' },
      'gpt-image/generate',
      { n: 2 },
    ],
    ['/v1/images/generations', { model: 'flux-dev', prompt: 'a', n: '1' }, 'bfl/flux-dev', { prompt: 'a' }],
    [
      '/kling/v1/videos/text2video',
      {
        model_name: 'kling-v2-6',
        prompt: 'a',
        duration: '10',
        cfg_scale: '0.5',
        camera_control: { type: '', config: null },
      },
      'kling/video_generation',
      { duration: 10, cfg_scale: 0.5 },
    ],
    [
      '/mj/submit/video',
      { prompt: 'it runs', image: PICTURE, batchSize: '2', loop: 'true', taskId: '', index: 0 },
      'midjourney/video',
      { batch_size: 2, loop: true },
    ],
    [
      '/runway/tasks',
      { taskType: 'gen3', options: { text_prompt: 'a', seconds: '5', width: '1280', height: '768', seed: null } },
      'runway/text_to_video',
      { duration: 5, ratio: '1280:768' },
    ],
    [
      '/minimax/v1/video_generation',
      { model: 'MiniMax-Hailuo-02', prompt: 'a', duration: '6', prompt_optimizer: 'false', resolution: '' },
      'hailuo/video_generation',
      { duration: 6, expand_prompt: false },
    ],
    [
      '/udio/submit/music',
      { gen_params: { prompt: 'a tram', lyrics_type: '', lyrics: '', seed: '7' } },
      'music-u/generate_music',
      { seed: 7, lyrics_type: 'generate' },
    ],
    [
      '/recraft/v1/images/generations',
      { prompt: 'a', n: '2', style: '', style_id: '', response_format: '' },
      'recraft/generate',
      { n: 2 },
    ],
    [
      '/ideogram/generate',
      { image_request: { prompt: 'a', num_images: '2', seed: '', color_palette: null } },
      'ideogram/generate',
      { num_images: 2 },
    ],
    [
      '/polyphony/v1/tasks',
      { operation: 'luma/video_generation', input: { prompt: 'a', duration: '5', loop: 'true' }, webhook: '' },
      'luma/video_generation',
      { duration: 5, loop: true },
    ],
    [
      ...piapi('kling', 'video_generation', {
        prompt: 'a',
        version: 2.5,
        mode: 'turbo',
        start_image_url: PICTURE,
        end_image_url: OTHER,
      }),
      'kling/video_generation',
      { version: '2.5', mode: 'turbo', image_url: PICTURE, image_tail_url: OTHER },
    ],
    [
      ...piapi('hailuo', 'video_generation', { model: 's2v-01', prompt: 'she waves', reference_images: [PICTURE] }),
      'hailuo/video_generation',
      { image_url: PICTURE },
    ],
    [
      ...piapi('kling', 'video_generation', {
        prompt: 'a',
        camera_control: { type: '', config: { horizontal: 0, pan: 0 } },
      }),
      'kling/video_generation',
      { prompt: 'a' },
    ],
    [...piapi('seedance', 'seedance-2', { prompt: 'a', audio: 'false' }), 'seedance/seedance-2', { audio: false }],
  ])('at %s: %j is a task of %s with %j', async (path, body, operation, input) => {
    const task = await sentTo(path, body)
    expect(task).toMatchObject({ operation, input })
    for (const name of Object.keys(input)) expect((task as Task).input[name]).toEqual(input[name])
    expect(placeholdersIn(task as Task)).toEqual([])
  })

  it.each<[string, JsonObject, string]>([
    ['/fal/queue/fal-ai/flux/dev', { prompt: 'a', num_images: 'three' }, 'num_images must be a number'],
    ['/suno/submit/music', { prompt: 'la', make_instrumental: 'yes' }, 'make_instrumental must be a boolean'],
    ['/suno/submit/music', { prompt: 'la', model: 'chirp-v99' }, 'model must be one of'],
    ['/suno/submit/music', { tags: 'pop', task: 'extend' }, 'continue_clip_id is needed'],
    ['/suno/submit/music', { prompt: 'la', continue_at: 12 }, 'continue_clip_id is needed'],
    [
      '/minimax/v1/video_generation',
      { model: 'T2V-01', prompt: 'a', subject_reference: [{ type: 'character', image: [PICTURE] }] },
      'subject_reference is read with the model S2V-01 only',
    ],
    [
      '/minimax/v1/video_generation',
      { model: 'T2V-01', prompt: 'a', reference_images: [PICTURE] },
      'reference_images is read with',
    ],
    [
      '/kling/v1/videos/text2video',
      { prompt: 'a', multi_prompt: [{ prompt: 'b', duration: '5' }] },
      'multi_prompt is read with multi_shot true only',
    ],
    [
      '/runway/tasks',
      { taskType: 'gen3', options: { text_prompt: 'a', width: 'wide', height: 768 } },
      'options.width must be a number',
    ],
    [
      '/mj/submit/retexture',
      { prompt: 'a', image: PICTURE, maskBase64: PICTURE },
      'maskBase64 is not read by retexture',
    ],
    ['/ideogram/generate', { image_request: { prompt: 'a' }, image_file: PICTURE }, 'image_file is not read here'],
    ['/mj/submit/video', { prompt: 'a', image: PICTURE, mode: 'slow' }, 'mode must be one of'],
    [
      ...piapi('hailuo', 'video_generation', { model: 'v2.3', prompt: 'a', reference_images: [PICTURE] }),
      'input.reference_images is read with model s2v-01 only',
    ],
    [
      ...piapi('kling', 'video_generation', { prompt: 'a', image_url: PICTURE, start_image_url: OTHER }),
      'input.start_image_url does not go together with input.image_url',
    ],
    [...piapi('kling', 'video_generation', { prompt: 'a', start_image_url: 'fox' }), 'input.start_image_url must be'],
  ])('at %s: %j is refused, since %s', async (path, body, message) => {
    expect(await sentTo(path, body)).toContain(message)
  })

  it('as metadata of a PiAPI task is kept, and returned in reads and webhooks', async () => {
    const metadata = { order: 7, tags: ['a', ''], note: null }
    const hook = { webhook_config: { endpoint: `${receiver.url}/metadata`, secret: '' } }
    const body = { model: 'suno', task_type: 'lyrics', input: { prompt: 'sandbox:fast' }, metadata, config: hook }
    const created = await gateway.piapi.post(body, { key: TEST_KEY })
    expect(created.body.data).toMatchObject({ metadata })
    const { task_id: id } = created.body.data
    await gateway.until(id, hasEnded)
    expect(await gateway.piapi.read(id, { key: TEST_KEY })).toMatchObject({ metadata })
    await receiver.until((all) => all.some(({ path }) => path === '/metadata'))
    const notice = receiver.received.find(({ path }) => path === '/metadata')?.body ?? '{}'
    expect(JSON.parse(notice)).toMatchObject({ data: { task_id: id, metadata } })
    const plain = await gateway.piapi.song({ prompt: 'la' }, { key: TEST_KEY })
    expect(plain).not.toHaveProperty('metadata')
    const huge = await gateway.piapi.post({ ...body, metadata: 'x'.repeat(20_000) }, { key: TEST_KEY })
    expect(huge).toMatchObject({ status: 400, body: { error: { field: 'metadata' } } })
  })
})

/** The fields of an operation that hold a placeholder which is not their default. */
function placeholdersIn({ operation, input }: Task): string[] {
  const { properties } = getOperation(operation).input
  const isPlaceholder = (value: Json) => value === null || value === '' || (Array.isArray(value) && value.length === 0)
  return Object.entries(input).flatMap(([name, value]) => {
    const known = Object.hasOwn(properties, name) ? (properties[name] as { default?: Json }) : undefined
    return known && isPlaceholder(value) && known.default !== value ? [name] : []
  })
}
