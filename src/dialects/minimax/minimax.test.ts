import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ERRORS, type ErrorCode, PolyphonyError } from '../../core/errors.ts'
import { itemId } from '../../core/ids.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { STATUSES } from '../../core/task.ts'
import { deliveriesOf } from '../kit/deliveries.ts'
import { shapeDifferences } from '../piapi/shape.testing.ts'
import { aTask as anyTask, ID, urls } from '../suno/tasks.testing.ts'
import { errorAnswer } from './errors.ts'
import created from './examples/created.json' with { type: 'json' }
import file from './examples/file.json' with { type: 'json' }
import query from './examples/query.json' with { type: 'json' }
import { callbackOf, createdTask, fileOf, fromTask, isHailuo } from './from-task.ts'
import { minimax } from './routes.ts'
import { toTask } from './to-task.ts'

const FRAME = 'https://client.example/a.png'
const DATA_URI = 'data:image/png;base64,iVBORw0KGgo='
const video = { file: 'asset:v.mp4', cover: '', lastFrame: '', widthPx: 1_366, heightPx: 768, seconds: 6 }
const aTask = (status: (typeof STATUSES)[number], webhookUrl: string | null = null) =>
  anyTask({
    ...{ operation: 'hailuo/video_generation', model: 'hailuo', dialect: 'minimax', status, webhookUrl },
    output: status === 'completed' ? { videos: [video] } : null,
  })

describe('answers of MiniMax’s API', () => {
  it('answers the creation of a video in the published shape', () => {
    expect(shapeDifferences(created, createdTask(aTask('pending')))).toEqual([])
  })

  it('answers a query in the published shape, whatever the task’s history', () => {
    for (const status of STATUSES) expect(shapeDifferences(query, fromTask(aTask(status)))).toEqual([])
    expect(fromTask(aTask('completed'))).toEqual({ ...query, task_id: ID, file_id: itemId(ID, 1) })
  })

  it('answers the look-up of a file in the published shape', () => {
    const asset = { sizeBytes: 5_896_337, createdAt: 1_700_469_398_123, extension: 'mp4' }
    const named = { fileId: itemId(ID, 1), file: video.file, purpose: 'video_generation' } as const
    const told = fileOf(named, asset as Parameters<typeof fileOf>[1], urls)
    expect(shapeDifferences(file, told)).toEqual([])
    expect(told.file).toMatchObject({
      bytes: 5_896_337,
      created_at: 1_700_469_398,
      download_url: 'https://gateway.example/files/v.mp4',
    })
  })
})

describe('a task in MiniMax’s words', () => {
  it.each([
    ['staged', 'Preparing', 'processing'],
    ['pending', 'Preparing', 'processing'],
    ['submitting', 'Queueing', 'processing'],
    ['processing', 'Processing', 'processing'],
    ['completed', 'Success', 'success'],
    ['failed', 'Fail', 'failed'],
    ['cancelled', 'Fail', 'failed'],
  ] as const)('shows a task that is %s as %s in a query and %s in a callback', (status, asked, called) => {
    expect(fromTask(aTask(status)).status).toBe(asked)
    expect(callbackOf(aTask(status)).status).toBe(called)
  })

  it('shows the reason of a failed task under the code 0, as clients read no status beside another', () => {
    expect(fromTask(aTask('failed'))).toMatchObject({
      file_id: '',
      video_width: 0,
      base_resp: { status_code: 0, status_msg: 'too quiet' },
    })
  })

  it('shows only tasks of its own family', () => {
    expect(isHailuo(aTask('pending'))).toBe(true)
    expect(isHailuo({ operation: 'kling/video_generation' })).toBe(false)
  })
})

describe('a body for MiniMax’s API', () => {
  it.each<[string, JsonObject, JsonObject]>([
    [
      'text',
      { model: 'MiniMax-Hailuo-02', prompt: 'a', duration: 10, resolution: '768P', prompt_optimizer: true, seed: 7 },
      { model: 't2v-02', prompt: 'a', duration: 10, resolution: 768, expand_prompt: true, seed: 7 },
    ],
    [
      'a frame',
      { model: 'MiniMax-Hailuo-02', first_frame_image: DATA_URI, last_frame_image: FRAME, resolution: '1080P' },
      { model: 'i2v-02', image_url: DATA_URI, last_frame_image: FRAME, resolution: 1080 },
    ],
    ['2.3', { model: 'MiniMax-Hailuo-2.3', prompt: 'a' }, { model: 'v2.3' }],
    ['2.3, fast', { model: 'MiniMax-Hailuo-2.3-Fast', first_frame_image: FRAME }, { model: 'v2.3-fast' }],
    ['an older model', { model: 'T2V-01-Director', prompt: 'a', resolution: '720P' }, { model: 't2v-01-director' }],
    ['a frame of an older model', { model: 'I2V-01-live', first_frame_image: FRAME }, { model: 'i2v-01-live' }],
    [
      'a face',
      { model: 'S2V-01', prompt: 'a', subject_reference: [{ type: 'character', image: [FRAME] }] },
      { model: 's2v-01', image_url: FRAME },
    ],
    [
      'a face, as one client writes it',
      { model: 'S2V-01', prompt: 'a', subject_reference: { type: 'character', image: [DATA_URI] }, duration: '6' },
      { model: 's2v-01', image_url: DATA_URI, duration: 6 },
    ],
  ])('translates a body with %s', (_what, body, input) => {
    expect(toTask(body).input).toMatchObject(input)
  })

  it.each<[string, Json, string]>([
    ['no model', { prompt: 'a' }, 'model'],
    ['an unknown model', { model: 'MiniMax-Hailuo-9', prompt: 'a' }, 'model'],
    ['nothing to show', { model: 'T2V-01' }, 'prompt'],
    ['no frame', { model: 'I2V-01', prompt: 'a' }, 'first_frame_image'],
    ['no face', { model: 'S2V-01', prompt: 'a' }, 'subject_reference'],
    ['a size that no model makes', { model: 'T2V-01', prompt: 'a', resolution: '4K' }, 'resolution'],
    ['a size of older models', { model: 'MiniMax-Hailuo-02', prompt: 'a', resolution: '720P' }, 'resolution'],
    ['a length', { model: 'MiniMax-Hailuo-02', prompt: 'a', duration: 7 }, 'duration'],
    [
      'a length for its size',
      { model: 'MiniMax-Hailuo-02', prompt: 'a', duration: 10, resolution: '1080P' },
      'duration',
    ],
    ['an optimizer', { model: 'T2V-01', prompt: 'a', prompt_optimizer: 'yes' }, 'prompt_optimizer'],
    ['a callback', { model: 'T2V-01', prompt: 'a', callback_url: 7 }, 'callback_url'],
  ])('refuses a body with a wrong %s, naming the field', (_what, body, field) => {
    const error = thrownBy(() => toTask(body))
    expect(error.code).toBe('invalid_input')
    expect(error.details.field).toBe(field)
  })

  it('accepts any body, or refuses it with an error of ours', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        try {
          toTask(body)
        } catch (error) {
          expect(error).toBeInstanceOf(PolyphonyError)
        }
      }),
    )
  })
})

it('a callback of MiniMax’s API carries the answer of a query at each change of the status, and none is sent for progress alone', () => {
  const webhookUrl = 'https://client.example/hook'
  for (const status of STATUSES) {
    const task = aTask(status, webhookUrl)
    const told = ['processing', 'completed', 'failed', 'cancelled'].includes(status)
    expect(deliveriesOf(minimax, task, urls)).toEqual(
      told ? [{ url: webhookUrl, body: JSON.stringify(callbackOf(task)), headers: {} }] : [],
    )
  }
  expect(deliveriesOf(minimax, { ...aTask('processing', webhookUrl), progress: 40 }, urls)).toEqual([])
  expect(deliveriesOf(minimax, aTask('completed'), urls)).toEqual([])
})

describe('an error of MiniMax’s API', () => {
  it.each<[ErrorCode, number, number]>([
    ['unauthorized', 200, 2049],
    ['invalid_input', 200, 2013],
    ['task_not_found', 200, 2013],
    ['insufficient_points', 200, 1008],
    ['rate_limited', 200, 1002],
    ['internal', 200, 1024],
    ['timed_out', 200, 1001],
    ['not_found', 404, 2013],
  ])('answers the error %s with the status %i and the code %i', (code, status, own) => {
    const told = errorAnswer(new PolyphonyError(code, 'why'), { headers: { authorization: 'Bearer x' } })
    expect(told).toEqual({ status, body: { base_resp: { status_code: own, status_msg: 'why' } } })
  })

  it('answers a request without a key with a code of its own, and no error with 0', () => {
    expect(errorAnswer(new PolyphonyError('unauthorized', ''), { headers: {} }).body.base_resp.status_code).toBe(1004)
    for (const code of Object.keys(ERRORS) as ErrorCode[]) {
      expect(errorAnswer(new PolyphonyError(code, ''), { headers: {} }).body.base_resp.status_code).not.toBe(0)
    }
  })
})

function thrownBy(act: () => unknown): PolyphonyError {
  try {
    act()
  } catch (error) {
    if (error instanceof PolyphonyError) return error
    throw error
  }
  throw new Error('Nothing was thrown.')
}
