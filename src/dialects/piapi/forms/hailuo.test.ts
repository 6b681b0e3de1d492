import { describe, expect, it } from 'vitest'
import { validatorOf } from '../../../catalog/read-input.ts'
import { sampleTask } from '../../../core/task.testing.ts'
import { urlsAt } from '../../kit/urls.ts'
import { shapeDifferences } from '../shape.testing.ts'
import { hailuo } from './hailuo.ts'

const urls = urlsAt(() => 'https://gateway.example')
/** The object of PiAPI's page "Hailuo, Get Task" of 2025, and the one key of 2026. */
const EXAMPLE = {
  percent: 100,
  cover_url: 'URL',
  video_url: 'URL',
  download_url: 'URL',
  desc: '',
  prompt_img_url: '',
  status: 2,
  user_origin_prompt: false,
  width: 1_280,
  height: 720,
  model_id: '…',
  message: '',
  video: 'URL',
}

const times = { createdAt: 0, startedAt: 0, endedAt: 0 }
const task = sampleTask(times, {
  id: '01234567-89ab-4cde-8f01-23456789ab00',
  operation: 'hailuo/video_generation',
  status: 'completed',
  input: { model: 'i2v-01' },
  output: {
    videos: [{ file: 'asset:a.mp4', cover: 'asset:a.png', lastFrame: '', widthPx: 1_280, heightPx: 720, seconds: 6 }],
  },
})

describe('a Hailuo video at PiAPI', () => {
  it('is given under the key of the older and of the newer API', () => {
    const answer = hailuo.output(task, urls)
    expect(shapeDifferences(EXAMPLE, answer)).toEqual([])
    expect(validatorOf(hailuo.schema).Check(answer)).toBe(true)
    const file = 'https://gateway.example/files/a.mp4'
    expect(answer).toEqual({
      ...EXAMPLE,
      cover_url: 'https://gateway.example/files/a.png',
      video_url: file,
      download_url: file,
      model_id: 'i2v-01',
      video: file,
    })
  })

  it('has zeros in place of all values until it is finished', () => {
    const answer = hailuo.pending?.(task)
    expect(shapeDifferences(EXAMPLE, answer)).toEqual([])
    expect(validatorOf(hailuo.schema).Check(answer)).toBe(true)
    expect(new Set(Object.values(answer as object))).toEqual(new Set([0, '', false]))
  })

  it('is always reported as public mode', () => {
    expect(hailuo).toMatchObject({ serviceMode: 'public', isPublicOnly: true })
  })
})
