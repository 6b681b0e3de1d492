import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeAnswer, type FakeVendor, openFakeVendor } from '../../../test/support/fake-vendor.ts'
import { getOperation } from '../../catalog/catalog.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { providerContract } from '../contract.ts'
import { aJob, anAccount, aSignal, resultOf } from '../kit/provider.testing.ts'
import { aStoredJob, expectResult } from '../kit/results.testing.ts'
import type { Job } from '../provider.ts'
import { replicate as manifest } from './manifest.ts'
import { replicateProvider } from './replicate.ts'

const KEY = 'r8_a key of the test'
const SECRET = `whsec_${Buffer.from('a secret of the vendor').toString('base64')}`
const ID = 'ufawqhfynnddngldkgtslldrkq'
const provider = replicateProvider()

/** Replicate: predictions start at the first look, run at the second and are done at the third. */
function openReplicate(): Promise<FakeVendor> {
  const looks = new Map<string, { looks: number; kind: string }>()
  return openFakeVendor(async ({ method, path, json, headers, query: _, ...request }, vendor) => {
    if (path.startsWith('/files/')) return { bytes: Buffer.from(path), type: 'application/octet-stream' }
    if (headers.authorization !== `Bearer ${KEY}`) {
      return { status: 401, json: { title: 'Unauthenticated', detail: 'Invalid token', status: 401 } }
    }
    if (path === '/v1/account') return { json: { type: 'user', username: 'us', name: 'Us' } }
    if (path === '/v1/webhooks/default/secret') return { json: { key: SECRET } }
    if (path === '/v1/files') {
      const content = (await request.form()).get('content')
      if (!(content instanceof File)) return { status: 422, json: { detail: 'content is missing' } }
      return { status: 201, json: { id: 'f-1', urls: { get: `https://api.replicate.com/v1/files/${content.name}` } } }
    }
    if (method === 'GET' && path === '/v1/predictions') return { json: { previous: null, next: null, results: [] } }
    const [, id, cancel] = /^\/v1\/predictions\/([^/]+)(\/cancel)?$/.exec(path) ?? []
    if (method === 'POST' && cancel === undefined) {
      const made = `p${looks.size + 1}`
      looks.set(made, { looks: 0, kind: kindOf(path, json as JsonObject) })
      return { status: 201, json: predictionOf(made, 'starting', null) }
    }
    const known = looks.get(id ?? '')
    if (id === undefined || !known) return { status: 404, json: { detail: 'Prediction not found' } }
    if (cancel !== undefined) return { json: predictionOf(id, 'canceled', null) }
    known.looks++
    const status = ['starting', 'processing'][known.looks - 1] ?? 'succeeded'
    const output = status === 'succeeded' ? outputOf(known.kind, `${vendor.url}/files/${id}`) : null
    return { json: predictionOf(id, status, output) }
  })
}

function predictionOf(id: string, status: string, output: Json): JsonObject {
  return {
    id,
    model: 'a/model',
    version: 'hidden',
    input: {},
    logs: status === 'processing' ? 'Using seed: 7\n 42%|████▏     | 21/50\n' : '',
    output,
    data_removed: false,
    error: null,
    status,
    created_at: new Date().toISOString(),
    urls: { get: '', cancel: '' },
  }
}

function kindOf(path: string, body: JsonObject): string {
  if (/flux-(?:schnell|dev)|seedream|qwen|gpt-image/.test(path)) return 'list'
  return body.version === undefined ? 'one' : 'object'
}

function outputOf(kind: string, at: string): Json {
  if (kind === 'list') return [`${at}-1.png`, `${at}-2.png`]
  return kind === 'one' ? at : { model_file: `${at}.glb`, note: 'see https://example.com for more', size: 3 }
}

let vendor: FakeVendor
beforeAll(async () => {
  vendor = await openReplicate()
})
afterAll(() => vendor.close())

const account = (given: Record<string, string> = {}) =>
  anAccount(manifest, { apiKey: KEY, baseUrl: `${vendor.url}/v1`, ...given })
const submit = (job: Job, given?: Record<string, string>) => provider.submit(job, account(given), aSignal())
const prediction = (input: JsonObject, given: Partial<Job> = {}) => aJob('replicate/prediction', input, given)
const anything = prediction({ model: 'a/model', input: { prompt: 'a fox' } })
const last = () => vendor.seen.findLast(({ method }) => method === 'POST')

/** What the examples ask for that is not there, in a form that is. */
const THERE: Record<string, JsonObject> = {
  'ideogram/v3-generate': { num_images: 1 },
  'recraft/vectorize': { svg_compression: 'off' },
  'recraft/remove-background': { image_format: 'webp' },
  'luma/image_generation': { format: 'jpg' },
  'gpt-image/generate': { model: 'gpt-image-1.5' },
  'gpt-image/edit': { model: 'gpt-image-1.5' },
  'kling/video_generation': { mode: 'pro' },
  'sora2/sora2-pro-video': { resolution: '720p' },
}

describe('the adapter for Replicate', () => {
  it.each([...provider.operations])('performs %s and returns a result in the catalogue’s form', async (id) => {
    const job = aJob(id, { ...getOperation(id).example, ...THERE[id] })
    await expectResult(id, await resultOf(provider, job, account()))
    expect(last()?.headers).not.toHaveProperty('prefer')
  })

  it('calls a model by its name, a version by its id, and a deployment by its own', async () => {
    const input = { prompt: 'a fox', num_outputs: 2 }
    await submit(prediction({ model: 'black-forest-labs/flux-schnell', input }, { callbackUrl: 'https://us/c' }))
    expect(last()).toMatchObject({ path: '/v1/models/black-forest-labs/flux-schnell/predictions' })
    expect(last()?.json).toEqual({ input, webhook: 'https://us/c', webhook_events_filter: ['start', 'completed'] })
    await submit(prediction({ model: 'a/model', version: 'abc123', input }))
    expect(last()).toMatchObject({ path: '/v1/predictions', json: { version: 'abc123', input } })
    await submit(prediction({ deployment: 'us/ours', input }))
    expect(last()).toMatchObject({ path: '/v1/deployments/us/ours/predictions', json: { input } })
  })

  it('returns a model’s output unchanged, with its files', async () => {
    const { output, files } = await resultOf(provider, prediction({ version: 'abc', input: {} }), account())
    expect(output).toEqual({ value: { model_file: 'file:file-1', note: 'see https://example.com for more', size: 3 } })
    expect(files).toEqual([{ key: 'file-1', content: { read: expect.any(Function) } }])
    const data = 'data:text/plain;base64,aGVsbG8='
    const cdn = 'https://replicate.delivery/xezq/a/out.webp'
    const told = await look({ status: 'succeeded', output: [cdn, data, 'https://example.com/'] })
    expect(told).toMatchObject({
      result: {
        output: { value: ['file:file-1', 'file:file-2', 'https://example.com/'] },
        files: [{ content: { url: cdn } }, { content: Buffer.from('hello') }],
      },
    })
  })

  it('keeps a URL in the text of a language model as text', async () => {
    const job = prediction({ model: 'meta/meta-llama-3-70b-instruct', input: { prompt: 'an address' } })
    const url = 'https://replicate.delivery/xezq/a.png'
    const output = { value: [url] }
    await expect(look({ status: 'succeeded', output: [url] }, job)).resolves.toMatchObject({
      result: { output, files: [] },
    })
  })

  it('uploads files that Replicate cannot fetch before the paid call', async () => {
    await submit(aStoredJob('Qubico/flux1-dev/img2img'))
    expect(last()?.json).toMatchObject({ input: { image: 'https://api.replicate.com/v1/files/picture.png' } })
    await submit(prediction({ model: 'a/model', input: { image: 'https://x/a.png' } }))
    expect(last()?.json).toMatchObject({ input: { image: 'https://x/a.png' } })
  })

  const refusal = (status: number, detail: string, headers = {}): FakeAnswer => ({
    status,
    headers,
    json: { detail, status },
  })
  it.each<[string, Record<string, string>, FakeAnswer | undefined, object]>([
    ['a wrong token', { apiKey: 'no' }, undefined, { code: 'account_refused', details: { lacks: 'credential' } }],
    ['no credit', {}, refusal(402, 'Insufficient credit'), { code: 'account_refused', details: { lacks: 'credit' } }],
    [
      'a limit, told in words',
      {},
      refusal(429, 'Request was throttled. Your rate limit resets in ~30s.'),
      { code: 'account_busy', details: { retryAfterSeconds: 30 } },
    ],
    [
      'a limit, told in a header',
      {},
      refusal(429, 'Slow down', { 'retry-after': '3' }),
      { code: 'account_busy', details: { retryAfterSeconds: 3 } },
    ],
    ['a fault', {}, refusal(422, 'input.prompt is required'), { code: 'vendor_refused' }],
    ['an unknown model', {}, refusal(404, 'The requested resource could not be found.'), { code: 'vendor_refused' }],
    ['refused content', {}, refusal(400, 'NSFW content detected'), { code: 'content_moderated' }],
    ['a breakdown', {}, refusal(500, 'oops'), { code: 'vendor_silent' }],
    ['being away', {}, refusal(503, 'later'), { code: 'vendor_unreachable' }],
    ['no id', {}, { status: 201, json: { status: 'starting' } }, { code: 'vendor_silent' }],
    ['no object', {}, { status: 201, json: [] }, { code: 'vendor_silent' }],
    ['silence', {}, 'lost', { code: 'vendor_silent' }],
    ['no server at the address', { baseUrl: 'http://127.0.0.1:2/v1' }, undefined, { code: 'vendor_unreachable' }],
  ])('maps %s to its error after a single call', async (_, given, answer, error) => {
    if (answer !== undefined) vendor.next.push(answer)
    const before = vendor.seen.length
    await expect(submit(anything, given)).rejects.toMatchObject(error)
    expect(vendor.seen.length - before).toBeLessThanOrEqual(1)
  })

  const look = (given: JsonObject, job = anything) => {
    vendor.next.push({ json: { ...predictionOf(ID, 'starting', null), ...given } })
    return provider.poll?.({ id: ID }, account(), aSignal(), job)
  }

  it('reads the progress from the bar in the log', async () => {
    await expect(look({ status: 'starting' })).resolves.toEqual({ status: 'processing' })
    const logs = '  5%|▌ | 1/20\r 35%|███ | 7/20'
    await expect(look({ status: 'processing', logs })).resolves.toEqual({ status: 'processing', progress: 35 })
  })

  it('reports failure, moderation and an early end', async () => {
    await expect(look({ status: 'failed', error: 'CUDA out of memory' })).resolves.toEqual({
      status: 'failed',
      reason: 'CUDA out of memory',
      isModerated: false,
    })
    const nsfw = look({ status: 'failed', error: 'NSFW content detected. Try running it again.' })
    await expect(nsfw).resolves.toMatchObject({ isModerated: true })
    await expect(look({ status: 'canceled' })).resolves.toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('canceled'),
    })
    await expect(look({ status: 'aborted' })).resolves.toMatchObject({ status: 'failed' })
    await expect(look({ status: 'succeeded', output: null, data_removed: true })).resolves.toMatchObject({
      status: 'failed',
    })
    await expect(provider.poll?.({ id: 'gone' }, account(), aSignal(), anything)).resolves.toMatchObject({
      status: 'failed',
    })
    // A proxy's page says nothing of the prediction.
    vendor.next.push({ status: 404, bytes: Buffer.from('<!doctype html>'), type: 'text/html' })
    await expect(provider.poll?.({ id: 'gone' }, account(), aSignal(), anything)).rejects.toMatchObject({
      code: 'vendor_unreachable',
    })
    await expect(look({ status: 'odd' })).resolves.toEqual({ status: 'processing' })
  })

  it('cancels a task once and again', async () => {
    const { handle } = (await submit(anything)) as { handle: { id: string } }
    await provider.cancel?.(handle, account(), aSignal(), anything)
    await provider.cancel?.(handle, account(), aSignal(), anything)
    expect(vendor.at('POST', `/v1/predictions/${handle.id}/cancel`)).toHaveLength(2)
    // A prediction that runs is only told to stop.
    for (const _ of [1, 2]) vendor.next.push({ json: predictionOf(handle.id, 'processing', null) })
    const cancelled = () => provider.cancel?.(handle, account(), aSignal(), anything)
    await expect(cancelled()).rejects.toMatchObject({ code: 'vendor_unreachable' })
    vendor.next.push({ json: predictionOf(handle.id, 'processing', null) })
    vendor.next.push({ json: predictionOf(handle.id, 'canceled', null) })
    await expect(cancelled()).resolves.toBeUndefined()
    await expect(provider.cancel?.({ id: 'gone' }, account(), aSignal(), anything)).resolves.toBeUndefined()
  })

  it('probes the token with a free call', async () => {
    await expect(provider.probe?.(account(), aSignal())).resolves.toBeUndefined()
    await expect(provider.probe?.(account({ apiKey: 'no' }), aSignal())).rejects.toMatchObject({
      details: { lacks: 'credential' },
    })
  })

  it('finds the prediction of a lost answer by its webhook URL', async () => {
    const createdAt = Date.now()
    const job = { ...anything, createdAt, callbackUrl: 'https://us/callbacks/7' }
    const ask = (results: JsonObject[], request: Job = job) => {
      vendor.next.push({ json: { previous: null, next: null, results } })
      return provider.reconcile?.(request, account(), aSignal())
    }
    const at = (ms: number) => ({ created_at: new Date(createdAt + ms).toISOString() })
    const ours = { id: ID, webhook: 'https://us/callbacks/7', ...at(500) }
    const other = { id: 'other', webhook: 'https://us/callbacks/8', ...at(900) }
    await expect(ask([other, ours])).resolves.toEqual({ handle: { id: ID } })
    await expect(ask([other])).resolves.toBe('unknown')
    await expect(ask([{ id: 'older', ...at(-3_600_000) }])).resolves.toBe('absent')
    await expect(ask([])).resolves.toBe('absent')
    await expect(ask([{ id: 'unnamed', ...at(100) }], { ...job, callbackUrl: undefined })).resolves.toBe('unknown')
  })

  it('accepts only callbacks that Replicate signed', async () => {
    const rawBody = JSON.stringify({ id: ID, status: 'succeeded' })
    const signed = (secret: string, at = new Date(), body = rawBody) => ({
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(secret).sign('msg_1', at, body),
    })
    const hear = (headers: Record<string, string | undefined>, given = {}) =>
      provider.receive?.({ headers, rawBody, receivedAt: Date.now() }, account(given))
    await expect(hear(signed(SECRET))).resolves.toEqual({ handle: { id: ID } })
    const request = vendor.at('GET', '/v1/webhooks/default/secret').length
    await expect(hear(signed(SECRET), { webhookSecret: SECRET })).resolves.toEqual({ handle: { id: ID } })
    expect(vendor.at('GET', '/v1/webhooks/default/secret')).toHaveLength(request)
    const another = `whsec_${Buffer.from('another').toString('base64')}`
    const old = new Date(Date.now() - 600_000)
    for (const bad of [{}, signed(another), signed(SECRET, old), signed(SECRET, new Date(), '{}')]) {
      await expect(hear(bad)).rejects.toMatchObject({ code: 'unauthorized' })
    }
  })
})

describe('families at Replicate', () => {
  const request = async (id: string, input: JsonObject) => {
    await submit(aJob(id, input))
    return { model: last()?.path.slice('/v1/models/'.length, -'/predictions'.length), ...(last()?.json as JsonObject) }
  }
  const prompt = 'a fox'

  it.each<[string, JsonObject, string, JsonObject]>([
    [
      'Qubico/flux1-schnell/txt2img',
      { prompt, width: 512, height: 512, batch_size: 2, seed: 7 },
      'black-forest-labs/flux-schnell',
      {
        prompt,
        aspect_ratio: '1:1',
        megapixels: '0.25',
        num_outputs: 2,
        num_inference_steps: 4,
        seed: 7,
        output_format: 'png',
      },
    ],
    [
      'bfl/flux-pro-1.1',
      {
        prompt,
        width: 1_024,
        height: 768,
        output_format: 'jpeg',
        safety_tolerance: 3,
        image_prompt: 'https://x/a.png',
      },
      'black-forest-labs/flux-1.1-pro',
      {
        prompt,
        aspect_ratio: 'custom',
        width: 1_024,
        height: 768,
        output_format: 'jpg',
        safety_tolerance: 3,
        image_prompt: 'https://x/a.png',
        prompt_upsampling: false,
      },
    ],
    [
      'bfl/flux-2-pro',
      { prompt, input_image: 'https://x/a.png', input_image_2: 'https://x/b.png' },
      'black-forest-labs/flux-2-pro',
      {
        prompt,
        input_images: ['https://x/a.png', 'https://x/b.png'],
        aspect_ratio: 'match_input_image',
        safety_tolerance: 2,
        output_format: 'jpg',
      },
    ],
    [
      'gemini/nano-banana-pro',
      { prompt, image_urls: ['https://x/a.png'], resolution: '2K', output_format: 'jpeg' },
      'google/nano-banana-pro',
      { prompt, image_input: ['https://x/a.png'], resolution: '2K', output_format: 'jpg' },
    ],
    [
      'ideogram/generate',
      { prompt, model: 'V_2_TURBO', aspect_ratio: 'ASPECT_3_4', style_type: 'RENDER_3D', magic_prompt_option: 'OFF' },
      'ideogram-ai/ideogram-v2-turbo',
      { prompt, aspect_ratio: '3:4', style_type: 'Render 3D', magic_prompt_option: 'Off' },
    ],
    [
      'recraft/generate',
      { prompt, model: 'recraftv3', style: 'vector_illustration', substyle: 'engraving', size: '1024x1024' },
      'recraft-ai/recraft-v3-svg',
      { prompt, style: 'engraving', size: '1024x1024' },
    ],
    [
      'luma/image_generation',
      { prompt, model: 'photon-1', image_ref: [{ url: 'https://x/a.png', weight: 0.5 }] },
      'luma/photon',
      { prompt, aspect_ratio: '16:9', image_reference_url: 'https://x/a.png', image_reference_weight: 0.5 },
    ],
    [
      'veo3.1/veo3.1-video',
      { prompt, image_url: 'https://x/a.png', tail_image_url: 'https://x/b.png', aspect_ratio: 'auto', duration: '6s' },
      'google/veo-3.1',
      {
        prompt,
        image: 'https://x/a.png',
        last_frame: 'https://x/b.png',
        duration: 6,
        resolution: '720p',
        generate_audio: false,
      },
    ],
    [
      'sora2/sora2-video',
      { prompt, aspect_ratio: '9:16', duration: 8 },
      'openai/sora-2',
      { prompt, aspect_ratio: 'portrait', seconds: 8 },
    ],
    [
      'hailuo/video_generation',
      { model: 'i2v-02', prompt, image_url: 'https://x/a.png', resolution: 1080, expand_prompt: false },
      'minimax/hailuo-02',
      { prompt, first_frame_image: 'https://x/a.png', resolution: '1080p', prompt_optimizer: false },
    ],
    [
      'kling/video_generation',
      { prompt, version: '1.6', mode: 'pro', cfg_scale: '0.4', elements: [{ image_url: 'https://x/a.png' }] },
      'kwaivgi/kling-v1.6-pro',
      { prompt, duration: 5, aspect_ratio: '16:9', cfg_scale: 0.4, reference_images: ['https://x/a.png'] },
    ],
    [
      'luma/video_generation',
      {
        prompt,
        model: 'ray-flash-2',
        resolution: '540p',
        duration: 9,
        end_image: 'https://x/b.png',
        concepts: [{ key: 'orbit_left' }],
      },
      'luma/ray-flash-2-540p',
      { prompt, aspect_ratio: '16:9', duration: 9, end_image: 'https://x/b.png', concepts: ['orbit_left'] },
    ],
    [
      'Wan/wan26-txt2video',
      { prompt, resolution: '1080P', aspect_ratio: '9:16', duration: 10 },
      'wan-video/wan-2.6-t2v',
      { prompt, size: '1080*1920', duration: 10 },
    ],
  ])('maps %s with %j to the model’s fields', async (id, input, model, given) => {
    expect(await request(id, input)).toEqual({ model, input: given })
  })

  it.each<[string, JsonObject, string]>([
    ['Qubico/flux1-schnell/txt2img', { prompt, width: 1_024, height: 256 }, 'width'],
    ['Qubico/flux1-schnell/txt2img', { prompt, steps: 8 }, 'steps'],
    ['Qubico/flux1-dev/txt2img', { prompt, negative_prompt: 'dogs' }, 'negative_prompt'],
    ['bfl/flux-pro-1.1', { prompt, safety_tolerance: 0 }, 'safety_tolerance'],
    ['bfl/flux-kontext-pro', { prompt, input_image_2: 'https://x/b.png' }, 'input_image_2'],
    ['gpt-image/generate', { prompt, model: 'gpt-image-1' }, 'model'],
    ['ideogram/generate', { prompt, num_images: 2 }, 'num_images'],
    ['sora2/sora2-pro-video', { prompt, resolution: '1080p' }, 'resolution'],
    ['hailuo/video_generation', { prompt, model: 't2v-01', duration: 10 }, 'duration'],
    ['kling/video_generation', { prompt, version: '2.6', mode: 'std' }, 'mode'],
    ['kling/video_generation', { prompt, version: '1.0' }, 'version'],
    ['luma/video_generation', { prompt, duration: 10 }, 'duration'],
    ['Wan/wan26-txt2video', { prompt, audio: false }, 'audio'],
  ])('refuses %s with %j before any call when the model has no such field', async (id, input, field) => {
    const before = vendor.seen.length
    await expect(submit(aJob(id, input))).rejects.toMatchObject({
      code: 'vendor_refused',
      message: expect.stringContaining(` ${field} `),
    })
    expect(vendor.seen.length).toBe(before)
  })
})

providerContract('Replicate', {
  provider: () => provider,
  account: () => account(),
  job: (operation) => (operation === 'replicate/prediction' ? anything : aJob(operation)),
  operations: ['replicate/prediction', 'Qubico/flux1-schnell/txt2img', 'veo3/veo3-video'],
})
