import { describe, expect, it } from 'vitest'
import { filesIn } from '../../catalog/media.ts'
import type { Clip } from '../../catalog/outputs.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import { points } from '../../core/points.ts'
import { isTerminal, STATUSES, type Status, type Task } from '../../core/task.ts'
import { deliveriesOf } from '../kit/deliveries.ts'
import { urlsAt } from '../kit/urls.ts'
import { DOCUMENTED } from './documented-bodies.testing.ts'
import { errorBody } from './errors.ts'
import created from './examples/create.json' with { type: 'json' }
import example from './examples/get-task.json' with { type: 'json' }
import { configOf, createdBody, fromTask, quotedBody, readBody, timeOf, webhookBody } from './from-task.ts'
import { piapi } from './routes.ts'
import { shapeDifferences } from './shape.testing.ts'
import { echoOf, toTask } from './to-task.ts'
import { uploadOf } from './upload.ts'

const PRICE = points(400_000)
const CREATED_AT = Date.parse('2025-12-09T02:54:09.985Z')
const urls = urlsAt(() => 'https://gateway.example')

/** The task of the documents' example, as the store holds it. */
function catDance(given: Partial<Task> = {}): Task {
  const status: Status = given.status ?? 'completed'
  const ended = isTerminal(status)
  return {
    id: example.data.task_id,
    tenantId: 'a tenant',
    keyId: 'a key',
    mode: 'live',
    dialect: 'piapi',
    operation: 'suno/music',
    model: 'suno',
    taskType: 'music',
    input: {
      prompt: example.data.input.prompt,
      title: 'Cat Dance',
      tags: 'romantic raga',
      mv: 'chirp-crow',
      make_instrumental: false,
    },
    echo: echoOf(example.data.config),
    webhookUrl: example.data.config.webhook_config.endpoint,
    externalId: null,
    requestId: null,
    traceparent: null,
    status,
    progress: ended ? 100 : 0,
    pricePoints: PRICE,
    priceRule: null,
    costPoints: null,
    costSource: null,
    consumedPoints: status === 'completed' ? PRICE : points(0),
    output: status === 'completed' ? { clips: example.data.output.map(clip) } : null,
    error: status === 'failed' ? { code: 'vendor_refused', message: 'too quiet' } : null,
    logs: [],
    pool: 'house:studio',
    fellBack: false,
    provider: null,
    account: null,
    handle: null,
    parentTaskId: null,
    batchId: null,
    attempts: 1,
    misses: 0,
    avoidAccount: null,
    version: 1,
    claim: 1,
    leaseUntil: null,
    claimedAt: CREATED_AT,
    calledAt: null,
    heardAt: null,
    cancelRequestedAt: null,
    isFavourite: false,
    deletedAt: null,
    isWatched: false,
    dueAt: 0,
    timeoutMs: 0,
    deadlineAt: 0,
    createdAt: CREATED_AT,
    startedAt: ['processing', 'completed'].includes(status) ? Date.parse('2025-12-09T02:54:10.935Z') : null,
    endedAt: ended ? Date.parse('2025-12-09T02:55:43.749Z') : null,
    ...given,
  }
}

function clip(from: (typeof example.data.output)[number]): Clip {
  return {
    id: from.id,
    title: from.title,
    tags: from.metadata.tags,
    prompt: from.metadata.prompt,
    gptDescriptionPrompt: null,
    mv: from.model_name,
    type: 'gen',
    durationSeconds: from.metadata.duration,
    audio: from.audio_url,
    image: from.image_url,
    imageLarge: from.image_large_url,
    continueClipId: null,
    continueAt: null,
  }
}

const SONG = { model: 'suno', task_type: 'music', input: { prompt: '[Verse]\nla', mv: 'chirp-crow' } }

function filesNamedIn(value: Json | undefined): string[] {
  if (typeof value === 'string') return /^(?:https?:|data:)/.test(value) ? [value] : []
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(filesNamedIn) : []
}

function refusal(body: unknown): PolyphonyError {
  try {
    toTask(body)
  } catch (error) {
    if (error instanceof PolyphonyError) return error
    throw error
  }
  throw new Error('It was accepted.')
}

describe('PiAPI’s answer for a finished task', () => {
  it('equals the documented one, except for times to the millisecond and the numbers of clips', () => {
    const task = webhookBody(catDance(), urls, 0)
    const expected = {
      timestamp: example.timestamp,
      data: {
        ...example.data,
        output: example.data.output.map((one) => ({
          ...one,
          created_at: '2025-12-09 10:54:09',
          task_id: expect.stringMatching(/^\d+$/),
        })),
        meta: {
          ...example.data.meta,
          created_at: '2025-12-09T02:54:09.985Z',
          started_at: '2025-12-09T02:54:10.935Z',
          ended_at: '2025-12-09T02:55:43.749Z',
        },
      },
    }
    expect(task).toEqual(expected)
    expect(shapeDifferences(example, task)).toEqual([])
  })

  it('has code and message around the body of the webhook', () => {
    const { code, message, ...webhook } = readBody(catDance(), urls, 0)
    expect({ code, message }).toEqual({ code: 200, message: 'success' })
    expect(webhook).toEqual(webhookBody(catDance(), urls, 0))
  })

  it('names files by URLs of this gateway', () => {
    const output = { clips: [{ ...clip(firstClip()), audio: 'asset:a.mp3', image: 'asset:b.jpg', imageLarge: '' }] }
    expect(fromTask(catDance({ output }), urls).output).toMatchObject([
      {
        audio_url: 'https://gateway.example/files/a.mp3',
        image_url: 'https://gateway.example/files/b.jpg',
        image_large_url: '',
      },
    ])
  })

  it('has a map of clips in the older form, and the version under its older name', () => {
    const { input, output } = fromTask(catDance({ taskType: 'generate_music_custom', model: 'music-s' }), urls)
    const [first, second] = example.data.output
    expect(Object.keys((output as { clips: object }).clips)).toEqual([first?.id, second?.id])
    expect(output).toMatchObject({
      clips: { [first?.id ?? '']: { id: first?.id, status: 'complete', title: 'Cat Dance' } },
    })
    expect(input).toMatchObject({ model_version: 'chirp-crow' })
    expect(input).not.toHaveProperty('mv')
  })

  it('has title, text and tags for lyrics', () => {
    const lyrics = { operation: 'suno/lyrics', taskType: 'lyrics', input: { prompt: 'fog' } }
    const task = fromTask(
      catDance({ ...lyrics, output: { lyrics: [{ title: 'Fog', text: '[Verse]', tags: ['folk'] }] } }),
      urls,
    )
    expect(task).toMatchObject({ input: { prompt: 'fog' }, output: { title: 'Fog', text: '[Verse]', tags: ['folk'] } })
  })
})

describe('PiAPI’s answer to a creation', () => {
  it('has the documented shape, and no timestamp', () => {
    const body = createdBody(catDance({ status: 'pending', echo: echoOf(created.data.config), webhookUrl: null }), urls)
    expect(shapeDifferences({ ...created, data: { ...created.data, input: example.data.input } }, body)).toEqual([])
    expect(body).toMatchObject({ data: { meta: { ...created.data.meta, created_at: '2025-12-09T02:54:09.985Z' } } })
  })
})

describe('a status at PiAPI', () => {
  it.each<[Status, string]>([
    ['staged', 'staged'],
    ['pending', 'pending'],
    ['submitting', 'processing'],
    ['uncertain', 'processing'],
    ['processing', 'processing'],
    ['completed', 'completed'],
    ['failed', 'failed'],
    ['cancelled', 'failed'],
  ])('%s is shown as %s', (status, word) => {
    expect(fromTask(catDance({ status }), urls).status).toBe(word)
  })

  it('has a word in lower case for each status of a task', () => {
    const words = STATUSES.map((status) => fromTask(catDance({ status }), urls).status)
    expect(words.every((word) => typeof word === 'string' && /^[a-z]+$/.test(word))).toBe(true)
  })
})

describe('the usage of a task at PiAPI', () => {
  it.each<[Status, number]>([
    ['pending', 400_000],
    ['processing', 400_000],
    ['completed', 400_000],
    ['failed', 0],
    ['cancelled', 0],
  ])('of a song that is %s is %i consumed and nothing frozen', (status, consume) => {
    expect(fromTask(catDance({ status }), urls).meta).toMatchObject({ usage: { type: 'llm', frozen: 0, consume } })
  })

  it('is what was taken in the end, not what was held', () => {
    const { meta } = fromTask(catDance({ consumedPoints: points(1) }), urls)
    expect(meta).toMatchObject({ usage: { consume: 1 } })
  })
})

describe('an error at PiAPI', () => {
  it('shows the provider’s message beside ours for a failed task, in the shape of the documented error', () => {
    const error = { code: 'vendor_refused', message: 'too quiet', detail: 'E42 rms' } as const
    const task = fromTask(catDance({ status: 'failed', error, logs: ['E42 rms'] }), urls)
    expect(task).toMatchObject({
      output: null,
      logs: ['E42 rms'],
      error: { code: 1_100, raw_message: 'E42 rms', message: 'too quiet', detail: null },
    })
    expect(shapeDifferences(example.data.error, task.error)).toEqual([])
  })

  it('reports that a task was cancelled', () => {
    expect(fromTask(catDance({ status: 'cancelled' }), urls).error).toMatchObject({
      code: 1_100,
      message: 'task canceled',
    })
  })

  it.each([
    ['invalid_input', 400],
    ['unauthorized', 401],
    ['insufficient_points', 402],
    ['model_not_allowed', 403],
    ['task_not_found', 404],
    ['not_cancellable', 400],
    ['payload_too_large', 413],
    ['idempotency_mismatch', 422],
    ['rate_limited', 429],
    ['internal', 500],
  ] as const)('of a request (%s) has the status %i, also as its code', (code, status) => {
    const answer = errorBody(new PolyphonyError(code, 'why', { field: 'input.prompt' }))
    expect(answer).toEqual({
      status,
      body: { code: status, data: null, message: 'why', error: { type: code, message: 'why', field: 'input.prompt' } },
    })
  })
})

describe('a time at PiAPI', () => {
  it.each([
    [null, '0001-01-01T00:00:00Z'],
    [Date.UTC(2025, 11, 9, 2, 54, 9, 985), '2025-12-09T02:54:09.985Z'],
    [Date.UTC(2025, 11, 9, 2, 54, 10, 500), '2025-12-09T02:54:10.5Z'],
    [Date.UTC(2025, 11, 9, 2, 54, 10), '2025-12-09T02:54:10Z'],
    [Date.UTC(2025, 11, 9, 2, 54, 9, 10), '2025-12-09T02:54:09.01Z'],
  ])('%s is shown as %s, as Go formats it', (at, text) => {
    expect(timeOf(at)).toBe(text)
  })
})

describe('a webhook of PiAPI’s', () => {
  const webhookUrl = 'https://client.example/hook'
  const echo = { service_mode: '', webhook_config: { secret: 'a secret' } }

  it('is sent when the task has ended, with the secret in a header', () => {
    const [draft] = deliveriesOf(piapi, catDance({ echo, webhookUrl }), urls)
    expect(draft).toMatchObject({ url: 'https://client.example/hook', headers: { 'x-webhook-secret': 'a secret' } })
    expect(shapeDifferences(example, JSON.parse(draft?.body ?? ''))).toEqual([])
  })

  it('has no secret header when there is no secret', () => {
    const silent = { ...echo, webhook_config: { secret: '' } }
    expect(deliveriesOf(piapi, catDance({ echo: silent, webhookUrl }), urls)).toMatchObject([{ headers: {} }])
  })

  it.each(STATUSES)('of a task that is %s is sent only at an end', (status) => {
    expect(deliveriesOf(piapi, catDance({ status, echo, webhookUrl }), urls)).toHaveLength(isTerminal(status) ? 1 : 0)
  })

  it('is not sent when no URL was given', () => {
    expect(deliveriesOf(piapi, catDance({ webhookUrl: null }), urls)).toEqual([])
  })
})

describe('the body of a creation at PiAPI', () => {
  it('becomes a submission, with defaults filled in and unknown fields kept', () => {
    const body = { ...SONG, input: { ...SONG.input, some_new_switch: [1] }, auto_upload_assets: true }
    expect(toTask(body)).toMatchObject({
      operation: { id: 'suno/music' },
      input: { prompt: '[Verse]\nla', mv: 'chirp-crow', make_instrumental: false, some_new_switch: [1] },
      model: 'suno',
      taskType: 'music',
      dialect: 'piapi',
      echo: { service_mode: '', webhook_config: { secret: '' } },
      webhook: undefined,
    })
  })

  it.each([
    undefined,
    null,
    {},
    { service_mode: null, webhook_config: null },
    { webhook_config: { endpoint: '', secret: '' } },
  ])('may have %j as its config, which requests nothing', (config) => {
    expect(toTask({ ...SONG, config })).toMatchObject({
      webhook: undefined,
      echo: { service_mode: '', webhook_config: { secret: '' } },
    })
  })

  it('has its config returned with the task, and names the field of the webhook', () => {
    const config = { service_mode: 'public', webhook_config: { endpoint: 'https://client.example/h', secret: 's' } }
    const submission = toTask({ ...SONG, config })
    const { echo = {}, webhook } = submission
    expect(echo).toEqual({ service_mode: 'public', webhook_config: { secret: 's' } })
    expect(configOf(catDance({ echo, webhookUrl: webhook?.url ?? null }))).toEqual(config)
    expect(webhook).toEqual({ field: 'config.webhook_config.endpoint', url: 'https://client.example/h' })
    const quote = { pricePoints: PRICE, availablePoints: PRICE, isAffordable: true }
    expect(quotedBody(submission, quote, urls)).toMatchObject({ data: { config } })
  })

  it.each([
    ['music-s', 'generate_music', { gpt_description_prompt: 'a cat', model_version: 'chirp-v4' }],
    ['suno', 'generate_music', { gpt_description_prompt: 'a cat' }],
    ['music-s', 'generate_music', { make_instrumental: true, tags: 'jazz' }],
    [
      'music-s',
      'generate_music_custom',
      { prompt: '[Verse]\nla', tags: 'jazz', title: 'La', model_version: 'chirp-v3-5' },
    ],
    ['music-s', 'music', { prompt: 'la', mv: 'chirp-v4' }],
    ['music-s', 'lyrics', { prompt: 'fog' }],
  ])('with the older %s %s is still accepted', (model, taskType, input) => {
    const task = toTask({ model, task_type: taskType, input })
    expect(task).toMatchObject({ model, taskType })
    expect(task.operation.id).toBe(taskType === 'lyrics' ? 'suno/lyrics' : 'suno/music')
    if ('model_version' in input) expect(task.input).toMatchObject({ mv: input.model_version })
  })

  it.each(DOCUMENTED)(
    'of %s %s is accepted with the documented fields %j, and each of its files is read',
    (...sent) => {
      const [model, task_type, input] = sent
      const task = toTask({ model, task_type, input })
      const read = filesIn(task.operation.input, task.input).map(({ value }) => value)
      expect(read.sort()).toEqual(filesNamedIn(input).sort())
    },
  )

  it('has a prompt that is read as the idea for generate_music, as PiAPI’s MCP server sends it', () => {
    const task = toTask({ model: 'music-s', task_type: 'generate_music', input: { prompt: 'a cat dances' } })
    expect(task.input).toMatchObject({ gpt_description_prompt: 'a cat dances' })
    expect(task.input).not.toHaveProperty('prompt')
  })

  const older = { model: 'music-s', task_type: 'generate_music_custom' }
  it.each([
    ['model', 'is required', { task_type: 'music', input: {} }],
    ['model', 'non-empty', { ...SONG, model: '' }],
    ['model', 'non-empty string', { ...SONG, model: 7 }],
    ['task_type', 'is required', { model: 'suno', input: {} }],
    ['model', '"lumen"', { ...SONG, model: 'lumen' }],
    ['model', 'not known', { ...SONG, model: '__proto__' }],
    ['task_type', 'music, lyrics, concat, upload', { ...SONG, task_type: 'dance' }],
    ['task_type', 'invalid', { ...SONG, task_type: 'toString', input: { make_instrumental: true, tags: 'a' } }],
    ['input', 'is required', { ...SONG, input: undefined }],
    ['input', 'is required', { ...SONG, input: null }],
    ['input', 'must be an object', { ...SONG, input: 'la' }],
    ['input', 'must be an object', { ...SONG, input: [] }],
    ['input.prompt', 'is needed', { ...SONG, input: {} }],
    ['input.prompt', 'must be a string, not 5', { ...SONG, input: { prompt: 5 } }],
    ['input.mv', 'chirp-v99', { ...SONG, input: { prompt: 'la', mv: 'chirp-v99' } }],
    ['input.make_instrumental', 'must be a boolean', { ...SONG, input: { prompt: 'la', make_instrumental: 'yes' } }],
    ['input.prompt', 'at most 3000', { ...SONG, input: { prompt: 'x'.repeat(3_001) } }],
    ['input.continue_clip_id', 'is needed', { ...SONG, input: { prompt: 'la', continue_at: 5 } }],
    ['input.seed', 'at least 0', { ...SONG, input: { prompt: 'la', seed: -1 } }],
    ['config', 'must be an object', { ...SONG, config: 'public' }],
    ['config.service_mode', '"shared"', { ...SONG, config: { service_mode: 'shared' } }],
    ['config.webhook_config', 'must be an object', { ...SONG, config: { webhook_config: ['x'] } }],
    ['config.webhook_config.endpoint', 'must be a string', { ...SONG, config: { webhook_config: { endpoint: 5 } } }],
    ['config.webhook_config.secret', 'printable', { ...SONG, config: { webhook_config: { secret: 'a\nb' } } }],
    ['input.prompt', 'is required', { ...older, input: {} }],
    ['input.model_version', 'v9', { ...older, input: { prompt: 'la', model_version: 'v9' } }],
    ['input.gpt_description_prompt', 'is required', { ...older, task_type: 'generate_music', input: { title: 'la' } }],
  ])('is refused, naming the field %s, with the rule "%s"', (field, words, body) => {
    const error = refusal(body)
    expect(error.status).toBe(400)
    expect(error.details.field).toBe(field)
    expect(error.message).toContain(field)
    expect(error.message).toContain(words)
  })

  it.each([[[]], [null], [7], ['model=suno'], [undefined]])('is refused as malformed when it is %j', (body) => {
    expect(refusal(body).code).toBe('malformed_body')
  })
})

describe('an upload at PiAPI', () => {
  const bytes = Buffer.from('some bytes')
  const base64 = bytes.toString('base64')

  it.each([
    ['a.mp3', base64, 'audio/mpeg'],
    ['a.b.MP3', `data:audio/mpeg;base64,${base64}`, 'audio/mpeg'],
    ['a.jpg', `data:image/jpeg;name=x;base64,${base64}`, 'image/jpeg'],
    ['a.png', `data:application/octet-stream;base64,${base64}`, 'image/png'],
    ['a.wav', `data:;base64,${base64.slice(0, 4)}\n${base64.slice(4)}`, 'audio/wav'],
    ['a.mp3', ` DATA:audio/mpeg;charset=utf-8;name="a, b.mp3";BASE64,${base64.replaceAll('=', '')}`, 'audio/mpeg'],
  ])('of %s is decoded, as bare base64 or as a data URI', (name, data, mediaType) => {
    const upload = uploadOf({ file_name: name, file_data: data }, 1_000)
    expect(upload.mediaType).toBe(mediaType)
    expect(Buffer.from(upload.body).toString()).toBe('some bytes')
  })

  it.each([
    ['file_name', { file_data: base64 }],
    ['file_name', { file_name: 'a.exe', file_data: base64 }],
    ['file_name', { file_name: 'mp3', file_data: base64 }],
    ['file_name', { file_name: 'a.constructor', file_data: base64 }],
    ['file_name', { file_name: `${'a'.repeat(125)}.mp3`, file_data: base64 }],
    ['file_data', { file_name: 'a.mp3' }],
    ['file_data', { file_name: 'a.mp3', file_data: 'no base64!' }],
    ['file_data', { file_name: 'a.mp3', file_data: 'AAAAA' }],
    ['file_data', { file_name: 'a.mp3', file_data: `data:image/png;base64,${base64}` }],
    ['file_data', { file_name: 'a.mp3', file_data: Buffer.alloc(1_003).toString('base64') }],
  ])('is refused, naming the field %s', (field, body) => {
    expect(() => uploadOf(body, 1_000)).toThrow(field)
  })

  it('may have a file name of 128 characters', () => {
    expect(uploadOf({ file_name: `${'a'.repeat(124)}.mp3`, file_data: base64 }, 1_000).mediaType).toBe('audio/mpeg')
  })
})

describe('shapeDifferences', () => {
  it.each([
    [{ a: 1 }, { A: 1 }, ['$.a: missing', '$.A: added']],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, ['$: in the order b,a']],
    [{ a: null }, { a: 'x' }, ['$.a: string in place of null']],
    [{ a: [{ b: 1 }] }, { a: [{ b: 1 }, { b: '1' }] }, ['$.a[1].b: string in place of number']],
    [{ a: {} }, { a: [] }, ['$.a: array in place of object']],
  ])('of %j and %j finds every difference', (wanted, found, differences) => {
    expect(shapeDifferences(wanted, found)).toEqual(differences)
  })
})

function firstClip(): (typeof example.data.output)[number] {
  const [first] = example.data.output
  if (!first) throw new Error('The example has clips.')
  return first
}
