import { Compile } from 'typebox/compile'
import { describe, expect, it } from 'vitest'
import type { Draft } from '../../core/draft.ts'
import { ERRORS, type ErrorCode, PolyphonyError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { STATUSES, type Task } from '../../core/task.ts'
import { deliveriesOf } from '../kit/deliveries.ts'
import { shapeDifferences } from '../piapi/shape.testing.ts'
import { buttonsOf, groundOf, pressOf, taskOfButton } from './buttons.ts'
import { errorBody, errorStatus } from './errors.ts'
import authError from './examples/error.auth.json' with { type: 'json' }
import error from './examples/error.json' with { type: 'json' }
import callback from './examples/task.callback.json' with { type: 'json' }
import described from './examples/task.describe.json' with { type: 'json' }
import example from './examples/task.imagine.json' with { type: 'json' }
import { actionOf, type Change, changeOf, followOf, followTask, simpleChangeOf, withoutCommand } from './follow.ts'
import { fromTask, isOurs, pictureOf } from './from-task.ts'
import { describeMidjourney } from './openapi.ts'
import { midjourney } from './routes.ts'
import { readBody } from './submission.ts'
import { aTask, FIVE_TEXTS, FOUR_TEXTS, GRID, ID, imagined, OTHER, SINGLE, urls, VIDEOS } from './tasks.testing.ts'
import {
  blendTask,
  describeTask,
  editsTask,
  imagineTask,
  retextureTask,
  shortenTask,
  swapTask,
  videoSwapTask,
  videoTask,
} from './to-task.ts'
import { fromWindow, modalTask, windowPrompt } from './window.ts'

const PNG = `data:image/png;base64,${'A'.repeat(64)}`
const URL = 'https://example.com/fox.png'
const FILE = 'https://gateway.example/files/'

/** What an example has and an answer lacks, or has in another type; names beyond the example are fine. */
const lacking = (wanted: object, answer: object): string[] =>
  shapeDifferences(wanted, answer, { ordered: false }).filter((one) => !one.endsWith(': added'))

const press = (body: JsonObject, origin: Task, read: (fields: JsonObject) => Change = actionOf) => {
  const all = readBody({ taskId: origin.id, ...body }, undefined)
  return followOf(withoutCommand(all), origin, read(all.fields), urls)
}
const pressed = (body: JsonObject, origin: Task, read: (fields: JsonObject) => Change = actionOf) =>
  followTask(press(body, origin, read))

describe('the task object of the Midjourney relay', () => {
  it('has every name and type of a relay’s published answer', () => {
    const task = imagined()
    expect(lacking(example, fromTask(task, urls))).toEqual([])
    expect(fromTask(task, urls)).toMatchObject({
      id: ID,
      action: 'IMAGINE',
      status: 'SUCCESS',
      prompt: 'pig --v 6.1',
      promptEn: 'pig --v 6.1',
      submitTime: 1_730_621_826_053,
      startTime: 1_730_621_828_024,
      finishTime: 1_730_621_855_817,
      imageUrl: `${FILE}grid.png`,
      progress: '100%',
      failReason: '',
      properties: { finalPrompt: 'pig --v 6.1', finalZhPrompt: '' },
    })
  })

  it('has every name and type of the callback that midjourney-proxy documents', () => {
    const task = imagined({ prompt: 'Cat' })
    expect(lacking(callback, fromTask(task, urls))).toEqual([])
    expect(fromTask(task, urls).description).toBe('/imagine Cat')
  })

  it('has the buttons of the published answer, with the task’s id for its hash', () => {
    const hash = '3785da15-4f70-4034-9128-f3ff1ac634fa'
    const { buttons } = JSON.parse(JSON.stringify(example).replaceAll(hash, ID)) as typeof example
    expect(fromTask(imagined(), urls).buttons).toEqual(buttons)
  })

  it('has numbered texts for a description, as midjourney-proxy documents them', () => {
    const texts = { texts: ['Cat --ar 5:4', 'Cat2 --ar 5:4', 'Cat3 --ar 5:4', 'Cat4 --ar 5:4'] }
    const body = fromTask(aTask('describe', { input: { image_url: URL }, output: texts }), urls)
    expect(body.properties.finalPrompt).toBe(described.properties.finalPrompt)
    expect(body.prompt).toBe(described.properties.finalPrompt)
    expect(lacking(described, body)).toEqual([])
    expect(body.action).toBe('DESCRIBE')
  })

  it('shows the four pictures of a grid, and videos with their covers', () => {
    expect(fromTask(imagined(), urls).imageUrls.map(({ url }) => url)).toEqual(
      ['1', '2', '3', '4'].map((name) => `${FILE}${name}.png`),
    )
    expect(fromTask(aTask('video', { output: VIDEOS }), urls)).toMatchObject({
      action: 'VIDEO',
      imageUrl: `${FILE}1.jpg`,
      videoUrl: `${FILE}1.mp4`,
      videoUrls: [
        { url: `${FILE}1.mp4`, thumbnail: `${FILE}1.jpg` },
        { url: `${FILE}2.mp4`, thumbnail: `${FILE}2.jpg` },
      ],
    })
  })

  it.each([
    ['staged', 'NOT_START', '0%', ''],
    ['pending', 'NOT_START', '0%', ''],
    ['submitting', 'SUBMITTED', '0%', ''],
    ['uncertain', 'SUBMITTED', '0%', ''],
    ['processing', 'IN_PROGRESS', '0%', ''],
    ['completed', 'SUCCESS', '100%', ''],
    ['failed', 'FAILURE', '100%', 'too wild'],
    ['cancelled', 'CANCEL', '0%', 'The task was cancelled.'],
  ] as const)('shows a task that is %s with the status %s', (status, word, progress, failReason) => {
    const body = fromTask(imagined(undefined, { status, output: status === 'completed' ? GRID : null }), urls)
    expect(body).toMatchObject({ status: word, progress, failReason })
    expect(body.buttons.length > 0).toBe(status === 'completed')
    expect(body.imageUrl !== '').toBe(status === 'completed')
    expect(body.finishTime > 0).toBe(['completed', 'failed', 'cancelled'].includes(status))
  })

  it('has videos and a seed only where there are some', () => {
    expect(fromTask(imagined(), urls)).not.toHaveProperty('videoUrls')
    expect(fromTask(imagined(), urls)).not.toHaveProperty('seed')
    expect(fromTask(aTask('video', { output: VIDEOS }), urls).videoUrls?.length).toBeGreaterThan(0)
    expect(fromTask(imagined({ prompt: 'a cat --seed 4711' }), urls).seed).toBe(4_711)
  })

  it('has the same names in the same order in every status, and for a window', () => {
    const names = Object.keys(fromTask(imagined(), urls))
    for (const status of STATUSES) {
      const output = status === 'completed' ? GRID : null
      expect(Object.keys(fromTask(imagined(undefined, { status, output }), urls))).toEqual(names)
    }
    const { body } = openedOn(aTask('upscale', { input: { index: '1' }, output: SINGLE }), 'MJ::CustomZoom')
    expect(Object.keys(fromWindow(body))).toEqual(names)
  })

  it.each([
    [aTask('upscale', { input: { origin_task_id: OTHER, index: '2' }, output: SINGLE }), 'UPSCALE', `/up ${OTHER} U2`],
    [aTask('upscale', { input: { index: 'creative' }, output: SINGLE }), 'UPSCALE_HD', undefined],
    [
      aTask('variation', { input: { origin_task_id: OTHER, index: '3' }, output: GRID }),
      'VARIATION',
      `/up ${OTHER} V3`,
    ],
    [aTask('variation', { input: { index: 'high_variation' }, output: GRID }), 'HIGH_VARIATION', undefined],
    [aTask('reroll', { input: { origin_task_id: OTHER }, output: GRID }), 'REROLL', `/up ${OTHER} R`],
    [aTask('outpaint', { output: GRID }), 'ZOOM', '/outpaint'],
    [aTask('outpaint', { output: GRID, echo: { action: 'CUSTOM_ZOOM' } }), 'CUSTOM_ZOOM', undefined],
    [aTask('blend', { output: GRID }), 'BLEND', undefined],
    [aTask('shorten', { input: { prompt: 'a' }, output: FIVE_TEXTS }), 'SHORTEN', undefined],
    [aTask('face-swap', { operation: 'Qubico/image-toolkit/face-swap', output: SINGLE }), 'SWAP_FACE', undefined],
    [
      aTask('face-swap', { operation: 'Qubico/video-toolkit/face-swap', output: VIDEOS }),
      'SWAP_VIDEO_FACE',
      '/face-swap',
    ],
  ])('names the action that was requested (%#)', (task, action, description) => {
    const body = fromTask(task, urls)
    expect(body.action).toBe(action)
    if (description !== undefined) expect(body.description).toBe(description)
  })

  it('returns what the caller stored with the task, and nothing that another dialect stored', () => {
    const echo = {
      state: 'mine',
      botType: 'NIJI_JOURNEY',
      customId: 'c',
      origin: OTHER,
    }
    expect(fromTask(imagined(undefined, { echo, webhookUrl: 'https://a.example' }), urls)).toMatchObject({
      state: 'mine',
      botType: 'NIJI_JOURNEY',
      customId: 'c',
      parentId: OTHER,
      properties: { notifyHook: 'https://a.example' },
    })
    const foreign = fromTask(imagined(undefined, { dialect: 'piapi', echo, parentTaskId: OTHER }), urls)
    expect(foreign).toMatchObject({ state: '', botType: 'MID_JOURNEY', customId: '', parentId: OTHER })
  })

  it('has the id by which the client asked for it', () => {
    const task = imagined(undefined, { echo: { window: OTHER } })
    expect(fromTask(task, urls).id).toBe(OTHER)
    expect(fromTask(task, urls, ID).id).toBe(ID)
  })

  it('exists for pictures, texts and videos of Midjourney and for face swaps only', () => {
    for (const one of ['midjourney/imagine', 'midjourney/shorten', 'Qubico/image-toolkit/face-swap']) {
      expect(isOurs({ operation: one })).toBe(true)
    }
    for (const one of ['midjourney/seed', 'suno/music', 'Qubico/image-toolkit/upscale', 'constructor']) {
      expect(isOurs({ operation: one })).toBe(false)
    }
  })

  it('has one picture that represents the task', () => {
    expect(pictureOf(imagined())).toBe('asset:grid.png')
    expect(pictureOf(aTask('upscale', { output: SINGLE }))).toBe('asset:one.png')
    expect(pictureOf(aTask('video', { output: VIDEOS }))).toBe('asset:1.jpg')
    expect(pictureOf(aTask('describe', { output: FOUR_TEXTS }))).toBeUndefined()
    expect(pictureOf(imagined(undefined, { status: 'failed', output: null }))).toBeUndefined()
  })
})

describe('a body for the Midjourney relay', () => {
  it.each([
    [imagineTask, { prompt: 'a fox' }, 'imagine', { prompt: 'a fox', process_mode: 'fast' }],
    [imagineTask, { prompt: 'a fox', base64Array: [PNG, PNG] }, 'imagine', { image_urls: [PNG, PNG] }],
    [imagineTask, { prompt: 'a fox', base64Array: [PNG], base64: URL }, 'imagine', { image_urls: [PNG, URL] }],
    [imagineTask, { prompt: 'a fox', botType: 'NIJI_JOURNEY' }, 'imagine', { bot_type: 'niji' }],
    [
      imagineTask,
      { prompt: 'a fox', accountFilter: { modes: ['TURBO', 'FAST'] }, remix: true, instanceId: '' },
      'imagine',
      { process_mode: 'turbo', accountFilter: { modes: ['TURBO', 'FAST'] }, remix: true },
    ],
    [shortenTask, { prompt: 'a very long fox' }, 'shorten', { prompt: 'a very long fox' }],
    [
      blendTask,
      { base64Array: [PNG, PNG], dimensions: 'PORTRAIT' },
      'blend',
      { image_urls: [PNG, PNG], dimension: 'portrait' },
    ],
    [blendTask, { base64Array: [PNG, PNG] }, 'blend', { image_urls: [PNG, PNG] }],
    [describeTask, { base64: PNG, language: 'de' }, 'describe', { image_url: PNG, language: 'de' }],
    [describeTask, { base64: '', link: URL }, 'describe', { image_url: URL }],
    [
      editsTask,
      { prompt: 'a hat', image: URL, maskBase64: PNG },
      'edits',
      { prompt: 'a hat', image_url: URL, mask: PNG },
    ],
    [retextureTask, { prompt: 'bronze', image: PNG }, 'retexture', { prompt: 'bronze', image_url: PNG }],
  ])('becomes an operation with its input (%#)', (toTask, body, taskType, input) => {
    const submission = toTask(readBody(body, undefined))
    expect(submission.operation.id).toBe(`midjourney/${taskType}`)
    expect(submission.input).toMatchObject(input)
  })

  it('gets the speed of its path, unless it names one', () => {
    expect(imagineTask(readBody({ prompt: 'a fox' }, 'relax')).input).toMatchObject({ process_mode: 'relax' })
    const filter = { prompt: 'a fox', accountFilter: { modes: ['FAST'] } }
    expect(imagineTask(readBody(filter, 'relax')).input).toMatchObject({ process_mode: 'fast' })
    expect(imagineTask(readBody({ ...filter, accountFilter: { modes: [] } }, 'turbo')).input).toMatchObject({
      process_mode: 'turbo',
    })
  })

  it('keeps state, webhook and bot out of the input', () => {
    const hook = 'https://example.com/hook'
    const submission = imagineTask(
      readBody({ prompt: 'a fox', state: 's', notifyHook: hook, botType: 'MID_JOURNEY' }, undefined),
    )
    expect(submission.echo).toEqual({ state: 's', botType: 'MID_JOURNEY' })
    expect(submission.webhook).toEqual({ field: 'notifyHook', url: hook })
    expect(Object.keys(submission.input)).not.toEqual(expect.arrayContaining(['state']))
    const silent = imagineTask(readBody({ prompt: 'a fox', state: '', notifyHook: null, botType: '' }, undefined))
    expect(silent).toMatchObject({ echo: {}, webhook: undefined })
  })

  it('becomes a video of a picture, with the field names of either client', () => {
    expect(
      videoTask(readBody({ prompt: 'run', image: URL, endImage: PNG, motion: 'high' }, 'fast'), undefined),
    ).toMatchObject({
      operation: { id: 'midjourney/video' },
      input: {
        prompt: 'run',
        image_url: URL,
        image_tail_url: PNG,
        motion: 'high',
        process_mode: 'fast',
        batch_size: 4,
      },
    })
    const web = { base64: PNG, mode: 'RELAX', batchSize: 1, videoType: 'vid_1.1_i2v_720' }
    expect(videoTask(readBody(web, undefined), undefined).input).toMatchObject({
      image_url: PNG,
      process_mode: 'relax',
      batch_size: 1,
      video_type: 'vid_1.1_i2v_720',
    })
    const extension = { taskId: 'the window’s', index: 2, action: 'extend' }
    expect(videoTask(readBody(extension, undefined), ID).input).toMatchObject({
      origin_task_id: ID,
      index: 2,
      action: 'extend',
    })
  })

  it('becomes a swap that puts the face of the source into the target', () => {
    expect(swapTask(readBody({ sourceBase64: PNG, targetUrl: URL }, 'fast'))).toMatchObject({
      operation: { id: 'Qubico/image-toolkit/face-swap' },
      input: { swap_image: PNG, target_image: URL },
    })
    expect(
      videoSwapTask(readBody({ sourceUrl: URL, targetUrl: 'https://example.com/a.mp4' }, undefined)),
    ).toMatchObject({
      operation: { id: 'Qubico/video-toolkit/face-swap' },
      input: { swap_image: URL, target_video: 'https://example.com/a.mp4' },
    })
  })

  it.each([
    [imagineTask, {}, 'prompt', 'prompt_is_required'],
    [imagineTask, { prompt: 7 }, 'prompt', 'prompt must be a string, not 7.'],
    [imagineTask, { prompt: 'a', state: 7 }, 'state', 'state must be a string.'],
    [imagineTask, { prompt: 'a', botType: 'X' }, 'botType', 'botType must be one of MID_JOURNEY, NIJI_JOURNEY, not X.'],
    [imagineTask, { prompt: 'a', base64Array: ['x'] }, 'base64Array.0', 'base64Array.0 must be'],
    [imagineTask, { prompt: 'a', base64Array: 'x' }, 'base64Array', 'base64Array must be an array'],
    [imagineTask, { prompt: 'a', base64: 'x' }, 'base64', 'base64 must be'],
    [imagineTask, { prompt: 'a', base64Array: [PNG], base64: 'x' }, 'base64', 'base64 must be'],
    [imagineTask, { prompt: 'a --ar 99:1' }, 'prompt', 'prompt asks for the ratio 99:1'],
    [blendTask, { base64Array: [PNG] }, 'base64Array', 'base64Array has at least 2 elements.'],
    [blendTask, {}, 'base64Array', 'base64Array is required.'],
    [blendTask, { base64Array: [PNG, PNG], dimensions: 'ROUND' }, 'dimensions', 'dimensions must be one of PORTRAIT'],
    [describeTask, {}, 'base64', 'base64 is required.'],
    [describeTask, { link: 'x' }, 'link', 'link must be'],
    [editsTask, { prompt: 'a' }, 'image', 'image is required.'],
    [editsTask, { prompt: 'a', image: URL, maskBase64: 'x' }, 'maskBase64', 'maskBase64 must be'],
    [retextureTask, { image: URL }, 'prompt', 'prompt_is_required'],
    [swapTask, { sourceBase64: PNG }, 'targetBase64', 'targetBase64 is required.'],
    [swapTask, { sourceUrl: 'x', targetUrl: URL }, 'sourceUrl', 'sourceUrl must be'],
  ])('is refused, naming the caller’s field (%#)', (toTask, body, field, message) => {
    const run = () => toTask(readBody(body as JsonObject, undefined))
    expect(run).toThrow(message)
    const details = expect.objectContaining({ field })
    expect(run).toThrow(expect.objectContaining({ code: 'invalid_input', details }))
  })

  it.each([
    [{}, 'image is needed where no task is named.'],
    [{ image: URL, batchSize: 3 }, 'batchSize must be one of 1, 2, 4, not 3.'],
    [{ image: URL, videoType: 'x' }, 'videoType must be one of'],
    [{ image: URL, action: 'extend' }, 'taskId is needed with the action extend.'],
  ])('is refused for a video, naming the caller’s field (%#)', (body, message) => {
    expect(() => videoTask(readBody(body, undefined), undefined)).toThrow(message)
  })
})

describe('the buttons of a Midjourney task', () => {
  const grid = imagined({ prompt: 'a fox --ar 16:9' })
  const single = aTask('upscale', { input: { origin_task_id: OTHER, index: '1' }, output: SINGLE })
  const described = aTask('describe', { input: { image_url: 'asset:x.png' }, output: FOUR_TEXTS })
  const shortened = aTask('shorten', { input: { prompt: 'a fox' }, output: FIVE_TEXTS })
  const videos = aTask('video', { input: { image_url: URL }, output: VIDEOS })

  it.each([
    ['grid', grid],
    ['picture', single],
    ['description', described],
    ['shortened', shortened],
    ['videos', videos],
    ['other', aTask('face-swap', { operation: 'Qubico/image-toolkit/face-swap', output: SINGLE })],
  ] as const)('of a %s can all be pressed on the task that shows them', (ground, task) => {
    expect(groundOf(task)).toBe(ground)
    const ids = buttonsOf(task).map(({ customId }) => customId)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.length > 0).toBe(ground !== 'other')
    for (const customId of ids) {
      expect(pressOf(customId)?.on, customId).toContain(ground)
      expect(taskOfButton(customId) ?? task.id).toBe(task.id)
      expect(press({ customId }, task).operationId).toMatch(/^midjourney\//)
    }
  })

  it('offer no upscaling for a picture that is upscaled already', () => {
    const large = { ...single, input: { index: 'subtle' } }
    expect(buttonsOf(single).filter(({ customId }) => customId.includes('upsample'))).toHaveLength(2)
    expect(buttonsOf(large).filter(({ customId }) => customId.includes('upsample'))).toHaveLength(0)
  })

  it.each([
    [grid, `MJ::JOB::upsample::3::${ID}`, 'upscale', { origin_task_id: ID, index: '3' }, 'UPSCALE'],
    [grid, `MJ::JOB::variation::2::${ID}`, 'variation', { index: '2', aspect_ratio: '16:9' }, 'VARIATION'],
    [grid, `MJ::JOB::reroll::0::${ID}::SOLO`, 'reroll', { aspect_ratio: '16:9' }, 'REROLL'],
    [single, `MJ::JOB::high_variation::1::${ID}::SOLO`, 'variation', { index: 'high_variation' }, 'HIGH_VARIATION'],
    [single, `MJ::JOB::low_variation::1::${ID}::SOLO`, 'variation', { index: 'low_variation' }, 'LOW_VARIATION'],
    [single, `MJ::JOB::upsample_v5_2x::1::${ID}::SOLO`, 'upscale', { index: '2x' }, 'UPSCALE_HD'],
    [single, `MJ::JOB::upsample_v5_4x::1::${ID}::SOLO`, 'upscale', { index: '4x' }, 'UPSCALE_HD'],
    [single, `MJ::JOB::upsample_v6_2x_subtle::1::${ID}::SOLO`, 'upscale', { index: 'subtle' }, 'UPSCALE_HD'],
    [single, `MJ::JOB::upsample_v6r1_2x_creative::1::${ID}::SOLO`, 'upscale', { index: 'creative' }, 'UPSCALE_HD'],
    [single, `MJ::JOB::upsample_v7_2x_creative::1::${ID}::SOLO`, 'upscale', { index: 'creative' }, 'UPSCALE_HD'],
    [single, `MJ::JOB::pan_up::1::${ID}::SOLO`, 'pan', { direction: 'up' }, 'PAN'],
    [single, `MJ::Outpaint::50::1::${ID}::SOLO`, 'outpaint', { zoom_ratio: '2' }, 'ZOOM'],
    [single, `MJ::Outpaint::75::1::${ID}::SOLO`, 'outpaint', { zoom_ratio: '1.5' }, 'ZOOM'],
    [single, `MJ::Outpaint::100::1::${ID}::SOLO`, 'outpaint', { zoom_ratio: '1', aspect_ratio: '1:1' }, 'ZOOM'],
    [single, `MJ::JOB::animate_high::1::${ID}::SOLO`, 'video', { motion: 'high', index: 0 }, 'VIDEO'],
    [
      videos,
      `MJ::JOB::animate_low_extend::2::${ID}::SOLO`,
      'video',
      { motion: 'low', index: 1, action: 'extend' },
      'VIDEO',
    ],
    [described, 'MJ::Picread::Retry', 'describe', { image_url: 'https://gateway.example/files/x.png' }, 'DESCRIBE'],
  ])('become follow-up operations when they are pressed (%#)', (origin, customId, taskType, input, action) => {
    const submission = pressed({ customId }, origin)
    expect(submission.operation.id).toBe(`midjourney/${taskType}`)
    expect(submission.input).toMatchObject(input)
    expect(submission.echo).toMatchObject({ action, customId, origin: ID })
  })

  it('pass the prompt, the bot and the aspect ratio on from task to task', () => {
    const niji = imagined({ prompt: 'a fox --ar 3:2', bot_type: 'niji' })
    const up = pressed({ customId: `MJ::JOB::upsample::1::${ID}` }, niji)
    expect(up.echo).toMatchObject({ prompt: 'a fox --ar 3:2', botType: 'NIJI_JOURNEY', ratio: '3:2' })
    const next = aTask('upscale', { input: up.input, echo: up.echo ?? {}, output: SINGLE })
    expect(fromTask(next, urls)).toMatchObject({ prompt: 'a fox --ar 3:2', botType: 'NIJI_JOURNEY' })
    const varied = pressed({ customId: `MJ::JOB::low_variation::1::${ID}::SOLO` }, next)
    expect(varied.input).toMatchObject({ aspect_ratio: '3:2' })
  })

  it.each([
    [{ action: 'UPSCALE', index: 2 }, changeOf, 'upscale', { index: '2' }],
    [{ action: 'VARIATION', index: '4' }, changeOf, 'variation', { index: '4' }],
    [{ action: 'REROLL' }, changeOf, 'reroll', { origin_task_id: ID }],
    [{ content: `${ID} U2` }, simpleChangeOf, 'upscale', { index: '2' }],
    [{ content: `${ID}  v3 ` }, simpleChangeOf, 'variation', { index: '3' }],
    [{ content: `${ID} R` }, simpleChangeOf, 'reroll', { origin_task_id: ID }],
  ])('can also be pressed by the older calls (%#)', (body, read, taskType, input) => {
    const submission = pressed(body, grid, read)
    expect(submission.operation.id).toBe(`midjourney/${taskType}`)
    expect(submission.input).toMatchObject(input)
    expect(Object.keys(submission.input)).not.toContain('content')
  })

  it.each([
    [actionOf, { taskId: ID }, 'custom_id_is_required'],
    [actionOf, { customId: 'x' }, 'task_id_is_required'],
    [actionOf, { taskId: ID, customId: 'MJ::BOOKMARK::x' }, 'unknown_action:MJ::BOOKMARK::x'],
    [actionOf, { taskId: ID, customId: 'MJ::JOB::upsample::5::x' }, 'unknown_action:MJ::JOB::upsample::5::x'],
    [actionOf, { taskId: ID, customId: 'MJ::Job::PicReader::all' }, 'unknown_action:MJ::Job::PicReader::all'],
    [changeOf, { action: 'UPSCALE', index: 1 }, 'task_id_is_required'],
    [changeOf, { taskId: ID, index: 1 }, 'action_is_required'],
    [changeOf, { taskId: ID, action: 'UPSCALE' }, 'index_is_required'],
    [changeOf, { taskId: ID, action: 'UPSCALE', index: 5 }, 'index must be 1, 2, 3 or 4, not 5.'],
    [changeOf, { taskId: ID, action: 'DANCE' }, 'action must be one of UPSCALE, VARIATION, REROLL, not "DANCE".'],
    [simpleChangeOf, {}, 'content_is_required'],
    [simpleChangeOf, { content: 'U2' }, 'content_parse_failed'],
    [simpleChangeOf, { content: `${ID} U9` }, 'content_parse_failed'],
  ])('are refused when no task offers them (%#)', (read, fields, message) => {
    expect(() => read(fields as JsonObject)).toThrow(message)
  })

  it('are refused when the task does not show them', () => {
    expect(() => press({ customId: 'MJ::JOB::upsample::1::x' }, single)).toThrow('customId does not fit task')
    expect(() => press({ customId: 'MJ::JOB::pan_up::1::x' }, grid)).toThrow('customId does not fit task')
    expect(() => press({ action: 'UPSCALE', index: 1 }, described, changeOf)).toThrow('index does not fit task')
  })
})

/** A window on a task, as the store has it. */
function openedOn(origin: Task, customId: string, body: JsonObject = {}): { body: Draft; finalPrompt: string } {
  const follow = press({ customId, ...body }, origin)
  const finalPrompt = windowPrompt(follow)
  const { operationId, input, echo, webhook } = follow
  const hook: JsonObject = webhook ? { notifyHook: webhook.url } : {}
  const draft: Draft = {
    id: OTHER,
    tenantId: 't',
    mode: 'live',
    kind: 'midjourney.window',
    body: { operationId, input, echo, ...hook, finalPrompt, taskId: null, cancelledAt: null },
    createdAt: 5,
    expiresAt: 6,
  }
  return { body: draft, finalPrompt }
}

describe('a Midjourney window', () => {
  const single = aTask('upscale', { input: { index: '1' }, echo: { prompt: 'a fox' }, output: SINGLE })

  it('is shown as a task that waits for input', () => {
    const { body } = openedOn(single, `MJ::Inpaint::1::${ID}::SOLO`, { state: 'mine' })
    expect(fromWindow(body)).toMatchObject({
      id: OTHER,
      status: 'MODAL',
      action: 'INPAINT',
      prompt: 'a fox',
      state: 'mine',
      submitTime: 5,
      progress: '0%',
      buttons: [],
      parentId: ID,
      properties: { finalPrompt: 'a fox' },
    })
    expect(fromWindow({ ...body, body: { ...body.body, cancelledAt: 9 } })).toMatchObject({
      status: 'CANCEL',
      finishTime: 9,
      failReason: 'The window was closed.',
    })
  })

  it.each([
    [undefined, { zoom_ratio: '2', prompt: 'a fox' }],
    ['a fox --zoom 1.4 --ar 3:2', { zoom_ratio: '1.4', prompt: 'a fox --ar 3:2' }],
    ['a wolf', { zoom_ratio: '2', prompt: 'a wolf' }],
  ])('takes the zoom from the prompt %j', (prompt, input) => {
    const { body, finalPrompt } = openedOn(single, `MJ::CustomZoom::${ID}`)
    expect(finalPrompt).toBe('a fox --zoom 2')
    const submission = modalTask(readBody({ taskId: OTHER, ...(prompt ? { prompt } : {}) }, undefined), body)
    expect(submission.operation.id).toBe('midjourney/outpaint')
    expect(submission.input).toMatchObject({ origin_task_id: ID, ...input })
    expect(submission.echo).toMatchObject({ action: 'CUSTOM_ZOOM', window: OTHER, prompt: prompt ?? 'a fox --zoom 2' })
  })

  it('needs a mask to change a region, and names the field when it is missing', () => {
    const { body } = openedOn(single, `MJ::Inpaint::1::${ID}::SOLO`)
    const submission = modalTask(readBody({ taskId: OTHER, maskBase64: PNG, prompt: 'a hat' }, 'turbo'), body)
    expect(submission.operation.id).toBe('midjourney/inpaint')
    expect(submission.input).toMatchObject({ origin_task_id: ID, mask: PNG, prompt: 'a hat', process_mode: 'turbo' })
    expect(() => modalTask(readBody({ taskId: OTHER }, undefined), body)).toThrow('maskBase64 is required.')
    expect(() => modalTask(readBody({ taskId: OTHER, maskBase64: 'x' }, undefined), body)).toThrow('maskBase64 must be')
  })

  it('names the prompt when its zoom is too large', () => {
    const { body } = openedOn(single, `MJ::CustomZoom::${ID}`)
    const run = () => modalTask(readBody({ taskId: OTHER, prompt: 'a fox --zoom 5' }, undefined), body)
    expect(run).toThrow('prompt must be a zoom from 1 to 2, such as "1.5", not "5".')
  })

  it('takes nothing but a prompt, a mask and a speed from the answer to a window', () => {
    const { body } = openedOn(imagined(), `MJ::JOB::variation::2::${ID}`)
    const others = { origin_task_id: OTHER, index: '4', process_mode: 'turbo', batch_size: 4, aspect_ratio: '1:2' }
    const plain = modalTask(readBody({ taskId: OTHER, prompt: 'a wolf' }, 'fast'), body)
    const submission = modalTask(readBody({ taskId: OTHER, prompt: 'a wolf', ...others }, 'fast'), body)
    expect(submission.input).toEqual(plain.input)
    expect(submission.input).toMatchObject({ origin_task_id: ID, index: '2', process_mode: 'fast' })
  })

  it('takes another prompt for a remix', () => {
    const { body } = openedOn(imagined(), `MJ::JOB::variation::2::${ID}`)
    const submission = modalTask(readBody({ taskId: OTHER, prompt: 'a wolf' }, undefined), body)
    expect(submission).toMatchObject({
      operation: { id: 'midjourney/variation' },
      input: { index: '2', prompt: 'a wolf' },
    })
  })

  it.each([
    ['describe', 'MJ::Job::PicReader::2', FOUR_TEXTS, 'a red fox'],
    ['shorten', 'MJ::Job::PromptAnalyzer::5', FIVE_TEXTS, 'ice'],
  ])('on a %s draws the text that was chosen', (taskType, customId, output, prompt) => {
    const { body } = openedOn(aTask(taskType, { output }), customId)
    const submission = modalTask(readBody({ taskId: OTHER }, undefined), body)
    expect(submission).toMatchObject({ operation: { id: 'midjourney/imagine' }, input: { prompt } })
    expect(submission.operation.follows(submission.input)).toBeUndefined()
  })

  it('keeps the webhook of the button, unless its own body names another one', () => {
    const notifyHook = 'https://example.com/hook'
    const { body } = openedOn(single, `MJ::CustomZoom::${ID}`, { notifyHook })
    expect(modalTask(readBody({ taskId: OTHER }, undefined), body).webhook).toEqual({
      field: 'notifyHook',
      url: notifyHook,
    })
    const other = 'https://example.com/other'
    const submission = modalTask(readBody({ taskId: OTHER, notifyHook: other }, undefined), body)
    expect(submission).toMatchObject({ webhook: { url: other } })
    expect(submission.echo).not.toHaveProperty('notifyHook')
  })
})

describe('an error of the Midjourney relay', () => {
  it('has the shape and the names of new-api’s errors', () => {
    const body = errorBody(new PolyphonyError('task_not_found', 'No task 7.'))
    expect(body).toEqual(error)
    expect(shapeDifferences(authError, errorBody(new PolyphonyError('unauthorized', 'No key.')))).toEqual([])
  })

  it.each([
    ['task_not_found', 400, { description: 'task_no_found', type: 'upstream_error', code: 4 }],
    ['invalid_input', 400, { description: 'Why.', type: 'upstream_error', code: 4 }],
    ['malformed_body', 400, { description: 'bind_request_body_failed: Why.', code: 4 }],
    ['insufficient_points', 400, { description: 'quota_not_enough: Why.', code: 4 }],
    ['parent_not_usable', 400, { description: 'task_status_not_success: Why.', code: 4 }],
    ['rate_limited', 429, { description: 'Why.', type: 'upstream_error', code: 30 }],
    ['too_many_staged', 429, { code: 30 }],
    ['vendor_refused', 400, { description: 'do_request_failed: Why.', code: 5 }],
    ['internal', 400, { code: 5 }],
    ['unauthorized', 401, { error: { message: 'Why.', type: 'new_api_error' } }],
    ['model_not_allowed', 403, { error: { message: 'Why.', type: 'new_api_error' } }],
    ['no_provider', 503, { error: { message: 'Why.', type: 'new_api_error' } }],
    ['not_found', 404, { error: { message: 'Why.', type: 'invalid_request_error' } }],
  ] as const)('with the code %s has the status %i', (code, status, body) => {
    const thrown = new PolyphonyError(code, 'Why.')
    expect(errorStatus(thrown)).toBe(status)
    expect(errorBody(thrown)).toMatchObject(body)
  })

  it('has a status for every error code', () => {
    for (const code of Object.keys(ERRORS) as ErrorCode[]) {
      expect(errorStatus(new PolyphonyError(code, 'x'))).toBeGreaterThanOrEqual(400)
    }
  })
})

describe('a callback of the Midjourney relay', () => {
  const hooked = { webhookUrl: 'https://example.com/hook', echo: { state: 'mine' } }

  it.each(STATUSES)('carry the task object of a task that is %s, or are not sent', (status) => {
    const task = imagined(undefined, { status, ...hooked, output: status === 'completed' ? GRID : null, progress: 46 })
    const drafts = deliveriesOf(midjourney, task, urls)
    if (['staged', 'pending', 'uncertain'].includes(status)) {
      expect(drafts).toEqual([])
      return
    }
    expect(drafts).toEqual([{ url: hooked.webhookUrl, body: JSON.stringify(fromTask(task, urls)), headers: {} }])
    expect(JSON.parse(drafts[0]?.body ?? '')).toMatchObject({ id: ID, state: 'mine' })
  })

  it('is not sent when no URL was given', () => {
    expect(deliveriesOf(midjourney, imagined(), urls)).toEqual([])
  })

  it('names the id of the window that the client knows', () => {
    const [draft] = deliveriesOf(
      midjourney,
      imagined(undefined, { ...hooked, echo: { ...hooked.echo, window: OTHER } }),
      urls,
    )
    expect(JSON.parse(draft?.body ?? '')).toMatchObject({ id: OTHER })
  })
})

describe('the description of the Midjourney relay', () => {
  it('fits its tasks, windows and errors', async () => {
    const limits = { uploadMaxBytes: 1, uploadHours: 1, maxWaitSeconds: 30 }
    const { schemas } = await describeMidjourney({ limits })
    const faults = (name: string, value: unknown) => [...Compile(schemas[name] ?? {}).Errors(value)]
    const window = fromWindow(
      openedOn(aTask('upscale', { input: { index: '1' }, output: SINGLE }), 'MJ::CustomZoom').body,
    )
    for (const task of [imagined(), aTask('video', { output: VIDEOS }), aTask('describe', { output: FOUR_TEXTS })]) {
      expect(faults('MidjourneyTask', fromTask(task, urls))).toEqual([])
    }
    expect(faults('MidjourneyTask', window)).toEqual([])
    expect((schemas.MidjourneyTask as { required: string[] }).required).toEqual(Object.keys(window))
    for (const code of Object.keys(ERRORS) as ErrorCode[]) {
      expect(faults('MidjourneyError', errorBody(new PolyphonyError(code, 'Why.')))).toEqual([])
    }
    expect(faults('MidjourneyTask', {})).not.toEqual([])
  })
})
