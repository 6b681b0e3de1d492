import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import type { Json, JsonObject } from '../../src/core/json.ts'
import { openGateway, type PiapiTask, type Sending, TEST_KEY, type TestGateway } from '../support/gateway.ts'

const BODY_MAX_BYTES = 200_000
const UPLOAD_MAX_BYTES = 50_000
const SONG = { model: 'suno', task_type: 'music', input: { prompt: 'la', mv: 'chirp-v4' } }
const JSON_TYPE = { 'content-type': 'application/json' }

interface Case extends Sending {
  title: string
  method?: string
  path?: string
  status: number
  /** What the message must contain: the field, or what is wrong if there is no field. */
  says: string
}

let gateway: TestGateway
let pauper: { tenantId: string; key: string }
let mp3: string
let finished: PiapiTask

beforeAll(async () => {
  gateway = await openGateway({
    env: {
      POLYPHONY_EGRESS_ALLOW: '',
      POLYPHONY_BODY_MAX_BYTES: String(BODY_MAX_BYTES),
      POLYPHONY_UPLOAD_MAX_BYTES: String(UPLOAD_MAX_BYTES),
    },
  })
  pauper = await gateway.tenant({ creditPoints: 399_999 })
  mp3 = Buffer.from(await (sampleFiles['audio/mpeg']?.() ?? [])).toString('base64')
  finished = await gateway.piapi.ended(
    (await gateway.piapi.song({ prompt: 'sandbox:fast' }, { key: TEST_KEY })).task_id,
    { key: TEST_KEY },
  )
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

/** Everything that a refused request must not change. */
async function stock(): Promise<JsonObject> {
  const { balances, files } = await everything()
  return { balances, files } as unknown as JsonObject // numbers and lists of them
}

async function everything() {
  const { store, tenantId } = gateway
  const tenants = [tenantId, pauper.tenantId]
  const balances = await Promise.all(tenants.map((id) => gateway.balance(id)))
  const counts = await Promise.all(tenants.map((id) => store.countTasks({ tenantId: id })))
  const { points, transactions } = await store.summary({})
  const far = Date.now() * 2
  const files = (await store.listExpiredAssets({ now: far, limit: 1_000 })).length
  return { balances: [balances, counts, points, transactions], files }
}

const hook = (endpoint: unknown): JsonObject => ({ ...SONG, config: { webhook_config: { endpoint } } }) as JsonObject
const upload = (name: unknown, data: unknown): JsonObject => ({ file_name: name, file_data: data }) as JsonObject
const UPLOAD = '/api/ephemeral_resource'
const HISTORY = '/api/open/tasks/histories'
const base64 = (text: string): string => Buffer.from(text).toString('base64')

const cases: Case[] = [
  { title: 'malformed JSON', text: '{"model":', headers: JSON_TYPE, status: 400, says: 'not valid JSON' },
  { title: 'an empty body', text: '', headers: JSON_TYPE, status: 400, says: 'must be a JSON object' },
  { title: 'no body at all', status: 400, says: 'JSON object' },
  { title: 'a list', body: [SONG], status: 400, says: 'JSON object' },
  { title: 'a string', body: 'model', status: 400, says: 'JSON object' },
  { title: 'null', body: null, status: 400, says: 'JSON object' },
  { title: 'poisoned JSON', text: '{"__proto__": {"a": 1}}', headers: JSON_TYPE, status: 400, says: 'not valid JSON' },
  {
    title: 'text',
    text: JSON.stringify(SONG),
    headers: { 'content-type': 'text/plain' },
    status: 415,
    says: 'application/json',
  },
  {
    title: 'a form',
    text: 'model=suno',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    status: 415,
    says: 'application/json',
  },
  { title: 'XML', text: '<a/>', headers: { 'content-type': 'application/xml' }, status: 415, says: 'application/json' },
  {
    title: 'a body over the limit',
    body: { ...SONG, pad: 'x'.repeat(BODY_MAX_BYTES) },
    status: 413,
    says: 'too large',
  },
  { title: 'no model', body: { task_type: 'music', input: {} }, status: 400, says: 'model' },
  { title: 'an unknown model', body: { ...SONG, model: 'lumen' }, status: 400, says: 'model "lumen"' },
  { title: 'an unknown task type', body: { ...SONG, task_type: 'dance' }, status: 400, says: 'task_type "dance"' },
  {
    title: 'a task type out of JavaScript',
    body: { ...SONG, task_type: 'constructor' },
    status: 400,
    says: 'task_type',
  },
  { title: 'no input', body: { ...SONG, input: undefined }, status: 400, says: 'input is required' },
  { title: 'a wrong type', body: { ...SONG, input: { prompt: 5 } }, status: 400, says: 'input.prompt' },
  { title: 'a wrong value', body: { ...SONG, input: { prompt: 'la', mv: 'v9' } }, status: 400, says: 'input.mv' },
  { title: 'an unknown clip', body: extending('nobody'), status: 400, says: 'input.continue_clip_id' },
  { title: 'no key', key: null, body: SONG, status: 401, says: 'No API key' },
  { title: 'a bad key', key: 'sk-live-wrong', body: SONG, status: 401, says: 'key is unknown' },
  { title: 'a bad key and a bad body', key: 'sk-live-wrong', text: '{', headers: JSON_TYPE, status: 401, says: 'key' },
  ...[
    'http://127.0.0.1:8080/hook',
    'http://localhost/hook',
    'http://10.0.0.1/',
    'http://169.254.169.254/latest/meta-data',
    'http://[::1]/',
    'http://0x7f000001/',
    'ftp://client.example/hook',
    'file:///etc/passwd',
    'https://user:secret@client.example/hook',
    'nonsense',
  ].map((url) => ({
    title: `the webhook ${url}`,
    body: hook(url),
    status: 400,
    says: 'config.webhook_config.endpoint',
  })),
  { title: 'a webhook that is a number', body: hook(7), status: 400, says: 'config.webhook_config.endpoint' },
  {
    title: 'a private address to import from',
    body: { model: 'suno', task_type: 'upload', input: { url: 'http://192.168.0.1/a.mp3' } },
    status: 400,
    says: 'input.url',
  },
  {
    title: 'an Idempotency-Key of spaces',
    body: SONG,
    headers: { 'Idempotency-Key': 'a b' },
    status: 400,
    says: 'Idempotency-Key',
  },
  { title: 'an upload without a name', path: UPLOAD, body: upload(undefined, 'AAAA'), status: 400, says: 'file_name' },
  {
    title: 'a name that is too long',
    path: UPLOAD,
    body: upload(`${'a'.repeat(125)}.mp3`, 'AAAA'),
    status: 400,
    says: 'file_name',
  },
  { title: 'a wrong extension', path: UPLOAD, body: upload('a.exe', 'AAAA'), status: 400, says: 'file_name' },
  {
    title: 'an extension out of JavaScript',
    path: UPLOAD,
    body: upload('a.constructor', 'AAAA'),
    status: 400,
    says: 'file_name',
  },
  { title: 'no data', path: UPLOAD, body: upload('a.mp3', undefined), status: 400, says: 'file_data' },
  { title: 'data that is no base64', path: UPLOAD, body: upload('a.mp3', '%%%%'), status: 400, says: 'file_data' },
  {
    title: 'HTML as a picture',
    path: UPLOAD,
    body: upload('a.png', base64('<html><script>')),
    status: 415,
    says: 'file_data',
  },
  {
    title: 'SVG as a picture',
    path: UPLOAD,
    body: upload('a.png', base64('<svg xmlns="http://www.w3.org/2000/svg"/>')),
    status: 415,
    says: 'file_data',
  },
  {
    title: 'a broken file',
    path: UPLOAD,
    body: upload('a.jpg', base64('\xff\xd8 broken')),
    status: 415,
    says: 'file_data',
  },
  {
    title: 'an upload that is too large',
    path: UPLOAD,
    body: upload('a.mp3', 'A'.repeat(Math.ceil((UPLOAD_MAX_BYTES + 100) / 3) * 4)),
    status: 413,
    says: 'file_data',
  },
  ...[
    ['page=0', 'page'],
    ['page=-1', 'page'],
    ['page=1.5', 'page'],
    ['page=one', 'page'],
    ['page=1&page=2', 'page'],
    ['page_size=101', 'page_size'],
    ['page_size=0', 'page_size'],
    ['start_time=yesterday', 'start_time'],
    ['end_time=x', 'end_time'],
    ['model=suno&model=luma', 'model'],
    ['model=%00', 'model'],
  ].map(([query, field]) => ({
    title: `a history with ${query}`,
    method: 'GET',
    path: `${HISTORY}?${query}`,
    status: 400,
    says: `${field} `,
  })),
  { title: 'a wait that is no number', method: 'GET', path: '/api/v1/task/x?wait=long', status: 400, says: 'wait' },
  { title: 'a wait below zero', method: 'GET', path: '/api/v1/task/x?wait=-1', status: 400, says: 'wait' },
  {
    title: 'a task that does not exist',
    method: 'GET',
    path: '/api/v1/task/b90d65e9-b446-468d-aa4b-5003e2b79970',
    status: 404,
    says: 'No task',
  },
  { title: 'an id that is none', method: 'GET', path: '/api/v1/task/1%00', status: 404, says: 'NUL' },
  { title: 'a very long id', method: 'GET', path: `/api/v1/task/${'1'.repeat(1_500)}`, status: 404, says: 'No task' },
  { title: 'an id that is no URL', method: 'GET', path: '/api/v1/task/%zz', status: 404, says: 'not a valid URL' },
  { title: 'events of no task', method: 'GET', path: '/api/v1/task/x/events', status: 404, says: 'No task' },
  { title: 'a cancel of no task', method: 'DELETE', path: '/api/v1/task/x', status: 404, says: 'No task' },
  {
    title: 'a bulk cancel without a time',
    method: 'DELETE',
    path: '/api/v1/tasks?model=all',
    status: 400,
    says: 'created_before',
  },
  {
    title: 'a bulk cancel without a model',
    method: 'DELETE',
    path: '/api/v1/tasks?created_before=1',
    status: 400,
    says: 'model',
  },
  {
    title: 'a bulk cancel of two models',
    method: 'DELETE',
    path: '/api/v1/tasks?created_before=1&model=suno&model=luma',
    status: 400,
    says: 'model',
  },
  { title: 'a route that does not exist', method: 'GET', path: '/api/v1/songs', status: 404, says: 'No route' },
]

function extending(clipId: string): JsonObject {
  return { ...SONG, input: { ...SONG.input, continue_clip_id: clipId } }
}

describe('a bad request', () => {
  it.each(cases)('with $title is answered $status, and nothing is stored', async (given) => {
    const { title: _title, method = 'POST', path = '/api/v1/task', status, says, ...sending } = given
    const before = await stock()
    const answer = await gateway.send(method, path, sending)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    expect(answer.body).toMatchObject({ code: status, message: expect.stringContaining(says) })
    expect(await stock()).toEqual(before)
  })

  it('that costs more than the credit is refused with the amount that is missing', async () => {
    const before = await stock()
    const answer = await gateway.send('POST', '/api/v1/task', { key: pauper.key, body: SONG })
    expect(answer).toMatchObject({
      status: 402,
      body: { code: 402, message: expect.stringContaining('Add at least 1.') },
    })
    expect(await stock()).toEqual(before)
  })

  it('that continues an unfinished, a failed or another tenant’s song is refused, naming the field', async () => {
    const failed = await gateway.piapi.song({ prompt: 'sandbox:refuse' }, { key: TEST_KEY })
    await gateway.piapi.ended(failed.task_id, { key: TEST_KEY })
    const slow = await gateway.piapi.song({ prompt: 'sandbox:slow=60' }, { key: TEST_KEY })
    const clipOf = ({ task_id: id }: PiapiTask): string => `${id.slice(0, -2)}01`
    const attempts: [string, string | undefined, string][] = [
      [clipOf(failed), undefined, 'its task is failed'],
      [clipOf(slow), undefined, 'its task is'],
      [clipOf(finished), pauper.key, 'there is no'],
    ]
    for (const [clip, key, says] of attempts) {
      const before = await gateway.store.summary({})
      const answer = await gateway.send('POST', '/api/v1/task', { key: key ?? TEST_KEY, body: extending(clip) })
      expect(answer.status).toBe(400)
      expect(answer.body).toMatchObject({
        message: expect.stringContaining(says),
        error: { type: 'parent_not_usable', field: 'input.continue_clip_id' },
      })
      expect((await gateway.store.summary({})).transactions).toBe(before.transactions)
    }
  })
})

describe('a client that disconnects', () => {
  it('in the middle of its body leaves nothing stored', async () => {
    const before = await stock()
    const head = `POST /api/v1/task HTTP/1.1\r\nhost: gateway\r\nx-api-key: ${TEST_KEY}\r\ncontent-type: application/json\r\n`
    await hangUp(`${head}content-length: 1000\r\n\r\n{"model":"suno",`)
    expect(await stock()).toEqual(before)
  })

  it('in the middle of an upload leaves nothing stored', async () => {
    const before = await stock()
    const head = `POST ${UPLOAD} HTTP/1.1\r\nhost: gateway\r\nx-api-key: ${TEST_KEY}\r\ncontent-type: application/json\r\n`
    const text = JSON.stringify(upload('a.mp3', mp3))
    await hangUp(`${head}content-length: ${text.length}\r\n\r\n${text.slice(0, -1)}`)
    expect(await stock()).toEqual(before)
  })

  it.each(['?wait=60', '/events'])('in the middle of a wait (%s) ends the wait, and the task goes on', async (how) => {
    const task = await gateway.piapi.song({ prompt: 'sandbox:slow=1' }, { key: TEST_KEY })
    const client = new AbortController()
    const path = `${gateway.url}/api/v1/task/${task.task_id}${how}`
    const requested = fetch(path, { headers: { 'x-api-key': TEST_KEY }, signal: client.signal }).then((answer) =>
      answer.text(),
    )
    await gateway.until(task.task_id, ({ status }) => status === 'processing')
    client.abort()
    await expect(requested).rejects.toThrow('aborted')
    expect(await gateway.piapi.ended(task.task_id, { key: TEST_KEY })).toMatchObject({ status: 'completed' })
  })
})

describe('an unusual but valid request', () => {
  it.each<[string, Sending]>([
    ['with a charset', { headers: { 'content-type': 'application/json; charset=UTF-8' } }],
    ['with another type that is JSON', { headers: { 'content-type': 'application/problem+json' } }],
    ['with the key as a bearer token', { key: null, headers: { ...JSON_TYPE, authorization: `Bearer ${TEST_KEY}` } }],
    ['with the key bare', { key: null, headers: { ...JSON_TYPE, authorization: TEST_KEY } }],
    ['with the key’s header in capitals', { key: null, headers: { ...JSON_TYPE, 'X-API-KEY': TEST_KEY } }],
  ])('%s is accepted', async (_title, sending) => {
    const text = JSON.stringify({ ...SONG, input: { prompt: 'sandbox:fast' } })
    const answer = await gateway.send('POST', '/api/v1/task', { key: TEST_KEY, text, ...sending })
    expect(answer).toMatchObject({ status: 200, body: { code: 200, data: { status: 'pending' } } })
  })

  it('without a content type is read as JSON', async () => {
    const text = JSON.stringify({ ...SONG, input: { prompt: 'sandbox:fast' } })
    const head = `POST /api/v1/task HTTP/1.1\r\nhost: gateway\r\nx-api-key: ${TEST_KEY}\r\n`
    const answer = await raw(`${head}content-length: ${text.length}\r\nconnection: close\r\n\r\n${text}`)
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
  })

  it('to cancel, with a content type and no body, as HTTP libraries send it, is accepted', async () => {
    const path = `/api/v1/task/${finished.task_id}`
    const answer = await gateway.send('DELETE', path, { key: TEST_KEY, headers: JSON_TYPE })
    expect(answer).toMatchObject({ status: 400, body: { error: { type: 'not_cancellable' } } })
  })

  it.each(['0.0001', '1e-9', '0.1234567'])('with ?wait=%s is answered', async (wait) => {
    const answer = await gateway.send('GET', `/api/v1/task/${finished.task_id}?wait=${wait}`, { key: TEST_KEY })
    expect(answer.status).toBe(200)
  })

  it.each([
    'start_time=1960-01-01',
    'start_time=9999999999999',
    'end_time=1',
    'end_time=%2B275760-09-13',
    'page=1000000',
  ])('for a history with %s is answered', async (query) => {
    expect((await gateway.send('GET', `${HISTORY}?${query}`)).body).toMatchObject({ code: 200 })
  })
})

function raw(text: string): Promise<string> {
  const { hostname, port } = new URL(gateway.url)
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(text))
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.on('end', () => resolve(answer))
    socket.on('error', reject)
  })
}

/** Sends a part of a request and closes the connection; resolves when the server has noticed. */
async function hangUp(text: string): Promise<void> {
  const { hostname, port } = new URL(gateway.url)
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) }, () => {
      socket.write(text, () => socket.end())
    })
    socket.on('data', () => {})
    socket.on('close', () => resolve())
    socket.on('error', reject)
  })
  const answer: { body: Json } = await gateway.send('GET', '/account/info')
  expect(answer.body).toMatchObject({ code: 200 })
}
