import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { itemId } from '../../src/core/ids.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { type Answer, download, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'

let gateway: TestGateway
let receiver: Receiver

beforeAll(async () => {
  gateway = await openGateway()
  receiver = await openReceiver()
})
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await receiver?.close()
})

const UNKNOWN_ID = '01234567-89ab-4cde-8f01-23456789ab00'

interface Song extends JsonObject {
  id: string
  finished: boolean
  song_path: string
  image_path: string
  duration: number
  title: string
}

interface Fetched {
  task_id: string
  action: string
  status: string
  fail_reason: string
  data: { songs: Song[] }
}

const call = (method: string, path: string, body?: object, key = TEST_KEY) =>
  gateway.send(method, path, { key: null, headers: { Authorization: `Bearer ${key}` }, ...(body ? { body } : {}) })
const messageOf = ({ body }: Answer) => (body as { error: { message: string } }).error.message

/** As https://github.com/Dooy/chatgpt-web-midjourney-proxy sends it (src/views/udio, src/api/udio.ts). */
function genParams(given: JsonObject = {}): { gen_params: JsonObject } {
  return {
    gen_params: {
      prompt: 'night breeze sandbox:fast',
      lyrics: '',
      lyrics_type: 'generate',
      bypass_prompt_optimization: false,
      seed: -1,
      song_section_start: 0.4,
      prompt_strength: 0.5,
      clarity_strength: 0.25,
      lyrics_strength: 0.5,
      generation_quality: 0.75,
      negative_prompt: '',
      model_type: 'udio32-v1.5',
      config: { mode: 'regular' },
      ...given,
    },
  }
}

async function submit(body: object): Promise<string> {
  const answer = await call('POST', '/udio/submit/music', body)
  expect(answer.body).toEqual({ code: 'success', message: '', data: expect.any(String) })
  return (answer.body as { data: string }).data
}

/** As the web client does: polls until the status is SUCCESS. */
async function feed(id: string): Promise<Fetched> {
  for (;;) {
    const { data } = (await call('GET', `/udio/fetch/${id}?wait=20`)).body as unknown as { data: Fetched }
    if (['SUCCESS', 'FAILURE'].includes(data.status)) return data
  }
}

describe('a relay’s web client for Udio', () => {
  it('makes two songs, and finds them in data.data.songs', async () => {
    const id = await submit(genParams())
    const done = await feed(id)
    expect(done).toMatchObject({ task_id: id, action: 'udio-generate', status: 'SUCCESS', fail_reason: '' })
    const { songs } = done.data
    expect(songs.map((song) => song.id)).toEqual([itemId(id, 1), itemId(id, 2)])
    for (const song of songs) {
      expect(song).toMatchObject({ finished: true, prompt: 'night breeze sandbox:fast', generation_id: id })
      expect(song.duration).toBeGreaterThan(0)
      expect((await download(song.song_path)).headers.get('content-type')).toBe('audio/mpeg')
      expect((await download(song.image_path)).headers.get('content-type')).toBe('image/jpeg')
    }
    const stored = await gateway.store.getTask({ id })
    expect(stored?.input).toMatchObject({
      gpt_description_prompt: 'night breeze sandbox:fast',
      generation_quality: 0.75,
      model_type: 'udio32-v1.5',
      config: { mode: 'regular' },
    })
  })

  it('sings lyrics of its own', async () => {
    const done = await feed(await submit(genParams({ lyrics_type: 'user', lyrics: 'the last tram' })))
    expect(done.data.songs[0]).toMatchObject({ lyrics: 'the last tram', prompt: 'night breeze sandbox:fast' })
  })

  it('extends a song by an id from an answer', async () => {
    const first = await submit(genParams())
    const song = (await feed(first)).data.songs[1]
    const config = {
      mode: 'continuation',
      context_length: 130,
      source: { source_type: 'song', song_id: song?.id ?? '' },
    }
    const next = await submit(genParams({ song_section_start: 0.4, config }))
    expect((await feed(next)).status).toBe('SUCCESS')
    expect(await gateway.store.getTask({ id: next })).toMatchObject({
      parentTaskId: first,
      input: { continue_song_id: song?.id, config },
    })
    const unknown = genParams({ config: { ...config, source: { source_type: 'song', song_id: UNKNOWN_ID } } })
    const refused = await call('POST', '/udio/submit/music', unknown)
    expect(refused.status).toBe(400)
    expect(messageOf(refused)).toMatch(/^gen_params\.config\.source\.song_id names .*, but there is no/)
  })

  it('reads unfinished songs, and the reason of failed ones', async () => {
    const id = await submit(genParams({ prompt: 'fog sandbox:slow=1 sandbox:fail' }))
    const { body } = await call('GET', `/udio/fetch/${id}`)
    expect(body).toMatchObject({
      data: { data: { songs: [{ id: itemId(id, 1), finished: false, song_path: '', error_detail: null }, {}] } },
    })
    const failed = await feed(id)
    expect(failed).toMatchObject({ status: 'FAILURE', fail_reason: expect.stringContaining('sandbox:fail') })
    expect(failed.data.songs[0]).toMatchObject({ finished: true, song_path: '', error_detail: failed.fail_reason })
  })

  it('reads what was wrong in the form that it expects', async () => {
    const wrong = async (given: JsonObject) => {
      const answer = await call('POST', '/udio/submit/music', genParams(given))
      expect(answer.status).toBe(400)
      return messageOf(answer)
    }
    expect(await wrong({ prompt: '' })).toBe('gen_params.prompt is required.')
    expect(await wrong({ lyrics_type: 'user' })).toBe('gen_params.lyrics is needed with lyrics_type user.')
    expect(await wrong({ lyrics_type: 'rap' })).toMatch(/^gen_params\.lyrics_type must be one of/)
    expect(await wrong({ prompt_strength: 2 })).toBe('gen_params.prompt_strength must be at most 1, not 2.')
    expect(await wrong({ config: { mode: 'precede' } })).toMatch(/^gen_params\.config\.source\.song_id is needed/)
    const none = await call('POST', '/udio/submit/music', { prompt: 'la' })
    expect([none.status, messageOf(none)]).toEqual([400, 'gen_params is required.'])
    const unknown = await call('GET', `/udio/fetch/${UNKNOWN_ID}`)
    expect([unknown.status, messageOf(unknown)]).toEqual([400, 'task_not_exist'])
    const stranger = await call('POST', '/udio/submit/music', genParams(), 'sk-nobody')
    expect(stranger.status).toBe(401)
    expect(messageOf(stranger)).not.toBe('')
  })

  it('is called at its notify_hook at every change', async () => {
    const id = await submit({ ...genParams({ prompt: 'x sandbox:slow=1' }), notify_hook: `${receiver.url}/udio` })
    const mine = () => receiver.received.map(({ body }) => JSON.parse(body)).filter(({ task_id }) => task_id === id)
    await receiver.until(() => mine().some(({ status }) => status === 'SUCCESS'))
    expect(new Set(mine().map(({ status }) => status))).toEqual(new Set(['SUBMITTED', 'IN_PROGRESS', 'SUCCESS']))
    expect(mine().find(({ status }) => status === 'SUCCESS')).toEqual(await feed(id))
  })
})

describe('Udio’s own format at relays', () => {
  it.each([
    ['without gen_params around them', genParams().gen_params],
    ['with gen_params around them', genParams()],
  ])('makes songs from fields %s, and queries them by their ids', async (_how, body) => {
    const { body: made } = await call('POST', '/udio/generate-proxy', body)
    const { track_ids: ids, generation_id: id } = made as { track_ids: string[]; generation_id: string }
    expect(ids).toEqual([itemId(id, 1), itemId(id, 2)])
    await gateway.until(id, ({ status }) => status === 'completed')
    const songsAt = async (text: string) =>
      ((await call('GET', `/udio/query?ids=${text}`)).body as unknown as { songs: Song[] }).songs
    expect((await songsAt([...ids].reverse().join(','))).map((song) => song.id)).toEqual([...ids].reverse())
    expect(await songsAt(id)).toEqual(await songsAt(ids.join()))
    expect(await songsAt(`${UNKNOWN_ID},${ids[0]}`)).toMatchObject([{ id: ids[0], finished: true }])
    expect(await songsAt('nothing')).toEqual([])
    expect((await call('GET', '/udio/query')).status).toBe(400)
  })

  it('names the caller’s field', async () => {
    const answer = await call('POST', '/udio/generate-proxy', { prompt: 'x', negative_prompt: 7 })
    expect(messageOf(answer)).toBe('negative_prompt must be a string, not 7.')
  })
})

it('Udio’s relay reads songs of PiAPI’s routes, and no lyrics', async () => {
  const input = { lyrics_type: 'instrumental', gpt_description_prompt: 'fog sandbox:fast' }
  const song = await gateway.piapi.create('generate_music', input, { model: 'music-u', key: TEST_KEY })
  const shown = await gateway.piapi.ended(song.task_id, { key: TEST_KEY })
  const { songs } = (await feed(song.task_id)).data
  expect(songs.map(({ song_path }) => song_path)).toEqual(
    (shown.output as unknown as { songs: Song[] }).songs.map(({ song_path }) => song_path),
  )
  const words = await gateway.piapi.create('generate_lyrics', { prompt: 'fog' }, { model: 'music-u', key: TEST_KEY })
  expect((await call('GET', `/udio/fetch/${words.task_id}`)).status).toBe(400)
})
