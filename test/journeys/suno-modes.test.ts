import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseMidi } from 'midi-file'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { measureMp4 } from '../../src/assets/mp4-boxes.ts'
import { taskOfItem } from '../../src/core/ids.ts'
import type { Json, JsonObject } from '../../src/core/json.ts'
import { inspectMp3 } from '../../src/engines/mp3/mp3.ts'
import { openMp3Writer } from '../../src/engines/studio/encode.ts'
import { levelDb, listen } from '../../src/engines/studio/listen.testing.ts'
import { randomFrom } from '../../src/engines/studio/random.ts'
import { download, LIVE_KEY, openGateway, type Sending, TEST_KEY, type TestGateway } from '../support/gateway.ts'

/** The modes of a song and the tools for clips, as relays' clients request them; on the sandbox and on the studio. */

interface Clip {
  id: string
  status: string
  title: string
  prompt: string
  duration: number
  audio_url: string
  metadata: { type: string; stem_from_id?: string; tags: string }
}

const SHORT = '[Verse]\nRain on the roof\nRain on the road'
const STUDIO_MS = 120_000

let gateway: TestGateway
beforeAll(async () => {
  // Long enough for sections to be replaced.
  gateway = await openGateway({ env: { POLYPHONY_STUDIO_SONG_SECONDS: '12' } })
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

async function send(
  method: string,
  path: string,
  sending: Sending = {},
): Promise<{ status: number; body: JsonObject }> {
  const headers = { authorization: `Bearer ${sending.key ?? TEST_KEY}`, ...sending.headers }
  const { status, body } = await gateway.send(method, path, { ...sending, key: null, headers })
  return { status, body: body as JsonObject } // the shape that its clients rely on
}

/** Submits in the task protocol, waits for the end, and returns the task object. */
async function run(body: JsonObject, key = TEST_KEY): Promise<JsonObject & { data: Clip[] }> {
  const submitted = await send('POST', '/suno/submit/music', { body, key })
  expect(submitted).toMatchObject({ status: 200, body: { code: 'success' } })
  return ended(String(submitted.body.data), key)
}

async function ended(id: string, key = TEST_KEY): Promise<JsonObject & { data: Clip[] }> {
  for (;;) {
    const { body } = await send('GET', `/suno/fetch/${id}?wait=60`, { key })
    const task = body.data as JsonObject & { data: Clip[] }
    if (task.progress === '100%') return task
  }
}

async function aClip(key = TEST_KEY): Promise<Clip> {
  const { data } = await run({ prompt: `${SHORT}\nsandbox:fast`, tags: 'folk', title: 'Rain', mv: 'chirp-v4' }, key)
  return data[0] as Clip
}

/** Serves some seconds of noise as an MP3. */
async function noiseServer(): Promise<AsyncDisposable & { url: string }> {
  const writer = await openMp3Writer({ sampleRate: 44_100, channels: 1, kbitPerSecond: 64 })
  const random = randomFrom('noise')
  writer.write([Float32Array.from({ length: 8 * 44_100 }, () => random.between(-0.3, 0.3))])
  const mp3 = writer.finish()
  const server = createServer((_request, response) => response.setHeader('content-type', 'audio/mpeg').end(mp3))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo // it listens on a port
  return {
    url: `http://127.0.0.1:${port}/noise.mp3`,
    async [Symbol.asyncDispose]() {
      await new Promise((closed) => server.close(closed))
    },
  }
}

describe('Suno’s further modes on the sandbox', () => {
  let clip: Clip
  beforeAll(async () => {
    clip = await aClip()
  })

  it('cover a clip, for a ComfyUI node that reads the task without its envelope', async () => {
    const submitted = await send('POST', '/suno/submit/music', {
      body: {
        ...{ prompt: 'sandbox:fast', generation_type: 'TEXT', tags: 'jazz', negative_tags: '', mv: 'chirp-v3.5' },
        ...{ title: 'Rain', continue_clip_id: null, continue_at: null, continued_aligned_prompt: null },
        ...{ infill_start_s: null, infill_end_s: null, task: 'cover', make_instrumental: false },
        cover_clip_id: clip.id,
      },
    })
    const { body } = await send('GET', `/suno/task/${submitted.body.data}?wait=20`)
    expect(body).toMatchObject({ status: 'SUCCESS', data: [{ status: 'complete', mv: 'chirp-v3-5' }, {}] })
  })

  it('replace a section, and join the song again', async () => {
    const made = await run({
      ...{ task: 'infill', generation_type: 'TEXT', continue_clip_id: clip.id, continue_at: null, mv: 'chirp-v4' },
      ...{ infill_start_s: 1, infill_end_s: 2, prompt: 'sandbox:fast' },
    })
    expect(made.status).toBe('SUCCESS')
    const joined = await send('POST', '/suno/submit/concat', { body: { clip_id: made.data[0]?.id, is_infill: true } })
    expect((await ended(String(joined.body.data))).data).toMatchObject([{ metadata: { type: 'concat' } }])
  })

  it('make a persona from a clip, which sings another song', async () => {
    const persona = {
      ...{ root_clip_id: clip.id, name: 'Harbour voice', description: 'low sandbox:fast' },
      ...{ clips: [clip.id], is_public: false },
    }
    const made = await send('POST', '/suno/persona/create/', { body: persona })
    expect(made).toMatchObject({
      status: 200,
      body: { name: 'Harbour voice', root_clip_id: clip.id, clip: { id: clip.id }, persona_clips: [{ clip: {} }] },
    })
    const song = { prompt: 'sandbox:fast', mv: 'chirp-v4-tau', tags: 'folk', title: 'Other' }
    const body = { ...song, task: 'artist_consistency', generation_type: 'TEXT', persona_id: String(made.body.id) }
    expect((await run({ ...body, artist_clip_id: clip.id })).status).toBe('SUCCESS')
    for (const persona_id of ['none', clip.id]) {
      expect(await send('POST', '/suno/submit/music', { body: { ...body, persona_id } })).toMatchObject({
        status: 400,
        body: { code: 'task_not_exist', message: 'task_origin_not_exist' },
      })
    }
  })

  it('split a song into two stems or twelve, by a submission', async () => {
    const stems = { task: 'gen_stem', generation_type: 'TEXT', continue_clip_id: clip.id, mv: 'chirp-auk', prompt: '' }
    const two = await run({ ...stems, title: 'Rain', stem_type_id: 91, stem_type_group_name: 'Two', stem_task: 'two' })
    expect(two.data.map(({ title, metadata }) => [title, metadata.type, metadata.stem_from_id])).toEqual([
      ['Rain - Vocals', 'stem', clip.id],
      ['Rain - Instrumental', 'stem', clip.id],
    ])
    const twelve = await run({ ...stems, stem_type_group_name: 'Twelve', stem_task: 'twelve' })
    expect(twelve.data).toHaveLength(12)
    const feed = await send('GET', `/suno/feed/${twelve.data.map(({ id }) => id).join(',')}`)
    expect((feed.body as unknown as Clip[]).map(({ status }) => status)).toEqual(new Array(12).fill('complete'))
    const generated = await send('POST', '/suno/generate', { body: { ...stems, stem_type_group_name: 'Two' } })
    expect(generated.body).toMatchObject({ batch_size: 2, clips: [{ metadata: { type: 'stem' } }, {}] })
  })

  it('split a song into stems by a GET, which begins the work once', async () => {
    const first = await send('GET', `/suno/act/stems/${clip.id}`)
    expect(first.body).toMatchObject({ clips: [{ metadata: { type: 'stem', stem_from_id: clip.id } }, {}] })
    const second = await send('GET', `/suno/act/stems/${clip.id}`)
    const idsOf = (body: JsonObject) => (body.clips as unknown as Clip[]).map(({ id }) => id)
    expect(idsOf(second.body)).toEqual(idsOf(first.body))
    const [vocals = ''] = idsOf(first.body)
    await ended(taskOfItem(vocals).taskId)
    const feed = (await send('GET', `/suno/feed/${vocals}`)).body as unknown as Clip[]
    expect((await download(feed[0]?.audio_url ?? '')).headers.get('content-type')).toBe('audio/mpeg')
  })

  it('return the timing of a clip’s words', async () => {
    const { status, body } = await send('GET', `/suno/act/timing/${clip.id}`)
    expect(status).toBe(200)
    expect(Object.keys(body)).toEqual(['aligned_words', 'waveform_data', 'hoot_cer', 'is_streamed'])
    const word = { word: 'Sandbox: ', success: true, start_s: 0, end_s: 0.5, p_align: 1 }
    expect((body.aligned_words as Json[])[0]).toEqual(word)
  })

  it('return the notes of a clip, first as running, then as complete', async () => {
    expect((await send('GET', `/suno/act/midi/${clip.id}`)).body).toEqual({ state: 'running' })
    await expect
      .poll(async () => (await send('GET', `/suno/act/midi/${clip.id}`)).body, { timeout: 10_000 })
      .toMatchObject({ state: 'complete', instruments: [{ notes: [{ pitch: 60 }] }] })
  })

  it.each([
    ['wav', 'wav_url', 'audio/wav'],
    ['mp4', 'video_url', 'video/mp4'],
  ])('deliver a clip as %s', async (kind, name, mediaType) => {
    const { body } = await send('GET', `/suno/act/${kind}/${clip.id}`)
    expect(body).toMatchObject({ code: 'success', data: expect.any(String) })
    expect((await send('GET', `/suno/act/${kind}/${clip.id}`)).body.data).toBe(body.data)
    const { data } = await ended(String(body.data))
    expect(data).toMatchObject([{ clip_id: clip.id, status: 'complete' }])
    const url = (data as unknown as Record<string, string>[])[0]?.[name] ?? ''
    expect((await download(url)).headers.get('content-type')).toBe(mediaType)
  })

  it('expand the description of a style', async () => {
    const { status, body } = await send('POST', '/suno/act/tags', { body: { original_tags: 'folk sandbox:fast' } })
    expect(status).toBe(200)
    expect(body).toEqual({ upsampled_tags: expect.stringMatching(/^folk/), request_id: expect.any(String) })
  })

  it('show their outputs in PiAPI’s form at PiAPI’s routes', async () => {
    const task = await gateway.piapi.create('timing', { clip_id: clip.id }, { key: TEST_KEY })
    const { output } = await gateway.piapi.ended(task.task_id, { key: TEST_KEY })
    expect(JSON.stringify(output)).toContain('aligned_words')
    const { data } = await ended(task.task_id)
    expect(data).toMatchObject({ aligned_words: [{ word: 'Sandbox: ' }, {}, {}, {}, {}], hoot_cer: 0 })
  })

  it.each([
    ['POST', '/suno/persona/create', { name: 'x' }, 400, /^root_clip_id is required/],
    ['POST', '/suno/act/tags', {}, 400, /^original_tags is required/],
    ['GET', '/suno/act/stems/none', undefined, 400, /^task_origin_not_exist/],
    ['GET', '/suno/act/timing/01234567-89ab-4cde-8f01-23456789ab01', undefined, 400, /^task_origin_not_exist/],
    ['POST', '/suno/uploads/audio/none/upload-finish', {}, 400, /^task_not_exist/],
  ])('refuse %s %s without a clip, an upload or a text', async (method, path, body, status, message) => {
    const answer = await send(method, path, body === undefined ? {} : { body })
    expect(answer).toMatchObject({ status, body: { message: expect.stringMatching(message), data: null } })
  })
})

describe('an upload in steps to the Suno relay', () => {
  interface Place extends JsonObject {
    id: string
    url: string
    fields: Record<string, string>
  }

  async function requested(key = TEST_KEY): Promise<Place> {
    const { status, body } = await send('POST', '/suno/uploads/audio', { body: { extension: 'mp3' }, key })
    expect(status).toBe(200)
    return body as Place
  }

  /** As a browser does it: all fields as they came, then the file; no key. */
  async function sent({ url, fields }: Place, bytes: Uint8Array, name = 'My song.mp3'): Promise<number> {
    const form = new FormData()
    for (const [field, value] of Object.entries(fields)) form.append(field, value)
    form.append('file', new Blob([new Uint8Array(bytes)], { type: 'audio/mpeg' }), name)
    return (await fetch(url, { method: 'POST', body: form })).status
  }

  async function mp3(): Promise<Uint8Array> {
    return (await download((await aClip()).audio_url)).bytes
  }

  it.each([
    ['the sandbox', TEST_KEY],
    ['the studio', LIVE_KEY],
  ])('becomes a clip on %s, which can be extended', { timeout: STUDIO_MS }, async (_who, key) => {
    const bytes = await mp3()
    const place = await requested(key)
    expect(Object.keys(place.fields)).toEqual(['Content-Type', 'key', 'AWSAccessKeyId', 'policy', 'signature'])
    expect(place.is_file_uploaded).toBe(false)
    const at = `/suno/uploads/audio/${place.id}`
    expect((await send('GET', at, { key })).body.status).toBe('processing')
    expect(await sent(place, bytes)).toBe(204)
    const finish = { upload_type: 'file_upload', upload_filename: 'My song.mp3' }
    expect((await send('POST', `${at}/upload-finish`, { body: finish, key })).status).toBe(200)
    expect((await send('GET', at, { key })).body).toMatchObject({ status: 'complete', title: 'My song' })
    const { clip_id } = (await send('POST', `${at}/initialize-clip`, { body: {}, key })).body
    expect((await send('POST', `${at}/initialize-clip`, { body: {}, key })).body.clip_id).toBe(clip_id)
    const { data } = await ended(String(clip_id), key)
    expect(data).toMatchObject([{ id: clip_id, title: 'My song', metadata: { type: 'upload' } }])
    const extend = {
      continue_at: 1,
      continue_clip_id: String(clip_id),
      mv: 'chirp-v4',
      tags: 'folk',
      task: 'upload_extend',
    }
    const extension = await send('POST', '/suno/generate', {
      body: { ...extend, prompt: 'la sandbox:fast', title: 'x' },
      key,
    })
    expect(extension.body).toMatchObject({ batch_size: 2, clips: [{}, {}] })
    // Nothing more is asked of it, and the studio would compose two songs beside the tests that follow.
    const [begun] = extension.body.clips as unknown as Clip[]
    if (key === LIVE_KEY)
      expect(await gateway.send('DELETE', `/api/v1/task/${taskOfItem(begun?.id ?? '').taskId}`, { key })).toMatchObject(
        {
          status: 200,
        },
      )
  })

  it('is accepted from a client that sends every field as a file', async () => {
    const place = await requested()
    const form = new FormData()
    for (const [field, value] of Object.entries(place.fields)) form.append(field, new Blob([value]), '')
    form.append('file', new Blob([new Uint8Array(await mp3())]), 'a.mp3')
    expect((await fetch(place.url, { method: 'POST', body: form })).status).toBe(204)
  })

  it('is refused with another signature, a second time, without sound, and from another tenant', async () => {
    const bytes = await mp3()
    const place = await requested()
    expect(await sent({ ...place, fields: { ...place.fields, signature: 'x' } }, bytes)).toBe(403)
    expect(await sent(place, Buffer.from('no sound'))).toBe(415)
    expect(await sent(place, bytes)).toBe(204)
    expect(await sent(place, bytes)).toBe(400)
    expect((await fetch(place.url, { method: 'POST', body: 'x' })).status).toBe(415)
    const { key } = await gateway.tenant({ key: { mode: 'test' } })
    expect((await send('GET', `/suno/uploads/audio/${place.id}`, { key })).status).toBe(400)
    const early = await send('POST', `/suno/uploads/audio/${place.id}/initialize-clip`, { body: {} })
    expect(early).toMatchObject({ status: 400, body: { message: expect.stringMatching(/not finished/) } })
  })
})

describe('Suno’s further modes on the studio', { timeout: STUDIO_MS }, () => {
  let clip: Clip
  beforeAll(async () => {
    clip = await aClip(LIVE_KEY)
  }, STUDIO_MS)

  const playing = async (one: Clip | undefined): Promise<number> =>
    inspectMp3((await download(one?.audio_url ?? '')).bytes)?.durationSeconds ?? 0

  it('make a cover of a clip with its very words, tune, tempo and key, by another band', async () => {
    const cover = await run({ task: 'cover', cover_clip_id: clip.id, tags: 'techno', mv: 'chirp-v4' }, LIVE_KEY)
    expect(cover).toMatchObject({ status: 'SUCCESS', fail_reason: '' })
    const [made] = cover.data
    expect(made).toMatchObject({ prompt: clip.prompt, title: clip.title, metadata: { tags: 'techno' } })
    expect(Math.abs((await playing(made)) - (await playing(clip)))).toBeLessThan(0.1)
    const songOf = async (id: string) => {
      const { tracks } = parseMidi((await download(String((await midiOf(id)).midi_url))).bytes)
      const events = tracks.flat()
      const sung = tracks.find((track) => track.some(({ type }) => type === 'lyrics')) ?? []
      const tune = sung.flatMap((event) => (event.type === 'noteOn' ? [event.noteNumber % 12] : []))
      const words = sung.flatMap((event) => (event.type === 'lyrics' ? [event.text] : []))
      const tempo = events.flatMap((event) => (event.type === 'setTempo' ? [event.microsecondsPerBeat] : []))
      const key = (await stored({ id } as Clip)).key
      const band = events.flatMap((event) => (event.type === 'programChange' ? [event.programNumber] : []))
      return { kept: { tune, words, tempo, key }, band }
    }
    const [original, covered] = await Promise.all([songOf(clip.id), songOf(made?.id ?? '')])
    expect(original.kept.tune.length).toBeGreaterThan(8)
    expect(covered.kept).toEqual(original.kept)
    expect(covered.band).not.toEqual(original.band)
  })

  it('let a persona sing another song in the key and tempo of its clip', async () => {
    const persona = { root_clip_id: clip.id, name: 'Rain voice' }
    const { status, body } = await send('POST', '/suno/persona/create', { body: persona, key: LIVE_KEY })
    expect(status).toBe(200)
    expect(JSON.stringify(body)).not.toContain('identity')
    const song = {
      task: 'artist_consistency',
      persona_id: String(body.id),
      prompt: '[Verse]\nSnow on the hill',
      tags: 'x',
    }
    const made = await run({ ...song, title: 'Snow' }, LIVE_KEY)
    expect(made.status).toBe('SUCCESS')
    const soundOf = async (one: Clip): Promise<Json[]> => {
      const task = await gateway.store.getTask({ id: taskOfItem(one.id).taskId })
      const { clips } = (task?.output ?? { clips: [] }) as { clips: JsonObject[] } // as the studio writes it
      const found = clips.find(({ id }) => id === one.id)
      return [found?.key ?? null, found?.bpm ?? null]
    }
    expect(await soundOf(made.data[0] as Clip)).toEqual(await soundOf(clip))
  })

  it('compose a section that fits, and join it into the song without changing its length', async () => {
    // Songs of one request differ in length by their tempo; a section must be within its song.
    const end = Math.min(14, Math.floor(await playing(clip)))
    const start = end - 6
    const made = await run(
      {
        ...{ task: 'infill', continue_clip_id: clip.id, infill_start_s: start, infill_end_s: end },
        ...{ prompt: '[Verse]\nSun on the roof', tags: 'folk', mv: 'chirp-v4' },
      },
      LIVE_KEY,
    )
    expect(made.status).toBe('SUCCESS')
    expect(await playing(made.data[0])).toBeCloseTo(end - start, 0)
    const body = { clip_id: made.data[0]?.id ?? '', is_infill: true }
    const joined = await ended(
      String((await send('POST', '/suno/submit/concat', { body, key: LIVE_KEY })).body.data),
      LIVE_KEY,
    )
    expect(joined.data).toMatchObject([{ metadata: { type: 'concat' } }])
    // It is one song, of whose words all is known.
    const { body: timing } = await send('GET', `/suno/act/timing/${joined.data[0]?.id}`, { key: LIVE_KEY })
    expect((timing.aligned_words as JsonObject[]).map(({ word }) => word)).toEqual(
      expect.arrayContaining(['Rain ', 'Sun ']),
    )
    expect(Math.abs((await playing(joined.data[0])) - (await playing(clip)))).toBeLessThan(0.3)
  })

  it('fail for a section that is too short for a song', async () => {
    const fields = { task: 'infill', continue_clip_id: clip.id, infill_start_s: 8, infill_end_s: 9 }
    const made = await run({ ...fields, prompt: 'la' }, LIVE_KEY)
    expect(made).toMatchObject({ status: 'FAILURE', fail_reason: expect.stringMatching(/at least 4 seconds/) })
  })

  it('split a song into two stems or twelve, which are as long as it is and have its sound between them', async () => {
    const first = await send('GET', `/suno/act/stems/${clip.id}`, { key: LIVE_KEY })
    const stems = first.body.clips as unknown as Clip[]
    const two = await ended(taskOfItem(stems[0]?.id ?? '').taskId, LIVE_KEY)
    expect(two.status).toBe('SUCCESS')
    expect(two.data.map(({ title }) => title)).toEqual(['Rain - Vocals', 'Rain - Instrumental'])
    const levelOf = async (one: Clip | undefined): Promise<number> => {
      const { left, right } = await listen((await download(one?.audio_url ?? '')).bytes)
      return Math.max(levelDb(left, 44_100, 0, 60), levelDb(right, 44_100, 0, 60))
    }
    for (const one of two.data) {
      expect(Math.abs((await playing(one)) - (await playing(clip)))).toBeLessThan(0.06)
      expect(await levelOf(one)).toBeGreaterThan(-40)
    }
    expect(await levelOf(two.data[0])).toBeLessThan(await levelOf(clip))

    const fields = { task: 'gen_stem', continue_clip_id: clip.id, stem_type_group_name: 'Twelve', stem_task: 'twelve' }
    const twelve = await run(fields, LIVE_KEY)
    expect(twelve.data.map(({ title }) => title)).toEqual(expect.arrayContaining(['Rain - Bass', 'Rain - Woodwinds']))
    expect(twelve.data).toHaveLength(12)
    const bass = twelve.data.find(({ title }) => title.endsWith('Bass'))
    const midi = await midiOf(bass?.id ?? '')
    expect((midi.instruments as JsonObject[]).map(({ name }) => name)).toEqual([expect.stringMatching(/bass \(bass\)/)])
    // A track is no song of its own.
    const again = await send('GET', `/suno/act/stems/${bass?.id}`, { key: LIVE_KEY })
    const [part] = (again.body.clips ?? []) as unknown as Clip[]
    expect(await ended(taskOfItem(part?.id ?? '').taskId, LIVE_KEY)).toMatchObject({
      status: 'FAILURE',
      fail_reason: expect.stringMatching(/a track of a song already/),
    })
  })

  const midiOf = async (id: string): Promise<JsonObject> => {
    const read = async () => (await send('GET', `/suno/act/midi/${id}`, { key: LIVE_KEY })).body
    await expect.poll(async () => (await read()).state, { timeout: 60_000 }).toBe('complete')
    return read()
  }

  it('return when each word of a clip is sung, and how loud it is', async () => {
    const { status, body } = await send('GET', `/suno/act/timing/${clip.id}`, { key: LIVE_KEY })
    expect(status).toBe(200)
    const words = body.aligned_words as JsonObject[]
    expect(words.map(({ word }) => word).join('')).toBe('Rain on the roof\nRain on the road\nsandbox:fast\n')
    const times = words.flatMap(({ start_s, end_s }) => [Number(start_s), Number(end_s)])
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(times.at(-1)).toBeLessThan(clip.duration)
    expect((body.waveform_data as number[]).length).toBeCloseTo(10 * clip.duration, -1)
    expect(Math.max(...(body.waveform_data as number[]))).toBe(1)
  })

  it('return the notes of a clip, with a MIDI file of them', async () => {
    const { instruments, midi_url } = await midiOf(clip.id)
    expect((instruments as JsonObject[]).length).toBeGreaterThan(3)
    const file = await download(String(midi_url))
    expect(file.headers.get('content-type')).toBe('audio/midi')
    expect(parseMidi(file.bytes).tracks.length).toBeGreaterThan(4)
  })

  it('deliver a clip as WAV, without the losses of its MP3, and as a film of its cover', async () => {
    const dataOf = async (kind: string): Promise<JsonObject> => {
      const { body } = await send('GET', `/suno/act/${kind}/${clip.id}`, { key: LIVE_KEY })
      const task = await ended(String(body.data), LIVE_KEY)
      expect(task.status).toBe('SUCCESS')
      return (task.data as unknown as JsonObject[])[0] ?? {}
    }
    const { wav_url, duration } = await dataOf('wav')
    const wav = await download(String(wav_url))
    expect(wav.headers.get('content-type')).toBe('audio/wav')
    expect(wav.bytes.length).toBe(44 + 4 * Math.round(44_100 * clip.duration))
    expect(duration).toBeCloseTo(clip.duration, 3)
    const { video_url, image_url } = await dataOf('mp4')
    const film = await download(String(video_url))
    expect(film.headers.get('content-type')).toBe('video/mp4')
    expect(measureMp4(film.bytes)).toMatchObject({ widthPx: 720, heightPx: 1_280 })
    expect((await download(String(image_url))).headers.get('content-type')).toBe('image/jpeg')
  })

  it('say a style in more words', async () => {
    const { status, body } = await send('POST', '/suno/act/tags', { body: { original_tags: 'folk' }, key: LIVE_KEY })
    expect(status).toBe(200)
    expect(body.upsampled_tags).toMatch(/^folk, \d+ bpm, \w+ /)
  })

  let uploaded: Promise<Clip | undefined> | undefined
  /** The clip as a file that somebody has: the studio knows nothing of it but what it hears. */
  const aRecording = (): Promise<Clip | undefined> => {
    uploaded ??= send('POST', '/suno/uploads/audio-url', { body: { url: clip.audio_url }, key: LIVE_KEY }).then(
      async ({ body }) => (await ended(String(body.data), LIVE_KEY)).data[0],
    )
    return uploaded
  }
  const stored = async (one: Clip | undefined): Promise<JsonObject> => {
    const task = await gateway.store.getTask({ id: taskOfItem(one?.id ?? '').taskId })
    const { clips } = (task?.output ?? { clips: [] }) as { clips: JsonObject[] } // as the studio writes it
    return clips.find(({ id }) => id === one?.id) ?? {}
  }

  /** Of the key and the tempo that its task reports to have heard in the recording. */
  const expectAsHeard = async (song: JsonObject): Promise<void> => {
    const task = await gateway.store.getTask({ id: taskOfItem(String(song.id)).taskId })
    const [, bpm, key] =
      /heard in the recording: .* at ([\d.]+) bpm, (\w\S* \w+),/.exec(task?.logs.join('\n') ?? '') ?? []
    expect(song).toMatchObject({ key, bpm: Math.round(Number(bpm)) })
  }

  it('continue a recording over the chords that are heard in it, in its tempo and key', async () => {
    const recording = await aRecording()
    const fields = { task: 'upload_extend', continue_clip_id: recording?.id ?? '', continue_at: 6, tags: 'folk' }
    const made = await run({ ...fields, prompt: SHORT }, LIVE_KEY)
    const extension = await stored(made.data[0])
    await expectAsHeard(extension)
    expect(extension.identity).toMatchObject({ harmony: { beatsPerBar: 4, verse: expect.any(Array) } })
    const joining = await send('POST', '/suno/submit/concat', {
      body: { clip_id: made.data[0]?.id ?? '' },
      key: LIVE_KEY,
    })
    const joined = await ended(String(joining.body.data), LIVE_KEY)
    expect(await playing(joined.data[0])).toBeGreaterThan(12)
    const film = await send('GET', `/suno/act/mp4/${recording?.id}`, { key: LIVE_KEY })
    expect((await ended(String(film.body.data), LIVE_KEY)).status).toBe('SUCCESS')
    for (const kind of ['stems', 'midi']) {
      const { body } = await send('GET', `/suno/act/${kind}/${recording?.id}`, { key: LIVE_KEY })
      const id = taskOfItem((body.clips as unknown as Clip[])?.[0]?.id ?? String(recording?.id)).taskId
      if (kind === 'stems') expect((await ended(id, LIVE_KEY)).fail_reason).toMatch(/it is a recording/)
    }
  })

  it('replace a section of a recording over the chords that are heard there, without changing its length', async () => {
    const recording = await aRecording()
    const fields = { task: 'infill', continue_clip_id: recording?.id ?? '', infill_start_s: 4, infill_end_s: 9 }
    const made = await run({ ...fields, prompt: '[Verse]\nSun on the roof', tags: 'folk' }, LIVE_KEY)
    expect(made).toMatchObject({ status: 'SUCCESS', fail_reason: '' })
    await expectAsHeard(await stored(made.data[0]))
    const body = { clip_id: made.data[0]?.id ?? '', is_infill: true }
    const joining = await send('POST', '/suno/submit/concat', { body, key: LIVE_KEY })
    const joined = await ended(String(joining.body.data), LIVE_KEY)
    expect(Math.abs((await playing(joined.data[0])) - (await playing(recording)))).toBeLessThan(0.3)
  })

  it('cover a recording: its tune and chords, with a title’s words and another band, and say how sure of them they are', async () => {
    const recording = await aRecording()
    const cover = { task: 'cover', cover_clip_id: recording?.id ?? '', tags: 'techno', title: 'The last train home' }
    const made = await run(cover, LIVE_KEY)
    expect(made).toMatchObject({ status: 'SUCCESS', fail_reason: '' })
    const song = await stored(made.data[0])
    await expectAsHeard(song)
    expect(song.title).toBe('The last train home')
    expect(song.prompt).toMatch(/^\[Verse 1\][\s\S]*last train home/)
    // The notes of its tune are those of the original, as the studio plays it.
    const tuneOf = async (id: string): Promise<Set<number>> => {
      const { tracks } = parseMidi((await download(String((await midiOf(id)).midi_url))).bytes)
      const melody = tracks.find((events) => events.some((event) => event.type === 'lyrics')) ?? []
      return new Set(melody.flatMap((event) => (event.type === 'noteOn' ? [event.noteNumber % 12] : [])))
    }
    const [original, covered] = await Promise.all([tuneOf(clip.id), tuneOf(made.data[0]?.id ?? '')])
    expect([...covered].filter((note) => original.has(note)).length).toBeGreaterThan(0.6 * covered.size)
    const task = await gateway.store.getTask({ id: taskOfItem(made.data[0]?.id ?? '').taskId })
    expect(task?.logs.join('\n')).toMatch(/heard in the recording: \d+ bars of 4\/4 at [\s\S]*sure of beats to \d+ %/)
  })

  it('fail, and charge nothing, for a cover of a recording in which no song is heard', async () => {
    await using server = await noiseServer()
    const noise = await send('POST', '/suno/uploads/audio-url', { body: { url: server.url }, key: LIVE_KEY })
    const [recording] = (await ended(String(noise.body.data), LIVE_KEY)).data
    const before = await gateway.balance()
    const made = await run({ task: 'cover', cover_clip_id: recording?.id ?? '', tags: 'techno' }, LIVE_KEY)
    expect(made).toMatchObject({
      status: 'FAILURE',
      fail_reason: expect.stringMatching(
        /hears no song in this recording that it could cover: .*(?:beat|notes|chords)/,
      ),
    })
    expect(await gateway.balance()).toEqual(before)
  })

  it('keep no persona of a recording, whose voice is somebody’s', async () => {
    const persona = { root_clip_id: (await aRecording())?.id ?? '', name: 'x' }
    const refused = await send('POST', '/suno/persona/create', { body: persona, key: LIVE_KEY })
    expect(refused).toMatchObject({ status: 503, body: { code: 'no_provider' } })
  })

  it('leave the ledger balanced', () => gateway.assertBalanced())
})
