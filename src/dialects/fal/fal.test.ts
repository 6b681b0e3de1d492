import { Compile } from 'typebox/compile'
import { describe, expect, it } from 'vitest'
import { falRequest } from '../../catalog/hosted.ts'
import { ERRORS, type ErrorCode, PolyphonyError } from '../../core/errors.ts'
import { callerField } from '../../core/field-names.ts'
import type { Json } from '../../core/json.ts'
import type { Task } from '../../core/task.ts'
import { deliveriesOf } from '../kit/deliveries.ts'
import { shapeDifferences } from '../piapi/shape.testing.ts'
import { aTask, FILE, ID, urls } from '../shared/hosted-tasks.testing.ts'
import { errorAnswer, errorStatus, failureOf } from './errors.ts'
import completedExample from './examples/completed.json' with { type: 'json' }
import resultExample from './examples/result.json' with { type: 'json' }
import submittedExample from './examples/submitted.json' with { type: 'json' }
import webhookError from './examples/webhook.error.json' with { type: 'json' }
import webhookOk from './examples/webhook.ok.json' with { type: 'json' }
import { isRequest, resultOf, statusOf, webhookBody } from './from-task.ts'
import { describeFal } from './openapi.ts'
import { fal } from './routes.ts'
import { appOf, ownPathOf, pathBelow, targetOf } from './target.ts'
import { toTask } from './to-task.ts'

const FLUX = 'fal-ai/flux/dev'
const input = { prompt: 'a lighthouse in the fog' }

const request = (given: Partial<Task> = {}): Task =>
  aTask({ operation: falRequest.id, model: FLUX, input: { model: FLUX, input }, ...given })

describe('the paths of fal’s queue', () => {
  it.each([
    ['POST', FLUX, { call: 'submit', model: FLUX }],
    ['POST', 'workflows/me/sticker', { call: 'submit', model: 'workflows/me/sticker' }],
    ['GET', `fal-ai/flux/requests/${ID}/status`, { call: 'status', app: 'fal-ai/flux', id: ID }],
    ['GET', `fal-ai/flux/requests/${ID}/status/stream`, { call: 'stream', app: 'fal-ai/flux', id: ID }],
    ['GET', `fal-ai/flux/requests/${ID}`, { call: 'result', app: 'fal-ai/flux', id: ID }],
    ['GET', `${FLUX}/requests/${ID}`, { call: 'result', app: FLUX, id: ID }],
    ['GET', `workflows/me/sticker/requests/${ID}`, { call: 'result', app: 'workflows/me/sticker', id: ID }],
    ['PUT', `fal-ai/flux/requests/${ID}/cancel`, { call: 'cancel', app: 'fal-ai/flux', id: ID }],
  ])('include %s %s, which is parsed into its call, model and request', (method, path, target) => {
    expect(targetOf(method, path)).toEqual(target)
  })

  it.each([
    ['GET', FLUX],
    ['PUT', `fal-ai/flux/requests/${ID}`],
    ['POST', `fal-ai/flux/requests/${ID}/cancel`],
    ['GET', `fal-ai/flux/requests/${ID}/logs`],
  ])('do not include %s %s', (method, path) => {
    expect(() => targetOf(method, path)).toThrow(expect.objectContaining({ code: 'not_found' }))
  })

  it('are decoded, and lose their query', () => {
    expect(pathBelow('/fal/queue', '/fal/queue/fal-ai%2Fflux/dev/?fal_webhook=https://a/b')).toBe(FLUX)
    expect(() => pathBelow('/fal/queue', '/fal/queue/%zz')).toThrow(expect.objectContaining({ code: 'not_found' }))
  })

  it('contain only owner and app of a model when they lead to one of its requests', () => {
    expect(appOf(FLUX)).toBe('fal-ai/flux')
    expect(appOf('fal-ai/fast-sdxl')).toBe('fal-ai/fast-sdxl')
    expect(appOf('workflows/me/sticker')).toBe('workflows/me/sticker')
  })
})

describe('the target of fal’s proxy', () => {
  it.each([
    ['https://queue.fal.run/fal-ai/flux/dev?fal_webhook=x', '/fal/queue/fal-ai/flux/dev?fal_webhook=x'],
    ['https://fal.run/fal-ai/flux/dev', '/fal/run/fal-ai/flux/dev'],
    [
      'https://rest.fal.ai/storage/upload/initiate?storage_type=fal-cdn-v3',
      '/fal/storage/upload/initiate?storage_type=fal-cdn-v3',
    ],
    ['https://queue.fal.run/../../../etc', '/fal/queue/etc'],
  ])('%s is served at our path %s', (target, path) => {
    expect(ownPathOf(target)).toBe(path)
  })

  it.each([
    'https://evilfal.run/fal-ai/flux',
    'https://fal.run.evil.example/fal-ai/flux',
    'https://evil.example/?fal.run',
    'http://queue.fal.run/fal-ai/flux',
    'https://queue.fal.run@evil.example/',
    'file:///etc/passwd',
    '/fal-ai/flux',
    '',
  ])('%s is not recognised as an address of fal', (target) => {
    expect(ownPathOf(target)).toBeUndefined()
  })

  it('refuses an address of fal that this proxy does not serve', () => {
    expect(() => ownPathOf('https://api.fal.ai/v1/models')).toThrow('api.fal.ai is not served by this proxy')
  })
})

describe('the body of a submission to fal', () => {
  it('becomes the input of the model, without placeholders', () => {
    const submission = toTask(FLUX, { ...input, model: 'mine', n: null, mask_url: '', loras: [] })
    expect(submission).toEqual({
      operation: falRequest,
      model: FLUX,
      input: { model: FLUX, input: { ...input, model: 'mine' } },
      names: { input: '' },
      dialect: 'fal',
    })
    const other = 'acme/fog'
    expect(toTask(other, undefined).input).toEqual({ model: other, input: {} })
  })

  it('gets its webhook from the query parameter of the URL', () => {
    expect(toTask(FLUX, input, 'https://me.example/hook')).toMatchObject({
      webhook: { field: 'fal_webhook', url: 'https://me.example/hook' },
    })
    expect(toTask(FLUX, input, '')).not.toHaveProperty('webhook')
  })

  it.each<[string, unknown, string]>([
    ['flux', input, 'not_found'],
    ['', input, 'not_found'],
    ['fal-ai/fl ux', input, 'invalid_input'],
    [FLUX, [], 'malformed_body'],
    [FLUX, 'la', 'malformed_body'],
    [FLUX, { num_images: 17 }, 'invalid_input'],
  ])('is refused for the model "%s" with %j: %s', (model, body, code) => {
    expect(() => toTask(model, body)).toThrow(expect.objectContaining({ code }))
  })
})

describe('the status of a fal request', () => {
  it('equals the published examples', () => {
    const waiting = statusOf(request(), urls)
    expect(shapeDifferences(submittedExample, waiting)).toEqual([])
    expect(waiting).toEqual(submittedExample)
    const completed = statusOf(request({ status: 'completed', output: { value: {} }, logs: ['Using seed: 7'] }), urls, {
      logs: true,
    })
    expect(shapeDifferences(completedExample, completed)).toEqual([])
    expect(completed).toEqual(completedExample)
  })

  it.each<[Partial<Task>, object]>([
    [{ status: 'staged' }, { status: 'IN_QUEUE' }],
    [{ status: 'submitting' }, { status: 'IN_QUEUE' }],
    [
      { status: 'processing', logs: ['a'] },
      { status: 'IN_PROGRESS', logs: [] },
    ],
    [{ status: 'pending', startedAt: 1 }, { status: 'IN_PROGRESS' }],
    [{ status: 'failed' }, { status: 'COMPLETED', error: 'too foggy', error_type: 'downstream_service_error' }],
    [
      { status: 'cancelled' },
      { status: 'COMPLETED', error_type: 'client_cancelled', metrics: { inference_time: null } },
    ],
  ])('for a request that is %j includes %j', (given, status) => {
    expect(statusOf(request(given), urls)).toMatchObject(status)
  })

  it('contains URLs below the app under which it was requested', () => {
    expect(statusOf(request(), urls, { app: 'a b/c' }).status_url).toBe(
      `https://gateway.example/fal/queue/a%20b/c/requests/${ID}/status`,
    )
  })
})

describe('the result of a fal request', () => {
  it('is the output of the model, with the URLs of its files', () => {
    const value = JSON.parse(JSON.stringify(resultExample).replace('https://gateway.example/files/', 'asset:'))
    const told = resultOf(request({ status: 'completed', output: { value } }), urls)
    expect(shapeDifferences(resultExample, told)).toEqual([])
    expect(told).toEqual(resultExample)
  })

  const picture = { file: `asset:${FILE}.png`, widthPx: 640, heightPx: 480 }
  it.each<[string, Json, Json]>([
    [
      'Qubico/flux1-dev/txt2img',
      { pictures: [picture], grid: null },
      { images: [{ url: 'U.png', width: 640, height: 480, content_type: 'image/png' }] },
    ],
    [
      'luma/video_generation',
      { videos: [{ file: `asset:${FILE}.mp4` }] },
      { video: { url: 'U.mp4', content_type: 'video/mp4' } },
    ],
    [
      'Qubico/tts/zero-shot',
      { sounds: [{ file: `asset:${FILE}.mp3` }, { file: `asset:${FILE}.wav` }] },
      {
        audio: { url: 'U.mp3', content_type: 'audio/mpeg' },
        audios: [
          { url: 'U.mp3', content_type: 'audio/mpeg' },
          { url: 'U.wav', content_type: 'audio/wav' },
        ],
      },
    ],
    [
      'Qubico/trellis/image-to-3d',
      { model: { file: `asset:${FILE}.glb`, picture: '', turntable: '' } },
      { model_mesh: { url: 'U.glb', content_type: 'model/gltf-binary' } },
    ],
    ['replicate/prediction', { value: [`asset:${FILE}.webp`] }, { output: ['U.webp'] }],
  ])('can come from a %s task that was submitted in another protocol', (operation, output, result) => {
    const task = aTask({ operation, input: {}, status: 'completed', output })
    expect(isRequest(task)).toBe(true)
    const told = JSON.stringify(resultOf(task, urls)).replaceAll(`https://gateway.example/files/${FILE}`, 'U')
    expect(JSON.parse(told)).toEqual(result)
  })

  it('does not exist for songs', () => {
    expect(isRequest({ operation: 'suno/music' })).toBe(false)
  })
})

describe('the webhook of a fal request', () => {
  const webhookUrl = 'https://me.example/hook'

  it('equals the published examples', () => {
    const completed = {
      operation: 'Qubico/joycaption/joycaption-beta-one',
      status: 'completed' as const,
      output: { texts: ['fog'] },
    }
    const good = webhookBody(request(completed), urls)
    expect(shapeDifferences(webhookOk, good)).toEqual([])
    expect(good).toEqual(webhookOk)
    const bad = webhookBody(request({ status: 'failed' }), urls)
    expect(shapeDifferences(webhookError, bad)).toEqual([])
    expect(bad).toEqual(webhookError)
  })

  it.each<[Task['status'], number]>([
    ['pending', 0],
    ['submitting', 0],
    ['processing', 0],
    ['completed', 1],
    ['failed', 1],
    ['cancelled', 1],
  ])('is sent for a request that is %s %i times', (status, times) => {
    const told = deliveriesOf(
      fal,
      request({ status, webhookUrl, output: status === 'completed' ? { value: 1 } : null }),
      urls,
    )
    expect(told).toHaveLength(times)
    if (times > 0) expect(told[0]).toMatchObject({ url: webhookUrl, headers: {} })
    expect(deliveriesOf(fal, request({ status }), urls)).toEqual([])
  })
})

describe('an error of fal', () => {
  const told = (code: ErrorCode, message: string, field?: string) =>
    errorAnswer(new PolyphonyError(code, message, field === undefined ? {} : { field }))

  /** A field of the model as an error about its submission names it: in the catalogue, it is below `input`. */
  const ofModel = (field: string) => callerField(`input.${field}`, toTask(FLUX, input).names ?? {})

  it('names a field of the model as the caller spelt it', () => {
    expect(told('address_refused', `${ofModel('image.0.url')} leads to 10.0.0.1.`, ofModel('image.0.url'))).toEqual({
      status: 422,
      type: 'value_error',
      body: {
        detail: [{ loc: ['body', 'image', 0, 'url'], msg: 'image.0.url leads to 10.0.0.1.', type: 'value_error' }],
      },
    })
    expect(told('address_refused', 'fal_webhook leads to 10.0.0.1.', 'fal_webhook').body).toMatchObject({
      detail: [{ loc: ['query', 'fal_webhook'] }],
    })
    expect(told('invalid_input', `${ofModel('input.a')} is bad.`, ofModel('input.a')).body).toMatchObject({
      detail: [{ loc: ['body', 'input', 'a'], msg: 'input.a is bad.' }],
    })
  })

  it('contains a sentence and a type when it is the platform’s', () => {
    expect(told('no_provider', 'nobody')).toEqual({
      status: 503,
      type: 'runner_scheduling_failure',
      body: { detail: 'nobody', error_type: 'runner_scheduling_failure' },
    })
  })

  it('exists for every error code, with a status that invites a retry only where no work was begun', () => {
    const again: ErrorCode[] = []
    for (const code of Object.keys(ERRORS) as ErrorCode[]) {
      const { status, body } = told(code, 'why')
      expect(errorStatus({ code })).toBe(status)
      expect(JSON.stringify(body)).toContain('why')
      if ([429, 502, 503, 504].includes(status)) again.push(code)
    }
    expect(again.sort()).toEqual([
      'account_busy',
      'no_provider',
      'overloaded',
      'rate_limited',
      'storage_full',
      'store_unavailable',
      'too_many_staged',
      'too_many_waiting',
      'vendor_unreachable',
    ])
  })

  it('tells how a request failed, by its task’s error', () => {
    const failed = (message: string, code: ErrorCode = 'vendor_refused') =>
      failureOf(request({ status: 'failed', error: { code, message } }))
    expect(failed('Refused by moderation.', 'content_moderated')).toMatchObject({
      status: 422,
      type: 'content_policy_violation',
    })
    expect(failed('out of memory')).toMatchObject({ status: 400, type: 'downstream_service_error' })
    expect(failureOf(request({ status: 'cancelled' }))).toMatchObject({
      status: 499,
      body: { detail: 'Request was cancelled.' },
    })
    expect(failureOf(request({ status: 'completed' }))).toBeUndefined()
    expect(failureOf(request({ status: 'processing' }))).toBeUndefined()
  })
})

describe('the description of fal’s answers', () => {
  it('fits each status, webhook and error', async () => {
    const limits = { uploadMaxBytes: 1, uploadHours: 1, maxWaitSeconds: 1 }
    const { schemas } = await describeFal({ limits })
    const faults = (name: string, value: unknown) => Compile(schemas[name] ?? false).Errors(value)
    for (const status of ['pending', 'processing', 'failed', 'cancelled'] as const) {
      expect(faults('FalStatus', statusOf(request({ status }), urls))).toEqual([])
    }
    expect(faults('FalStatus', completedExample)).toEqual([])
    for (const body of [webhookOk, webhookError]) expect(faults('FalWebhook', body)).toEqual([])
    for (const code of Object.keys(ERRORS) as ErrorCode[]) {
      expect(faults('FalError', errorAnswer(new PolyphonyError(code, 'why', { field: 'a.0' })).body)).toEqual([])
    }
    expect(faults('FalStatus', {})).not.toEqual([])
  })
})
