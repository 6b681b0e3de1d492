import { describe, expect, it } from 'vitest'
import { validatorOf } from '../../../catalog/read-input.ts'
import { sampleTask } from '../../../core/task.testing.ts'
import { urlsAt } from '../../kit/urls.ts'
import { shapeDifferences } from '../shape.testing.ts'
import { luma } from './luma.ts'

const urls = urlsAt(() => 'https://gateway.example')
const FILE = { url: 'URL', width: 1_152, height: 864 }
/** From PiAPI's page "Dream Machine, Get Video". */
const EXAMPLE = {
  prompt: '…',
  internal_state: 'completed',
  created_at: '2026-01-07T01:36:13.128Z',
  video: FILE,
  video_raw: FILE,
  thumbnail: FILE,
  last_frame: FILE,
}

const times = { createdAt: Date.parse('2026-01-07T01:36:13.128Z'), startedAt: 0, endedAt: 0 }
const task = sampleTask(times, {
  id: '01234567-89ab-4cde-8f01-23456789ab00',
  operation: 'luma/video_generation',
  status: 'completed',
  input: { prompt: 'a balloon' },
  output: {
    videos: [
      {
        file: 'asset:a.mp4',
        cover: 'asset:a.png',
        lastFrame: 'asset:b.png',
        widthPx: 1_152,
        heightPx: 864,
        seconds: 5,
      },
    ],
  },
})

describe('a Luma video at PiAPI', () => {
  it('has four files with their sizes', () => {
    const answer = luma.output(task, urls)
    expect(shapeDifferences(EXAMPLE, answer)).toEqual([])
    expect(validatorOf(luma.schema).Check(answer)).toBe(true)
    const sized = (name: string) => ({ url: `https://gateway.example/files/${name}`, width: 1_152, height: 864 })
    expect(answer).toEqual({
      prompt: 'a balloon',
      internal_state: 'completed',
      created_at: '2026-01-07T01:36:13.128Z',
      video: sized('a.mp4'),
      video_raw: sized('a.mp4'),
      thumbnail: sized('a.png'),
      last_frame: sized('b.png'),
    })
  })

  it('has an empty URL when there is no last frame, as clients always read one', () => {
    const output = {
      videos: [{ file: 'asset:a.mp4', cover: '', lastFrame: '', widthPx: 1_152, heightPx: 864, seconds: 5 }],
    }
    const answer = luma.output({ ...task, output }, urls)
    expect(answer).toMatchObject({ thumbnail: { url: '' }, last_frame: { url: '', width: 1_152, height: 864 } })
  })

  it('has all keys without files until it is finished', () => {
    const answer = luma.pending?.(task)
    expect(validatorOf(luma.schema).Check(answer)).toBe(true)
    expect(answer).toEqual({
      prompt: '',
      internal_state: '',
      created_at: '0001-01-01T00:00:00Z',
      video: null,
      video_raw: null,
      thumbnail: null,
      last_frame: null,
    })
  })

  it('reports that no private account has failed', () => {
    expect(luma.meta?.(task)).toEqual({ failover_triggered: false })
  })
})
