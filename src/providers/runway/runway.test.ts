import { Value } from 'typebox/value'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeAnswer, type FakeVendor, openFakeVendor } from '../../../test/support/fake-vendor.ts'
import { getOperation } from '../../catalog/catalog.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { providerContract } from '../contract.ts'
import { aJob, anAccount, aSignal, resultOf } from '../kit/provider.testing.ts'
import { runway as manifest } from './manifest.ts'
import { runwayProvider } from './runway.ts'

const KEY = 'a key of the test'
const PICTURE = 'https://example.com/a.png'
const SOUND = 'https://example.com/a.mp3'
const VIDEO = 'https://example.com/a.mp4'
const UNKNOWN = '01234567-89ab-4cde-8f01-23456789abff'

const provider = runwayProvider()

/** Runway's API: the second look finds a task running, the third done; what was deleted is unknown. */
function openRunway(): Promise<FakeVendor> {
  const tasks = new Map<string, { path: string; body: JsonObject; looks: number }>()
  return openFakeVendor((request, vendor): FakeAnswer => {
    const path = request.path.replace('/a-relay', '')
    const { headers, method } = request
    if (path === '/store') return headers.authorization ? { status: 403, json: {} } : { status: 204, json: null }
    if (headers.authorization !== `Bearer ${KEY}`) return { status: 401, json: { error: 'Invalid API key' } }
    if (headers['x-runway-version'] !== '2024-11-06') return { status: 400, json: { error: 'A version is needed' } }
    if (path === '/v1/organization')
      return { json: { creditBalance: 100, tier: { models: {} }, usage: { models: {} } } }
    if (path === '/v1/uploads') {
      const place = { uploadUrl: `${vendor.url}/store`, fields: { key: 'k', policy: 'p' }, runwayUri: 'runway://up-1' }
      return { json: place }
    }
    if (method === 'POST') {
      const id = `01234567-89ab-4cde-8f01-0000000000${String(tasks.size + 10)}`
      tasks.set(id, { path, body: request.json as JsonObject, looks: 0 })
      return { json: { id, estimatedCost: { credits: 5 } } }
    }
    const id = path.replace('/v1/tasks/', '')
    const task = tasks.get(id)
    if (!task) return { status: 404, json: { error: 'An task with that ID was not found' } }
    if (method === 'DELETE')
      return tasks.delete(id) ? { status: 204, bytes: Buffer.alloc(0), type: 'text/plain' } : 'lost'
    task.looks += 1
    return { json: { id, createdAt: '2026-11-22T00:00:00.000Z', ...told(task, id, vendor.url) } }
  })
}

function told({ looks, body }: { looks: number; body: JsonObject }, id: string, url: string): JsonObject {
  const estimatedCost = { credits: 5 }
  if (looks === 1) return { status: 'THROTTLED', estimatedCost }
  if (looks === 2) return { status: 'RUNNING', progress: 0.426, estimatedCost }
  const count = typeof body.outputCount === 'number' ? body.outputCount : 1
  return {
    status: 'SUCCEEDED',
    output: Array.from({ length: count }, (_, at) => `${url}/files/${id}/${at}`),
    cost: { credits: 5 },
  }
}

describe('the adapter for Runway', () => {
  let vendor: FakeVendor
  const account = (given: Record<string, string> = {}) =>
    anAccount(manifest, { apiKey: KEY, baseUrl: vendor.url, ...given })
  const submit = (operation: string, input?: JsonObject, given = {}) =>
    provider.submit(aJob(operation, input, given), account(), aSignal())
  const sent = (path: string) => vendor.at('POST', path).at(-1)?.json

  beforeAll(async () => {
    vendor = await openRunway()
  })
  afterAll(() => vendor.close())

  it.each([...provider.operations])('performs %s', async (operation) => {
    const result = await resultOf(provider, aJob(operation), account())
    const { output, taskType } = getOperation(operation)
    expect(vendor.seen.some(({ path }) => path === `/v1/${taskType}`)).toBe(true)
    expect(Value.Errors(output, result.output)).toEqual([])
    expect(result.files.length).toBeGreaterThan(0)
    for (const { key, content } of result.files) {
      expect(JSON.stringify(result.output)).toContain(`"file:${key}"`)
      expect(content).toEqual({ url: expect.stringContaining(`${vendor.url}/files/`) })
    }
  })

  it.each<[string, JsonObject, JsonObject]>([
    [
      'image_to_video',
      {
        model: 'gen4_turbo',
        promptText: 'a',
        promptImage: [{ uri: PICTURE }],
        ratio: '1280:720',
        duration: 5,
        seed: 7,
      },
      { model: 'gen4_turbo', promptText: 'a', promptImage: PICTURE, ratio: '1280:720', duration: 5, seed: 7 },
    ],
    [
      'image_to_video',
      {
        ...{ model: 'seedance2', promptImage: [{ uri: PICTURE }, { uri: PICTURE, position: 'last' }] },
        ...{ referenceAudio: [{ uri: SOUND }], audio: true, duration: 'auto', anything: 'else' },
      },
      {
        model: 'seedance2',
        promptImage: [
          { uri: PICTURE, position: 'first' },
          { uri: PICTURE, position: 'last' },
        ],
        ...{ referenceAudio: [{ type: 'audio', uri: SOUND }], audio: true, duration: 'auto' },
      },
    ],
    [
      'text_to_video',
      { model: 'h3_max', promptText: 'a', promptExpansionMode: 'quality', resolution: '768p', negativePrompt: '' },
      { model: 'h3_max', promptText: 'a', promptExpansionMode: 'quality', resolution: '768p' },
    ],
    [
      'text_to_video',
      { model: 'gemini_omni_flash_1.1', promptText: 'a', referenceVideos: [{ uri: VIDEO }] },
      { model: 'gemini_omni_flash_1.1', promptText: 'a', referenceVideos: [{ uri: VIDEO }] },
    ],
    [
      'video_to_video',
      { model: 'aleph2', videoUri: VIDEO, keyframes: [{ uri: PICTURE, seconds: 2 }], contentModeration: {} },
      { model: 'aleph2', videoUri: VIDEO, keyframes: [{ uri: PICTURE, seconds: 2 }], contentModeration: {} },
    ],
    [
      'character_performance',
      { model: 'act_two', character: { video: VIDEO, image: '' }, reference: { video: VIDEO }, bodyControl: true },
      {
        ...{ model: 'act_two', character: { type: 'video', uri: VIDEO }, reference: { type: 'video', uri: VIDEO } },
        bodyControl: true,
      },
    ],
    [
      'text_to_image',
      { model: 'gen4_image', promptText: '@a', ratio: '1280:720', referenceImages: [{ uri: PICTURE, tag: 'a' }] },
      { model: 'gen4_image', promptText: '@a', ratio: '1280:720', referenceImages: [{ uri: PICTURE, tag: 'a' }] },
    ],
    [
      'text_to_image',
      { model: 'gpt_image_2', promptText: 'a', ratio: 'auto', outputCount: 3, background: 'transparent' },
      { model: 'gpt_image_2', promptText: 'a', ratio: 'auto', outputCount: 3, background: 'transparent' },
    ],
    [
      'video_upscale',
      { model: 'enhance_frame_rate', videoUri: VIDEO, targetFramerate: '60' },
      { model: 'enhance_frame_rate', videoUri: VIDEO, targetFramerate: '60' },
    ],
    [
      'text_to_speech',
      {
        model: 'eleven_v3',
        promptText: 'a',
        voice: { type: 'runway-preset', presetId: 'Maya', audioUri: '' },
        speed: 1.1,
      },
      { model: 'eleven_v3', promptText: 'a', voice: { type: 'runway-preset', presetId: 'Maya' }, speed: 1.1 },
    ],
    [
      'speech_to_speech',
      {
        model: 'eleven_multilingual_sts_v2',
        media: { audio: SOUND },
        voice: { type: 'runway-preset', presetId: 'Noah' },
      },
      {
        ...{ model: 'eleven_multilingual_sts_v2', media: { type: 'audio', uri: SOUND } },
        voice: { type: 'runway-preset', presetId: 'Noah' },
      },
    ],
  ])('requests %s as the package describes it', async (taskType, input, body) => {
    await submit(`runway/${taskType}`, input)
    expect(sent(`/v1/${taskType}`)).toEqual(body)
  })

  it.each<[string, JsonObject, string]>([
    ['text_to_video', { model: 'gen3', promptText: 'a' }, 'model'],
    [
      'character_performance',
      { model: 'act_one', character: { image: PICTURE }, reference: { video: VIDEO } },
      'model',
    ],
    ['text_to_image', { model: 'gen4_image', promptText: 'a', ratio: '1280:720', outputCount: 2 }, 'outputCount'],
  ])('refuses %s with a field that Runway does not take: %j', async (taskType, input, field) => {
    const before = vendor.seen.length
    await expect(submit(`runway/${taskType}`, input)).rejects.toMatchObject({
      code: 'vendor_refused',
      details: { field },
    })
    expect(vendor.seen.length).toBe(before)
  })

  it('sends unreachable files as data URIs, and uploads those that are too large for one', async () => {
    const input = { model: 'gen4_turbo', promptImage: [{ uri: PICTURE }], ratio: '1280:720' }
    const holding = (bytes: Uint8Array, mediaType = 'image/png') => ({
      urlOf: () => undefined,
      file: async () => ({ bytes, mediaType, name: 'a.png' }),
    })
    await submit('runway/image_to_video', input, holding(Buffer.from('small')))
    expect(sent('/v1/image_to_video')).toMatchObject({ promptImage: 'data:image/png;base64,c21hbGw=' })
    expect(vendor.at('POST', '/v1/uploads')).toHaveLength(0)

    await submit('runway/image_to_video', input, {
      ...holding(Buffer.from('small')),
      urlOf: () => 'http://plain.example/a.png',
    })
    expect(sent('/v1/image_to_video')).toMatchObject({ promptImage: expect.stringMatching(/^data:/) })

    const large = Buffer.alloc(4 * 2 ** 20, 'x')
    await submit('runway/image_to_video', input, holding(large))
    expect(sent('/v1/image_to_video')).toMatchObject({ promptImage: 'runway://up-1' })
    expect(sent('/v1/uploads')).toEqual({ filename: 'a.png', type: 'ephemeral' })
    const stored = await vendor.at('POST', '/store').at(-1)?.form()
    expect(stored?.get('key')).toBe('k')
    expect(stored?.get('file')).toMatchObject({ name: 'a.png', size: large.length, type: 'image/png' })
    // Sounds may be larger in a data URI.
    await submit('runway/voice_isolation', undefined, holding(large, 'audio/mpeg'))
    expect(sent('/v1/voice_isolation')).toMatchObject({ audioUri: expect.stringMatching(/^data:audio\/mpeg/) })
  })

  it('makes no paid call when an upload fails, and does not report the account for it', async () => {
    const large = {
      urlOf: () => undefined,
      file: async () => ({ bytes: Buffer.alloc(4 * 2 ** 20), mediaType: 'image/png', name: 'a.png' }),
    }
    const place = (uploadUrl: string): FakeAnswer => ({ json: { uploadUrl, fields: {}, runwayUri: 'runway://up-2' } })
    const before = vendor.at('POST', '/v1/image_to_video').length
    const input = { model: 'gen4_turbo', promptImage: [{ uri: PICTURE }], ratio: '1280:720' }
    for (const answers of [
      [place(`${vendor.url}/store`), { status: 403, json: {} }],
      [place(`${vendor.url}/store`), 'lost' as const],
      [{ status: 500, json: {} }],
      [{ json: {} }],
    ]) {
      vendor.next.push(...answers)
      await expect(submit('runway/image_to_video', input, large)).rejects.toMatchObject({ code: 'vendor_unreachable' })
    }
    vendor.next.push({ status: 401, json: { error: 'no' } })
    await expect(submit('runway/image_to_video', input, large)).rejects.toMatchObject({ code: 'account_refused' })
    expect(vendor.at('POST', '/v1/image_to_video')).toHaveLength(before)
  })

  it('reports the progress of a task, and keeps to Runway’s polling interval', async () => {
    const job = aJob('runway/text_to_video')
    const submitted = await provider.submit(job, account({ baseUrl: `${vendor.url}/a-relay` }), aSignal())
    if (!('handle' in submitted)) throw new Error('There is no handle.')
    expect(submitted).toMatchObject({ pollAfterMs: 5_000 })
    const look = () => provider.poll?.(submitted.handle as Json, account(), aSignal(), job)
    await expect(look()).resolves.toEqual({ status: 'processing', pollAfterMs: 5_000 })
    await expect(look()).resolves.toEqual({ status: 'processing', progress: 43, pollAfterMs: 5_000 })
    await expect(look()).resolves.toMatchObject({ status: 'completed' })
  })

  it('reports what Runway charged as the cost: a credit is 0.01 USD', async () => {
    const job = aJob('runway/text_to_video')
    const look = async (answer: JsonObject) => {
      vendor.next.push({ json: { id: UNKNOWN, createdAt: '2026-11-22T00:00:00.000Z', ...answer } })
      return provider.poll?.({ id: UNKNOWN }, account(), aSignal(), job)
    }
    const done = { status: 'SUCCEEDED', output: [`${vendor.url}/files/1`] }
    expect(await look({ ...done, cost: { credits: 12 } })).toMatchObject({ result: { costPoints: 1_200_000 } })
    expect(JSON.stringify(await look(done))).not.toContain('costPoints')
    expect(await look({ status: 'FAILED', cost: { credits: 0 } })).toMatchObject({ status: 'failed', costPoints: 0 })
    expect(await look({ status: 'CANCELLED', cost: { credits: 1 } })).toMatchObject({ costPoints: 100_000 })
  })

  it.each<[string, Record<string, string>, FakeAnswer | undefined, object]>([
    ['a wrong key', { apiKey: 'wrong' }, undefined, { code: 'account_refused', details: { lacks: 'credential' } }],
    [
      'too few credits',
      {},
      { status: 400, json: { error: 'You do not have enough credits to run this task.' } },
      { code: 'account_refused', details: { lacks: 'credit' } },
    ],
    [
      'the limit of a day',
      {},
      { status: 429, headers: { 'retry-after': '60' }, json: { error: 'Daily limit' } },
      { code: 'account_busy', details: { retryAfterSeconds: 60 } },
    ],
    [
      'a fault',
      {},
      { status: 400, json: { error: 'Validation of body failed', issues: [{ message: 'Invalid ratio' }] } },
      { code: 'vendor_refused', message: 'Validation of body failed' },
    ],
    ['moderation', {}, { status: 400, json: { error: 'Failed content moderation' } }, { code: 'content_moderated' }],
    ['a breakdown', {}, { status: 500, json: { error: 'Oh' } }, { code: 'vendor_silent' }],
    ['a gateway', {}, { status: 502, json: {} }, { code: 'vendor_silent' }],
    ['being away', {}, { status: 503, json: {} }, { code: 'vendor_unreachable' }],
    ['an answer without an id', {}, { json: {} }, { code: 'vendor_silent' }],
    ['words', {}, { bytes: Buffer.from('hello'), type: 'text/html' }, { code: 'vendor_silent' }],
    ['broken JSON', {}, { bytes: Buffer.from('{'), type: 'application/json' }, { code: 'vendor_silent' }],
    ['silence', {}, 'lost', { code: 'vendor_silent' }],
  ])('maps %s to its error after a single call', async (_, given, answer, error) => {
    if (answer !== undefined) vendor.next.push(answer)
    const before = vendor.seen.length
    await expect(provider.submit(aJob('runway/text_to_video'), account(given), aSignal())).rejects.toMatchObject(error)
    expect(vendor.seen.length).toBe(before + 1)
  })

  it('reports a vendor that refuses connections as unreachable', async () => {
    const unreachable = account({ baseUrl: 'http://127.0.0.1:2' })
    await expect(provider.submit(aJob('runway/text_to_video'), unreachable, aSignal())).rejects.toMatchObject({
      code: 'vendor_unreachable',
    })
  })

  it('reports a failure with its reason, and marks refused content', async () => {
    const request = aJob('runway/text_to_video')
    const look = (json: Json) => {
      vendor.next.push({ json })
      return provider.poll?.({ id: UNKNOWN }, account(), aSignal(), request)
    }
    await expect(look({ status: 'FAILED', failure: 'No', failureCode: 'SAFETY.INPUT.TEXT' })).resolves.toEqual({
      ...{ status: 'failed', reason: 'No', isModerated: true, detail: 'SAFETY.INPUT.TEXT' },
    })
    await expect(
      look({ status: 'FAILED', failure: 'Oh', failureCode: 'INTERNAL.BAD_OUTPUT.CODE01' }),
    ).resolves.toMatchObject({
      ...{ status: 'failed', reason: 'Oh', isModerated: false },
    })
    await expect(look({ status: 'CANCELLED' })).resolves.toMatchObject({ status: 'failed' })
    await expect(look({ status: 'SUCCEEDED', output: [] })).resolves.toMatchObject({ status: 'failed' })
    await expect(look({})).rejects.toMatchObject({ code: 'vendor_unreachable' })
    await expect(provider.poll?.({ id: UNKNOWN }, account(), aSignal(), request)).resolves.toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('no longer knows'),
    })
    vendor.next.push({ status: 500, json: {} })
    await expect(provider.poll?.({ id: UNKNOWN }, account(), aSignal(), request)).rejects.toMatchObject({
      code: 'vendor_unreachable',
    })
  })

  it('cancels a task once and again, and probes the key', async () => {
    const submitted = await submit('runway/text_to_video')
    if (!('handle' in submitted)) throw new Error('There is no handle.')
    // What it has made would be destroyed.
    vendor.next.push({ json: { id: UNKNOWN, status: 'SUCCEEDED', output: ['https://example.com/a.mp4'] } })
    await expect(
      provider.cancel?.(submitted.handle, account(), aSignal(), aJob('runway/text_to_video')),
    ).rejects.toMatchObject({
      code: 'vendor_refused',
    })
    await provider.cancel?.(submitted.handle, account(), aSignal(), aJob('runway/text_to_video'))
    await provider.cancel?.(submitted.handle, account(), aSignal(), aJob('runway/text_to_video'))
    expect(vendor.seen.filter(({ method }) => method === 'DELETE')).toHaveLength(1)
    // A proxy's 404 does not say that the task is unknown.
    vendor.next.push({ status: 404, bytes: Buffer.from('<html>'), type: 'text/html' })
    const proxied = provider.cancel?.(submitted.handle, account(), aSignal(), aJob('runway/text_to_video'))
    await expect(proxied).rejects.toMatchObject({ code: 'vendor_unreachable' })
    await expect(provider.probe?.(account(), aSignal())).resolves.toBeUndefined()
    await expect(provider.probe?.(account({ apiKey: 'no' }), aSignal())).rejects.toMatchObject({
      code: 'account_refused',
      details: { lacks: 'credential' },
    })
  })

  providerContract('Runway', {
    provider: () => provider,
    account: () => account(),
    job: (operation) => aJob(operation),
    operations: ['runway/text_to_video', 'runway/text_to_image', 'runway/sound_effect'],
  })
})
