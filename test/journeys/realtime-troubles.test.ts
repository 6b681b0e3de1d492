import { connect } from 'node:net'
import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { JsonObject } from '../../src/core/json.ts'
import { type FakeRealtime, openFakeRealtime, type Refusal } from '../support/fake-realtime.ts'
import { LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

/** Vendors, callers and networks that misbehave in and before a realtime session. */

const MODEL = 'gpt-realtime'

let vendor: FakeRealtime
let test: TestGateway
let startedAt = 0

beforeAll(async () => {
  vendor = await openFakeRealtime()
  test = await openGateway({
    env: {
      OPENAI_API_KEY: 'sk-vendor',
      OPENAI_BASE_URL: `${vendor.url}/v1`,
      POLYPHONY_CALL_SECONDS: '1',
      POLYPHONY_STREAM_SILENCE_SECONDS: '1',
    },
  })
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await vendor[Symbol.asyncDispose]()
})
beforeEach(async () => {
  for (const list of [vendor.opened, vendor.received, vendor.closed, vendor.refusals, vendor.next]) list.length = 0
  const before = Date.now()
  await expect.poll(() => Date.now(), { interval: 1 }).toBeGreaterThan(before) // sessions before are not this test's
  startedAt = Date.now()
})

/** A client of plain frames, whose messages and end are kept. */
class Plain {
  readonly socket: WebSocket
  readonly messages: string[] = []
  readonly closed: Promise<number>
  #wake = () => {}

  constructor(key = LIVE_KEY, query = `model=${MODEL}`) {
    const url = `${test.url.replace('http', 'ws')}/v1/realtime?${query}`
    this.socket = new WebSocket(url, { headers: { authorization: `Bearer ${key}` } })
    this.socket.on('error', () => {})
    this.socket.on('message', (message: Buffer, isBinary) => {
      this.messages.push(isBinary ? `binary:${message.toString('hex')}` : message.toString())
      this.#wake()
    })
    this.closed = new Promise((resolve) => this.socket.on('close', resolve))
  }

  /** The first message that has this text, with those before it removed. */
  async next(text: string): Promise<JsonObject> {
    for (;;) {
      const at = this.messages.findIndex((message) => message.includes(text))
      if (at !== -1) return parsed(this.messages.splice(0, at + 1).at(-1) ?? '')
      const more = Promise.withResolvers<void>()
      this.#wake = more.resolve
      const ended = this.closed.then((code) => {
        if (!this.messages.some((message) => message.includes(text))) throw new Error(`${code} before ${text}`)
      })
      await Promise.race([more.promise, ended])
    }
  }

  send(event: JsonObject): void {
    this.socket.send(JSON.stringify(event))
  }
}

const parsed = (text: string): JsonObject => (text.startsWith('{') ? JSON.parse(text) : { text })

async function opened(key = LIVE_KEY): Promise<Plain> {
  const session = new Plain(key)
  await session.next('session.created')
  return session
}

async function rows(count: number) {
  let calls: Awaited<ReturnType<typeof test.store.listCalls>> = []
  const stored = async () => {
    calls = await test.store.listCalls({ limit: 1_000, from: startedAt })
    return calls.length
  }
  await expect.poll(stored, { timeout: 5_000 }).toBe(count)
  return calls
}

const noVendorIsLeft = () => expect.poll(() => vendor.sockets()).toBe(0)

/** The answer to a handshake that is refused. */
async function refused(key = LIVE_KEY, query = `model=${MODEL}`) {
  const url = `${test.url.replace('http', 'ws')}/v1/realtime?${query}`
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${key}` } })
  return new Promise<{ status: number | undefined; retryAfter: string | undefined; body: { error: JsonObject } }>(
    (resolve, reject) => {
      socket.on('open', () => reject(new Error('It was accepted.')))
      socket.on('error', reject)
      socket.on('unexpected-response', (_request, answer) => {
        let text = ''
        answer.on('data', (chunk: Buffer) => {
          text += chunk.toString()
        })
        const { statusCode: status, headers } = answer
        answer.on('end', () => resolve({ status, retryAfter: headers['retry-after'], body: JSON.parse(text) }))
      })
    },
  )
}

const HEAD = 'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n'
const page = (status: string) =>
  `HTTP/1.1 ${status}\r\ncontent-type: text/html\r\ncontent-length: 9\r\nconnection: close\r\n\r\n<html>no\n`
const limited = (status: number, headers: Record<string, string> = {}): Refusal => ({ status, headers, message: 'No.' })

describe('a vendor that does not open a realtime session', () => {
  it.each<[what: string, refusal: Refusal, status: number[], error: JsonObject]>([
    ['answers nothing', { raw: '' }, [504], { code: 'vendor_silent' }],
    ['hangs up', { raw: '', isEnded: true }, [504], { code: 'vendor_silent' }],
    ['speaks another protocol', { raw: 'SSH-2.0-OpenSSH_9.6\r\n', isEnded: true }, [504], { code: 'vendor_silent' }],
    ['answers a page with 200', { raw: page('200 OK'), isEnded: true }, [502], { code: 'output_unusable' }],
    ['answers a page with 502', { raw: page('502 No'), isEnded: true }, [503], { code: 'vendor_unreachable' }],
    [
      'sends elsewhere',
      { raw: 'HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n' },
      [502],
      { code: 'output_unusable' },
    ],
    ['accepts another key than it was sent', { raw: `${HEAD}sec-websocket-accept: abc\r\n\r\n` }, [504], {}],
    [
      'accepts a protocol that nobody offered',
      { raw: `${HEAD}sec-websocket-protocol: x\r\nsec-websocket-accept: KEY\r\n\r\n` },
      [504],
      {},
    ],
    [
      'never ends its refusal',
      { raw: 'HTTP/1.1 500 No\r\ncontent-length: 1000\r\n\r\n{"error"' },
      [503, 504],
      { type: 'server_error' },
    ],
    ['is at its limit', limited(429, { 'retry-after': '7' }), [429], { code: 'rate_limit_exceeded', message: 'No.' }],
    ['is overloaded', limited(529), [429], { code: 'rate_limit_exceeded' }],
    ['refuses the key', limited(401), [502, 503], { message: expect.stringContaining('operator') }],
  ])('and %s is an error of the handshake, with nothing held', async (_what, refusal, status, error) => {
    for (let tries = 0; tries < 3; tries++) vendor.refusals.push(refusal)
    const answer = await refused()
    expect(status, JSON.stringify(answer)).toContain(answer.status)
    expect(answer.body).toMatchObject({ error: { message: expect.stringMatching(/\w/), ...error } })
    expect(JSON.stringify(answer.body)).not.toMatch(/127\.0\.0\.1|sk-vendor|<html/)
    if (refusal === vendor.refusals[0]) expect(vendor.refusals.length).toBeLessThan(3)
    expect(await rows(1)).toMatchObject([{ outcome: 'failed', pricePoints: 0 }])
    await noVendorIsLeft()
    await test.assertBalanced()
  })

  it('is left within 100 ms when the caller leaves, who is in the record', async () => {
    vendor.refusals.push({ raw: '' })
    const { socket } = new Plain()
    await expect.poll(() => vendor.opened.length, { interval: 2 }).toBe(1)
    const leftAt = performance.now()
    socket.terminate()
    await expect.poll(() => vendor.sockets(), { interval: 2 }).toBe(0)
    expect(performance.now() - leftAt).toBeLessThan(100)
    expect(await rows(1)).toMatchObject([{ outcome: 'failed', errorCode: 'client_left', status: 499, pricePoints: 0 }])
  })
})

describe('messages of a realtime session', () => {
  it('pass both ways as they came: texts that are no JSON, bytes, and those in pieces', async () => {
    const session = await opened()
    const far = [...vendor.open].at(-1)
    for (const message of ['no JSON', '', '[]', 'null', '"response.done"', '{"type":"response.done","response":7}'])
      far?.send(message)
    far?.send(Buffer.from([0, 255, 1]))
    far?.send('{"type":"in ', { fin: false })
    far?.send('pieces"}', { fin: true })
    expect(await session.next('in pieces')).toEqual({ type: 'in pieces' })
    session.socket.send('no JSON')
    session.socket.send(Buffer.from([0, 255, 1]))
    session.socket.send('{"type":"in ', { fin: false })
    session.socket.send('pieces"}', { fin: true })
    await expect.poll(() => vendor.texts.slice(-3)).toEqual(['no JSON', 'binary:00ff01', '{"type":"in pieces"}'])
    session.socket.close()
    expect(await rows(1)).toMatchObject([{ outcome: 'completed', pricePoints: 0 }])
  })

  it.each<[string, Buffer, number]>([
    ['text that is no UTF-8', Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe]), 1_007],
    ['a frame without a mask', Buffer.from([0x81, 0x01, 0x41]), 1_002],
    ['a frame of an unknown kind', Buffer.from([0x83, 0x80, 0, 0, 0, 0]), 1_002],
    ['a compressed frame that was not agreed on', Buffer.from([0xc1, 0x80, 0, 0, 0, 0]), 1_002],
    ['a piece that continues nothing', Buffer.from([0x80, 0x80, 0, 0, 0, 0]), 1_002],
    ['a frame that says it is a terabyte', Buffer.from([0x82, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]), 1_009],
  ])('that break the protocol end it: %s', async (_what, bytes, code) => {
    const session = await opened()
    // Beside what the package would send.
    const { _socket: raw } = session.socket as unknown as { _socket: { write(bytes: Buffer): void } }
    raw.write(bytes)
    expect(await session.closed).toBe(code)
    await noVendorIsLeft()
  })

  it.each<[string, Buffer]>([
    ['a frame with a mask', Buffer.from([0x81, 0x80, 0, 0, 0, 0])],
    ['text that is no UTF-8', Buffer.from([0x81, 0x02, 0xff, 0xfe])],
    ['no frame at all', Buffer.from('HTTP/1.1 500 No\r\n\r\n')],
  ])('by which the vendor breaks the protocol end it with an error: %s', async (_what, bytes) => {
    const session = await opened()
    const far = [...vendor.open].at(-1) as unknown as { _socket: { write(bytes: Buffer): void } }
    far._socket.write(bytes)
    expect(await session.next('"error"')).toMatchObject({ error: { code: 'vendor_silent', type: 'server_error' } })
    expect(await session.closed).toBe(1_011)
    await noVendorIsLeft()
  })

  it.each([
    [1_000, 1_000],
    [3_000, 3_000],
    [4_999, 4_999],
    [1_011, 1_011],
    [undefined, 1_000],
  ])('end with the code of the vendor: %s', async (code, given) => {
    const session = await opened()
    const [far] = [...vendor.open].slice(-1)
    if (code === undefined) far?.close()
    else far?.close(code, 'session over')
    expect(await session.closed).toBe(given)
    expect(await rows(1)).toMatchObject([{ outcome: 'completed' }])
  })
})

describe('a reader that does not read', () => {
  const fill = 'x'.repeat(2 ** 20)

  it('and is the caller is cut off in time, and the vendor with it', async () => {
    const session = await opened()
    session.socket.pause()
    const far = [...vendor.open].at(-1)
    for (let count = 0; count < 64; count++) far?.send(fill)
    expect(await rows(1)).toMatchObject([{ errorCode: 'client_left' }])
    await noVendorIsLeft()
    session.socket.terminate()
  })

  it('and is the vendor ends the session with an error', async () => {
    const session = await opened()
    const far = [...vendor.open].at(-1)
    far?.pause()
    for (let count = 0; count < 64; count++) session.send({ type: 'input_audio_buffer.append', audio: fill })
    expect(await session.next('"error"')).toMatchObject({ error: { message: 'The vendor reads nothing.' } })
    expect(await session.closed).toBe(1_011)
    far?.resume()
    await noVendorIsLeft()
  })

  it('of the sandbox is not fed without an end', async () => {
    const session = await opened(TEST_KEY)
    session.socket.pause()
    // Each is answered with an error that repeats it. The caller stays, so that it has left is said of one that was cut off.
    const type = 'x'.repeat(100_000)
    for (let count = 0; count < 400; count++) session.send({ type })
    expect(await rows(1)).toMatchObject([{ mode: 'test', errorCode: 'client_left' }])
    session.socket.terminate()
  })
})

describe('what only the owner of an account can have made there', () => {
  const PROMPT = { prompt: { id: 'pmpt_x' } }
  const VOICE = { audio: { output: { voice: { id: 'voice_x' } } } }
  const TUNNEL = {
    tools: [
      { type: 'function', name: 'f' },
      { type: 'mcp', server_label: 's', tunnel_id: 'tnl_x' },
    ],
  }

  it.each<[event: string, param: string]>([
    [JSON.stringify({ type: 'session.update', event_id: 'mine', session: PROMPT }), 'session.prompt.id'],
    [JSON.stringify({ type: 'session.update', session: VOICE }), 'session.audio.output.voice.id'],
    [JSON.stringify({ type: 'session.update', session: { voice: { id: 'voice_x' } } }), 'session.voice.id'],
    [JSON.stringify({ type: 'session.update', session: TUNNEL }), 'session.tools[1].tunnel_id'],
    [JSON.stringify({ type: 'response.create', response: PROMPT }), 'response.prompt.id'],
    [JSON.stringify({ type: 'response.create', session: {}, response: VOICE }), 'response.audio.output.voice.id'],
    ['{"type":"session.update","session":{"\\u0070rompt":{"\\u0069d":"pmpt_x"}}}', 'session.prompt.id'],
    ['{"type":"session.update","session":{"tools":[{"tunnel\\u005fid":"tnl_x"}]}}', 'session.tools[0].tunnel_id'],
  ])('is 404 at an account that tenants share, and the session goes on: %s', async (event, param) => {
    for (const key of [LIVE_KEY, TEST_KEY]) {
      const session = await opened(key)
      const before = vendor.texts.length
      session.socket.send(event)
      session.socket.send(Buffer.from(event)) // as bytes, too
      for (let count = 0; count < 2; count++)
        expect(await session.next('"error"')).toMatchObject({
          error: {
            type: 'invalid_request_error',
            param,
            event_id: event.includes('mine') ? 'mine' : null,
            message: expect.stringContaining('_x'),
          },
        })
      session.send({ type: 'session.update', session: { type: 'realtime', instructions: 'Be brief.' } })
      expect(await session.next('session.updated')).toMatchObject({ session: { instructions: 'Be brief.' } })
      if (key === LIVE_KEY) expect(vendor.texts.slice(before)).toHaveLength(1)
      session.socket.close()
      await session.closed
    }
  })

  it('passes at an account of the tenant’s own, which costs the tenant nothing here', async () => {
    const { key, tenantId } = await test.tenant({ creditPoints: 1_000_000 })
    const account = { provider: 'openai', name: 'mine', fields: { apiKey: 'own', baseUrl: `${vendor.url}/v1` } }
    const headers = { authorization: `Bearer ${key}` }
    expect((await test.send('POST', '/api/v1/accounts', { headers, body: account })).status).toBe(200)
    const client = new OpenAI({ apiKey: key, baseURL: `${test.url}/v1` })
    const { value } = await client.realtime.clientSecrets.create({
      session: { type: 'realtime', model: MODEL, ...PROMPT },
    })
    const session = await opened(value)
    expect(await session.next('session.updated')).toMatchObject({ session: PROMPT })
    const type = 'conversation.item.input_audio_transcription.completed'
    vendor.send({ type, event_id: 'e', item_id: 'i', transcript: 'hi', usage: { type: 'duration', seconds: 30 } })
    session.send({ type: 'response.create', response: { ...VOICE } })
    await session.next('response.done')
    session.socket.close()
    expect(await rows(2)).toMatchObject([{ pricePoints: 0 }, { pricePoints: 0, usage: { seconds: 30 } }])
    await expect.poll(async () => (await test.balance(tenantId)).available).toBe(1_000_000)
  })

  it('in a client secret is 404 in the handshake where no account is the tenant’s own', async () => {
    const client = new OpenAI({ apiKey: LIVE_KEY, baseURL: `${test.url}/v1` })
    const { value } = await client.realtime.clientSecrets.create({
      session: { type: 'realtime', model: MODEL, ...PROMPT },
    })
    expect(await refused(value, '')).toMatchObject({ status: 404, body: { error: { param: 'session.prompt.id' } } })
    expect(vendor.opened).toEqual([])
  })
})

describe('the limits of a key in a realtime session', () => {
  it('end it when its tokens of the minute are used up, and refuse the next', async () => {
    const { key } = await test.tenant({ key: { tokensPerMinute: 2_000 } })
    const session = await opened(key)
    for (let count = 0; count < 2; count++) {
      session.send({ type: 'response.create' })
      await session.next('response.done') // of 1,300 tokens
    }
    session.send({ type: 'response.create' })
    expect(await session.next('"error"')).toMatchObject({ error: { code: 'rate_limit_exceeded' } })
    expect(await session.closed).toBe(1_008)
    const { status, retryAfter } = await refused(key)
    expect(status).toBe(429)
    expect(Number(retryAfter)).toBeGreaterThan(0)
    await noVendorIsLeft()
  })

  it.each<[string, JsonObject, string]>([
    ['it expires', { expiresAt: 1 }, 'invalid_api_key'],
    ['its models are others', { allowedModels: ['gpt-5*'] }, 'model_not_found'],
  ])('end it when %s', async (_what, set, code) => {
    const { key, keyId } = await test.tenant({})
    const session = await opened(key)
    await test.store.changeKey({ id: keyId, set })
    expect(await session.next('"error"')).toMatchObject({ error: { code } })
    expect(await session.closed).toBe(1_008)
  })

  it('let a client secret be made of a model that they allow by the beginning of its name', async () => {
    const { key } = await test.tenant({ key: { allowedModels: ['gpt-realtime*'] } })
    const secret = (model: string) =>
      test.send('POST', '/v1/realtime/client_secrets', { key, body: { session: { type: 'realtime', model } } })
    expect((await secret('gpt-realtime-mini')).status).toBe(200)
    expect(await secret('gpt-4o-realtime-preview')).toMatchObject({
      status: 403,
      body: { error: { param: 'session.model' } },
    })
  })
})

it('a response that the vendor says has ended twice is paid once', async () => {
  const session = await opened()
  session.send({ type: 'response.create' })
  const done = await session.next('response.done')
  vendor.send(done)
  vendor.send({ type: 'response.created', response: { id: vendor.lastResponse() } })
  vendor.send({ type: 'the end' })
  await session.next('the end')
  session.socket.close()
  expect(await rows(1)).toMatchObject([{ outcome: 'completed' }])
})

it('a hundred sessions of one key that vanish at once leave nothing behind', async () => {
  const sessions = await Promise.all(Array.from({ length: 100 }, () => opened()))
  expect(vendor.open.size).toBe(100)
  vendor.next.push(...Array<'hang'>(50).fill('hang'))
  for (const session of sessions.slice(0, 50)) session.send({ type: 'response.create' })
  await Promise.all(sessions.slice(0, 50).map((session) => session.next('response.created')))
  for (const { socket } of sessions) socket.terminate()
  await noVendorIsLeft()
  const calls = await rows(100)
  expect(calls.filter(({ outcome, errorCode }) => outcome === 'cut' && errorCode === 'client_left')).toHaveLength(50)
  await test.assertBalanced()
})

it('a client that says nothing after its handshake is no session, and one that asks by halves is refused', async () => {
  const { hostname, port } = new URL(test.url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  socket.write(`GET /v1/realtime?model=${MODEL} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${LIVE_KEY}\r\n`)
  socket.end() // in the middle of its head
  await new Promise((resolve) => socket.once('close', resolve).resume())
  expect(vendor.opened).toEqual([])
})

it('after all this the ledger reconciles, nothing is held, and no connection is left', async () => {
  await test.assertBalanced()
  const { dataDir } = test
  await test.stop()
  expect(vendor.sockets()).toBe(0)
  const again = await openGateway({ dataDir })
  expect((await again.balance()).held).toBe(0)
  await again.assertBalanced()
  await again.stop()
})
