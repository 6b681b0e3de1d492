import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compilerFaults } from '../../../test/support/compiler-faults.ts'
import {
  type FakeAnswer,
  type FakeVendor,
  openFakeVendor,
  type SeenRequest,
} from '../../../test/support/fake-vendor.ts'
import { getOperation } from '../../catalog/catalog.ts'
import { itemId } from '../../core/ids.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { sampleTask } from '../../core/task.testing.ts'
import { providerContract } from '../contract.ts'
import { aJob, anAccount, aSignal, resultOf } from '../kit/provider.testing.ts'
import { aStoredJob, expectResult } from '../kit/results.testing.ts'
import type { Job } from '../provider.ts'
import { falProvider } from './fal.ts'
import { fal as manifest } from './manifest.ts'

const KEY = 'an id:a secret of the test'
const ID = '764cabcf-b745-4b3e-ae38-1200304cf45b'
const PARENT = '01234567-89ab-4cde-8f01-23456789ab00'
const provider = falProvider()

/** fal's queue: a request waits at the first look, runs at the second and is done at the third. */
function openFal(keys: () => Json): Promise<FakeVendor> {
  const looks = new Map<string, { looks: number; model: string }>()
  return openFakeVendor(({ method, path, json, headers }, vendor) => {
    if (path.startsWith('/files/')) return { bytes: Buffer.from(path), type: 'application/octet-stream' }
    if (path === '/.well-known/jwks.json') return { json: { keys: keys() } }
    if (headers.authorization !== `Key ${KEY}`) return { status: 401, json: { detail: 'Cannot access application' } }
    const [, app = '', id = '', rest = ''] = /^\/(.+?)\/requests\/([^/]+)(?:\/(.+))?$/.exec(path) ?? []
    if (app === '') {
      const made = `764cabcf-b745-4b3e-ae38-${String(looks.size + 1).padStart(12, '0')}`
      looks.set(made, { looks: 0, model: path.slice(1) })
      const at = `https://queue.fal.run${path}/requests/${made}`
      const urls = { response_url: at, status_url: `${at}/status`, cancel_url: `${at}/cancel` }
      return { json: { request_id: made, ...urls, status: 'IN_QUEUE', queue_position: 0, echo: json } }
    }
    const known = looks.get(id)
    if (rest === 'cancel') {
      if (!known) return { status: 404, json: { status: 'NOT_FOUND' } }
      const isDone = known.looks > 2
      return { status: isDone ? 400 : 202, json: { status: isDone ? 'ALREADY_COMPLETED' : 'CANCELLATION_REQUESTED' } }
    }
    if (!known) return { status: 404, json: { detail: 'Request not found' } }
    if (app.split('/').length > 2) return { status: 405, json: { detail: `${method} on a path of a model` } }
    if (rest === 'status') return statusOf(known)
    return { json: resultFor(known.model, `${vendor.url}/files/${id}`) }
  })
}

function statusOf(known: { looks: number }): FakeAnswer {
  known.looks++
  if (known.looks === 1) return { status: 202, json: { status: 'IN_QUEUE', queue_position: 2 } }
  const logs = [{ message: ' 42%|████▏     | 21/50', level: 'INFO', source: 'USER', timestamp: '' }]
  if (known.looks === 2) return { status: 202, json: { status: 'IN_PROGRESS', logs } }
  return { json: { status: 'COMPLETED', logs, metrics: { inference_time: 3.4 } } }
}

/** As fal's own types have it. */
function resultFor(model: string, at: string): JsonObject {
  const file = (ending: string) => ({ url: `${at}.${ending}`, content_type: 'a/file', file_name: `a.${ending}` })
  if (model.startsWith('us/'))
    return { mesh: file('glb'), prompt: 'https://example.com/ is what was asked for', seed: 7 }
  if (/trellis-2/.test(model)) return { model_glb: file('glb') }
  if (/trellis/.test(model)) return { model_mesh: file('glb'), timings: {} }
  if (/f5-tts/.test(model)) return { audio_url: file('wav') }
  if (/ace-step|diffrhythm/.test(model)) return { audio: file('wav') }
  if (/video|veo|sora|wan|framepack|skyreels|omnihuman|dream-machine/.test(model)) return { video: file('mp4') }
  if (/try-on|esrgan|background|upscale\/c|vectorize/.test(model)) return { image: file('png') }
  return { images: [file('png')], has_nsfw_concepts: [false], seed: 7, timings: {}, prompt: '' }
}

const pair = generateKeyPairSync('ed25519')
const jwk = (key: KeyObject) => ({ ...(key.export({ format: 'jwk' }) as JsonObject), kid: '1' })

let vendor: FakeVendor
beforeAll(async () => {
  vendor = await openFal(() => [{ kty: 'RSA', n: 'x' }, jwk(pair.publicKey)])
})
afterAll(() => vendor.close())

const account = (given: Record<string, string> = {}) =>
  anAccount(manifest, { apiKey: KEY, baseUrl: vendor.url, jwksUrl: `${vendor.url}/.well-known/jwks.json`, ...given })
const submit = (job: Job, given?: Record<string, string>) => provider.submit(job, account(given), aSignal())
const request = (input: JsonObject, given: Partial<Job> = {}) => aJob('fal/request', input, given)
const anything = request({ model: 'us/ours/fast', input: { prompt: 'a fox' } })
const last = () => vendor.seen.findLast(({ method }) => method === 'POST') as SeenRequest

/** A finished video of any account. */
const video = sampleTask(
  { createdAt: 1, startedAt: 2, endedAt: 3 },
  {
    id: PARENT,
    operation: 'kling/video_generation',
    status: 'completed',
    output: { videos: [{ file: 'asset:v.mp4', cover: '', lastFrame: '', widthPx: 1, heightPx: 1, seconds: 5 }] },
  },
)
const URLS = { urlOf: (reference: string) => reference.replace('asset:', 'https://us/files/') }
const DUBBING = { origin_task_id: PARENT, local_dubbing_url: 'https://x/speech.mp3' }

/** What the examples ask for that is not there, in a form that is. */
const THERE: Record<string, JsonObject> = {
  'recraft/image-to-image': { model: 'recraftv3' },
  'Qubico/hunyuan/img2video-replace': { aspect_ratio: '9:16' },
  'kling/video_generation': { mode: 'pro' },
  'kling/motion_control': { preset_motion: '', video_url: 'https://x/dance.mp4' },
  'kling/lip_sync': DUBBING,
  'recraft/vectorize': { svg_compression: 'off' },
  'luma/image_generation': { format: 'jpg' },
  'gpt-image/edit': { model: 'gpt-image-1.5' },
}

function exampleJob(id: string): Job {
  return aJob(
    id,
    { ...getOperation(id).example, ...THERE[id] },
    id === 'kling/lip_sync' ? { parent: video, ...URLS } : {},
  )
}

providerContract('fal', {
  provider: () => provider,
  account: () => account(),
  job: (operation) => aJob(operation),
  operations: ['Qubico/flux1-schnell/txt2img', 'veo3/veo3-video', 'Qubico/trellis/image-to-3d'],
})

describe('the adapter for fal', () => {
  it.each([...provider.operations])('performs %s and returns a result in the catalogue’s form', async (id) => {
    await expectResult(id, await resultOf(provider, exampleJob(id), account()))
  })

  it('requests any model by its name, and polls it without the path below the app', async () => {
    const input = { prompt: 'a fox', image_url: 'https://x/a.png' }
    const answer = await submit(
      request({ model: 'fal-ai/flux/dev/image-to-image', input }, { callbackUrl: 'https://us/c?x=1' }),
    )
    expect(last()).toMatchObject({ path: '/fal-ai/flux/dev/image-to-image', json: input })
    expect(last().query.get('fal_webhook')).toBe('https://us/c?x=1')
    expect(answer).toEqual({ handle: { id: expect.any(String), model: 'fal-ai/flux/dev/image-to-image' } })
    await submit(request({ model: 'workflows/us/ours/path', input: {} }))
    expect(last().query.has('fal_webhook')).toBe(false)
    vendor.next.push({ status: 202, json: { status: 'IN_QUEUE' } })
    await provider.poll?.({ id: ID, model: 'workflows/us/ours/path' }, account(), aSignal(), anything)
    expect(vendor.seen.at(-1)?.path).toBe(`/workflows/us/ours/requests/${ID}/status`)
  })

  it('returns a model’s output unchanged, with its files', async () => {
    const { output, files } = await resultOf(provider, anything, account())
    const mesh = { url: 'file:file-1', content_type: 'a/file', file_name: 'a.glb' }
    expect(output).toEqual({ value: { mesh, prompt: 'https://example.com/ is what was asked for', seed: 7 } })
    expect(files).toEqual([{ key: 'file-1', content: { read: expect.any(Function) } }])
    const given = {
      file: 'https://v3.fal.media/files/a/b.png',
      link: 'https://example.com/',
      images: [{ url: 'data:image/png;base64,AQID' }],
    }
    const kept = await finished(given)
    expect(kept).toMatchObject({
      result: {
        output: { value: { file: 'file:file-1', link: 'https://example.com/', images: [{ url: 'file:file-2' }] } },
        files: [{ content: { url: given.file } }, { content: Buffer.from([1, 2, 3]) }],
      },
    })
  })

  it('sends a stored file in the request', async () => {
    await submit(aStoredJob('Qubico/flux1-dev/img2img'))
    expect(last().json).toMatchObject({ image_url: expect.stringMatching(/^data:image\/png;base64,/) })
  })

  it('follows a video of any account, since fal takes the file itself', async () => {
    expect(provider.adopts).toEqual(new Set(['kling/lip_sync']))
    await submit(exampleJob('kling/lip_sync'))
    expect(last()).toMatchObject({ path: '/fal-ai/kling-video/lipsync/audio-to-video' })
    expect(last().json).toEqual({ audio_url: 'https://x/speech.mp3', video_url: 'https://us/files/v.mp4' })
    const item = aJob('kling/lip_sync', { ...DUBBING, origin_task_id: itemId(PARENT, 9) }, { parent: video })
    await expect(submit(item)).rejects.toMatchObject({ code: 'vendor_refused' })
  })

  const refusal = (status: number, detail: Json, headers = {}): FakeAnswer => ({ status, headers, json: { detail } })
  it.each<[string, Record<string, string>, FakeAnswer | undefined, object]>([
    ['a wrong key', { apiKey: 'no' }, undefined, { code: 'account_refused', details: { lacks: 'credential' } }],
    [
      'no credit',
      {},
      refusal(403, 'User is locked. Reason: Exhausted balance.'),
      { code: 'account_refused', details: { lacks: 'credit' } },
    ],
    [
      'a limit',
      {},
      refusal(429, 'Too many', { 'retry-after': '4' }),
      { code: 'account_busy', details: { retryAfterSeconds: 4 } },
    ],
    [
      'a fault',
      {},
      refusal(422, [{ loc: ['body', 'prompt'], msg: 'field required' }]),
      { code: 'vendor_refused', message: 'field required' },
    ],
    [
      'refused content',
      {},
      refusal(422, [{ msg: 'flagged', type: 'content_policy_violation' }]),
      { code: 'content_moderated' },
    ],
    ['a breakdown', {}, refusal(500, 'oops'), { code: 'vendor_silent' }],
    ['being away', {}, refusal(503, 'later'), { code: 'vendor_unreachable' }],
    ['no id', {}, { json: { status: 'IN_QUEUE' } }, { code: 'vendor_silent' }],
    ['no object', {}, { json: [] }, { code: 'vendor_silent' }],
    ['silence', {}, 'lost', { code: 'vendor_silent' }],
    ['no server at the address', { baseUrl: 'http://127.0.0.1:2' }, undefined, { code: 'vendor_unreachable' }],
  ])('maps %s to its error after a single call', async (_, given, answer, error) => {
    if (answer !== undefined) vendor.next.push(answer)
    const before = vendor.seen.length
    await expect(submit(anything, given)).rejects.toMatchObject(error)
    expect(vendor.seen.length - before).toBeLessThanOrEqual(1)
  })

  it('keeps the path prefix of the base address in every call', async () => {
    vendor.next.push({ json: { request_id: ID } })
    await submit(anything, { baseUrl: `${vendor.url}/fal/queue` })
    expect(last().path).toBe('/fal/queue/us/ours/fast')
  })

  const poll = (...answers: FakeAnswer[]) => {
    vendor.next.push(...answers)
    return provider.poll?.({ id: ID, model: 'us/ours/fast' }, account(), aSignal(), anything)
  }
  const finished = (result: JsonObject) => poll({ json: { status: 'COMPLETED' } }, { json: result })

  it('reads the progress from the bar in the log', async () => {
    await expect(poll({ status: 202, json: { status: 'IN_QUEUE', queue_position: 3 } })).resolves.toEqual({
      status: 'processing',
    })
    expect(vendor.seen.at(-1)?.query.get('logs')).toBe('1')
    const logs = [{ message: ' 5%|▌' }, { message: '35%|███' }]
    const running = poll({ status: 202, json: { status: 'IN_PROGRESS', logs } })
    await expect(running).resolves.toEqual({ status: 'processing', progress: 35 })
  })

  it('reports a failure that comes as the status of the result', async () => {
    const failed = (...answers: FakeAnswer[]) => poll({ json: { status: 'COMPLETED' } }, ...answers)
    await expect(failed(refusal(422, [{ msg: 'image too small' }]))).resolves.toEqual({
      status: 'failed',
      reason: 'image too small',
      isModerated: false,
    })
    const flagged = refusal(422, [{ msg: 'flagged by a content checker', type: 'content_policy_violation' }])
    await expect(failed(flagged)).resolves.toMatchObject({ isModerated: true })
    await expect(failed(refusal(504, 'Request timed out'))).resolves.toMatchObject({
      status: 'failed',
      reason: 'Request timed out',
    })
    const told = poll({ json: { status: 'COMPLETED', error: 'The worker died', error_type: 'runner_disconnected' } })
    await expect(told).resolves.toMatchObject({ status: 'failed', reason: 'The worker died' })
    await expect(poll(refusal(404, 'Request not found'))).resolves.toMatchObject({ status: 'failed' })
    // What says nothing of the request is asked again.
    await expect(failed({ status: 502, json: {} })).rejects.toMatchObject({ code: 'vendor_unreachable' })
    for (const status of [405, 500, 502, 503, 504]) {
      await expect(poll(refusal(status, 'Oops'))).rejects.toMatchObject({ code: 'vendor_unreachable' })
    }
    await expect(poll(refusal(401, 'no'))).rejects.toMatchObject({ code: 'account_refused' })
    await expect(poll(refusal(429, 'slow'))).rejects.toMatchObject({ code: 'account_busy' })
    await expect(poll({ json: { status: 'ODD' } })).resolves.toEqual({ status: 'processing' })
  })

  it('reports a blacked-out picture and an empty answer as failures', async () => {
    const request = aJob('Qubico/flux1-schnell/txt2img')
    const look = (result: JsonObject) => {
      vendor.next.push({ json: { status: 'COMPLETED' } }, { json: result })
      return provider.poll?.({ id: ID }, account(), aSignal(), request)
    }
    const black = { images: [{ url: 'https://v3.fal.media/a.png' }], has_nsfw_concepts: [true] }
    await expect(look(black)).resolves.toMatchObject({ status: 'failed', isModerated: true })
    const shown = { url: 'https://v3.fal.media/b.png' }
    const partly = { images: [...black.images, shown], has_nsfw_concepts: [true, false] }
    await expect(look(partly)).resolves.toMatchObject({
      result: { files: [{ content: shown }], consumedShare: 0.5, logs: [expect.stringContaining('1 of 2 pictures')] },
    })
    await expect(look({ images: [] })).resolves.toMatchObject({ status: 'failed' })
    // A callback does not name the model; the request does.
    expect(vendor.seen.at(-1)?.path).toBe(`/fal-ai/flux/requests/${ID}`)
  })

  it('cancels a request once and again, and throws when it has ended already', async () => {
    const { handle } = (await submit(anything)) as { handle: { id: string } }
    const cancel = (of: Json) => provider.cancel?.(of, account(), aSignal(), anything)
    await cancel(handle)
    // A request that runs is only asked to stop.
    await expect(cancel(handle)).rejects.toMatchObject({ code: 'vendor_unreachable' })
    expect(vendor.at('PUT', `/us/ours/requests/${handle.id}/cancel`)).toHaveLength(2)
    for (const _ of [1, 2, 3]) await provider.poll?.(handle, account(), aSignal(), anything)
    await expect(cancel(handle)).rejects.toMatchObject({ code: 'vendor_refused' })
    await expect(cancel({ id: 'gone', model: 'us/ours' })).rejects.toMatchObject({ code: 'vendor_refused' })
  })

  it('cancels a request whose handle came by a callback, and names no model', async () => {
    const { handle } = (await submit(anything)) as { handle: { id: string } }
    await provider.cancel?.({ id: handle.id }, account(), aSignal(), anything)
    expect(vendor.at('PUT', `/us/ours/requests/${handle.id}/cancel`)).toHaveLength(1)
  })

  it('probes the key with a free call', async () => {
    await expect(provider.probe?.(account(), aSignal())).resolves.toBeUndefined()
    await expect(provider.probe?.(account({ apiKey: 'no' }), aSignal())).rejects.toMatchObject({
      details: { lacks: 'credential' },
    })
  })

  it('accepts only callbacks that fal signed recently', async () => {
    const rawBody = JSON.stringify({ request_id: ID, status: 'OK', payload: {} })
    const receivedAt = Date.now()
    const signed = (key: KeyObject, atMs = receivedAt, body = rawBody) => {
      const timestamp = String(Math.floor(atMs / 1_000))
      const digest = createHash('sha256').update(body).digest('hex')
      const lines = [ID, 'a user', timestamp, digest].join('\n')
      return {
        'x-fal-webhook-request-id': ID,
        'x-fal-webhook-user-id': 'a user',
        'x-fal-webhook-timestamp': timestamp,
        'x-fal-webhook-signature': sign(null, Buffer.from(lines), key).toString('hex'),
      }
    }
    const hear = (headers: Record<string, string>, given = {}) =>
      provider.receive?.({ headers, rawBody, receivedAt }, account(given))
    await expect(hear(signed(pair.privateKey))).resolves.toEqual({ handle: { id: ID } })
    const another = generateKeyPairSync('ed25519').privateKey
    const late = signed(pair.privateKey, receivedAt - 301_000)
    for (const bad of [{}, signed(another), late, signed(pair.privateKey, receivedAt, '{}')]) {
      await expect(hear(bad)).rejects.toMatchObject({ code: 'unauthorized' })
    }
    const nowhere = { jwksUrl: 'http://127.0.0.1:2/jwks.json' }
    await expect(hear(signed(pair.privateKey), nowhere)).rejects.toMatchObject({ code: 'vendor_unreachable' })
    vendor.next.push({ status: 404, json: {} })
    await expect(hear(signed(pair.privateKey))).rejects.toMatchObject({ code: 'vendor_unreachable' })
  })
})

const A = 'https://x/a.png'
const B = 'https://x/b.png'
const prompt = 'a fox'

/** Beside the examples, what makes a difference to the model or to its fields. */
const CASES: [string, JsonObject][] = [
  ['Qubico/flux1-schnell/txt2img', { prompt, width: 512, height: 256, batch_size: 4, seed: 7 }],
  ['Qubico/flux1-dev-advanced/kontext', { prompt, image: A, width: 1_024, height: 768, steps: 10 }],
  ['bfl/flux-pro', { prompt, steps: 30, guidance: 3, prompt_upsampling: true, seed: 3 }],
  ['bfl/flux-pro-1.1-ultra', { prompt, image_prompt: A, image_prompt_strength: 0.3, output_format: 'png' }],
  ['bfl/flux-kontext-pro', { prompt, aspect_ratio: '16:9' }],
  ['bfl/flux-kontext-max', { prompt, input_image: A, input_image_2: B, safety_tolerance: 5 }],
  ['bfl/flux-2-pro', { prompt, input_image: A, input_image_2: B }],
  ['bfl/flux-2-flex', { prompt, steps: 20, guidance: 4 }],
  ['gemini/gemini-2.5-flash-image', { prompt, image_urls: [A, B], aspect_ratio: '3:2' }],
  ['gemini/nano-banana-pro', { prompt, output_format: 'jpg', resolution: '4K' }],
  ['Qubico/qwen-image/image-edit', { prompt, image1: A, image3: B, negative_prompt: 'dogs', steps: 9, seed: 1 }],
  ['Qubico/z-image/txt2img', { prompt, batch_size: 2 }],
  ['seedream/seedream-5-lite', { prompt, image_urls: [A], aspect_ratio: '16:9', size: '3K' }],
  [
    'gpt-image/generate',
    { prompt, model: 'gpt-image-1.5', n: 2, size: '1024x1536', quality: 'high', background: 'opaque' },
  ],
  ['gpt-image/edit', { prompt, model: 'gpt-image-1.5', image: [A], mask: B, input_fidelity: 'high' }],
  ['gpt-image/edit', { prompt, model: 'gpt-image-1', image: [A, B], size: 'auto' }],
  [
    'ideogram/generate',
    { prompt, model: 'V_2', style_type: 'RENDER_3D', magic_prompt_option: 'ON', negative_prompt: 'dogs', seed: 5 },
  ],
  ['ideogram/generate', { prompt, model: 'V_2A_TURBO', aspect_ratio: 'ASPECT_10_16' }],
  ['ideogram/remix', { prompt, model: 'V_2', image_file: A, image_weight: 70 }],
  [
    'ideogram/v3-generate',
    {
      prompt,
      resolution: '1024x832',
      rendering_speed: 'QUALITY',
      num_images: 3,
      style_preset: 'ART_DECO',
      color_palette: { members: [{ color_hex: '#a0c4ff', color_weight: 0.4 }, { color_hex: '#fff' }] },
    },
  ],
  [
    'ideogram/v3-remix',
    { prompt, image: A, image_weight: 25, style_reference_images: [B], color_palette: { name: 'EMBER' } },
  ],
  [
    'recraft/generate',
    {
      prompt,
      model: 'recraftv3',
      style: 'digital_illustration',
      substyle: 'grain',
      controls: { colors: [{ rgb: [1, 2, 3] }] },
    },
  ],
  ['luma/reframe_image', { model: 'photon-flash-1', media: { url: A }, aspect_ratio: '9:16', x_start: 1, x_end: 9 }],
  ['Qubico/image-toolkit/background-remove', { image: A, rmbg_model: 'BEN2' }],
  ['veo3/veo3-video', { prompt, aspect_ratio: 'auto', duration: '4s', negative_prompt: 'dogs' }],
  ['veo3.1/veo3.1-video-fast', { prompt, image_url: A, tail_image_url: B, aspect_ratio: 'auto', resolution: '1080p' }],
  ['sora2/sora2-video', { prompt, image_url: A, duration: 12, aspect_ratio: '9:16' }],
  ['hailuo/video_generation', { model: 't2v-01-director', prompt, expand_prompt: true }],
  ['hailuo/video_generation', { model: 's2v-01', prompt, image_url: A }],
  ['hailuo/video_generation', { model: 'i2v-02', prompt, image_url: A, last_frame_image: B, duration: 10 }],
  ['hailuo/video_generation', { model: 'v2.3', prompt, resolution: 1080, duration: 6 }],
  ['hailuo/video_generation', { model: 'v2.3-fast', prompt, image_url: A, duration: 10 }],
  ['kling/video_generation', { prompt, version: '1.0', cfg_scale: '0.4', duration: 10 }],
  [
    'kling/video_generation',
    {
      prompt,
      version: '1.5',
      mode: 'pro',
      image_url: A,
      static_mask: B,
      dynamic_masks: [
        {
          mask: B,
          trajectories: [
            { x: 1, y: 2 },
            { x: 3, y: 4 },
          ],
        },
      ],
    },
  ],
  ['kling/video_generation', { prompt, version: '1.6', elements: [{ image_url: A }, { image_url: B }] }],
  ['kling/video_generation', { prompt, version: '2.1', image_url: A, cfg_scale: 0.7 }],
  ['kling/video_generation', { prompt, version: '2.5', mode: 'pro', image_url: A, image_tail_url: B }],
  [
    'kling/video_generation',
    { prompt, version: '2.6', mode: 'pro', image_url: A, image_tail_url: B, enable_audio: true },
  ],
  [
    'kling/video_generation',
    {
      version: '3.0',
      image_url: A,
      multi_shots: [
        { prompt, duration: 4 },
        { prompt, duration: 3 },
      ],
    },
  ],
  ['kling/video_generation', { prompt, version: '3.0', mode: 'pro', duration: 12, prefer_multi_shots: true }],
  ['kling/omni_video_generation', { prompt, resolution: '1080p', duration: 7 }],
  ['kling-turbo/video_generation', { prompt, start_image_url: A, end_image_url: B, duration: 10 }],
  ['luma/video_generation', { prompt, model: 'ray-flash-2', resolution: '720p', duration: 9, loop: true }],
  [
    'luma/reframe_video',
    { model: 'ray-flash-2', media: { url: 'https://x/a.mp4' }, aspect_ratio: '1:1', first_frame: { url: A } },
  ],
  ['Qubico/wanx/img2video-14b-keyframe', { prompt, first_frame: A, last_frame: B, aspect_ratio: '1:1' }],
  [
    'Wan/wan26-txt2video',
    { prompt, aspect_ratio: '4:3', duration: 15, resolution: '1080P', audio_url: 'https://x/a.mp3' },
  ],
  ['Qubico/framepack/img2video', { start_image: A, end_image: B, duration: 20 }],
  ['Qubico/trellis/image-to-3d', { images: [A, B], ss_sampling_steps: 10 }],
  ['Qubico/diffrhythm/txt2audio-full', { lyrics: '[00:10.00] la', style_audio: 'https://x/a.mp3' }],
]

/** The package's types have these not. */
const INFERRED = [
  'fal-ai/hunyuan-video',
  'fal-ai/luma-dream-machine/ray-2/modify',
  'fal-ai/wan/v2.2-a14b/image-to-video',
  'fal-ai/mmaudio-v2',
  'google/nano-banana-2.1',
  'google/nano-banana-2.1/edit',
]

describe('families at fal', () => {
  it.each<[string, JsonObject, string]>([
    ['Qubico/flux1-schnell/txt2img', { prompt, negative_prompt: 'dogs' }, 'negative_prompt'],
    ['bfl/flux-pro-1.1', { prompt, image_prompt: A }, 'image_prompt'],
    ['bfl/flux-pro-1.1', { prompt, safety_tolerance: 0 }, 'safety_tolerance'],
    ['bfl/flux-pro-1.1', { prompt, output_format: 'webp' }, 'output_format'],
    ['Qubico/qwen-image/txt2img', { prompt, flow_shift: 5 }, 'flow_shift'],
    ['gpt-image/generate', { prompt, model: 'gpt-image-2' }, 'model'],
    ['gpt-image/edit', { prompt, model: 'gpt-image-1', image: [A], mask: B }, 'mask'],
    ['ideogram/edit', { prompt, model: 'V_2A', image_file: A, mask: B }, 'model'],
    ['recraft/generate', { prompt, model: 'recraftv4' }, 'model'],
    ['recraft/generate', { prompt, model: 'recraftv3', n: 2 }, 'n'],
    ['kling/ai_try_on', { model_input: A, upper_input: A, lower_input: B }, 'lower_input'],
    ['kling/video_generation', { prompt, version: '2.6' }, 'mode'],
    ['kling/video_generation', { prompt, version: '2.1' }, 'version'],
    ['kling/video_generation', { prompt, version: '2.0', elements: [{ image_url: A }] }, 'elements'],
    ['kling/omni_video_generation', { prompt, version: 'o1' }, 'version'],
    ['kling/motion_control', { image_url: A, preset_motion: 'Running' }, 'preset_motion'],
    ['sora2/sora2-pro-video', { prompt, resolution: '1024p' }, 'resolution'],
    ['luma/video_generation', { prompt, duration: 10 }, 'duration'],
    ['luma/video_generation', { prompt, aspect_ratio: '1:1' }, 'aspect_ratio'],
    ['hailuo/video_generation', { model: 't2v-01', prompt, duration: 10 }, 'duration'],
    ['Qubico/hunyuan/txt2video', { prompt, aspect_ratio: '1:1' }, 'aspect_ratio'],
    ['Qubico/ace-step/txt2audio', { style_prompt: 'folk', negative_style_prompt: 'metal' }, 'negative_style_prompt'],
  ])('refuse %s with %j before any call when the model has no such field', async (id, input, field) => {
    const before = vendor.seen.length
    await expect(submit(aJob(id, input))).rejects.toMatchObject({
      code: 'vendor_refused',
      message: expect.stringContaining(` ${field} `),
    })
    expect(vendor.seen.length).toBe(before)
  })

  it('refuse text where a recording is needed', async () => {
    const speech = { origin_task_id: PARENT, tts_text: 'Good evening', tts_timbre: 'Rock' }
    await expect(submit(aJob('kling/lip_sync', speech, { parent: video, ...URLS }))).rejects.toMatchObject({
      code: 'vendor_refused',
    })
  })

  it('match the types of fal’s own package', { timeout: 120_000 }, async () => {
    const families = [...provider.operations].filter((id) => id !== 'fal/request')
    const jobs = [...families.map(exampleJob), ...CASES.map(([id, input]) => aJob(id, input))]
    const lines: string[] = []
    for (const job of jobs) {
      await submit(job)
      const { path, json } = last()
      if (INFERRED.includes(path.slice(1))) continue
      lines.push(`take<${JSON.stringify(path.slice(1))}>(${JSON.stringify(json)}) // ${job.operation}`)
    }
    expect(lines.length).toBeGreaterThan(100)
    const wrong = ['take<"fal-ai/flux/dev">({ prompt: "a fox", size: 1 })', 'take<"fal-ai/nobody">({})']
    // Compiling holds the event loop for seconds: no calls after it.
    expect(compilerFaults(new URL('inputs.ts', import.meta.url), INPUTS, [...lines, ...wrong])).toEqual(
      wrong.map((line) => expect.stringContaining(line)),
    )
  })
})

const INPUTS = [
  "import type { EndpointTypeMap } from '@fal-ai/client/endpoints'",
  "declare function take<Model extends keyof EndpointTypeMap>(input: EndpointTypeMap[Model]['input']): void",
]
