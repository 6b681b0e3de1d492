import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { itemId, newId } from '../../core/ids.ts'
import type { Json } from '../../core/json.ts'
import modes from './examples/submit.music.requests.json' with { type: 'json' }
import { type Gateway, openGateway, part } from './gateway.testing.ts'
import { aClip, aSong } from './tasks.testing.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const _NOT_THERE = { code: 'task_not_exist', message: 'task_not_exist', data: null }
const SONG = { prompt: '[Verse]\nWalking', tags: 'punk', title: 'City Lights', mv: 'chirp-v4' }

let gateway: Gateway
beforeAll(async () => {
  gateway = await openGateway()
})
afterAll(() => gateway.close())

describe('a submission to the Suno relay', () => {
  it.each([
    ['/suno/submit/music', SONG],
    ['/suno/submit/MUSIC', SONG],
    ['/suno/submit/Music/', SONG],
    ['/suno/submit/LYRICS', { prompt: 'fog' }],
    ['/suno/submit/lyrics/', { prompt: 'fog' }],
    ['/suno/uploads/audio-url', { url: 'https://client.example/a.mp3' }],
    ['/suno/uploads/audio-url/', { url: 'https://client.example/a.mp3' }],
    ['/suno/uploads/audio', { url: 'https://client.example/a.mp3', name: 'a', timeout: 90 }],
  ])('to %s is answered 200 with the envelope and a task id', async (path, body) => {
    const answer = await gateway.post(path, body)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(answer.body).toEqual({ code: 'success', message: '', data: expect.stringMatching(UUID) })
  })

  it.each(Object.entries(modes))('is accepted in the mode: %s', async (mode, example) => {
    const body: { [name: string]: Json } = { ...example }
    const root = clip(await gateway.finishedSong(), 1)
    if ('cover_clip_id' in example) body.cover_clip_id = root
    if ('persona_id' in example) body.persona_id = await finishedPersona(root)
    if ('continue_clip_id' in example && example.continue_clip_id !== null) {
      const upload = mode.startsWith('upload')
      const parent = upload ? await finishedUpload() : await gateway.finishedSong()
      body.continue_clip_id = upload ? parent : `${parent.slice(0, -2)}01`
      if ('task_id' in example) body.task_id = parent
    }
    expect(await gateway.post('/suno/submit/music', body)).toMatchObject({ status: 200, body: { code: 'success' } })
  })

  it('keeps unknown fields', async () => {
    const id = await gateway.submitted('/suno/submit/music', {
      ...SONG,
      vocal_gender: 'f',
      continued_aligned_prompt: null,
      x: [1],
    })
    const task = await gateway.store.getTask({ id })
    expect(task?.input).toMatchObject({ ...SONG, vocal_gender: 'f', continued_aligned_prompt: null, x: [1] })
  })

  it('joins an extension with the clip that it continues', async () => {
    const extension = await gateway.finishedSong()
    const joined = await gateway.submitted('/suno/submit/concat', { clip_id: clip(extension, 2), is_infill: false })
    const output = { clips: [{ ...aClip(joined), type: 'concat', continueClipId: 'the head', continueAt: 120 }] }
    await gateway.complete(await gateway.begin(joined), output)
    const { body } = await gateway.get(`/suno/fetch/${joined}`)
    expect(part(body, 'data')).toMatchObject({ action: 'MUSIC', status: 'SUCCESS', data: [{ id: joined }] })
    expect(part(body, 'data', 'data', 0, 'metadata')).toMatchObject({
      type: 'concat',
      concat_history: [
        { id: 'the head', continue_at: 120 },
        { id: clip(extension, 2), continue_at: null },
      ],
    })
  })

  it('imports a song whose clip has the task’s id and can be extended', async () => {
    const upload = await finishedUpload()
    const { body } = await gateway.get(`/suno/fetch/${upload}`)
    expect(part(body, 'data', 'data')).toMatchObject([{ id: upload, clip_id: upload, metadata: { type: 'upload' } }])
    const extend = { ...SONG, task: 'upload_extend', continue_clip_id: upload, continue_at: 30 }
    expect((await gateway.post('/suno/submit/music', extend)).status).toBe(200)
  })

  it('extends a clip whose id is its task’s id with the clip’s number', async () => {
    const parent = await gateway.finishedSong()
    const extend = { ...SONG, task_id: `${parent}_1`, continue_clip_id: clip(parent, 1), continue_at: 60 }
    expect((await gateway.post('/suno/submit/music', extend)).status).toBe(200)
  })

  it.each([
    ['an unknown action', '/suno/submit/dance', {}, 'invalid_action'],
    ['lyrics of nothing', '/suno/submit/lyrics', { prompt: '' }, 'prompt_empty'],
    ['an extension without its task', '/suno/submit/music', { ...SONG, continue_clip_id: 'x' }, 'task id is empty'],
    ['an unknown version', '/suno/submit/music', { ...SONG, mv: 'chirp-v9' }, /^mv must be one of/],
    ['an unknown mode', '/suno/submit/music', { ...SONG, task: 'dance' }, /^task must be one of/],
    ['an upload without a url', '/suno/uploads/audio-url', {}, /^url is required/],
    ['an upload of what is no sound', '/suno/uploads/audio', { extension: 'exe' }, /^extension must be one of/],
    ['a private url', '/suno/uploads/audio-url', { url: 'http://127.0.0.1/a.mp3' }, /^url leads to/],
    [
      'a private callback',
      '/suno/submit/lyrics',
      { prompt: 'x', notify_hook: 'http://127.0.0.1/' },
      /^notify_hook leads/,
    ],
    ['a list', '/suno/submit/music', [], /JSON object/],
  ])('of %s is refused, and nothing is stored', async (_what, path, body, message) => {
    const before = await gateway.store.summary({})
    const answer = await gateway.post(path, body)
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request', data: null } })
    expect(part(answer.body, 'message')).toMatch(message)
    expect(part(answer.body, 'error', 'message')).toBe(part(answer.body, 'message'))
    expect(await gateway.store.summary({})).toEqual(before)
  })

  it('that builds on an unknown clip, or on another tenant’s, is refused with task_origin_not_exist', async () => {
    const mine = await gateway.finishedSong()
    const unknown = newId(gateway.clock.nowMs)
    const refused = { status: 400, body: { code: 'task_not_exist', message: 'task_origin_not_exist', data: null } }
    const extend = (task: string, of: string, key?: string) =>
      gateway.post('/suno/submit/music', { ...SONG, task_id: task, continue_clip_id: of }, key ? { key } : {})
    expect(await extend(unknown, clip(mine, 1))).toMatchObject(refused)
    expect(await extend(mine, clip(unknown, 1))).toMatchObject(refused)
    expect(await extend(mine, clip(mine, 3))).toMatchObject(refused)
    expect(await extend(mine, 'a0601')).toMatchObject(refused)
    expect(await extend(mine, clip(mine, 1), gateway.keys.stranger)).toMatchObject(refused)
    expect(await gateway.post('/suno/submit/concat', { clip_id: clip(unknown, 1) })).toMatchObject(refused)
  })

  it('that builds on an unfinished clip is refused with the reason', async () => {
    const parent = await gateway.submitted('/suno/submit/music', SONG)
    const extend = { ...SONG, task_id: parent, continue_clip_id: clip(parent, 1) }
    const answer = await gateway.post('/suno/submit/music', extend)
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
    expect(part(answer.body, 'message')).toMatch(/pending/)
  })

  it('without enough credit is refused with quota_not_enough', async () => {
    const answer = await gateway.post('/suno/submit/music', SONG, { key: gateway.keys.poor })
    expect(answer).toMatchObject({ status: 403, body: { code: 'quota_not_enough', data: null } })
  })

  it('with an unreadable body is refused, with an error by the kind of the fault', async () => {
    const json = { 'content-type': 'application/json' }
    const send = (text: string, headers: Record<string, string>) =>
      gateway.send('POST', '/suno/submit/music', { text, headers })
    expect(await send('{"prompt":', json)).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
    expect(await send('', json)).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
    expect(await send('prompt=la', { 'content-type': 'application/xml' })).toMatchObject({ status: 415 })
    expect(await send('prompt', { 'content-type': 'text/plain' })).toMatchObject({ status: 415 })
    expect(await send(JSON.stringify({ prompt: 'x'.repeat(200_000) }), json)).toMatchObject({ status: 413 })
  })
})

describe('an Idempotency-Key at the Suno relay', () => {
  it('gives the same task to the same request, paid once', async () => {
    const headers = { 'idempotency-key': 'one' }
    const first = await gateway.post('/suno/submit/music', SONG, { headers })
    const balance = await balanceOf()
    const second = await gateway.post('/suno/submit/music', SONG, { headers })
    expect(second.body).toEqual(first.body)
    expect(first.headers.get('idempotency-replayed')).toBeNull()
    expect(second.headers.get('idempotency-replayed')).toBe('true')
    expect(await balanceOf()).toEqual(balance)
  })

  it('is refused with another request, and when it is malformed', async () => {
    const headers = { 'idempotency-key': 'two' }
    await gateway.post('/suno/submit/lyrics', { prompt: 'fog' }, { headers })
    const other = await gateway.post('/suno/submit/lyrics', { prompt: 'rain' }, { headers })
    expect(other).toMatchObject({ status: 422, body: { code: 'invalid_request', data: null } })
    const malformed = await gateway.post('/suno/submit/music', SONG, { headers: { 'idempotency-key': 'a b' } })
    expect(malformed).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
  })

  it('works on every route that costs points', async () => {
    const song = await gateway.finishedSong()
    const routes: [string, Json][] = [
      ['/suno/submit/concat', { clip_id: clip(song, 1) }],
      ['/suno/uploads/audio-url', { url: 'https://client.example/a.mp3' }],
      ['/suno/uploads/audio', { url: 'https://client.example/a.mp3' }],
      ['/suno/generate', SONG],
      ['/suno/generate/description-mode', { gpt_description_prompt: 'a cat' }],
      ['/suno/generate/lyrics/', { prompt: 'fog' }],
      ['/suno/generate/concat', { clip_id: clip(song, 1) }],
      ['/suno/generate/concat/v2', { clip_id: clip(song, 2) }],
    ]
    for (const [path, body] of routes) {
      const headers = { 'idempotency-key': `for${path}` }
      const first = await gateway.post(path, body, { headers })
      const second = await gateway.post(path, body, { headers })
      expect(second.headers.get('idempotency-replayed'), path).toBe('true')
      expect(second.body).toEqual(first.body)
    }
  })
})

describe('an API key at the Suno relay', () => {
  it('is taken from every header in which clients send it', async () => {
    const { rich } = gateway.keys
    const ways: Record<string, string>[] = [
      { authorization: `Bearer ${rich}` },
      { authorization: rich },
      { 'x-api-key': rich },
      { 'mj-api-secret': rich },
      { authorization: 'midjourney-proxy', 'mj-api-secret': rich },
    ]
    for (const headers of ways) {
      const answer = await gateway.post('/suno/fetch', { ids: [] }, { key: null, headers })
      expect(answer.body).toEqual({ code: 'success', message: '', data: [] })
    }
  })

  it('is answered 401 when it is wrong or missing, in OpenAI’s form and in the relay’s', async () => {
    for (const key of ['sk-live-wrong', null]) {
      const { status, body } = await gateway.get('/suno/fetch/x', { key })
      expect(status).toBe(401)
      expect(body).toMatchObject({ code: 'invalid_request', data: null, error: { type: 'new_api_error' } })
      expect(part(body, 'error', 'message')).toBe(part(body, 'message'))
    }
  })

  it('is answered 403 for models that it may not use', async () => {
    const answer = await gateway.post('/suno/submit/music', SONG, { key: gateway.keys.narrow })
    expect(answer).toMatchObject({ status: 403, body: { code: 'model_not_allowed' } })
  })

  it('is answered 429 beyond its rate, with the time to wait', async () => {
    await gateway.post('/suno/fetch', {}, { key: gateway.keys.slow })
    const answer = await gateway.post('/suno/fetch', {}, { key: gateway.keys.slow })
    expect(answer).toMatchObject({ status: 429, body: { code: 'rate_limited', data: null } })
    expect(answer.headers.get('retry-after')).toBe('60')
  })

  it('for tests gets the same answers', async () => {
    const { test } = gateway.keys
    const { body } = await gateway.post('/suno/submit/music', SONG, { key: test })
    const id = String(part(body, 'data'))
    await gateway.complete(await gateway.begin(id), aSong(id))
    const answer = await gateway.get(`/suno/fetch/${id}`, { key: test })
    expect(part(answer.body, 'data')).toMatchObject({ status: 'SUCCESS', progress: '100%', data: [{}, {}] })
  })
})

function clip(taskId: string, number: number): string {
  return itemId(taskId, number)
}

async function finishedPersona(root: string): Promise<string> {
  const persona = { root_clip_id: root, name: 'Harbour voice', description: '', clips: [], is_public: false }
  const known = new Set((await gateway.store.listTasks({ tenantId: await tenantId(), limit: 500 })).map(({ id }) => id))
  const made = gateway.post('/suno/persona/create', persona)
  // The answer comes when the work is done, and the test does the work.
  const id = await vi.waitFor(async () => {
    const tasks = await gateway.store.listTasks({ tenantId: await tenantId(), limit: 500 })
    const task = tasks.find((one) => one.operation === 'suno/persona' && !known.has(one.id))
    if (!task) throw new Error('The persona was not asked for yet.')
    return task.id
  })
  await gateway.complete(await gateway.begin(id), { data: persona })
  expect((await made).body).toMatchObject({ id, name: 'Harbour voice', clip: { id: root } })
  return id
}

async function tenantId(): Promise<string> {
  const [house] = await gateway.store.listTenants({})
  return house?.id ?? ''
}

async function finishedUpload(): Promise<string> {
  const id = await gateway.submitted('/suno/uploads/audio-url', { url: 'https://client.example/a.mp3' })
  await gateway.complete(await gateway.begin(id), { clips: [{ ...aClip(id), type: 'upload', mv: '' }] })
  return id
}

async function balanceOf() {
  const [house] = await gateway.store.listTenants({})
  return gateway.store.getBalance({ tenantId: house?.id ?? '' })
}
