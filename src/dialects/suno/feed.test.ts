import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { itemId, newId } from '../../core/ids.ts'
import type { Json } from '../../core/json.ts'
import { type Gateway, openGateway, part } from './gateway.testing.ts'
import { aSong } from './tasks.testing.ts'

const SONG = { prompt: '[Verse]\nWalking', tags: 'punk', title: 'City Lights', mv: 'chirp-v4' }

let gateway: Gateway
beforeAll(async () => {
  gateway = await openGateway()
})
afterAll(() => gateway.close())

describe('a song in Suno’s feed protocol', () => {
  it.each([
    ['/suno/generate', SONG],
    ['/suno/generate', { ...SONG, continue_at: 120, continue_clip_id: '' }],
    ['/suno/generate/', { ...SONG, task: 'extend', continue_clip_id: 'PARENT', continue_at: 60 }],
    [
      '/suno/generate/description-mode',
      { gpt_description_prompt: 'a cat', make_instrumental: true, mv: 'chirp-v4', prompt: '' },
    ],
  ])('requested at %s is answered with two clips, without an envelope', async (path, body) => {
    const parent = await gateway.finishedSong()
    const sent = 'continue_clip_id' in body ? { ...body, continue_clip_id: clip(parent, 2) } : body
    const answer = await gateway.post(path, sent)
    expect(answer.status).toBe(200)
    expect(answer.body).not.toHaveProperty('code')
    const id = String(part(answer.body, 'id'))
    expect(answer.body).toMatchObject({
      status: 'complete',
      batch_size: 2,
      clips: [
        { id: clip(id, 1), status: 'submitted', audio_url: '', metadata: { type: 'gen', duration: null } },
        { id: clip(id, 2), status: 'submitted', audio_url: '' },
      ],
    })
  })

  it('is found by a client that polls the feed for its unfinished clips until each has ended', async () => {
    const submitted = await gateway.post('/suno/generate', SONG)
    const id = String(part(submitted.body, 'id'))
    const lost = newId(gateway.clock.nowMs)
    let open = [...(part(submitted.body, 'clips') as Json[]).map((one) => String(part(one, 'id'))), lost]
    const seen: string[] = []
    const steps = [() => gateway.begin(id), async () => gateway.complete(await stored(id), aSong(id))]
    for (let round = 0; open.length > 0 && round < 5; round++) {
      const { body } = await gateway.get(`/suno/feed/${open.join(',')}`)
      const clips = body as Json[]
      expect(clips.map((one) => part(one, 'id'))).toEqual(open)
      seen.push(clips.map((one) => part(one, 'status')).join(' '))
      open = clips
        .filter((one) => part(one, 'status') !== 'complete' && part(one, 'status') !== 'error')
        .map((one) => String(part(one, 'id')))
      await steps[round]?.()
    }
    expect(seen).toEqual(['submitted submitted error', 'streaming streaming', 'complete complete'])
  })

  it('is found by a client that looks for a clip with the task’s id', async () => {
    const id = await gateway.finishedSong()
    const { body } = await gateway.get(`/suno/feed/${id}`)
    expect(body).toMatchObject([
      { id: clip(id, 1), status: 'complete', state: 'succeeded' },
      { id: clip(id, 2), status: 'complete', state: 'succeeded' },
    ])
  })

  it('has its audio and cover at URLs of this gateway', async () => {
    const id = await gateway.finishedSong()
    const { body } = await gateway.get(`/suno/feed/${clip(id, 1)}/`)
    expect(body).toMatchObject([
      {
        audio_url: `https://gateway.example/files/audio-${clip(id, 1)}.mp3`,
        image_url: `https://gateway.example/files/cover-${clip(id, 1)}.jpg`,
      },
    ])
  })
})

describe('the feed of Suno’s clips', () => {
  it('accepts as many ids as a URL can contain', async () => {
    const ids = Array.from({ length: 200 }, () => newId(gateway.clock.nowMs))
    const { status, body } = await gateway.get(`/suno/feed/${ids.join(',')}`)
    expect(status).toBe(200)
    expect((body as Json[]).map((one) => part(one, 'id'))).toEqual(ids)
  })

  it('shows another tenant’s clips as unknown', async () => {
    const id = await gateway.finishedSong()
    const { body } = await gateway.get(`/suno/feed/${clip(id, 1)}`, { key: gateway.keys.stranger })
    expect(body).toMatchObject([{ id: clip(id, 1), status: 'error', title: '', audio_url: '', msg: 'task_not_exist' }])
  })
})

describe('lyrics in Suno’s feed protocol', () => {
  it('can be requested and read until they are complete', async () => {
    for (const path of ['/suno/generate/lyrics/', '/suno/generate/lyrics']) {
      const { body } = await gateway.post(path, { prompt: 'fog' })
      const id = String(part(body, 'id'))
      expect(body).toEqual({ id })
      expect((await gateway.get(`/suno/lyrics/${id}`)).body).toMatchObject({
        id,
        status: 'running',
        text: '',
        title: '',
      })
      await gateway.complete(await gateway.begin(id), { lyrics: [{ title: 'Fog', text: 'It comes', tags: ['folk'] }] })
      expect((await gateway.get(`/suno/lyrics/${id}`)).body).toMatchObject({ id, status: 'complete', text: 'It comes' })
    }
  })

  it('have two ids when the request names a model', async () => {
    const { body } = await gateway.post('/suno/generate/lyrics/', { prompt: 'fog', lyrics_model: 'remi-v1' })
    const request = String(part(body, 'lyrics_request_id'))
    await gateway.complete(await gateway.begin(request), { lyrics: [{ title: 'Fog', text: 'It comes', tags: [] }] })
    for (const name of ['lyrics_request_id', 'lyrics_a_id', 'lyrics_b_id']) {
      const id = String(part(body, name))
      expect((await gateway.get(`/suno/lyrics/${id}`)).body).toMatchObject({ id, status: 'complete', text: 'It comes' })
    }
  })

  it('do not exist under an unknown id, or for another tenant', async () => {
    const song = await gateway.finishedSong()
    const lyrics = await gateway.submitted('/suno/generate/lyrics/', { prompt: 'fog' })
    const gone = { status: 400, body: { code: 'task_not_exist', error: { message: 'task_not_exist' } } }
    for (const id of ['x', song, clip(lyrics, 3)]) expect(await gateway.get(`/suno/lyrics/${id}`)).toMatchObject(gone)
    expect(await gateway.get(`/suno/lyrics/${lyrics}`, { key: gateway.keys.stranger })).toMatchObject(gone)
  })

  it('are refused without a prompt, with an error that these clients read', async () => {
    const answer = await gateway.post('/suno/generate/lyrics/', { prompt: '' })
    expect(answer).toMatchObject({ status: 400, body: { error: { message: 'prompt_empty' } } })
  })
})

describe('a join in Suno’s feed protocol', () => {
  it.each(['/suno/generate/concat', '/suno/generate/concat/', '/suno/generate/concat/v2'])(
    'requested at %s is answered with one clip',
    async (path) => {
      const song = await gateway.finishedSong()
      const { status, body } = await gateway.post(path, { clip_id: clip(song, 2), is_infill: false })
      expect(status).toBe(200)
      expect(body).toMatchObject({
        status: 'submitted',
        metadata: { type: 'concat', concat_history: [{ id: clip(song, 2), continue_at: null }] },
      })
      const feed = await gateway.get(`/suno/feed/${String(part(body, 'id'))}`)
      expect(feed.body).toEqual([body])
    },
  )
})

it('an import by URL is answered as in the task protocol, and its clip is in the feed', async () => {
  const id = await gateway.submitted('/suno/uploads/audio', { url: 'https://client.example/a.mp3' })
  expect((await gateway.get(`/suno/feed/${id}`)).body).toMatchObject([{ id, status: 'submitted' }])
})

/** The reading order of a ComfyUI node for the answer of a submission: whichever form it meets, it must find an id. */
it('a client that does not know which of the two protocols it uses finds an id in either answer', async () => {
  const idIn = (body: Json): Json | undefined => {
    const data = part(body, 'data')
    if (part(body, 'code') === 'success') return typeof data === 'string' ? data : part(data, 'clips', 0, 'id')
    if (part(body, 'status') === 'SUCCESS') return part(data, 0, 'id')
    return part(body, 'clips', 0, 'id') ?? part(data, 0, 'id') ?? part(body, 'id')
  }
  for (const path of ['/suno/submit/music', '/suno/generate']) {
    const found = idIn((await gateway.post(path, SONG)).body)
    const { body } = await gateway.get(`/suno/feed/${String(found)}`)
    expect(part(body, 0, 'status')).toBe('submitted')
  }
  const cover = await gateway.finishedSong()
  expect(idIn((await gateway.get(`/suno/task/${cover}`)).body)).toBe(clip(cover, 1))
})

function clip(taskId: string, number: number): string {
  return itemId(taskId, number)
}

async function stored(id: string) {
  const task = await gateway.store.getTask({ id })
  if (!task) throw new Error(`There is no ${id}.`)
  return task
}
