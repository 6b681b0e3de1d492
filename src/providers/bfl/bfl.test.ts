import { Value } from 'typebox/value'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeAnswer, type FakeVendor, openFakeVendor } from '../../../test/support/fake-vendor.ts'
import { bfl as operations } from '../../catalog/bfl.ts'
import { getOperation } from '../../catalog/catalog.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { sampleTask } from '../../core/task.testing.ts'
import { providerContract } from '../contract.ts'
import { aJob, anAccount, aSignal, resultOf } from '../kit/provider.testing.ts'
import { bflProvider } from './bfl.ts'
import { bfl as manifest } from './manifest.ts'
import { pollingUrlIn } from './polling-urls.ts'

const KEY = 'a key of the test'
const PICTURE = 'https://example.com/a.png'
const BYTES = Buffer.from('a picture')
const BASE64 = BYTES.toString('base64')
const PARENT = '01234567-89ab-4cde-8f01-23456789ab00'
const TIMES = { createdAt: 1, startedAt: 2, endedAt: 3 }
const UNKNOWN = { id: 'unknown', status: 'Task not found', result: null }

const provider = bflProvider()
const MODELS = operations.map(({ taskType }) => `/v1/${taskType}`)

/** The API: the second look finds a task done. Tasks are asked after at the address of a region, as the answer has it. */
function openBfl(): Promise<FakeVendor> {
  const tasks = new Map<string, { path: string; looks: number }>()
  return openFakeVendor(({ method, path, query, headers, json }, vendor): FakeAnswer => {
    if (headers['x-key'] !== KEY) return { status: 403, json: { detail: 'Not authenticated' } }
    if (path === '/v1/credits') return { json: { credits: 12.5 } }
    if (method === 'POST') {
      if (!MODELS.includes(path)) return { status: 404, json: { detail: 'Not Found' } }
      const id = `b-${tasks.size + 1}`
      tasks.set(id, { path, looks: 0 })
      const hook = (json as JsonObject).webhook_url
      if (path === '/v1/finetune') return { json: { finetune_id: id } }
      if (typeof hook === 'string') return { json: { id, status: 'Pending', webhook_url: hook } }
      return { json: { id, polling_url: `${vendor.url}/eu/v1/get_result?id=${id}`, cost: 4 } }
    }
    const id = query.get('id') ?? ''
    const task = tasks.get(id)
    if (!task) return { status: 404, json: UNKNOWN }
    task.looks += 1
    if (task.looks === 1) return { json: { id, status: 'Pending', result: null, progress: 0.256 } }
    const sample = `${vendor.url}/files/${id}`
    return { json: { id, status: 'Ready', result: { sample, prompt: 'a', seed: 1 }, progress: 1, details: null } }
  })
}

describe('the adapter for Black Forest Labs', () => {
  let vendor: FakeVendor
  const account = (given: Record<string, string> = {}) =>
    anAccount(manifest, { apiKey: KEY, baseUrl: vendor.url, ...given })
  const file = async () => ({ bytes: BYTES, mediaType: 'image/png', name: 'a.png' })
  const parentOf = (given = {}) =>
    sampleTask(TIMES, {
      id: PARENT,
      operation: 'bfl/finetune',
      account: account().id,
      handle: { id: 'ft-1' },
      ...given,
    })
  const job = (operation: string, input?: JsonObject, given = {}) =>
    aJob(operation, input, { parent: parentOf(), file, ...given })
  const submit = (operation: string, input?: JsonObject, given = {}) =>
    provider.submit(job(operation, input, given), account(), aSignal())
  const sent = (path: string) => vendor.at('POST', path).at(-1)?.json

  beforeAll(async () => {
    vendor = await openBfl()
  })
  afterAll(() => vendor.close())

  it('performs every operation of the family, and the same model under PiAPI’s names', () => {
    expect([...provider.operations].filter((id) => id.startsWith('bfl/'))).toEqual(operations.map(({ id }) => id))
    expect([...provider.operations].filter((id) => !id.startsWith('bfl/'))).toEqual([
      'Qubico/flux1-dev/txt2img',
      'Qubico/flux1-dev-advanced/txt2img',
    ])
  })

  it.each([...provider.operations])('performs %s', async (operation) => {
    const result = await resultOf(provider, job(operation), account())
    expect(Value.Errors(getOperation(operation).output, result.output)).toEqual([])
    const { kind } = getOperation(operation).produces
    expect(result.files).toHaveLength(kind === 'data' ? 0 : 1)
    for (const { key, content } of result.files) {
      expect(JSON.stringify(result.output)).toContain(`"file:${key}"`)
      expect(content).toEqual({ url: expect.stringContaining(`${vendor.url}/files/b-`) })
    }
  })

  const usual = { prompt_upsampling: false, safety_tolerance: 2 }

  it.each<[string, string, JsonObject, JsonObject]>([
    [
      'bfl/flux-pro-1.1',
      'flux-pro-1.1',
      {
        prompt: 'a',
        image_prompt: PICTURE,
        width: 512,
        seed: 7,
        webhook_url: 'https://evil.example',
        anything: 'else',
      },
      { prompt: 'a', image_prompt: BASE64, width: 512, height: 768, seed: 7, ...usual, output_format: 'jpeg' },
    ],
    [
      'bfl/flux-kontext-pro',
      'flux-kontext-pro',
      { prompt: 'a', input_image: PICTURE, input_image_2: '', aspect_ratio: '4:3' },
      { prompt: 'a', input_image: PICTURE, aspect_ratio: '4:3', ...usual, output_format: 'png' },
    ],
    [
      'bfl/flux-2-flex',
      'flux-2-flex',
      { prompt: 'a', input_image_8: PICTURE, guidance: 2.5 },
      {
        ...{ prompt: 'a', input_image_8: PICTURE, guidance: 2.5, steps: 50, prompt_upsampling: true },
        ...{ safety_tolerance: 2, output_format: 'jpeg' },
      },
    ],
    [
      'bfl/flux-pro-1.0-fill',
      'flux-pro-1.0-fill',
      { prompt: 'a', image: PICTURE, mask: `${PICTURE}?mask` },
      { prompt: 'a', image: BASE64, mask: BASE64, guidance: 60, steps: 50, ...usual, output_format: 'jpeg' },
    ],
    [
      'bfl/flux-3-video',
      'flux-3-video',
      { prompt: 'a', mode: 'i2v', keyframes: [{ image: PICTURE }, { image: PICTURE, time: 4.5 }] },
      {
        ...{ prompt: 'a', mode: 'i2v', keyframes: [PICTURE, [4.5, PICTURE]], resolution: 'hd', aspect_ratio: 'auto' },
        ...{ duration: 'auto', draft: false, safety_tolerance: 2 },
      },
    ],
    [
      'bfl/flux-3-video',
      'flux-3-video',
      { mode: 'draft_enhance', draft_cache: 'QklO', resolution: 'fhd' },
      { mode: 'draft_enhance', draft_cache: 'QklO', resolution: 'fhd' },
    ],
    [
      'bfl/finetune',
      'finetune',
      { finetune_comment: 'ours', file_data: 'https://example.com/a.zip', mode: 'style' },
      {
        ...{ finetune_comment: 'ours', file_data: BASE64, mode: 'style', trigger_word: 'TOK', iterations: 300 },
        ...{ captioning: true, priority: 'quality', finetune_type: 'full', lora_rank: 32 },
      },
    ],
    [
      'bfl/flux-pro-1.1-ultra-finetuned',
      'flux-pro-1.1-ultra-finetuned',
      { prompt: 'TOK', finetune_id: PARENT },
      {
        ...{ prompt: 'TOK', finetune_id: 'ft-1', finetune_strength: 1.2, aspect_ratio: '16:9', raw: false },
        ...{ image_prompt_strength: 0.1, ...usual, output_format: 'jpeg' },
      },
    ],
    [
      'Qubico/flux1-dev/txt2img',
      'flux-dev',
      { prompt: 'a', width: 640, height: 512, guidance_scale: 2, steps: 20, seed: 3 },
      { prompt: 'a', width: 640, height: 512, guidance: 2, steps: 20, seed: 3, output_format: 'png' },
    ],
  ])('requests %s at %s', async (operation, model, input, body) => {
    await submit(operation, input)
    expect(sent(`/v1/${model}`)).toEqual(body)
  })

  it.each<[string, JsonObject, string]>([
    ['Qubico/flux1-dev/txt2img', { prompt: 'a', width: 1_000, height: 512 }, 'width'],
    ['Qubico/flux1-dev/txt2img', { prompt: 'a', width: 512, height: 1_504 }, 'height'],
    ['Qubico/flux1-dev/txt2img', { prompt: 'a', negative_prompt: 'b' }, 'negative_prompt'],
    ['bfl/flux-3-video', { mode: 'draft_enhance' }, 'mode'],
  ])('refuses %s with a field that the vendor does not take: %j', async (operation, input, field) => {
    const before = vendor.seen.length
    await expect(submit(operation, input)).rejects.toMatchObject({ code: 'vendor_refused', details: { field } })
    expect(vendor.seen.length).toBe(before)
  })

  it('uses a finetune of the same account only', async () => {
    const elsewhere = { parent: parentOf({ account: 'another' }) }
    await expect(submit('bfl/flux-pro-finetuned', undefined, elsewhere)).rejects.toMatchObject({
      code: 'vendor_refused',
      details: { field: 'finetune_id' },
    })
  })

  it('sends files that cannot be reached as base64', async () => {
    const hidden = { urlOf: () => undefined }
    await submit('bfl/flux-kontext-pro', { prompt: 'a', input_image: PICTURE }, hidden)
    expect(sent('/v1/flux-kontext-pro')).toMatchObject({ input_image: BASE64 })
  })

  it('polls at the URL of the answer, reports the progress and takes the file', async () => {
    const request = job('bfl/flux-2-pro')
    const submitted = await provider.submit(request, account(), aSignal())
    if (!('handle' in submitted)) throw new Error('There is no handle.')
    expect(submitted).toMatchObject({ handle: { pollingUrl: expect.stringContaining('/eu/v1/get_result?id=b-') } })
    const look = () => provider.poll?.(submitted.handle as Json, account(), aSignal(), request)
    await expect(look()).resolves.toEqual({ status: 'processing', progress: 26, pollAfterMs: 1_000 })
    expect(vendor.seen.at(-1)).toMatchObject({ path: '/eu/v1/get_result' })
    await expect(look()).resolves.toMatchObject({ status: 'completed' })
  })

  it('remembers what the answer said that a task costs: a credit is 0.01 USD', async () => {
    vendor.next.push({ json: { id: 'b-1', cost: 4.5 } }, { json: { status: 'Ready', result: { sample: vendor.url } } })
    const request = job('bfl/flux-2-pro')
    const submitted = await provider.submit(request, account(), aSignal())
    if (!('handle' in submitted)) throw new Error('There is no handle.')
    const done = await provider.poll?.(submitted.handle as Json, account(), aSignal(), request)
    expect(done).toMatchObject({ status: 'completed', result: { costPoints: 450_000 } })
  })

  it('sends the key to the vendor’s own hosts only', async () => {
    await using stranger = await openFakeVendor(() => ({ json: UNKNOWN }))
    vendor.next.push({ json: { id: 'b-1', polling_url: `${stranger.url}/v1/get_result?id=b-1` } })
    const request = job('bfl/flux-2-pro')
    const submitted = await provider.submit(request, account(), aSignal())
    expect(submitted).toMatchObject({ handle: { id: 'b-1' } })
    if (!('handle' in submitted)) throw new Error('There is no handle.')
    await provider.poll?.(submitted.handle as Json, account(), aSignal(), request)
    expect(vendor.seen.at(-1)).toMatchObject({ path: '/v1/get_result' })
    expect(stranger.seen).toHaveLength(0)
  })

  it.each<[string, string, boolean]>([
    ['https://api.bfl.ai', 'https://api.eu2.bfl.ai/v1/get_result?id=1', true],
    ['https://api.bfl.ai', 'https://api.bfl.ai/v1/get_result?id=1', true],
    ['https://api.eu.bfl.ai', 'https://api.us.bfl.ai/v1/get_result?id=1', true],
    ['https://api.bfl.ai', 'http://api.eu2.bfl.ai/v1/get_result?id=1', false],
    ['https://api.bfl.ai', 'https://api.eu2.bfl.ai:8443/v1/get_result?id=1', false],
    ['https://api.bfl.ai', 'https://bfl.ai.evil.example/v1/get_result?id=1', false],
    ['https://api.bfl.ai', 'https://notbfl.ai/v1/get_result?id=1', false],
    ['https://relay.example/bfl', 'https://api.eu2.bfl.ai/v1/get_result?id=1', false],
    ['https://relay.example/bfl', 'https://relay.example/bfl/v1/get_result?id=1', true],
    ['https://api.bfl.ai', 'nonsense', false],
  ])('with the base address %s polls at %s: %s', (baseUrl, named, isTaken) => {
    expect(pollingUrlIn(named, account({ baseUrl }))).toBe(isTaken ? named : undefined)
  })

  it('sends a callback URL only to hosts that know all of their tasks', async () => {
    const callbackUrl = 'https://us.example/callback'
    const request = job('bfl/flux-2-pro', undefined, { callbackUrl })
    const result = await resultOf(provider, request, account())
    expect(sent('/v1/flux-2-pro')).toMatchObject({ webhook_url: callbackUrl })
    expect(result.files).toHaveLength(1)

    const bodies: Json[] = []
    const globally = {
      ...account({ baseUrl: 'https://api.bfl.ai' }),
      fetch: async (_: unknown, init?: RequestInit) => {
        bodies.push(JSON.parse(String(init?.body)))
        return Response.json({ id: 'b-1', polling_url: 'https://api.eu2.bfl.ai/v1/get_result?id=b-1' })
      },
    }
    await expect(provider.submit(request, globally, aSignal())).resolves.toMatchObject({
      handle: { id: 'b-1', pollingUrl: 'https://api.eu2.bfl.ai/v1/get_result?id=b-1' },
    })
    expect(bodies).toEqual([expect.not.objectContaining({ webhook_url: expect.anything() })])
  })

  it('reads the handle from a callback', async () => {
    const callback = { headers: {}, rawBody: '{"id":"b-7","status":"Ready","result":{}}', receivedAt: 0 }
    await expect(provider.receive?.(callback, account())).resolves.toEqual({ handle: { id: 'b-7' } })
    await expect(provider.receive?.({ ...callback, rawBody: '[]' }, account())).resolves.toEqual({})
  })

  it.each<[string, Record<string, string>, FakeAnswer | undefined, object]>([
    ['a wrong key', { apiKey: 'wrong' }, undefined, { code: 'account_refused', details: { lacks: 'credential' } }],
    [
      'too few credits',
      {},
      { status: 402, json: { detail: 'Insufficient credits' } },
      { code: 'account_refused', details: { lacks: 'credit' } },
    ],
    [
      'too many tasks',
      {},
      { status: 429, headers: { 'retry-after': '3' }, json: { detail: 'Too many active tasks' } },
      { code: 'account_busy', details: { retryAfterSeconds: 3 } },
    ],
    [
      'a fault',
      {},
      {
        status: 422,
        json: { detail: [{ loc: ['body', 'width'], msg: 'must be a multiple of 16', type: 'value_error' }] },
      },
      { code: 'vendor_refused', message: 'must be a multiple of 16' },
    ],
    ['a model that is no more', {}, { status: 404, json: { detail: 'Not Found' } }, { code: 'vendor_refused' }],
    ['a breakdown', {}, { status: 500, json: { detail: 'Oh' } }, { code: 'vendor_silent' }],
    ['being away', {}, { status: 503, json: {} }, { code: 'vendor_unreachable' }],
    ['an answer without an id', {}, { json: {} }, { code: 'vendor_silent' }],
    ['words', {}, { bytes: Buffer.from('hello'), type: 'text/html' }, { code: 'vendor_silent' }],
    ['silence', {}, 'lost', { code: 'vendor_silent' }],
  ])('maps %s to its error after a single call', async (_, given, answer, error) => {
    if (answer !== undefined) vendor.next.push(answer)
    const before = vendor.seen.length
    await expect(provider.submit(job('bfl/flux-2-pro'), account(given), aSignal())).rejects.toMatchObject(error)
    expect(vendor.seen.length).toBe(before + 1)
  })

  it('reports a vendor that refuses connections as unreachable', async () => {
    const unreachable = account({ baseUrl: 'http://127.0.0.1:2' })
    await expect(provider.submit(job('bfl/flux-2-pro'), unreachable, aSignal())).rejects.toMatchObject({
      code: 'vendor_unreachable',
    })
  })

  it('reports a failure with its reason, and marks refused content', async () => {
    const request = job('bfl/flux-2-pro')
    const look = (json: Json, status = 200) => {
      vendor.next.push({ status, json })
      return provider.poll?.({ id: 'b-1' }, account(), aSignal(), request)
    }
    await expect(
      look({ status: 'Request Moderated', details: { 'Moderation Reasons': ['Derivative Works'] } }),
    ).resolves.toEqual({ status: 'failed', reason: 'Request Moderated: Derivative Works', isModerated: true })
    await expect(look({ status: 'Content Moderated', details: null })).resolves.toMatchObject({
      ...{ reason: 'Content Moderated', isModerated: true },
    })
    await expect(look({ status: 'Error', details: { error: 'no GPU' } })).resolves.toEqual({
      ...{ status: 'failed', reason: 'no GPU' },
    })
    await expect(look({ status: 'Error' })).resolves.toMatchObject({ status: 'failed' })
    await expect(look({ status: 'Ready', result: {} })).resolves.toMatchObject({ status: 'failed' })
    await expect(look({ status: 'Thinking' })).resolves.toEqual({ status: 'processing', pollAfterMs: 1_000 })
    await expect(look({})).rejects.toMatchObject({ code: 'vendor_unreachable' })
    await expect(look({}, 500)).rejects.toMatchObject({ code: 'vendor_unreachable' })
    for (const status of [200, 404]) {
      await expect(look(UNKNOWN, status)).resolves.toMatchObject({
        status: 'failed',
        reason: expect.stringContaining('no longer knows'),
      })
    }
  })

  it('keeps the path prefix of the base address, and probes the key', async () => {
    await expect(provider.probe?.(account(), aSignal())).resolves.toBeUndefined()
    await expect(provider.probe?.(account({ apiKey: 'no' }), aSignal())).rejects.toMatchObject({
      code: 'account_refused',
      details: { lacks: 'credential' },
    })
    vendor.next.push({ json: { credits: 1 } })
    await provider.probe?.(account({ baseUrl: `${vendor.url}/bfl/` }), aSignal())
    expect(vendor.seen.at(-1)?.path).toBe('/bfl/v1/credits')
  })

  providerContract('Black Forest Labs', {
    provider: () => provider,
    account: () => account(),
    job: (operation) => job(operation),
    operations: ['bfl/flux-2-pro', 'bfl/flux-3-video', 'bfl/finetune'],
  })
})
