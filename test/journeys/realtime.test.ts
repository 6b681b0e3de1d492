import { Agent } from 'node:https'
import { connect } from 'node:net'
import OpenAI from 'openai'
import { OpenAIRealtimeWebSocket } from 'openai/realtime/websocket'
import { OpenAIRealtimeWS } from 'openai/realtime/ws'
import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { JsonObject } from '../../src/core/json.ts'
import { type FakeRealtime, openFakeRealtime, WORDS } from '../support/fake-realtime.ts'
import { LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

const MODEL = 'gpt-realtime'
/** 200 cached, 300 of text and 500 of sound read; 50 of text and 250 of sound written, at the list price of gpt-realtime. */
const RESPONSE_POINTS = Math.ceil(((200 * 0.4 + 300 * 4 + 500 * 32 + 50 * 16 + 250 * 64) / 1e6) * 1e7)

let vendor: FakeRealtime
let test: TestGateway

beforeAll(async () => {
  vendor = await openFakeRealtime()
  test = await openGateway({ env: { OPENAI_API_KEY: 'sk-vendor', OPENAI_BASE_URL: `${vendor.url}/v1` } })
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await vendor[Symbol.asyncDispose]()
})
let startedAt = 0
beforeEach(() => {
  for (const list of [vendor.opened, vendor.received, vendor.closed, vendor.refusals, vendor.next]) list.length = 0
  startedAt = Date.now()
})

const openai = (apiKey = LIVE_KEY) => new OpenAI({ apiKey, baseURL: `${test.url}/v1`, maxRetries: 0 })
const plain = (url: URL): void => {
  url.protocol = 'ws' // the package knows wss only
}

type Client = OpenAIRealtimeWS | OpenAIRealtimeWebSocket
type Event = RealtimeServerEvent

/** A session whose events are collected. */
class Talk {
  readonly client: Client
  readonly events: Event[] = []
  readonly closed: Promise<{ code: number; at: number }>
  #wake: () => void = () => {}

  constructor(client: Client) {
    this.client = client
    client.on('event', (event) => {
      this.events.push(event)
      this.#wake()
    })
    client.on('error', () => this.#wake()) // it is among the events, or the connection ends
    const closed = Promise.withResolvers<{ code: number; at: number }>()
    this.closed = closed.promise
    client.socket.addEventListener('close', ({ code }: { code: number }) => {
      closed.resolve({ code, at: performance.now() })
      this.#wake()
    })
  }

  /** The first event of a type after those that were seen. */
  async next<Type extends Event['type']>(type: Type): Promise<Extract<Event, { type: Type }>> {
    for (;;) {
      const at = this.events.findIndex((event) => event.type === type)
      if (at !== -1) return this.events.splice(0, at + 1).at(-1) as Extract<Event, { type: Type }>
      const change = Promise.withResolvers<void>()
      this.#wake = change.resolve
      const ended = this.closed.then(({ code }) => {
        if (this.events.every((event) => event.type !== type)) throw new Error(`It ended with ${code} before ${type}.`)
      })
      await Promise.race([change.promise, ended])
    }
  }

  send(event: JsonObject): void {
    this.client.send(event as never) // what a client may send, right or wrong
  }

  ask(text: string, response?: JsonObject): void {
    this.send({
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
    })
    this.send({ type: 'response.create', ...(response ? { response } : {}) })
  }

  respond(text: string, response?: JsonObject): Promise<Extract<Event, { type: 'response.done' }>> {
    this.ask(text, response)
    return this.next('response.done')
  }
}

/** The package connects by TLS alone, and the gateway stands behind what ends that. */
class PlainAgent extends Agent {
  override createConnection({ host, port }: { host?: string | null; port?: number | string | null }) {
    return connect({ host: host ?? '', port: Number(port) })
  }
}
const agent = new PlainAgent()

/** With the key in a header, as servers do. */
function talk(key = LIVE_KEY, model = MODEL, headers: Record<string, string> = {}): Talk {
  return new Talk(new OpenAIRealtimeWS({ model, options: { agent, headers } }, openai(key)))
}

/** With the key among the protocols, as browsers do. */
function talkAsBrowser(key: string, model = MODEL): Talk {
  return new Talk(new OpenAIRealtimeWebSocket({ model, dangerouslyAllowBrowser: true, onURL: plain }, openai(key)))
}

async function rows(count: number) {
  let calls: Awaited<ReturnType<typeof test.store.listCalls>> = []
  await expect
    .poll(async () => {
      calls = await test.store.listCalls({ limit: 20, from: startedAt })
      return calls.length
    })
    .toBe(count)
  return calls
}

describe('a realtime session at an OpenAI account', () => {
  it.each([
    ['with the key in a header', () => talk()],
    ['with the key among the protocols', () => talkAsBrowser(LIVE_KEY)],
  ])('passes events both ways %s, and bills each response', async (_how, open) => {
    const session = open()
    expect(await session.next('session.created')).toMatchObject({ session: { model: MODEL } })
    session.send({ type: 'session.update', session: { type: 'realtime', instructions: 'Be brief.', new_field: [1] } })
    expect(await session.next('session.updated')).toMatchObject({
      session: { instructions: 'Be brief.', new_field: [1] },
    })
    const before = await test.balance()
    expect(await session.respond('What colour is the rain?')).toMatchObject({ response: { usage: vendor.usage } })
    await session.respond('And the snow?')
    expect(vendor.opened).toMatchObject([{ path: `/v1/realtime?model=${MODEL}`, authorization: 'Bearer sk-vendor' }])
    expect(vendor.received.map(({ type }) => type)).toEqual([
      'session.update',
      'conversation.item.create',
      'response.create',
      'conversation.item.create',
      'response.create',
    ])
    session.client.close()
    expect(await session.closed).toMatchObject({ code: 1_000 })
    const [second, first, ...others] = await rows(2)
    expect(others).toEqual([])
    for (const call of [first, second]) {
      expect(call).toMatchObject({
        endpoint: 'realtime',
        model: MODEL,
        provider: 'openai',
        status: 101,
        outcome: 'completed',
        pricePoints: RESPONSE_POINTS,
        usage: {
          inputTokens: 1_000,
          cachedReadTokens: 200,
          inputAudioTokens: 500,
          outputTokens: 300,
          outputAudioTokens: 250,
        },
      })
    }
    const after = await test.balance()
    expect(before.available + before.held - after.available - after.held).toBe(2 * RESPONSE_POINTS)
    await test.assertBalanced()
  })

  it('has one row when nothing was asked in it, which costs nothing', async () => {
    const session = talk()
    await session.next('session.created')
    session.client.close()
    expect(await rows(1)).toMatchObject([{ outcome: 'completed', errorCode: null, usage: null, pricePoints: 0 }])
  })

  it('is ended at the vendor within 100 ms of the client’s leaving, and pays for what was delivered', async () => {
    vendor.next.push('hang')
    const session = talk()
    await session.next('session.created')
    session.send({ type: 'response.create' })
    await session.next('response.created')
    for (let deltas = 0; deltas < WORDS.length; deltas++) await session.next('response.output_audio.delta')
    const leftAt = performance.now()
    ;(session.client.socket as WebSocket).terminate()
    await expect.poll(() => vendor.closed.length, { interval: 2 }).toBe(1)
    expect((vendor.closed[0]?.at ?? Infinity) - leftAt).toBeLessThan(100)
    // 200 ms of sound are four tokens, and "The rain is grey." has five.
    expect(await rows(1)).toMatchObject([
      { outcome: 'cut', errorCode: 'client_left', usage: { outputTokens: 9, outputAudioTokens: 4 } },
    ])
    await test.assertBalanced()
  })

  it('is ended at the client within 100 ms of the vendor’s, with the vendor’s code, or an error where it broke off', async () => {
    vendor.next.push('goodbye', 'break')
    const polite = talk()
    await polite.next('session.created')
    polite.send({ type: 'response.create' })
    const { code, at } = await polite.closed
    expect(code).toBe(4_000)
    expect(at - (vendor.closed[0]?.at ?? 0)).toBeLessThan(100)
    const broken = talk()
    await broken.next('session.created')
    broken.send({ type: 'response.create' })
    expect(await broken.next('error')).toMatchObject({ error: { type: 'server_error', code: 'vendor_silent' } })
    expect(await broken.closed).toMatchObject({ code: 1_011 })
    expect(await rows(2)).toMatchObject([{ outcome: 'cut', errorCode: 'vendor_silent' }, { outcome: 'cut' }])
  })

  it('goes to the next try when the vendor is at its limit, and is refused in the handshake in OpenAI’s form', async () => {
    vendor.refusals.push({ status: 503, message: 'Busy.' })
    const session = talk()
    await session.next('session.created')
    session.client.close()
    await session.closed
    expect(vendor.opened).toHaveLength(2)
    const before = (await test.store.listCalls({ limit: 50, from: startedAt })).length
    vendor.refusals.push({ status: 400, message: 'No such voice.' })
    expect(await handshake(`model=${MODEL}`)).toMatchObject({
      status: 400,
      body: { error: { message: 'No such voice.' } },
    })
    await rows(before + 2)
    await test.assertBalanced()
  })

  it('bills the transcription of what was said at the price of its model', async () => {
    const session = talk()
    await session.next('session.created')
    const transcription = { model: 'whisper-1' }
    session.send({ type: 'session.update', session: { type: 'realtime', audio: { input: { transcription } } } })
    await session.next('session.updated')
    const type = 'conversation.item.input_audio_transcription.completed'
    vendor.send({
      type,
      event_id: 'e',
      item_id: 'i',
      content_index: 0,
      transcript: 'hi',
      usage: { type: 'duration', seconds: 30 },
    })
    await session.next(type)
    session.client.close()
    expect(await rows(1)).toMatchObject([{ vendorModel: 'whisper-1', usage: { seconds: 30 }, pricePoints: 30_000 }])
  })

  it('ends with an error when the credit is used up', async () => {
    // Enough for what is set aside once, and not for another after the first response.
    const { key, tenantId } = await test.tenant({ creditPoints: 6_000_000 })
    const session = talk(key)
    await session.next('session.created')
    for (let responses = 0; responses < 50; responses++) {
      session.send({ type: 'response.create' })
      const next = await Promise.race([session.next('response.done'), session.closed])
      if ('code' in next) break
    }
    expect(await session.closed).toMatchObject({ code: 1_008 })
    expect(session.events.at(-1)).toMatchObject({ type: 'error', error: { type: 'insufficient_quota' } })
    await expect.poll(() => vendor.open.size).toBe(0)
    await expect.poll(async () => (await test.balance(tenantId)).available).toBeGreaterThanOrEqual(0)
    expect(await handshake(`model=${MODEL}`, (await test.tenant({ creditPoints: 10 })).key)).toMatchObject({
      status: 429,
      body: { error: { code: 'insufficient_quota' } },
    })
    await test.assertBalanced()
  })

  it('ends when its key is revoked, and when its tenant is frozen', async () => {
    const one = await test.tenant({})
    const session = talk(one.key)
    await session.next('session.created')
    await test.store.revokeKey({ id: one.keyId, now: Date.now() })
    expect(await session.next('error')).toMatchObject({ error: { code: 'invalid_api_key' } })
    expect(await session.closed).toMatchObject({ code: 1_008 })
    const other = await test.tenant({})
    const second = talk(other.key)
    await second.next('session.created')
    await test.store.changeTenant({ id: other.tenantId, set: { frozenAt: Date.now() } })
    expect(await second.next('error')).toMatchObject({ error: { code: 'forbidden' } })
    expect(await second.closed).toMatchObject({ code: 1_008 })
  })

  it('closes messages that are too long, and takes those that OpenAI takes', async () => {
    const session = talk()
    await session.next('session.created')
    session.send({ type: 'input_audio_buffer.append', audio: 'A'.repeat(15 * 2 ** 20) })
    await session.respond('Did you hear that?')
    session.send({ type: 'input_audio_buffer.append', audio: 'A'.repeat(17 * 2 ** 20) })
    expect(await session.closed).toMatchObject({ code: 1_009 })
    expect(vendor.received.filter(({ type }) => type === 'input_audio_buffer.append')).toHaveLength(1)
  })

  it('reads from the vendor no faster than the client does', async () => {
    const session = talk()
    await session.next('session.created')
    const socket = session.client.socket as WebSocket
    socket.pause()
    const far = [...vendor.open].at(-1)
    const noise = JSON.stringify({ type: 'noise', fill: 'x'.repeat(2 ** 20) })
    for (let messages = 0; messages < 64; messages++) far?.send(noise)
    await expect.poll(() => far?.bufferedAmount ?? 0).toBeGreaterThan(0)
    let last = 0
    // What the kernel and the gateway take has an end.
    const stands = () => {
      const before = last
      last = far?.bufferedAmount ?? 0
      return last === before
    }
    await expect.poll(stands, { interval: 100 }).toBe(true)
    expect(last).toBeGreaterThan(16 * 2 ** 20)
    socket.resume()
    await expect.poll(() => session.events.filter(({ type }) => (type as string) === 'noise').length).toBe(64)
    session.client.close()
  })
})

/** The answer to a handshake that is refused. */
async function handshake(query: string, key = LIVE_KEY, headers: Record<string, string> = {}) {
  const url = `${test.url.replace('http', 'ws')}/v1/realtime?${query}`
  const socket = new WebSocket(url, { headers: { ...(key ? { authorization: `Bearer ${key}` } : {}), ...headers } })
  return new Promise<{ status: number | undefined; body: unknown }>((resolve, reject) => {
    socket.on('open', () => reject(new Error('It was accepted.')))
    socket.on('error', reject)
    socket.on('unexpected-response', (_request, answer) => {
      let text = ''
      answer.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
      answer.on('end', () => resolve({ status: answer.statusCode, body: JSON.parse(text) }))
    })
  })
}

describe('a handshake of a realtime session', () => {
  it.each<[string, string, string, number, JsonObject]>([
    ['without a key', `model=${MODEL}`, '', 401, { code: 'invalid_api_key' }],
    ['with a wrong key', `model=${MODEL}`, 'sk-live-none', 401, { code: 'invalid_api_key' }],
    ['with a wrong client secret', `model=${MODEL}`, `ek_${'0'.repeat(32)}_none`, 401, { code: 'invalid_api_key' }],
    ['without a model', '', LIVE_KEY, 400, { param: 'model', code: 'missing_required_parameter' }],
    ['with two models', 'model=a&model=b', LIVE_KEY, 400, { param: 'model' }],
    ['with a model that no account has', 'model=claude-none', LIVE_KEY, 404, { param: 'model' }],
    [
      'with a model that has no price',
      'model=gpt-realtime-99',
      LIVE_KEY,
      404,
      { code: 'model_not_found', message: expect.stringContaining('has no list price here') },
    ],
    ['for a call', `model=${MODEL}&call_id=rtc_1`, LIVE_KEY, 400, { param: 'call_id' }],
    ['for transcription', `model=${MODEL}&intent=transcription`, LIVE_KEY, 400, { param: 'intent' }],
  ])('%s is refused', async (_case, query, key, status, error) => {
    expect(await handshake(query, key)).toMatchObject({ status, body: { error } })
    expect(vendor.opened).toEqual([])
  })

  it('is refused at other routes, and a plain request for one is told how to connect', async () => {
    const answer = await test.send('GET', `/v1/realtime?model=${MODEL}`)
    expect(answer).toMatchObject({ status: 400, body: { error: { param: 'Upgrade' } } })
    const socket = new WebSocket(`${test.url.replace('http', 'ws')}/v1/models`, { headers: { 'x-api-key': LIVE_KEY } })
    const status = await new Promise((resolve) => {
      socket.on('error', () => {})
      socket.on('unexpected-response', (_request, { statusCode }) => resolve(statusCode))
    })
    expect(status).toBe(200)
    socket.terminate()
  })

  it('that breaks the protocol is refused, and leaves no session', async () => {
    const lines = [
      `GET /v1/realtime?model=${MODEL} HTTP/1.1`,
      'host: x',
      `authorization: Bearer ${TEST_KEY}`,
      'upgrade: websocket',
      'connection: upgrade',
    ]
    const { hostname, port } = new URL(test.url)
    const socket = connect(Number(port), hostname)
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk.toString()
    })
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    await new Promise((resolve) => socket.once('close', resolve))
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(await rows(1)).toMatchObject([{ outcome: 'completed', errorCode: 'client_left', pricePoints: 0 }])
  })

  it('of another kind, as Java sends it with every request, is left alone', async () => {
    const { request } = await import('node:http')
    const status = await new Promise((resolve, reject) => {
      const headers = {
        'x-api-key': TEST_KEY,
        'content-type': 'application/json',
        connection: 'Upgrade, HTTP2-Settings',
        upgrade: 'h2c',
        'http2-settings': 'AAMAAABkAAQCAAAAAAIAAAAA',
      }
      const sent = request(`${test.url}/v1/chat/completions`, { method: 'POST', headers }, (answer) => {
        answer.resume()
        answer.on('end', () => resolve(answer.statusCode))
      })
      sent.on('error', reject)
      sent.end(JSON.stringify({ model: 'sandbox', messages: [{ role: 'user', content: 'hi' }] }))
    })
    expect(status).toBe(200)
  })
})

describe('a client secret', () => {
  it('opens sessions with its model and its settings, and does nothing else', async () => {
    const made = await openai().realtime.clientSecrets.create({
      expires_after: { anchor: 'created_at', seconds: 60 },
      session: { type: 'realtime', model: MODEL, instructions: 'Be brief.' },
    })
    expect(made.value).toMatch(/^ek_/)
    expect(made.expires_at).toBeGreaterThan(Date.now() / 1_000 + 50)
    expect(made.session).toMatchObject({
      type: 'realtime',
      object: 'realtime.session',
      model: MODEL,
      instructions: 'Be brief.',
    })
    const session = talkAsBrowser(made.value)
    await session.next('session.created')
    expect(await session.next('session.updated')).toMatchObject({ session: { instructions: 'Be brief.' } })
    expect(vendor.opened).toMatchObject([{ authorization: 'Bearer sk-vendor' }])
    session.client.close()
    await session.closed
    expect(await handshake('model=gpt-realtime-mini', made.value)).toMatchObject({
      status: 400,
      body: { error: { param: 'model' } },
    })
    await expect(openai(made.value).models.list()).rejects.toMatchObject({ status: 401 })
    await expect(openai(made.value).realtime.clientSecrets.create({})).rejects.toMatchObject({ status: 401 })
  })

  it('is refused when it has expired, and when its key is revoked', async () => {
    const { key, keyId, tenantId } = await test.tenant({})
    const { value } = await openai(key).realtime.clientSecrets.create({ session: { type: 'realtime', model: MODEL } })
    const { value: short } = await openai(key).realtime.clientSecrets.create({
      session: { type: 'realtime', model: MODEL },
    })
    const drafts = await test.store.listDrafts({
      tenantId,
      mode: 'live',
      kind: 'openai.realtime-secret',
      now: Date.now(),
      limit: 5,
    })
    const [newest] = drafts
    if (newest)
      await test.store.updateDraft({ id: newest.id, from: newest.body, body: { ...newest.body, expiresAt: 1 } })
    expect(await handshake('', short)).toMatchObject({
      status: 401,
      body: { error: { message: expect.stringContaining('expired') } },
    })
    await test.store.revokeKey({ id: keyId, now: Date.now() })
    expect(await handshake('', value)).toMatchObject({ status: 401 })
  })

  it('is made in the older form, too', async () => {
    const made = await openai(TEST_KEY).beta.realtime.sessions.create({
      model: 'gpt-4o-realtime-preview',
      modalities: ['text'],
      instructions: 'Be brief.',
      input_audio_format: 'g711_ulaw',
    })
    expect(made).toMatchObject({
      model: 'gpt-4o-realtime-preview',
      client_secret: { value: expect.stringMatching(/^ek_/) },
    })
    const session = talkAsBrowser(made.client_secret.value, 'gpt-4o-realtime-preview')
    await session.next('session.created')
    expect(await session.next('session.updated')).toMatchObject({
      session: {
        output_modalities: ['text'],
        instructions: 'Be brief.',
        audio: { input: { format: { type: 'audio/pcmu' } } },
      },
    })
    session.client.close()
  })

  it.each<[string, JsonObject, string]>([
    ['client_secrets', { session: 'a' }, 'session'],
    ['client_secrets', { session: { type: 'transcription' } }, 'session.type'],
    ['client_secrets', { session: { type: 'realtime', model: 7 } }, 'session.model'],
    ['client_secrets', { expires_after: { seconds: 5 } }, 'expires_after.seconds'],
    ['client_secrets', { expires_after: { anchor: 'now' } }, 'expires_after.anchor'],
    ['client_secrets', { other: 1 }, 'other'],
    ['sessions', { model: 7 }, 'model'],
    ['sessions', { modalities: 'text' }, 'modalities'],
    ['sessions', { input_audio_format: 'mp3' }, 'input_audio_format'],
    ['sessions', { temperature: 1.1 }, 'temperature'],
  ])('with %s %j is refused, naming %s', async (route, body, param) => {
    const answer = await test.send('POST', `/v1/realtime/${route}`, { key: TEST_KEY, body })
    expect(answer).toMatchObject({ status: 400, body: { error: { param } } })
  })
})

describe('a realtime session of the sandbox', () => {
  it('answers in text, and the same each time', async () => {
    const texts: string[] = []
    for (let times = 0; times < 2; times++) {
      const session = talk(TEST_KEY)
      expect(await session.next('session.created')).toMatchObject({
        session: { model: MODEL, output_modalities: ['audio'] },
      })
      session.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } })
      await session.next('session.updated')
      session.ask('What colour is the rain?')
      expect(await session.next('conversation.item.added')).toMatchObject({ item: { role: 'user' } })
      const { text } = await session.next('response.output_text.done')
      texts.push(text)
      expect(await session.next('response.done')).toMatchObject({
        response: { status: 'completed', output: [{ content: [{ type: 'output_text', text }] }] },
      })
      session.client.close()
      await session.closed
    }
    expect(texts[0]).toContain('You wrote: "What colour is the rain?"')
    expect(texts[1]).toBe(texts[0])
    expect(await rows(2)).toMatchObject([
      { mode: 'test', pricePoints: 0 },
      { mode: 'test', pricePoints: 0 },
    ])
    expect(vendor.opened).toEqual([])
  })

  it('speaks with a tone, whose words are in the transcript, and hears so many seconds of sound', async () => {
    const session = talkAsBrowser(TEST_KEY)
    await session.next('session.created')
    session.send({ type: 'input_audio_buffer.append', audio: Buffer.alloc(24_000).toString('base64') })
    session.send({ type: 'input_audio_buffer.commit' })
    expect(await session.next('conversation.item.done')).toMatchObject({
      item: { content: [{ type: 'input_audio', transcript: '0.5 seconds of sound' }] },
    })
    session.send({ type: 'response.create' })
    const { delta } = await session.next('response.output_audio.delta')
    const sound = Buffer.from(delta, 'base64')
    expect(sound.length).toBe(2_400) // 50 ms
    expect(Math.max(...new Int16Array(sound.buffer, sound.byteOffset, sound.length / 2))).toBeGreaterThan(3_000)
    const { transcript } = await session.next('response.output_audio_transcript.done')
    expect(transcript).toContain('0.5 seconds of sound')
    const { response } = await session.next('response.done')
    expect(response.usage?.output_token_details?.audio_tokens).toBeGreaterThan(5)
    session.send({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { turn_detection: { type: 'server_vad' } } } },
    })
    session.send({ type: 'input_audio_buffer.append', audio: Buffer.alloc(96_000).toString('base64') })
    await session.next('input_audio_buffer.speech_stopped')
    await session.next('response.done')
    session.client.close()
  })

  it('calls a function, and goes on with its result', async () => {
    const session = talk(TEST_KEY)
    await session.next('session.created')
    const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
    const tools = [{ type: 'function', name: 'weather', description: 'The weather.', parameters }]
    session.send({ type: 'session.update', session: { type: 'realtime', tools, output_modalities: ['text'] } })
    const { response } = await session.respond('How is it in Oslo? sandbox:tool')
    const [call] = response.output ?? []
    expect(call).toMatchObject({ type: 'function_call', name: 'weather', arguments: '{"city":"sandbox city"}' })
    const call_id = call?.type === 'function_call' ? (call.call_id ?? '') : ''
    session.send({
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id, output: '{"sky":"grey"}' },
    })
    session.send({ type: 'response.create' })
    expect(await session.next('response.output_text.done')).toMatchObject({
      text: expect.stringContaining('The tool weather answered.'),
    })
    session.client.close()
  })

  it('fails, stops and breaks off by its magic words', async () => {
    const session = talk(TEST_KEY)
    await session.next('session.created')
    session.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } })
    expect(await session.respond('sandbox:rate-limit')).toMatchObject({
      response: { status: 'failed', status_details: { error: { code: 'rate_limit_exceeded' } } },
    })
    session.ask('sandbox:slow=5000')
    await session.next('response.created')
    session.send({ type: 'response.create' })
    expect(await session.next('error')).toMatchObject({ error: { code: 'conversation_already_has_active_response' } })
    session.send({ type: 'response.cancel' })
    expect(await session.next('response.done')).toMatchObject({ response: { status: 'cancelled' } })
    expect(await session.respond('sandbox:long=50', { max_output_tokens: 5 })).toMatchObject({
      response: { status: 'incomplete', status_details: { reason: 'max_output_tokens' } },
    })
    session.send({
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'sandbox:cut' }] },
    })
    session.send({ type: 'response.create' })
    expect(await session.next('error')).toMatchObject({ error: { code: 'vendor_silent' } })
    expect(await session.closed).toMatchObject({ code: 1_011 })
  })

  it.each<[string, unknown, string | null, string]>([
    ['no JSON', 'no JSON', null, 'invalid_json'],
    ['a list', [1], null, 'invalid_json'],
    ['what is nested too deeply', `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`, null, 'invalid_json'],
    ['an unknown event', { type: 'nothing' }, 'type', 'invalid_value'],
    ['an event without a type', {}, 'type', 'invalid_value'],
    ['an update without a session', { type: 'session.update' }, 'session', 'invalid_value'],
    [
      'an unknown modality',
      { type: 'session.update', session: { output_modalities: ['smell'] } },
      'session.output_modalities',
      'invalid_value',
    ],
    ['a tool that is none', { type: 'session.update', session: { tools: [7] } }, 'session.tools', 'invalid_value'],
    [
      'a limit of 0',
      { type: 'session.update', session: { max_output_tokens: 0 } },
      'session.max_output_tokens',
      'invalid_value',
    ],
    ['sound that is no base64', { type: 'input_audio_buffer.append', audio: '%' }, 'audio', 'invalid_audio'],
    ['a commit without sound', { type: 'input_audio_buffer.commit' }, null, 'input_audio_buffer_commit_empty'],
    [
      'an item of an unknown type',
      { type: 'conversation.item.create', item: { type: 'thing' } },
      'item.type',
      'invalid_value',
    ],
    [
      'a message without content',
      { type: 'conversation.item.create', item: { type: 'message', role: 'user' } },
      'item.content',
      'invalid_value',
    ],
    ['an id that is none', { type: 'conversation.item.delete', item_id: 'none' }, 'item_id', 'item_not_found'],
    ['a response that is none', { type: 'response.create', response: 7 }, 'response', 'invalid_value'],
    ['a cancel without a response', { type: 'response.cancel' }, null, 'response_cancel_not_active'],
  ])('answers %s with an error that names the field, and goes on', async (_case, event, param, code) => {
    const session = talk(TEST_KEY)
    await session.next('session.created')
    const socket = session.client.socket as WebSocket
    socket.send(typeof event === 'string' ? event : JSON.stringify(event))
    expect(await session.next('error')).toMatchObject({ error: { type: 'invalid_request_error', param, code } })
    session.send({ type: 'input_audio_buffer.clear' })
    await session.next('input_audio_buffer.cleared')
    session.client.close()
  })
})

describe('a stop of the gateway', () => {
  it('ends idle sessions at once and others when they have answered, with 1001', async () => {
    const gateway = await openGateway({ env: { OPENAI_API_KEY: 'sk-vendor', OPENAI_BASE_URL: `${vendor.url}/v1` } })
    const url = `${gateway.url.replace('http', 'ws')}/v1/realtime?model=${MODEL}`
    const open = () => new WebSocket(url, { headers: { authorization: `Bearer ${LIVE_KEY}` } })
    const sockets = [open(), open()] as const
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('message', resolve))))
    vendor.next.push('hang')
    sockets[1].send(JSON.stringify({ type: 'response.create' }))
    await new Promise((resolve) => sockets[1].once('message', resolve))
    const codes: number[] = []
    for (const [index, socket] of sockets.entries()) socket.on('close', (code) => codes.push(index, code))
    const stopping = gateway.stop()
    await expect.poll(() => codes).toEqual([0, 1_001])
    const usage = vendor.usage
    vendor.send({ type: 'response.done', event_id: 'e', response: { id: lastResponse(), status: 'completed', usage } })
    await expect.poll(() => codes).toEqual([0, 1_001, 1, 1_001])
    await stopping
    await gateway[Symbol.asyncDispose]()
    await expect.poll(() => vendor.open.size).toBe(0)
  })
})

/** The id of the response that was begun last. */
function lastResponse(): string {
  return vendor.lastResponse()
}
