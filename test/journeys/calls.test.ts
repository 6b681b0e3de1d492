import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Call } from '../../src/core/call.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { type FakeModels, openFakeModels, USED, WORDS } from '../support/fake-models.ts'
import { LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

const TEXT = WORDS.join('')
const ASK = [{ role: 'user' as const, content: 'What colour is the rain?' }]

let vendor: FakeModels
let test: TestGateway

beforeAll(async () => {
  vendor = await openFakeModels()
  test = await openGateway({
    env: {
      OPENAI_API_KEY: 'sk-vendor-openai',
      OPENAI_BASE_URL: `${vendor.url}/openai/v1`,
      ANTHROPIC_API_KEY: 'sk-vendor-anthropic',
      ANTHROPIC_BASE_URL: `${vendor.url}/anthropic`,
      GEMINI_API_KEY: 'vendor-gemini',
      GOOGLE_GEMINI_BASE_URL: `${vendor.url}/gemini`,
      OPENAI_COMPATIBLE_BASE_URL: `${vendor.url}/local/v1`,
      POLYPHONY_MODELS: JSON.stringify({
        quick: { to: [{ provider: 'openai', model: 'gpt-5-mini' }], fallback: ['claude-haiku-4-5'] },
        dear: { to: [{ provider: 'openai', model: 'gpt-5' }], price: { input: 100, output: 1_000 } },
      }),
    },
  })
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await vendor[Symbol.asyncDispose]()
})
beforeEach(() => {
  vendor.seen.length = 0
  vendor.troubles.length = 0
})

const openai = (apiKey = LIVE_KEY) => new OpenAI({ apiKey, baseURL: `${test.url}/v1`, maxRetries: 0 })
const anthropic = (apiKey = LIVE_KEY) => new Anthropic({ apiKey, baseURL: test.url, maxRetries: 0 })
const gemini = (apiKey = LIVE_KEY) => new GoogleGenAI({ apiKey, httpOptions: { baseUrl: test.url } })

let startedAt = 0
beforeEach(() => {
  startedAt = Date.now()
})

/** The record of the only call of this test, or of the last one, once it is stored. */
async function lastCall(): Promise<Call | undefined> {
  let calls: Call[] = []
  await expect
    .poll(async () => {
      calls = await test.store.listCalls({ limit: 1, from: startedAt })
      return calls.length
    })
    .toBe(1)
  return calls[0]
}

async function textOf(stream: AsyncIterable<OpenAI.ChatCompletionChunk>): Promise<string> {
  let text = ''
  for await (const { choices } of stream) text += choices[0]?.delta.content ?? ''
  return text
}

type Ask = (key: string | undefined, model: string) => Promise<string>

/** Each way to ask, with the official client. */
const WAYS: Record<string, Ask> = {
  async 'chat completions'(key, model) {
    const answer = await openai(key).chat.completions.create({ model, messages: ASK })
    return answer.choices[0]?.message.content ?? ''
  },
  async 'streamed chat completions'(key, model) {
    return textOf(await openai(key).chat.completions.create({ model, messages: ASK, stream: true }))
  },
  async responses(key, model) {
    return (await openai(key).responses.create({ model, input: 'What colour is the rain?' })).output_text
  },
  async 'streamed responses'(key, model) {
    let text = ''
    const stream = await openai(key).responses.create({ model, input: 'What colour is the rain?', stream: true })
    for await (const event of stream) if (event.type === 'response.output_text.delta') text += event.delta
    return text
  },
  async messages(key, model) {
    const answer = await anthropic(key).messages.create({ model, messages: ASK, max_tokens: 100 })
    const [first] = answer.content
    return first?.type === 'text' ? first.text : ''
  },
  'streamed messages': (key, model) =>
    anthropic(key).messages.stream({ model, messages: ASK, max_tokens: 100 }).finalText(),
  async generateContent(key, model) {
    return (await gemini(key).models.generateContent({ model, contents: 'What colour is the rain?' })).text ?? ''
  },
  async 'streamed generateContent'(key, model) {
    let text = ''
    const stream = await gemini(key).models.generateContentStream({ model, contents: 'What colour is the rain?' })
    for await (const chunk of stream) text += chunk.text ?? ''
    return text
  },
}
const MODELS = {
  openai: 'gpt-5',
  anthropic: 'claude-sonnet-4-5',
  google: 'gemini-2.5-flash',
  'openai-compatible': 'local-model',
}

/** Answers of vendors that report more than plain tokens, whole. What each costs is worked out by hand from the list, in USD. */
const BILLED: [what: string, answer: JsonObject, usd: number, ask: () => Promise<unknown>][] = [
  [
    'priority processing at twice the price',
    {
      choices: [{ index: 0, message: { role: 'assistant', content: TEXT }, finish_reason: 'stop' }],
      service_tier: 'priority',
      usage: { prompt_tokens: 1_000, completion_tokens: 50, total_tokens: 1_050 },
    },
    2 * (1_000 * 1.25 + 50 * 10),
    () => openai().chat.completions.create({ model: 'gpt-5', messages: ASK, service_tier: 'priority' }),
  ],
  [
    'tools of Responses by their use',
    {
      output: [
        { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'rain' } },
        { type: 'file_search_call', id: 'fs_1', status: 'completed', queries: ['rain'] },
        { type: 'message', id: 'msg_1', role: 'assistant', content: [{ type: 'output_text', text: TEXT }] },
      ],
      service_tier: 'flex',
      usage: { input_tokens: 1_000, output_tokens: 50 },
    },
    0.5 * (1_000 * 1.25 + 50 * 10) + 10_000 + 2_500,
    () => openai().responses.create({ model: 'gpt-5', input: 'rain', tools: [{ type: 'web_search' }] }),
  ],
  [
    'a cache of an hour at twice the input, and a search',
    {
      type: 'message',
      content: [{ type: 'text', text: TEXT }],
      usage: {
        input_tokens: 100,
        output_tokens: 50,
        cache_creation_input_tokens: 900,
        cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 900 },
        server_tool_use: { web_search_requests: 1, web_fetch_requests: 0 },
      },
    },
    100 * 3 + 900 * 6 + 50 * 15 + 10_000,
    () =>
      anthropic().messages.create({
        model: 'claude-sonnet-4-5',
        max_tokens: 100,
        messages: [
          {
            role: 'user',
            content: [{ type: 'text', text: 'rain', cache_control: { type: 'ephemeral', ttl: '1h' } }],
          },
        ],
      }),
  ],
  [
    'the same through another format',
    {
      type: 'message',
      id: 'msg_1',
      model: 'upstream',
      role: 'assistant',
      stop_reason: 'end_turn',
      content: [{ type: 'text', text: TEXT }],
      usage: {
        input_tokens: 100,
        output_tokens: 50,
        cache_creation_input_tokens: 900,
        cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 900 },
      },
    },
    100 * 3 + 900 * 6 + 50 * 15,
    () => openai().chat.completions.create({ model: 'claude-sonnet-4-5', messages: ASK }),
  ],
  [
    'a prompt of Gemini that searches',
    {
      candidates: [
        {
          content: { role: 'model', parts: [{ text: TEXT }] },
          finishReason: 'STOP',
          groundingMetadata: { webSearchQueries: ['rain', 'green rain'] },
        },
      ],
      usageMetadata: { promptTokenCount: 1_000, candidatesTokenCount: 50, totalTokenCount: 1_050 },
    },
    1_000 * 1.25 + 50 * 10 + 35_000,
    () =>
      gemini().models.generateContent({
        model: 'gemini-2.5-pro',
        contents: 'rain',
        config: { tools: [{ googleSearch: {} }] },
      }),
  ],
]

describe('calls', () => {
  it.each(BILLED)('are billed as the vendor reports: %s', async (_what, answer, usd, ask) => {
    vendor.troubles.push({ status: 200, body: JSON.stringify(answer) })
    await ask()
    expect((await lastCall())?.pricePoints).toBe(Math.round(usd * 10))
  })

  it('a server without a list of models of its own is asked for one', async () => {
    const names = async () => (await openai().models.list()).data.map(({ id }) => id)
    await expect.poll(names).toContain('local-model')
  })

  describe.each(Object.entries(WAYS))('%s', (_way, ask) => {
    it.each(Object.entries(MODELS))('reach the model of %s, and cost what it used', async (provider, model) => {
      expect(await ask(undefined, model)).toBe(TEXT)
      const call = await lastCall()
      expect(call).toMatchObject({ provider, model, vendorModel: model, status: 200, outcome: 'completed' })
      expect(call?.usage).toMatchObject({
        inputTokens: USED.input,
        cachedReadTokens: USED.cached,
        outputTokens: USED.output,
      })
      expect(call?.pricePoints === 0).toBe(provider === 'openai-compatible')
    })

    it('are answered by the sandbox with a test key, and cost nothing', async () => {
      expect(await ask(TEST_KEY, 'gpt-5')).toContain('sandbox')
      const call = await lastCall()
      expect(call).toMatchObject({ mode: 'test', provider: null, pricePoints: 0, outcome: 'completed' })
      expect(vendor.seen).toEqual([])
    })
  })

  it('what a call in the own format of its vendor sends and gets passes as it is, but for key and usage', async () => {
    const text = `{ "model":"gpt-5",  "messages":[{"role":"user","content":"hi"}], "a_new_field": [1, 2.50] }`
    const answer = await test.send('POST', '/v1/chat/completions', {
      text,
      headers: { 'content-type': 'application/json', cookie: 'secret=1' },
    })
    const [seen] = vendor.seen
    expect(seen?.bytes.toString()).toBe(text)
    expect(seen?.headers).toMatchObject({ authorization: 'Bearer sk-vendor-openai' })
    expect(JSON.stringify(seen?.headers)).not.toMatch(/secret=1|sk-live/)
    expect(answer.body).toMatchObject({ object: 'chat.completion', model: 'upstream' })
  })

  it('a stream that does not ask for usage has no event of it, and is paid by it all the same', async () => {
    const answer = await test.send('POST', '/v1/chat/completions', {
      body: { model: 'gpt-5', messages: ASK, stream: true },
    })
    expect(String(answer.body)).not.toContain('prompt_tokens')
    expect(String(answer.body)).toMatch(/data: \[DONE\]\n\n$/)
    const call = await lastCall()
    // 600 tokens at 1.25 USD a million, 400 cached at 0.125, 50 at 10; 10 points are a millionth of a USD.
    expect(call?.pricePoints).toBe(Math.round((600 * 1.25 + 400 * 0.125 + 50 * 10) * 10))
  })

  it.each([
    ['429', { status: 429, headers: { 'retry-after': '1' } }],
    ['500', { status: 500 }],
    ['529', { status: 529 }],
    ['a closed connection', 'hang up'],
  ] as const)('%s of one vendor leads to the next, and the record says what was tried', async (_name, trouble) => {
    vendor.troubles.push(trouble)
    const answer = await openai().chat.completions.create({ model: 'quick', messages: ASK })
    expect(answer.choices[0]?.message.content).toBe(TEXT)
    expect(vendor.seen.map(({ path }) => path)).toEqual(['/openai/v1/chat/completions', '/anthropic/v1/messages'])
    const call = await lastCall()
    expect(call).toMatchObject({ model: 'quick', provider: 'anthropic', vendorModel: 'claude-haiku-4-5' })
    expect(call?.tried).toMatchObject([{ account: 'env:openai' }])
  })

  it('an error of the request is not tried elsewhere, and reaches the caller in the words of the vendor', async () => {
    const body =
      '{"error":{"message":"max_tokens is too large","type":"invalid_request_error","param":"max_tokens","code":null}}'
    vendor.troubles.push({ status: 400, body })
    const failing = openai().chat.completions.create({ model: 'quick', messages: ASK })
    await expect(failing).rejects.toMatchObject({ status: 400, param: 'max_tokens' })
    expect(vendor.seen).toHaveLength(1)
    const call = await lastCall()
    expect(call).toMatchObject({ outcome: 'failed', status: 400, pricePoints: 0 })
  })

  it.each(['chat completions', 'messages', 'generateContent'])(
    'a key that the vendor refuses is not shown to a caller of %s',
    async (way) => {
      for (let one = 0; one < 4; one++)
        vendor.troubles.push({ status: 401, body: '{"error":{"message":"Bad key sk-vendor-openai"}}' })
      const failing = WAYS[way]?.(undefined, 'gpt-4o')
      await expect(failing).rejects.toMatchObject({ status: 502 })
      await expect(failing).rejects.not.toThrow(/sk-vendor/)
    },
  )

  it('a stream that breaks off says so in its own form, and what was delivered is paid', async () => {
    vendor.troubles.push('cut')
    const stream = await openai().chat.completions.create({ model: 'gpt-4.1', messages: ASK, stream: true })
    await expect(textOf(stream)).rejects.toThrow()
    const call = await lastCall()
    expect(call).toMatchObject({ outcome: 'cut', status: 200 })
    expect(call?.pricePoints).toBeGreaterThan(0)
  })

  it('a caller who leaves ends the call at the vendor within a moment', async () => {
    vendor.troubles.push({ slowMs: 200 })
    const abandoned = vendor.abandoned
    const stream = await openai().chat.completions.create({ model: 'gpt-4.1-mini', messages: ASK, stream: true })
    for await (const _chunk of stream) break
    await expect.poll(() => vendor.abandoned, { timeout: 1_000 }).toBe(abandoned + 1)
    const call = await lastCall()
    expect(call).toMatchObject({ outcome: 'cut', errorCode: 'client_left' })
  })

  it('embeddings pass through, and cost their tokens', async () => {
    const { data } = await openai().embeddings.create({
      model: 'text-embedding-3-small',
      input: 'rain',
      encoding_format: 'float',
    })
    expect(data[0]?.embedding).toEqual([0.5, 0.25])
    const call = await lastCall()
    expect(call).toMatchObject({ endpoint: 'embeddings', usage: { inputTokens: 8 }, pricePoints: 2 })
  })

  it('a price of the operator counts before the list price', async () => {
    await openai().chat.completions.create({ model: 'dear', messages: ASK })
    const call = await lastCall()
    expect(call?.pricePoints).toBe((1_000 * 100 + 50 * 1_000) * 10)
  })

  it.each([
    ['chat completions', { error: { type: 'invalid_request_error', code: 'model_not_found', param: 'model' } }],
    ['messages', { error: { error: { type: 'not_found_error' } } }],
    ['generateContent', { message: expect.stringContaining('NOT_FOUND') }],
  ])(
    'a model that nobody has, that has no price or only speaks is refused by %s, with nothing held',
    async (way, error) => {
      const { available, held } = await test.balance()
      for (const model of ['no-such-model', 'openai/gpt-no-price', 'flite'])
        await expect(WAYS[way]?.(undefined, model), model).rejects.toMatchObject({ status: 404, ...error })
      expect(await test.balance()).toMatchObject({ available, held })
      expect(vendor.seen).toEqual([])
    },
  )

  it('a model whose accounts are all switched off may be answered later', async () => {
    await using own = await openGateway({ env: { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: `${vendor.url}/openai/v1` } })
    const [account] = await own.store.listAccounts({})
    expect((await own.send('POST', `/api/admin/accounts/${account?.id}/disable`)).status).toBe(200)
    const body = { model: 'gpt-5', messages: ASK }
    expect(await own.send('POST', '/v1/chat/completions', { body })).toMatchObject({ status: 503 })
    expect(await own.send('POST', '/v1/chat/completions', { body: { ...body, model: 'none' } })).toMatchObject({
      status: 404,
    })
  })

  it('a tenant without credit is refused before the vendor is asked', async () => {
    const { key } = await test.tenant({ creditPoints: 10 })
    await expect(WAYS['chat completions']?.(key, 'gpt-5')).rejects.toMatchObject({
      status: 429,
      code: 'insufficient_quota',
    })
    await expect(WAYS.messages?.(key, 'gpt-5')).rejects.toMatchObject({ status: 402 })
    expect(vendor.seen).toEqual([])
  })

  it('an error that another request would not change says so, and the official clients do not repeat it', async () => {
    const { key } = await test.tenant({ creditPoints: 10 })
    const post = (path: string, bearer: string, body: object) =>
      fetch(`${test.url}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    const ask = { model: 'gpt-5', messages: ASK, max_tokens: 100 }
    const unpaid = [await post('/v1/chat/completions', key, ask), await post('/v1/messages', key, ask)]
    expect(unpaid.map(({ status, headers }) => [status, headers.get('x-should-retry')])).toEqual([
      [429, 'false'],
      [402, 'false'],
    ])
    const wrong = await post('/v1/embeddings', LIVE_KEY, { model: 'claude-haiku-4-5', input: 'rain' })
    expect([wrong.status, await wrong.json()]).toMatchObject([404, { error: { param: 'model' } }])
  })

  it('an account is not said to have been tried with a request that the gateway refused by itself', async () => {
    const ask = { model: 'claude-haiku-4-5', messages: ASK, reasoning_effort: 'high', top_p: 0.5 } as const
    const failing = openai().chat.completions.create(ask)
    await expect(failing).rejects.toMatchObject({ status: 400, param: 'top_p' })
    const error = (await failing.catch((thrown: unknown) => thrown)) as { headers: Headers }
    expect(error.headers.get('x-polyphony-tried')).toBeNull()
    expect(await lastCall()).toMatchObject({ status: 400, tried: [] })
    expect(vendor.seen).toEqual([])
  })

  it('a tenant with an account of its own uses it and no other, and pays its price factor', async () => {
    const { key, tenantId } = await test.tenant({})
    const fields = { apiKey: 'sk-of-the-tenant', baseUrl: `${vendor.url}/own/v1` }
    const added = await test.send('POST', '/api/v1/accounts', {
      key,
      body: { provider: 'openai', name: 'mine', fields },
    })
    expect(added.status, JSON.stringify(added.body)).toBe(200)
    expect(await WAYS['chat completions']?.(key, 'gpt-5')).toBe(TEXT)
    expect(await lastCall()).toMatchObject({ tenantId, provider: 'openai', pricePoints: 0 })
    expect(vendor.seen.map(({ path }) => path).filter((path) => path.endsWith('/completions'))).toEqual([
      '/own/v1/chat/completions',
    ])
    // Only the operator's account of the fallback counts tokens: to the tenant it is a model that is not there.
    const elsewhere = anthropic(key).messages.countTokens({ model: 'quick', messages: ASK })
    await expect(elsewhere).rejects.toMatchObject({ status: 404 })
    vendor.seen.length = 0
    for (let tries = 0; tries < 3; tries++) vendor.troubles.push({ status: 401 })
    await expect(WAYS['chat completions']?.(key, 'gpt-5')).rejects.toMatchObject({ status: 502 })
    expect(vendor.seen.every(({ path }) => path.startsWith('/own/'))).toBe(true)
  })

  it.each([
    [5, 200, /^\{"more":"x/],
    [33, 502, /The vendor's answer has more than 32 MiB\./],
  ])('%i MiB from a vendor of the tenant are answered with %i', async (mib, status, words) => {
    const { key } = await test.tenant({})
    const fields = { apiKey: 'sk-of-the-tenant', baseUrl: `${vendor.url}/own/v1` }
    await test.send('POST', '/api/v1/accounts', { key, body: { provider: 'openai', name: 'mine', fields } })
    const sent = Buffer.from(`{"more":"${'x'.repeat(mib * 2 ** 20)}"}`)
    for (let tries = 0; tries < 3; tries++) {
      vendor.troubles.push((_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).end(sent)
      })
    }
    const answer = await fetch(`${test.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-5', messages: ASK }),
    })
    expect(answer.status).toBe(status)
    expect(await answer.text()).toMatch(words)
    vendor.troubles.length = 0
  })

  it('the models that a key can use are listed for each client', async () => {
    const ids = (await openai().models.list()).data.map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining(['quick', 'dear', 'local-model', 'suno']))
    expect((await openai().models.retrieve('quick')).id).toBe('quick')
    expect((await anthropic().models.list()).data.map(({ id }) => id)).toContain('quick')
    await expect(openai().models.retrieve('nothing')).rejects.toMatchObject({ status: 404 })
  })

  it('the ledger reconciles, and some seconds after the last call nothing is held', async () => {
    await test.assertBalanced()
    await test.stop()
    const again = await openGateway({ dataDir: test.dataDir })
    expect((await again.balance()).held).toBe(0)
    await again.assertBalanced()
    await again.stop()
  })
})
