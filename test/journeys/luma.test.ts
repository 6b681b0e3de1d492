import { LumaAI } from 'lumaai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { download, openGateway, type PiapiTask, TEST_KEY, type TestGateway } from '../support/gateway.ts'
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

function client(key = TEST_KEY, at = '/luma/dream-machine/v1'): LumaAI {
  return new LumaAI({ authToken: key, baseURL: gateway.url + at, maxRetries: 0 })
}

const UNKNOWN_ID = '01234567-89ab-4cde-8f01-23456789ab00'

/** As a client does: polls until the generation has ended. */
async function ended(luma: LumaAI, id = ''): Promise<LumaAI.Generation> {
  for (;;) {
    const generation = await luma.generations.get(id, { query: { wait: '20' } })
    if (generation.state === 'completed' || generation.state === 'failed') return generation
  }
}

const isMp4 = (bytes: Uint8Array): boolean => Buffer.from(bytes.subarray(4, 8)).toString() === 'ftyp'

describe('the package lumaai', () => {
  it.each(['/luma/dream-machine/v1', '/dream-machine/v1'])(
    'submits, awaits and downloads a video at %s',
    async (at) => {
      const luma = client(TEST_KEY, at)
      const made = await luma.generations.create({
        model: 'ray-flash-2',
        prompt: 'a balloon sandbox:fast',
        aspect_ratio: '9:16',
        duration: '9s',
        resolution: '540p',
        loop: true,
        concepts: [{ key: 'dolly_zoom' }],
      })
      expect(made).toMatchObject({ generation_type: 'video', model: 'ray-flash-2', failure_reason: null })
      expect(['queued', 'dreaming']).toContain(made.state)
      expect(made.assets).toBeUndefined()
      const done = await ended(luma, made.id)
      expect(done).toMatchObject({
        id: made.id,
        state: 'completed',
        created_at: made.created_at,
        request: {
          generation_type: 'video',
          prompt: 'a balloon sandbox:fast',
          model: 'ray-flash-2',
          duration: '9s',
          resolution: '540p',
          loop: true,
          concepts: [{ key: 'dolly_zoom' }],
        },
      })
      const { headers, bytes } = await download(done.assets?.video ?? '')
      expect(headers.get('content-type')).toBe('video/mp4')
      expect(isMp4(bytes)).toBe(true)
      const stored = await gateway.store.getTask({ id: made.id ?? '' })
      expect(stored?.input).toMatchObject({ model: 'ray-flash-2', duration: 9, resolution: '540p' })
      expect(stored?.output).toMatchObject({ videos: [{ widthPx: 540, heightPx: 960, seconds: 9 }] })
    },
  )

  it('builds on a video: with a frame, an upscale and sound', async () => {
    const luma = client()
    const first = await ended(
      luma,
      (await luma.generations.video.create({ model: 'ray-2', prompt: 'fog sandbox:fast' })).id,
    )
    const keyframes = { frame0: { type: 'generation' as const, id: first.id ?? '' } }
    const longer = await luma.generations.create({ model: 'ray-2', prompt: 'on sandbox:fast', keyframes })
    expect((await ended(luma, longer.id)).request).toMatchObject({ keyframes })
    const upscaled = await luma.generations.upscale(first.id ?? '', { resolution: '1080p' })
    const sounding = await luma.generations.audio(first.id ?? '', { prompt: 'wind sandbox:fast' })
    for (const [{ id }, type] of [
      [upscaled, 'upscale_video'],
      [sounding, 'add_audio'],
    ] as const) {
      const done = await ended(luma, id)
      expect(done).toMatchObject({ state: 'completed', generation_type: 'video', request: { generation_type: type } })
      expect(isMp4((await download(done.assets?.video ?? '')).bytes)).toBe(true)
      expect((await gateway.store.getTask({ id: id ?? '' }))?.parentTaskId).toBe(first.id)
    }
  })

  it('a field that adding sound does not have may say the size and the length of the video, and no more', async () => {
    const luma = client()
    const { id = '' } = await luma.generations.video.create({
      model: 'ray-2',
      prompt: 'fog sandbox:fast',
      resolution: '1080p',
      duration: '9s',
    })
    await ended(luma, id)
    const adding = (more: object) => ({
      operation: 'luma/add_audio',
      input: { origin_task_id: id, prompt: 'wind sandbox:fast', ...more },
    })
    const send = (more: object) => gateway.send('POST', '/polyphony/v1/tasks', { key: TEST_KEY, body: adding(more) })
    expect((await send({ resolution: '1080p', seconds: 9 })).status).toBe(201)
    for (const [more, field] of [
      [{ resolution: '4k' }, 'input.resolution'],
      [{ seconds: 10 }, 'input.seconds'],
    ] as const) {
      expect(await send(more)).toMatchObject({ status: 400, body: { error: { code: 'invalid_input', field } } })
    }
  })

  it('changes and reframes videos and pictures', async () => {
    const luma = client()
    const media = { url: 'https://1.1.1.1/file' }
    const prompt = 'snow sandbox:fast'
    const made = await Promise.all([
      luma.generations.video.modify({
        generation_type: 'modify_video',
        media,
        mode: 'flex_2',
        model: 'ray-2',
        prompt,
      }),
      luma.generations.video.reframe({
        generation_type: 'reframe_video',
        media,
        model: 'ray-flash-2',
        aspect_ratio: '1:1',
        prompt,
        x_start: 10,
      }),
      luma.generations.image.reframe({
        generation_type: 'reframe_image',
        media,
        model: 'photon-1',
        aspect_ratio: '4:3',
        prompt,
      }),
    ])
    const done = await Promise.all(made.map(({ id }) => ended(luma, id)))
    expect(done.map(({ state, generation_type }) => [state, generation_type])).toEqual([
      ['completed', 'video'],
      ['completed', 'video'],
      ['completed', 'image'],
    ])
    expect(done[1]?.request).toMatchObject({ generation_type: 'reframe_video', x_start: 10, media })
    expect((await download(done[2]?.assets?.image ?? '')).headers.get('content-type')).toBe('image/jpeg')
  })

  it('gets a picture in one call with sync', async () => {
    const done = await client().generations.image.create({
      model: 'photon-flash-1',
      prompt: 'a teapot sandbox:fast',
      format: 'png',
      sync: true,
      sync_timeout: 20,
    })
    expect(done).toMatchObject({ state: 'completed', generation_type: 'image', request: { sync: true } })
    expect((await download(done.assets?.image ?? '')).headers.get('content-type')).toBe('image/png')
  })

  it('is called back when a generation dreams and when it has ended', async () => {
    const callback_url = `${receiver.url}/luma`
    const { id } = await client().generations.create({ model: 'ray-2', prompt: 'rain sandbox:slow=1', callback_url })
    const mine = () => receiver.received.map(({ body }) => JSON.parse(body)).filter((one) => one.id === id)
    await receiver.until(() => mine().some(({ state }) => state === 'completed'))
    expect(mine().map(({ state }) => state)).toEqual(['dreaming', 'completed'])
    expect(mine().at(-1)).toEqual(await client().generations.get(id ?? ''))
    expect(mine().at(-1).request.callback_url).toBe(callback_url)
  })

  it('lists generations, newest first', async () => {
    const { key } = await gateway.tenant({ key: { mode: 'test' } })
    const luma = client(key)
    const ids: (string | undefined)[] = []
    for (const prompt of ['one', 'two', 'three']) {
      ids.push((await luma.generations.create({ model: 'ray-2', prompt: `${prompt} sandbox:fast` })).id)
    }
    const first = await luma.generations.list({ limit: 2, offset: 0 })
    expect(first).toMatchObject({ count: 3, has_more: true, limit: 2, offset: 0 })
    expect(first.generations.map(({ id }) => id)).toEqual([ids[2], ids[1]])
    const rest = await luma.generations.list({ limit: 2, offset: 2 })
    expect(rest).toMatchObject({ count: 3, has_more: false })
    expect(rest.generations.map(({ id }) => id)).toEqual([ids[0]])
    await expect(luma.generations.list({ limit: 0 })).rejects.toMatchObject({ status: 422 })
  })

  it('deletes: cancels a generation that waits or runs, and removes the files of one that has ended', async () => {
    const { key } = await gateway.tenant({ maxConcurrent: 1, key: { mode: 'test' } })
    const luma = client(key)
    const made = await luma.generations.create({ model: 'ray-2', prompt: 'a sandbox:fast' })
    const done = await ended(luma, made.id)
    const running = await luma.generations.create({ model: 'ray-2', prompt: 'a sandbox:slow=30' })
    const waiting = await luma.generations.create({ model: 'ray-2', prompt: 'b' })
    await luma.generations.delete(waiting.id ?? '')
    expect(await luma.generations.get(waiting.id ?? '')).toMatchObject({ state: 'failed' })
    await gateway.until(running.id ?? '', ({ status }) => status === 'processing')
    await luma.generations.delete(running.id ?? '')
    expect(await luma.generations.get(running.id ?? '')).toMatchObject({ state: 'failed' })
    await luma.generations.delete(made.id ?? '')
    await expect(luma.generations.get(made.id ?? '')).rejects.toMatchObject({ status: 404 })
    expect((await fetch(done.assets?.video ?? '')).status).toBe(404)
    expect((await luma.generations.list()).generations.map(({ id }) => id)).toEqual([waiting.id, running.id])
  })

  it('throws the reason of a failed generation', async () => {
    const luma = client()
    const failed = await ended(
      luma,
      (await luma.generations.create({ model: 'ray-2', prompt: 'x sandbox:moderation' })).id,
    )
    expect(failed).toMatchObject({ state: 'failed', failure_reason: expect.stringContaining('moderation') })
    expect(failed.assets).toBeUndefined()
  })

  it('throws what was wrong with a request', async () => {
    const luma = client()
    const body = { model: 'ray-2' as const, prompt: 'a' }
    const wrong = async (given: JsonObject, field: string) => {
      const error = await luma.generations.create({ ...body, ...given }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      expect(error).toMatchObject({ status: 422, error: { detail: [{ loc: ['body', ...field.split('.')] }] } })
      return JSON.stringify((error as { error: unknown }).error)
    }
    expect(await wrong({ model: 'ray-9' }, 'model')).toContain('must be one of')
    expect(await wrong({ duration: '7s' }, 'duration')).toContain('5s')
    expect(await wrong({ keyframes: { frame1: { type: 'image', url: 'nowhere' } } }, 'keyframes.frame1.url')).toContain(
      'keyframes.frame1.url must be an http or https URL',
    )
    expect(await wrong({ keyframes: { frame0: { type: 'generation' } } }, 'keyframes.frame0.id')).toContain('is needed')
    expect(await wrong({ generation_type: 'image' }, 'generation_type')).toContain('video')
    await expect(
      luma.generations.create({ ...body, keyframes: { frame0: { type: 'generation', id: UNKNOWN_ID } } }),
    ).rejects.toMatchObject({ status: 400, error: { detail: expect.stringContaining('keyframes.frame0.id') } })
    await expect(
      luma.generations.create({ ...body, keyframes: { frame0: { type: 'image', url: 'http://10.0.0.1/a' } } }),
    ).rejects.toMatchObject({ status: 400, error: { detail: expect.stringContaining('keyframes.frame0.url') } })
    await expect(luma.generations.upscale(UNKNOWN_ID, {})).rejects.toMatchObject({ status: 404 })
    await expect(luma.generations.get(UNKNOWN_ID)).rejects.toMatchObject({
      status: 404,
      error: { detail: expect.stringContaining(UNKNOWN_ID) },
    })
    await expect(client('sk-nobody').ping.check()).rejects.toMatchObject({ status: 401 })
  })

  it('reads the balance, the concepts and a ping', async () => {
    const luma = client()
    expect(await luma.credits.get()).toEqual({ credit_balance: 100_000 })
    expect(await luma.generations.concepts.list()).toEqual([])
    expect(await luma.ping.check()).toEqual({ message: 'pong' })
  })

  it('reads tasks of PiAPI’s routes', async () => {
    const input = {
      prompt: 'a kite sandbox:fast',
      start_image: 'https://1.1.1.1/file',
      model_name: 'ray-v2',
      aspect_ratio: '4:3',
    }
    const made = await gateway.piapi.create('video_generation', input, { model: 'luma', key: TEST_KEY })
    const task: PiapiTask = await gateway.piapi.ended(made.task_id, { key: TEST_KEY })
    const { video } = task.output as { video: { url: string } }
    expect(await client().generations.get(made.task_id)).toMatchObject({
      id: made.task_id,
      state: 'completed',
      model: 'ray-v2',
      assets: { video: video.url },
      request: { duration: '5s', keyframes: { frame0: { type: 'image', url: 'https://1.1.1.1/file' } } },
    })
    const song = await gateway.piapi.song({ prompt: 'la', mv: 'chirp-v4' }, { key: TEST_KEY })
    await expect(client().generations.get(song.task_id)).rejects.toMatchObject({ status: 404 })
  })
})

interface Own extends JsonObject {
  id: string
  state: string
  video: { url: string; download_url: string; width: number; height: number } | null
}

/** The calls of https://github.com/Dooy/chatgpt-web-midjourney-proxy (src/api/luma.ts, src/views/luma/lumaInput.vue). */
describe('a relay’s web client for Luma', () => {
  const headers = { Authorization: `Bearer ${TEST_KEY}` }
  const call = async (method: string, path: string, body?: object) =>
    gateway.send(method, `/luma${path}`, { key: null, headers, ...(body ? { body } : {}) })

  async function feed(id: string): Promise<Own> {
    for (;;) {
      const { body } = await call('GET', `/generations/${id}?wait=20`)
      const one = body as unknown as Own // as the client trusts it
      if (one.state === 'failed' || (one.state === 'completed' && one.video?.download_url)) return one
    }
  }

  const requested = {
    aspect_ratio: '4:3',
    expand_prompt: true,
    image_url: '',
    user_prompt: 'a kite sandbox:fast',
    image_end_url: '',
  }

  it('makes a video, and extends it', async () => {
    const { status, body } = await call('POST', '/generations/', requested)
    expect(status).toBe(200)
    expect(body).toMatchObject({ state: 'pending', prompt: requested.user_prompt, video: null, video_raw: null })
    const done = await feed((body as unknown as Own).id)
    expect(isMp4((await download(done.video?.download_url ?? '')).bytes)).toBe(true)
    expect(done).toMatchObject({ video: { width: 1_152, height: 864 }, failure_reason: null })

    const longer = await call('POST', `/generations/${done.id}/extend`, {
      ...requested,
      image_end_url: 'https://1.1.1.1/b',
    })
    expect((await feed((longer.body as unknown as Own).id)).state).toBe('completed')
    const stored = await gateway.store.getTask({ id: (longer.body as unknown as Own).id })
    expect(stored).toMatchObject({
      operation: 'luma/extend_video',
      parentTaskId: done.id,
      input: { end_image: 'https://1.1.1.1/b' },
    })
    const { body: address } = await call('GET', `/generations/${done.id}/download_video_url`)
    expect(address).toEqual({ url: done.video?.download_url })
  })

  it('sends its first frame as base64', async () => {
    const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsrQDOwAAAABJRU5ErkJggg=='
    const { body } = await call('POST', '/generations', { ...requested, image_url: `data:image/png;base64,${png}` })
    const stored = await gateway.store.getTask({ id: (body as unknown as Own).id })
    expect(stored?.input.start_image).toMatch(/^asset:/)
  })

  it('reads many tasks at once, and is called back at every change', async () => {
    const { body } = await call('POST', '/generations', {
      user_prompt: 'x sandbox:slow=1',
      duration: '5s',
      model_name: 'ray-v3',
      notify_hook: `${receiver.url}/own`,
    })
    const { id } = body as unknown as Own
    const mine = () => receiver.received.map((one) => JSON.parse(one.body)).filter((one) => one.task_id === id)
    await receiver.until(() => mine().some(({ status }) => status === 'SUCCESS'))
    expect(new Set(mine().map(({ status }) => status))).toEqual(new Set(['IN_PROGRESS', 'SUCCESS']))
    const many = await call('POST', '/tasks', { ids: [id, UNKNOWN_ID, 7 as unknown as string] })
    expect(many.body).toEqual({
      code: 'success',
      message: '',
      data: [mine().find(({ status }) => status === 'SUCCESS')],
    })
    expect(many.body).toMatchObject({
      data: [{ action: 'LUMA_VIDEO', progress: '100%', data: { state: 'completed' } }],
    })
  })

  it('reads what was wrong in the form that it expects', async () => {
    const message = (answer: { body: unknown }) => (answer.body as { error: { message: string } }).error.message
    const empty = await call('POST', '/generations/', { ...requested, user_prompt: '' })
    expect([empty.status, message(empty)]).toEqual([400, 'user_prompt is required.'])
    const frame = await call('POST', '/generations/', { ...requested, image_url: 'nothing' })
    expect([frame.status, message(frame)]).toEqual([400, expect.stringMatching(/^image_url must be/)])
    const unknown = await call('GET', `/generations/${UNKNOWN_ID}`)
    expect([unknown.status, message(unknown)]).toEqual([400, 'task_not_exist'])
    const running = await call('POST', '/generations', { user_prompt: 'x sandbox:slow=60' })
    const early = await call('POST', `/generations/${(running.body as unknown as Own).id}/extend`, requested)
    expect([early.status, message(early)]).toEqual([400, expect.stringMatching(/ names .*, but it is /)])
    const address = await call('GET', `/generations/${(running.body as unknown as Own).id}/download_video_url`)
    expect(address.status).toBe(400)
    expect((await gateway.send('POST', '/luma/generations', { key: 'sk-nobody', body: requested })).status).toBe(401)
    const failed = await call('POST', '/generations', { ...requested, user_prompt: 'x sandbox:fail' })
    expect(await feed((failed.body as unknown as Own).id)).toMatchObject({
      state: 'failed',
      failure_reason: expect.stringContaining('sandbox:fail'),
    })
  })
})
