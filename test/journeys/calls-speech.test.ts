import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Call } from '../../src/core/call.ts'
import { type FakeModels, openFakeModels } from '../support/fake-models.ts'
import { LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

/** One gateway as it is on a fresh clone, and one with an account at OpenAI that falls back to the embedded voice. */
let fresh: TestGateway
let vendor: FakeModels
let configured: TestGateway

beforeAll(async () => {
  vendor = await openFakeModels()
  fresh = await openGateway()
  configured = await openGateway({
    env: {
      OPENAI_API_KEY: 'sk-vendor-openai',
      OPENAI_BASE_URL: `${vendor.url}/openai/v1`,
      POLYPHONY_MODELS: JSON.stringify({
        'tts-1': { fallback: ['flite'] },
        flite: { price: { character: 15 } },
      }),
    },
  })
})
afterAll(async () => {
  await fresh[Symbol.asyncDispose]()
  await configured[Symbol.asyncDispose]()
  await vendor[Symbol.asyncDispose]()
})
beforeEach(() => {
  vendor.seen.length = 0
  vendor.troubles.length = 0
})

const openai = (gateway: TestGateway, apiKey = LIVE_KEY) =>
  new OpenAI({ apiKey, baseURL: `${gateway.url}/v1`, maxRetries: 0 })

function post(gateway: TestGateway, body: object, key = LIVE_KEY): Promise<Response> {
  return fetch(`${gateway.url}/v1/audio/speech`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'flite', input: 'Good evening.', voice: 'slt', ...body }),
  })
}

async function lastCall(gateway: TestGateway, requestId: string | null): Promise<Call | undefined> {
  let found: Call | undefined
  await expect
    .poll(async () => {
      const calls = await gateway.store.listCalls({ limit: 50 })
      found = calls.find((call) => call.requestId === requestId)
      return found !== undefined
    })
    .toBe(true)
  return found
}

const TYPES: Record<string, string> = {
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  pcm: 'audio/pcm',
  flac: 'audio/flac',
  opus: 'audio/ogg',
}

describe('speech without a vendor', () => {
  it('a fresh gateway speaks through the official client, under a model name of its own, for nothing', async () => {
    const client = openai(fresh)
    const models = await client.models.list()
    expect(models.data.map(({ id }) => id)).toContain('flite')
    const answer = await client.audio.speech.create({ model: 'flite', input: 'Good evening.', voice: 'alloy' })
    expect(answer.headers.get('content-type')).toBe('audio/mpeg')
    expect(answer.headers.get('x-polyphony-provider')).toBe('speech')
    expect(answer.headers.get('x-polyphony-model')).toBeNull()
    expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(3_000)
    expect(await lastCall(fresh, answer.headers.get('x-request-id'))).toMatchObject({
      provider: 'speech',
      model: 'flite',
      vendorModel: 'flite',
      outcome: 'completed',
      usage: { characters: 13 },
      pricePoints: 0,
    })
  })

  it('speech comes in the formats that there are encoders for, and each voice and speed is another sound', async () => {
    const seen = new Set<string>()
    for (const [response_format, type] of Object.entries(TYPES)) {
      const answer = await post(fresh, { response_format })
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type])
      expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(3_000)
    }
    for (const more of [{}, { voice: 'onyx' }, { voice: 'shimmer' }, { speed: 2 }]) {
      const answer = await post(fresh, { response_format: 'pcm', ...more })
      seen.add(Buffer.from(await answer.arrayBuffer()).toString('base64'))
    }
    expect(seen.size).toBe(4)
  })

  it('speech as events holds the same file, and ends with its usage', async () => {
    const [whole, streamed] = [await post(fresh, {}), await post(fresh, { stream_format: 'sse' })]
    expect(streamed.headers.get('content-type')).toBe('text/event-stream')
    const events = (await streamed.text()).split('\n\n').filter((event) => event !== '')
    const read = events.map((event) => JSON.parse(event.slice('data: '.length)))
    const audio = Buffer.concat(read.slice(0, -1).map((event) => Buffer.from(event.audio, 'base64')))
    expect(audio).toEqual(Buffer.from(await whole.arrayBuffer()))
    expect(read.map(({ type }) => type)).toEqual([
      ...new Array(read.length - 1).fill('speech.audio.delta'),
      'speech.audio.done',
    ])
    expect(await lastCall(fresh, streamed.headers.get('x-request-id'))).toMatchObject({ usage: { characters: 13 } })
  })

  it('speech that the voice cannot give is refused with the name of the field, and nothing is charged', async () => {
    const wrong: [field: string, body: object][] = [
      ['input', { input: 'Привет' }],
      ['input', { input: '夜の海' }],
      ['input', { input: 'Ω' }],
      ['input', { input: '🎉' }],
      ['input', { input: ' \n' }],
      ['input', { input: 'a'.repeat(4_097) }],
      ['voice', { voice: 'nobody' }],
      ['voice', { voice: 'toString' }],
      ['voice', { voice: { id: 'voice_1' } }],
      ['speed', { speed: 0.2 }],
      ['speed', { speed: 5 }],
      ['speed', { speed: '1 x' }],
      ['response_format', { response_format: 'aac' }],
      ['response_format', { response_format: 'midi' }],
      ['stream_format', { stream_format: 'json' }],
      ['instructions', { instructions: 'Whisper.' }],
    ]
    for (const [field, body] of wrong) {
      const answer = await post(fresh, body)
      const { error } = (await answer.json()) as { error: { param: string; message: string } }
      expect([answer.status, error.param], JSON.stringify(body)).toEqual([400, field])
      expect(error.message).toContain(field)
    }
  })

  it("OpenAI's models are never answered by the embedded voice unless the operator says so", async () => {
    for (const model of ['tts-1', 'tts-1-hd', 'gpt-4o-mini-tts']) {
      const answer = await post(fresh, { model, voice: 'alloy' })
      expect(answer.status).toBe(404)
      expect(await answer.text()).toContain('flite')
    }
  })

  it('a gateway whose setting names the embedded voice as a fallback says in the answer and the record who spoke', async () => {
    const first = await post(configured, { model: 'tts-1', voice: 'alloy' })
    expect(first.headers.get('x-polyphony-provider')).toBe('openai')
    expect(first.headers.get('x-polyphony-model')).toBeNull()
    await first.arrayBuffer()
    vendor.troubles.push({ status: 429, body: '{"error":{"message":"slow down"}}' })
    const second = await post(configured, { model: 'tts-1', voice: 'alloy' })
    expect(second.headers.get('x-polyphony-provider')).toBe('speech')
    expect(second.headers.get('x-polyphony-model')).toBe('flite')
    expect((await second.arrayBuffer()).byteLength).toBeGreaterThan(3_000)
    expect(await lastCall(configured, second.headers.get('x-request-id'))).toMatchObject({
      model: 'tts-1',
      provider: 'speech',
      vendorModel: 'flite',
    })
  })

  it('the embedded voice costs what the operator sets for its characters', async () => {
    const answer = await post(configured, {})
    await answer.arrayBuffer()
    const call = await lastCall(configured, answer.headers.get('x-request-id'))
    expect(call?.usage).toEqual({ characters: 13 })
    expect(call?.pricePoints).toBeGreaterThan(0)
  })

  it('a test key hears the embedded voice under every model name, and the answer says so', async () => {
    const answer = await post(configured, { model: 'tts-1', voice: 'alloy' }, TEST_KEY)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-polyphony-model')).toBe('flite')
    expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(3_000)
    expect(vendor.seen).toEqual([])
    const refused = await post(configured, { model: 'tts-1', voice: 'nobody' }, TEST_KEY)
    expect(refused.status).toBe(400)
  })
})
