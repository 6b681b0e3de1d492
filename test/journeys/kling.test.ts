import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json.ts'
import { type AccessPair, accessPair } from '../../src/tenants/access-keys.ts'
import { polyphonyHere } from '../support/command-in-process.ts'
import {
  download,
  LIVE_KEY,
  MASTER_SECRET,
  openGateway,
  type Sending,
  TEST_KEY,
  type TestGateway,
} from '../support/gateway.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'

/** Clients of Kling's official API, as relays' clients write them: changed in base address and key only. */

interface AnswerBody {
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

async function send(
  method: string,
  path: string,
  sending: Sending = {},
): Promise<{ status: number; body: AnswerBody }> {
  const headers = { authorization: `Bearer ${sending.key ?? TEST_KEY}` }
  const { status, body } = await gateway.send(method, path, { ...sending, key: null, headers })
  return { status, body: body as unknown as AnswerBody } // the shape that its clients rely on
}

/** Creates a task and polls it, by the id of the answer, until it has ended. */
async function run(path: string, body: JsonObject, asks = path): Promise<AnswerBody['data']> {
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

const nowS = (): number => Math.floor(Date.now() / 1_000)
const part = (value: Json): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token as Kling's documentation describes it, with changes. */
function tokenOf({ accessKey, secretKey }: AccessPair, claims: JsonObject = {}, header: JsonObject = {}): string {
  const usual = { iss: accessKey, exp: nowS() + 1_800, nbf: nowS() - 5 }
  const text = `${part({ alg: 'HS256', typ: 'JWT', ...header })}.${part({ ...usual, ...claims })}`
  return `${text}.${createHmac('sha256', secretKey).update(text).digest('base64url')}`
}

const bare = async (): Promise<string> => Buffer.from((await download(picture)).bytes).toString('base64')

describe('a ComfyUI node', () => {
  it('makes a video, extends it and adds lip sync, by the ids that it was given', async () => {
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

    const speech = await run('/kling/v1/videos/lip-sync', {
      input: {
        ...{ task_id: made.task_id, mode: 'text2video', video_id, video_url: null, text: 'hello sandbox:fast' },
        ...{ voice_id: 'uk_boy1', voice_language: 'en', voice_speed: 1, audio_type: null, audio_file: null, seed: 0 },
      },
    })
    expect(speech.task_status).toBe('succeed')
    const byUrl = await run('/kling/v1/videos/lip-sync', {
      input: { video_url: video?.url ?? '', mode: 'text2video', text: 'hello sandbox:fast', voice_id: 'uk_boy1' },
    })
    expect(byUrl.task_status).toBe('succeed')
  })

  it('makes videos from one picture and from several, sent as bare base64', async () => {
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

describe('a client with Kling’s access key and secret key', () => {
  const command = async <T>(...args: string[]): Promise<T> => {
    const env = { DATA_DIR: gateway.dataDir, POLYPHONY_SECRET: MASTER_SECRET }
    const { code, stdout, stderr } = await polyphonyHere(['key', ...args, '--json'], env)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return JSON.parse(stdout) as T
  }
  const holder = async (key: Parameters<TestGateway['tenant']>[0]['key'] = {}) => {
    const made = await gateway.tenant({ key: { mode: 'test', ...key } })
    return { ...made, pair: accessPair(MASTER_SECRET, made.keyId) }
  }
  const list = (key: string) => send('GET', '/v1/videos/text2video', { key })

  it('makes a video with the pair that the command line shows, at the bare path and below the relays’ prefix', async () => {
    const made = await command<{ id: string; key: string }>('create', '--name', 'signs', '--test')
    const shown = await command<{ access_key: string; secret_key: string }>('pair', made.id)
    const pair: AccessPair = { accessKey: shown.access_key, secretKey: shown.secret_key }
    expect(pair).toEqual(accessPair(MASTER_SECRET, made.id))
    expect(pair.accessKey).toBe(made.id)
    for (const prefix of ['', '/kling']) {
      const path = `${prefix}/v1/videos/text2video`
      const created = await send('POST', path, { key: tokenOf(pair), body: { prompt: 'a fox sandbox:fast' } })
      expect(created).toMatchObject({ status: 200, body: { code: 0, data: { task_status: 'submitted' } } })
      // A new token for every call, or the key itself: all identify the same caller.
      for (const key of [tokenOf(pair, { exp: nowS() + 60 }), made.key]) {
        const read = await send('GET', `${path}/${created.body.data.task_id}?wait=25`, { key })
        expect(read.body.data).toMatchObject({ task_status: 'succeed' })
      }
    }
  })

  it('gets no pair for a key that is unknown or revoked', async () => {
    const { keyId } = await holder()
    await gateway.store.revokeKey({ id: keyId, now: Date.now() })
    for (const id of [keyId, 'none']) {
      const env = { DATA_DIR: gateway.dataDir, POLYPHONY_SECRET: MASTER_SECRET }
      const outcome = await polyphonyHere(['key', 'pair', id], env)
      expect(outcome).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(`no unrevoked key ${id}`) })
    }
  })

  it.each<[string, (pair: AccessPair) => string, number, RegExp]>([
    ['with another secret', ({ accessKey }) => tokenOf({ accessKey, secretKey: 'x' }), 1000, /signature/],
    ['without a signature', (pair) => tokenOf(pair, {}, { alg: 'none' }).replace(/[^.]*$/, ''), 1002, /alg/],
    ['by another algorithm', (pair) => tokenOf(pair, {}, { alg: 'HS512' }), 1002, /alg/],
    ['for ever', (pair) => tokenOf(pair, { exp: null }), 1002, /exp/],
    ['for a year', (pair) => tokenOf(pair, { exp: nowS() + 365 * 86_400 }), 1002, /exp/],
    ['with nonsense in it', (pair) => tokenOf(pair).replace(/\.[^.]*\./, '.bm9uc2Vuc2U.'), 1002, /payload/],
    ['for later', (pair) => tokenOf(pair, { nbf: nowS() + 120 }), 1003, /not valid yet/],
    ['an hour ago', (pair) => tokenOf(pair, { exp: nowS() - 1_800, nbf: nowS() - 3_605 }), 1004, /expired/],
    ['as nothing', () => 'eyJ.nonsense', 1002, /unknown/],
  ])('whose token is signed %s gets Kling’s own error code', async (_how, make, code, message) => {
    const { pair } = await holder()
    for (const prefix of ['', '/kling']) {
      const answer = await send('GET', `${prefix}/v1/videos/text2video`, { key: make(pair) })
      expect(answer).toMatchObject({
        status: 401,
        body: { code, message: expect.stringMatching(message), request_id: expect.any(String), data: null },
      })
    }
  })

  it('gets an error of its own when it sends no token', async () => {
    const { status, body } = await gateway.send('GET', '/kling/v1/videos/text2video', { key: null })
    expect({ status, body }).toMatchObject({ status: 401, body: { code: 1001 } })
  })

  it('is refused once its key is revoked, although its token has not expired', async () => {
    const { pair, keyId } = await holder()
    const token = tokenOf(pair)
    expect(await list(token)).toMatchObject({ status: 200 })
    await gateway.store.revokeKey({ id: keyId, now: Date.now() })
    expect(await list(token)).toMatchObject({ status: 401, body: { code: 1002 } })
  })

  it('is limited as its key is', async () => {
    const slow = await holder({ requestsPerMinute: 1 })
    expect(await list(tokenOf(slow.pair))).toMatchObject({ status: 200 })
    expect(await list(slow.key)).toMatchObject({ status: 429, body: { code: 1302 } })
    expect(await list(tokenOf(slow.pair))).toMatchObject({ status: 429, body: { code: 1302 } })
    const other = await holder({ allowedModels: ['suno'] })
    const sending = { key: tokenOf(other.pair), body: { prompt: 'a fox' } }
    expect(await send('POST', '/v1/videos/text2video', sending)).toMatchObject({ status: 403, body: { code: 1103 } })
    const late = await holder({ expiresAt: Date.now() - 1 })
    expect(await list(tokenOf(late.pair))).toMatchObject({ status: 401, body: { code: 1002 } })
  })

  it('can neither read another tenant’s tasks nor sign for it', async () => {
    const [one, other] = [await holder(), await holder()]
    const made = await send('POST', '/v1/videos/text2video', {
      key: tokenOf(one.pair),
      body: { prompt: 'sandbox:fast' },
    })
    const path = `/v1/videos/text2video/${made.body.data.task_id}`
    expect(await send('GET', path, { key: tokenOf(one.pair) })).toMatchObject({ status: 200 })
    expect(await send('GET', path, { key: tokenOf(other.pair) })).toMatchObject({ status: 404, body: { code: 1203 } })
    const forged = tokenOf(other.pair, { iss: one.keyId })
    expect(await send('GET', path, { key: forged })).toMatchObject({ status: 401, body: { code: 1000 } })
  })

  it('cannot use its token in other protocols', async () => {
    const { pair } = await holder()
    expect(await gateway.send('GET', '/account/info', { key: tokenOf(pair) })).toMatchObject({ status: 401 })
  })
})

describe('the credit in Kling’s protocol', () => {
  const costs = async (key: string, query: string, prefix = '') => {
    const { status, body } = await send('GET', `${prefix}/account/costs${query}`, { key })
    return {
      status,
      body: body as unknown as { code: number; message: string; data: { resource_pack_subscribe_infos: JsonObject[] } },
    } // the shape that its clients rely on
  }

  it('is shown as one resource pack, with the amounts of the ledger', async () => {
    const { key, keyId, tenantId } = await gateway.tenant({ creditPoints: 50_000_000 })
    const { task_id } = await gateway.piapi.create('lyrics', { prompt: 'rain' }, { key })
    await gateway.piapi.ended(task_id, { key })
    const { available } = await gateway.balance(tenantId)
    expect(available).toBeLessThan(50_000_000)
    const query = `?start_time=${Date.now() - 60_000}&end_time=${Date.now() + 60_000}`
    for (const prefix of ['', '/kling']) {
      for (const credential of [key, tokenOf(accessPair(MASTER_SECRET, keyId))]) {
        const { status, body } = await costs(credential, query, prefix)
        expect(status).toBe(200)
        expect(body).toMatchObject({ code: 0, message: 'SUCCEED', data: { code: 0 } })
        expect(body.data.resource_pack_subscribe_infos).toMatchObject([
          {
            resource_pack_id: tenantId,
            resource_pack_type: 'decreasing_total',
            total_quantity: 5,
            remaining_quantity: available / 10_000_000,
            status: 'online',
          },
        ])
      }
    }
    expect((await costs(key, '?start_time=0&end_time=1000')).body.data.resource_pack_subscribe_infos).toEqual([])
  })

  it('is shown as used up when there is none', async () => {
    const { key } = await gateway.tenant({ creditPoints: 0 })
    const { body } = await costs(key, `?start_time=0&end_time=${Date.now() + 60_000}`)
    expect(body.data.resource_pack_subscribe_infos).toMatchObject([{ remaining_quantity: 0, status: 'runOut' }])
  })

  it.each([
    ['', /^start_time is required/],
    ['?start_time=1', /^end_time is required/],
    ['?start_time=yesterday&end_time=2', /^start_time must be Unix milliseconds/],
  ])('cannot be read with the query "%s"', async (query, message) => {
    expect(await costs(TEST_KEY, query)).toMatchObject({
      status: 400,
      body: { code: 1201, message: expect.stringMatching(message) },
    })
  })
})

describe('a relay’s web client for Kling', () => {
  it('makes a video with a field name of its own, and reads it with a slash before the id', async () => {
    const body = { model: 'kling-v1', prompt: 'a fox sandbox:fast', mode: 'std', duration: '5', cfg_scale: 0.5 }
    expect(await run('/kling/v1/videos/text2video', body)).toMatchObject({ task_status: 'succeed' })
  })

  it('makes pictures', async () => {
    const body = { model: 'kling-v1', prompt: 'a fox sandbox:fast', n: 2, aspect_ratio: '1:1' }
    const { task_result } = await run('/kling/v1/images/generations', body)
    expect(task_result.images?.map(({ index }) => index)).toEqual([0, 1])
    for (const { url } of task_result.images ?? []) expect(await mediaTypeOf(url)).toBe('image/png')
  })

  it('reads the message of an error', async () => {
    const { status, body } = await send('POST', '/kling/v1/videos/text2video', { body: { prompt: 'a', duration: '7' } })
    expect(status).toBe(400)
    expect(body).toMatchObject({
      code: 1201,
      data: null,
      error: { message: expect.stringMatching(/^duration must be/) },
    })
  })
})

describe('files of a Kling request beside the first picture', () => {
  it('are stored with the motion brush, and may be URLs', async () => {
    const image = await bare()
    const trajectories = [
      { x: 10, y: 20 },
      { x: 30, y: 5 },
    ]
    const made = await run('/kling/v1/videos/image2video', {
      ...{ image: picture, prompt: 'sandbox:fast', mode: 'pro', static_mask: image },
      dynamic_masks: [
        { mask: image, trajectories },
        { mask: picture, trajectories },
      ],
    })
    expect(made.task_status).toBe('succeed')
    const { input } = await gateway.piapi.read(made.task_id, { key: TEST_KEY })
    expect(JSON.stringify(input)).not.toContain(image)
    const { static_mask, dynamic_masks } = input as {
      static_mask: string
      dynamic_masks: { mask: string; trajectories: Json }[]
    }
    expect(dynamic_masks.map((one) => one.trajectories)).toEqual([trajectories, trajectories])
    for (const url of [static_mask, ...dynamic_masks.map(({ mask }) => mask)]) {
      expect(await mediaTypeOf(url)).toBe('image/png')
    }
  })

  it('are stored for an effect of two people', async () => {
    const image = await bare()
    const made = await run('/v1/videos/effects', {
      effect_scene: 'hug',
      input: { model_name: 'kling-v1-6', mode: 'std', duration: '5', images: [picture, image] },
    })
    expect(made.task_status).toBe('succeed')
    const { input } = await gateway.piapi.read(made.task_id, { key: TEST_KEY })
    expect(JSON.stringify(input)).not.toContain(image)
    expect(await mediaTypeOf(input.second_image_url as string)).toBe('image/png')
  })

  it.each<[string, string, JsonObject, RegExp]>([
    ['a mask', '/v1/videos/image2video', { static_mask: 'http://10.0.0.1/a.png' }, /^static_mask/],
    [
      'a mask of many',
      '/v1/videos/image2video',
      {
        dynamic_masks: [
          {
            mask: 'http://10.0.0.1/a.png',
            trajectories: [
              { x: 1, y: 1 },
              { x: 2, y: 2 },
            ],
          },
        ],
      },
      /^dynamic_masks\.0\.mask/,
    ],
  ])('are not fetched from a private address: %s', async (_what, path, body, message) => {
    const answer = await send('POST', path, { body: { image: picture, prompt: 'a', ...body } })
    expect(answer).toMatchObject({ status: 400, body: { code: 1201, message: expect.stringMatching(message) } })
  })
})

describe('Kling’s own API', () => {
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

  it.each(PATHS)('at %s works at the bare path and below the relays’ prefix', async (path, body) => {
    for (const prefix of ['', '/kling']) {
      const { task_result } = await run(`${prefix}${path}`, body())
      const [first] = task_result.videos ?? task_result.images ?? []
      expect(await mediaTypeOf(first?.url)).toBe(path.startsWith('/v1/videos') ? 'video/mp4' : 'image/png')
    }
  })

  it('leaves the bare path of image generation to other protocols', async () => {
    const { body } = await send('GET', '/v1/images/generations/none')
    expect(body).not.toHaveProperty('request_id')
  })

  it('calls back at each change of the status, with the bare task', async () => {
    const callback_url = `${receiver.url}/kling`
    const made = await run('/v1/videos/text2video', {
      prompt: 'sandbox:slow=1',
      callback_url,
      external_task_id: 'called-1',
    })
    const mine = () =>
      receiver.received
        .filter(({ path }) => path === '/kling')
        .map(({ body }) => JSON.parse(body) as AnswerBody['data'])
    await receiver.until(() => mine().length >= 2)
    expect(
      mine()
        .map(({ task_status }) => task_status)
        .sort(),
    ).toEqual(['processing', 'succeed'])
    expect(mine().find(({ task_status }) => task_status === 'succeed')).toEqual(made)
    expect(made.task_info).toEqual({ external_task_id: 'called-1' })
  })

  it('finds a task by the id that its caller chose, for that caller only', async () => {
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
    for (let made = 0; made < 4; made++) {
      await send('POST', '/v1/videos/image2video', { key, body: { image: picture } })
    }
    const listed = async (query: string, path = '/v1/videos/text2video'): Promise<string[]> => {
      const { body } = await send('GET', `${path}${query}`, { key })
      return (body.data as unknown as AnswerBody['data'][]).map(({ task_id }) => task_id)
    }
    expect(await listed('')).toEqual(ids)
    expect(await listed('?pageNum=2&pageSize=2')).toEqual(ids.slice(2))
    expect(await listed('?pageNum=1&pageSize=1')).toEqual(ids.slice(0, 1))
    expect(await listed('?pageNum=9')).toEqual([])
    expect(await listed('', '/v1/videos/image2video')).toHaveLength(4)
    expect(await listed('', '/v1/videos/omni-video')).toEqual([])
    const { body: omni } = await send('POST', '/v1/videos/omni-video', { key, body: { prompt: 'four' } })
    const { body: later } = await send('POST', '/v1/videos/omni-video', { key, body: { prompt: 'five' } })
    expect(await listed('', '/v1/videos/omni-video')).toEqual([later.data.task_id, omni.data.task_id])
    expect(await listed('?pageNum=2&pageSize=1', '/v1/videos/omni-video')).toEqual([omni.data.task_id])
    expect(await send('GET', '/v1/videos/text2video?pageSize=501', { key })).toMatchObject({
      status: 400,
      body: { code: 1201, message: expect.stringMatching(/^pageSize /) },
    })
  })

  it.each([
    ['sandbox:fail', /sandbox:fail/],
    ['sandbox:moderation', /moderation/],
  ])('of a task with %s shows the failure', async (word, why) => {
    const made = await run('/v1/videos/text2video', { prompt: `${word} sandbox:fast` })
    expect(made).toMatchObject({ task_status: 'failed', task_status_msg: expect.stringMatching(why), task_result: {} })
  })

  it.each<[string, string, string, Sending, number, number]>([
    ['a bad key', 'POST', '/v1/videos/text2video', { key: 'wrong', body: { prompt: 'a' } }, 401, 1002],
    ['a bad body', 'POST', '/v1/videos/text2video', { body: [] as Json }, 400, 1200],
    ['an unknown model', 'POST', '/v1/videos/text2video', { body: { prompt: 'a', model_name: 'kling-v9' } }, 400, 1201],
    ['an unknown video', 'POST', '/v1/videos/video-extend', { body: { video_id: 'none' } }, 400, 1201],
    [
      'no text for a video of others',
      'POST',
      '/v1/videos/lip-sync',
      { body: { input: { video_url: 'https://example.com/v.mp4' } } },
      400,
      1201,
    ],
    ['an unknown task', 'GET', '/v1/videos/text2video/none', {}, 404, 1203],
    ['an unknown path', 'GET', '/kling/v1/none', {}, 404, 1202],
  ])('answers %s with Kling’s status and code', async (_what, method, path, sending, status, code) => {
    const answer = await send(method, path, sending)
    expect(answer.status).toBe(status)
    expect(answer.body).toMatchObject({ code, message: expect.any(String), request_id: expect.any(String) })
  })

  it('names the caller’s field when it cannot build on a task', async () => {
    const { body } = await send('POST', '/v1/videos/video-extend', { body: { video_id: 'none' } })
    expect(body.message).toMatch(/^video_id names none, but there is no such task/)
  })

  it('reports for a live key that no provider performs the operation', async () => {
    const answer = await send('POST', '/v1/videos/text2video', { key: LIVE_KEY, body: { prompt: 'a' } })
    expect(answer).toMatchObject({ status: 503, body: { code: 5001 } })
  })
})

describe('a task of PiAPI’s routes at Kling’s routes', () => {
  it('can be read, and its video extended', async () => {
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

  it('is unknown when it is of another family, or of the other half of Kling’s API', async () => {
    const { task_id } = await gateway.piapi.song({ prompt: 'la sandbox:fast' }, { key: TEST_KEY })
    expect(await send('GET', `/v1/videos/text2video/${task_id}`)).toMatchObject({ status: 404, body: { code: 1203 } })
    const made = await run('/v1/videos/text2video', { prompt: 'sandbox:fast' })
    expect((await send('GET', `/kling/v1/images/generations/${made.task_id}`)).status).toBe(404)
  })
})

it('the ledger is balanced after all tasks of Kling’s protocol', () => gateway.assertBalanced())
