import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import account from '../../src/dialects/piapi/examples/account-info.json' with { type: 'json' }
import activeTasks from '../../src/dialects/piapi/examples/active-tasks.json' with { type: 'json' }
import created from '../../src/dialects/piapi/examples/create.json' with { type: 'json' }
import example from '../../src/dialects/piapi/examples/get-task.json' with { type: 'json' }
import histories from '../../src/dialects/piapi/examples/histories.json' with { type: 'json' }
import uploaded from '../../src/dialects/piapi/examples/upload.json' with { type: 'json' }
import { shapeDifferences } from '../../src/dialects/piapi/shape.testing.ts'
import { sandboxSong } from '../../src/engines/sandbox-media/sandbox-media.ts'
import { listen } from '../../src/engines/studio/listen.testing.ts'
import {
  clipsOf,
  download,
  LIVE_KEY,
  openGateway,
  type PiapiClip,
  type PiapiTask,
  TEST_KEY,
  type TestGateway,
} from '../support/gateway.ts'

const PRICE = 400_000
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
/** Of two lines: the shortest that the studio makes. */
const SHORT = { prompt: '[Verse]\nMove your paws\nLeft and right', tags: 'folk', title: 'Cat Dance', mv: 'chirp-crow' }

let gateway: TestGateway
beforeAll(async () => {
  gateway = await openGateway()
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

/** Compares an answer with the documented example; the input has the keys that were sent, in addition to the known ones. */
function differences(answer: { data: PiapiTask }, wanted: { data: object }, input: object): string[] {
  return shapeDifferences({ ...wanted, data: { ...wanted.data, input } }, answer)
}

async function credits(key: string): Promise<typeof account.data.credit_pack_info> {
  const { body } = await gateway.send('GET', '/account/info', { key })
  return (body as typeof account).data.credit_pack_info
}

function firstClip(task: PiapiTask): PiapiClip {
  const [first] = clipsOf(task)
  if (!first) throw new Error('The song has no clip.')
  return first
}

describe('a song on a live key', () => {
  let song: PiapiTask

  it('is accepted, held, done and charged once, and shown in the documented form', async () => {
    const before = await credits(LIVE_KEY)
    const answer = await gateway.piapi.post({ model: 'suno', task_type: 'music', input: SHORT })
    expect(answer.status).toBe(200)
    expect(differences(answer.body, created, example.data.input)).toEqual([])
    const { task_id: id, ...task } = answer.body.data
    expect(id).toMatch(UUID)
    expect(task).toMatchObject({
      status: 'pending',
      output: null,
      meta: { usage: { type: 'llm', frozen: 0, consume: PRICE } },
    })
    expect(await credits(LIVE_KEY)).toMatchObject({
      available_credits: before.available_credits - PRICE,
      frozen_credits: before.frozen_credits + PRICE,
      used_credits: before.used_credits,
    })

    await gateway.until(id, ({ status }) => status === 'processing')
    const running = await gateway.piapi.read(id)
    expect(running).toMatchObject({ status: 'processing', output: null, meta: { ended_at: '0001-01-01T00:00:00Z' } })
    expect(Date.parse(running.meta.started_at)).toBeGreaterThanOrEqual(Date.parse(running.meta.created_at))

    song = await gateway.piapi.ended(id)
    expect(shapeDifferences(example.data, song)).toEqual([])
    expect(song).toMatchObject({
      status: 'completed',
      input: { ...SHORT, make_instrumental: false, task_id: '' },
      meta: { usage: { type: 'llm', frozen: 0, consume: PRICE } },
    })
    expect(await credits(LIVE_KEY)).toMatchObject({
      available_credits: before.available_credits - PRICE,
      frozen_credits: before.frozen_credits,
      used_credits: before.used_credits + PRICE,
    })
    await gateway.assertBalanced()
  })

  it('has two takes whose files download with the right headers and can be played', async () => {
    const clips = clipsOf(song)
    expect(clips.map(({ title }) => title)).toEqual(['Cat Dance', 'Cat Dance'])
    const files = await Promise.all(clips.map(({ audio_url: url }) => download(url)))
    for (const [index, { headers, bytes }] of files.entries()) {
      expect(headers.get('content-type')).toBe('audio/mpeg')
      expect(headers.get('content-length')).toBe(String(bytes.length))
      expect(headers.get('accept-ranges')).toBe('bytes')
      const heard = await listen(bytes)
      expect(heard.errors).toBe(0)
      expect(heard.seconds).toBeCloseTo(clips[index]?.metadata.duration ?? 0, 0)
    }
    expect(Buffer.from(files[0]?.bytes ?? []).equals(files[1]?.bytes ?? new Uint8Array())).toBe(false)
    const covers = await Promise.all([clips[0]?.image_url, clips[0]?.image_large_url].map((url) => download(url ?? '')))
    for (const { headers } of covers) expect(headers.get('content-type')).toBe('image/jpeg')
  })

  it('reads the same through the Suno relay', async () => {
    const { body } = await gateway.send('GET', `/suno/fetch/${song.task_id}`)
    expect(body).toMatchObject({
      code: 'success',
      data: {
        task_id: song.task_id,
        status: 'SUCCESS',
        progress: '100%',
        fail_reason: '',
        data: clipsOf(song).map(sameClip),
      },
    })
  })

  it('is answered with the same bytes at every read', async () => {
    const read = async () => JSON.stringify((await gateway.send('GET', `/api/v1/task/${song.task_id}`)).body)
    expect(await read()).toBe(await read())
  })

  it('is continued, joined with its continuation, and plays as one song', async () => {
    const parent = firstClip(song)
    const extension = await gateway.piapi.ended(
      (await gateway.piapi.song({ ...SHORT, task_id: song.task_id, continue_clip_id: parent.id, continue_at: 5 }))
        .task_id,
    )
    const tail = firstClip(extension)
    expect(tail.metadata).toMatchObject({
      type: 'gen',
      audio_prompt_id: parent.id,
      history: [{ id: parent.id, continue_at: 5 }],
    })
    const joined = await gateway.piapi.ended((await gateway.piapi.create('concat', { clip_id: tail.id })).task_id)
    expect(joined.status).toBe('completed')
    const whole = firstClip(joined)
    const { bytes } = await download(whole.audio_url)
    const heard = await listen(bytes)
    expect(heard.errors).toBe(0)
    expect(heard.seconds).toBeCloseTo(5 + tail.metadata.duration, 0)
    expect(whole.metadata.duration).toBeCloseTo(heard.seconds, 0)
    await gateway.assertBalanced()
  })

  it('that was imported by its URL is continued', async () => {
    const { mp3, durationSeconds } = await sandboxSong()
    const server = createServer((_request, response) =>
      response.writeHead(200, { 'content-type': 'audio/mpeg' }).end(mp3),
    )
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    const { port } = server.address() as AddressInfo // it listens on TCP
    try {
      const url = `http://127.0.0.1:${port}/My%20song.mp3`
      const imported = await gateway.piapi.ended((await gateway.piapi.create('upload', { url })).task_id)
      const clip = firstClip(imported)
      expect(clip).toMatchObject({ title: 'My song', metadata: { type: 'upload' } })
      expect(clip.metadata.duration).toBeCloseTo(durationSeconds, 0)
      const extend = { ...SHORT, task: 'upload_extend', continue_clip_id: clip.id }
      const extension = await gateway.piapi.ended((await gateway.piapi.song(extend)).task_id)
      expect(extension.status).toBe('completed')
      const { bytes } = await download(firstClip(extension).audio_url)
      expect((await listen(bytes)).errors).toBe(0)
    } finally {
      server.close()
    }
  })

  it('that cannot be imported fails with the reason, and the hold is released', async () => {
    const server = createServer((_request, response) => response.writeHead(404).end('no song here'))
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    const { port } = server.address() as AddressInfo // it listens on TCP
    const before = await credits(LIVE_KEY)
    try {
      const task = await gateway.piapi.create('upload', { url: `http://127.0.0.1:${port}/gone.mp3` })
      const ended = await gateway.piapi.ended(task.task_id)
      expect(ended).toMatchObject({
        status: 'failed',
        output: null,
        error: { message: expect.stringContaining('404') },
      })
      expect(await credits(LIVE_KEY)).toEqual(before)
    } finally {
      server.close()
    }
  })
})

function sameClip(clip: PiapiClip): object {
  const { id, audio_url, image_url, image_large_url, title } = clip
  return { id, audio_url, image_url, image_large_url, title }
}

describe('a song on a test key', () => {
  it('runs on the sandbox, is marked as such, and costs nothing', async () => {
    const before = await credits(LIVE_KEY)
    const { task_id: id } = await gateway.piapi.song({ ...SHORT, tags: 'folk, sandbox:fast' }, { key: TEST_KEY })
    const task = await gateway.piapi.ended(id, { key: TEST_KEY })
    expect(shapeDifferences(example.data, { ...task, logs: [] })).toEqual(['$.meta.usage.charged: added'])
    expect(task).toMatchObject({
      status: 'completed',
      logs: ['Sandbox: not a real result.'],
      meta: { usage: { type: 'llm', frozen: 0, consume: 400_000, charged: false } },
    })
    const { headers, bytes } = await download(firstClip(task).audio_url)
    expect(headers.get('content-type')).toBe('audio/mpeg')
    expect((await listen(bytes)).seconds).toBeCloseTo(4, 0)
    expect(await credits(LIVE_KEY)).toEqual(before)
  })

  it('that was submitted through the Suno relay reads in PiAPI’s form', async () => {
    const body = { prompt: 'sandbox:fast', title: 'Relayed', tags: 'jazz', mv: 'chirp-v4' }
    const answer = await gateway.send('POST', '/suno/submit/music', { key: TEST_KEY, body })
    const { data: id } = answer.body as { data: string }
    const task = await gateway.piapi.ended(id, { key: TEST_KEY })
    expect(shapeDifferences(example.data, { ...task, logs: [] })).toEqual(['$.meta.usage.charged: added'])
    expect(task).toMatchObject({ model: 'suno', task_type: 'music', status: 'completed', input: { title: 'Relayed' } })
    expect(task.config).toEqual({ service_mode: '', webhook_config: { endpoint: '', secret: '' } })
  })

  it.each([
    ['music-s', 'generate_music', { gpt_description_prompt: 'a cat, sandbox:fast', model_version: 'chirp-v4' }],
    [
      'suno',
      'generate_music_custom',
      { prompt: 'sandbox:fast', tags: 'jazz', title: 'La', model_version: 'chirp-v3-5' },
    ],
  ])('in the older form of %s %s has its clips as a map', async (model, taskType, input) => {
    const { task_id: id } = await gateway.piapi.create(taskType, input, { key: TEST_KEY, model })
    const task = await gateway.piapi.ended(id, { key: TEST_KEY })
    expect(task).toMatchObject({ model, task_type: taskType, status: 'completed', input })
    const { clips } = task.output as unknown as { clips: Record<string, PiapiClip & { status: string }> }
    expect(Object.keys(clips)).toHaveLength(2)
    for (const [clipId, clip] of Object.entries(clips)) {
      expect(clip).toMatchObject({ id: clipId, status: 'complete', audio_url: expect.stringContaining('/files/') })
    }
  })

  it('under music-s in the newer form has its clips as a list', async () => {
    const { task_id: id } = await gateway.piapi.create(
      'music',
      { prompt: 'sandbox:fast' },
      { key: TEST_KEY, model: 'music-s' },
    )
    expect(clipsOf(await gateway.piapi.ended(id, { key: TEST_KEY }))).toHaveLength(2)
  })

  it('can have its lyrics written', async () => {
    const { task_id: id } = await gateway.piapi.create('lyrics', { prompt: 'fog, sandbox:fast' }, { key: TEST_KEY })
    const task = await gateway.piapi.ended(id, { key: TEST_KEY })
    expect(task.output).toMatchObject({
      title: expect.any(String),
      text: expect.stringContaining('fog'),
      tags: ['sandbox'],
    })
  })
})

describe('a tenant’s account at PiAPI’s routes', () => {
  it('is shown in the documented form', async () => {
    const { body } = await gateway.send('GET', '/account/info')
    expect(shapeDifferences(account, body)).toEqual([])
    expect(body).toMatchObject({ data: { is_enable: true, equivalent_in_usd: expect.closeTo(1_000, 0) } })
  })

  it('uploads a file and reads it back', async () => {
    const { mp3 } = await sandboxSong()
    const body = { file_name: 'a song.mp3', file_data: Buffer.from(mp3).toString('base64') }
    const answer = await gateway.send('POST', '/api/ephemeral_resource', { body })
    expect(shapeDifferences(uploaded, answer.body)).toEqual([])
    const { headers, bytes } = await download((answer.body as typeof uploaded).data.url)
    expect(headers.get('content-type')).toBe('audio/mpeg')
    expect(Buffer.from(bytes).equals(mp3)).toBe(true)
  })

  it('lists its unfinished tasks by family, and no other tenant’s', async () => {
    const { key } = await gateway.tenant({ key: { mode: 'test' } })
    const { task_id: id } = await gateway.piapi.song({ prompt: 'sandbox:slow=600' }, { key })
    await gateway.until(id, ({ status }) => status === 'processing')
    const { body } = await gateway.send('GET', '/account/active_tasks', { key })
    expect(body).toMatchObject({
      data: { 'music-s': { staged_count: 0, pending_count: 0, processing_count: 1, active_tasks: [{ task_id: id }] } },
    })
    const rows = (body as unknown as { data: { 'music-s': { active_tasks: object[] } } }).data['music-s'].active_tasks
    const wanted = { ...activeTasks, data: { 'music-s': { ...activeTasks.data['music-s'], active_tasks: rows } } }
    expect(shapeDifferences(wanted, body)).toEqual([])
  })

  it('pages through its history, newest first, by model and by time', async () => {
    const { key } = await gateway.tenant({ key: { mode: 'test' } })
    const ids: string[] = []
    for (let number = 0; number < 5; number++) {
      ids.push((await gateway.piapi.song({ prompt: `sandbox:fast ${number}` }, { key })).task_id)
    }
    await Promise.all(ids.map((id) => gateway.piapi.ended(id, { key })))
    const page = async (query: string): Promise<typeof histories> =>
      (await gateway.send('GET', `/api/open/tasks/histories?${query}`, { key })).body as typeof histories
    const all = await page('')
    expect(shapeDifferences(histories, all)).toEqual([])
    expect(all.data).toMatchObject({ page: 1, size: 10, total: 5 })
    expect(all.data.data.map((row) => row.task_id)).toEqual(ids.toReversed())
    expect(new Set(all.data.data.map((row) => row.id)).size).toBe(5)
    const second = await page('page=2&page_size=2')
    expect(second.data).toMatchObject({ page: 2, size: 2, total: 5, data: [{ task_id: ids[2] }, { task_id: ids[1] }] })
    expect((await page('model=music-s')).data.total).toBe(5)
    expect((await page('model=luma')).data).toMatchObject({ total: 0, data: [] })
    expect((await page(`end_time=${Math.floor(Date.now() / 1_000) - 60}`)).data.total).toBe(0)
    expect((await page(`start_time=${new Date(Date.now() - 60_000).toISOString()}`)).data.total).toBe(5)
  })

  it('does not see another tenant’s tasks', async () => {
    const { key } = await gateway.tenant({})
    const { task_id: id } = await gateway.piapi.song({ prompt: 'sandbox:fast' }, { key: TEST_KEY })
    for (const [method, path] of [
      ['GET', `/api/v1/task/${id}`],
      ['GET', `/api/v1/task/${id}?wait=5`],
      ['GET', `/api/v1/task/${id}/events`],
      ['DELETE', `/api/v1/task/${id}`],
    ] as const) {
      const answer = await gateway.send(method, path, { key })
      expect(answer).toMatchObject({ status: 404, body: { code: 404, message: `No task ${id}.` } })
    }
  })
})
