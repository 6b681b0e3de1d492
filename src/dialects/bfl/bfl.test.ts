import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Compile } from 'typebox/compile'
import { describe, expect, it } from 'vitest'
import { bflFinetune } from '../../catalog/bfl.ts'
import { type ErrorCode, invalidInput, PolyphonyError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { points } from '../../core/points.ts'
import type { Task } from '../../core/task.ts'
import { deliveriesOf } from '../kit/deliveries.ts'
import { shapeDifferences } from '../piapi/shape.testing.ts'
import { aTask as anyTask, ID, urls } from '../suno/tasks.testing.ts'
import { errorBody, statusOf } from './errors.ts'
import { finetuneIdIn } from './finetunes.ts'
import { createdBody, deletedBody, detailsBody, isFlux, resultBody } from './from-task.ts'
import { describeBfl } from './openapi.ts'
import { MODELS } from './places.ts'
import { bfl } from './routes.ts'
import { toTask } from './to-task.ts'

const example = (name: string): Json =>
  JSON.parse(readFileSync(new URL(`examples/${name}.json`, import.meta.url), 'utf8'))
const POLLING_URL = `https://gateway.example/v1/get_result?id=${ID}`
const POST = { method: 'POST', query: {} }

function aTask(given: Partial<Task>): Task {
  return anyTask({
    dialect: 'bfl',
    operation: 'bfl/flux-pro-1.1',
    input: { prompt: 'a heron', seed: 42 },
    startedAt: 1_733_717_568_500,
    endedAt: 1_733_717_570_500,
    ...given,
  })
}

const picture = { file: 'asset:a.jpg', widthPx: 1_024, heightPx: 768 }
const ready = aTask({ status: 'completed', output: { pictures: [picture, picture], grid: null } })

function submissionOf(taskType: string, body: Json) {
  const operation = MODELS.find((one) => one.taskType === taskType)
  if (!operation) throw new Error(`There is no ${taskType}.`)
  return toTask(operation, body)
}

function failed(message: string, code: ErrorCode = 'vendor_refused'): Task {
  return aTask({ status: 'failed', error: { code, message } })
}

describe('a request for Flux', () => {
  it('becomes the operation of its path, with its own fields kept', () => {
    const { operation, input, echo, webhook } = submissionOf('flux-kontext-pro', { prompt: 'a', mine: 1, seed: null })
    expect(operation.id).toBe('bfl/flux-kontext-pro')
    expect(input).toEqual({ prompt: 'a', mine: 1, output_format: 'png', prompt_upsampling: false, safety_tolerance: 2 })
    expect([echo, webhook]).toEqual([undefined, undefined])
  })

  it('keeps the webhook’s URL and its secret out of the input', () => {
    const url = 'https://client.example/hook'
    const { input, echo, webhook } = submissionOf('flux-dev', { prompt: 'a', webhook_url: url, webhook_secret: 's' })
    expect(input).not.toHaveProperty('webhook_url')
    expect(input).not.toHaveProperty('webhook_secret')
    expect(echo).toEqual({ webhook_secret: 's' })
    expect(webhook).toEqual({ field: 'webhook_url', url })
  })

  it.each<[JsonObject, string]>([
    [{ webhook_url: 7 }, 'webhook_url must be a string'],
    [{ webhook_url: `https://a.example/${'x'.repeat(2_083)}` }, 'webhook_url has at most 2083 characters'],
    [{ webhook_url: 'https://a.example', webhook_secret: [7] }, 'webhook_secret must be a string'],
  ])('refuses a body with %j', (body, message) => {
    expect(() => submissionOf('flux-dev', body)).toThrow(message)
  })

  it('takes keyframes as pictures, as pairs of second and picture, and as objects', () => {
    const image = 'https://example.com/a.png'
    const { input } = submissionOf('flux-3-video', {
      mode: 'i2v',
      keyframes: [image, [4.5, image], { image, time: 6 }],
    })
    expect(input.keyframes).toEqual([{ image }, { time: 4.5, image }, { image, time: 6 }])
    const faults = [['x'], [[0, 'x']], [[0]], [{ image: 'x' }]].map((keyframes) => {
      try {
        submissionOf('flux-3-video', { keyframes } as JsonObject)
      } catch (error) {
        return (error as PolyphonyError).details.field
      }
      return undefined
    })
    expect(faults).toEqual(['keyframes.0', 'keyframes.0.1', 'keyframes.0', 'keyframes.0.image'])
  })
})

describe('an answer of Flux', () => {
  it('answers a creation as the API does, with and without a webhook', () => {
    const created = createdBody(aTask({ pricePoints: points(400_000) }), POLLING_URL)
    expect(created).toEqual(example('created'))
    const webhookUrl = 'https://client.example/hook'
    expect(createdBody(aTask({ webhookUrl, pricePoints: points(400_000) }), POLLING_URL)).toEqual(
      example('created.webhook'),
    )
  })

  it('shows a finished result in the published shape', () => {
    expect(shapeDifferences(example('result.ready'), resultBody(ready, urls))).toEqual([])
    expect(resultBody(ready, urls)).toEqual(example('result.ready'))
  })

  it.each([
    ['staged', 'Pending'],
    ['pending', 'Pending'],
    ['submitting', 'Pending'],
    ['uncertain', 'Pending'],
    ['processing', 'Pending'],
    ['cancelled', 'Error'],
  ] as const)('shows a %s task with the status "%s"', (status, word) => {
    expect(resultBody(aTask({ status }), urls)).toMatchObject({ status: word, result: null })
  })

  it('shows progress from 0 to 1', () => {
    expect(resultBody(aTask({ status: 'processing', progress: 40 }), urls)).toEqual(example('result.pending'))
  })

  it('distinguishes refused content from other failures', () => {
    expect(resultBody(failed('Refused by content moderation.', 'content_moderated'), urls)).toEqual(
      example('result.moderated'),
    )
    expect(resultBody(failed('The prompt was flagged by moderation.', 'content_moderated'), urls).status).toBe(
      'Request Moderated',
    )
    expect(resultBody(failed('Out of memory.'), urls)).toMatchObject({
      status: 'Error',
      details: { error: 'Out of memory.' },
    })
  })

  it('shows the seed that was drawn, else the requested one, and leaves out one that is not known', () => {
    const seedOf = (input: JsonObject, picture: JsonObject = {}) => {
      const pictures = [{ file: 'asset:a.jpg', widthPx: 8, heightPx: 8, ...picture }]
      return resultBody({ ...ready, input, output: { pictures, grid: null } }, urls).result
    }
    expect(seedOf({ seed: 7 }, { seed: 9 })).toMatchObject({ seed: 9 })
    expect(seedOf({ seed: 0 })).toMatchObject({ seed: 0 })
    expect(seedOf({ seed: -1 })).not.toHaveProperty('seed')
    expect(seedOf({})).not.toHaveProperty('seed')
  })

  it('exists for Flux of every maker, and for no other model', () => {
    const operations = ['bfl/flux-3-video', 'Qubico/flux1-dev/txt2img', 'recraft/generate', 'suno/music']
    expect(operations.map((operation) => isFlux({ operation }))).toEqual([true, true, false, false])
  })
})

describe('a finetune', () => {
  const archive = 'https://example.com/heron.zip'
  const body = { file_data: archive, finetune_comment: 'our heron', mode: 'character', trigger_word: 'HRN' }
  const { input } = submissionOf('finetune', { ...body, finetune_type: 'lora', learning_rate: null })
  const asked: Partial<Task> = { operation: bflFinetune.id, input, pricePoints: points(40_000_000) }
  const data = { trigger_word: 'HRN', iterations: 300 }
  const trained = aTask({ ...asked, status: 'completed', output: { data } })

  it('fills a request for a finetune with the defaults of the API', () => {
    expect(input).toEqual({
      ...body,
      iterations: 300,
      captioning: true,
      priority: 'quality',
      finetune_type: 'lora',
      lora_rank: 32,
    })
  })

  it('has the id of its training, when that begins and when it ends', () => {
    expect(createdBody(aTask(asked), POLLING_URL)).toEqual(example('finetune.created'))
    const webhookUrl = 'https://client.example/hook'
    expect(createdBody(aTask({ ...asked, webhookUrl }), POLLING_URL)).toMatchObject({
      finetune_id: ID,
      status: 'Pending',
    })
    expect(resultBody(trained, urls)).toEqual(example('finetune.ready'))
  })

  it('shows what was requested while it is trained, and the provider’s details afterwards', () => {
    expect(detailsBody(trained)).toEqual(example('finetune.details'))
    const more = aTask({ ...trained, output: { data: { ...data, iterations: 299, loss: 0.1, finetune_id: 'theirs' } } })
    expect(detailsBody(more).finetune_details).toMatchObject({ iterations: 299, loss: 0.1, finetune_id: ID })
    const running = aTask({ ...asked, status: 'processing', endedAt: null })
    expect(detailsBody(running).finetune_details).toMatchObject({
      status: 'Pending',
      finetune_comment: 'our heron',
      timestamp: new Date(running.createdAt).toISOString(),
    })
    const broken = { ...failed('Too few pictures.'), ...asked }
    expect(detailsBody(broken).finetune_details.status).toBe('Error')
  })

  it('is confirmed as deleted in the published shape', () => {
    expect(deletedBody(ID, 1_733_717_570_500)).toEqual(example('finetune.deleted'))
  })

  it.each<[JsonObject, string]>([
    [{}, 'finetune_id is required.'],
    [{ finetune_id: null }, 'finetune_id is required.'],
    [{ finetune_id: '' }, 'finetune_id is required.'],
    [{ finetune_id: ['a'] }, 'finetune_id must be a string.'],
  ])('is not looked up with %j', (given, message) => {
    expect(() => finetuneIdIn(given)).toThrow(message)
  })

  it('has answers that fit their description', async () => {
    const { schemas } = await describeBfl({ limits: { uploadMaxBytes: 1, uploadHours: 1, maxWaitSeconds: 1 } })
    const faults = (schema: string, name: string) => Compile(schemas[schema] ?? {}).Errors(example(name))
    expect(faults('BflCreated', 'finetune.created')).toEqual([])
    expect(faults('BflResult', 'finetune.ready')).toEqual([])
    expect(faults('BflResult', 'result.ready')).toEqual([])
    expect(faults('BflFinetune', 'finetune.details')).toEqual([])
    expect(faults('BflDeleted', 'finetune.deleted')).toEqual([])
    expect(faults('BflDeleted', 'finetune.details')).not.toEqual([])
  })
})

describe('the webhooks of Flux', () => {
  const hooked = { webhookUrl: 'https://client.example/hook', echo: { webhook_secret: 'secret' } }

  it('consist of one, at the end, signed with the secret', () => {
    expect(deliveriesOf(bfl, aTask({ status: 'processing', ...hooked }), urls)).toEqual([])
    const [delivery, ...others] = deliveriesOf(bfl, { ...ready, ...hooked }, urls)
    expect(others).toEqual([])
    expect(JSON.parse(delivery?.body ?? '')).toEqual(example('result.ready'))
    const signature = createHmac('sha256', 'secret')
      .update(delivery?.body ?? '')
      .digest('hex')
    expect(delivery?.headers).toEqual({ 'x-bfl-signature': `sha256=${signature}` })
  })

  it('are unsigned without a secret, and not sent without a URL', () => {
    const [delivery] = deliveriesOf(bfl, { ...ready, ...hooked, echo: { webhook_secret: '' } }, urls)
    expect(delivery?.headers).toEqual({})
    expect(deliveriesOf(bfl, ready, urls)).toEqual([])
  })
})

describe('an error of Flux', () => {
  it('locates a wrong field as FastAPI does', () => {
    expect(errorBody(invalidInput('prompt', 'is required'), POST)).toEqual(example('validation-error'))
    const nested = errorBody(invalidInput('keyframes.0.image', 'must be a string'), POST)
    expect(nested).toMatchObject({ detail: [{ loc: ['body', 'keyframes', 0, 'image'], type: 'value_error' }] })
    const ofQuery = errorBody(invalidInput('id', 'is required'), { method: 'GET', query: {} })
    expect(ofQuery).toMatchObject({ detail: [{ loc: ['query', 'id'] }] })
  })

  it.each([
    ['unauthorized', 403],
    ['insufficient_points', 402],
    ['invalid_input', 422],
    ['parent_not_usable', 422],
    ['rate_limited', 429],
    ['unknown_operation', 400],
    ['vendor_refused', 500],
    ['store_unavailable', 503],
  ] as const)('answers the error %s with the status %i', (code, status) => {
    expect(statusOf(new PolyphonyError(code, ''))).toBe(status)
  })

  it('answers "Task not found" for an unknown task', () => {
    const error = new PolyphonyError('task_not_found', 'No task x.')
    const request = { method: 'GET', query: { id: 'x' } }
    expect(errorBody(error, request)).toMatchObject({ id: 'x', status: 'Task not found', result: null })
  })
})
