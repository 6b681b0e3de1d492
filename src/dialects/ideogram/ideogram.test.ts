import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { PolyphonyError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { Task } from '../../core/task.ts'
import { shapeDifferences } from '../piapi/shape.testing.ts'
import { aTask, urls } from '../suno/tasks.testing.ts'
import { errorBody, statusOf } from './errors.ts'
import { fromTask } from './from-task.ts'
import { TOOLS, toTask } from './to-task.ts'

const example = (name: string): Json =>
  JSON.parse(readFileSync(new URL(`examples/${name}.json`, import.meta.url), 'utf8'))
const image = 'https://example.com/a.png'

function submissionOf(path: string, fields: JsonObject, isForm = false) {
  const tool = TOOLS.find((one) => one.path === path)
  if (!tool) throw new Error(`There is no ${path}.`)
  return toTask(tool, { fields, isForm })
}

function completed(given: Partial<Task>): Task {
  return aTask({ status: 'completed', endedAt: Date.UTC(2024, 11, 9, 4, 16, 7), ...given })
}

const picture = (sidePx: number) => ({ file: 'asset:a.png', widthPx: sidePx, heightPx: sidePx })

describe('a request for Ideogram', () => {
  it('has its fields in image_request in the older API', () => {
    const { operation, input, names } = submissionOf('/generate', { image_request: { prompt: 'a', seed: 7, mine: 1 } })
    expect(operation.id).toBe('ideogram/generate')
    expect(input).toEqual({ prompt: 'a', seed: 7, mine: 1, model: 'V_2', num_images: 1 })
    expect(names).toEqual({ '': 'image_request', image_file: 'image_file' })
  })

  it('has image_request as JSON in a form, with a file beside it', () => {
    const request = JSON.stringify({ prompt: 'a', image_weight: 70 })
    const { input } = submissionOf('/remix', { image_request: request, image_file: image }, true)
    expect(input).toMatchObject({ prompt: 'a', image_weight: 70, image_file: image })
  })

  it('needs no image_request to upscale a picture', () => {
    expect(submissionOf('/upscale', { image_file: image }).input).toMatchObject({ resemblance: 50, detail: 50 })
  })

  it('is read alike as JSON and as a form in Ideogram 3', () => {
    const asJson = {
      prompt: 'a',
      num_images: 2,
      style_codes: ['AAFF0102'],
      color_palette: { name: 'EMBER' },
      style_reference_images: [image],
    }
    const asForm = {
      prompt: 'a',
      num_images: '2',
      style_codes: 'AAFF0102',
      color_palette: '{"name":"EMBER"}',
      style_reference_images: image,
    }
    const path = '/v1/ideogram-v3/generate'
    expect(submissionOf(path, asForm, true).input).toEqual(submissionOf(path, asJson).input)
    expect(submissionOf(path, { prompt: 'a', num_images: '2' }).input).toMatchObject({ num_images: 2 })
    expect(() => submissionOf(path, { prompt: 'a', num_images: 'two' })).toThrow(
      'num_images must be an integer, not "two"',
    )
  })

  it('is served at each of these paths, by this operation', () => {
    expect(TOOLS.map(({ path, operation }) => [path, operation.id])).toEqual([
      ['/generate', 'ideogram/generate'],
      ['/remix', 'ideogram/remix'],
      ['/upscale', 'ideogram/upscale'],
      ['/edit', 'ideogram/edit'],
      ['/describe', 'ideogram/describe'],
      ['/reframe', 'ideogram/reframe'],
      ['/v1/ideogram-v3/generate', 'ideogram/v3-generate'],
      ['/v1/ideogram-v3/remix', 'ideogram/v3-remix'],
      ['/v1/ideogram-v3/edit', 'ideogram/v3-edit'],
      ['/v1/ideogram-v3/reframe', 'ideogram/v3-reframe'],
      ['/v1/ideogram-v3/replace-background', 'ideogram/v3-replace-background'],
      ['/v1/ideogram-v3/generate-transparent', 'ideogram/v3-generate-transparent'],
      ['/v1/ideogram-v3/inpaint', 'ideogram/v3-edit'],
      ['/v1/ideogram-v3/layerize-text', 'ideogram/v3-layerize-text'],
      ['/v1/ideogram-v4/generate', 'ideogram/v4-generate'],
      ['/v1/ideogram-v4/generate-transparent', 'ideogram/v4-generate-transparent'],
      ['/v1/ideogram-v4/remix', 'ideogram/v4-remix'],
      ['/v1/ideogram-v4/describe', 'ideogram/v4-describe'],
      ['/v1/ideogram-v4/magic-prompt', 'ideogram/v4-magic-prompt'],
    ])
  })

  it.each<[string, JsonObject, string]>([
    ['/generate', {}, 'image_request is required'],
    ['/generate', { image_request: 'a cat' }, 'image_request must be a JSON object'],
    ['/generate', { image_request: '{"prompt":' }, 'image_request must be a JSON object'],
    ['/generate', { image_request: {} }, 'image_request.prompt is required'],
    ['/remix', { image_request: { prompt: 'a' } }, 'image_file is required'],
    ['/upscale', { image_request: { detail: 0 }, image_file: image }, 'image_request.detail must be at least 1'],
    ['/v1/ideogram-v3/edit', { prompt: 'a', image }, 'mask is required'],
  ])('to %s with %j is refused, naming the caller’s field', (path, fields, message) => {
    expect(() => submissionOf(path, fields)).toThrow(message)
    expect(() => submissionOf(path, fields)).not.toThrow('image_request.image_file')
  })
})

describe('an answer of Ideogram', () => {
  it('shows pictures in the published shape', () => {
    const task = completed({
      operation: 'ideogram/generate',
      input: { prompt: 'a poster', seed: 42, style_type: 'DESIGN' },
      output: { pictures: [picture(1_024)], grid: null },
    })
    expect(shapeDifferences(example('pictures'), fromTask(task, urls))).toEqual([])
    expect(fromTask(task, urls)).toEqual(example('pictures'))
  })

  it('shows unknown values as null, and the size of an upscaled picture', () => {
    const output = { pictures: [picture(2_048)], grid: null }
    const task = completed({ operation: 'ideogram/upscale', input: {}, output })
    expect(fromTask(task, urls)).toEqual(example('upscaled'))
  })

  it('shows descriptions in the published shape', () => {
    const task = completed({ operation: 'ideogram/describe', output: { texts: ['A poster on a wall.'] } })
    expect(fromTask(task, urls)).toEqual(example('descriptions'))
  })
})

describe('an error of Ideogram', () => {
  it.each([
    ['invalid_input', 'prompt is required.', 400],
    ['unauthorized', '', 401],
    ['insufficient_points', '', 402],
    ['content_moderated', 'Refused by content moderation.', 422],
    ['vendor_refused', 'Out of memory.', 500],
    ['rate_limited', '', 429],
    ['timed_out', '', 503],
  ] as const)('with the code %s (%s) has the status %i', (code, message, status) => {
    const error = new PolyphonyError(code, message)
    expect(statusOf(error)).toBe(status)
    expect(errorBody(error)).toEqual({ error: message })
  })

  it('gives the limit on tasks under way as the reason of a rejection', () => {
    const error = new PolyphonyError('too_many_staged', 'Too many.')
    expect(errorBody(error)).toEqual({ error: 'Too many.', reject_reason: 'inflight_limit' })
  })
})
