import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { points } from '../../src/core/points.ts'
import type { NewKeyOptions } from '../../src/tenants/keys.ts'
import { type FakeModels, openFakeModels, USED } from '../support/fake-models.ts'
import { openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

const ASK = [{ role: 'user' as const, content: 'What colour is the rain?' }]
/** What one call of `gpt-5` costs with the usage that the fake vendor reports: see the prices in `calls.test.ts`. */
const PRICE = (600 * 1.25 + 400 * 0.125 + 50 * 10) * 10

let vendor: FakeModels
let test: TestGateway
const clock = { aheadMs: 0, now: () => Date.now() + clock.aheadMs }

beforeAll(async () => {
  vendor = await openFakeModels()
  test = await openGateway({
    env: {
      OPENAI_API_KEY: 'sk-vendor-openai',
      OPENAI_BASE_URL: `${vendor.url}/openai/v1`,
      ANTHROPIC_API_KEY: 'sk-vendor-anthropic',
      ANTHROPIC_BASE_URL: `${vendor.url}/anthropic`,
      OPENAI_COMPATIBLE_BASE_URL: `${vendor.url}/local/v1`,
    },
    replaced: { clock },
  })
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await vendor[Symbol.asyncDispose]()
})
beforeEach(() => {
  vendor.seen.length = 0
})

const keyWith = async (key: Partial<NewKeyOptions>) => (await test.tenant({ key })).key
const chat = (key: string, body: object = {}) =>
  test.send('POST', '/v1/chat/completions', {
    key,
    body: { model: 'gpt-5', messages: ASK, max_completion_tokens: 60, ...body },
  })
const message = (key: string, body: object = {}) =>
  test.send('POST', '/v1/messages', {
    key,
    body: { model: 'claude-sonnet-4-5', messages: ASK, max_tokens: 60, ...body },
  })
const generate = (key: string, model = 'gpt-5') =>
  test.send('POST', `/v1beta/models/${model}:generateContent`, {
    key,
    body: { contents: [{ parts: [{ text: 'hi' }] }] },
  })
const booked = (key: string) => expect.poll(async () => (await keyOf(key))?.spentPoints)

async function keyOf(key: string) {
  const all = await test.store.listKeys({ tenantId: null })
  return all.find(({ prefix }) => key.startsWith(prefix.slice(0, 12)))
}

describe('the models of a key', () => {
  it('are names and beginnings of names, in every format, and others are neither listed nor answered', async () => {
    const key = await keyWith({ allowedModels: ['gpt-5-*', 'local-model', 'suno'] })
    const listed = async () => {
      const { body } = await test.send('GET', '/v1/models', { key })
      return (body as { data: { id: string }[] }).data.map(({ id }) => id)
    }
    // The server is asked for its models beside; OpenAI's are those with a list price.
    await expect.poll(listed).toContain('local-model')
    const names = await listed()
    expect(names).toEqual(expect.arrayContaining(['gpt-5-mini', 'local-model', 'suno']))
    expect(names.filter((name) => !/^(?:gpt-5-.*|local-model|suno)$/.test(name))).toEqual([])
    expect((await chat(key, { model: 'gpt-5-mini' })).status).toBe(200)
    expect(await chat(key)).toMatchObject({
      status: 403,
      body: { error: { message: 'The key may use gpt-5-*, local-model, suno, not gpt-5.', param: 'model' } },
    })
    expect(await message(key)).toMatchObject({
      status: 403,
      body: { type: 'error', error: { type: 'permission_error' } },
    })
    expect(await generate(key)).toMatchObject({ status: 403, body: { error: { status: 'PERMISSION_DENIED' } } })
    expect(vendor.seen.filter(({ path }) => path.endsWith('/chat/completions'))).toHaveLength(1)
  })

  it('may be set to what only a server lists, to a pattern, and to no name that nothing has', async () => {
    const set = (models: string[]) => test.send('POST', '/api/admin/keys', { body: { name: 'an app', models } })
    await expect
      .poll(async () => (await set(['local-model', 'claude-sonnet-4-5', 'openai/gpt-5', 'qwen*'])).status)
      .toBe(200)
    expect(await set(['gpt-5', 'a-model-of-nobody'])).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining('no model a-model-of-nobody') } },
    })
  })
})

describe('the limits of a key by the minute', () => {
  it('are in the headers of OpenAI’s API, and the official client waits as long as it is told', async () => {
    const key = await keyWith({ requestsPerMinute: 2, tokensPerMinute: 60_000 })
    const client = new OpenAI({ apiKey: key, baseURL: `${test.url}/v1`, maxRetries: 0 })
    const ask = () => client.chat.completions.create({ model: 'gpt-5', messages: ASK, max_completion_tokens: 60 })
    const { response, request_id } = await ask().withResponse()
    expect(request_id).toBe(response.headers.get('x-request-id'))
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-ratelimit-limit-requests': '2',
      'x-ratelimit-remaining-requests': '1',
      'x-ratelimit-reset-requests': '30s',
      'x-ratelimit-limit-tokens': '60000',
      'x-ratelimit-remaining-tokens': expect.stringMatching(/^5[89]\d{3}$/),
      'x-ratelimit-reset-tokens': expect.stringMatching(/^\ds$/),
    })
    await ask()
    const refused = await ask().catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(OpenAI.RateLimitError)
    expect(refused).toMatchObject({ status: 429, requestID: expect.any(String) })
    const { headers } = refused as InstanceType<typeof OpenAI.RateLimitError>
    expect(headers.get('x-ratelimit-remaining-requests')).toBe('0')
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(25)
  })

  it('are in the headers of Anthropic’s API, with the id of the request under its name', async () => {
    const key = await keyWith({ requestsPerMinute: 1, tokensPerMinute: 60_000 })
    const client = new Anthropic({ apiKey: key, baseURL: test.url, maxRetries: 0 })
    const ask = () => client.messages.create({ model: 'claude-sonnet-4-5', messages: ASK, max_tokens: 60 })
    const { response, request_id } = await ask().withResponse()
    expect(request_id).toBe(response.headers.get('x-request-id'))
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'anthropic-ratelimit-requests-limit': '1',
      'anthropic-ratelimit-requests-remaining': '0',
      'anthropic-ratelimit-requests-reset': expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      'anthropic-ratelimit-tokens-limit': '60000',
      'anthropic-ratelimit-tokens-remaining': expect.stringMatching(/^5[89]\d{3}$/),
    })
    await expect(ask()).rejects.toMatchObject({ status: 429, requestID: expect.any(String) })
  })

  it('refuse a call that may use more tokens than are left, before anything is asked or held', async () => {
    const { key, tenantId } = await test.tenant({ key: { tokensPerMinute: 1_200 } })
    expect((await chat(key)).status).toBe(200)
    const over = await chat(key, { max_completion_tokens: 500 })
    expect(over).toMatchObject({
      status: 429,
      body: {
        error: { message: expect.stringMatching(/1200 tokens a minute; \d+ are left, and this call may use 5\d\d/) },
      },
    })
    expect(over.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(over.headers.get('x-ratelimit-remaining-tokens')).toMatch(/^1\d\d$/)
    expect(await message(key, { max_tokens: 500 })).toMatchObject({
      status: 429,
      body: { error: { type: 'rate_limit_error' } },
    })
    expect(await generate(key)).toMatchObject({ status: 429, body: { error: { status: 'RESOURCE_EXHAUSTED' } } })
    expect(vendor.seen.filter(({ path }) => path.includes('chat') || path.includes('messages'))).toHaveLength(1)
    // Only what the first call used is on record as spent, and after a minute the next may go.
    await booked(key).toBeGreaterThanOrEqual(PRICE)
    clock.aheadMs += 60_000
    expect((await chat(key, { max_completion_tokens: 500 })).status).toBe(200)
    expect((await test.balance(tenantId)).available).toBeLessThan(100_000_000)
  })

  it('count what a streamed call used at its end, also of test keys', async () => {
    const key = await keyWith({ mode: 'test', tokensPerMinute: 100_000 })
    const stream = await chat(key, { stream: true, max_completion_tokens: 90_000 })
    expect(stream.headers.get('x-ratelimit-remaining-tokens')).toMatch(/^(9|10)\d{3}$/)
    const next = await chat(key)
    expect(Number(next.headers.get('x-ratelimit-remaining-tokens'))).toBeGreaterThan(99_000)
  })

  it('have no headers where a key has none', async () => {
    const { headers } = await chat(TEST_KEY)
    expect([...headers.keys()].filter((name) => name.includes('ratelimit'))).toEqual([])
    expect(headers.get('x-request-id')).toMatch(/./)
  })
})

describe('what a key may spend in a day and in a month', () => {
  it('ends its calls and tasks in each format’s own error, until the next day', async () => {
    const { key, tenantId } = await test.tenant({
      key: { dayLimitPoints: points(2 * PRICE), monthLimitPoints: points(1e9) },
    })
    expect((await chat(key)).status).toBe(200)
    await booked(key).toBeGreaterThanOrEqual(PRICE)
    expect((await chat(key)).status).toBe(200)
    // More is held than what the calls cost, until they are booked.
    await expect.poll(async () => (await keyOf(key))?.spending.dayPoints).toBe(2 * PRICE)
    expect(await chat(key)).toMatchObject({
      status: 429,
      body: {
        error: { code: 'insufficient_quota', message: expect.stringMatching(/spend in a day .* begins at .*T00:00Z/) },
      },
    })
    const inAnthropics = await message(key)
    expect(inAnthropics).toMatchObject({
      body: { type: 'error', error: { message: expect.stringContaining('in a day') } },
    })
    expect(inAnthropics.status).toBeGreaterThanOrEqual(400)
    const song = { model: 'suno', task_type: 'lyrics', input: { prompt: 'fog' } }
    expect(await test.piapi.post(song, { key })).toMatchObject({ status: 402 })
    clock.aheadMs += 24 * 3_600_000
    expect((await chat(key)).status).toBe(200)
    const shown = await test.send('GET', `/api/admin/keys/${(await keyOf(key))?.keyId}`)
    expect(shown.body).toMatchObject({ data: { daily_limit_points: 2 * PRICE, monthly_limit_usd: 100 } })
    await test.assertBalanced()
    expect((await test.balance(tenantId)).available).toBeGreaterThan(0)
  })

  it('is never exceeded by many calls at once', async () => {
    const key = await keyWith({ dayLimitPoints: points(5 * PRICE) })
    const answers = await Promise.all(Array.from({ length: 20 }, () => chat(key)))
    const answered = answers.filter(({ status }) => status === 200).length
    expect(answered).toBeGreaterThan(0)
    expect(answered).toBeLessThan(20)
    await expect.poll(async () => (await keyOf(key))?.spending.dayPoints).toBe(answered * PRICE)
    await test.assertBalanced()
    expect(USED.output).toBeLessThanOrEqual(60)
  })
})
