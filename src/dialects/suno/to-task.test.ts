import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withoutPlaceholders } from '../../catalog/placeholders.testing.ts'
import { sunoMusic } from '../../catalog/suno.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import { clipsOf } from './clip.ts'
import requests from './examples/submit.music.requests.json' with { type: 'json' }
import { aTask, ID, urls } from './tasks.testing.ts'
import { songTask, toTask, uploadTask } from './to-task.ts'

describe('a body for the Suno relay', () => {
  it.each(Object.entries(requests))('is accepted in the mode: %s', (_mode, body) => {
    const { operation, input } = toTask('MUSIC', body)
    expect(operation.id).toBe(sunoMusic.id)
    expect(input).toMatchObject(withoutPlaceholders(body))
  })

  it('becomes an operation of its own when it splits a clip into stems', () => {
    const { operation, input } = toTask('music', {
      ...{ task: 'gen_stem', generation_type: 'TEXT', continue_clip_id: ID, task_id: ID, mv: 'chirp-auk' },
      ...{ stem_type_id: 91, stem_type_group_name: 'Twelve', stem_task: 'twelve', prompt: '', title: 'City Lights' },
    })
    expect(operation.id).toBe('suno/stems')
    expect(input).toMatchObject({ clip_id: ID, stem_type_group_name: 'Twelve', stem_task: 'twelve', mv: 'chirp-auk' })
    const clips = clipsOf(aTask({ operation: operation.id, status: 'pending', input }), urls)
    expect(clips).toHaveLength(12)
    expect(clips[0]).toMatchObject({
      title: 'City Lights - Vocals',
      metadata: { type: 'stem', stem_from_id: ID, stem_task: 'twelve', stem_type_id: 91 },
    })
  })

  it('may spell the version as one client does', () => {
    expect(songTask({ prompt: 'la', mv: 'chirp-v3.5' }).input.mv).toBe('chirp-v3-5')
  })

  it('keeps unknown fields, and treats null as absent', () => {
    const { input } = toTask('music', {
      tags: 'folk',
      vocal_gender: 'f',
      custom: { a: [1, null] },
      mv: null,
      seed: null,
    })
    expect(input).toEqual({
      tags: 'folk',
      vocal_gender: 'f',
      custom: { a: [1, null] },
      mv: 'chirp-v3-0',
      make_instrumental: false,
    })
  })

  it('may have both an idea and lyrics: both are kept, and the clips follow from the idea', () => {
    const body = {
      gpt_description_prompt: 'a cat',
      prompt: 'lyrics',
      title: 'a title',
      tags: 'folk',
      continue_clip_id: ID,
    }
    const { input } = toTask('music', body)
    expect(input).toMatchObject(body)
    const [clip] = clipsOf(aTask({ status: 'pending', input }), urls)
    expect(clip).toMatchObject({
      title: '',
      tags: '',
      prompt: '',
      gpt_description_prompt: 'a cat',
      continue_clip_id: null,
    })
  })

  it.each([
    ['an unknown action', 'dance', {}, 'invalid_action', 'action'],
    ['an action that is a name of JavaScript', 'constructor', {}, 'invalid_action', 'action'],
    ['lyrics without a prompt', 'lyrics', {}, 'prompt_empty', 'prompt'],
    ['lyrics with an empty prompt', 'lyrics', { prompt: '' }, 'prompt_empty', 'prompt'],
    ['lyrics with null', 'lyrics', { prompt: null }, 'prompt_empty', 'prompt'],
    ['an extension without its task', 'music', { continue_clip_id: ID, prompt: 'la' }, 'task id is empty', 'task_id'],
    [
      'the same, spelt out',
      'music',
      { task: 'extend', continue_clip_id: ID, prompt: 'la', task_id: '' },
      'task id is empty',
      'task_id',
    ],
    ['an unknown version', 'music', { prompt: 'la', mv: 'chirp-v9' }, /^mv must be one of .*not "chirp-v9"/, 'mv'],
    ['an unknown mode', 'music', { task: 'dance', prompt: 'la' }, /^task must be one of/, 'task'],
    ['a cover without its clip', 'music', { task: 'cover', prompt: 'la' }, /^cover_clip_id is needed/, 'cover_clip_id'],
    ['a repair without a clip', 'music', { task: 'infill', prompt: 'la' }, /^continue_clip_id/, 'continue_clip_id'],
    [
      'a repair without its end',
      'music',
      { task: 'infill', continue_clip_id: ID, prompt: 'la', infill_start_s: 10, infill_end_s: null },
      /^infill_end_s is needed/,
      'infill_end_s',
    ],
    [
      'a repair that ends before it begins',
      'music',
      { task: 'infill', continue_clip_id: ID, prompt: 'la', infill_start_s: 10, infill_end_s: 10 },
      /^infill_end_s must be more than infill_start_s/,
      'infill_end_s',
    ],
    [
      'a persona song without a persona',
      'music',
      { task: 'artist_consistency', prompt: 'la' },
      /^persona_id/,
      'persona_id',
    ],
    ['stems of nothing', 'music', { task: 'gen_stem', prompt: '' }, /^continue_clip_id/, 'continue_clip_id'],
    [
      'stems whose two numbers differ',
      'music',
      { task: 'gen_stem', continue_clip_id: ID, stem_type_group_name: 'Two', stem_task: 'twelve' },
      /^stem_task must agree/,
      'stem_task',
    ],
    ['a number for a text', 'music', { prompt: 7 }, /^prompt must be a string, not 7/, 'prompt'],
    [
      'a text for a number',
      'music',
      { prompt: 'la', task_id: ID, continue_clip_id: ID, continue_at: '30 s' },
      /^continue_at/,
      'continue_at',
    ],
    ['nothing at all', 'music', {}, /^prompt is needed/, 'prompt'],
    ['a join without a clip', 'concat', {}, /^clip_id is required/, 'clip_id'],
    ['a join with a text for a boolean', 'concat', { clip_id: ID, is_infill: 'no' }, /^is_infill/, 'is_infill'],
    ['a callback that is no address', 'lyrics', { prompt: 'fog', notify_hook: 7 }, /^notify_hook/, 'notify_hook'],
  ])('is refused when it is wrong: %s', (_what, action, body, message, field) => {
    const error = thrownBy(() => toTask(action, body as Json))
    expect(error.code).toBe('invalid_input')
    expect(error.message).toMatch(message)
    expect(error.details.field).toBe(field)
  })

  it('needs no task for an extension in the feed protocol', () => {
    expect(songTask({ continue_clip_id: ID, prompt: 'la' }).input).toMatchObject({ continue_clip_id: ID })
  })

  it('uses the default for an empty version, as Go clients send it', () => {
    expect(songTask({ prompt: 'la', mv: '' }).input.mv).toBe('chirp-v3-0')
  })

  it.each([['a text'], [null], [[]], [undefined], [7]])('is refused when it is %j', (body) => {
    expect(['malformed_body', 'unsupported_media']).toContain(thrownBy(() => toTask('music', body)).code)
  })

  it('has a callback URL that is returned with the task and kept out of the input', () => {
    const submission = toTask('lyrics', { prompt: 'fog', notify_hook: 'https://client.example/hook' })
    expect(submission.input).toEqual({ prompt: 'fog' })
    expect(submission.echo).toBeUndefined()
    expect(submission.webhook).toEqual({ field: 'notify_hook', url: 'https://client.example/hook' })
    expect(uploadTask({ url: 'https://client.example/a.mp3', notify_hook: '' })).not.toHaveProperty('webhook')
  })

  it('is accepted, or refused with a PolyphonyError, whatever it is', () => {
    fc.assert(
      fc.property(fc.constantFrom('music', 'lyrics', 'concat', 'x'), fc.jsonValue(), (action, body) => {
        try {
          toTask(action, body)
        } catch (error) {
          expect(error).toBeInstanceOf(PolyphonyError)
        }
      }),
    )
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
