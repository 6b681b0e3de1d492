import { describe, expect, it } from 'vitest'
import { udioMusic } from '../../catalog/udio.ts'
import { itemId } from '../../core/ids.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Status, Task } from '../../core/task.ts'
import { deliveriesOf } from '../kit/deliveries.ts'
import { shapeDifferences } from '../piapi/shape.testing.ts'
import { envelope } from '../shared/relay-task.ts'
import { aSong, aTask, ID, urls } from '../suno/tasks.testing.ts'
import fetched from './examples/fetch.json' with { type: 'json' }
import queried from './examples/query.json' with { type: 'json' }
import { fromTask, isUdio, songIdsOf, songsOf } from './from-task.ts'
import { udio } from './routes.ts'
import { musicTask, proxyTask } from './to-task.ts'

const HOOK = 'https://example.com/hook'
const SONG = itemId(ID, 1)

function aUdioTask(status: Status, more: Partial<Task> = {}): Task {
  const input = { lyrics_type: 'generate', gpt_description_prompt: 'night breeze', seed: -1, continue_at: 0 }
  const output = status === 'completed' ? aSong(ID) : null
  return aTask({ operation: udioMusic.id, model: 'music-u', input, status, output, ...more })
}

describe('a request of Udio’s relays', () => {
  it('turns every field of gen_params into the input of a song, under the catalogue’s names', () => {
    const gen_params = {
      prompt: 'night breeze',
      lyrics: 'the last tram',
      lyrics_type: 'user',
      bypass_prompt_optimization: true,
      seed: 7,
      song_section_start: 0.4,
      song_section_end: 0.8,
      lyrics_placement_start: 0,
      lyrics_placement_end: 1,
      prompt_strength: 0.5,
      clarity_strength: 0.25,
      lyrics_strength: 0.5,
      generation_quality: 0.75,
      negative_prompt: 'drums',
      model_type: 'udio130-v1.5',
      config: { mode: 'precede', context_length: 130, source: { source_type: 'song', song_id: SONG } },
      of_tomorrow: [1],
    }
    const { prompt, negative_prompt, ...others } = gen_params
    const submission = musicTask({ gen_params, notify_hook: HOOK })
    expect(submission).toMatchObject({
      operation: { id: 'music-u/generate_music' },
      names: { '': 'gen_params', prompt: 'gen_params.lyrics' },
      dialect: 'udio',
      webhook: { field: 'notify_hook', url: HOOK },
    })
    expect(submission.input).toEqual({
      ...others,
      gpt_description_prompt: prompt,
      negative_tags: negative_prompt,
      continue_song_id: SONG,
      continue_at: 0,
    })
    expect(submission.operation.follows(submission.input)).toBe(SONG)
    const { names, ...bare } = proxyTask({ ...gen_params, notify_hook: HOOK })
    const { names: _, ...nested } = submission
    expect(bare).toEqual(nested)
    expect(names).toMatchObject({ '': '', prompt: 'lyrics', gpt_description_prompt: 'prompt' })
    expect(proxyTask({ gen_params, notify_hook: HOOK })).toEqual(submission)
  })

  it('sings the lyrics of a request that does not set lyrics_type', () => {
    expect(proxyTask({ prompt: 'x', lyrics: 'la' }).input).toMatchObject({ lyrics_type: 'user' })
    expect(proxyTask({ prompt: 'x', lyrics: '' }).input).toMatchObject({ lyrics_type: 'generate' })
  })

  it('extends no song in the regular mode', () => {
    const config = { mode: 'regular', source: { source_type: 'song', song_id: SONG } }
    const { operation, input } = proxyTask({ prompt: 'x', config })
    expect(input).toMatchObject({ config })
    expect(operation.follows(input)).toBeUndefined()
  })

  it.each<[JsonObject, string]>([
    [{}, 'gen_params is required.'],
    [{ gen_params: [] }, 'gen_params is required.'],
    [{ gen_params: 'la' }, 'gen_params must be an object.'],
    [{ gen_params: {} }, 'gen_params.prompt is required.'],
    [{ gen_params: { prompt: 7 } }, 'gen_params.prompt must be a string.'],
    [{ gen_params: { prompt: 'x', lyrics_type: 'user' } }, 'gen_params.lyrics is needed with lyrics_type user.'],
    [{ gen_params: { prompt: 'x'.repeat(3_001) } }, 'gen_params.prompt has at most 3000 characters.'],
    [{ gen_params: { prompt: 'x', negative_prompt: 7 } }, 'gen_params.negative_prompt must be a string, not 7.'],
    [{ gen_params: { prompt: 'x' }, notify_hook: 7 }, 'notify_hook must be a string.'],
  ])('refuses %j, naming the caller’s field', (body, message) => {
    expect(() => musicTask(body)).toThrow(message)
  })
})

describe('an answer of Udio’s relays', () => {
  it('has the published shape', () => {
    const task = aUdioTask('completed')
    expect(shapeDifferences(fetched, envelope(fromTask(task, urls)), { ordered: true })).toEqual([])
    expect(shapeDifferences(queried, { songs: songsOf(task, urls) })).toEqual([])
  })

  it.each<[Status, string, boolean]>([
    ['pending', 'NOT_START', false],
    ['processing', 'IN_PROGRESS', false],
    ['completed', 'SUCCESS', true],
    ['failed', 'FAILURE', true],
    ['cancelled', 'FAILURE', true],
  ])('shows a task that is %s as %s', (status, word, finished) => {
    const told = fromTask(aUdioTask(status), urls)
    expect(told).toMatchObject({ status: word, action: 'udio-generate' })
    expect(told.data.songs.map(({ id }) => id)).toEqual(songIdsOf(aUdioTask(status)))
    for (const song of told.data.songs) {
      expect(song.finished).toBe(finished)
      expect(song.song_path === '').toBe(status !== 'completed')
      expect(song.error_detail === null).toBe(word !== 'FAILURE')
    }
  })

  it('exists for songs, and not for lyrics', () => {
    expect(isUdio({ operation: 'music-u/generate_music' })).toBe(true)
    expect(isUdio({ operation: 'music-u/generate_lyrics' })).toBe(false)
    expect(isUdio({ operation: 'suno/music' })).toBe(false)
  })
})

it('a callback of Udio’s relays is the bare task object', () => {
  const task = aUdioTask('completed', { webhookUrl: HOOK })
  expect(deliveriesOf(udio, task, urls)).toEqual([
    { url: HOOK, body: JSON.stringify(fromTask(task, urls)), headers: {} },
  ])
  expect(deliveriesOf(udio, aUdioTask('pending', { webhookUrl: HOOK }), urls)).toEqual([])
  expect(deliveriesOf(udio, aUdioTask('completed'), urls)).toEqual([])
})
