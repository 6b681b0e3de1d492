import { describe, expect, it } from 'vitest'
import { validatorOf } from '../../../catalog/read-input.ts'
import type { Task } from '../../../core/task.ts'
import { urlsAt } from '../../kit/urls.ts'
import { shapeDifferences } from '../shape.testing.ts'
import {
  midjourneyDescriptions,
  midjourneyPictures,
  midjourneyPrompts,
  midjourneySeed,
  midjourneyVideos,
} from './midjourney.ts'

const urls = urlsAt(() => 'https://gateway.example')
/** From PiAPI's page on task results, completed from its answers. */
const EXAMPLE = {
  image_url: 'URL',
  image_urls: null,
  temporary_image_urls: ['URL', 'URL', 'URL', 'URL'],
  discord_image_url: '',
  progress: 100,
  intermediate_image_urls: null,
  actions: ['upscale1', 'variation1', 'reroll'],
}

const aTask = (given: Partial<Task>) => ({ input: {}, progress: 0, ...given }) as Task // the forms read nothing else
const picture = (name: string) => ({ file: `asset:${name}.png`, widthPx: 1_024, heightPx: 1_024 })
const four = ['1', '2', '3', '4'].map(picture)

describe('pictures of Midjourney at PiAPI', () => {
  it('show the grid, and the four pictures as temporary ones', () => {
    const answer = midjourneyPictures.output(aTask({ output: { pictures: four, grid: picture('grid') } }), urls)
    expect(shapeDifferences(EXAMPLE, answer)).toEqual([])
    expect(validatorOf(midjourneyPictures.schema).Check(answer)).toBe(true)
    expect(answer).toEqual({
      image_url: 'https://gateway.example/files/grid.png',
      image_urls: null,
      temporary_image_urls: ['1', '2', '3', '4'].map((name) => `https://gateway.example/files/${name}.png`),
      discord_image_url: '',
      progress: 100,
      intermediate_image_urls: null,
      actions: [
        'reroll',
        'upscale1',
        'upscale2',
        'upscale3',
        'upscale4',
        'variation1',
        'variation2',
        'variation3',
        'variation4',
      ],
    })
  })

  it('show a single picture, with the actions that can follow it', () => {
    const answer = midjourneyPictures.output(aTask({ output: { pictures: [picture('one')], grid: null } }), urls)
    expect(shapeDifferences({ ...EXAMPLE, temporary_image_urls: null }, answer)).toEqual([])
    expect(validatorOf(midjourneyPictures.schema).Check(answer)).toBe(true)
    expect(answer).toMatchObject({
      image_url: 'https://gateway.example/files/one.png',
      temporary_image_urls: null,
      actions: expect.arrayContaining(['high_variation', 'upscale_subtle', 'outpaint_2x', 'pan_left']),
    })
    expect(answer).not.toMatchObject({ actions: expect.arrayContaining(['upscale1']) })
  })

  it('report the progress of an unfinished task in the same shape', () => {
    const answer = midjourneyPictures.pending?.(aTask({ progress: 46 }))
    expect(shapeDifferences({ ...EXAMPLE, temporary_image_urls: null }, answer)).toEqual([])
    expect(validatorOf(midjourneyPictures.schema).Check(answer)).toBe(true)
    expect(answer).toMatchObject({ image_url: '', progress: 46, actions: [] })
  })
})

describe('texts of Midjourney at PiAPI', () => {
  it('show a description as one text and as its parts', () => {
    const answer = midjourneyDescriptions.output(aTask({ output: { texts: ['a fox', 'a wood'] } }), urls)
    expect(answer).toEqual({ description: 'a fox\n\na wood', descriptions: ['a fox', 'a wood'] })
    expect(validatorOf(midjourneyDescriptions.schema).Check(answer)).toBe(true)
  })

  it('show a seed as text', () => {
    const answer = midjourneySeed.output(aTask({ output: { texts: ['2461883990'] } }), urls)
    expect(answer).toEqual({ seed: '2461883990' })
    expect(validatorOf(midjourneySeed.schema).Check(answer)).toBe(true)
  })
})

describe('other outputs of Midjourney at PiAPI', () => {
  it('show shorter prompts as a list', () => {
    const answer = midjourneyPrompts.output(aTask({ output: { texts: ['a fox', 'fox'] } }), urls)
    expect(answer).toEqual({ prompts: ['a fox', 'fox'] })
    expect(validatorOf(midjourneyPrompts.schema).Check(answer)).toBe(true)
  })

  it('show the first video, and all of them', () => {
    const video = (name: string) => ({ file: `asset:${name}.mp4`, cover: '', lastFrame: '', seconds: 5 })
    const answer = midjourneyVideos.output(aTask({ output: { videos: [video('1'), video('2')] } }), urls)
    expect(answer).toEqual({
      video_url: 'https://gateway.example/files/1.mp4',
      video_urls: ['https://gateway.example/files/1.mp4', 'https://gateway.example/files/2.mp4'],
    })
    expect(validatorOf(midjourneyVideos.schema).Check(answer)).toBe(true)
  })
})

describe('a Midjourney task at PiAPI', () => {
  it.each([
    [{ prompt: 'a fox --v 6.1 --ar 1:1', process_mode: 'turbo' }, 'v6.1', 'turbo'],
    [{ prompt: 'a fox --version 7', process_mode: '' }, 'v7', 'fast'],
    [{ prompt: 'a fox', process_mode: 'relax' }, 'unknown', 'relax'],
    [{ origin_task_id: 'x' }, 'unknown', 'fast'],
  ])('shows the version and speed of %j', (input, model_version, process_mode) => {
    for (const form of [midjourneyPictures, midjourneyDescriptions, midjourneySeed]) {
      expect(form.meta?.(aTask({ input }))).toEqual({ model_version, process_mode })
    }
  })

  it('shows the public service mode, and sends a webhook at every change', () => {
    for (const form of [midjourneyPictures, midjourneyDescriptions, midjourneySeed]) {
      expect(form).toMatchObject({ serviceMode: 'public', tellsProgress: true })
    }
  })
})
