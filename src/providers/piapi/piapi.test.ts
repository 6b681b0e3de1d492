import { Value } from 'typebox/value'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FakeAnswer, FakeVendor } from '../../../test/support/fake-vendor.ts'
import { exampleOn } from '../../../test/support/follow-ups.ts'
import { getOperation } from '../../catalog/catalog.ts'
import { itemId } from '../../core/ids.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { sampleTask } from '../../core/task.testing.ts'
import { providerContract } from '../contract.ts'
import { aJob, anAccount, aSignal, resultOf } from '../kit/provider.testing.ts'
import { clipsResult } from '../kit/results.ts'
import type { Job } from '../provider.ts'
import { piapi as manifest } from './manifest.ts'
import { piapiProvider } from './piapi.ts'
import { KEY, openPiapi } from './vendor.testing.ts'

const TIMES = { createdAt: 1, startedAt: 2, endedAt: 3 }
const PARENT = '01234567-89ab-4cde-8f01-23456789ab00'
const UPSTREAM = '9c5a1f3e-0000-4000-8000-000000000001'
const TASK = '/api/v1/task'
const provider = piapiProvider()

let vendor: FakeVendor
beforeAll(async () => {
  vendor = await openPiapi()
})
afterAll(() => vendor.close())

const account = (given: Record<string, string> = {}) =>
  anAccount(manifest, { apiKey: KEY, baseUrl: vendor.url, ...given })
const sent = (): JsonObject => vendor.at('POST', TASK).at(-1)?.json as JsonObject
const submit = (job: Job, given?: Record<string, string>) => provider.submit(job, account(given), aSignal())

/** A finished song of ours, whose clips PiAPI knows by other ids. */
function song() {
  const { output } = clipsResult(aJob('suno/music'), [
    { audio: { url: 'https://x/1' }, vendorId: 'clip-1' },
    { audio: { url: 'https://x/2' }, vendorId: 'clip-2' },
  ])
  return sampleTask(TIMES, {
    id: PARENT,
    operation: 'suno/music',
    status: 'completed',
    account: 'test:piapi',
    handle: { id: UPSTREAM },
    output,
  })
}

/** The example of an operation, on a parent where it follows one. */
function exampleJob(id: string, given: Partial<Job> = {}): Job {
  const operation = getOperation(id)
  const parent = sampleTask(TIMES, {
    id: PARENT,
    operation: id,
    status: 'completed',
    account: 'test:piapi',
    handle: { id: UPSTREAM },
  })
  const follows = operation.follows(operation.example) !== undefined
  return aJob(id, exampleOn(operation, PARENT), { ...(follows ? { parent } : {}), ...given })
}

const URL_OF = 'https://example.com/a.file'

describe('the adapter for PiAPI', () => {
  it.each([...provider.operations])('performs %s and returns a result in the catalogue’s form', async (id) => {
    const job = exampleJob(id)
    const { output, files } = await resultOf(provider, job, account())
    const { model, taskType, output: schema } = getOperation(id)
    expect(sent()).toMatchObject({ model, task_type: taskType, config: { service_mode: '' } })
    expect(Value.Check(schema, output)).toBe(true)
    const named = [...JSON.stringify(output).matchAll(/"file:([^"]+)"/g)].map(([, key]) => key)
    expect(files.map(({ key }) => key).sort()).toEqual([...new Set(named)].sort())
  })

  it('sends a song with PiAPI’s own fields and no others', async () => {
    const input = { prompt: '[Verse]\nMove', tags: 'raga', title: 'Cat Dance', mv: 'chirp-crow' }
    await submit(aJob('suno/music', input))
    expect(sent()).toEqual({
      model: 'suno',
      task_type: 'music',
      input: { ...input, make_instrumental: false },
      config: { service_mode: '', webhook_config: { endpoint: '', secret: '' } },
    })
  })

  it.each<[string, JsonObject, JsonObject]>([
    [
      'seedance/seedance-2',
      { mode: 'first_last_frames', image_urls: [URL_OF], aspect_ratio: 'auto' },
      { aspect_ratio: 'auto' },
    ],
    ['seedance/seedance-2', { aspect_ratio: 'auto' }, {}],
    ['seedance/seedance-2', { aspect_ratio: '9:16' }, { aspect_ratio: '9:16' }],
    [
      'seedance/seedance-2.5-less-restriction',
      { image_urls: [URL_OF], auto_upload_assets: true, asset_retention_hours: 3, resolution: '1080p' },
      { image_urls: [URL_OF], auto_upload_assets: true, asset_retention_hours: 3, resolution: '1080p' },
    ],
    ['byteaudio/seed-audio-1.0', { text: 'hello', format: 'pcm' }, { text: 'hello', format: 'wav' }],
    ['kling/lip_sync', { video_url: URL_OF, tts_text: 'hi', tts_timbre: 'Rock' }, { video_url: URL_OF }],
    ['kling/text_to_video', { version: '4.0', duration: 30 }, { version: '4.0', duration: 30, resolution: '720p' }],
  ])('sends %s with %j as PiAPI takes it', async (operation, input, expected) => {
    await submit(aJob(operation, { prompt: 'a', ...input }))
    const sentInput = sent().input as JsonObject
    for (const [name, value] of Object.entries(expected)) expect(sentInput[name]).toEqual(value)
    // The ratio is left to PiAPI, and no task is named, where there is none to name.
    for (const name of ['aspect_ratio', 'origin_task_id']) {
      if (name in input && !(name in expected)) expect(sentInput).not.toHaveProperty(name)
    }
  })

  it('stores a clip’s id at PiAPI, and names it in a follow-up', async () => {
    const made = await resultOf(provider, aJob('suno/music'), account())
    const { clips } = made.output as { clips: JsonObject[] }
    expect(clips.map(({ vendorId, durationSeconds, prompt }) => [vendorId, durationSeconds, prompt])).toEqual([
      ['a06045be-0000-4000-8000-000000000001', 144.88, '[Verse]\nMove'],
      ['a06045be-0000-4000-8000-000000000002', 144.88, '[Verse]\nMove'],
    ])
    const input = {
      prompt: 'on',
      task: 'extend',
      task_id: PARENT,
      continue_clip_id: itemId(PARENT, 2),
      continue_at: 60,
    }
    await submit(aJob('suno/music', input, { parent: song() }))
    expect(sent().input).toMatchObject({ task_id: UPSTREAM, continue_clip_id: 'clip-2', continue_at: 60 })
  })

  it('names the parent task by its id at PiAPI', async () => {
    const parent = song()
    await submit(aJob('midjourney/upscale', { origin_task_id: PARENT, index: '2' }, { parent }))
    expect(sent().input).toEqual({ origin_task_id: UPSTREAM, index: '2' })
    const frames = { frame0: { type: 'generation', id: PARENT }, frame1: { type: 'image', url: 'https://x/y.png' } }
    await submit(aJob('luma/video_generation', { prompt: 'on', key_frames: frames, model: 'ray-2' }, { parent }))
    expect(sent().input).toMatchObject({
      model: 'ray-v2',
      key_frames: { frame0: { type: 'generation', id: UPSTREAM }, frame1: { type: 'image', url: 'https://x/y.png' } },
    })
    const udio = {
      lyrics_type: 'user',
      prompt: 'la',
      config: { mode: 'continuation', source: { song_id: itemId(PARENT, 1) } },
    }
    await submit(aJob('music-u/generate_music', udio, { parent }))
    expect(sent().input).toEqual({
      lyrics_type: 'user',
      prompt: 'la',
      continue_song_id: 'clip-1',
      continue_at: 0,
      seed: -1,
    })
  })

  it('refuses to follow a clip whose id at PiAPI is not known', async () => {
    const parent = { ...song(), output: { clips: [{ id: itemId(PARENT, 1) }] } }
    const job = aJob('suno/music', { prompt: 'on', task_id: PARENT, continue_clip_id: itemId(PARENT, 1) }, { parent })
    await expect(submit(job)).rejects.toMatchObject({ code: 'vendor_refused' })
    const elsewhere = { ...song(), account: 'another' }
    const upscale = aJob('midjourney/upscale', { origin_task_id: PARENT, index: '2' }, { parent: elsewhere })
    await expect(submit(upscale)).rejects.toMatchObject({ code: 'vendor_refused' })
  })

  it('puts reference pictures at the front of the prompt, where Midjourney reads them', async () => {
    await submit(aJob('midjourney/imagine', { prompt: 'a fox', image_urls: ['https://x/a.png', 'https://x/b.png'] }))
    expect(sent().input).toMatchObject({ prompt: 'https://x/a.png https://x/b.png a fox' })
    expect(sent().input).not.toHaveProperty('image_urls')
    await submit(exampleJob('midjourney/blend'))
    expect(sent().input).toMatchObject({
      image_urls: ['https://example.com/fox.png', 'https://example.com/forest.png'],
    })
  })

  it('sends a stored file in the request, or uploads it where PiAPI takes URLs only', async () => {
    const stored = (input: JsonObject) => ({
      input,
      urlOf: () => undefined,
      file: async () => ({ bytes: new Uint8Array([1, 2, 3]), mediaType: 'image/png', name: 'cat.png' }),
    })
    await submit(aJob('Qubico/flux1-dev/img2img', undefined, stored({ prompt: 'a cat', image: 'asset:1.png' })))
    expect(sent().input).toEqual({ prompt: 'a cat', image: 'data:image/png;base64,AQID' })
    expect(vendor.at('POST', '/api/ephemeral_resource')).toEqual([])

    await submit(
      aJob('kling/avatar', undefined, stored({ image_url: 'asset:1.png', local_dubbing_url: 'asset:2.mp3' })),
    )
    const uploaded = 'https://img.theapi.app/ephemeral/cat.png'
    expect(sent().input).toEqual({ image_url: uploaded, local_dubbing_url: uploaded })
    const uploads = vendor.at('POST', '/api/ephemeral_resource')
    expect(uploads.map(({ json }) => json)).toEqual([1, 2].map(() => ({ file_name: 'cat.png', file_data: 'AQID' })))

    const mask = { origin_task_id: PARENT, mask: 'asset:3.png', prompt: 'a collar' }
    await submit(aJob('midjourney/inpaint', undefined, { parent: song(), ...stored(mask) }))
    expect(sent().input).toEqual({ origin_task_id: UPSTREAM, mask: 'data:image/png;base64,AQID', prompt: 'a collar' })

    const elsewhere = { uploadUrl: `${vendor.url}/uploads` }
    await submit(aJob('hailuo/video_generation', undefined, stored({ image_url: 'asset:1.png' })), elsewhere)
    expect(vendor.at('POST', '/uploads/api/ephemeral_resource')).toHaveLength(1)
  })

  it('refuses a task whose file the plan cannot upload, before the paid call', async () => {
    vendor.next.push({ status: 403, json: { code: 403, message: 'Insufficient plan level' } })
    const before = vendor.at('POST', TASK).length
    const file = async () => ({ bytes: new Uint8Array([1]), mediaType: 'image/png', name: 'cat.png' })
    const job = aJob('kling/effects', undefined, { input: { image_url: 'asset:1.png' }, urlOf: () => undefined, file })
    await expect(submit(job)).rejects.toMatchObject({ code: 'account_refused', details: { lacks: 'credit' } })
    expect(vendor.at('POST', TASK)).toHaveLength(before)
  })

  const refusal = (status: number, message: string): FakeAnswer => ({ status, json: { code: status, message } })
  it.each<[string, JsonObject | undefined, FakeAnswer | undefined, object]>([
    ['a wrong key', { apiKey: 'wrong' }, undefined, { code: 'account_refused', details: { lacks: 'credential' } }],
    ['no credit', {}, refusal(402, 'no'), { code: 'account_refused', details: { lacks: 'credit' } }],
    [
      'too few points, whatever the status',
      {},
      refusal(500, 'failed to freeze: insufficient points'),
      { code: 'account_refused', details: { lacks: 'credit' } },
    ],
    [
      'a plan too low',
      {},
      refusal(403, 'upgrade your plan'),
      { code: 'account_refused', details: { lacks: 'credit' } },
    ],
    [
      'a limit',
      {},
      { status: 429, headers: { 'retry-after': '7' }, json: { code: 429, message: 'slow down' } },
      { code: 'account_busy', details: { retryAfterSeconds: 7 } },
    ],
    ['a full pool', {}, refusal(400, 'concurrency limit reached'), { code: 'account_busy' }],
    ['a fault', {}, refusal(400, 'task_type is invalid'), { code: 'vendor_refused', message: 'task_type is invalid' }],
    ['a fault in an answer of 200', {}, { json: { code: 400, message: 'no such model' } }, { code: 'vendor_refused' }],
    ['refused content', {}, refusal(400, 'blocked by content policy'), { code: 'content_moderated' }],
    ['a breakdown', {}, refusal(500, 'oops'), { code: 'vendor_silent' }],
    ['being away', {}, refusal(503, 'later'), { code: 'vendor_unreachable' }],
    ['no task', {}, { json: { code: 200, data: {}, message: 'success' } }, { code: 'vendor_silent' }],
    ['no JSON', {}, { bytes: Buffer.from('<html>'), type: 'text/html' }, { code: 'vendor_silent' }],
    [
      'an unknown route',
      {},
      { status: 404, bytes: Buffer.from('404 page not found'), type: 'text/plain' },
      { code: 'vendor_refused' },
    ],
    ['silence', {}, 'lost', { code: 'vendor_silent' }],
  ])('maps %s to its error after a single call', async (_, given, answer, error) => {
    if (answer !== undefined) vendor.next.push(answer)
    const before = vendor.seen.length
    await expect(submit(aJob('gemini/nano-banana-pro'), given as Record<string, string>)).rejects.toMatchObject(error)
    expect(vendor.seen.length).toBe(before + 1)
  })

  it('reports a gateway that refuses connections as unreachable', async () => {
    const unreachable = { baseUrl: 'http://127.0.0.1:2' }
    await expect(submit(aJob('gemini/nano-banana-pro'), unreachable)).rejects.toMatchObject({
      code: 'vendor_unreachable',
    })
  })

  it('keeps the path prefix of the base address in every call', async () => {
    await submit(aJob('gemini/nano-banana-pro'), { baseUrl: `${vendor.url}/behind/a/proxy/` })
    expect(vendor.at('POST', `/behind/a/proxy${TASK}`)).toHaveLength(1)
  })

  const request = aJob('midjourney/imagine')
  const look = (data: Json, given: JsonObject = { code: 200, message: 'success' }, of = request) => {
    vendor.next.push({ json: { ...given, data } })
    return provider.poll?.({ id: UPSTREAM }, account(), aSignal(), of)
  }

  it('reports the progress that PiAPI reports', async () => {
    await expect(look({ status: 'processing', output: { progress: 31 } })).resolves.toEqual({
      status: 'processing',
      progress: 31,
    })
    await expect(look({ status: 'processing', output: { task_progress: 40 } })).resolves.toMatchObject({ progress: 40 })
    await expect(look({ status: 'staged', output: null })).resolves.toEqual({ status: 'processing' })
    await expect(look({ status: 'Pending', output: null })).resolves.toEqual({ status: 'processing' })
    await expect(look({ status: 'retry', output: null }, { timestamp: 1 })).resolves.toEqual({ status: 'processing' })
  })

  it('takes the reason of a failure from wherever PiAPI puts it', async () => {
    const failed = (error: JsonObject, more: JsonObject = {}) => look({ status: 'failed', error, logs: [], ...more })
    await expect(failed({ code: 1100, message: 'Out of memory', raw_message: 'OOM' })).resolves.toEqual({
      status: 'failed',
      reason: 'Out of memory',
      detail: 'OOM',
      isModerated: false,
    })
    await expect(failed({ message: '' }, { logs: ['real person in picture'] })).resolves.toMatchObject({
      reason: 'real person in picture',
      isModerated: true,
    })
    await expect(failed({ message: 'failed', raw_message: 'NSFW content' })).resolves.toMatchObject({
      isModerated: true,
    })
    await expect(failed({}, { task_result: { reason: 'no face' } })).resolves.toMatchObject({ reason: 'no face' })
    await expect(failed({})).resolves.toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('without a reason'),
    })
    await expect(look({ status: 'cancelled', error: null })).resolves.toMatchObject({ status: 'failed' })
    await expect(look({ status: 'completed', output: {} })).resolves.toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('reported success without'),
    })
  })

  it('reports the points that PiAPI took as the cost, unless it reports none', async () => {
    const done = { status: 'completed', output: { image_url: 'https://example.com/a.png' } }
    const usage = (consume: Json) => ({ meta: { usage: { type: 'point', frozen: 0, consume } } })
    expect(await look({ ...done, ...usage(450_000) })).toMatchObject({ result: { costPoints: 450_000 } })
    for (const other of [usage(0), usage(null), usage('1'), { meta: { usage: null } }, {}]) {
      const progress = await look({ ...done, ...other })
      expect(progress).toMatchObject({ status: 'completed' })
      expect(JSON.stringify(progress)).not.toContain('costPoints')
    }
    expect(await look({ status: 'failed', error: {}, ...usage(7) })).toMatchObject({ costPoints: 7 })
  })

  it('fails a task that PiAPI no longer knows, and polls again after an unreadable answer', async () => {
    await expect(provider.poll?.({ id: 'gone' }, account(), aSignal(), request)).resolves.toMatchObject({
      status: 'failed',
    })
    vendor.next.push({ status: 500, json: { code: 500, message: 'record not found' } })
    await expect(provider.poll?.({ id: 'gone' }, account(), aSignal(), request)).resolves.toMatchObject({
      status: 'failed',
    })
    await expect(look({})).rejects.toMatchObject({ code: 'vendor_unreachable' })
    vendor.next.push({ status: 502, json: {} })
    await expect(provider.poll?.({ id: UPSTREAM }, account(), aSignal(), request)).rejects.toMatchObject({
      code: 'vendor_unreachable',
    })
  })

  const sources = (output: Json, id: string, input?: JsonObject) =>
    look({ status: 'completed', output }, { code: 200 }, aJob(id, input))?.then((progress) =>
      progress?.status === 'completed' ? progress.result.files.map(({ key, content }) => [key, content]) : progress,
    )

  it('reads every form of a picture', async () => {
    const url = 'https://img.theapi.app/temp/a.png'
    const flux = 'Qubico/flux1-schnell/txt2img'
    expect(await sources({ image_url: url, image_base64: '' }, flux)).toEqual([['picture-1', { url }]])
    expect(await sources({ image_urls: [url, url] }, flux)).toHaveLength(2)
    expect(await sources({ image_url: '', image_base64: 'AQID' }, flux)).toEqual([
      ['picture-1', Buffer.from([1, 2, 3])],
    ])
    const four = ['1', '2', '3', '4'].map((name) => `https://img.theapi.app/temp/${name}.png`)
    const grid = await sources({ image_url: url, image_urls: null, temporary_image_urls: four }, 'midjourney/imagine')
    expect(grid).toEqual([...four.map((one, index) => [`picture-${index + 1}`, { url: one }]), ['grid', { url }]])
  })

  it('reads every form of a video, and prefers the one without a watermark', async () => {
    const url = 'https://storage.theapi.app/videos/a.mp4'
    const video = [['video-1', { url }]]
    expect(await sources({ video: url }, 'veo3/veo3-video')).toEqual(video)
    expect(await sources({ video_url: url }, 'veo3/veo3-video')).toEqual(video)
    expect(await sources({ video: { url: 'https://x/marked' }, video_raw: { url } }, 'luma/video_generation')).toEqual(
      video,
    )
    const work = { video: { resource: 'https://x/marked', resource_without_watermark: url } }
    expect(await sources({ video_url: 'https://x/marked', works: [work] }, 'kling/video_generation')).toEqual(video)
    expect(await sources({ video_url: url, works: null }, 'kling/motion_control')).toEqual(video)
    expect(await sources({ video_url: url, video_urls: [url, url] }, 'kling/avatar')).toHaveLength(2)
  })

  it('reads every form of sounds, songs and texts', async () => {
    const url = 'https://img.theapi.app/temp/a.mp3'
    expect(await sources({ audio_url: url }, 'Qubico/tts/zero-shot')).toEqual([['sound-1', { url }]])
    expect(await sources({ audio_urls: [url, url] }, 'kling/sound')).toHaveLength(2)
    const clips = { clips: { a: { id: 'a', audio_url: url, status: 'complete' } } }
    expect(await sources(clips, 'suno/music')).toEqual([['audio-1', { url }]])
    const texts = async (output: Json, id: string) => {
      const progress = await look({ status: 'completed', output }, { code: 200 }, exampleJob(id))
      return progress?.status === 'completed' ? progress.result.output : progress
    }
    expect(await texts({ seed: 42 }, 'midjourney/seed')).toEqual({ texts: ['42'] })
    expect(await texts({ description: 'a b', descriptions: ['a', 'b'] }, 'midjourney/describe')).toEqual({
      texts: ['a', 'b'],
    })
    expect(await texts({ title: 'T', text: 'la', tags: ['pop'] }, 'suno/lyrics')).toEqual({
      lyrics: [{ title: 'T', text: 'la', tags: ['pop'] }],
    })
  })

  it('reads a file of a private gateway through the account', async () => {
    const [[, content] = []] = (await sources(
      { image_url: `${vendor.url}/files/a.png` },
      'gemini/nano-banana-pro',
    )) as [string, { read(signal: AbortSignal): Promise<Uint8Array> }][]
    vendor.next.push({ bytes: Buffer.from('a picture'), type: 'image/png' })
    expect(Buffer.from((await content?.read(aSignal())) ?? []).toString()).toBe('a picture')
    expect(vendor.seen.at(-1)).toMatchObject({ path: '/files/a.png' })
    expect(vendor.seen.at(-1)?.headers).not.toHaveProperty('x-api-key')
  })

  it('cancels a task that has not started, and throws when PiAPI refuses', async () => {
    const { handle } = (await submit(request)) as { handle: { id: string } }
    const cancel = () => provider.cancel?.(handle, account(), aSignal(), request)
    await cancel()
    await provider.poll?.(handle, account(), aSignal(), request)
    await expect(cancel()).rejects.toMatchObject({ code: 'vendor_refused' })
    expect(vendor.at('DELETE', `${TASK}/${handle.id}`)).toHaveLength(2)
    await expect(provider.cancel?.(handle, account({ apiKey: 'no' }), aSignal(), request)).rejects.toMatchObject({
      code: 'account_refused',
    })
  })

  it('probes the key with a free call', async () => {
    await expect(provider.probe?.(account(), aSignal())).resolves.toBeUndefined()
    await expect(provider.probe?.(account({ apiKey: 'no' }), aSignal())).rejects.toMatchObject({
      details: { lacks: 'credential' },
    })
  })

  it('accepts only callbacks that carry the secret of their task', async () => {
    await submit(aJob('gemini/nano-banana-pro', undefined, { callbackUrl: 'https://us/callbacks/1' }))
    const { webhook_config: hook } = sent().config as { webhook_config: { endpoint: string; secret: string } }
    expect(hook.endpoint).toBe('https://us/callbacks/1')
    const rawBody = JSON.stringify({ timestamp: 1, data: { task_id: UPSTREAM, status: 'completed' } })
    const hear = (secret: string | undefined, given = {}) =>
      provider.receive?.({ headers: { 'x-webhook-secret': secret }, rawBody, receivedAt: 0 }, account(given))
    await expect(hear(hook.secret)).resolves.toEqual({ handle: { id: UPSTREAM } })
    const [, seal = ''] = hook.secret.split('.')
    for (const bad of [undefined, '', seal, `${UPSTREAM}.${seal}`, `${hook.secret}x`]) {
      await expect(hear(bad)).rejects.toMatchObject({ code: 'unauthorized' })
    }
    await expect(hear(hook.secret, { apiKey: 'another' })).rejects.toMatchObject({ code: 'unauthorized' })
  })
})

describe('operations that PiAPI’s own host does not perform', () => {
  const performed = (given: Record<string, string>) =>
    provider.performs?.(anAccount(manifest, { apiKey: KEY, ...given })) ?? new Set<string>()

  it('exclude those that it withdrew, unless the account names them or is at another gateway', () => {
    expect([...performed({})].filter((id) => /^(?:suno|midjourney)\//.test(id))).toEqual([])
    expect(performed({}).has('music-u/generate_music')).toBe(true)
    expect([...performed({ models: 'suno, kling/effects' })]).toEqual(['suno/music', 'suno/lyrics', 'kling/effects'])
    expect(performed({ baseUrl: 'https://gateway.example' })).toEqual(provider.operations)
  })

  it('exclude the tools that only vendors’ own APIs have', () => {
    for (const id of [
      'suno/concat',
      'kling/image_generation',
      'luma/upscale_video',
      'midjourney/video',
      'bfl/flux-dev',
    ]) {
      expect(provider.operations.has(id)).toBe(false)
    }
  })

  it('include none that need a field which PiAPI drops: such a task is refused before the call', async () => {
    const own = anAccount(manifest, { apiKey: KEY })
    const job = aJob('kling/effects', {
      image_url: 'https://x/a.png',
      effect: 'hugging',
      second_image_url: 'https://x/b.png',
    })
    await expect(provider.submit(job, own, aSignal())).rejects.toMatchObject({
      code: 'vendor_refused',
      message: expect.stringContaining('second_image_url'),
    })
  })
})

providerContract('PiAPI', {
  provider: () => provider,
  account: () => account(),
  job: exampleJob,
  operations: [
    'Qubico/flux1-schnell/txt2img',
    'kling/video_generation',
    'suno/music',
    'midjourney/imagine',
    'Qubico/trellis/image-to-3d',
    'music-u/generate_music',
  ],
})
