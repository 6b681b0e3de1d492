import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Call } from '../../src/core/call.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { type CollectedSpan, type Collector, openCollector } from '../support/collector.ts'
import { type FakeModels, openFakeModels, type Trouble, WORDS } from '../support/fake-models.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'

const ASK = [{ role: 'user' as const, content: 'What colour is the rain?' }]
const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'
const TRACEPARENT = `00-${TRACE}-${SPAN}-01`

let vendor: FakeModels
let collector: Collector
let test: TestGateway
let startedAt = 0

function env(): Record<string, string> {
  return {
    OPENAI_API_KEY: 'sk-vendor-openai',
    OPENAI_BASE_URL: `${vendor.url}/openai/v1`,
    ANTHROPIC_API_KEY: 'sk-vendor-anthropic',
    ANTHROPIC_BASE_URL: `${vendor.url}/anthropic`,
    GEMINI_API_KEY: 'vendor-gemini',
    GOOGLE_GEMINI_BASE_URL: `${vendor.url}/gemini`,
  }
}

beforeAll(async () => {
  vendor = await openFakeModels()
  collector = await openCollector()
  test = await openGateway({
    env: { ...env(), OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '100' },
  })
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await collector[Symbol.asyncDispose]()
  await vendor[Symbol.asyncDispose]()
})
beforeEach(() => {
  vendor.seen.length = 0
  vendor.troubles.length = 0
  startedAt = Date.now()
})

const chat = (gateway: TestGateway, body: JsonObject = {}, headers: Record<string, string> = {}) =>
  gateway.send('POST', '/v1/chat/completions', { body: { model: 'gpt-5', messages: ASK, ...body }, headers })

async function lastCall(): Promise<Call | undefined> {
  await expect.poll(() => test.store.listCalls({ limit: 1, from: startedAt })).toHaveLength(1)
  return (await test.store.listCalls({ limit: 1, from: startedAt }))[0]
}

describe('a call', () => {
  it.each([
    ['as it came', 'gpt-5', {}],
    ['in another format', 'claude-haiku-4-5', {}],
    ['streamed', 'gpt-5', { stream: true }],
  ])('%s is a span below the request of its caller, and the vendor gets the trace', async (_way, model, body) => {
    collector.spans.length = 0
    expect((await chat(test, { model, ...body }, { traceparent: TRACEPARENT })).status).toBe(200)
    const named = (name: string): CollectedSpan | undefined =>
      collector.spans.find((span) => span.name === name && span.traceId === TRACE)
    const host = new URL(vendor.url).host
    await expect.poll(() => named(`POST ${host}`)?.name, { timeout: 5_000 }).toBeDefined()
    await expect.poll(() => named('POST /v1/chat/completions')?.name, { timeout: 5_000 }).toBeDefined()
    const [span, request] = [named(`POST ${host}`), named('POST /v1/chat/completions')]
    expect(span?.parentId).toBe(request?.spanId)
    expect(request?.parentId).toBe(SPAN)
    expect(vendor.seen.at(-1)?.headers.traceparent).toBe(`00-${TRACE}-${span?.spanId}-01`)
  })

  it('of a gateway without traces hands on that of its caller, and nothing that is none', async () => {
    await using plain = await openGateway({ env: env() })
    await chat(plain, {}, { traceparent: TRACEPARENT })
    await chat(plain, {}, { traceparent: 'x'.repeat(300) })
    await chat(plain)
    expect(vendor.seen.map(({ headers }) => headers.traceparent)).toEqual([TRACEPARENT, undefined, undefined])
  })

  it('is counted among the calls of its vendor, by the class of the answer', async () => {
    vendor.troubles.push({ status: 400, body: '{"error":{"message":"no","type":"invalid_request_error"}}' })
    await chat(test)
    const text = String((await test.send('GET', '/metrics')).body)
    expect(text).toMatch(/polyphony_vendor\w*_count\{provider="openai",outcome="2xx"\} [1-9]/)
    expect(text).toMatch(/polyphony_vendor\w*_count\{provider="openai",outcome="4xx"\} [1-9]/)
    expect(text).toMatch(/polyphony_vendor\w*_count\{provider="anthropic",outcome="2xx"\} [1-9]/)
  })
})

/** What the vendor would answer, without what it used. */
const without =
  (answer: JsonObject): Trouble =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer))
  }

const TEXT = WORDS.join('')
const CHAT = {
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: TEXT }, finish_reason: 'stop' }],
}
const MESSAGE = {
  id: 'm',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [{ type: 'text', text: TEXT }],
  stop_reason: 'end_turn',
}
const GENERATED = { candidates: [{ content: { role: 'model', parts: [{ text: TEXT }] }, finishReason: 'STOP' }] }

describe('an answer whose vendor does not say what it used', () => {
  it.each([
    ['chat completions', '/v1/chat/completions', { model: 'gpt-5', messages: ASK }, CHAT],
    ['messages', '/v1/messages', { model: 'claude-haiku-4-5', messages: ASK, max_tokens: 50 }, MESSAGE],
    [
      'generateContent',
      '/v1beta/models/gemini-2.5-flash:generateContent',
      { contents: [{ parts: [{ text: 'What colour is the rain?' }] }] },
      GENERATED,
    ],
    [
      'generateContent by chat completions',
      '/v1/chat/completions',
      { model: 'gemini-2.5-flash', messages: ASK },
      GENERATED,
    ],
  ])('is not free: %s are counted by their characters, and the record says so', async (_name, path, body, answer) => {
    vendor.troubles.push(without(answer))
    expect((await test.send('POST', path, { body })).status).toBe(200)
    const call = await lastCall()
    expect(call?.usage).toMatchObject({ outputTokens: Math.ceil(TEXT.length / 4), isEstimated: true })
    expect(Number(call?.usage?.inputTokens)).toBeGreaterThan(4)
    expect(call?.pricePoints).toBeGreaterThan(0)
    const listed = await test.send('GET', '/api/admin/calls?limit=1')
    expect(listed.body).toMatchObject({
      data: { items: [{ usage_estimated: true, usage: { outputTokens: Math.ceil(TEXT.length / 4) } }] },
    })
  })

  it('is not free as embeddings either, in both formats', async () => {
    vendor.troubles.push(without({ object: 'list', data: [{ object: 'embedding', index: 0, embedding: [0.5] }] }))
    const input = 'rain on a tin roof '.repeat(40)
    const sent = { body: { model: 'text-embedding-3-large', input } }
    expect((await test.send('POST', '/v1/embeddings', sent)).status).toBe(200)
    expect(await lastCall()).toMatchObject({ usage: { isEstimated: true, outputTokens: 0 } })
    startedAt = Date.now()
    vendor.troubles.push(without({ embedding: { values: [0.5] } }))
    const content = { content: { parts: [{ text: input }] } }
    const path = '/v1beta/models/gemini-embedding-001:embedContent'
    expect((await test.send('POST', path, { body: content })).status).toBe(200)
    const call = await lastCall()
    expect(call?.usage).toMatchObject({ isEstimated: true })
    expect(call?.pricePoints).toBeGreaterThan(0)
  })

  it('is marked as reported where it is', async () => {
    await chat(test)
    expect((await lastCall())?.usage).not.toHaveProperty('isEstimated')
    const listed = await test.send('GET', '/api/admin/calls?limit=1')
    expect(listed.body).toMatchObject({ data: { items: [{ usage_estimated: false }] } })
  })
})
