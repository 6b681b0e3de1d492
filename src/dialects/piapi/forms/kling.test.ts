import { describe, expect, it } from 'vitest'
import { validatorOf } from '../../../catalog/read-input.ts'
import type { Task } from '../../../core/task.ts'
import { urlsAt } from '../../kit/urls.ts'
import { shapeDifferences } from '../shape.testing.ts'
import type { Form } from './form.ts'
import { klingClassic, klingFile, klingMotionControl, klingSound, klingTryOn, klingVideoGeneration } from './kling.ts'

const urls = urlsAt(() => 'https://gateway.example')

const COVER = { resource: 'URL', resource_without_watermark: 'URL', height: 720, width: 1_280, duration: 0 }
/** From PiAPI's page "Kling, Get Task". */
const EXAMPLE = {
  video_url: 'URL',
  type: 'm2v_txt2video_hq',
  status: 99,
  works: [
    { content_type: 'video', status: 99, type: 'm2v_txt2video_hq', cover: COVER, video: { ...COVER, duration: 5_100 } },
  ],
}

const video = (name: string) => ({
  file: `asset:${name}.mp4`,
  cover: `asset:${name}.png`,
  lastFrame: '',
  widthPx: 1_280,
  heightPx: 720,
  seconds: 5.1,
})
const aTask = (given: Partial<Task>) =>
  ({ operation: 'kling/video_generation', input: {}, output: { videos: [video('one')] }, ...given }) as Task // read by the forms

function answerOf(form: Form, task: Task): unknown {
  const answer = form.output(task, urls)
  expect(validatorOf(form.schema).Check(answer)).toBe(true)
  return answer
}

describe('the output of a Kling video up to version 2.6 at PiAPI', () => {
  it('has the first work, with its cover and its length in milliseconds', () => {
    const answer = answerOf(klingVideoGeneration, aTask({ input: { version: '2.6', mode: 'pro' } }))
    expect(shapeDifferences(EXAMPLE, answer)).toEqual([])
    const cover = {
      resource: 'https://gateway.example/files/one.png',
      resource_without_watermark: 'https://gateway.example/files/one.png',
      height: 720,
      width: 1_280,
      duration: 0,
    }
    const file = 'https://gateway.example/files/one.mp4'
    expect(answer).toEqual({
      video_url: file,
      type: 'm2v_txt2video_hq',
      status: 99,
      works: [
        {
          content_type: 'video',
          status: 99,
          type: 'm2v_txt2video_hq',
          cover,
          video: { ...cover, resource: file, resource_without_watermark: file, duration: 5_100 },
        },
      ],
    })
  })

  it.each([
    ['kling/video_generation', { image_url: 'https://example.com/a.png' }, 'm2v_img2video'],
    ['kling/video_generation', { mode: 'std' }, 'm2v_txt2video'],
    ['kling/motion_control', {}, 'm2v_motion_control'],
    ['kling/lip_sync', {}, 'm2v_lip_sync'],
  ])('for %s with %j has a work of the type %s', (operation, input, type) => {
    const answer = answerOf(klingClassic, aTask({ operation, input }))
    expect(answer).toMatchObject({ type, works: [{ type }] })
  })

  it('has one work for each requested video', () => {
    const answer = answerOf(klingClassic, aTask({ output: { videos: [video('one'), video('two')] } }))
    expect(shapeDifferences(EXAMPLE, answer)).toEqual([])
    expect(answer).toMatchObject({
      video_url: 'https://gateway.example/files/one.mp4',
      works: [{}, { video: { resource: 'https://gateway.example/files/two.mp4' } }],
    })
  })

  it('has an empty URL until it is finished', () => {
    expect(klingVideoGeneration.pending?.(aTask({ input: { version: '1.6' } }))).toEqual({ video_url: '' })
  })
})

describe('the output of a Kling video from version 3.0 on at PiAPI', () => {
  it('is one URL, empty until it is finished', () => {
    const task = aTask({ input: { version: '3.0' } })
    expect(answerOf(klingVideoGeneration, task)).toEqual({ video: 'https://gateway.example/files/one.mp4' })
    expect(klingVideoGeneration.pending?.(task)).toEqual({ video: '' })
  })

  it('has the same form for Omni and Turbo', () => {
    expect(answerOf(klingFile, aTask({}))).toEqual({ video: 'https://gateway.example/files/one.mp4' })
    expect(klingFile.pending?.(aTask({}))).toEqual({ video: '' })
  })
})

describe('the output of Kling’s motion control at PiAPI', () => {
  it('has a work with no reserved fields, and no works until it is finished', () => {
    expect(shapeDifferences(EXAMPLE, answerOf(klingMotionControl, aTask({})))).toEqual([])
    expect(klingMotionControl.pending?.(aTask({}))).toEqual({ type: '', status: 0, works: null })
    expect(klingMotionControl.usage).toBe('unreserved')
  })
})

describe('the output of Kling’s other operations at PiAPI', () => {
  it('has a work for each picture', () => {
    const picture = { file: 'asset:one.png', widthPx: 768, heightPx: 1_024 }
    const output = { pictures: [picture, { ...picture, file: 'asset:two.png' }], grid: null }
    const answer = answerOf(klingTryOn, aTask({ operation: 'kling/ai_try_on', output }))
    const [one, two] = ['one', 'two'].map((name) => `https://gateway.example/files/${name}.png`)
    expect(answer).toMatchObject({ image_url: one, image_urls: [one, two], status: 99 })
    expect(answer).toMatchObject({
      works: [
        {
          content_type: 'image',
          status: 99,
          image: { resource: one, resource_without_watermark: one, height: 1_024, width: 768, duration: 0 },
        },
        { image: { resource_without_watermark: two } },
      ],
    })
  })

  it('has a work for each sound', () => {
    const output = { sounds: ['1', '2', '3', '4'].map((name) => ({ file: `asset:${name}.mp3`, seconds: 10 })) }
    const answer = answerOf(klingSound, aTask({ operation: 'kling/sound', output }))
    const first = 'https://gateway.example/files/1.mp3'
    expect(answer).toMatchObject({
      audio_url: first,
      audio_urls: ['1', '2', '3', '4'].map((name) => `https://gateway.example/files/${name}.mp3`),
      works: [{ content_type: 'audio', audio: { resource: first, duration: 10_000 } }, {}, {}, {}],
    })
  })

  it('has no works until it is finished', () => {
    for (const form of [klingTryOn, klingSound]) {
      expect(form.pending?.(aTask({}))).toEqual({ type: '', status: 0, works: null })
    }
  })
})

it('PiAPI’s answer shows the public service mode for every Kling task', () => {
  for (const form of [klingClassic, klingFile, klingMotionControl, klingSound, klingTryOn, klingVideoGeneration]) {
    expect(form.serviceMode).toBe('public')
  }
})
