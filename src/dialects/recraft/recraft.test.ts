import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Draft } from '../../core/draft.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { points } from '../../core/points.ts'
import type { Task } from '../../core/task.ts'
import { shapeDifferences } from '../piapi/shape.testing.ts'
import { aTask, ID, urls } from '../suno/tasks.testing.ts'
import { errorBody, statusOf } from './errors.ts'
import { fromStyle, fromTask } from './from-task.ts'
import { styleOf } from './styles.ts'
import { fieldsOf, GENERATIONS, OWN, toTask } from './to-task.ts'

const example = (name: string): Json =>
  JSON.parse(readFileSync(new URL(`examples/${name}.json`, import.meta.url), 'utf8'))
const image = 'https://example.com/a.png'
const file = 'data:application/octet-stream;base64,AAAA'

const assets = { read: async () => Buffer.from('a picture') }

function submissionOf(path: string, body: JsonObject, isForm = false) {
  const tool = [...GENERATIONS, ...OWN].find((one) => one.path === path)
  if (!tool) throw new Error(`There is no ${path}.`)
  const { fields, names } = fieldsOf(tool, { fields: body, isForm })
  return toTask(tool, fields, names)
}

function completed(given: Partial<Task>, file = 'asset:a.webp'): Task {
  const output = { pictures: [{ file, widthPx: 1_024, heightPx: 1_024 }], grid: null }
  return aTask({
    operation: 'recraft/generate',
    status: 'completed',
    consumedPoints: points(400_000),
    output,
    ...given,
  })
}

describe('a request for Recraft', () => {
  it('becomes the operation of its path, with the response format kept beside the input', () => {
    const { operation, input, echo } = submissionOf('generations', {
      prompt: 'a',
      response_format: 'b64_json',
      expire: true,
    })
    expect(operation.id).toBe('recraft/generate')
    expect(input).toMatchObject({ prompt: 'a', model: 'recraftv4_1', n: 1, size: '1024x1024', expire: true })
    expect(input).not.toHaveProperty('response_format')
    expect(echo).toEqual({ response_format: 'b64_json' })
  })

  it('is read alike as JSON and as a form, where files have field names of their own', () => {
    const asJson = { prompt: 'a', strength: 0.4, n: 2, image_url: file, controls: { no_text: true }, block_nsfw: true }
    const { image_url, ...others } = asJson
    const asForm = { ...others, strength: '0.4', n: '2', controls: '{"no_text":true}', block_nsfw: 'true', image: file }
    expect(image_url).toBe(file)
    expect(submissionOf('imageToImage', asForm, true).input).toEqual(submissionOf('imageToImage', asJson).input)
    expect(submissionOf('vectorize', { file }, true).input).toEqual({ image_url: file })
    expect(submissionOf('generations', { prompt: 'a', style_references: file }, true).input).toMatchObject({
      style_reference_urls: [file],
    })
  })

  it.each([
    ['generations/raster', undefined, 'recraftv4_1_raster'],
    ['generations/vector', undefined, 'recraftv4_1_vector'],
    ['generations/vector', 'recraftv3', 'recraftv3_vector'],
    ['generations/vector', 'recraftv3_vector', 'recraftv3_vector'],
    ['generations', 'recraftv3', 'recraftv3'],
  ])('to %s with the model %s uses the model %s', (path, model, asked) => {
    expect(submissionOf(path, { prompt: 'a', ...(model ? { model } : {}) }).input.model).toBe(asked)
  })

  it('may use the older names of the upscalers', () => {
    expect(submissionOf('clarityUpscale', { image_url: image }).operation.id).toBe('recraft/crisp-upscale')
    expect(submissionOf('generativeUpscale', { image_url: image }).operation.id).toBe('recraft/creative-upscale')
  })

  it.each<[string, JsonObject, boolean, string]>([
    ['vectorize', {}, false, 'image_url is required'],
    ['vectorize', {}, true, 'image is required'],
    ['eraseRegion', { image: file }, true, 'mask is required'],
    ['vectorize', { file: 'nothing' }, true, 'file must be an http or https URL'],
    ['generations', { prompt: 'a', response_format: 'svg' }, false, 'response_format must be one of'],
    ['generations/vector', { prompt: 'a', model: 'recraftv3_raster' }, false, 'model must be a vector model here'],
    ['generations', { prompt: 'a', n: 'two' }, false, 'n must be an integer, not "two"'],
  ])('to %s with %j (form: %s) is refused, naming the caller’s field', (path, body, isForm, message) => {
    expect(() => submissionOf(path, body, isForm)).toThrow(message)
  })
})

describe('an answer of Recraft', () => {
  it('shows pictures under data, in the published shape', async () => {
    const answer = await fromTask(completed({}), { answers: 'data' }, assets, urls)
    expect(shapeDifferences(example('images'), answer)).toEqual([])
    expect(answer).toEqual(example('images'))
  })

  it('shows the output of a tool under image', async () => {
    const task = completed({ operation: 'recraft/vectorize', consumedPoints: points(100_000) }, 'asset:a.svg')
    expect(await fromTask(task, { answers: 'image' }, assets, urls)).toEqual(example('image'))
  })

  it('contains the picture as base64 on request, and the id of the style that was used', async () => {
    const task = completed({ echo: { response_format: 'b64_json', style_id: ID } })
    expect(await fromTask(task, { answers: 'data' }, assets, urls)).toMatchObject({
      data: [{ image_id: expect.any(String), b64_json: Buffer.from('a picture').toString('base64') }],
      style_id: ID,
    })
  })

  it('shows a style in the published shape', () => {
    const body = { style: 'digital_illustration', substyle: 'grain', pictures: [image], state: 'ready' }
    const createdAt = Date.UTC(2024, 11, 9, 4, 12, 47)
    const draft: Draft = {
      id: ID,
      tenantId: 'a tenant',
      mode: 'live',
      kind: 'recraft-style',
      body,
      createdAt,
      expiresAt: createdAt,
    }
    expect(fromStyle(draft)).toEqual(example('style'))
  })
})

describe('a style of Recraft', () => {
  it('can be made from files, from URLs and from data URIs', () => {
    const style = 'digital_illustration'
    const none = { style, substyle: null }
    expect(styleOf({ style, images: [file, file] })).toEqual({ ...none, pictures: [file, file] })
    expect(styleOf({ style, file1: file, file2: file })).toEqual({ ...none, pictures: [file, file] })
    expect(styleOf({ style, image_urls: [image] })).toEqual({ ...none, pictures: [image] })
    const spelt = ['HTTPS://Example.com/my fox.png', ' DATA:image/png;name=x.png;base64,_-8']
    const plain = ['https://example.com/my%20fox.png', 'data:image/png;base64,/+8=']
    expect(styleOf({ style, image_urls: spelt })).toEqual({ ...none, pictures: plain })
  })

  it.each<[JsonObject, string]>([
    [{ images: [file] }, 'style is required'],
    [{ style: 'any' }, 'images must have at least one picture'],
    [{ style: 'any', image_urls: ['a.png'] }, 'image_urls.0 must be a file, an http or https URL or a data URI'],
    [{ style: 'any', images: [1, 2, 3, 4, 5, 6].map(() => file) }, 'images has at most 5 pictures'],
    [{ style: 'any', images: [file], source_styles: [ID] }, 'source_styles is not supported'],
    [{ style: 7, images: [file] }, 'style must be a string'],
  ])('is refused with %j', (fields, message) => {
    expect(() => styleOf(fields)).toThrow(message)
  })
})

describe('an error of Recraft', () => {
  it('has code and message, and the fields that OpenAI’s library reads', () => {
    expect(errorBody(invalidInput('prompt', 'is required'))).toEqual(example('error'))
  })

  it.each([
    ['invalid_input', '', 400],
    ['unauthorized', '', 401],
    ['not_found', '', 404],
    ['content_moderated', 'Refused by content moderation.', 400],
    ['vendor_refused', 'Out of memory.', 502],
    ['rate_limited', '', 429],
  ] as const)('with the code %s (%s) has the status %i', (code, message, status) => {
    expect(statusOf(new PolyphonyError(code, message))).toBe(status)
  })
})
