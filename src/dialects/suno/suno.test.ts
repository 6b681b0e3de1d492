import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sunoConcat, sunoLyrics, sunoMusic, sunoUpload } from '../../catalog/suno.ts'
import { ERRORS, type ErrorCode, PolyphonyError } from '../../core/errors.ts'
import { itemId } from '../../core/ids.ts'
import { isJsonObject, type Json } from '../../core/json.ts'
import { points } from '../../core/points.ts'
import { isTerminal, mayMove, STATUSES, type Task } from '../../core/task.ts'
import { urlsAt } from '../urls.ts'
import { clipIdsOf, clipsOf } from './clip.ts'
import { errorBody, errorStatus } from './errors.ts'
import nativeClip from './examples/clip.native.json' with { type: 'json' }
import concatClip from './examples/concat.clip.json' with { type: 'json' }
import errorExample from './examples/error.json' with { type: 'json' }
import notStarted from './examples/fetch.not-started.json' with { type: 'json' }
import fetched from './examples/fetch.success.json' with { type: 'json' }
import generated from './examples/generate.success.json' with { type: 'json' }
import lyricsExample from './examples/lyrics.json' with { type: 'json' }
import requests from './examples/submit.music.requests.json' with { type: 'json' }
import submitted from './examples/submit.success.json' with { type: 'json' }
import { clipAnswer, feedAnswer, generationAnswer, lyricsAnswer, lyricsRequested } from './feed-answers.ts'
import { envelope, fromTask, isSuno } from './from-task.ts'
import { suno } from './routes.ts'
import { failReasonOf, progressOf, standingOf } from './states.ts'
import { aClip, aSong } from './test-gateway.ts'
import { songTask, toTask, uploadTask } from './to-task.ts'

const ID = '01234567-89ab-4cde-8f01-23456789ab00'
const urls = urlsAt(() => 'https://gateway.example')

describe('a published answer is reproduced, name by name and type by type:', () => {
  it('the fetch of a finished song', () => {
    expect(differences(fetched, envelope(fromTask(song('completed'), urls)))).toEqual([])
  })

  it('the fetch right after the submission', () => {
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

describe('the task object', () => {
  it('has these members and no others, in this order', () => {
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

  it('has a clip that satisfies readers of both shapes', () => {
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

  it('tells the history of a continuation', () => {
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

  it('shows nothing of a task that is not finished, or failed', () => {
    for (const status of STATUSES.filter((one) => one !== 'completed')) {
      expect(fromTask(song(status), urls).data).toBeNull()
      expect(fromTask(lyrics(status), urls).data).toBeNull()
    }
  })

  it('looks the same for a test key', () => {
    expect(fromTask({ ...song('completed'), mode: 'test' }, urls)).toEqual(fromTask(song('completed'), urls))
  })

  it('is told for the operations of this protocol only', () => {
    expect(isSuno({ operation: sunoUpload.id })).toBe(true)
    expect(isSuno({ operation: 'luma/video' })).toBe(false)
  })
})

describe('status and progress', () => {
  it.each([
    ['staged', 'NOT_START', 'submitted'],
    ['pending', 'NOT_START', 'submitted'],
    ['submitting', 'SUBMITTED', 'queued'],
    ['uncertain', 'SUBMITTED', 'queued'],
    ['processing', 'IN_PROGRESS', 'streaming'],
    ['completed', 'SUCCESS', 'complete'],
    ['failed', 'FAILURE', 'error'],
    ['cancelled', 'FAILURE', 'error'],
  ] as const)('%s is %s, and its clips are %s', (status, task, clip) => {
    const startedAt = status === 'processing' ? 1 : null
    expect(standingOf({ status, attempts: 0, startedAt })).toMatchObject({ task, clip })
  })

  it('never go back, whatever a task goes through, and end exactly when it ends', () => {
    const steps = fc.array(fc.record({ to: fc.constantFrom(...STATUSES), gain: fc.integer({ min: 0, max: 60 }) }), {
      minLength: 1,
      maxLength: 40,
    })
    fc.assert(
      fc.property(steps, (path) => {
        let task = { ...song('staged'), progress: 0 }
        let reached = { rank: 0, percent: 0 }
        for (const { to, gain } of path) {
          if (!mayMove(task.status, to)) continue
          task = moved(task, to, gain)
          const { status, progress, fail_reason, start_time, finish_time, submit_time } = fromTask(task, urls)
          const now = { rank: RANKS.indexOf(status), percent: Number.parseInt(progress, 10) }
          expect(now.rank).toBeGreaterThanOrEqual(reached.rank)
          expect(now.percent).toBeGreaterThanOrEqual(reached.percent)
          expect(progress).toMatch(/^(\d{1,2}|100)%$/)
          expect(progress === '100%').toBe(isTerminal(to))
          expect(finish_time > 0).toBe(isTerminal(to))
          expect(fail_reason !== '').toBe(status === 'FAILURE')
          for (const time of [start_time, finish_time, submit_time]) expect(Number.isInteger(time)).toBe(true)
          reached = now
        }
      }),
    )
  })

  it('a failure has a reason, and nothing else has', () => {
    expect(failReasonOf({ status: 'failed', error: { code: 'vendor_refused', message: 'no' } })).toBe('no')
    expect(failReasonOf({ status: 'failed', error: null })).not.toBe('')
    expect(failReasonOf({ status: 'cancelled', error: null })).not.toBe('')
    expect(failReasonOf({ status: 'processing', error: { code: 'internal', message: 'a hiccup' } })).toBe('')
    expect(failReasonOf({ status: 'completed', error: { code: 'internal', message: 'a hiccup' } })).toBe('')
  })

  it('a running task says less than 100%, since some clients take that for the end', () => {
    expect(progressOf({ status: 'processing', progress: 100 })).toBe('99%')
  })
})

describe('a song is asked for', () => {
  it.each(Object.entries(requests))('in the mode: %s', (_mode, body) => {
    const { operation, input } = toTask('MUSIC', body)
    expect(operation.id).toBe(sunoMusic.id)
    const given = Object.entries(body).filter(([, value]) => value !== null)
    expect(input).toMatchObject(Object.fromEntries(given))
  })

  it('with fields that nobody knows, which are kept, and with null for what is absent', () => {
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

  it('with an idea and lyrics: both are kept, and the clips follow from the idea', () => {
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
    ['a cover', 'music', { task: 'cover', cover_clip_id: ID, prompt: 'la' }, /^task must be one of/, 'task'],
    ['a repair', 'music', { task: 'infill', continue_clip_id: ID, prompt: 'la' }, /^task must be one of/, 'task'],
    ['a persona', 'music', { task: 'artist_consistency', prompt: 'la' }, /^task must be one of/, 'task'],
    ['stems', 'music', { task: 'gen_stem', continue_clip_id: ID, prompt: '' }, /./, 'task'],
    ['a number for a text', 'music', { prompt: 7 }, /^prompt must be a string, not 7/, 'prompt'],
    [
      'a text for a number',
      'music',
      { prompt: 'la', task_id: ID, continue_clip_id: ID, continue_at: '30' },
      /^continue_at/,
      'continue_at',
    ],
    ['nothing at all', 'music', {}, /^prompt is needed/, 'prompt'],
    ['a join without a clip', 'concat', {}, /^clip_id is required/, 'clip_id'],
    ['a join with a text for a boolean', 'concat', { clip_id: ID, is_infill: 'false' }, /^is_infill/, 'is_infill'],
    ['a callback that is no address', 'lyrics', { prompt: 'fog', notify_hook: 7 }, /^notify_hook/, 'notify_hook'],
  ])('wrongly: %s', (_what, action, body, message, field) => {
    const error = thrownBy(() => toTask(action, body as Json))
    expect(error.code).toBe('invalid_input')
    expect(error.message).toMatch(message)
    expect(error.details.field).toBe(field)
  })

  it('in the feed dialect, an extension needs no task', () => {
    expect(songTask({ continue_clip_id: ID, prompt: 'la' }).input).toMatchObject({ continue_clip_id: ID })
  })

  it('with an empty version, as Go clients send it: the default holds', () => {
    expect(songTask({ prompt: 'la', mv: '' }).input.mv).toBe('chirp-v3-0')
  })

  it.each([['a text'], [null], [[]], [undefined], [7]])('not with a body that is %j', (body) => {
    expect(['malformed_body', 'unsupported_media']).toContain(thrownBy(() => toTask('music', body)).code)
  })

  it('with a callback, which is echoed and stays between us and the caller', () => {
    const wish = toTask('lyrics', { prompt: 'fog', notify_hook: 'https://client.example/hook' })
    expect(wish.input).toEqual({ prompt: 'fog' })
    expect(wish.echo).toEqual({ notify_hook: 'https://client.example/hook' })
    expect(wish.webhook).toEqual({ field: 'notify_hook', url: 'https://client.example/hook' })
    expect(uploadTask({ url: 'https://client.example/a.mp3', notify_hook: '' })).not.toHaveProperty('webhook')
  })

  it('with anything: it is taken, or refused by an error of ours', () => {
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

describe('an error', () => {
  const TABLE: Record<ErrorCode, [status: number, code: string]> = {
    malformed_body: [400, 'invalid_request'],
    invalid_input: [400, 'invalid_request'],
    unknown_operation: [400, 'invalid_request'],
    address_refused: [400, 'invalid_request'],
    parent_not_usable: [400, 'invalid_request'],
    unauthorized: [401, 'invalid_request'],
    insufficient_points: [403, 'quota_not_enough'],
    spend_limit_reached: [403, 'quota_not_enough'],
    forbidden: [403, 'forbidden'],
    model_not_allowed: [403, 'model_not_allowed'],
    task_not_found: [400, 'task_not_exist'],
    not_found: [404, 'invalid_request'],
    method_not_allowed: [405, 'invalid_request'],
    not_cancellable: [409, 'invalid_request'],
    payload_too_large: [413, 'invalid_request'],
    unsupported_media: [415, 'invalid_request'],
    idempotency_mismatch: [422, 'invalid_request'],
    rate_limited: [429, 'rate_limited'],
    too_many_staged: [429, 'too_many_staged'],
    vendor_refused: [502, 'do_request_failed'],
    vendor_unreachable: [503, 'do_request_failed'],
    vendor_silent: [504, 'do_request_failed'],
    no_provider: [503, 'no_provider'],
    store_unavailable: [503, 'internal_error'],
    storage_full: [507, 'internal_error'],
    output_unusable: [502, 'read_response_body_failed'],
    timed_out: [504, 'do_request_failed'],
    internal: [500, 'internal_error'],
  }

  it.each(Object.entries(TABLE))('%s is told as %j, for readers of either form', (ours, [status, code]) => {
    const error = new PolyphonyError(ours as ErrorCode, 'what was wrong') // the keys of the table are the codes
    const body = errorBody(error)
    const message = ours === 'task_not_found' ? 'task_not_exist' : 'what was wrong'
    expect(errorStatus(error)).toBe(status)
    expect(body).toEqual({ code, message, data: null, error: { message, type: body.error.type, code } })
    expect(differences(errorExample, body)).toEqual([])
  })

  it('has a place in the table, whichever it is', () => {
    expect(Object.keys(TABLE).sort()).toEqual(Object.keys(ERRORS).sort())
  })

  it('of the key has the type that new-api gives it', () => {
    expect(errorBody(new PolyphonyError('unauthorized', 'no')).error.type).toBe('new_api_error')
    expect(errorBody(new PolyphonyError('not_found', 'no')).error.type).toBe('invalid_request_error')
  })

  it('of an unknown origin is told apart from that of an unknown task', () => {
    const { code, message } = errorBody(new PolyphonyError('task_not_found', 'gone', { field: 'task_id' }))
    expect([code, message]).toEqual(['task_not_exist', 'task_origin_not_exist'])
  })
})

describe('the callback', () => {
  it('is the bare task object, for the begin of the work and for its end', () => {
    const echo = { notify_hook: 'https://client.example/hook' }
    for (const status of STATUSES) {
      const task = { ...song(status), echo }
      const told = ['submitting', 'processing', 'completed', 'failed', 'cancelled'].includes(status)
      expect(suno.announce(task, urls)).toEqual(
        told ? [{ url: echo.notify_hook, body: JSON.stringify(fromTask(task, urls)), headers: {} }] : [],
      )
    }
  })

  it('is not sent when nobody asked for it', () => {
    for (const status of STATUSES) expect(suno.announce(song(status), urls)).toEqual([])
  })
})

describe('the feed', () => {
  const ids = clipIdsOf({ id: ID, operation: sunoMusic.id })

  it('shows both clips from the submission on', () => {
    for (const status of STATUSES) {
      const feed = feedAnswer(ids, [song(status)], urls)
      expect(feed.map((clip) => clip.id)).toEqual(ids)
      for (const clip of feed) expect(clip.status).toBe(standingOf(song(status)).clip)
    }
  })

  it('shows every id that was asked for, once, in their order', () => {
    const unknown = '11111111-1111-4111-8111-111111111100'
    const feed = feedAnswer(['x', ids[1] ?? '', unknown, itemId(ID, 7), 'x', ID], [song('completed')], urls)
    expect(feed.map(({ id, status }) => [id, status])).toEqual([
      ['x', 'error'],
      [ids[1], 'complete'],
      [unknown, 'error'],
      [itemId(ID, 7), 'error'],
      [ids[0], 'complete'],
    ])
    expect(differences(nativeClip.metadata.tags, feed[0]?.metadata.tags)).toEqual([])
    expect(feed[0]).toMatchObject({ msg: 'task_not_exist', metadata: { error_message: 'task_not_exist' } })
  })

  it('shows an error for a clip that the provider did not make', () => {
    const task = { ...song('completed'), output: { clips: [aClip(itemId(ID, 1))] } }
    expect(feedAnswer(ids, [task], urls).map((clip) => clip.status)).toEqual(['complete', 'error'])
  })

  it('has no clips of lyrics', () => {
    expect(feedAnswer([ID], [lyrics('completed')], urls)).toMatchObject([{ id: ID, status: 'error' }])
  })

  it('says why a song failed', () => {
    const [clip] = feedAnswer(ids, [song('failed')], urls)
    expect(clip).toMatchObject({ status: 'error', state: 'failed', msg: 'too quiet' })
    expect(clip?.metadata).toMatchObject({ error_type: 'vendor_refused', error_message: 'too quiet' })
  })

  it('shows lyrics as they stand', () => {
    expect(lyricsAnswer(lyrics('processing'), ID)).toMatchObject({ status: 'running', text: '' })
    expect(lyricsAnswer(lyrics('completed'), ID)).toMatchObject({ status: 'complete', text: 'The fog comes in' })
    expect(lyricsAnswer(lyrics('failed'), ID)).toMatchObject({ status: 'error', error_message: 'too quiet' })
  })

  it('answers a request for lyrics by the form in which it came', () => {
    expect(lyricsRequested(lyrics('pending'))).toEqual({ id: ID })
    const remi = { ...lyrics('pending'), input: { prompt: 'fog', lyrics_model: 'remi-v1' } }
    expect(lyricsRequested(remi)).toEqual({
      lyrics_request_id: ID,
      lyrics_a_id: itemId(ID, 1),
      lyrics_b_id: itemId(ID, 2),
    })
  })
})

const RANKS = ['NOT_START', 'SUBMITTED', 'QUEUED', 'IN_PROGRESS', 'SUCCESS', 'FAILURE']

/** A task after a move, as the store writes it. */
function moved(task: Task, to: Task['status'], gain: number): Task {
  const running = to === 'submitting' || to === 'processing'
  return {
    ...task,
    status: to,
    attempts: to === 'submitting' ? task.attempts + 1 : task.attempts,
    progress: to === 'completed' ? 100 : Math.min(100, task.progress + (running ? gain : 0)),
    startedAt: task.startedAt ?? (to === 'processing' || to === 'completed' ? task.createdAt : null),
    endedAt: isTerminal(to) ? task.createdAt : null,
    output: to === 'completed' ? aSong(task.id) : null,
    error: to === 'failed' ? { code: 'vendor_refused', message: 'too quiet' } : null,
  }
}

function song(status: Task['status']): Task {
  const input = {
    prompt: '[Verse]\nWalking',
    title: 'City Lights',
    tags: 'punk',
    mv: 'chirp-v4',
    make_instrumental: false,
  }
  return aTask({ operation: sunoMusic.id, input, status, output: status === 'completed' ? aSong(ID) : null })
}

function lyrics(status: Task['status']): Task {
  const output = { text: 'The fog comes in', title: 'Fog', tags: ['folk'] }
  const input = { prompt: 'fog' }
  return aTask({ operation: sunoLyrics.id, input, status, output: status === 'completed' ? output : null })
}

function aTask(given: Partial<Task>): Task {
  const status = given.status ?? 'pending'
  return {
    id: ID,
    tenantId: 'a tenant',
    keyId: 'a key',
    mode: 'live',
    dialect: 'piapi',
    operation: sunoMusic.id,
    model: 'suno',
    taskType: 'music',
    input: {},
    echo: {},
    status,
    progress: status === 'completed' ? 100 : 0,
    pricePoints: points(400_000),
    consumedPoints: points(0),
    output: null,
    error: status === 'failed' ? { code: 'vendor_refused', message: 'too quiet' } : null,
    logs: [],
    pool: 'house:hand',
    provider: null,
    account: null,
    handle: null,
    parentTaskId: null,
    attempts: 0,
    claim: 0,
    dueAt: 0,
    deadlineAt: 0,
    createdAt: 1_733_717_567_000,
    startedAt: ['processing', 'completed'].includes(status) ? 1_733_717_568_000 : null,
    endedAt: isTerminal(status) ? 1_733_717_767_000 : null,
    ...given,
  }
}

/** Where an answer lacks a name of the example, or has another JSON type there. Names beyond the example are fine. */
function differences(example: unknown, answer: unknown, at = '$'): string[] {
  if (typeOf(example) !== typeOf(answer)) return [`${at}: ${typeOf(answer)} in place of ${typeOf(example)}`]
  if (Array.isArray(example) && Array.isArray(answer)) {
    return example.flatMap((one, index) => differences(one, answer[index], `${at}[${index}]`))
  }
  if (!isJsonObject(example) || !isJsonObject(answer)) return []
  return Object.keys(example).flatMap((name) => differences(example[name], answer[name], `${at}.${name}`))
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

function thrownBy(act: () => unknown): PolyphonyError {
  try {
    act()
  } catch (error) {
    if (error instanceof PolyphonyError) return error
    throw error
  }
  throw new Error('Nothing was thrown.')
}
