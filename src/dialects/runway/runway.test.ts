import { describe, expect, it } from 'vitest'
import { readInput } from '../../catalog/read-input.ts'
import { runway as operations } from '../../catalog/runway.ts'
import { ERRORS, type ErrorCode, PolyphonyError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { points } from '../../core/points.ts'
import type { Status, Task } from '../../core/task.ts'
import { deliveriesOf } from '../kit/deliveries.ts'
import { shapeDifferences } from '../piapi/shape.testing.ts'
import { aTask, ID, urls } from '../suno/tasks.testing.ts'
import { reverseError, runwayError } from './errors.ts'
import createdExample from './examples/created.json' with { type: 'json' }
import errorExample from './examples/error.json' with { type: 'json' }
import feedExample from './examples/reverse.feed.json' with { type: 'json' }
import submitExample from './examples/reverse.submit.json' with { type: 'json' }
import tasksExample from './examples/tasks.json' with { type: 'json' }
import webExample from './examples/web.task.json' with { type: 'json' }
import { createdTask, feedOf, fromTask, isRunway, isRunwayVideo, reverseEnvelope, webTaskOf } from './from-task.ts'
import { runway } from './routes.ts'
import { officialTask, TASK_TYPES, uploadsIn, withUploads } from './to-task.ts'
import { actTask, generateTask, restyleTask, webTask } from './to-web-task.ts'

const FILE = 'https://example.com/a.png'
const VIDEO = {
  videos: [{ file: 'asset:a.mp4', cover: 'asset:b.jpg', lastFrame: '', widthPx: 1_280, heightPx: 720, seconds: 5 }],
}

function aVideo(status: Status, more: Partial<Task> = {}): Task {
  return aTask({
    operation: 'runway/text_to_video',
    model: 'runway',
    dialect: 'runway',
    input: { model: 'gen3', promptText: 'a boat' },
    status,
    pricePoints: points(2_500_000),
    consumedPoints: points(status === 'completed' ? 2_500_000 : 0),
    output: status === 'completed' ? VIDEO : null,
    ...more,
  })
}

describe('a request of Runway’s own API', () => {
  it('becomes the input of the operation of its path unchanged', () => {
    for (const taskType of TASK_TYPES.filter((one) => !['character_performance', 'speech_to_speech'].includes(one))) {
      const operation = operations.find((one) => one.taskType === taskType)
      const body = { ...operation?.example, ofTomorrow: [1] }
      expect(officialTask(taskType, body)).toMatchObject({ operation: { id: `runway/${taskType}` }, input: body })
    }
  })

  it('is translated so that its files are named by their kind', () => {
    const still = { model: 'gen4_turbo', promptImage: FILE, ratio: '1280:720', duration: null }
    expect(officialTask('image_to_video', still).input).toEqual({
      model: 'gen4_turbo',
      ratio: '1280:720',
      promptImage: [{ uri: FILE, position: 'first' }],
    })
    const act = { character: { type: 'video', uri: FILE }, reference: { type: 'video', uri: FILE, note: 1 } }
    expect(officialTask('character_performance', { model: 'act_two', ...act }).input).toMatchObject({
      character: { video: FILE },
      reference: { video: FILE, note: 1 },
    })
    const voice = { type: 'runway-preset', presetId: 'Maya' }
    const media = { type: 'audio', uri: FILE }
    expect(officialTask('speech_to_speech', { model: 'eleven_multilingual_sts_v2', voice, media }).input).toMatchObject(
      {
        media: { audio: FILE },
      },
    )
  })

  it.each<[string, JsonObject, string]>([
    ['image_to_video', { model: 'gen4_turbo', promptImage: 'x', ratio: '1280:720' }, 'promptImage must be'],
    ['image_to_video', { model: 'gen4_turbo', promptImage: [{ uri: 'x' }] }, 'promptImage.0.uri must be'],
    ['image_to_video', { model: 'gen4_turbo' }, 'promptImage is required.'],
    ['character_performance', { model: 'act_two' }, 'character is required.'],
    ['character_performance', { model: 'act_two', character: 'x' }, 'character must be an object.'],
    [
      'character_performance',
      { model: 'act_two', character: { type: 'image', uri: FILE }, reference: { type: 'image', uri: FILE } },
      'reference.type must be one of "video".',
    ],
    [
      'character_performance',
      { model: 'act_two', character: { type: 'image', uri: FILE }, reference: { type: 'video', uri: 'x' } },
      'reference.uri must be',
    ],
    ['speech_to_speech', { media: { type: 'audio' } }, 'media.uri is required.'],
  ])('to %s with %j is refused, naming the caller’s field', (taskType, body, message) => {
    expect(() => officialTask(taskType, body)).toThrow(message)
  })

  it('may name uploads in any field', () => {
    const body = { a: 'runway://1', b: [{ uri: 'runway://2' }, { uri: 'runway://1' }], c: null, d: 'runaway' }
    expect(uploadsIn(body)).toEqual(['runway://1', 'runway://2'])
    expect(withUploads(body, new Map([['runway://1', FILE]]))).toEqual({
      a: FILE,
      b: [{ uri: 'runway://2' }, { uri: FILE }],
      c: null,
      d: 'runaway',
    })
  })
})

describe('a request in a relay’s format for Runway', () => {
  it('becomes the input of a video in the reverse format', () => {
    const options = { seconds: 5, motion_vector: { x: 1 } }
    expect(generateTask({ prompt: 'x', style: 'cinematic', options, callback_url: FILE })).toMatchObject({
      operation: { id: 'runway/text_to_video' },
      input: { model: 'gen3', promptText: 'x', ratio: '16:9', duration: 5, style: 'cinematic', options },
      webhook: { field: 'callback_url', url: FILE },
    })
    expect(generateTask({ prompt: 'x', image: FILE, model: 'gen2', ratio: '21:9' })).toMatchObject({
      operation: { id: 'runway/image_to_video' },
      input: { model: 'gen2', duration: 10, ratio: '21:9', promptImage: [{ uri: FILE, position: 'first' }] },
    })
    expect(restyleTask({ prompt: 'x', video: FILE }).input).toMatchObject({ model: 'gen3', videoUri: FILE })
    expect(actTask({ image: FILE, video: FILE, options: { flip: true } }).input).toMatchObject({
      model: 'act_one',
      character: { image: FILE },
      reference: { video: FILE },
      options: { flip: true },
    })
  })

  it.each<[(body: unknown) => unknown, JsonObject, string]>([
    [generateTask, { prompt: 7 }, 'prompt must be a string.'],
    [generateTask, { prompt: 'x', options: 7 }, 'options must be an object.'],
    [generateTask, { prompt: 'x', options: { seconds: 0 } }, 'options.seconds must be'],
    [generateTask, { prompt: 'x', image: 'y' }, 'image must be'],
    [generateTask, { prompt: 'x', callback_url: 7 }, 'callback_url must be a string.'],
    [restyleTask, { prompt: 'x' }, 'video is required.'],
    [actTask, { video: FILE }, 'image is required.'],
    [actTask, { video: 'x', image: FILE }, 'video must be'],
    [webTask, { options: {} }, 'taskType is required.'],
    [webTask, { taskType: 'gen2' }, 'options is required.'],
    [webTask, { taskType: 'gen2', options: { seconds: 4 } }, 'options.text_prompt is required.'],
    [webTask, { taskType: 'gen3a_turbo', options: { text_prompt: 'x' } }, 'taskType must be one of'],
    [
      webTask,
      { taskType: 'gen2', options: { gen2Options: { init_image: 'x' } } },
      'options.gen2Options.init_image must',
    ],
  ])('is refused, naming the caller’s field: %o of %j', (read, body, message) => {
    expect(() => read(body)).toThrow(message)
  })
})

describe('an answer of Runway', () => {
  it.each(Object.keys(tasksExample) as (keyof typeof tasksExample)[])(
    'has the published shape for a task that is %s',
    (status) => {
      const error = { code: 'output_unusable', message: 'It was empty.' } as const
      const task = aVideo(status, { progress: 40, ...(status === 'failed' ? { error } : {}) })
      const told = fromTask(task, urls)
      expect(shapeDifferences(tasksExample[status], told)).toEqual([])
      expect(told).toMatchObject({ id: ID, status: tasksExample[status].status })
    },
  )

  it('counts in credits, and shows progress from 0 to 1', () => {
    expect(createdTask(aVideo('pending'))).toEqual({ ...createdExample, id: ID })
    expect(fromTask(aVideo('completed'), urls)).toMatchObject({
      output: ['https://gateway.example/files/a.mp4'],
      cost: { credits: 25 },
    })
    expect(fromTask(aVideo('processing', { progress: 41.7 }), urls)).toMatchObject({ progress: 0.41 })
    expect(fromTask(aVideo('processing', { progress: 100 }), urls)).toMatchObject({ progress: 0.99 })
  })

  it('reports a task whose files are deleted as cancelled, and shows nothing else of it', () => {
    const told = fromTask(aVideo('completed'), urls, { deleted: true })
    expect(told).toEqual({ id: ID, status: 'CANCELLED', createdAt: expect.any(String), cost: { credits: 25 } })
  })

  it('contains a failure code only where one is known', () => {
    expect(fromTask(aVideo('failed'), urls)).not.toHaveProperty('failureCode')
    const error = { code: 'timed_out', message: 'Too late.' } as const
    expect(fromTask(aVideo('failed', { error }), urls)).toMatchObject({ failureCode: 'INTERNAL', failure: 'Too late.' })
  })

  it('lists every file of pictures and sounds', () => {
    const picture = { widthPx: 1, heightPx: 1 }
    const pictures = [
      { file: 'asset:a.png', ...picture },
      { file: 'asset:b.png', ...picture },
    ]
    const drawn = aVideo('completed', { operation: 'runway/text_to_image', output: { pictures, grid: null } })
    expect(fromTask(drawn, urls)).toMatchObject({ output: [expect.stringMatching(/a\.png$/), expect.any(String)] })
    const output = { sounds: [{ file: 'asset:a.mp3', seconds: 1 }] }
    const speech = aVideo('completed', { operation: 'runway/text_to_speech', output })
    expect(fromTask(speech, urls)).toMatchObject({ output: ['https://gateway.example/files/a.mp3'] })
    expect([isRunway(speech), isRunwayVideo(speech), isRunway({ operation: 'suno/music' })]).toEqual([
      true,
      false,
      false,
    ])
  })

  it('has the published shape in the relays’ formats', () => {
    const task = aVideo('completed')
    expect(shapeDifferences(feedExample, reverseEnvelope(feedOf(task, urls), 0.1))).toEqual([])
    expect(shapeDifferences(submitExample, reverseEnvelope({ task_id: ID }, 0.1))).toEqual([])
    expect(shapeDifferences(webExample, webTaskOf(task, urls))).toEqual([])
  })

  it.each<[Status, string, string, number]>([
    ['staged', '0', 'pending', 0],
    ['pending', '0', 'pending', 0],
    ['processing', '1', 'running', 0],
    ['failed', '2', 'failed', 25],
    ['cancelled', '2', 'failed', 25],
    ['completed', '3', 'succeeded', 0],
  ])('in the reverse format shows a task that is %s as %s, %s', (status, digit, state, refund) => {
    expect(feedOf(aVideo(status), urls)).toMatchObject({ status: digit, state, point: 25, refund })
  })

  it('shows a task of Runway’s own API in the web app’s form', () => {
    const input = readInput(operations[0] as (typeof operations)[number], operations[0]?.example)
    const task = aVideo('processing', { operation: 'runway/image_to_video', input, progress: 50 })
    expect(webTaskOf(task, urls)).toMatchObject({
      taskType: 'gen4_turbo',
      status: 'RUNNING',
      progressRatio: '0.5',
      options: { text_prompt: input.promptText },
      artifacts: [],
    })
  })
})

describe('an error of Runway', () => {
  it('has the published shape', () => {
    const error = new PolyphonyError('invalid_input', 'ratio is required.', { field: 'ratio' })
    expect(runwayError(error)).toEqual({ status: 400, body: errorExample })
    expect(reverseError(error)).toMatchObject({ status: 400, body: { code: 400, msg: 'ratio is required.' } })
  })

  it.each(Object.keys(ERRORS) as ErrorCode[])('with the code %s has a status that Runway has', (code) => {
    const { status, body } = runwayError(new PolyphonyError(code, 'It went wrong.'))
    expect([400, 401, 403, 404, 405, 409, 429, 500, 502, 503, 504, 507]).toContain(status)
    expect(body).toEqual({ error: 'It went wrong.' })
  })
})

it('Runway’s relays call back when a task has ended, in the form of the feed', () => {
  const webhookUrl = FILE
  for (const status of ['completed', 'failed', 'cancelled'] as const) {
    const task = aVideo(status, { webhookUrl })
    const body = JSON.stringify(reverseEnvelope(feedOf(task, urls), 0))
    expect(deliveriesOf(runway, task, urls)).toEqual([{ url: FILE, body, headers: {} }])
  }
  expect(deliveriesOf(runway, aVideo('processing', { webhookUrl }), urls)).toEqual([])
  expect(deliveriesOf(runway, aVideo('completed'), urls)).toEqual([])
})
