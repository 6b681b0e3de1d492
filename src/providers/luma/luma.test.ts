import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeVendor, openFakeVendor } from '../../../test/support/fake-vendor.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { sampleTask } from '../../core/task.testing.ts'
import { aJob, anAccount, aSignal, resultOf } from '../provider.testing.ts'
import { luma as card } from './card.ts'
import { lumaProvider } from './luma.ts'

const VIDEO = { prompt: 'a balloon', model: 'ray-2', duration: 5, aspect_ratio: '4:3' }
const KEY = 'a key of the test'
const PARENT = '01234567-89ab-4cde-8f01-23456789ab10'
const TIMES = { createdAt: 1, startedAt: 2, endedAt: 3 }

/** Dream Machine: create, poll, delete, credits; the second look finds the work done. */
function openLuma(): Promise<FakeVendor> {
  const looks = new Map<string, number>()
  return openFakeVendor(({ method, path, json, headers }, vendor) => {
    if (headers.authorization !== `Bearer ${KEY}`) return { status: 401, json: { detail: 'Not authenticated' } }
    if (path === '/v1/credits') return { json: { credit_balance: 1_200 } }
    const id = /^\/v1\/generations\/(g-\d+)$/.exec(path)?.[1]
    if (method === 'POST') {
      const made = `g-${looks.size + 1}`
      looks.set(made, 0)
      const generation: JsonObject = { id: made, state: 'queued', request: json, assets: null, failure_reason: null }
      return { status: 201, json: generation }
    }
    const look = looks.get(id ?? '')
    if (id === undefined || look === undefined) return { status: 404, json: { detail: 'Generation not found' } }
    if (method === 'DELETE') return { status: 204, bytes: new Uint8Array(), type: 'text/plain' }
    looks.set(id, look + 1)
    const kind = vendor.seen.some(({ path: at }) => at.endsWith('/image')) ? 'image' : 'video'
    const assets: Json = look === 0 ? null : { [kind]: `${vendor.url}/files/${id}` }
    return { json: { id, state: look === 0 ? 'dreaming' : 'completed', assets, failure_reason: null } }
  })
}

describe('the adapter for Luma', () => {
  let vendor: FakeVendor
  const provider = lumaProvider()
  const account = (given: Record<string, string> = {}) =>
    anAccount(card, { apiKey: KEY, baseUrl: `${vendor.url}/v1`, ...given })

  beforeAll(async () => {
    vendor = await openLuma()
  })
  afterAll(() => vendor.close())

  it('has a video made, in the vendor’s own words', async () => {
    const result = await resultOf(provider, aJob('luma/video_generation', VIDEO), account())
    expect(vendor.at('POST', '/v1/generations/video').at(-1)?.json).toEqual({
      prompt: 'a balloon',
      model: 'ray-2',
      duration: '5s',
      aspect_ratio: '4:3',
    })
    expect(result.files).toEqual([{ key: 'video-1', content: { url: expect.stringMatching(/\/files\/g-\d+$/) } }])
  })

  it('names what a video goes on from by the vendor’s id', async () => {
    const parent = sampleTask(TIMES, { id: PARENT, operation: 'luma/video_generation', handle: { id: 'g-parent' } })
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
    ['too little credit', {}, { status: 402, json: { detail: 'Insufficient credits' } }, 'account_refused', 'credits'],
    ['a limit', {}, { status: 429, json: { detail: 'Too many' } }, 'account_busy', 'Too many'],
    ['a fault', {}, { status: 422, json: { detail: [{ msg: 'bad', loc: ['a'] }] } }, 'vendor_refused', 'bad'],
    ['moderation', {}, { status: 400, json: { detail: 'Failed moderation' } }, 'content_moderated', 'moderation'],
    ['a breakdown', {}, { status: 500, json: {} }, 'vendor_silent', '500'],
    ['being away', {}, { status: 503, json: {} }, 'vendor_unreachable', '503'],
    ['silence', {}, 'lost' as const, 'vendor_silent', 'broke off'],
  ])('says what %s means', async (_, given, answer, code, words) => {
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

  it('cannot reach a vendor that is not there', async () => {
    const nobody = account({ baseUrl: 'http://127.0.0.1:59999/v1' })
    await expect(provider.submit(aJob('luma/video_generation', VIDEO), nobody, aSignal())).rejects.toMatchObject({
      code: 'vendor_unreachable',
    })
  })

  it('tells a failure, and refused content from others', async () => {
    const asked = aJob('luma/video_generation', VIDEO)
    const look = (failure_reason: string) => {
      vendor.next.push({ json: { id: 'g-1', state: 'failed', failure_reason } })
      return provider.poll?.({ id: 'g-1' }, account(), aSignal(), asked)
    }
    await expect(look('Out of memory')).resolves.toEqual({
      status: 'failed',
      reason: 'Out of memory',
      isModerated: false,
    })
    await expect(look('Content moderation')).resolves.toMatchObject({ isModerated: true })
    await expect(provider.poll?.({ id: 'g-999' }, account(), aSignal(), asked)).resolves.toMatchObject({
      status: 'failed',
    })
  })

  it('cancels, twice as well as once, and shows that a key works', async () => {
    await provider.cancel?.({ id: 'g-1' }, account(), aSignal())
    await provider.cancel?.({ id: 'g-999' }, account(), aSignal())
    expect(vendor.at('DELETE', '/v1/generations/g-1')).toHaveLength(1)
    await expect(provider.probe?.(account(), aSignal())).resolves.toBeUndefined()
    await expect(provider.probe?.(account({ apiKey: 'no' }), aSignal())).rejects.toMatchObject({
      details: { lacks: 'credential' },
    })
  })

  it('finds its handle in a callback', async () => {
    const callback = { headers: {}, rawBody: '{"id":"g-7","state":"dreaming"}', receivedAt: 0 }
    await expect(provider.receive?.(callback, account())).resolves.toEqual({ handle: { id: 'g-7' } })
  })
})
