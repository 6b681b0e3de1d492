import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type FakeAnswer,
  type FakeVendor,
  openFakeVendor,
  type SeenRequest,
} from '../../../test/support/fake-vendor.ts'
import { sampleFiles } from '../../assets/sample-files.ts'
import type { JsonObject } from '../../core/json.ts'
import { providerContract } from '../contract.ts'
import { aJob, anAccount, aSignal, resultOf } from '../kit/provider.testing.ts'
import { aReadableJob, aStoredJob, expectResult } from '../kit/results.testing.ts'
import { ideogramProvider } from './ideogram.ts'
import { ideogram as manifest } from './manifest.ts'
import { PATHS } from './requests.ts'

const KEY = 'a key of the test'
const PICTURE = 'https://example.com/a.png'

const V3 = [
  'prompt',
  'magic_prompt',
  'num_images',
  'seed',
  'rendering_speed',
  'style_preset',
  'color_palette',
  'style_codes',
]
const REFERENCES = ['style_reference_images', 'character_reference_images', 'character_reference_images_mask']
const MINE = ['style_type', 'custom_model_uri', ...REFERENCES]
const SHAPED = ['negative_prompt', 'resolution', 'aspect_ratio']
const OLD = ['prompt', 'model', 'magic_prompt_option', 'style_type', 'num_images', 'seed']

const V4 = [
  ...['text_prompt', 'json_prompt', 'aspect_ratio', 'resolution'],
  ...['magic_prompt', 'rendering_speed', 'num_images', 'seed'],
]

/** The fields of each path, as the API's description has them; those with * are required. */
const TAKEN: Record<string, string[]> = {
  '/generate': ['image_request*'],
  '/remix': ['image_request*', 'image_file*'],
  '/upscale': ['image_request*', 'image_file*'],
  '/edit': [...OLD, 'image_file*', 'mask*'],
  '/describe': ['image_file*', 'describe_model_version'],
  '/reframe': ['image_file*', 'resolution*', 'model', 'num_images', 'seed', 'style_type'],
  '/v1/ideogram-v3/generate': ['prompt*', ...V3, ...SHAPED, ...MINE],
  '/v1/ideogram-v3/remix': ['prompt*', 'image*', 'image_weight', ...V3, ...SHAPED, ...MINE],
  '/v1/ideogram-v3/edit': ['prompt*', 'image*', 'mask*', ...V3, ...MINE],
  '/v1/ideogram-v3/reframe': ['image*', 'resolution*', 'style_reference_images', ...V3],
  '/v1/ideogram-v3/replace-background': ['prompt*', 'image*', 'style_reference_images', ...V3],
  '/v1/ideogram-v3/generate-transparent': [
    ...['prompt*', 'negative_prompt', 'seed', 'upscale_factor', 'aspect_ratio', 'rendering_speed', 'magic_prompt'],
    ...['num_images', 'custom_model_uri'],
  ],
  '/v1/ideogram-v4/generate': V4,
  '/v1/ideogram-v4/generate-transparent': V4,
  '/v1/ideogram-v4/remix': ['image*', 'image_weight', ...V4],
  '/v1/ideogram-v4/describe': ['image_file*', 'include_bbox'],
  '/v1/ideogram-v4/magic-prompt': ['text_prompt*', 'aspect_ratio'],
  '/v1/ideogram-v3/layerize-text': ['image*', 'prompt', 'seed'],
  '/v2/image/generate/ideogram-4-5': ['prompt*', 'images', 'mask', 'size', 'quality', 'seed', 'num_images'],
  '/v2/image/precise-edit/ideogram-4-5': [
    ...['prompt*', 'image*', 'reference_images', 'mask', 'quality', 'seed', 'num_images'],
  ],
}

const PROMPT = { high_level_description: 'A diner.', compositional_deconstruction: { elements: [] } }
const BLOCK = { text: 'SALE', x: 10, y: 20, width: 300, height: 80, angle: 0.5, role: 'heading', font_name: 'Brand' }

async function fieldsOf({ json, form }: SeenRequest): Promise<Record<string, unknown>> {
  if (json !== null) return json as JsonObject
  const fields: Record<string, unknown> = {}
  for (const [name, value] of await form()) {
    const plain = value instanceof File ? `a file of ${value.type}` : value
    const former = fields[name]
    fields[name] = former === undefined ? plain : [former, plain].flat()
  }
  return fields
}

/** The paths of pictures and of descriptions, the models, and the files that answers name. */
function openIdeogram(): Promise<FakeVendor> {
  return openFakeVendor(async (request, vendor) => {
    const { path, headers, method } = request
    if (path.startsWith('/files/')) {
      if (headers['api-key'] !== undefined) return { status: 500, json: { error: 'A key came along.' } }
      return { bytes: (await sampleFiles['image/png']?.()) ?? new Uint8Array(), type: 'image/png' }
    }
    if (headers['api-key'] !== KEY) return { status: 401, json: { error: 'Invalid API key.' } }
    if (path === '/models') return { json: { models: [] } }
    const taken = TAKEN[path]
    if (method !== 'POST' || !taken) return { status: 404, json: { error: 'Not found.' } }
    const fields = await fieldsOf(request)
    const unknown = Object.keys(fields).find((name) => !taken.includes(name) && !taken.includes(`${name}*`))
    const lacking = taken.find((name) => name.endsWith('*') && fields[name.slice(0, -1)] === undefined)
    if (unknown ?? lacking) return { status: 400, json: { error: `Wrong: ${unknown ?? lacking}` } }
    if (path === '/describe')
      return { json: { descriptions: [{ text: 'A poster.' }, { text: 'A poster on a wall.' }] } }
    if (path.endsWith('/magic-prompt')) return { json: { json_prompt: PROMPT, aspect_ratio: '16x9' } }
    if (path.endsWith('/describe')) return { json: { json_prompt: PROMPT } }
    if (path.endsWith('/layerize-text'))
      return {
        json: { base_image_url: `${vendor.url}/files/base.png`, seed: 5, text_blocks: [BLOCK, { text: 'no place' }] },
      }
    const nested = fields.image_request
    const asked = (typeof nested === 'string' ? JSON.parse(nested) : (nested ?? fields)) as JsonObject
    const data = Array.from({ length: Number(asked.num_images ?? 1) }, (_, index) => ({
      url: `${vendor.url}/files/${index}.png`,
      prompt: 'as it was understood',
      resolution: '1024x1024',
      is_image_safe: true,
      seed: 12_345,
      style_type: 'GENERAL',
    }))
    return { json: { created: '2026-11-21T10:00:00Z', data } }
  })
}

describe('the adapter for Ideogram', () => {
  let vendor: FakeVendor
  const provider = ideogramProvider()
  const account = (given: Record<string, string> = {}) =>
    anAccount(manifest, { apiKey: KEY, baseUrl: vendor.url, ...given })
  const sent = async (path: string) => {
    const request = vendor.at('POST', path).at(-1)
    if (!request) throw new Error(`Nothing was sent to ${path}.`)
    return fieldsOf(request)
  }
  const drawing = (given: JsonObject = {}) => aReadableJob('ideogram/v3-generate', { prompt: 'a cover', ...given })

  beforeAll(async () => {
    vendor = await openIdeogram()
  })
  afterAll(() => vendor.close())

  it.each([...provider.operations])('performs %s and delivers what the catalogue states', async (operation) => {
    const result = await resultOf(provider, aReadableJob(operation), account())
    const files = await expectResult(operation, result)
    expect(files.every((file) => file.length > 0)).toBe(true)
    expect(vendor.seen.filter(({ method }) => method === 'POST').at(-1)?.path).toBe(`/${PATHS[operation]?.path}`)
  })

  it('sends the fields of the older API within image_request', async () => {
    const request: JsonObject = {
      prompt: 'a poster',
      model: 'V_2A',
      aspect_ratio: 'ASPECT_16_9',
      magic_prompt_option: 'OFF',
      style_type: 'DESIGN',
      negative_prompt: 'fog',
      num_images: 2,
      seed: 7,
      color_palette: { members: [{ color_hex: '#a0c4ff', color_weight: 0.5 }] },
    }
    const { files } = await resultOf(provider, aJob('ideogram/generate', { ...request, mine: 1 }), account())
    expect(await sent('/generate')).toEqual({ image_request: request })
    expect(files).toHaveLength(2)
    const remixed = { ...request, image_file: PICTURE, image_weight: 70 }
    await resultOf(provider, aStoredJob('ideogram/remix', remixed), account())
    const { image_request, image_file } = await sent('/remix')
    expect(JSON.parse(String(image_request))).toEqual({ ...request, image_weight: 70 })
    expect(image_file).toBe('a file of image/png')
  })

  it('sends Ideogram 3 a form, with lists, objects and files', async () => {
    const request = {
      prompt: 'a cover',
      negative_prompt: 'fog',
      seed: 7,
      aspect_ratio: '2x3',
      rendering_speed: 'TURBO',
      magic_prompt: 'ON',
      num_images: 3,
      color_palette: { name: 'EMBER' },
      style_codes: ['AAFF0102', '01020304'],
      style_preset: 'ART_DECO',
      style_type: 'AUTO',
      custom_model_uri: 'model/mine/version/1',
      style_reference_images: [PICTURE, PICTURE],
      character_reference_images: [PICTURE],
      character_reference_images_mask: [PICTURE],
    }
    await resultOf(provider, aStoredJob('ideogram/v3-generate', request), account())
    const file = 'a file of image/png'
    expect(await sent('/v1/ideogram-v3/generate')).toEqual({
      ...request,
      seed: '7',
      num_images: '3',
      color_palette: '{"name":"EMBER"}',
      style_reference_images: [file, file],
      character_reference_images: file,
      character_reference_images_mask: file,
    })
  })

  it('sends a picture and its mask, and leaves out empty fields', async () => {
    const input = { prompt: 'a lighthouse', image: PICTURE, mask: PICTURE, style_preset: '' }
    await resultOf(provider, aReadableJob('ideogram/v3-edit', input), account())
    expect(await sent('/v1/ideogram-v3/edit')).toEqual({
      prompt: 'a lighthouse',
      image: 'a file of image/png',
      mask: 'a file of image/png',
      rendering_speed: 'DEFAULT',
      num_images: '1',
    })
  })

  it('delivers descriptions as texts', async () => {
    const { output } = await resultOf(provider, aReadableJob('ideogram/describe'), account())
    expect(output).toEqual({ texts: ['A poster.', 'A poster on a wall.'] })
    vendor.next.push({ json: { descriptions: [] } })
    const failed = { reason: 'Ideogram returned no description.' }
    await expect(provider.submit(aReadableJob('ideogram/describe'), account(), aSignal())).resolves.toEqual({ failed })
  })

  it('delivers structured prompts as data, and a picture without its texts beside what they were', async () => {
    const asked = { text_prompt: 'a diner', aspect_ratio: '16x9' }
    const written = await resultOf(provider, aReadableJob('ideogram/v4-magic-prompt', asked), account())
    expect(written.output).toEqual({ data: { json_prompt: PROMPT, aspect_ratio: '16x9' } })
    expect(vendor.at('POST', '/v1/ideogram-v4/magic-prompt').at(-1)?.json).toEqual(asked)
    const described = await resultOf(provider, aReadableJob('ideogram/v4-describe'), account())
    expect(described.output).toEqual({ data: { json_prompt: PROMPT } })
    const { output } = await resultOf(provider, aReadableJob('ideogram/v3-layerize-text'), account())
    expect(output).toMatchObject({ pictures: [{ file: 'file:picture-1', seed: 5 }], textBlocks: [BLOCK] })
  })

  it('sends Ideogram 4.5 its pictures in their order', async () => {
    const input = { prompt: 'in blue', images: [PICTURE, PICTURE], mask: PICTURE, quality: 'low' }
    await resultOf(provider, aReadableJob('ideogram/v45-generate', input), account())
    const file = 'a file of image/png'
    expect(await sent('/v2/image/generate/ideogram-4-5')).toEqual({
      ...{ prompt: 'in blue', images: [file, file], mask: file, quality: 'low', num_images: '1' },
    })
  })

  it('delivers the safe pictures, and logs how many were held back', async () => {
    const safe = { url: 'https://ideogram.ai/a.png', is_image_safe: true }
    const unsafe = { prompt: 'p', resolution: '1024x1024', is_image_safe: false, seed: 1 }
    vendor.next.push({ json: { created: 'x', data: [unsafe, safe, { ...unsafe, url: 'https://ideogram.ai/b.png' }] } })
    const { files, logs, consumedShare } = await resultOf(provider, drawing(), account())
    expect(files).toEqual([{ key: 'picture-1', content: { url: 'https://ideogram.ai/a.png' } }])
    expect(logs).toEqual(['Ideogram’s safety check held back 2 of 3 pictures'])
    expect(consumedShare).toBeCloseTo(1 / 3)
    vendor.next.push({ json: { created: 'x', data: [unsafe] } })
    await expect(provider.submit(drawing(), account(), aSignal())).resolves.toEqual({
      failed: { reason: expect.stringContaining('safety check'), isModerated: true },
    })
  })

  it.each([{ data: [] }, { data: [{ url: '' }] }])('fails when Ideogram answers %j', async (json) => {
    vendor.next.push({ json })
    const failed = { reason: 'Ideogram returned no picture.' }
    await expect(provider.submit(drawing(), account(), aSignal())).resolves.toEqual({ failed })
  })

  it.each([{}, []].map((json) => [json]))('leaves the outcome open when Ideogram answers %j', async (json) => {
    vendor.next.push({ json })
    const silent = { code: 'vendor_silent', message: expect.stringContaining('Ideogram returned') }
    await expect(provider.submit(drawing(), account(), aSignal())).rejects.toMatchObject(silent)
  })

  const limit = { error: 'Too many.', reject_reason: 'inflight_limit', max_inflight_requests: 10 }
  it.each<[string, FakeAnswer | undefined, Record<string, string>, JsonObject]>([
    ['a wrong key', undefined, { apiKey: 'no' }, { code: 'account_refused', details: { lacks: 'credential' } }],
    ['a key that may not', { status: 403, json: { error: 'No.' } }, {}, { code: 'account_refused' }],
    [
      'no credit',
      { status: 402, json: { error: 'Insufficient credits.' } },
      {},
      { code: 'account_refused', details: { lacks: 'credit' }, message: 'Insufficient credits.' },
    ],
    [
      'a limit',
      { status: 429, headers: { 'retry-after': '4' }, json: limit },
      {},
      { code: 'account_busy', details: { retryAfterSeconds: 4 } },
    ],
    [
      'refused content',
      { status: 422, json: { error: 'Prompt failed the check.' } },
      {},
      { code: 'content_moderated', message: 'Prompt failed the check.' },
    ],
    ['refused content without words', { status: 422, json: {} }, {}, { code: 'content_moderated' }],
    [
      'a fault of the input',
      { status: 400, json: { error: 'Bad resolution.' } },
      {},
      { code: 'vendor_refused', message: 'Bad resolution.' },
    ],
    ['a breakdown', { status: 500, json: {} }, {}, { code: 'vendor_silent' }],
    ['being away', { status: 503, json: { error: 'Overloaded.' } }, {}, { code: 'vendor_unreachable' }],
    ['silence', 'lost', {}, { code: 'vendor_silent' }],
    ['a page', { bytes: Buffer.from('<html>'), type: 'text/html' }, {}, { code: 'vendor_silent' }],
  ])('maps %s to its error', async (_, answer, given, meaning) => {
    if (answer !== undefined) vendor.next.push(answer)
    const before = vendor.seen.length
    await expect(provider.submit(drawing(), account(given), aSignal())).rejects.toMatchObject(meaning)
    expect(vendor.seen.length).toBe(before + 1) // a paid call is made once
  })

  it('reports a vendor that refuses connections as unreachable', async () => {
    const unreachable = account({ baseUrl: 'http://127.0.0.1:2' })
    await expect(provider.submit(drawing(), unreachable, aSignal())).rejects.toMatchObject({
      code: 'vendor_unreachable',
    })
  })

  it('probes the key, and keeps the path prefix of the base address', async () => {
    await expect(provider.probe?.(account(), aSignal())).resolves.toBeUndefined()
    await expect(provider.probe?.(account({ apiKey: 'no' }), aSignal())).rejects.toMatchObject({
      details: { lacks: 'credential' },
    })
    vendor.next.push({ status: 404, json: { error: 'No such route.' } }) // a gateway without a list of models
    await expect(provider.probe?.(account({ baseUrl: `${vendor.url}/ideogram/` }), aSignal())).resolves.toBeUndefined()
    expect(vendor.seen.at(-1)?.path).toBe('/ideogram/models')
    vendor.next.push({ json: { data: [{ url: 'https://ideogram.ai/a.png', is_image_safe: true }] } })
    await provider.submit(drawing(), account({ baseUrl: `${vendor.url}/ideogram` }), aSignal())
    expect(vendor.seen.at(-1)?.path).toBe('/ideogram/v1/ideogram-v3/generate')
  })

  providerContract('Ideogram', {
    provider: () => provider,
    account: () => account(),
    job: (operation) => aReadableJob(operation),
    operations: ['ideogram/v3-generate', 'ideogram/describe'],
  })
})
