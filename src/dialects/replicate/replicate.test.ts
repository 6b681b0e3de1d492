import { Compile } from 'typebox/compile'
import { describe, expect, it } from 'vitest'
import { replicatePrediction } from '../../catalog/hosted.ts'
import { ERRORS, type ErrorCode, PolyphonyError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { Task } from '../../core/task.ts'
import { deliveriesOf } from '../kit/deliveries.ts'
import { shapeDifferences } from '../piapi/shape.testing.ts'
import { aTask, FILE, ID, urls } from '../shared/hosted-tasks.testing.ts'
import { errorBody, errorStatus } from './errors.ts'
import errorExample from './examples/error.json' with { type: 'json' }
import fileExample from './examples/file.json' with { type: 'json' }
import predictionExample from './examples/prediction.json' with { type: 'json' }
import { fileBody } from './files.ts'
import { fromTask, isPrediction } from './from-task.ts'
import { modelBody } from './models.ts'
import { describeReplicate } from './openapi.ts'
import { replicate } from './routes.ts'
import { cancelledAfter, toTask, waitOf } from './to-task.ts'

const FLUX = 'black-forest-labs/flux-schnell'
const VERSION = '5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa'
const input = { prompt: 'a lighthouse in the fog', num_outputs: 1 }

const prediction = (given: Partial<Task> = {}): Task =>
  aTask({ operation: replicatePrediction.id, model: FLUX, input: { model: FLUX, version: '', input }, ...given })

describe('the body of a prediction at Replicate', () => {
  it.each<[string, JsonObject, JsonObject]>([
    ['an id', { version: VERSION }, { model: '', version: VERSION }],
    ['owner/name', { version: FLUX }, { model: FLUX, version: '' }],
    ['owner/name:id', { version: `${FLUX}:${VERSION}` }, { model: FLUX, version: VERSION }],
    ['a relay’s model', { model: FLUX }, { model: FLUX, version: '' }],
  ])('names its model as %s', (_how, named, read) => {
    const submission = toTask({ ...named, input })
    expect(submission.operation).toBe(replicatePrediction)
    expect(submission.input).toEqual({ ...read, input })
    expect(submission.model).toBe(read.model === '' ? VERSION : FLUX)
  })

  it('needs no model where the path names it, and keeps unknown fields', () => {
    expect(toTask({ input, stream: true, webhook: null }, { model: FLUX }).input).toEqual({
      model: FLUX,
      version: '',
      input,
      stream: true,
    })
    const { model, input: read } = toTask({ input }, { deployment: 'acme/hero' })
    expect([model, read]).toEqual(['acme/hero', { model: '', version: '', deployment: 'acme/hero', input }])
  })

  it('names the URL and the events of its webhooks', () => {
    const told = (more: JsonObject) => toTask({ version: VERSION, input, webhook: 'https://me.example/hook', ...more })
    expect(told({})).toMatchObject({
      webhook: { field: 'webhook', url: 'https://me.example/hook' },
      echo: { events: ['output', 'completed'] },
    })
    expect(told({ webhook_events_filter: ['start'] }).echo).toMatchObject({ events: ['start'] })
    expect(told({}).input).toEqual({ model: '', version: VERSION, input })
  })

  it('notifies the URL of webhook_completed, as clients named it before 2023, of the end alone', () => {
    const url = 'https://me.example/hook'
    const told = (more: JsonObject) => toTask({ version: VERSION, input, webhook_completed: url, ...more })
    expect(told({})).toMatchObject({ webhook: { field: 'webhook_completed', url }, echo: { events: ['completed'] } })
    expect(told({}).input).toEqual({ model: '', version: VERSION, input })
    expect(told({ webhook: url })).toMatchObject({
      webhook: { field: 'webhook', url },
      echo: { events: ['output', 'completed'] },
    })
    expect(told({ webhook: url, webhook_completed: null }).input).not.toHaveProperty('webhook_completed')
  })

  it.each<[unknown, string, string]>([
    [{ input }, 'version', 'version is required.'],
    [{ version: 7, input }, 'version', 'version must be a string.'],
    [{ version: 'a/b/c', input }, 'version', 'version must be the id of a version, owner/name or owner/name:id.'],
    [{ version: VERSION }, 'input', 'input is required.'],
    [{ version: VERSION, input: 'x' }, 'input', 'input must be an object, not "x".'],
    [{ version: VERSION, input, webhook: 7 }, 'webhook', 'webhook must be a string.'],
    [{ version: VERSION, input, webhook_completed: 7 }, 'webhook_completed', 'webhook_completed must be a string.'],
    [
      { version: VERSION, input, webhook: 'https://me.example/a', webhook_completed: 'https://me.example/b' },
      'webhook_completed',
      'webhook_completed must be the address in webhook.',
    ],
    [
      { version: VERSION, input, webhook_events_filter: ['end'] },
      'webhook_events_filter',
      'webhook_events_filter must be a list of start, output, logs, completed.',
    ],
  ])('%j is refused, naming the field', (body, field, message) => {
    expect(() => toTask(body)).toThrow(
      expect.objectContaining({ code: 'invalid_input', message, details: expect.objectContaining({ field }) }),
    )
  })
})

describe('the header Prefer of Replicate', () => {
  it.each<[string | string[] | undefined, number | undefined]>([
    [undefined, undefined],
    ['', undefined],
    ['respond-async', undefined],
    ['wait', 60],
    ['wait=10', 10],
    ['wait = "5"', 5],
    ['wait=0', 1],
    ['wait=600', 60],
    ['respond-async, wait=7', 7],
    [['respond-async', 'wait=3'], 3],
    ['waiting=5', undefined],
  ])('%j holds the request for %j seconds', (prefer, seconds) => {
    expect(waitOf(prefer)).toBe(seconds)
  })
})

describe('the header Cancel-After of Replicate', () => {
  const submission = toTask({ version: VERSION, input })

  it.each([
    ['30s', 30_000],
    ['2m', 120_000],
    ['1m30s', 90_000],
    ['45', 45_000],
    ['99h', 30 * 60_000],
  ])('%s limits the work to %i ms', (header, timeoutMs) => {
    expect(cancelledAfter(submission, header).operation.timeoutMs).toBe(timeoutMs)
    expect(replicatePrediction.timeoutMs).toBe(30 * 60_000)
  })

  it.each(['4s', '0', 'soon', '-30s', '30 s'])('%s is refused', (header) => {
    expect(() => cancelledAfter(submission, header)).toThrow('Cancel-After must be a time of at least 5 seconds')
  })

  it('changes nothing when it is left out', () => expect(cancelledAfter(submission, undefined)).toBe(submission))

  it('shows a prediction that ran out of time as canceled, with its deadline', () => {
    const echo = { cancel_after_ms: 30_000 }
    const error = { code: 'timed_out', message: 'The task was not done in time.' } as const
    expect(fromTask(prediction({ status: 'failed', error, echo }), urls)).toMatchObject({
      status: 'canceled',
      error: null,
      deadline: '2026-01-01T00:00:31.000Z',
    })
    expect(fromTask(prediction({ status: 'failed', error }), urls)).toMatchObject({ status: 'failed' })
    expect(fromTask(prediction({ echo }), urls)).not.toHaveProperty('deadline')
  })
})

describe('a prediction of Replicate', () => {
  it('equals the published example', () => {
    const output = { value: [`asset:${FILE}.webp`] }
    const told = fromTask(prediction({ status: 'completed', output, logs: ['Using seed: 7'] }), urls)
    expect(shapeDifferences(predictionExample, told)).toEqual([])
    expect(told).toEqual(predictionExample)
  })

  it.each<[Partial<Task>, string]>([
    [{ status: 'staged' }, 'starting'],
    [{ status: 'pending' }, 'starting'],
    [{ status: 'submitting' }, 'starting'],
    [{ status: 'processing' }, 'processing'],
    [{ status: 'uncertain', startedAt: 1 }, 'processing'],
    [{ status: 'pending', startedAt: 1 }, 'processing'],
    [{ status: 'failed' }, 'failed'],
    [{ status: 'cancelled' }, 'canceled'],
  ])('that is %j is shown as %s', (given, status) => {
    const told = fromTask(prediction(given), urls)
    expect(told).toMatchObject({ status, output: null, error: status === 'failed' ? 'too foggy' : null })
  })

  it('shows its model, version and deployment as the request named them', () => {
    const named = (more: JsonObject) => {
      const { model, version, deployment } = fromTask(
        prediction({ input: { model: '', version: '', input, ...more } }),
        urls,
      )
      return { model, version, deployment }
    }
    expect(named({ model: FLUX })).toEqual({ model: FLUX, version: 'hidden', deployment: undefined })
    expect(named({ version: VERSION })).toEqual({ model: '', version: VERSION, deployment: undefined })
    expect(named({ deployment: 'a/b' })).toEqual({ model: '', version: 'hidden', deployment: 'a/b' })
  })

  it('shows the files of its input by their URLs', () => {
    const told = fromTask(
      prediction({ input: { model: FLUX, version: '', input: { image: [`asset:${FILE}.png`] } } }),
      urls,
    )
    expect(told.input).toEqual({ image: [`https://gateway.example/files/${FILE}.png`] })
  })

  it.each<[string, Json, Json]>([
    [
      'Qubico/flux1-dev/txt2img',
      { pictures: [{ file: 'asset:a.png', widthPx: 1, heightPx: 1 }], grid: null },
      ['a.png'],
    ],
    ['luma/video_generation', { videos: [{ file: 'asset:a.mp4' }] }, 'a.mp4'],
    ['Qubico/tts/zero-shot', { sounds: [{ file: 'asset:a.mp3', seconds: 1 }] }, 'a.mp3'],
    [
      'Qubico/trellis/image-to-3d',
      { model: { file: 'asset:a.glb', picture: '', turntable: '' } },
      { model_file: 'a.glb' },
    ],
  ])('can be a %s that was submitted in another protocol', (operation, output, written) => {
    const task = aTask({ operation, input: { prompt: 'fog' }, status: 'completed', output })
    expect(isPrediction(task)).toBe(true)
    const told = fromTask(task, urls)
    expect(told).toMatchObject({ model: 'a/model', version: 'hidden', input: { prompt: 'fog' }, status: 'succeeded' })
    expect(JSON.stringify(told.output).replaceAll('https://gateway.example/files/', '')).toBe(JSON.stringify(written))
  })

  it('cannot be a song', () => {
    expect(isPrediction({ operation: 'suno/music' })).toBe(false)
    expect(isPrediction({ operation: 'suno/lyrics' })).toBe(false)
  })
})

describe('a webhook of Replicate', () => {
  const toldAt = (events: string[], given: Partial<Task>) =>
    deliveriesOf(replicate, prediction({ echo: { events }, webhookUrl: 'https://me.example/hook', ...given }), urls)

  it.each<[string, Partial<Task>, string[]]>([
    ['the line', { status: 'pending' }, []],
    ['the call', { status: 'submitting' }, []],
    ['the begin', { status: 'processing' }, ['start']],
    ['progress', { status: 'processing', progress: 40 }, []],
    ['success', { status: 'completed', output: { value: null }, logs: ['x'] }, ['output', 'logs', 'completed']],
    ['success without logs', { status: 'completed', output: { value: null } }, ['output', 'completed']],
    ['failure', { status: 'failed', logs: ['x'] }, ['logs', 'completed']],
    ['cancellation', { status: 'cancelled' }, ['completed']],
  ])('is sent for %s once, if its event was requested', (_what, given, events) => {
    for (const event of ['start', 'output', 'logs', 'completed']) {
      expect(toldAt([event], given), event).toHaveLength(events.includes(event) ? 1 : 0)
    }
    expect(toldAt(['start', 'output', 'logs', 'completed'], given)).toHaveLength(events.length > 0 ? 1 : 0)
  })

  it('contains the prediction', () => {
    const [delivery] = toldAt(['completed'], { status: 'failed' })
    expect(delivery).toMatchObject({ url: 'https://me.example/hook', headers: {} })
    expect(JSON.parse(delivery?.body ?? '')).toMatchObject({
      id: ID,
      status: 'failed',
      error: 'too foggy',
      webhook: 'https://me.example/hook',
      webhook_events_filter: ['completed'],
    })
    expect(deliveriesOf(replicate, prediction({ status: 'completed' }), urls)).toEqual([])
  })
})

describe('other answers of Replicate’s API', () => {
  it('fit their description', async () => {
    const { schemas } = await describeReplicate()
    const faults = (name: string, value: unknown) => Compile(schemas[name] ?? false).Errors(value)
    for (const status of ['pending', 'processing', 'failed', 'cancelled'] as const) {
      expect(faults('ReplicatePrediction', fromTask(prediction({ status }), urls))).toEqual([])
    }
    expect(faults('ReplicatePrediction', predictionExample)).toEqual([])
    expect(faults('ReplicateFile', fileExample)).toEqual([])
    expect(faults('ReplicateError', errorExample)).toEqual([])
    expect(faults('ReplicateModel', modelBody({ owner: 'meta', name: 'musicgen' }, ''))).toEqual([])
    expect(faults('ReplicatePrediction', {})).not.toEqual([])
  })

  it('equal the published examples', () => {
    const asset = {
      id: FILE,
      extension: 'png',
      mediaType: 'image/png',
      sizeBytes: 1_024,
      sha256: fileExample.checksums.sha256,
      createdAt: Date.parse('2026-01-01T00:00:00Z'),
      expiresAt: Date.parse('2026-01-02T00:00:00Z'),
      tenantId: 'a tenant',
      mode: 'live' as const,
      taskId: null,
      kind: 'upload' as const,
    }
    const draft = { id: ID, body: { name: 'fog.png', metadata: { album: 'fog' } } }
    expect(fileBody(draft, asset, urls)).toEqual(fileExample)
    expect(shapeDifferences(fileExample, fileBody(draft, asset, urls))).toEqual([])
    const error = errorBody(new PolyphonyError('invalid_input', 'input is required.', { field: 'input' }))
    expect(shapeDifferences(errorExample, error)).toEqual([])
    expect(error).toEqual(errorExample)
  })

  it('show what a well-known model makes, and report others as not described', () => {
    expect(modelBody({ owner: 'minimax', name: 'video-01' }, 'https://gateway.example')).toMatchObject({
      url: 'https://gateway.example/replicate/v1/models/minimax/video-01',
      description: 'Makes a video.',
      latest_version: { id: 'minimax/video-01' },
    })
    expect(() => modelBody({ owner: 'no', name: 'body' }, '')).toThrow('no/body is not described here')
  })

  it('show every error code with its status, and fields only when one is wrong', () => {
    for (const code of Object.keys(ERRORS) as ErrorCode[]) {
      const body = errorBody(new PolyphonyError(code, 'why', { field: 'f' }))
      expect(body).toMatchObject({ title: expect.any(String), detail: 'why', status: errorStatus({ code }) })
      expect('invalid_fields' in body).toBe(body.status === 422)
    }
    expect(errorBody(new PolyphonyError('unauthorized', 'no key'))).toEqual({
      title: 'Unauthenticated',
      detail: 'no key',
      status: 401,
    })
  })
})
