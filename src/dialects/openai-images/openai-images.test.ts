import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { Task } from '../../core/task.ts'
import { shapeDifferences } from '../piapi/shape.testing.ts'
import { imageSubmission, typedForm } from '../shared/image-submission.ts'
import { aTask, urls } from '../suno/tasks.testing.ts'
import { errorBody, statusOf } from './errors.ts'
import { eventsFromTask, fromTask } from './from-task.ts'

const example = (name: string): Json =>
  JSON.parse(readFileSync(new URL(`examples/${name}.json`, import.meta.url), 'utf8'))
const image = 'https://example.com/a.png'
const prompt = 'a boat'
const assets = { read: async () => Buffer.from('a picture') }

function requestFor(route: 'generations' | 'edits', body: JsonObject) {
  return imageSubmission(route, body, { dialect: 'openai-images' }).submission
}

function completed(given: Partial<Task>): Task {
  const input = { model: 'gpt-image-1', background: 'opaque', output_format: 'png', quality: 'low', size: 'auto' }
  const output = { pictures: [{ file: 'asset:a.png', widthPx: 1_024, heightPx: 1_024 }], grid: null }
  return aTask({ operation: 'gpt-image/generate', status: 'completed', input, output, ...given })
}

function errorOf(work: () => unknown): PolyphonyError {
  try {
    work()
  } catch (error) {
    if (error instanceof PolyphonyError) return error
  }
  throw new Error('It was not refused.')
}

describe('a request to OpenAI’s image routes', () => {
  it.each<[JsonObject, string, JsonObject]>([
    [{}, 'gpt-image/generate', { model: 'gpt-image-1.5', n: 1, size: 'auto' }],
    [{ model: 'gpt-image-1.5', n: 3, user: 'u' }, 'gpt-image/generate', { model: 'gpt-image-1.5', n: 3, user: 'u' }],
    [{ model: 'dall-e-3', style: 'vivid' }, 'gpt-image/generate', { model: 'dall-e-3', style: 'vivid' }],
    [{ model: 'gpt-image-2', image }, 'gpt-image/edit', { model: 'gpt-image-2', image: [image] }],
    [{ model: 'flux-pro-1.1', size: '1024x1024', n: 1 }, 'bfl/flux-pro-1.1', { width: 1_024, height: 1_024 }],
    [{ model: 'flux-pro-1.1', size: '1024x1792' }, 'bfl/flux-pro-1.1', { width: 832, height: 1_440 }],
    [{ model: 'flux-pro-1.1', size: '1536x1024' }, 'bfl/flux-pro-1.1', { width: 1_440, height: 960 }],
    [{ model: 'flux-schnell', size: '1024x1792' }, 'Qubico/flux1-schnell/txt2img', { width: 768, height: 1_344 }],
    [{ model: 'flux-2-pro', size: '1024x1792' }, 'bfl/flux-2-pro', { width: 1_024, height: 1_792 }],
    [{ model: 'flux-2-pro', size: '1920x1080' }, 'bfl/flux-2-pro', { width: 1_920, height: 1_088 }],
    [{ model: 'flux-dev', size: '1000x1000' }, 'bfl/flux-dev', { width: 992, height: 992 }],
    [{ model: 'flux-pro-1.1-ultra', size: '1792x1024' }, 'bfl/flux-pro-1.1-ultra', { aspect_ratio: '7:4' }],
    [{ model: 'flux-kontext-pro', size: 'auto', image }, 'bfl/flux-kontext-pro', { input_image: image }],
    [{ model: 'flux-2-pro', quality: 'hd' }, 'bfl/flux-2-pro', { quality: 'hd' }],
    [{ model: 'flux-schnell', n: 4 }, 'Qubico/flux1-schnell/txt2img', { batch_size: 4 }],
    [{ model: 'recraftv3', style: 'any', n: 2 }, 'recraft/generate', { model: 'recraftv3', style: 'any', n: 2 }],
    [
      { model: 'recraftv3', size: 'auto', output_format: 'png' },
      'recraft/generate',
      { size: '1024x1024', image_format: 'png' },
    ],
  ])('with %j becomes a %s', (body, operation, input) => {
    const submission = requestFor('generations', { prompt, ...body })
    expect(submission.operation.id).toBe(operation)
    expect(submission.input).toMatchObject({ prompt, ...input })
  })

  it.each<[JsonObject, string, JsonObject]>([
    [{ image: [image, image], mask: image }, 'gpt-image/edit', { image: [image, image], mask: image }],
    [{ model: 'flux-kontext-max', image: [image, image] }, 'bfl/flux-kontext-max', { input_image_2: image }],
    [{ model: 'flux-pro-1.0-fill', image, mask: image }, 'bfl/flux-pro-1.0-fill', { image, mask: image }],
    [{ model: 'recraftv3', image, mask: image }, 'recraft/inpaint', { image_url: image, mask_url: image }],
    [{ model: 'recraftv3', image, strength: 0.4 }, 'recraft/image-to-image', { image_url: image, strength: 0.4 }],
    [
      { images: [{ image_url: image }, { image_url: image, file_id: '' }], mask: { image_url: image } },
      'gpt-image/edit',
      { image: [image, image], mask: image },
    ],
    [{ model: 'flux-kontext-max', images: [{ image_url: image }] }, 'bfl/flux-kontext-max', { input_image: image }],
    [
      { model: 'recraftv3', images: [{ image_url: image }], strength: 0.4 },
      'recraft/image-to-image',
      { image_url: image },
    ],
    [{ images: [image], image: [] }, 'gpt-image/edit', { image: [image] }],
  ])('to edit a picture with %j becomes a %s', (body, operation, input) => {
    const submission = requestFor('edits', { prompt, ...body })
    expect(submission.operation.id).toBe(operation)
    expect(submission.input).toMatchObject(input)
  })

  it.each<[JsonObject, string | undefined, string]>([
    [{ model: 'none' }, 'model', "The model 'none' does not exist."],
    [{ model: 'flux-3-video' }, 'model', "The model 'flux-3-video' does not exist."],
    [{ model: 'gpt-4o' }, 'model', "The model 'gpt-4o' does not exist."],
    [{ model: 'flux-constructor' }, 'model', 'does not exist'],
    [{ model: 7 }, 'model', 'model must be a string'],
    [{ prompt: '' }, 'prompt', 'prompt must not be empty'],
    [{ n: 11 }, 'n', 'n must be at most 10'],
    [{ response_format: 'png' }, 'response_format', 'response_format must be one of'],
    [{ model: 'flux-pro-1.1', n: 2 }, 'n', 'n must be 1 with flux-pro-1.1'],
    [{ model: 'flux-pro-1.1', size: '128x128' }, 'size', 'size must be at least 256'],
    [{ model: 'flux-pro-1.1', size: '4096x128' }, 'size', 'size must be'],
    [{ model: 'flux-pro-1.1', size: 'big' }, 'size', 'size must be "auto" or a size'],
    [{ model: 'flux-schnell', n: 5 }, 'n', 'n must be at most 4'],
    [{ model: 'flux-pro-1.1', mask: image, image }, 'mask', 'mask is not accepted by flux-pro-1.1'],
    [{ model: 'flux-kontext-pro', image: 'nothing' }, 'image', 'image must be an http or https URL'],
    [{ model: 'flux-kontext-pro', image: [image, 'x'] }, 'image.1', 'image.1 must be'],
    [{ model: 'flux-kontext-pro', image: [1, 2, 3, 4, 5].map(() => image) }, 'image', 'image has at most 4 pictures'],
    [{ model: 'gpt-image-1', image: 'nothing' }, 'image', 'image must be an http or https URL'],
    [{ model: 'recraftv3', image: [image, image] }, 'image', 'image has at most 1 picture'],
    [{ model: 'recraftv3', output_format: 'jpeg' }, 'output_format', 'output_format must be one of'],
    [{ images: [{ file_id: 'file-1' }] }, 'images.0.file_id', 'send image_url'],
    [{ images: [{ image_url: image }, {}] }, 'images.1.image_url', 'images.1.image_url is required'],
    [{ images: [{ image_url: 'nothing' }] }, 'images.0.image_url', 'must be an http or https URL'],
    [{ images: [image], image }, 'images', 'does not go together with image'],
    [{ images: { image_url: image } }, 'images', 'must be an array'],
    [{ images: [image], mask: { file_id: 'file-1' } }, 'mask.file_id', 'send image_url'],
    [{ images: [image], mask: [image, image] }, 'mask', 'must be a string'],
    [{ model: 'recraftv3', images: [image, image] }, 'images', 'images has at most 1 picture'],
  ])('with %j is refused, naming the field %s', (body, field, message) => {
    const error = errorOf(() => requestFor('generations', { prompt, ...body }))
    expect(error.details.field).toBe(field)
    expect(error.message).toContain(message)
  })

  it('to edit a picture is refused without a picture', () => {
    expect(errorOf(() => requestFor('edits', { prompt })).message).toBe('image is required.')
  })

  it('may have its numbers as texts in a form', () => {
    const form = { prompt: '7', n: '2', output_compression: '50', image: [image] }
    expect(typedForm(form)).toEqual({ prompt: '7', n: 2, output_compression: 50, image: [image] })
    const flux = { model: 'flux-2-flex', guidance: '2.5', prompt_upsampling: 'false', n: '1' }
    expect(typedForm(flux)).toEqual({ model: 'flux-2-flex', guidance: 2.5, prompt_upsampling: false, n: 1 })
  })
})

describe('an answer of OpenAI’s image routes', () => {
  const isAlwaysInline = true
  const files = { assets, urls }

  it('contains the pictures of a GPT image model as base64, in the published shape', async () => {
    const answer = await fromTask(completed({}), { isAlwaysInline, responseFormat: null }, files)
    expect(shapeDifferences(example('generations.gpt-image'), answer)).toEqual([])
    expect(answer).toEqual(example('generations.gpt-image'))
  })

  it('contains URLs as well for a GPT image model when the client requests them', async () => {
    const { data } = await fromTask(completed({}), { isAlwaysInline, responseFormat: 'url' }, files)
    expect(data).toEqual([{ b64_json: 'YSBwaWN0dXJl', url: 'https://gateway.example/files/a.png' }])
  })

  it('contains URLs for other models, or base64 on request', async () => {
    const task = completed({ operation: 'bfl/flux-pro-1.1', input: { prompt } })
    const other = { isAlwaysInline: false }
    expect(await fromTask(task, { ...other, responseFormat: null }, files)).toEqual(example('generations.url'))
    const { data } = await fromTask(task, { ...other, responseFormat: 'b64_json' }, files)
    expect(data).toEqual([{ b64_json: 'YSBwaWN0dXJl' }])
  })

  it('does not name the options that were left to the provider', async () => {
    const task = completed({
      input: { model: 'gpt-image-1', background: 'auto', output_format: 'webp', quality: 'auto' },
    })
    const answer = await fromTask(task, { isAlwaysInline, responseFormat: null }, files)
    expect(answer).not.toHaveProperty('background')
    expect(answer).not.toHaveProperty('quality')
    expect(answer).toMatchObject({ output_format: 'webp', size: '1024x1024' })
  })

  it('is one event for each finished picture when it is streamed', async () => {
    const [name, data, ...end] = (await eventsFromTask(completed({}), 'generations', assets)).split('\n')
    expect(name).toBe('event: image_generation.completed')
    expect(JSON.parse(data?.replace('data: ', '') ?? '')).toEqual(example('event.completed'))
    expect(end).toEqual(['', ''])
    expect(await eventsFromTask(completed({}), 'edits', assets)).toMatch(/^event: image_edit\.completed\n/)
  })
})

describe('an error of OpenAI’s image routes', () => {
  it('equals OpenAI’s when the model does not exist', () => {
    const error = errorOf(() => requestFor('generations', { prompt, model: 'none' }))
    expect(statusOf(error)).toBe(404)
    expect(errorBody(error)).toEqual(example('error'))
  })

  it.each([
    ['invalid_input', 'n must be 1.', 400, 'invalid_value', 'invalid_request_error'],
    ['unauthorized', '', 401, 'invalid_api_key', 'invalid_request_error'],
    ['insufficient_points', '', 429, 'insufficient_quota', 'insufficient_quota'],
    ['rate_limited', '', 429, 'rate_limit_exceeded', 'requests'],
    ['content_moderated', 'Refused by content moderation.', 400, 'moderation_blocked', 'image_generation_user_error'],
    ['vendor_refused', 'Out of memory.', 500, 'vendor_refused', 'server_error'],
    ['timed_out', '', 504, 'timed_out', 'server_error'],
  ] as const)('for %s (%s) has the status %i and the code %s', (code, message, status, told, type) => {
    const error = new PolyphonyError(code, message)
    expect(statusOf(error)).toBe(status)
    expect(errorBody(error)).toEqual({ error: { message, type, param: null, code: told } })
  })

  it('has a code of its own when a field is missing', () => {
    const error = invalidInput('n', 'is required')
    expect(statusOf(error)).toBe(400)
    expect(errorBody(error)).toEqual({
      error: {
        message: 'n is required.',
        type: 'invalid_request_error',
        param: 'n',
        code: 'missing_required_parameter',
      },
    })
  })
})
