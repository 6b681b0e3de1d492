import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeAnswer, type FakeVendor, openFakeVendor } from '../../../test/support/fake-vendor.ts'
import { sampleFiles } from '../../assets/sample-files.ts'
import type { JsonObject } from '../../core/json.ts'
import { providerContract } from '../contract.ts'
import { aJob, anAccount, aSignal, resultOf } from '../kit/provider.testing.ts'
import { aReadableJob, aStoredJob, expectResult } from '../kit/results.testing.ts'
import { recraft as manifest } from './manifest.ts'
import { TOOLS } from './operations.ts'
import { recraftProvider } from './recraft.ts'

const KEY = 'a token of the test'
const PICTURE = 'https://example.com/a.png'
const SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>'
const REQUIRED: Record<string, string[]> = {
  generations: ['prompt'],
  imageToImage: ['prompt', 'image_url', 'strength'],
  inpaint: ['prompt', 'image_url', 'mask_url'],
  replaceBackground: ['prompt', 'image_url'],
  generateBackground: ['prompt', 'image_url', 'mask_url'],
  outpaint: ['prompt', 'image_url'],
  variateImage: ['image_url', 'size'],
  vectorize: ['image_url'],
  eraseRegion: ['image_url', 'mask_url'],
  removeBackground: ['image_url'],
  crispUpscale: ['image_url'],
  creativeUpscale: ['image_url'],
}
/** What answers with one picture, under another name. */
const SINGLE = ['vectorize', 'eraseRegion', 'removeBackground', 'crispUpscale', 'creativeUpscale']

/** The routes of pictures, the user, and the files that answers name. */
function openRecraft(): Promise<FakeVendor> {
  return openFakeVendor(async ({ method, path, json, headers }, vendor) => {
    if (path.startsWith('/files/')) {
      if (headers.authorization !== undefined) return { status: 500, json: { message: 'A key came along.' } }
      if (path.endsWith('.svg')) return { bytes: Buffer.from(SVG), type: 'image/svg+xml' }
      return { bytes: (await sampleFiles['image/webp']?.()) ?? new Uint8Array(), type: 'image/webp' }
    }
    // Words without a form: so Recraft tells a wrong key and a wrong path.
    if (headers.authorization !== `Bearer ${KEY}`) {
      return { status: 401, bytes: Buffer.from('Unauthorized'), type: 'text/plain' }
    }
    if (path === '/v1/users/me') return { json: { id: 'u', email: 'a@example.com', name: 'A', credits: 900 } }
    const name = path.replace('/v1/images/', '')
    const required = REQUIRED[name]
    if (method !== 'POST' || !required) return { status: 404, bytes: Buffer.from('Not found'), type: 'text/plain' }
    const input = json as JsonObject
    const lacking = required.find((field) => input[field] === undefined)
    if (lacking !== undefined) {
      return { status: 400, json: { code: 'invalid_request_parameter', message: `${lacking} is required` } }
    }
    const isDrawn = name === 'vectorize' || String(input.model).endsWith('_vector')
    const picture = (id: number) => ({ image_id: `i-${id}`, url: `${vendor.url}/files/${id}${isDrawn ? '.svg' : ''}` })
    if (SINGLE.includes(name)) return { json: { created: 1, credits: 4, image: picture(1) } }
    const data = Array.from({ length: Number(input.n ?? 1) }, (_, index) => picture(index))
    return { json: { created: 1, credits: 40, data } }
  })
}

describe('the adapter for Recraft', () => {
  let vendor: FakeVendor
  const provider = recraftProvider()
  const account = (given: Record<string, string> = {}) =>
    anAccount(manifest, { apiKey: KEY, baseUrl: `${vendor.url}/v1`, ...given })
  const sent = (path: string) => vendor.at('POST', `/v1/images/${path}`).at(-1)?.json
  const draw = (given: JsonObject = {}) => aReadableJob('recraft/generate', { prompt: 'a cat', ...given })

  beforeAll(async () => {
    vendor = await openRecraft()
  })
  afterAll(() => vendor.close())

  it.each([...provider.operations])('performs %s and delivers what the catalogue states', async (operation) => {
    const result = await resultOf(provider, aReadableJob(operation), account())
    const files = await expectResult(operation, result)
    expect(files.every((file) => file.length > 0)).toBe(true)
    expect(result.logs).toEqual([expect.stringMatching(/^Recraft took \d+ credits$/)])
    expect(vendor.seen.filter(({ method }) => method === 'POST').at(-1)?.path).toBe(
      `/v1/images/${TOOLS[operation]?.path}`,
    )
  })

  it('sends every field of a picture', async () => {
    const request: JsonObject = {
      negative_prompt: 'dogs',
      model: 'recraftv3',
      n: 3,
      style: 'digital_illustration',
      substyle: 'grain',
      style_match: 'precise',
      style_reference_urls: [PICTURE],
      controls: { artistic_level: 2, colors: [{ rgb: [1, 2, 3] }], no_text: true },
      text_layout: [
        {
          text: 'CAT',
          bbox: [
            [0, 0],
            [1, 0],
            [1, 1],
            [0, 1],
          ],
        },
      ],
      random_seed: 7,
      image_format: 'png',
      upscale: 'upscale4mp',
      creativity: 'eccentric',
      block_nsfw: true,
      calculate_features: true,
      size: '16:9',
    }
    const { files } = await resultOf(provider, draw({ ...request, style_id: '', mine: 1 }), account())
    expect(sent('generations')).toEqual({ prompt: 'a cat', ...request, response_format: 'url' })
    expect(files).toHaveLength(3)
    expect(files[0]).not.toHaveProperty('mediaType')
  })

  it('sends stored files in the request', async () => {
    const data = Buffer.from((await sampleFiles['image/png']?.()) ?? []).toString('base64')
    const input = { prompt: 'shutters', image_url: PICTURE, mask_url: PICTURE, model: 'recraftv3' }
    await resultOf(provider, aStoredJob('recraft/inpaint', input), account())
    expect(sent('inpaint')).toEqual({
      prompt: 'shutters',
      model: 'recraftv3',
      n: 1,
      image_format: 'webp',
      image_url: `data:image/png;base64,${data}`,
      mask_url: `data:image/png;base64,${data}`,
      response_format: 'url',
    })
  })

  it('sends the fields of each tool', async () => {
    const input = { prompt: 'a meadow', image_url: PICTURE, expand_left: 256, zoom_out_percentage: 10 }
    await resultOf(provider, aReadableJob('recraft/outpaint', input), account())
    expect(sent('outpaint')).toMatchObject({ expand_left: 256, expand_right: 0, zoom_out_percentage: 10 })
    const palette = { image_url: PICTURE, limit_num_shapes: 'on', max_num_shapes: 9, strict_color_palette: [[1, 2, 3]] }
    await resultOf(provider, aReadableJob('recraft/vectorize', palette), account())
    expect(sent('vectorize')).toEqual({ ...palette, response_format: 'url' })
    await resultOf(
      provider,
      aReadableJob('recraft/variate-image', { image_url: PICTURE, size: '1:1', n: 2 }),
      account(),
    )
    expect(sent('variateImage')).toEqual({
      image_url: PICTURE,
      size: '1:1',
      n: 2,
      model: 'recraftv4_1',
      image_format: 'webp',
      response_format: 'url',
    })
  })

  it('delivers a drawing as SVG, and requests no other format', async () => {
    const { files } = await resultOf(provider, draw({ model: 'recraftv4_vector' }), account())
    expect(files).toEqual([{ key: 'picture-1', mediaType: 'image/svg+xml', content: expect.anything() }])
    expect(sent('generations')).not.toHaveProperty('image_format')
    const [svg] = await expectResult(
      'recraft/generate',
      await resultOf(provider, draw({ model: 'recraftv4_vector' }), account()),
    )
    expect(Buffer.from(svg ?? []).toString()).toBe(SVG)
  })

  it('reads pictures within the answer and at Recraft’s own address', async () => {
    const b64_json = Buffer.from('a picture').toString('base64')
    vendor.next.push({
      json: {
        created: 1,
        data: [
          { image_id: 'i', b64_json },
          { image_id: 'j', url: 'https://img.recraft.ai/j' },
        ],
      },
    })
    const { files } = await resultOf(provider, draw(), account())
    expect(files).toEqual([
      { key: 'picture-1', content: Buffer.from('a picture') },
      { key: 'picture-2', content: { url: 'https://img.recraft.ai/j' } },
    ])
  })

  it.each([
    ['recraft/image-to-image', { upscale: 'upscale4mp', strength: 0.5 }, 'upscale'],
    ['recraft/replace-background', { style_reference_urls: [PICTURE] }, 'style_reference_urls'],
  ])('refuses %s with a field that its path does not take: %j', async (operation, given, field) => {
    const before = vendor.seen.length
    const job = aReadableJob(operation, { prompt: 'a', image_url: PICTURE, ...given })
    await expect(provider.submit(job, account(), aSignal())).rejects.toMatchObject({
      code: 'vendor_refused',
      message: expect.stringContaining(`Recraft has no ${field}`),
    })
    expect(vendor.seen.length).toBe(before)
  })

  const words = (status: number, code: string, message: string): FakeAnswer => ({ status, json: { code, message } })
  it.each<[string, FakeAnswer | undefined, Record<string, string>, JsonObject]>([
    ['a wrong key', undefined, { apiKey: 'no' }, { code: 'account_refused', details: { lacks: 'credential' } }],
    [
      'no credit',
      words(400, 'not_enough_credits', 'Not enough credits.'),
      {},
      { code: 'account_refused', details: { lacks: 'credit' }, message: 'Not enough credits.' },
    ],
    [
      'no credit by its status',
      { status: 402, json: {} },
      {},
      { code: 'account_refused', details: { lacks: 'credit' } },
    ],
    [
      'a limit',
      { status: 429, headers: { 'retry-after': '5' }, bytes: Buffer.from('Slow down'), type: 'text/plain' },
      {},
      { code: 'account_busy', details: { retryAfterSeconds: 5 } },
    ],
    [
      'refused content',
      words(400, 'content_moderated', 'Refused.'),
      {},
      { code: 'content_moderated', message: 'Refused.' },
    ],
    ['refused content in words', words(400, 'bad', 'This is NSFW.'), {}, { code: 'content_moderated' }],
    [
      'a fault of the input',
      words(400, 'invalid_request_parameter', 'size is wrong'),
      {},
      { code: 'vendor_refused', message: 'size is wrong' },
    ],
    ['a breakdown', { status: 500, bytes: Buffer.from('Oops'), type: 'text/plain' }, {}, { code: 'vendor_silent' }],
    ['being away', { status: 503, json: {} }, {}, { code: 'vendor_unreachable' }],
    ['silence', 'lost', {}, { code: 'vendor_silent' }],
    ['a page', { bytes: Buffer.from('<html>'), type: 'text/html' }, {}, { code: 'vendor_silent' }],
    ['an address that is none', { json: { created: 1, data: [{ url: 'nowhere' }] } }, {}, { code: 'output_unusable' }],
  ])('maps %s to its error', async (_, answer, given, meaning) => {
    if (answer !== undefined) vendor.next.push(answer)
    const before = vendor.seen.length
    await expect(provider.submit(draw(), account(given), aSignal())).rejects.toMatchObject(meaning)
    expect(vendor.seen.length).toBe(before + 1) // a paid call is made once
  })

  it.each([{ created: 1, data: [] }, { image: { image_id: 'i' } }])('fails when Recraft answers %j', async (json) => {
    vendor.next.push({ json })
    const failed = { reason: 'Recraft returned no picture.' }
    await expect(provider.submit(draw(), account(), aSignal())).resolves.toEqual({ failed })
  })

  it.each([{ created: 1 }, []].map((json) => [json]))(
    'leaves the outcome open when Recraft answers %j',
    async (json) => {
      vendor.next.push({ json })
      const silent = { code: 'vendor_silent', message: expect.stringContaining('Recraft returned') }
      await expect(provider.submit(draw(), account(), aSignal())).rejects.toMatchObject(silent)
    },
  )

  it('reports a vendor that refuses connections as unreachable', async () => {
    const unreachable = account({ baseUrl: 'http://127.0.0.1:2/v1' })
    const submitting = provider.submit(aJob('recraft/generate'), unreachable, aSignal())
    await expect(submitting).rejects.toMatchObject({ code: 'vendor_unreachable' })
  })

  it('probes the key, and keeps the path prefix of the base address', async () => {
    await expect(provider.probe?.(account(), aSignal())).resolves.toBeUndefined()
    await expect(provider.probe?.(account({ apiKey: 'no' }), aSignal())).rejects.toMatchObject({
      details: { lacks: 'credential' },
    })
    vendor.next.push({ json: { id: 'u', credits: 1 } })
    await provider.probe?.(account({ baseUrl: `${vendor.url}/relay/recraft/v1/` }), aSignal())
    expect(vendor.seen.at(-1)?.path).toBe('/relay/recraft/v1/users/me')
  })

  providerContract('Recraft', {
    provider: () => provider,
    account: () => account(),
    job: (operation) => aReadableJob(operation),
    operations: ['recraft/generate', 'recraft/vectorize'],
  })
})
