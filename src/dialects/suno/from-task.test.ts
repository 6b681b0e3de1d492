import { describe, expect, it } from 'vitest'
import { sunoConcat, sunoLyrics, sunoMusic, sunoUpload } from '../../catalog/suno.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { itemId } from '../../core/ids.ts'
import { STATUSES } from '../../core/task.ts'
import { deliveriesOf } from '../kit/deliveries.ts'
import { errorBody } from '../shared/relay-errors.ts'
import { envelope } from '../shared/relay-task.ts'
import { clipsOf } from './clip.ts'
import nativeClip from './examples/clip.native.json' with { type: 'json' }
import concatClip from './examples/concat.clip.json' with { type: 'json' }
import errorExample from './examples/error.json' with { type: 'json' }
import notStarted from './examples/fetch.not-started.json' with { type: 'json' }
import fetched from './examples/fetch.success.json' with { type: 'json' }
import generated from './examples/generate.success.json' with { type: 'json' }
import lyricsExample from './examples/lyrics.json' with { type: 'json' }
import submitted from './examples/submit.success.json' with { type: 'json' }
import { clipAnswer, generationAnswer, lyricsAnswer } from './feed-answers.ts'
import { fromTask, isSuno } from './from-task.ts'
import { suno } from './routes.ts'
import { aClip, aTask, differences, ID, lyrics, song, urls } from './tasks.testing.ts'

describe('a published answer of Suno’s is reproduced, name by name and type by type:', () => {
  it('the fetch of a finished song', () => {
    expect(differences(fetched, envelope(fromTask(song('completed'), urls)))).toEqual([])
  })

  it('the fetch right after its submission', () => {
    const answer = envelope(fromTask(song('pending'), urls))
    expect(differences(notStarted, answer)).toEqual([])
    expect(answer.data).toMatchObject({
      status: 'NOT_START',
      progress: '0%',
      start_time: 0,
      finish_time: 0,
      data: null,
    })
  })

  it('a clip in the shape of Suno itself', () => {
    for (const status of STATUSES) {
      for (const clip of clipsOf(song(status), urls)) {
        const { duration: _, ...metadata } = nativeClip.metadata
        const expected = status === 'completed' ? nativeClip : { ...nativeClip, metadata }
        const { error_type: _type, error_message: _message, ...rest } = expected.metadata
        expect(differences({ ...expected, metadata: rest }, clip)).toEqual([])
      }
    }
  })

  it('lyrics', () => {
    expect(differences(lyricsExample, fromTask(lyrics('completed'), urls).data)).toEqual([])
    expect(differences(lyricsExample, lyricsAnswer(lyrics('completed'), ID))).toEqual([])
  })

  it('a submission', () => {
    expect(differences(submitted, envelope(ID))).toEqual([])
    expect(differences(generated, generationAnswer(song('pending'), urls))).toEqual([])
  })

  it('a joined clip', () => {
    const task = aTask({
      operation: sunoConcat.id,
      status: 'completed',
      input: { clip_id: itemId(ID, 2), is_infill: false },
      output: { clips: [{ ...aClip(ID), type: 'concat', continueClipId: itemId(ID, 1), continueAt: 120.5 }] },
    })
    expect(differences(concatClip, clipAnswer(task, urls))).toEqual([])
    expect(clipAnswer(task, urls).metadata.concat_history).toEqual([
      { id: itemId(ID, 1), continue_at: 120.5, type: 'gen', source: 'web', infill: false },
      { id: itemId(ID, 2), continue_at: null },
    ])
  })

  it('an error', () => {
    expect(errorBody(new PolyphonyError('task_not_found', 'No task 7.'))).toEqual(errorExample)
  })
})

describe('the task object of the Suno relay', () => {
  it('has the published members, in their order, and no others', () => {
    expect(Object.keys(fromTask(song('completed'), urls))).toEqual([
      'task_id',
      'notify_hook',
      'action',
      'status',
      'fail_reason',
      'submit_time',
      'start_time',
      'finish_time',
      'progress',
      'data',
    ])
  })

  it('gives times as whole seconds', () => {
    const task = fromTask({ ...song('completed'), createdAt: 1_733_717_567_999, startedAt: 1_733_717_568_001 }, urls)
    expect(task).toMatchObject({ submit_time: 1_733_717_567, start_time: 1_733_717_568, finish_time: 1_733_717_767 })
  })

  it('calls lyrics LYRICS, and everything with clips MUSIC', () => {
    const actionOf = (operation: string) => fromTask(aTask({ operation, status: 'pending' }), urls).action
    expect(actionOf(sunoLyrics.id)).toBe('LYRICS')
    for (const { id } of [sunoMusic, sunoConcat, sunoUpload]) expect(actionOf(id)).toBe('MUSIC')
  })

  it('has a clip that readers of either shape understand', () => {
    const [first, second] = clipsOf(song('completed'), urls)
    expect(first).toEqual({
      id: itemId(ID, 1),
      clip_id: itemId(ID, 1),
      task_id: `${ID}_1`,
      status: 'complete',
      state: 'succeeded',
      msg: '',
      title: 'City Lights',
      mv: 'chirp-v4',
      tags: 'emotional punk',
      prompt: '[Verse]\nWalking down the streets',
      gpt_description_prompt: null,
      duration: 219.5,
      audio_url: `https://gateway.example/files/audio-${itemId(ID, 1)}.mp3`,
      video_url: '',
      image_url: `https://gateway.example/files/cover-${itemId(ID, 1)}.jpg`,
      image_large_url: `https://gateway.example/files/cover-large-${itemId(ID, 1)}.jpg`,
      model_name: 'chirp-v4',
      major_model_version: 'v4',
      continue_clip_id: null,
      continue_at: null,
      created_at: '2024-12-09T04:12:47.000Z',
      create_time: '1733717567',
      update_time: '1733717767',
      metadata: {
        tags: 'emotional punk',
        prompt: '[Verse]\nWalking down the streets',
        gpt_description_prompt: null,
        audio_prompt_id: null,
        history: null,
        concat_history: null,
        type: 'gen',
        duration: 219.5,
        refund_credits: false,
        stream: true,
        error_type: null,
        error_message: null,
      },
    })
    expect(second).toMatchObject({ id: itemId(ID, 2), task_id: `${ID}_2`, duration: 201 })
  })

  it('shows which clip an extension continues', () => {
    const clip = { ...aClip(itemId(ID, 1)), continueClipId: 'a parent', continueAt: 30.5, mv: 'chirp-v3-5' }
    const [told] = clipsOf({ ...song('completed'), output: { clips: [clip] } }, urls)
    expect(told).toMatchObject({
      continue_clip_id: 'a parent',
      continue_at: 30.5,
      model_name: 'chirp-v3.5',
      major_model_version: 'v3.5',
    })
    expect(told?.metadata).toMatchObject({
      audio_prompt_id: 'a parent',
      history: [{ id: 'a parent', continue_at: 30.5, type: 'gen', source: 'web', infill: false }],
    })
  })

  it('has no result until it is finished, nor when it failed', () => {
    for (const status of STATUSES.filter((one) => one !== 'completed')) {
      expect(fromTask(song(status), urls).data).toBeNull()
      expect(fromTask(lyrics(status), urls).data).toBeNull()
    }
  })

  it('looks the same for a test key', () => {
    expect(fromTask({ ...song('completed'), mode: 'test' }, urls)).toEqual(fromTask(song('completed'), urls))
  })

  it('exists for the operations of this protocol only', () => {
    expect(isSuno({ operation: sunoUpload.id })).toBe(true)
    expect(isSuno({ operation: 'luma/video' })).toBe(false)
  })
})

describe('a callback of the Suno relay', () => {
  it('is the bare task object, sent when the work begins and when it ends', () => {
    const webhookUrl = 'https://client.example/hook'
    for (const status of STATUSES) {
      const task = { ...song(status), webhookUrl }
      const told = ['submitting', 'processing', 'completed', 'failed', 'cancelled'].includes(status)
      expect(deliveriesOf(suno, task, urls)).toEqual(
        told ? [{ url: webhookUrl, body: JSON.stringify(fromTask(task, urls)), headers: {} }] : [],
      )
    }
  })

  it('is not sent when no URL was given', () => {
    for (const status of STATUSES) expect(deliveriesOf(suno, song(status), urls)).toEqual([])
  })
})
