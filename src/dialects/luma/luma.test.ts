import { describe, expect, it } from 'vitest'
import { luma as operations } from '../../catalog/luma.ts'
import { lumaImage, lumaTools } from '../../catalog/luma-tools.ts'
import { readInput } from '../../catalog/read-input.ts'
import { ERRORS, type ErrorCode, PolyphonyError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { Status, Task } from '../../core/task.ts'
import { deliveriesOf } from '../kit/deliveries.ts'
import { shapeDifferences } from '../piapi/shape.testing.ts'
import { aTask, ID, urls } from '../suno/tasks.testing.ts'
import { lumaError } from './errors.ts'
import fieldError from './examples/error.field.json' with { type: 'json' }
import detail from './examples/error.json' with { type: 'json' }
import completed from './examples/generation.completed.json' with { type: 'json' }
import failed from './examples/generation.failed.json' with { type: 'json' }
import ownCompleted from './examples/own.completed.json' with { type: 'json' }
import ownPending from './examples/own.pending.json' with { type: 'json' }
import ownTaskExample from './examples/own.task.json' with { type: 'json' }
import { generationOf, isLuma, isLumaVideo, ownObject, ownTaskObject } from './from-task.ts'
import { luma } from './routes.ts'
import {
  audioTask,
  imageTask,
  modifyTask,
  ownExtension,
  ownTask,
  reframeImageTask,
  upscaleTask,
  videoTask,
} from './to-task.ts'

const VIDEO = {
  videos: [
    {
      file: 'asset:a.mp4',
      cover: 'asset:b.jpg',
      lastFrame: 'asset:c.jpg',
      widthPx: 1_152,
      heightPx: 864,
      seconds: 5,
    },
  ],
}

function aVideo(status: Status, input: JsonObject = {}, more: Partial<Task> = {}): Task {
  return aTask({
    operation: 'luma/video_generation',
    model: 'luma',
    dialect: 'luma',
    input: { prompt: 'a lake', aspect_ratio: '4:3', duration: 5, ...input },
    status,
    output: status === 'completed' ? VIDEO : null,
    ...more,
  })
}

describe('a request of Luma’s own API', () => {
  it('becomes the input of a video, under the catalogue’s names', () => {
    const { request } = completed
    const submission = videoTask({ ...request, notes: ['kept'] }, { needsModel: true })
    expect(submission).toEqual({
      operation: expect.objectContaining({ id: 'luma/video_generation' }),
      names: { key_frames: 'keyframes' },
      dialect: 'luma',
      webhook: { field: 'callback_url', url: request.callback_url },
      input: {
        prompt: request.prompt,
        model: 'ray-2',
        aspect_ratio: '16:9',
        loop: true,
        resolution: '720p',
        duration: 5,
        key_frames: request.keyframes.frame1 && {
          frame0: request.keyframes.frame0,
          frame1: request.keyframes.frame1,
        },
        notes: ['kept'],
      },
    })
  })

  it('needs no model at the older path, and may contain null for what it leaves out', () => {
    const asked = { prompt: 'x', model: null, keyframes: null, duration: null, callback_url: null }
    const { input, webhook } = videoTask(asked, { needsModel: false })
    expect(input).toEqual({ prompt: 'x', duration: 5, aspect_ratio: '16:9' })
    expect(webhook).toBeUndefined()
    expect(() => videoTask(asked, { needsModel: true })).toThrow('model is required.')
  })

  it.each<[JsonObject, string]>([
    [{ model: 'ray-v2' }, 'model must be one of "ray-2", "ray-flash-2", not "ray-v2".'],
    [{ duration: '6s' }, 'duration must be one of "5s", "9s", "10s", not "6s".'],
    [{ duration: 'long' }, 'duration must be one of "5s", "9s", "10s", not "long".'],
    [{ keyframes: { frame1: { type: 'generation' } } }, 'keyframes.frame1.id is needed with type generation.'],
    [{ keyframes: { frame0: { type: 'film' } } }, 'keyframes.frame0.type must be one of'],
    [{ prompt: '' }, 'prompt is needed without a frame.'],
    [{ generation_type: 'image' }, 'generation_type must be "video", not "image".'],
    [{ callback_url: 7 }, 'callback_url must be a string.'],
  ])('is refused with %j', (change, message) => {
    const body = { model: 'ray-2', prompt: 'x', ...change }
    expect(() => videoTask(body, { needsModel: true })).toThrow(message)
  })

  it('tells how long the caller of a picture waits', () => {
    const body = { model: 'photon-1', prompt: 'x', generation_type: 'image' }
    expect(imageTask(body)).toMatchObject({ waitSeconds: 0, submission: { input: { format: 'jpg' } } })
    expect(imageTask({ ...body, sync: true }).waitSeconds).toBe(60)
    expect(imageTask({ ...body, sync: true, sync_timeout: 5 })).toMatchObject({
      waitSeconds: 5,
      submission: { echo: { sync: true, sync_timeout: 5 } },
    })
    expect(imageTask({ ...body, sync: true, sync_timeout: 1e9 }).waitSeconds).toBe(600)
    expect(() => imageTask({ ...body, sync: 'yes' })).toThrow('sync must be a boolean, not "yes".')
    expect(() => imageTask({ ...body, sync_timeout: 0 })).toThrow('sync_timeout must be')
  })

  it('is refused by the caller’s field names when it asks for a tool', () => {
    const media = { url: 'https://example.com/a.mp4' }
    expect(() => modifyTask({ model: 'ray-2', media, mode: 'melt' })).toThrow(/^mode must be one of/)
    expect(() => reframeImageTask({ model: 'photon-1', media })).toThrow('aspect_ratio is required.')
    expect(upscaleTask(ID, { resolution: '4k' }).input).toEqual({ origin_task_id: ID, resolution: '4k' })
    expect(audioTask(ID, {}).input).toEqual({ origin_task_id: ID })
  })
})

describe('a request of the relays’ format', () => {
  it('becomes the input of a video, under the catalogue’s names', () => {
    const body = {
      user_prompt: 'a cat',
      expand_prompt: true,
      loop: false,
      image_url: 'https://example.com/a.png',
      image_end_url: '',
      model_name: 'ray-v3',
      duration: '5',
      resolution: '1080p',
      notify_hook: 'https://example.com/hook',
    }
    expect(ownTask(body)).toMatchObject({
      echo: { format: 'relay' },
      webhook: { field: 'notify_hook', url: body.notify_hook },
      input: {
        prompt: 'a cat',
        expand_prompt: true,
        start_image: body.image_url,
        model_name: 'ray-v3',
        duration: 5,
        resolution: '1080p',
      },
    })
    expect(ownExtension(ID, { user_prompt: 'on' })).toMatchObject({
      operation: { id: 'luma/extend_video' },
      input: { key_frames: { frame0: { type: 'generation', id: ID } } },
    })
  })

  it.each<[JsonObject, string]>([
    [{}, 'user_prompt is required.'],
    [{ user_prompt: 7 }, 'user_prompt must be a string.'],
    [{ user_prompt: 'x', image_end_url: 'y' }, 'image_end_url must be'],
    [{ user_prompt: 'x', duration: '7s' }, 'duration must be one of "5s"'],
  ])('is refused with %j', (body, message) => {
    expect(() => ownTask(body)).toThrow(message)
  })
})

describe('an answer of Luma', () => {
  it('has the form of Luma’s own examples', () => {
    const { request } = completed
    const { input, webhook } = videoTask(request, { needsModel: true })
    const done = generationOf(aVideo('completed', {}, { input, webhookUrl: webhook?.url ?? null }), urls)
    expect(shapeDifferences(completed, done)).toEqual([])
    expect(done).toMatchObject({ assets: { video: 'https://gateway.example/files/a.mp4' }, request })
    const { submission } = imageTask({ prompt: 'x', model: 'photon-1', generation_type: 'image' })
    const picture = aTask({ operation: lumaImage.id, dialect: 'luma', input: submission.input, status: 'failed' })
    const inOrder = { prompt: 'x', model: 'photon-1', aspect_ratio: '16:9', format: 'jpg' }
    expect(shapeDifferences(failed, generationOf({ ...picture, input: inOrder }, urls))).toEqual([])
  })

  it.each<[Status, string, string]>([
    ['staged', 'queued', 'pending'],
    ['pending', 'queued', 'pending'],
    ['submitting', 'queued', 'pending'],
    ['processing', 'dreaming', 'processing'],
    ['completed', 'completed', 'completed'],
    ['failed', 'failed', 'failed'],
    ['cancelled', 'failed', 'failed'],
  ])('shows a task that is %s as %s, and to relays’ clients as %s', (status, state, own) => {
    const generation = generationOf(aVideo(status), urls)
    expect(generation.state).toBe(state)
    expect('assets' in generation).toBe(status === 'completed')
    expect(Boolean(generation.failure_reason)).toBe(state === 'failed')
    expect(ownObject(aVideo(status), urls).state).toBe(own)
  })

  it('has the form of the relays’ examples', () => {
    expect(shapeDifferences(ownPending, ownObject(aVideo('pending'), urls))).toEqual([])
    expect(shapeDifferences(ownCompleted, ownObject(aVideo('completed'), urls))).toEqual([])
    const { data, ...task } = ownTaskObject(aVideo('pending'), urls)
    expect(shapeDifferences(ownTaskExample, { ...task, data: {} }, { ordered: false })).toEqual([])
    expect(data).toEqual(ownObject(aVideo('pending'), urls))
  })

  it('shows frames under whichever names the task was submitted with', () => {
    const start_image = 'https://example.com/a.png'
    const task = aVideo('pending', { start_image, end_image: '', model_name: 'ray-v2' }, { dialect: 'piapi' })
    expect(generationOf(task, urls)).toMatchObject({
      model: 'ray-v2',
      request: { model: 'ray-v2', duration: '5s', keyframes: { frame0: { type: 'image', url: start_image } } },
    })
  })

  it('exists for Luma’s tasks only, and in the relays’ format for videos only', () => {
    for (const { id, produces } of [...operations, ...lumaTools]) {
      expect(isLuma({ operation: id })).toBe(true)
      expect(isLumaVideo({ operation: id })).toBe(produces.kind === 'videos')
    }
    expect(isLuma({ operation: 'kling/video_generation' })).toBe(false)
  })

  it('is complete for the example of every operation', () => {
    for (const operation of [...operations, ...lumaTools]) {
      const task = aTask({ operation: operation.id, input: readInput(operation, operation.example), status: 'pending' })
      expect(generationOf(task, urls).request).toMatchObject({ generation_type: expect.any(String) })
    }
  })
})

describe('an error of Luma', () => {
  it('has the form of Luma’s examples', () => {
    const field = new PolyphonyError('invalid_input', 'model is required.', { field: 'model' })
    expect(lumaError(field)).toEqual({ status: 422, body: fieldError })
    const other = lumaError(new PolyphonyError('unauthorized', 'Not authenticated'))
    expect(other).toEqual({ status: 401, body: detail })
  })

  it.each(Object.keys(ERRORS) as ErrorCode[])('contains a sentence for the code %s', (code) => {
    const { status, body } = lumaError(new PolyphonyError(code, 'It went wrong.'))
    expect(status).toBe(ERRORS[code].status)
    expect(body).toEqual({ detail: 'It went wrong.' })
  })
})

describe('a callback of Luma', () => {
  const bodies = (task: Task): Json[] => deliveriesOf(luma, task, urls).map(({ body }) => JSON.parse(body))
  const hooked = (status: Status, progress = 0) =>
    aVideo(status, {}, { progress, webhookUrl: 'https://example.com/hook' })

  it('is sent in Luma’s form when a task begins to dream and when it has ended', () => {
    expect(bodies(hooked('pending'))).toEqual([])
    expect(bodies(hooked('processing', 40))).toEqual([])
    for (const status of ['processing', 'completed', 'failed', 'cancelled'] as const) {
      expect(bodies(hooked(status))).toEqual([generationOf(hooked(status), urls)])
    }
  })

  it('is sent as the task object to clients of the relays’ format', () => {
    const task = aVideo('completed', {}, { echo: { format: 'relay' }, webhookUrl: 'https://example.com/hook' })
    expect(bodies(task)).toEqual([ownTaskObject(task, urls)])
    expect(bodies(aVideo('completed'))).toEqual([])
  })
})
