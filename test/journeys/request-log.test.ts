import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { rawRequest } from '../support/raw-request.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'

const UNKNOWN = '01936b3e-7c00-7000-8000-000000000000'
const LYRICS = { model: 'suno', task_type: 'lyrics', input: { prompt: 'sandbox:fast a tram in the rain' } }
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

const idIn = (head: string): string | undefined => /^x-request-id: (.*)$/im.exec(head)?.[1]?.trim()

describe('a request', () => {
  let gateway: TestGateway
  let receiver: Receiver
  const logged: JsonObject[] = []
  let isBroken = false

  beforeAll(async () => {
    const stream = new Writable({
      write(line, _encoding, done) {
        logged.push(JSON.parse(String(line)))
        done()
      },
    })
    receiver = await openReceiver()
    gateway = await openGateway({
      replaced: {
        log: pino({ level: 'debug' }, stream),
        store: (store) =>
          new Proxy(store, {
            get: (target, name: keyof typeof store) =>
              name === 'getBalance' && isBroken ? () => Promise.reject(new Error('a fault of ours')) : target[name],
          }),
      },
    })
  })
  afterAll(async () => {
    await gateway[Symbol.asyncDispose]()
    await receiver.close()
  })
  beforeEach(() => {
    logged.length = 0
  })

  /** The one line that the log has of the request. */
  async function lineOf(id: string): Promise<JsonObject> {
    await expect
      .poll(() => logged.filter(({ msg, requestId }) => msg === 'request' && requestId === id))
      .toHaveLength(1)
    return logged.find(({ msg, requestId }) => msg === 'request' && requestId === id) ?? {}
  }

  it.each([
    ['GET', '/healthz', 200],
    ['GET', '/nothing', 404],
    ['PUT', '/api/v1/task', 405],
    ['OPTIONS', '/api/v1/task', 204],
    ['GET', `/api/v1/task/${UNKNOWN}`, 404],
    ['GET', `/kling/v1/videos/text2video/${UNKNOWN}`, 404],
    ['GET', `/files/${UNKNOWN}.png`, 404],
    ['POST', '/callbacks/a/b', 404],
    ['GET', '/docs', 200],
  ])('%s %s has an id, which the client may choose, on its answer and in the log', async (method, path, status) => {
    const made = await gateway.send(method, path)
    expect(made.status).toBe(status)
    expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    const chosen = await gateway.send(method, path, { headers: { 'x-request-id': `mine:${path}` } })
    expect(chosen.headers.get('x-request-id')).toBe(`mine:${path}`)
    expect(await lineOf(`mine:${path}`)).toMatchObject({ method, status })
  })

  it('has an id even if its path is no URL', async () => {
    const { head, body } = await rawRequest(gateway.url, ['GET /files/%zz HTTP/1.1\r\nHost: x\r\n\r\n'])
    const id = idIn(head) ?? ''
    expect(JSON.parse(body).error.request_id).toBe(id)
    expect(await lineOf(id)).toMatchObject({ route: null, status: 404, code: 'not_found' })
  })

  it.each([[`two words`], ['x'.repeat(129)], ['ä']])('with the id %.10j gets another one', async (id) => {
    const { head } = await rawRequest(gateway.url, [`GET /healthz HTTP/1.1\r\nHost: x\r\nx-request-id: ${id}\r\n\r\n`])
    expect(idIn(head)).toMatch(/^[0-9a-f-]{36}$/)
  })

  it.each([
    ['GET', '/api/v1/tasks?limit=x', (body: JsonObject) => (body.error as JsonObject).request_id],
    ['GET', '/polyphony/v1/tasks/none', (body: JsonObject) => (body.error as JsonObject).request_id],
    ['GET', '/api/v1/accounts/none', (body: JsonObject) => (body.error as JsonObject).request_id],
    ['GET', '/nothing', (body: JsonObject) => (body.error as JsonObject).request_id],
    ['GET', `/kling/v1/videos/text2video/${UNKNOWN}`, (body: JsonObject) => body.request_id],
  ])('that fails at %s %s has its id in the body', async (method, path, idIn) => {
    const { headers, body } = await gateway.send(method, path)
    expect(idIn(body as JsonObject)).toBe(headers.get('x-request-id'))
  })

  it('is found from its task, and its task from it', async () => {
    const headers = { 'x-request-id': 'order-7' }
    const created = await gateway.send('POST', '/api/v1/task', { key: TEST_KEY, headers, body: LYRICS })
    const { task_id: id } = (created.body as { data: { task_id: string } }).data
    const { keyId, tenantId } = (await gateway.store.getTask({ id })) ?? {}
    expect(await gateway.store.getTask({ id })).toMatchObject({ requestId: 'order-7', traceparent: null })
    const line = await lineOf('order-7')
    expect(line).toMatchObject({ method: 'POST', route: '/api/v1/task', status: 200, taskId: id, keyId, tenantId })
    expect([typeof line.ms, typeof line.bytes, line.level]).toEqual(['number', 'number', 30])
    await gateway.piapi.ended(id, { key: TEST_KEY })
    const completed = logged.find(({ msg, taskId }) => msg === 'task completed' && taskId === id)
    expect(completed).toMatchObject({ requestId: 'order-7', tenantId, keyId, operation: 'suno/lyrics' })
  })

  it('leaves nothing of its query, its body or its key in the log', async () => {
    const secret = 'a-secret-of-the-client'
    const body = { ...LYRICS, input: { prompt: `sandbox:fast ${secret}` } }
    await gateway.send('POST', `/api/v1/task?note=${secret}`, { key: TEST_KEY, body })
    await gateway.send('POST', '/api/v1/task', { key: TEST_KEY, body: { ...body, model: secret } })
    await gateway.send('GET', `/api/v1/task/${UNKNOWN}?wait=${secret}`, { key: secret })
    await expect.poll(() => logged.filter(({ msg }) => msg === 'request')).toHaveLength(3)
    expect(JSON.stringify(logged)).not.toContain(secret)
    expect(JSON.stringify(logged)).not.toContain(TEST_KEY)
  })

  it.each([
    ['GET', `/api/v1/task/${UNKNOWN}`, undefined, 'task_not_found'],
    ['POST', '/api/v1/task', { model: 'none', task_type: 'x', input: {} }, 'unknown_operation'],
    ['POST', '/api/v1/task', { model: 'luma', task_type: 'video_generation', input: { prompt: 'x' } }, 'no_provider'],
  ])('that is a mistake of the client, %s %s, is one line at info', async (method, path, body, code) => {
    const headers = { 'x-request-id': code }
    await gateway.send(method, path, { headers, ...(body ? { body } : {}) })
    expect(await lineOf(code)).toMatchObject({ level: 30, code })
    expect(logged.filter(({ level }) => Number(level) > 30)).toEqual([])
  })

  it('that fails by a fault of the gateway is an error in the log, with all that is known of it', async () => {
    isBroken = true
    const answer = await gateway.send('GET', '/account/info', { headers: { 'x-request-id': 'broken-1' } })
    isBroken = false
    expect(answer.status).toBe(500)
    const [fault, ...others] = logged.filter(({ level }) => Number(level) > 30)
    expect(others).toEqual([])
    expect(fault).toMatchObject({ level: 50, msg: 'request failed', requestId: 'broken-1', route: '/account/info' })
    expect(fault).toMatchObject({ method: 'GET', code: 'internal', tenantId: gateway.tenantId })
    expect(JSON.stringify(fault)).toContain('a fault of ours')
    expect(await lineOf('broken-1')).toMatchObject({ level: 30, status: 500, code: 'internal' })
  })

  it('that streams has its id too', async () => {
    const { data } = (await gateway.piapi.post(LYRICS, { key: TEST_KEY })).body
    const path = `/api/v1/task/${data.task_id}/events`
    const { status, headers } = await gateway.send('GET', path, { key: TEST_KEY, headers: { 'x-request-id': 'live' } })
    expect([status, headers.get('x-request-id')]).toEqual([200, 'live'])
    expect(await lineOf('live')).toMatchObject({ taskId: data.task_id, status: 200 })
  })

  it('with a trace has it in its task and on the webhooks', async () => {
    const config = { webhook_config: { endpoint: receiver.url, secret: '' } }
    for (const [traceparent, kept] of [
      [TRACE, TRACE],
      [TRACE.replace('0af7', '0AF7'), null],
    ] as const) {
      const created = await gateway.send('POST', '/api/v1/task', {
        key: TEST_KEY,
        headers: { traceparent },
        body: { ...LYRICS, config },
      })
      const { task_id: id } = (created.body as { data: { task_id: string } }).data
      expect(await gateway.store.getTask({ id })).toMatchObject({ traceparent: kept })
    }
    await expect
      .poll(() => receiver.received.filter(({ headers }) => headers.traceparent === TRACE).length)
      .toBeGreaterThan(0)
  })
})
