import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json.ts'
import { download, LIVE_KEY, openGateway, type Sending, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'

/** Clients of Kling's official API, as relays' clients write them: changed in base address and key only. */

interface Told {
  code: number
  message: string
  request_id: string
  data: {
    task_id: string
    task_status: string
    task_status_msg: string
    task_info: JsonObject
    created_at: number
    updated_at: number
    task_result: {
      videos?: { id: string; url: string; duration: string }[]
      images?: { index: number; url: string }[]
    }
  }
}

let gateway: TestGateway
let receiver: Receiver
let picture = ''

beforeAll(async () => {
  gateway = await openGateway()
  receiver = await openReceiver()
  const made = await gateway.piapi.create(
    'txt2img',
    { prompt: 'sandbox:fast' },
    { model: 'Qubico/flux1-dev', key: TEST_KEY },
  )
  const { output } = await gateway.piapi.ended(made.task_id, { key: TEST_KEY })
  picture = (output as { image_url: string }).image_url
})
afterAll(async () => {
  await receiver?.close()
  await gateway?.[Symbol.asyncDispose]()
})

async function send(method: string, path: string, sending: Sending = {}): Promise<{ status: number; body: Told }> {
  const headers = { authorization: `Bearer ${sending.key ?? TEST_KEY}` }
  const { status, body } = await gateway.send(method, path, { ...sending, key: null, headers })
  return { status, body: body as unknown as Told } // as its clients trust it
}

/** Creates a task and asks until it has ended, by the id that the answer gives. */
async function run(path: string, body: JsonObject, asks = path): Promise<Told['data']> {
  const created = await send('POST', path, { body })
  expect(created.body).toMatchObject({ code: 0, message: 'SUCCEED', data: { task_status: 'submitted' } })
  expect(created.status).toBe(200)
  const { data } = (await send('GET', `${asks}/${created.body.data.task_id}?wait=25`)).body
  expect(data.task_id).toBe(created.body.data.task_id)
  return data
}

async function mediaTypeOf(url: string | undefined): Promise<string | null> {
  const { headers, bytes } = await download(url ?? '')
  expect(bytes.length).toBeGreaterThan(1_000)
  return headers.get('content-type')
}

const bare = async (): Promise<string> => Buffer.from((await download(picture)).bytes).toString('base64')

describe('a ComfyUI node', () => {
  it('makes a video, extends it and lets it speak, by the ids that it was given', async () => {
    const made = await run('/kling/v1/videos/text2video', {
      ...{ prompt: 'a fox sandbox:fast', negative_prompt: '', image: '', image_tail: '', aspect_ratio: '1:1' },
      ...{ duration: '5', model_name: 'kling-v1-6', imagination: 0.5, num_videos: 1, seed: 0, mode: 'std' },
      camera_json: '{"type":"empty","horizontal":0}',
    })
    expect(made).toMatchObject({ task_status: 'succeed', task_status_msg: '' })
    const [video] = made.task_result.videos ?? []
    expect(video?.duration).toBe('5')
    expect(await mediaTypeOf(video?.url)).toBe('video/mp4')

    const video_id = video?.id ?? ''
    const extended = await run('/kling/v1/videos/video-extend', { video_id, prompt: 'on sandbox:fast' })
    expect(await mediaTypeOf(extended.task_result.videos?.[0]?.url)).toBe('video/mp4')

    const spoken = await run('/kling/v1/videos/lip-sync', {
      input: {
        ...{ task_id: made.task_id, mode: 'text2video', video_id, video_url: null, text: 'hello sandbox:fast' },
        ...{ voice_id: 'uk_boy1', voice_language: 'en', voice_speed: 1, audio_type: null, audio_file: null, seed: 0 },
      },
    })
    expect(spoken.task_status).toBe('succeed')
    const byUrl = await run('/kling/v1/videos/lip-sync', {
      input: { video_url: video?.url ?? '', mode: 'text2video', text: 'hello sandbox:fast', voice_id: 'uk_boy1' },
    })
    expect(byUrl.task_status).toBe('succeed')
  })

  it('makes a video of a picture, and of several, sent as bare base64', async () => {
    const image = await bare()
    const one = { image, image_tail: '', prompt: 'sandbox:fast', duration: '10', model_name: 'kling-v2-1', mode: 'pro' }
    expect((await run('/kling/v1/videos/image2video', one)).task_result.videos?.[0]?.duration).toBe('10')
    const many = { image_list: [{ image }, { image }], prompt: 'sandbox:fast', model_name: 'kling-v1-6', duration: '5' }
    const made = await run('/kling/v1/videos/multi-image2video', many)
    expect(made.task_status).toBe('succeed')
    const { input } = await gateway.piapi.read(made.task_id, { key: TEST_KEY })
    expect(JSON.stringify(input)).not.toContain(image)
    expect(await mediaTypeOf((input.elements as { image_url: string }[])[0]?.image_url)).toBe('image/png')
  })
})

describe('a web client', () => {
  it('makes a video under the field name of its own, and reads it with a slash before the id', async () => {
    const body = { model: 'kling-v1', prompt: 'a fox sandbox:fast', mode: 'std', duration: '5', cfg_scale: 0.5 }
    expect(await run('/kling/v1/videos/text2video', body)).toMatchObject({ task_status: 'succeed' })
  })

  it('makes pictures', async () => {
    const body = { model: 'kling-v1', prompt: 'a fox sandbox:fast', n: 2, aspect_ratio: '1:1' }
    const { task_result } = await run('/kling/v1/images/generations', body)
    expect(task_result.images?.map(({ index }) => index)).toEqual([0, 1])
    for (const { url } of task_result.images ?? []) expect(await mediaTypeOf(url)).toBe('image/png')
  })

  it('finds the message of an error where it looks', async () => {
    const { status, body } = await send('POST', '/kling/v1/videos/text2video', { body: { prompt: 'a', duration: '7' } })
    expect(status).toBe(400)
    expect(body).toMatchObject({
      code: 1201,
      data: null,
      error: { message: expect.stringMatching(/^duration must be/) },
    })
  })
})

describe('the official API', () => {
  const PATHS: [string, () => JsonObject][] = [
    ['/v1/videos/omni-video', () => ({ prompt: '<<<image_1>>> sandbox:fast', image_list: [{ image_url: picture }] })],
    ['/v1/videos/effects', () => ({ effect_scene: 'squish', input: { image: picture, duration: '5' } })],
    ['/v1/videos/motion-control', () => ({ image_url: picture, preset_motion: 'Running', mode: 'std' })],
    [
      '/v1/videos/avatar/image2video',
      () => ({ image: picture, sound_file: `${receiver.url}/speech.mp3`, prompt: 'sandbox:fast' }),
    ],
    ['/v1/images/kolors-virtual-try-on', () => ({ human_image: picture, cloth_image: picture })],
    [
      '/v1/images/multi-image2image',
      () => ({ prompt: 'sandbox:fast', subject_image_list: [{ subject_image: picture }] }),
    ],
    [
      '/v1/images/multi-image-generations',
      () => ({ prompt: 'sandbox:fast', subject_image_list: [{ subject_image: picture }] }),
    ],
    ['/v1/images/image-expansion', () => ({ image: picture, left_expansion_ratio: 1, prompt: 'sandbox:fast' })],
    ['/v1/images/editing/expand', () => ({ image: picture, up_expansion_ratio: 1, prompt: 'sandbox:fast' })],
  ]

  it.each(PATHS)('at %s works bare and below the relays’ prefix', async (path, body) => {
    for (const prefix of ['', '/kling']) {
      const { task_result } = await run(`${prefix}${path}`, body())
      const [first] = task_result.videos ?? task_result.images ?? []
      expect(await mediaTypeOf(first?.url)).toBe(path.startsWith('/v1/videos') ? 'video/mp4' : 'image/png')
    }
  })

  it('leaves the bare path of pictures to others', async () => {
    const { body } = await send('GET', '/v1/images/generations/none')
    expect(body).not.toHaveProperty('request_id')
  })

  it('tells each change of the status to the callback, as the bare task', async () => {
    const callback_url = `${receiver.url}/kling`
    const made = await run('/v1/videos/text2video', {
      prompt: 'sandbox:slow=1',
      callback_url,
      external_task_id: 'called-1',
    })
    const mine = () =>
      receiver.received.filter(({ path }) => path === '/kling').map(({ body }) => JSON.parse(body) as Told['data'])
    await receiver.until(() => mine().length >= 2)
    expect(
      mine()
        .map(({ task_status }) => task_status)
        .sort(),
    ).toEqual(['processing', 'succeed'])
    expect(mine().find(({ task_status }) => task_status === 'succeed')).toEqual(made)
    expect(made.task_info).toEqual({ external_task_id: 'called-1' })
  })

  it('finds a task by the id that the caller gave it, and nobody else’s', async () => {
    const external_task_id = 'order 7/8'
    const made = await run('/v1/videos/text2video', { prompt: 'sandbox:fast', external_task_id })
    const found = await send('GET', `/v1/videos/text2video/${encodeURIComponent(external_task_id)}`)
    expect(found.body.data).toEqual(made)
    const { key } = await gateway.tenant({ key: { mode: 'test' } })
    const other = await send('GET', `/v1/videos/text2video/${encodeURIComponent(external_task_id)}`, { key })
    expect(other).toMatchObject({ status: 404, body: { code: 1203 } })
  })

  it('lists the tasks of a path, newest first, page by page', async () => {
    const { key } = await gateway.tenant({ key: { mode: 'test' } })
    const ids: string[] = []
    for (const prompt of ['one', 'two', 'three']) {
      const { body } = await send('POST', '/v1/videos/text2video', { key, body: { prompt } })
      ids.unshift(body.data.task_id)
    }
    await send('POST', '/v1/videos/image2video', { key, body: { image: picture } })
    const listed = async (query: string): Promise<string[]> => {
      const { body } = await send('GET', `/v1/videos/text2video${query}`, { key })
      return (body.data as unknown as Told['data'][]).map(({ task_id }) => task_id)
    }
    expect(await listed('')).toEqual(ids)
    expect(await listed('?pageNum=2&pageSize=2')).toEqual(ids.slice(2))
    expect(await listed('?pageNum=9')).toEqual([])
    expect(await send('GET', '/v1/videos/text2video?pageSize=501', { key })).toMatchObject({
      status: 400,
      body: { code: 1201, message: expect.stringMatching(/^pageSize /) },
    })
  })

  it.each([
    ['sandbox:fail', /sandbox:fail/],
    ['sandbox:moderation', /moderation/],
  ])('of a task that says %s tells the failure', async (word, why) => {
    const made = await run('/v1/videos/text2video', { prompt: `${word} sandbox:fast` })
    expect(made).toMatchObject({ task_status: 'failed', task_status_msg: expect.stringMatching(why), task_result: {} })
  })

  it.each<[string, string, string, Sending, number, number]>([
    ['a bad key', 'POST', '/v1/videos/text2video', { key: 'wrong', body: { prompt: 'a' } }, 401, 1002],
    ['a bad body', 'POST', '/v1/videos/text2video', { body: [] as Json }, 400, 1200],
    ['an unknown model', 'POST', '/v1/videos/text2video', { body: { prompt: 'a', model_name: 'kling-v9' } }, 400, 1201],
    ['an unknown video', 'POST', '/v1/videos/video-extend', { body: { video_id: 'none' } }, 400, 1201],
    [
      'a video of others',
      'POST',
      '/v1/videos/lip-sync',
      { body: { input: { video_url: 'https://example.com/v.mp4' } } },
      400,
      1201,
    ],
    ['an unknown task', 'GET', '/v1/videos/text2video/none', {}, 404, 1203],
    ['an unknown path', 'GET', '/kling/v1/none', {}, 404, 1202],
  ])('answers %s in its own words', async (_what, method, path, sending, status, code) => {
    const answer = await send(method, path, sending)
    expect(answer.status).toBe(status)
    expect(answer.body).toMatchObject({ code, message: expect.any(String), request_id: expect.any(String) })
  })

  it('names the field of what it cannot build on as the caller does', async () => {
    const { body } = await send('POST', '/v1/videos/video-extend', { body: { video_id: 'none' } })
    expect(body.message).toMatch(/^video_id: there is no none to build on/)
  })

  it('says with a live key that nobody performs this', async () => {
    const answer = await send('POST', '/v1/videos/text2video', { key: LIVE_KEY, body: { prompt: 'a' } })
    expect(answer).toMatchObject({ status: 503, body: { code: 5001 } })
  })
})

describe('a task of PiAPI’s routes', () => {
  it('is read here, and its video extended', async () => {
    const { task_id } = await gateway.piapi.create(
      'video_generation',
      { prompt: 'sandbox:fast' },
      { model: 'kling', key: TEST_KEY },
    )
    await gateway.piapi.ended(task_id, { key: TEST_KEY })
    const { data } = (await send('GET', `/v1/videos/text2video/${task_id}`)).body
    expect(data).toMatchObject({ task_id, task_status: 'succeed' })
    const video_id = data.task_result.videos?.[0]?.id ?? ''
    expect(await run('/v1/videos/video-extend', { video_id, prompt: 'sandbox:fast' })).toMatchObject({
      task_status: 'succeed',
    })
  })

  it('of another family, or of another half of this one, is not', async () => {
    const { task_id } = await gateway.piapi.song({ prompt: 'la sandbox:fast' }, { key: TEST_KEY })
    expect(await send('GET', `/v1/videos/text2video/${task_id}`)).toMatchObject({ status: 404, body: { code: 1203 } })
    const made = await run('/v1/videos/text2video', { prompt: 'sandbox:fast' })
    expect((await send('GET', `/kling/v1/images/generations/${made.task_id}`)).status).toBe(404)
  })
})

it('the books are right', () => gateway.assertBalanced())
