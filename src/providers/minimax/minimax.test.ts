import { Value } from 'typebox/value'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeAnswer, type FakeVendor, openFakeVendor } from '../../../test/support/fake-vendor.ts'
import { samplesOfWav, soundFormatOf } from '../../assets/sound-format.ts'
import { getOperation } from '../../catalog/catalog.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { providerContract } from '../contract.ts'
import { aJob, anAccount, aSignal, resultOf } from '../kit/provider.testing.ts'
import { minimax as manifest } from './manifest.ts'
import { minimaxProvider } from './minimax.ts'

const KEY = 'a key of the test'
const PICTURE = 'https://example.com/a.png'
const VIDEO = 'hailuo/video_generation'

const provider = minimaxProvider()

const answer = (fields: JsonObject = {}, code = 0, message = 'success'): FakeAnswer => ({
  json: { ...fields, base_resp: { status_code: code, status_msg: message } },
})

/** How the second version describes a task that failed, by the id of the task. */
const FAILED: Record<string, JsonObject> = {
  'm-failed': { status: 'failed', error: { code: '1026', message: 'The input is sensitive.' } },
  'm-expired': { status: 'expired' },
}

/** MiniMax answers 200 to everything; the second look finds a task done, and its file has an id of its own. */
function openMinimax(): Promise<FakeVendor> {
  const looks = new Map<string, number>()
  /** The second version says by the status that something is wrong. */
  const secondTask = (id: string, vendor: FakeVendor): FakeAnswer => {
    const failed = FAILED[id]
    if (failed) return { json: { task: { id, ...failed } } }
    const look = looks.get(id)
    if (look === undefined) return { status: 404, json: { message: '404 page not found' } }
    looks.set(id, look + 1)
    const done = { status: 'succeeded', content: { url: `${vendor.url}/files/f-${id}.mp4` } }
    return { json: { task: { id, model: 'MiniMax-H3', ...(look === 0 ? { status: 'running' } : done) } } }
  }
  return openFakeVendor(({ method, path, query, headers }, vendor) => {
    if (!headers.authorization) return answer({}, 1004, 'login fail: Please carry the API secret key')
    if (headers.authorization !== `Bearer ${KEY}`) return answer({}, 2049, 'invalid api key')
    switch (`${method} ${path}`) {
      case 'POST /v1/video_generation': {
        const id = `m-${looks.size + 1}`
        looks.set(id, 0)
        return answer({ task_id: id })
      }
      case 'GET /v1/query/video_generation': {
        const id = query.get('task_id') ?? ''
        const look = looks.get(id)
        if (look === undefined) return answer({}, 2013, 'invalid params, task not found')
        looks.set(id, look + 1)
        return look === 0
          ? answer({ task_id: id, status: 'Processing', file_id: '' })
          : answer({ task_id: id, status: 'Success', file_id: `f-${id}`, video_width: 1_366, video_height: 768 })
      }
      case 'GET /v1/files/retrieve': {
        const file_id = query.get('file_id') ?? ''
        const download_url = `${vendor.url}/files/${file_id}.mp4`
        return answer({
          file: { file_id, bytes: 0, filename: 'output.mp4', purpose: 'video_generation', download_url },
        })
      }
      case 'POST /v2/video_generation': {
        const id = `m-${looks.size + 1}`
        looks.set(id, 0)
        return answer({ task_id: id })
      }
      case 'POST /v1/t2a_v2':
      case 'POST /v1/music_generation':
        return answer({
          data: { audio: `${vendor.url}/files/a.mp3`, status: 2 },
          extra_info: { music_duration: 61_500 },
        })
      case 'POST /v1/image_generation':
        return answer({ data: { image_urls: [`${vendor.url}/files/a.jpeg`] }, metadata: { failed_count: '1' } })
      default:
        return secondTask(path.split('/v2/query/video_generation/')[1] ?? '', vendor)
    }
  })
}

describe('the adapter for MiniMax', () => {
  let vendor: FakeVendor
  const account = (given: Record<string, string> = {}) =>
    anAccount(manifest, { apiKey: KEY, baseUrl: vendor.url, ...given })
  const submit = (input?: JsonObject, given = {}) => provider.submit(aJob(VIDEO, input, given), account(), aSignal())
  const sent = () => vendor.at('POST', '/v1/video_generation').at(-1)?.json

  beforeAll(async () => {
    vendor = await openMinimax()
  })
  afterAll(() => vendor.close())

  it.each([
    ['hailuo/video_generation', 'video-1', /\/files\/f-m-\d+\.mp4$/],
    ['minimax/video_generation', 'video-1', /\/files\/f-m-\d+\.mp4$/],
    ['minimax/text_to_speech', 'sound-1', /\/files\/a\.mp3$/],
    ['minimax/music_generation', 'audio-1', /\/files\/a\.mp3$/],
    ['minimax/image_generation', 'picture-1', /\/files\/a\.jpeg$/],
  ])('performs %s', async (operation, key, url) => {
    expect(provider.operations).toContain(operation)
    const result = await resultOf(provider, aJob(operation), account())
    expect(Value.Errors(getOperation(operation).output, result.output)).toEqual([])
    expect(JSON.stringify(result.output)).toContain(`"file:${key}"`)
    expect(result.files).toEqual([{ key, content: { url: expect.stringMatching(url) } }])
  })

  it('sends speech, songs and pictures in MiniMax’s fields, and nothing that it does not know', async () => {
    const sentTo = async (operation: string, path: string, input: JsonObject) => {
      await provider.submit(aJob(operation, input), account(), aSignal())
      return vendor.at('POST', path).at(-1)?.json
    }
    const voice_setting = { voice_id: 'Wise_Woman', speed: 1.5 }
    expect(
      await sentTo('minimax/text_to_speech', '/v1/t2a_v2', {
        ...{ model: 'speech-2.8-hd', text: 'Hello.', voice_setting, language_boost: '', anything: 'else' },
      }),
    ).toEqual({ model: 'speech-2.8-hd', text: 'Hello.', voice_setting, stream: false, output_format: 'url' })
    expect(
      await sentTo('minimax/music_generation', '/v1/music_generation', { model: 'music-2.6', lyrics: 'la' }),
    ).toMatchObject({
      ...{ model: 'music-2.6', lyrics: 'la', is_instrumental: false, output_format: 'url' },
      audio_setting: { format: 'mp3', sample_rate: 44_100, bitrate: 256_000 },
    })
    expect(
      await sentTo('minimax/image_generation', '/v1/image_generation', {
        ...{ model: 'image-01', prompt: 'she', subject_reference: [{ type: 'character', image_file: PICTURE }] },
      }),
    ).toMatchObject({
      ...{ n: 1, response_format: 'url', subject_reference: [{ type: 'character', image_file: PICTURE }] },
    })
  })

  it('gives samples the header of a WAV file, with the rate and channels that were requested', async () => {
    vendor.next.push(answer({ data: { audio: '01000200', status: 2 } }))
    const audio_setting = { format: 'pcm', sample_rate: 8_000, channel: 2 }
    const input = { model: 'speech-2.8-hd', text: 'Hi.', voice_setting: { voice_id: 'a' }, audio_setting }
    const { files } = await resultOf(provider, aJob('minimax/text_to_speech', input), account())
    const bytes = files[0]?.content as Uint8Array // as it was sent
    expect(soundFormatOf(bytes, 'audio/wav')).toEqual({ sampleRate: 8_000, channels: 2 })
    expect(samplesOfWav(bytes)).toEqual(Buffer.from([1, 0, 2, 0]))
  })

  it('says how many pictures the safety check held back, and fails if it held back all', async () => {
    const made = await resultOf(provider, aJob('minimax/image_generation'), account())
    const logs = ['MiniMax’s safety check held back 1 of 2 pictures']
    expect(made).toMatchObject({ logs, consumedShare: 0.5 })
    vendor.next.push(answer({ data: {}, metadata: { failed_count: 2 } }))
    await expect(provider.submit(aJob('minimax/image_generation'), account(), aSignal())).resolves.toEqual({
      failed: { reason: 'MiniMax returned no picture.', isModerated: true },
    })
  })

  it.each([
    ['an answer without a sound', answer({ data: {} }), 'vendor_silent'],
    ['refused content', answer({}, 1026, 'sensitive'), 'content_moderated'],
    ['characters that it does not read', answer({}, 1042, 'illegal characters'), 'vendor_refused'],
  ])('reports %s to speech by its code', async (_, told, code) => {
    vendor.next.push(told)
    await expect(provider.submit(aJob('minimax/text_to_speech'), account(), aSignal())).rejects.toMatchObject({ code })
  })

  it('sends H3 its text and files as content, each with its role', async () => {
    const input = {
      prompt: 'a market',
      first_frame_image: PICTURE,
      last_frame_image: `${PICTURE}?last`,
      duration: 7,
      resolution: '2K',
      ratio: 'adaptive',
    }
    await provider.submit(aJob('minimax/video_generation', input), account(), aSignal())
    expect(vendor.at('POST', '/v2/video_generation').at(-1)?.json).toEqual({
      model: 'MiniMax-H3',
      content: [
        { type: 'text', text: 'a market' },
        { type: 'image_url', image_url: { url: PICTURE }, role: 'first_frame' },
        { type: 'image_url', image_url: { url: `${PICTURE}?last` }, role: 'last_frame' },
      ],
      resolution: '2K',
      duration: 7,
      ratio: 'adaptive',
    })
  })

  it.each([
    ['m-failed', 'The input is sensitive.', true],
    ['m-expired', 'MiniMax reported the task as expired, without a reason.', false],
  ])('reports why H3 did not make %s', async (id, reason, isModerated) => {
    const job = aJob('minimax/video_generation', { prompt: 'a' })
    expect(await provider.poll?.({ id }, account(), aSignal(), job)).toEqual({ status: 'failed', reason, isModerated })
  })

  it('ends a task of H3 that MiniMax no longer knows', async () => {
    const job = aJob('minimax/video_generation', { prompt: 'a' })
    expect(await provider.poll?.({ id: 'm-unknown' }, account(), aSignal(), job)).toEqual({
      status: 'failed',
      reason: expect.stringContaining('MiniMax no longer knows the task'),
    })
  })

  it.each<[JsonObject, JsonObject]>([
    [
      { model: 'v2.3', prompt: 'a', expand_prompt: false, duration: 10, resolution: 768 },
      { model: 'MiniMax-Hailuo-2.3', prompt: 'a', prompt_optimizer: false, duration: 10, resolution: '768P' },
    ],
    [
      { model: 'v2.3-fast', image_url: PICTURE, aigc_watermark: true, anything: 'else' },
      {
        ...{ model: 'MiniMax-Hailuo-2.3-Fast', first_frame_image: PICTURE, duration: 6, resolution: '768P' },
        aigc_watermark: true,
      },
    ],
    [
      { model: 'i2v-02', prompt: 'a', image_url: PICTURE, last_frame_image: `${PICTURE}?last`, resolution: 1080 },
      {
        ...{ model: 'MiniMax-Hailuo-02', prompt: 'a', first_frame_image: PICTURE, last_frame_image: `${PICTURE}?last` },
        ...{ duration: 6, resolution: '1080P' },
      },
    ],
    [
      { model: 't2v-02', prompt: 'a' },
      { model: 'MiniMax-Hailuo-02', prompt: 'a', duration: 6, resolution: '768P' },
    ],
    [
      { model: 't2v-01-director', prompt: '[Pan left] a' },
      { model: 'T2V-01-Director', prompt: '[Pan left] a' },
    ],
    [
      { model: 't2v-01', prompt: 'a', duration: 6 },
      { model: 'T2V-01', prompt: 'a' },
    ],
    [
      { model: 'i2v-01-live', image_url: PICTURE },
      { model: 'I2V-01-live', first_frame_image: PICTURE },
    ],
    [
      { model: 's2v-01', prompt: 'she waves', image_url: PICTURE },
      { model: 'S2V-01', prompt: 'she waves', subject_reference: [{ type: 'character', image: [PICTURE] }] },
    ],
  ])('for the input %j sends %j', async (input, body) => {
    await submit(input)
    expect(sent()).toEqual(body)
  })

  it('sends unreachable files in the request, with the callback URL', async () => {
    const hidden = {
      urlOf: () => undefined,
      file: async () => ({ bytes: Buffer.from('a picture'), mediaType: 'image/png', name: 'a.png' }),
      callbackUrl: 'https://us.example/callback',
    }
    await submit({ model: 'i2v-01', image_url: PICTURE }, hidden)
    expect(sent()).toMatchObject({
      first_frame_image: `data:image/png;base64,${Buffer.from('a picture').toString('base64')}`,
      callback_url: 'https://us.example/callback',
    })
  })

  it.each<[string, Record<string, string>, FakeAnswer | undefined, object]>([
    ['a wrong key', { apiKey: 'wrong' }, undefined, { code: 'account_refused', details: { lacks: 'credential' } }],
    ['no balance', {}, answer({}, 1008, 'insufficient balance'), { details: { lacks: 'credit' } }],
    ['a limit', {}, answer({}, 1002, 'rate limit'), { code: 'account_busy' }],
    ['the limit of a plan', {}, answer({}, 2056, 'usage limit exceeded'), { code: 'account_busy' }],
    [
      'a limit by its status',
      {},
      { status: 429, headers: { 'retry-after': '9' }, json: {} },
      { code: 'account_busy', details: { retryAfterSeconds: 9 } },
    ],
    ['a model that the plan has not', {}, answer({}, 2061, 'plan'), { code: 'vendor_refused' }],
    ['a fault', {}, answer({}, 2013, 'invalid params'), { code: 'vendor_refused', message: 'invalid params (2013)' }],
    ['moderation', {}, answer({}, 1026, 'input new_sensitive'), { code: 'content_moderated' }],
    ['a breakdown', {}, answer({}, 1000, 'unknown error'), { code: 'vendor_silent' }],
    ['a breakdown by its status', {}, { status: 500, json: {} }, { code: 'vendor_silent' }],
    ['being away', {}, { status: 503, json: {} }, { code: 'vendor_unreachable' }],
    ['an answer without an id', {}, answer({}), { code: 'vendor_silent' }],
    ['words', {}, { bytes: Buffer.from('hello'), type: 'text/html' }, { code: 'vendor_silent' }],
    ['silence', {}, 'lost', { code: 'vendor_silent' }],
  ])('maps %s to its error after a single call', async (_, given, told, error) => {
    if (told !== undefined) vendor.next.push(told)
    const before = vendor.seen.length
    await expect(provider.submit(aJob(VIDEO), account(given), aSignal())).rejects.toMatchObject(error)
    expect(vendor.seen.length).toBe(before + 1)
  })

  it('reports a vendor that refuses connections as unreachable', async () => {
    const unreachable = account({ baseUrl: 'http://127.0.0.1:2' })
    await expect(provider.submit(aJob(VIDEO), unreachable, aSignal())).rejects.toMatchObject({
      code: 'vendor_unreachable',
    })
  })

  it('reports a failure with its reason, and marks refused content', async () => {
    const look = (...answers: FakeAnswer[]) => {
      vendor.next.push(...answers)
      return provider.poll?.({ id: 'm-1' }, account(), aSignal(), aJob(VIDEO))
    }
    await expect(look(answer({ status: 'Fail' }, 1027, 'output new_sensitive'))).resolves.toEqual({
      ...{ status: 'failed', reason: 'output new_sensitive', isModerated: true },
    })
    await expect(look(answer({ status: 'Failed' }, 0, 'no GPU'))).resolves.toEqual({
      ...{ status: 'failed', reason: 'no GPU', isModerated: false },
    })
    await expect(look(answer({ status: 'Fail' }))).resolves.toMatchObject({
      reason: expect.stringContaining('without a reason'),
    })
    await expect(look(answer({ status: 'Queueing' }))).resolves.toEqual({ status: 'processing' })
    await expect(look(answer())).rejects.toMatchObject({ code: 'vendor_unreachable' })
    await expect(look(answer({}, 1024, 'internal'))).rejects.toMatchObject({ code: 'vendor_unreachable' })
    await expect(look(answer({}, 2049, 'invalid api key'))).rejects.toMatchObject({ code: 'account_refused' })
    const success = answer({ status: 'Success', file_id: 7 })
    await expect(look(success, answer({ file: {} }))).resolves.toMatchObject({ status: 'failed' })
    await expect(look(success, { status: 500, json: {} })).rejects.toMatchObject({ code: 'vendor_unreachable' })
    expect(vendor.at('GET', '/v1/files/retrieve').at(-1)?.query.get('file_id')).toBe('7')
    await expect(provider.poll?.({ id: 'm-999' }, account(), aSignal(), aJob(VIDEO))).resolves.toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('no longer knows'),
    })
  })

  it('answers the challenge for a callback URL, and reads the handle from a callback', async () => {
    const hear = (body: Json) =>
      provider.receive?.({ headers: {}, rawBody: JSON.stringify(body), receivedAt: 0 }, account())
    await expect(hear({ challenge: 'a word' })).resolves.toEqual({ answer: { challenge: 'a word' } })
    await expect(hear({ task_id: 'm-7', status: 'processing', base_resp: { status_code: 0 } })).resolves.toEqual({
      handle: { id: 'm-7' },
    })
    await expect(hear({})).resolves.toEqual({})
    await expect(hear([])).resolves.toEqual({})
  })

  it('keeps the path prefix of the base address, and probes the key', async () => {
    await expect(provider.probe?.(account(), aSignal())).resolves.toBeUndefined()
    await expect(provider.probe?.(account({ apiKey: 'no' }), aSignal())).rejects.toMatchObject({
      code: 'account_refused',
      details: { lacks: 'credential' },
    })
    vendor.next.push(answer({}, 2013, 'no such task'))
    await provider.probe?.(account({ baseUrl: `${vendor.url}/minimax/` }), aSignal())
    expect(vendor.seen.at(-1)?.path).toBe('/minimax/v1/query/video_generation')
  })

  providerContract('MiniMax', {
    provider: () => provider,
    account: () => account(),
    job: (operation) => aJob(operation),
    operations: ['hailuo/video_generation', 'minimax/text_to_speech'],
  })
})
