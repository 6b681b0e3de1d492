import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json.ts'
import { download, LIVE_KEY, openGateway, type Sending, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'

/** MiniMax's three steps, as a ComfyUI node takes them, below the relays' prefix and at the vendor's own paths. */

interface Query {
  task_id: string
  status: string
  file_id: string
  video_width: number
  video_height: number
  base_resp: { status_code: number; status_msg: string }
}

const FRAME = `data:image/png;base64,${'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='}`

let gateway: TestGateway
let receiver: Receiver
beforeAll(async () => {
  gateway = await openGateway()
  receiver = await openReceiver()
})
afterAll(async () => {
  await receiver?.close()
  await gateway?.[Symbol.asyncDispose]()
})

async function send<Body = Query>(
  method: string,
  path: string,
  sending: Sending = {},
): Promise<{ status: number; body: Body }> {
  const headers = { authorization: `Bearer ${sending.key ?? TEST_KEY}` }
  const { status, body } = await gateway.send(method, path, { ...sending, key: null, headers })
  return { status, body: body as unknown as Body } // as its clients trust it
}

async function make(body: JsonObject, prefix = '/minimax'): Promise<string> {
  const created = await send('POST', `${prefix}/v1/video_generation`, { body })
  expect(created).toEqual({
    status: 200,
    body: { task_id: expect.any(String), base_resp: { status_code: 0, status_msg: 'success' } },
  })
  return created.body.task_id
}

async function ended(id: string, prefix = '/minimax'): Promise<Query> {
  const { status, body } = await send('GET', `${prefix}/v1/query/video_generation?task_id=${id}&wait=25`)
  expect(status).toBe(200)
  expect(body.base_resp.status_code).toBe(0)
  return body
}

const RUNS: [string, JsonObject][] = [
  [
    'text',
    {
      ...{ model: 'MiniMax-Hailuo-02', prompt: 'a clock sandbox:fast', duration: 6, resolution: '768P' },
      ...{ prompt_optimizer: true, fast_pretreatment: false, seed: 7 },
    },
  ],
  ['a frame', { model: 'MiniMax-Hailuo-2.3', prompt: 'sandbox:fast', first_frame_image: FRAME }],
  ['a face', { model: 'S2V-01', prompt: 'sandbox:fast', subject_reference: { type: 'character', image: [FRAME] } }],
]

describe.each(['/minimax', ''])('below "%s"', (prefix) => {
  it.each(RUNS)('a video is made of %s, asked for, and fetched', async (_what, body) => {
    const id = await make(body, prefix)
    const done = await ended(id, prefix)
    expect(done).toMatchObject({ task_id: id, status: 'Success', base_resp: { status_msg: 'success' } })
    expect(done.video_width).toBeGreaterThan(done.video_height)
    const { body: told } = await send<{ file: { bytes: number; download_url: string; file_id: string } }>(
      'GET',
      `${prefix}/v1/files/retrieve?file_id=${done.file_id}`,
    )
    expect(told).toMatchObject({ base_resp: { status_code: 0 }, file: { file_id: done.file_id } })
    const { headers, bytes } = await download(told.file.download_url)
    expect(headers.get('content-type')).toBe('video/mp4')
    expect(bytes.length).toBe(told.file.bytes)
  })
})

it('the file is streamed, with ranges, where a client looks that found no address', async () => {
  const { file_id } = await ended(await make({ model: 'T2V-01', prompt: 'sandbox:fast' }))
  const answer = await fetch(`${gateway.url}/minimax/v1/file?file_id=${file_id}`, {
    headers: { authorization: `Bearer ${TEST_KEY}`, range: 'bytes=0-99' },
  })
  expect(answer.status).toBe(206)
  expect(answer.headers.get('content-type')).toBe('video/mp4')
  expect((await answer.arrayBuffer()).byteLength).toBe(100)
})

it('a callback hears each change of the status, in its own words', async () => {
  const id = await make({ model: 'T2V-01', prompt: 'sandbox:slow=1', callback_url: `${receiver.url}/minimax` })
  await receiver.until((received) => received.length >= 2)
  const bodies = receiver.received.map(({ body }) => JSON.parse(body) as Query)
  expect(bodies.map(({ status }) => status).sort()).toEqual(['processing', 'success'])
  expect(bodies.find(({ status }) => status === 'success')).toEqual({ ...(await ended(id)), status: 'success' })
})

it('a failure is told by the query, with its reason', async () => {
  const done = await ended(await make({ model: 'T2V-01', prompt: 'sandbox:moderation sandbox:fast' }))
  expect(done).toMatchObject({ status: 'Fail', file_id: '', base_resp: { status_code: 0 } })
  expect(done.base_resp.status_msg).toMatch(/moderation/)
})

it.each<[string, string, string, Sending, number]>([
  ['a bad key', 'POST', '/v1/video_generation', { key: 'wrong', body: {} }, 2049],
  ['a bad body', 'POST', '/v1/video_generation', { body: [] as Json }, 2013],
  ['an unknown model', 'POST', '/minimax/v1/video_generation', { body: { model: 'x', prompt: 'a' } }, 2013],
  ['an unknown task', 'GET', '/v1/query/video_generation?task_id=none', {}, 2013],
  ['no task', 'GET', '/v1/query/video_generation', {}, 2013],
  ['an unknown file', 'GET', '/v1/files/retrieve?file_id=01234567-89ab-4cde-8f01-23456789ab01', {}, 2013],
  [
    'what nobody performs',
    'POST',
    '/v1/video_generation',
    { key: LIVE_KEY, body: { model: 'T2V-01', prompt: 'a' } },
    1000,
  ],
])('%s is answered 200 with a code', async (_what, method, path, sending, code) => {
  const { status, body } = await send(method, path, sending)
  expect(status).toBe(200)
  expect(body).toEqual({ base_resp: { status_code: code, status_msg: expect.stringMatching(/./) } })
})

it('a task of PiAPI’s routes is read here, and one of another family is not', async () => {
  const given = { model: 'hailuo', key: TEST_KEY }
  const { task_id } = await gateway.piapi.create('video_generation', { model: 't2v-01', prompt: 'sandbox:fast' }, given)
  expect(await ended(task_id)).toMatchObject({ task_id, status: 'Success' })
  const song = await gateway.piapi.song({ prompt: 'la' }, { key: TEST_KEY })
  const { body } = await send('GET', `/v1/query/video_generation?task_id=${song.task_id}`)
  expect(body.base_resp.status_code).toBe(2013)
})

it('nobody else’s file is told of', async () => {
  const { file_id, task_id } = await ended(await make({ model: 'T2V-01', prompt: 'sandbox:fast' }))
  const { key } = await gateway.tenant({ key: { mode: 'test' } })
  for (const path of [
    `/v1/files/retrieve?file_id=${file_id}`,
    `/minimax/v1/file?file_id=${file_id}`,
    `/v1/query/video_generation?task_id=${task_id}`,
  ]) {
    expect((await send('GET', path, { key })).body.base_resp.status_code).toBe(2013)
  }
})

it('the books are right', () => gateway.assertBalanced())
