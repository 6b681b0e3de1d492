import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeAnswer, type FakeVendor, openFakeVendor } from '../../../test/support/fake-vendor.ts'
import { sampleFiles } from '../../assets/sample-files.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { sampleTask } from '../../core/task.testing.ts'
import { providerContract } from '../contract.ts'
import { aJob, anAccount, aSignal, resultOf } from '../kit/provider.testing.ts'
import { aReadableJob, aStoredJob, expectResult } from '../kit/results.testing.ts'
import type { Job } from '../provider.ts'
import { openai as manifest } from './manifest.ts'
import { openaiProvider } from './openai.ts'

const KEY = 'sk-of-the-test'
const PICTURE = 'https://example.com/a.png'
const BASE64 = Buffer.from('a picture').toString('base64')

const error = (message: string, code: string | null, type = 'invalid_request_error', param: string | null = null) => ({
  error: { message, type, param, code },
})

/** Fields that each generation of models takes at each route; the API refuses others. */
const SHARED = ['model', 'prompt', 'n', 'size', 'quality', 'user']
const GPT = [...SHARED, 'background', 'output_format', 'output_compression']
const TAKEN: Record<string, string[]> = {
  'generations gpt': [...GPT, 'moderation'],
  'generations dall-e': [...SHARED, 'style', 'response_format'],
  'edits gpt': [...GPT, 'image', 'image[]', 'mask', 'input_fidelity'],
  'edits dall-e': [...SHARED, 'image', 'mask', 'response_format'],
}

function pictures(route: string, names: string[], fields: JsonObject): FakeAnswer {
  const kind = String(fields.model).startsWith('dall-e') ? 'dall-e' : 'gpt'
  const unknown = names.find((name) => !TAKEN[`${route} ${kind}`]?.includes(name))
  if (unknown !== undefined) {
    const message = `Unknown parameter: '${unknown}'.`
    return { status: 400, json: error(message, 'unknown_parameter', 'invalid_request_error', unknown) }
  }
  const data: Json = Array.from({ length: Number(fields.n ?? 1) }, () => ({ b64_json: BASE64 }))
  const usage = { total_tokens: 60, input_tokens: 10, output_tokens: 50, input_tokens_details: {} }
  return { json: { created: 1_713_833_628, data, ...(kind === 'gpt' ? { usage } : {}) } }
}

const aParent = (handle: Json) =>
  sampleTask(
    { createdAt: 0, startedAt: 1, endedAt: 2 },
    { id: 'a parent', operation: 'sora2/sora2-video', status: 'completed', handle },
  )

/** Pictures, models and videos; the second look finds a video done. */
function openOpenai(): Promise<FakeVendor> {
  const looks = new Map<string, number>()
  return openFakeVendor(async ({ method, path, json, headers, query, form }) => {
    if (headers.authorization !== `Bearer ${KEY}`) {
      return { status: 401, json: error('Incorrect API key provided: sk-***.', 'invalid_api_key') }
    }
    if (path === '/v1/models') return { json: { object: 'list', data: [] } }
    if (path === '/v1/images/generations') return pictures('generations', Object.keys(json ?? {}), json as JsonObject)
    if (path === '/v1/images/edits') {
      const fields = await form()
      return pictures('edits', [...fields.keys()], { model: String(fields.get('model')), n: String(fields.get('n')) })
    }
    if (method === 'POST' && (path === '/v1/videos' || /^\/v1\/videos\/video_\d+\/remix$/.test(path))) {
      const id = `video_${looks.size + 1}`
      looks.set(id, 0)
      const { model, seconds, size } = path.endsWith('/remix') ? {} : Object.fromEntries(await form())
      return {
        json: {
          id,
          object: 'video',
          status: 'queued',
          progress: 0,
          model: String(model),
          seconds: String(seconds),
          size: String(size),
        },
      }
    }
    const [, id = '', rest] = /^\/v1\/videos\/(video_\d+)(\/content)?$/.exec(path) ?? []
    const look = looks.get(id)
    if (look === undefined) return { status: 404, json: error(`Video with id '${id}' not found.`, 'not_found') }
    if (method === 'DELETE') {
      looks.delete(id)
      return { json: { id, object: 'video.deleted', deleted: true } }
    }
    if (rest !== undefined) {
      expect(query.get('variant') ?? 'video').toBe('video')
      return { bytes: (await sampleFiles['video/mp4']?.()) ?? new Uint8Array(), type: 'video/mp4' }
    }
    looks.set(id, look + 1)
    if (look > 0) return { json: { id, object: 'video', status: 'completed', progress: 100, error: null } }
    const poll = { 'openai-poll-after-ms': '1500' }
    return { headers: poll, json: { id, object: 'video', status: 'in_progress', progress: 33, error: null } }
  })
}

describe('the adapter for OpenAI', () => {
  let vendor: FakeVendor
  const provider = openaiProvider()
  const account = (given: Record<string, string> = {}) =>
    anAccount(manifest, { apiKey: KEY, baseUrl: `${vendor.url}/v1`, ...given })
  const sentForm = async (path: string): Promise<[string, unknown][]> => {
    const form = await vendor.at('POST', path).at(-1)?.form()
    return [...(form ?? [])].map(([name, value]) => [name, value instanceof File ? value.type : value])
  }
  const generating = (given: JsonObject = {}) => aJob('gpt-image/generate', { prompt: 'a boat', ...given })

  beforeAll(async () => {
    vendor = await openOpenai()
  })
  afterAll(() => vendor.close())

  it.each([...provider.operations])('performs %s and delivers what the catalogue states', async (operation) => {
    const job = aReadableJob(operation, undefined, { parent: aParent({ id: 'video_7' }) })
    const result = await resultOf(provider, job, account())
    const files = await expectResult(operation, result)
    expect(files.every((file) => file.length > 0)).toBe(true)
  })

  it('makes pictures with the fields of the model, and no others', async () => {
    const request: JsonObject = {
      model: 'gpt-image-1.5',
      n: 2,
      size: '1536x1024',
      quality: 'low',
      output_format: 'webp',
      output_compression: 70,
      background: 'transparent',
      moderation: 'low',
      user: 'u-1',
    }
    const result = await resultOf(provider, generating({ ...request, style: 'vivid', mine: true }), account())
    expect(vendor.at('POST', '/v1/images/generations').at(-1)?.json).toEqual({ prompt: 'a boat', ...request })
    expect(result.files.map(({ content }) => Buffer.from(content as Uint8Array).toString())).toEqual([
      'a picture',
      'a picture',
    ])
    expect(result.logs).toEqual(['OpenAI counted 10 input and 50 output tokens'])
  })

  it.each([
    ['https://api.openai.com/v1', 'gpt-image-1.5', ['OpenAI has retired gpt-image-1; gpt-image-1.5 made the pictures']],
    ['https://relay.example/v1', 'gpt-image-1', []],
  ])('at %s makes the pictures of a model that OpenAI has retired with %s', async (baseUrl, model, logs) => {
    const sent: Json[] = []
    const fetch: typeof globalThis.fetch = async (_url, init) => {
      sent.push(JSON.parse(String(init?.body)))
      return Response.json({ created: 1, data: [{ b64_json: BASE64 }] })
    }
    const there = { ...account(), settings: { ...account().settings, baseUrl }, fetch }
    const result = await resultOf(provider, generating({ model: 'gpt-image-1' }), there)
    expect(sent).toEqual([expect.objectContaining({ model })])
    expect(result.logs).toEqual(logs)
  })

  it('does not send values that are the model’s defaults', async () => {
    await resultOf(provider, generating(), account())
    expect(vendor.at('POST', '/v1/images/generations').at(-1)?.json).toEqual({
      model: 'gpt-image-1.5',
      prompt: 'a boat',
      n: 1,
      output_format: 'png',
    })
    await resultOf(provider, generating({ model: 'dall-e-3', style: 'natural', quality: 'hd' }), account())
    expect(vendor.at('POST', '/v1/images/generations').at(-1)?.json).toEqual({
      model: 'dall-e-3',
      prompt: 'a boat',
      n: 1,
      quality: 'hd',
      style: 'natural',
      response_format: 'b64_json',
    })
  })

  it('sends the pictures to edit, stored ones and those of URLs', async () => {
    const image = [PICTURE, 'https://example.com/vase.png']
    const request = {
      prompt: 'in blue',
      image,
      mask: PICTURE,
      input_fidelity: 'high',
      quality: 'high',
      moderation: 'low',
    }
    await resultOf(provider, aStoredJob('gpt-image/edit', request), account())
    expect((await sentForm('/v1/images/edits')).toSorted()).toEqual([
      ['image[]', 'image/png'],
      ['image[]', 'image/png'],
      ['input_fidelity', 'high'],
      ['mask', 'image/png'],
      ['model', 'gpt-image-1.5'],
      ['n', '1'],
      ['output_format', 'png'],
      ['prompt', 'in blue'],
      ['quality', 'high'],
    ])
    await resultOf(provider, aReadableJob('gpt-image/edit', { ...request, image: [PICTURE], mask: '' }), account())
    const names = (await sentForm('/v1/images/edits')).map(([name]) => name)
    expect(names).toContain('image')
    expect(names).not.toContain('mask')
  })

  it('accepts a URL for a picture from a gateway that answers with one', async () => {
    vendor.next.push({ json: { created: 1, data: [{ url: 'https://example.com/made.png' }] } })
    const { files } = await resultOf(provider, generating(), account())
    expect(files).toEqual([{ key: 'picture-1', content: { url: 'https://example.com/made.png' } }])
  })

  it('makes a video, reports its progress and reads it with the key', async () => {
    const input = { prompt: 'a crane', duration: 8, aspect_ratio: '9:16', image_url: PICTURE }
    const job = aStoredJob('sora2/sora2-video', input)
    const submitted = await provider.submit(job, account(), aSignal())
    const handle = 'handle' in submitted ? (submitted.handle ?? null) : null
    expect(handle).toEqual({ id: expect.stringMatching(/^video_/) })
    const form = await vendor.at('POST', '/v1/videos').at(-1)?.form()
    const { input_reference: frame, ...fields } = Object.fromEntries(form ?? [])
    expect(fields).toEqual({ model: 'sora-2', prompt: 'a crane', seconds: '8', size: '720x1280' })
    // The API takes a first frame of the size of the video alone.
    const { width, height } = await sharp(await (frame as File).arrayBuffer()).metadata()
    expect({ width, height }).toEqual({ width: 720, height: 1_280 })
    const look = () => provider.poll?.(handle, account(), aSignal(), job)
    await expect(look()).resolves.toEqual({ status: 'processing', progress: 33, pollAfterMs: 1_500 })
    const ended = await look()
    if (ended?.status !== 'completed') throw new Error(`It is ${ended?.status}.`)
    const [file] = await expectResult(job.operation, ended.result)
    expect(Buffer.from(file ?? []).equals((await sampleFiles['video/mp4']?.()) ?? Buffer.alloc(0))).toBe(true)
    expect(vendor.seen.at(-1)).toMatchObject({ headers: { authorization: `Bearer ${KEY}` } })
  })

  it.each([
    ['sora2/sora2-pro-video', { resolution: '1080p' }, 'sora-2-pro', '1792x1024'],
    ['sora2/sora2-pro-video', { resolution: '720p', aspect_ratio: '9:16' }, 'sora-2-pro', '720x1280'],
    ['sora2/sora2-pro-video', { resolution: '1024p', aspect_ratio: '9:16' }, 'sora-2-pro', '1024x1792'],
    ['sora2/sora2-video', {}, 'sora-2', '1280x720'],
  ])('requests %s with %j at %s in %s', async (operation, given, model, size) => {
    await provider.submit(aJob(operation, { prompt: 'a', ...given }), account(), aSignal())
    expect(Object.fromEntries(await sentForm('/v1/videos'))).toMatchObject({ model, size, seconds: '4' })
  })

  it('remixes a video that the account made, and none whose id it does not know', async () => {
    const input = { prompt: 'at night', origin_task_id: 'x' }
    const job = (handle: Json) => aJob('sora2/sora2-remix', input, { parent: aParent(handle) })
    const submitted = await provider.submit(job({ id: 'video_7' }), account(), aSignal())
    expect(submitted).toEqual({ handle: { id: expect.stringMatching(/^video_/) } })
    expect(vendor.at('POST', '/v1/videos/video_7/remix').at(-1)?.json).toEqual({ prompt: 'at night' })
    const before = vendor.seen.length
    await expect(provider.submit(job(null), account(), aSignal())).rejects.toThrow('handle')
    expect(vendor.seen.length).toBe(before)
  })

  it('refuses a first frame that cannot be decoded before the paid call', async () => {
    const broken: Partial<Job> = {
      file: async () => ({ bytes: Buffer.from('no picture'), mediaType: 'image/png', name: 'a.png' }),
    }
    const job = aJob('sora2/sora2-video', { prompt: 'a', image_url: PICTURE }, broken)
    const before = vendor.seen.length
    await expect(provider.submit(job, account(), aSignal())).rejects.toMatchObject({ code: 'unsupported_media' })
    expect(vendor.seen.length).toBe(before)
  })

  const safety = 'Your request was rejected by the safety system.'
  const full = {
    status: 429,
    headers: { 'retry-after': '7' },
    json: error('Rate limit reached.', 'rate_limit_exceeded'),
  }
  it.each<[string, FakeAnswer | undefined, Record<string, string>, JsonObject]>([
    ['a wrong key', undefined, { apiKey: 'no' }, { code: 'account_refused', details: { lacks: 'credential' } }],
    [
      'no credit',
      { status: 429, json: error('You exceeded your current quota.', 'insufficient_quota', 'insufficient_quota') },
      {},
      { code: 'account_refused', details: { lacks: 'credit' }, message: 'You exceeded your current quota.' },
    ],
    [
      'the end of a budget',
      { status: 400, json: error('Billing hard limit has been reached.', 'billing_hard_limit_reached') },
      {},
      { code: 'account_refused', details: { lacks: 'credit' } },
    ],
    ['a limit', full, {}, { code: 'account_busy', details: { retryAfterSeconds: 7 } }],
    [
      'an organisation that is not verified',
      { status: 403, json: error('Your organization must be verified.', null) },
      {},
      { code: 'account_refused', details: { lacks: 'credential' } },
    ],
    [
      'moderation',
      { status: 400, json: error(safety, 'moderation_blocked', 'image_generation_user_error') },
      {},
      { code: 'content_moderated', message: safety },
    ],
    [
      'a retired model',
      { status: 404, json: error('The model does not exist.', 'model_not_found') },
      {},
      { code: 'vendor_refused', message: 'The model does not exist.' },
    ],
    [
      'a fault of the input',
      { status: 400, json: error('Bad size.', 'invalid_value') },
      {},
      { code: 'vendor_refused' },
    ],
    ['a breakdown', { status: 500, json: error('Server error.', null) }, {}, { code: 'vendor_silent' }],
    ['being away', { status: 503, json: error('Overloaded.', null) }, {}, { code: 'vendor_unreachable' }],
    ['silence', 'lost', {}, { code: 'vendor_silent' }],
    ['a page', { bytes: Buffer.from('<html>'), type: 'text/html' }, {}, { code: 'vendor_silent' }],
    ['half an answer', { bytes: Buffer.from('{"data":'), type: 'application/json' }, {}, { code: 'vendor_silent' }],
  ])('maps %s to its error', async (_, answer, given, meaning) => {
    if (answer !== undefined) vendor.next.push(answer)
    const before = vendor.seen.length
    await expect(provider.submit(generating(), account(given), aSignal())).rejects.toMatchObject(meaning)
    expect(vendor.seen.length).toBe(before + 1) // a paid call is made once
  })

  it('fails when OpenAI answers without a picture', async () => {
    vendor.next.push({ json: { created: 1, data: [{}] } })
    const failed = { reason: 'OpenAI returned no picture.' }
    await expect(provider.submit(generating(), account(), aSignal())).resolves.toEqual({ failed })
  })

  it.each<[string, FakeAnswer, string]>([
    ['a lost answer', 'lost', 'vendor_silent'],
    ['an answer without an id', { json: { object: 'video' } }, 'vendor_silent'],
    ['a page', { bytes: Buffer.from('<html>'), type: 'text/html' }, 'vendor_silent'],
    ['the closing of the API', { status: 404, json: error('Unknown request URL.', 'unknown_url') }, 'vendor_refused'],
  ])('requests a video once, and maps %s to its error', async (_, answer, code) => {
    vendor.next.push(answer)
    const before = vendor.seen.length
    const job = aJob('sora2/sora2-video')
    await expect(provider.submit(job, account(), aSignal())).rejects.toMatchObject({ code })
    expect(vendor.seen.length).toBe(before + 1)
  })

  it('reports a vendor that refuses connections as unreachable', async () => {
    const unreachable = account({ baseUrl: 'http://127.0.0.1:2/v1' })
    await expect(provider.submit(generating(), unreachable, aSignal())).rejects.toMatchObject({
      code: 'vendor_unreachable',
    })
  })

  it('ends a call when its signal is aborted', async () => {
    const reason = new Error('The lease is lost.')
    const ended = AbortSignal.abort(reason)
    await expect(provider.submit(generating(), account(), ended)).rejects.toBe(reason)
  })

  it('reports a failure with its reason, and marks refused content', async () => {
    const request = aJob('sora2/sora2-video')
    const look = (failure: Json) => {
      vendor.next.push({ json: { id: 'video_1', object: 'video', status: 'failed', progress: 40, error: failure } })
      return provider.poll?.({ id: 'video_1' }, account(), aSignal(), request)
    }
    await expect(look({ code: 'server_error', message: 'Broken.' })).resolves.toEqual({
      status: 'failed',
      reason: 'Broken.',
      isModerated: false,
    })
    await expect(look({ code: 'moderation_blocked', message: 'Blocked.' })).resolves.toMatchObject({
      isModerated: true,
    })
    await expect(look(null)).resolves.toMatchObject({ status: 'failed' })
    await expect(provider.poll?.({ id: 'video_999' }, account(), aSignal(), request)).resolves.toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('no longer knows'),
    })
  })

  it('can poll again after a poll that failed', async () => {
    const look = (answer: FakeAnswer) => {
      vendor.next.push(answer)
      return provider.poll?.({ id: 'video_1' }, account(), aSignal(), aJob('sora2/sora2-video'))
    }
    await expect(look({ status: 500, json: {} })).rejects.toMatchObject({ code: 'vendor_unreachable' })
    await expect(look('lost')).rejects.toMatchObject({ code: 'vendor_unreachable' })
    const page = { bytes: Buffer.from('<html>'), type: 'text/html' }
    await expect(look(page)).rejects.toMatchObject({ code: 'vendor_unreachable' })
  })

  it('cancels a task once and again, and probes the key', async () => {
    const submitted = await provider.submit(aJob('sora2/sora2-video'), account(), aSignal())
    const handle = 'handle' in submitted ? (submitted.handle ?? null) : null
    // The video would be destroyed.
    vendor.next.push({ json: { id: 'video_1', status: 'completed' } })
    await expect(provider.cancel?.(handle, account(), aSignal(), aJob('sora2/sora2-video'))).rejects.toMatchObject({
      code: 'vendor_refused',
    })
    await provider.cancel?.(handle, account(), aSignal(), aJob('sora2/sora2-video'))
    await provider.cancel?.(handle, account(), aSignal(), aJob('sora2/sora2-video'))
    expect(vendor.seen.filter(({ method }) => method === 'DELETE')).toHaveLength(1)
    // A proxy's 404 does not say that the video is unknown.
    vendor.next.push({ status: 404, bytes: Buffer.from('<html>'), type: 'text/html' })
    const proxied = provider.cancel?.(handle, account(), aSignal(), aJob('sora2/sora2-video'))
    await expect(proxied).rejects.toMatchObject({ code: 'vendor_unreachable' })
    await expect(provider.probe?.(account(), aSignal())).resolves.toBeUndefined()
    await expect(provider.probe?.(account({ apiKey: 'no' }), aSignal())).rejects.toMatchObject({
      details: { lacks: 'credential' },
    })
    vendor.next.push({ status: 404, json: error('No such route.', null) }) // a gateway of pictures alone
    await expect(provider.probe?.(account(), aSignal())).resolves.toBeUndefined()
  })

  it('does not perform videos at the host where OpenAI has closed them', () => {
    const own = anAccount(manifest, { apiKey: KEY })
    expect([...(provider.performs?.(own) ?? [])]).toEqual(['gpt-image/generate', 'gpt-image/edit'])
    expect(provider.performs?.(account())).toEqual(provider.operations)
  })

  it('sends the account’s own organisation and project, also below a path prefix', async () => {
    const base = `${vendor.url}/relay/openai/v1`
    vendor.next.push({ json: { created: 1, data: [{ b64_json: BASE64 }] } })
    await provider.submit(generating(), account({ baseUrl: base, organization: 'org-1', project: 'p-1' }), aSignal())
    expect(vendor.seen.at(-1)).toMatchObject({
      path: '/relay/openai/v1/images/generations',
      headers: { 'openai-organization': 'org-1', 'openai-project': 'p-1' },
    })
    await provider.submit(generating(), account(), aSignal())
    expect(vendor.seen.at(-1)?.headers).not.toHaveProperty('openai-organization')
  })

  providerContract('OpenAI', {
    provider: () => provider,
    account: () => account(),
    job: (operation) => aReadableJob(operation),
    operations: ['sora2/sora2-video', 'gpt-image/generate'],
  })
})
