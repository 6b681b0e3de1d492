import { describe, expect, it } from 'vitest'
import { itemId } from '../../core/ids.ts'
import { STATUSES } from '../../core/task.ts'
import { clipIdsOf } from '../shared/clip-ids.ts'
import nativeClip from './examples/clip.native.json' with { type: 'json' }
import { feedAnswer, lyricsAnswer, lyricsRequested } from './feed-answers.ts'
import { standingOf } from './states.ts'
import { aClip, differences, ID, lyrics, song, urls } from './tasks.testing.ts'

describe('Suno’s feed', () => {
  const ids = clipIdsOf(song('pending'))

  it('shows both clips from the submission on', () => {
    for (const status of STATUSES) {
      const feed = feedAnswer(ids, [song(status)], urls)
      expect(feed.map((clip) => clip.id)).toEqual(ids)
      for (const clip of feed) expect(clip.status).toBe(standingOf(song(status)).clip)
    }
  })

  it('shows every requested id once, in the order of the request', () => {
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

  it('shows no clips for lyrics', () => {
    expect(feedAnswer([ID], [lyrics('completed')], urls)).toMatchObject([{ id: ID, status: 'error' }])
  })

  it('shows the reason of a failed song', () => {
    const [clip] = feedAnswer(ids, [song('failed')], urls)
    expect(clip).toMatchObject({ status: 'error', state: 'failed', msg: 'too quiet' })
    expect(clip?.metadata).toMatchObject({ error_type: 'vendor_refused', error_message: 'too quiet' })
  })

  it('shows lyrics with their status and text', () => {
    expect(lyricsAnswer(lyrics('processing'), ID)).toMatchObject({ status: 'running', text: '' })
    expect(lyricsAnswer(lyrics('completed'), ID)).toMatchObject({ status: 'complete', text: 'The fog comes in' })
    expect(lyricsAnswer(lyrics('failed'), ID)).toMatchObject({ status: 'error', error_message: 'too quiet' })
  })

  it('answers a request for lyrics in the form of its version', () => {
    expect(lyricsRequested(lyrics('pending'))).toEqual({ id: ID })
    const remi = { ...lyrics('pending'), input: { prompt: 'fog', lyrics_model: 'remi-v1' } }
    expect(lyricsRequested(remi)).toEqual({
      lyrics_request_id: ID,
      lyrics_a_id: itemId(ID, 1),
      lyrics_b_id: itemId(ID, 2),
    })
  })
})
