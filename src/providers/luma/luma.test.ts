import { Value } from 'typebox/value'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeVendor, openFakeVendor } from '../../../test/support/fake-vendor.ts'
import { getOperation } from '../../catalog/catalog.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { sampleTask } from '../../core/task.testing.ts'
import { providerContract } from '../contract.ts'
import { aJob, anAccount, aSignal, resultOf } from '../kit/provider.testing.ts'
import { lumaProvider } from './luma.ts'
import { luma as manifest } from './manifest.ts'

const VIDEO = { prompt: 'a balloon', model: 'ray-2', duration: 5, aspect_ratio: '4:3' }
const KEY = 'a key of the test'
const PARENT = '01234567-89ab-4cde-8f01-23456789ab00' // as the examples of the catalogue name it
const PICTURE = 'https://example.com/a.png'
const TIMES = { createdAt: 1, startedAt: 2, endedAt: 3 }

/** Dream Machine: create, poll, delete, credits; the second look finds the work done. */
function openLuma(): Promise<FakeVendor> {
  const made = new Map<string, { path: string; looks: number }>()
  return openFakeVendor(({ method, path, json, headers }, vendor) => {
    if (headers.authorization !== `Bearer ${KEY}`) return { status: 401, json: { detail: 'Not authenticated' } }
    if (path === '/v1/credits') return { json: { credit_balance: 1_200 } }
    if (method === 'POST') {
      const id = `g-${made.size + 1}`
      made.set(id, { path, looks: 0 })
      return { status: 201, json: { id, state: 'queued', request: json, assets: null, failure_reason: null } }
    }
    const id = /^\/v1\/generations\/(g-\d+)$/.exec(path)?.[1] ?? ''
    const generation = made.get(id)
    if (!generation) return { status: 404, json: { detail: 'Generation not found' } }
    if (method === 'DELETE') return { status: 204, bytes: new Uint8Array(), type: 'text/plain' }
    generation.looks += 1
    if (generation.looks === 1) return { json: { id, state: 'dreaming', assets: null, failure_reason: null } }
    const isPicture = generation.path.startsWith('/v1/generations/image')
    const image = `${vendor.url}/files/${id}.jpg`
    // A video has a picture of itself beside it.
    const assets: Json = isPicture ? { image } : { video: `${vendor.url}/files/${id}.mp4`, image }
    return { json: { id, state: 'completed', assets, failure_reason: null } }
  })
}

const provider = lumaProvider()

describe('the adapter for Luma', () => {
  let vendor: FakeVendor
  const account = (given: Record<string, string> = {}) =>
    anAccount(manifest, { apiKey: KEY, baseUrl: `${vendor.url}/v1`, ...given })

  const parentOf = (given = {}) =>
    sampleTask(TIMES, {
      id: PARENT,
      operation: 'luma/video_generation',
      account: account().id,
      handle: { id: 'g-parent' },
      ...given,
    })
  const submit = (operation: string, input?: JsonObject, given = {}) =>
    provider.submit(aJob(operation, input, { parent: parentOf(), ...given }), account(), aSignal())
  const sent = (path: string) => vendor.at('POST', `/v1/generations${path}`).at(-1)?.json

  beforeAll(async () => {
    vendor = await openLuma()
  })
  afterAll(() => vendor.close())

  it('requests a video with the vendor’s own fields', async () => {
    const result = await resultOf(provider, aJob('luma/video_generation', VIDEO), account())
    expect(vendor.at('POST', '/v1/generations/video').at(-1)?.json).toEqual({
      prompt: 'a balloon',
      model: 'ray-2',
      duration: '5s',
      aspect_ratio: '4:3',
    })
    expect(result.files).toEqual([
      { key: 'video-1', content: { url: expect.stringMatching(/\/files\/g-\d+\.mp4$/) } },
      { key: 'cover-1', content: { url: expect.stringMatching(/\/files\/g-\d+\.jpg$/) } },
    ])
  })

  it.each([...provider.operations])('performs %s', async (operation) => {
    const result = await resultOf(provider, aJob(operation, undefined, { parent: parentOf() }), account())
    expect(Value.Errors(getOperation(operation).output, result.output)).toEqual([])
    expect(result.files.length).toBeGreaterThan(0)
    for (const { key, content } of result.files) {
      expect(JSON.stringify(result.output)).toContain(`"file:${key}"`)
      expect(content).toEqual({ url: expect.stringContaining(`${vendor.url}/files/g-`) })
    }
  })

  it.each<[string, string, JsonObject, JsonObject]>([
    [
      'luma/video_generation',
      '/video',
      {
        ...{ prompt: 'a', model_name: 'ray-v2', loop: true, resolution: '720p', concepts: [{ key: 'dolly_zoom' }] },
        ...{ key_frames: { frame0: { type: '', url: '' }, frame1: { url: PICTURE } }, start_image: `${PICTURE}?first` },
        ...{ expand_prompt: true, callback_url: 'https://evil.example', anything: 'else' },
      },
      {
        ...{ prompt: 'a', model: 'ray-2', loop: true, resolution: '720p', concepts: [{ key: 'dolly_zoom' }] },
        ...{ duration: '5s', aspect_ratio: '16:9' },
        keyframes: { frame0: { type: 'image', url: `${PICTURE}?first` }, frame1: { type: 'image', url: PICTURE } },
      },
    ],
    [
      'luma/image_generation',
      '/image',
      { prompt: 'a', model: 'photon-1', style_ref: [{ url: PICTURE, weight: 0.5 }], sync: true, sync_timeout: 600 },
      {
        ...{ prompt: 'a', model: 'photon-1', style_ref: [{ url: PICTURE, weight: 0.5 }] },
        ...{ aspect_ratio: '16:9', format: 'jpg' },
      },
    ],
    [
      'luma/modify_video',
      '/video/modify',
      { model: 'ray-2', media: { url: 'https://example.com/a.mp4' }, mode: 'flex_1' },
      {
        ...{ model: 'ray-2', media: { url: 'https://example.com/a.mp4' }, mode: 'flex_1' },
        generation_type: 'modify_video',
      },
    ],
    [
      'luma/reframe_image',
      '/image/reframe',
      { model: 'photon-1', media: { url: PICTURE }, aspect_ratio: '1:1', x_start: 10 },
      {
        ...{ model: 'photon-1', media: { url: PICTURE }, aspect_ratio: '1:1', x_start: 10, format: 'jpg' },
        generation_type: 'reframe_image',
      },
    ],
    [
      'luma/add_audio',
      '/g-parent/audio',
      { origin_task_id: PARENT, prompt: 'wind', negative_prompt: 'voices' },
      { prompt: 'wind', negative_prompt: 'voices' },
    ],
  ])('requests %s at %s', async (operation, path, input, body) => {
    await submit(operation, input)
    expect(sent(path)).toEqual(body)
  })

  it.each<[string, JsonObject, object, RegExp]>([
    ['luma/video_generation', { prompt: 'a', model: 'ray-v3' }, {}, /ray-v3/],
    ['luma/upscale_video', { origin_task_id: PARENT }, { parent: null }, /not made by this Luma account/],
    [
      'luma/extend_video',
      { prompt: 'a', key_frames: { frame0: { type: 'video', url: 'https://example.com/a.mp4' } } },
      {},
      /frame0.*own videos/,
    ],
    [
      'luma/video_generation',
      {
        key_frames: {
          frame0: { type: 'generation', id: PARENT },
          frame1: { type: 'generation', id: PARENT.replace('0', '1') },
        },
      },
      {},
      /frame1.*same task/,
    ],
    [
      'luma/image_generation',
      { model: 'photon-1', image_ref: [{ url: PICTURE }] },
      { urlOf: () => undefined },
      /PUBLIC_URL/,
    ],
  ])('refuses %s with a value that Luma does not have: %j', async (operation, input, given, words) => {
    const before = vendor.seen.length
    await expect(submit(operation, input, given)).rejects.toMatchObject({
      code: 'vendor_refused',
      message: expect.stringMatching(words),
    })
    expect(vendor.seen.length).toBe(before)
  })

  it('follows only tasks that the same account made', async () => {
    const elsewhere = { parent: parentOf({ account: 'another' }) }
    await expect(submit('luma/upscale_video', { origin_task_id: PARENT }, elsewhere)).rejects.toMatchObject({
      code: 'vendor_refused',
    })
  })

  it('reports how long a rate limit lasts', async () => {
    vendor.next.push({ status: 429, headers: { 'retry-after': '11' }, json: { detail: 'Too many' } })
    await expect(submit('luma/video_generation')).rejects.toMatchObject({ details: { retryAfterSeconds: 11 } })
  })

  it('maps an answer without an id, or without a state, to its error', async () => {
    vendor.next.push({ status: 201, json: { state: 'queued' } })
    await expect(submit('luma/video_generation')).rejects.toMatchObject({ code: 'vendor_silent' })
    vendor.next.push({ json: {} })
    const request = aJob('luma/video_generation')
    await expect(provider.poll?.({ id: 'g-1' }, account(), aSignal(), request)).rejects.toMatchObject({
      code: 'vendor_unreachable',
    })
  })

  it('names the continued video by the vendor’s id', async () => {
    const parent = parentOf()
    const frames = { frame0: { type: 'generation', id: parent.id } }
    const job = aJob('luma/video_generation', { ...VIDEO, key_frames: frames }, { parent, callbackUrl: 'https://us/x' })
    await provider.submit(job, account(), aSignal())
    expect(vendor.at('POST', '/v1/generations/video').at(-1)?.json).toMatchObject({
      keyframes: { frame0: { type: 'generation', id: 'g-parent' } },
      callback_url: 'https://us/x',
    })
    const upscale = aJob('luma/upscale_video', { origin_task_id: parent.id, resolution: '4k' }, { parent })
    await provider.submit(upscale, account(), aSignal())
    expect(vendor.at('POST', '/v1/generations/g-parent/upscale').at(-1)?.json).toEqual({ resolution: '4k' })
  })

  it.each([
    ['a wrong key', { apiKey: 'wrong' }, undefined, 'account_refused', 'Not authenticated'],
    ['no credit', {}, { status: 400, json: { detail: 'Insufficient credits' } }, 'account_refused', 'credits'],
    ['too little credit', {}, { status: 402, json: { detail: 'Insufficient credits' } }, 'account_refused', 'credits'],
    ['a limit', {}, { status: 429, json: { detail: 'Too many' } }, 'account_busy', 'Too many'],
    ['a fault', {}, { status: 422, json: { detail: [{ msg: 'bad', loc: ['a'] }] } }, 'vendor_refused', 'bad'],
    ['moderation', {}, { status: 400, json: { detail: 'Failed moderation' } }, 'content_moderated', 'moderation'],
    ['a breakdown', {}, { status: 500, json: {} }, 'vendor_silent', '500'],
    ['being away', {}, { status: 503, json: {} }, 'vendor_unreachable', '503'],
    ['silence', {}, 'lost' as const, 'vendor_silent', 'broke off'],
  ])('maps %s to its error', async (_, given, answer, code, words) => {
    if (answer !== undefined) vendor.next.push(answer)
    const before = vendor.seen.length
    await expect(
      provider.submit(aJob('luma/video_generation', VIDEO), account(given), aSignal()),
    ).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words),
    })
    expect(vendor.seen.length).toBe(before + 1) // a paid call is made once
  })

  it('reports a vendor that refuses connections as unreachable', async () => {
    const unreachable = account({ baseUrl: 'http://127.0.0.1:2/v1' })
    await expect(provider.submit(aJob('luma/video_generation', VIDEO), unreachable, aSignal())).rejects.toMatchObject({
      code: 'vendor_unreachable',
    })
  })

  it('reports a failure with its reason, and marks refused content', async () => {
    const request = aJob('luma/video_generation', VIDEO)
    const look = (failure_reason: string) => {
      vendor.next.push({ json: { id: 'g-1', state: 'failed', failure_reason } })
      return provider.poll?.({ id: 'g-1' }, account(), aSignal(), request)
    }
    await expect(look('Out of memory')).resolves.toEqual({
      status: 'failed',
      reason: 'Out of memory',
      isModerated: false,
    })
    await expect(look('Content moderation')).resolves.toMatchObject({ isModerated: true })
    await expect(provider.poll?.({ id: 'g-999' }, account(), aSignal(), request)).resolves.toMatchObject({
      status: 'failed',
    })
  })

  it('cancels a task once and again, and probes the key', async () => {
    const request = aJob('luma/video_generation')
    // What it has made would be destroyed.
    vendor.next.push({ json: { id: 'g-1', state: 'completed', assets: null } })
    await expect(provider.cancel?.({ id: 'g-1' }, account(), aSignal(), request)).rejects.toMatchObject({
      code: 'vendor_refused',
    })
    vendor.next.push({ json: { id: 'g-1', state: 'dreaming', assets: null } })
    await provider.cancel?.({ id: 'g-1' }, account(), aSignal(), request)
    await provider.cancel?.({ id: 'g-999' }, account(), aSignal(), request)
    expect(vendor.at('DELETE', '/v1/generations/g-1')).toHaveLength(1)
    // A proxy's 404 does not say that the task is unknown.
    vendor.next.push({ status: 404, bytes: Buffer.from('<html>'), type: 'text/html' })
    const proxied = provider.cancel?.({ id: 'g-1' }, account(), aSignal(), request)
    await expect(proxied).rejects.toMatchObject({ code: 'vendor_unreachable' })
    await expect(provider.probe?.(account(), aSignal())).resolves.toBeUndefined()
    await expect(provider.probe?.(account({ apiKey: 'no' }), aSignal())).rejects.toMatchObject({
      details: { lacks: 'credential' },
    })
  })

  it('reads the handle from a callback', async () => {
    const callback = { headers: {}, rawBody: '{"id":"g-7","state":"dreaming"}', receivedAt: 0 }
    await expect(provider.receive?.(callback, account())).resolves.toEqual({ handle: { id: 'g-7' } })
  })

  providerContract('Luma', {
    provider: () => provider,
    account: () => account(),
    job: (operation) => aJob(operation, undefined, { parent: parentOf() }),
    operations: ['luma/video_generation', 'luma/image_generation'],
  })
})
