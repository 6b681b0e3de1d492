import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeAnswer, type FakeVendor, openFakeVendor } from '../../../test/support/fake-vendor.ts'
import { sampleFiles } from '../../assets/sample-files.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { providerContract } from '../contract.ts'
import { aJob, anAccount, aSignal, resultOf } from '../kit/provider.testing.ts'
import { aReadableJob, aStoredJob, expectResult, sampleInput } from '../kit/results.testing.ts'
import { googleProvider } from './google.ts'
import { google as manifest } from './manifest.ts'

const KEY = 'AIza-of-the-test'
const PICTURE = 'https://example.com/a.png'
const FILMED = 'gemini/nano-banana-2'
const VEO = 'veo3.1/veo3.1-video'

const refusal = (code: number, status: string, message: string, details: Json[] = []): FakeAnswer => ({
  status: code,
  json: { error: { code, message, status, details } },
})
const badKey = refusal(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', [
  { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' },
])

async function picture(): Promise<Buffer> {
  return Buffer.from((await sampleFiles['image/png']?.()) ?? [])
}

const answerWith = (parts: Json[], given: JsonObject = {}): FakeAnswer => ({
  json: {
    candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', index: 0, ...given }],
    responseId: 'r',
  },
})

/** `generateContent`, operations, files and models; the second look finds an operation done. */
function openGoogle(): Promise<FakeVendor> {
  const looks = new Map<string, number>()
  return openFakeVendor(async ({ method, path, headers, query }, vendor) => {
    const isFile = path.startsWith('/storage/')
    if (!isFile && headers['x-goog-api-key'] !== KEY) return badKey
    const bytes = (await sampleFiles['video/mp4']?.()) ?? new Uint8Array()
    if (isFile) return { bytes, type: 'video/mp4' }
    if (path === '/v1beta/models') return { json: { models: [{ name: 'models/gemini-3-pro-image' }] } }
    const [, model, verb] = /^\/v1beta\/models\/([^/:]+):(\w+)$/.exec(path) ?? []
    if (method === 'POST' && verb === 'generateContent') {
      const data = (await picture()).toString('base64')
      return answerWith([{ text: 'Here it is.' }, { inlineData: { mimeType: 'image/png', data } }])
    }
    if (method === 'POST' && verb === 'predictLongRunning') {
      const name = `models/${model}/operations/op${looks.size + 1}`
      looks.set(name, 0)
      return { json: { name } }
    }
    if (path === '/v1beta/files/vid1:download' && query.get('alt') === 'media') {
      return {
        status: 302,
        headers: { location: `${vendor.url}/storage/vid1` },
        bytes: Buffer.alloc(0),
        type: 'text/plain',
      }
    }
    const name = path.replace('/v1beta/', '')
    const look = looks.get(name)
    if (look === undefined) return refusal(404, 'NOT_FOUND', 'Requested entity was not found.')
    looks.set(name, look + 1)
    if (look === 0) return { json: { name } }
    const uri = 'https://generativelanguage.googleapis.com/v1beta/files/vid1:download?alt=media'
    const generateVideoResponse = { generatedSamples: [{ video: { uri } }] }
    return { json: { name, done: true, response: { '@type': 'x', generateVideoResponse } } }
  })
}

describe('the adapter for Google', () => {
  let vendor: FakeVendor
  const provider = googleProvider()
  const account = (given: Record<string, string> = {}) =>
    anAccount(manifest, { apiKey: KEY, baseUrl: vendor.url, ...given })
  const sent = (): Json => vendor.seen.filter(({ method }) => method === 'POST').at(-1)?.json ?? null
  const draw = (given: JsonObject = {}, operation = FILMED) =>
    resultOf(provider, aReadableJob(operation, { prompt: 'a dog', ...given }), account())
  const look = (answer: FakeAnswer, handle: Json = { name: 'models/veo/operations/1' }) => {
    vendor.next.push(answer)
    return provider.poll?.(handle, account(), aSignal(), aJob(VEO))
  }
  const done = (response: JsonObject): FakeAnswer => ({ json: { name: 'o', done: true, ...response } })

  beforeAll(async () => {
    vendor = await openGoogle()
  })
  afterAll(() => vendor.close())

  it.each([...provider.operations])('performs %s and delivers what the catalogue states', async (operation) => {
    const result = await resultOf(provider, aReadableJob(operation), account())
    const files = await expectResult(operation, result)
    expect(files.map((file) => file.length > 0)).toEqual([true])
  })

  it('requests a picture with stored pictures as references', async () => {
    const input = {
      prompt: 'a dog',
      image_urls: [PICTURE],
      aspect_ratio: '21:9',
      resolution: '4K',
      output_format: 'png',
    }
    const job = aStoredJob('gemini/nano-banana-pro', { ...input, safety_level: 'high' })
    await resultOf(provider, job, account())
    expect(vendor.seen.at(-1)?.path).toBe('/v1beta/models/gemini-3-pro-image:generateContent')
    const data = (await picture()).toString('base64')
    const threshold = 'BLOCK_LOW_AND_ABOVE'
    expect(sent()).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'a dog' }, { inlineData: { mimeType: 'image/png', data } }] }],
      generationConfig: {
        responseModalities: ['TEXT', 'IMAGE'],
        imageConfig: { aspectRatio: '21:9', imageSize: '4K' },
      },
      safetySettings: [
        { category: 'HARM_CATEGORY_HARASSMENT', threshold },
        { category: 'HARM_CATEGORY_HATE_SPEECH', threshold },
        { category: 'HARM_CATEGORY_SEXUALLY_EXPLICIT', threshold },
        { category: 'HARM_CATEGORY_DANGEROUS_CONTENT', threshold },
      ],
    })
  })

  it.each([
    ['gemini/gemini-2.5-flash-image', 'gemini-2.5-flash-image', undefined],
    ['gemini/nano-banana-pro', 'gemini-3-pro-image', { imageSize: '1K' }],
    ['gemini/nano-banana-2', 'gemini-3.1-flash-image', { imageSize: '1K' }],
  ])('makes the picture of %s with %s', async (operation, model, imageConfig) => {
    await draw({}, operation)
    expect(vendor.seen.at(-1)?.path).toBe(`/v1beta/models/${model}:generateContent`)
    expect(sent()).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'a dog' }] }],
      generationConfig: { responseModalities: ['TEXT', 'IMAGE'], ...(imageConfig ? { imageConfig } : {}) },
    })
  })

  it.each([
    ['png', 'png'],
    ['jpeg', 'jpeg'],
    ['jpg', 'jpeg'],
  ])('delivers %s as requested, whatever format Google returned', async (output_format, format) => {
    const [file] = (await draw({ output_format })).files
    const bytes = file?.content as Uint8Array
    expect(await sharp(bytes).metadata()).toMatchObject({ format, width: 16, height: 16 })
    expect((await picture()).equals(bytes)).toBe(format === 'png') // what fits is not touched
  })

  it('delivers every picture except those that were drawn while thinking', async () => {
    const inlineData = { mimeType: 'image/png', data: (await picture()).toString('base64') }
    vendor.next.push(answerWith([{ inlineData, thought: true }, { inlineData }, { inlineData }]))
    expect((await draw({ output_format: 'png' })).files).toHaveLength(2)
  })

  it('refuses a picture that cannot be decoded, and an unknown safety level', async () => {
    vendor.next.push(answerWith([{ inlineData: { mimeType: 'image/png', data: 'AAAA' } }]))
    await expect(draw({ output_format: 'jpeg' })).rejects.toMatchObject({ code: 'output_unusable' })
    const before = vendor.seen.length
    await expect(draw({ safety_level: 'odd' }, 'gemini/nano-banana-pro')).rejects.toMatchObject({
      code: 'vendor_refused',
      message: expect.stringContaining('safety_level'),
    })
    expect(vendor.seen.length).toBe(before)
  })

  it.each<[string, FakeAnswer, JsonObject]>([
    [
      'a picture that is not safe',
      answerWith([], { finishReason: 'IMAGE_SAFETY', finishMessage: 'Unsafe.' }),
      { reason: 'Google made no picture (IMAGE_SAFETY): Unsafe.', isModerated: true },
    ],
    [
      'an answer in words',
      answerWith([{ text: 'I cannot draw that.' }], { finishReason: 'NO_IMAGE' }),
      { reason: 'Google made no picture (NO_IMAGE): I cannot draw that.', isModerated: false },
    ],
    [
      'nothing at all',
      { json: { candidates: [] } },
      { reason: 'Google made no picture (no picture).', isModerated: false },
    ],
  ])('fails with %s', async (_, answer, failed) => {
    vendor.next.push(answer)
    await expect(provider.submit(aJob('gemini/gemini-2.5-flash-image'), account(), aSignal())).resolves.toEqual({
      failed,
    })
  })

  it('makes a video between two frames, and follows the redirect to its file', async () => {
    const input = {
      prompt: 'an arcade',
      negative_prompt: 'people',
      image_url: PICTURE,
      tail_image_url: PICTURE,
      duration: '6s',
      resolution: '1080p',
      aspect_ratio: '9:16',
    }
    const job = aStoredJob(VEO, input)
    const submitted = await provider.submit(job, account(), aSignal())
    const handle = 'handle' in submitted ? (submitted.handle ?? null) : null
    expect(submitted).toEqual({
      handle: { name: expect.stringMatching(/^models\/veo-3\.1-generate-preview\/operations\//) },
      pollAfterMs: 10_000,
    })
    const frame = { bytesBase64Encoded: (await picture()).toString('base64'), mimeType: 'image/png' }
    expect(sent()).toEqual({
      instances: [{ prompt: 'an arcade', image: frame, lastFrame: frame }],
      parameters: { aspectRatio: '9:16', durationSeconds: 6, resolution: '1080p', negativePrompt: 'people' },
    })
    const poll = () => provider.poll?.(handle, account(), aSignal(), job)
    await expect(poll()).resolves.toEqual({ status: 'processing', pollAfterMs: 10_000 })
    const ended = await poll()
    if (ended?.status !== 'completed') throw new Error(`It is ${ended?.status}.`)
    const [file] = await expectResult(VEO, ended.result)
    expect(Buffer.from(file ?? []).equals((await sampleFiles['video/mp4']?.()) ?? Buffer.alloc(0))).toBe(true)
    expect(vendor.seen.at(-1)).toMatchObject({ path: '/storage/vid1', headers: { 'x-goog-api-key': KEY } })
  })

  it('sends the key to no other host than the account’s own', async () => {
    await using storage = await openFakeVendor(() => ({ bytes: Buffer.from('a video'), type: 'video/mp4' }))
    const uri = 'https://generativelanguage.googleapis.com/v1beta/files/vid1:download?alt=media'
    const ended = await look(done({ response: { generateVideoResponse: { generatedSamples: [{ video: { uri } }] } } }))
    const location = `${storage.url}/far`
    vendor.next.push({ status: 302, headers: { location }, bytes: Buffer.alloc(0), type: 'text/plain' })
    const content = ended?.status === 'completed' ? ended.result.files[0]?.content : undefined
    if (!content || !('read' in content)) throw new Error('There is nothing to read.')
    expect(Buffer.from(await content.read(aSignal())).toString()).toBe('a video')
    expect(storage.seen[0]?.headers).not.toHaveProperty('x-goog-api-key')
  })

  it.each([
    ['veo3/veo3-video', 'veo-3.0-generate-001'],
    ['veo3/veo3-video-fast', 'veo-3.0-fast-generate-001'],
    ['veo3.1/veo3.1-video', 'veo-3.1-generate-preview'],
    ['veo3.1/veo3.1-video-fast', 'veo-3.1-fast-generate-preview'],
  ])('makes the video of %s with %s', async (operation, model) => {
    await provider.submit(aJob(operation, { prompt: 'rain' }), account(), aSignal())
    expect(vendor.seen.at(-1)?.path).toBe(`/v1beta/models/${model}:predictLongRunning`)
    expect(sent()).toEqual({
      instances: [{ prompt: 'rain' }],
      parameters: { aspectRatio: '16:9', durationSeconds: 8, resolution: '720p' },
    })
  })

  it.each([
    [640, 360, '16:9'],
    [360, 640, '9:16'],
  ])('uses the shape of a first frame of %i by %i for the ratio "auto"', async (width, height, aspectRatio) => {
    const bytes = await sharp({ create: { width, height, channels: 3, background: '#336699' } })
      .png()
      .toBuffer()
    const file = async () => ({ bytes, mediaType: 'image/png', name: 'a.png' })
    const input = { prompt: 'rain', image_url: PICTURE, aspect_ratio: 'auto' }
    await provider.submit(aReadableJob(VEO, input, { file }), account(), aSignal())
    expect(sent()).toMatchObject({ parameters: { aspectRatio } })
    const broken = async () => ({ ...(await sampleInput('a.png')), bytes: Buffer.from('no picture') })
    await expect(
      provider.submit(aReadableJob(VEO, input, { file: broken }), account(), aSignal()),
    ).rejects.toMatchObject({ code: 'unsupported_media' })
  })

  it('delivers videos that come inline or by a URL of another host', async () => {
    const generatedSamples = [
      { video: { encodedVideo: Buffer.from('a video').toString('base64'), encoding: 'video/mp4' } },
      { video: { uri: 'https://storage.example.com/b.mp4' } },
    ]
    const ended = await look(done({ response: { generateVideoResponse: { generatedSamples } } }))
    expect(ended).toMatchObject({
      status: 'completed',
      result: {
        files: [
          { key: 'video-1', content: Buffer.from('a video') },
          { key: 'video-2', content: { url: 'https://storage.example.com/b.mp4' } },
        ],
      },
    })
  })

  it('reports a failure with its reason, and marks refused content', async () => {
    await expect(look(done({ error: { code: 13, message: 'Internal.' } }))).resolves.toEqual({
      status: 'failed',
      reason: 'Internal.',
      isModerated: false,
    })
    const guidelines = 'The prompt violates Gemini API usage guidelines.'
    await expect(look(done({ error: { code: 3, message: guidelines } }))).resolves.toMatchObject({ isModerated: true })
    const filtered = { raiMediaFilteredCount: 1, raiMediaFilteredReasons: ['It shows a child.'] }
    await expect(look(done({ response: { generateVideoResponse: filtered } }))).resolves.toEqual({
      status: 'failed',
      reason: 'It shows a child.',
      isModerated: true,
    })
    await expect(look(done({ response: {} }))).resolves.toMatchObject({ status: 'failed', isModerated: false })
    const unknown = provider.poll?.({ name: 'models/veo/operations/none' }, account(), aSignal(), aJob(VEO))
    await expect(unknown).resolves.toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('no longer knows'),
    })
  })

  it('can poll again after a poll that failed', async () => {
    await expect(look({ status: 500, json: {} })).rejects.toMatchObject({ code: 'vendor_unreachable' })
    await expect(look({ json: [] })).rejects.toMatchObject({ code: 'vendor_unreachable' })
    await expect(look('lost')).rejects.toMatchObject({ code: 'vendor_unreachable' })
  })

  const retryInfo = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.2s' }]
  const errors: [string, FakeAnswer | undefined, Record<string, string>, JsonObject][] = [
    ['a wrong key', undefined, { apiKey: 'no' }, { code: 'account_refused', details: { lacks: 'credential' } }],
    [
      'a key that may not',
      refusal(403, 'PERMISSION_DENIED', 'Forbidden.'),
      {},
      { code: 'account_refused', details: { lacks: 'credential' } },
    ],
    [
      'billing that is off',
      refusal(400, 'FAILED_PRECONDITION', 'Please enable billing on your project.'),
      {},
      { code: 'account_refused', details: { lacks: 'credit' } },
    ],
    [
      'credit that is gone',
      refusal(429, 'RESOURCE_EXHAUSTED', 'Your prepayment credits are depleted.'),
      {},
      { code: 'account_refused', details: { lacks: 'credit' } },
    ],
    [
      'a limit',
      refusal(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded.', retryInfo),
      {},
      { code: 'account_busy', details: { retryAfterSeconds: 35 } },
    ],
    [
      'a limit in a header',
      { status: 429, headers: { 'retry-after': '9' }, json: { error: { message: 'Slow down.' } } },
      {},
      { code: 'account_busy', details: { retryAfterSeconds: 9 } },
    ],
    [
      'a fault of the input',
      refusal(400, 'INVALID_ARGUMENT', 'Bad ratio.'),
      {},
      { code: 'vendor_refused', message: 'Bad ratio.' },
    ],
    ['a model that is gone', refusal(404, 'NOT_FOUND', 'models/x is not found.'), {}, { code: 'vendor_refused' }],
    ['a breakdown', refusal(500, 'INTERNAL', 'Internal.'), {}, { code: 'vendor_silent' }],
    ['being away', refusal(503, 'UNAVAILABLE', 'Overloaded.'), {}, { code: 'vendor_unreachable' }],
    ['silence', 'lost', {}, { code: 'vendor_silent' }],
    ['what is no object', { json: [] }, {}, { code: 'vendor_silent' }],
    ['a page', { bytes: Buffer.from('<html>'), type: 'text/html' }, {}, { code: 'vendor_silent' }],
  ]
  describe.each(['gemini/gemini-2.5-flash-image', 'veo3/veo3-video'])('of %s', (operation) => {
    it.each(errors)('maps %s to its error', async (_, answer, given, meaning) => {
      if (answer !== undefined) vendor.next.push(answer)
      const before = vendor.seen.length
      const submitting = provider.submit(aReadableJob(operation), account(given), aSignal())
      await expect(submitting).rejects.toMatchObject(meaning)
      expect(vendor.seen.length).toBe(before + 1) // a paid call is made once
    })
  })

  it('reports a blocked prompt, and leaves open what happened to a video without a name', async () => {
    vendor.next.push({ json: { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } } })
    await expect(draw()).rejects.toMatchObject({ code: 'content_moderated' })
    vendor.next.push({ json: {} })
    await expect(provider.submit(aJob('veo3/veo3-video'), account(), aSignal())).rejects.toMatchObject({
      code: 'vendor_silent',
    })
  })

  it('does not perform videos at the host where Google has closed them', () => {
    const own = anAccount(manifest, { apiKey: KEY })
    expect([...(provider.performs?.(own) ?? [])].every((id) => id.startsWith('gemini/'))).toBe(true)
    expect(provider.performs?.(own).size).toBe(4)
    expect(provider.performs?.(account())).toEqual(provider.operations)
  })

  it('reports a vendor that refuses connections as unreachable', async () => {
    const unreachable = account({ baseUrl: 'http://127.0.0.1:2' })
    const job = aJob('gemini/gemini-2.5-flash-image')
    await expect(provider.submit(job, unreachable, aSignal())).rejects.toMatchObject({ code: 'vendor_unreachable' })
  })

  it('probes the key, and keeps the path prefix of the base address', async () => {
    await expect(provider.probe?.(account(), aSignal())).resolves.toBeUndefined()
    await expect(provider.probe?.(account({ apiKey: 'no' }), aSignal())).rejects.toMatchObject({
      details: { lacks: 'credential' },
    })
    vendor.next.push(refusal(404, 'NOT_FOUND', 'Not found.')) // a gateway of pictures alone
    await provider.probe?.(account({ baseUrl: `${vendor.url}/relay/google/` }), aSignal())
    expect(vendor.seen.at(-1)?.path).toBe('/relay/google/v1beta/models')
  })

  providerContract('Google', {
    provider: () => provider,
    account: () => account(),
    job: (operation) => aReadableJob(operation),
    operations: ['veo3/veo3-video', 'gemini/gemini-2.5-flash-image'],
  })
})
