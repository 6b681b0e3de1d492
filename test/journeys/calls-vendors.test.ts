import type { IncomingMessage, ServerResponse } from 'node:http'
import { EventStreamCodec } from '@smithy/eventstream-codec'
import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { type FakeModels, openFakeModels, USED, WORDS } from '../support/fake-models.ts'
import { LIVE_KEY, openGateway, type TestGateway } from '../support/gateway.ts'

const TEXT = WORDS.join('')
const ASK = [{ role: 'user' as const, content: 'What colour is the rain?' }]
const CLAUDE = 'us.anthropic.claude-haiku-4-5-20251001-v1:0'
const PRICED = { price: { input: 1, output: 5 } }

let vendor: FakeModels
let test: TestGateway
beforeAll(async () => {
  vendor = await openFakeModels()
  test = await openGateway({
    env: {
      AZURE_OPENAI_API_KEY: 'azure-key',
      AZURE_OPENAI_ENDPOINT: `${vendor.url}/azure/openai/v1/`,
      AZURE_OPENAI_DEPLOYMENTS: 'gpt-5-mini,my-deployment',
      BEDROCK_REGION: 'eu-central-1',
      BEDROCK_BASE_URL: `${vendor.url}/bedrock`,
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'a-secret-access-key',
      MISTRAL_API_KEY: 'mistral-key',
      MISTRAL_BASE_URL: `${vendor.url}/mistral/v1`,
      XAI_API_KEY: 'xai-key',
      XAI_BASE_URL: `${vendor.url}/xai/v1`,
      DEEPSEEK_API_KEY: 'deepseek-key',
      DEEPSEEK_BASE_URL: `${vendor.url}/deepseek/v1`,
      GROQ_API_KEY: 'groq-key',
      GROQ_BASE_URL: `${vendor.url}/groq/v1`,
      OPENROUTER_API_KEY: 'openrouter-key',
      OPENROUTER_BASE_URL: `${vendor.url}/openrouter/v1`,
      POLYPHONY_MODELS: JSON.stringify({
        'my-deployment': PRICED,
        'us.*': PRICED,
        'by-bearer': { to: [{ account: 'bearer', model: 'us.one' }], ...PRICED },
        'azure/*': PRICED,
        'mistral-*': PRICED,
        'grok-*': PRICED,
        'deepseek-*': PRICED,
        'local-model': PRICED,
        'openrouter/*': PRICED,
      }),
    },
  })
  const dated = {
    provider: 'azure',
    name: 'dated',
    fields: {
      apiKey: 'dated-key',
      baseUrl: `${vendor.url}/dated`,
      models: 'old-gpt',
      apiVersion: '2024-10-21',
    },
  }
  expect((await test.send('POST', '/api/admin/accounts', { body: dated })).status).toBe(200)
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await vendor[Symbol.asyncDispose]()
})
beforeEach(() => {
  vendor.seen.length = 0
  vendor.troubles.length = 0
})

const client = () => new OpenAI({ apiKey: LIVE_KEY, baseURL: `${test.url}/v1`, maxRetries: 0 })
const chat = async (model: string) => {
  const { choices } = await client().chat.completions.create({ model, messages: ASK })
  return choices[0]?.message.content
}
const streamed = async (model: string) => {
  let text = ''
  const stream = await client().chat.completions.create({ model, messages: ASK, stream: true })
  for await (const { choices } of stream) text += choices[0]?.delta.content ?? ''
  return text
}
const message = async (model: string) => {
  const answer = await test.send('POST', '/v1/messages', { body: { model, messages: ASK, max_tokens: 100 } })
  return (answer.body as { content: { text: string }[] }).content[0]?.text
}
const lastCall = async () => (await test.store.listCalls({ limit: 1 }))[0]
const sent = () => vendor.seen.filter(({ path }) => !path.endsWith('/models'))

describe('Azure OpenAI', () => {
  it('gets calls of its deployments at the v1 API, with its key in a header of its own', async () => {
    expect([await chat('gpt-5-mini'), await streamed('gpt-5-mini'), await message('gpt-5-mini')]).toEqual([
      TEXT,
      TEXT,
      TEXT,
    ])
    expect(sent().map(({ path }) => path)).toEqual([
      '/azure/openai/v1/chat/completions',
      '/azure/openai/v1/chat/completions',
      '/azure/openai/v1/responses',
    ])
    for (const { headers } of sent()) {
      expect(headers['api-key']).toBe('azure-key')
      expect(headers.authorization).toBeUndefined()
    }
    await expect.poll(lastCall).toMatchObject({ provider: 'azure', usage: { inputTokens: USED.input } })
  })

  it('reaches any deployment as azure/NAME, embeddings too', async () => {
    expect(await chat('azure/another-deployment')).toBe(TEXT)
    expect(sent()[0]?.json.model).toBe('another-deployment')
    await client().embeddings.create({ model: 'azure/embed', input: 'rain', encoding_format: 'float' })
    expect(sent()[1]).toMatchObject({ path: '/azure/openai/v1/embeddings', json: { model: 'embed' } })
  })

  it('gets them below the path of the deployment where the account names a dated version', async () => {
    expect([await chat('azure/old-gpt'), await message('azure/old-gpt')]).toEqual([TEXT, TEXT])
    const path = '/dated/openai/deployments/old-gpt/chat/completions?api-version=2024-10-21'
    expect(sent()).toMatchObject([
      { path, headers: { 'api-key': 'dated-key' } },
      { path, headers: { 'api-key': 'dated-key' } },
    ])
  })
})

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html */
function converse(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  const usage = { inputTokens: USED.input, outputTokens: USED.output, totalTokens: USED.input + USED.output }
  response.end(
    JSON.stringify({
      output: { message: { role: 'assistant', content: [{ text: TEXT }] } },
      stopReason: 'end_turn',
      metrics: { latencyMs: 1 },
      usage,
    }),
  )
}

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString(),
  (text) => Buffer.from(text),
)

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html */
const converseStream = streamsConverse('whole')
const cutConverse = streamsConverse('cut')

/** A cut one ends properly, without the event that says why the model stopped. */
function streamsConverse(end: 'whole' | 'cut') {
  return (_request: IncomingMessage, response: ServerResponse): void => {
    writeConverse(response, end)
  }
}

function writeConverse(response: ServerResponse, end: 'whole' | 'cut'): void {
  const event = (type: string, body: JsonObject) =>
    codec.encode({
      headers: {
        ':message-type': { type: 'string', value: 'event' },
        ':event-type': { type: 'string', value: type },
        ':content-type': { type: 'string', value: 'application/json' },
      },
      body: Buffer.from(JSON.stringify(body)),
    })
  const usage = { inputTokens: USED.input, outputTokens: USED.output, totalTokens: USED.input + USED.output }
  response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' })
  response.write(event('messageStart', { role: 'assistant' }))
  for (const text of WORDS) response.write(event('contentBlockDelta', { contentBlockIndex: 0, delta: { text } }))
  if (end === 'cut') return void response.end()
  response.write(event('contentBlockStop', { contentBlockIndex: 0 }))
  response.write(event('messageStop', { stopReason: 'end_turn' }))
  response.end(event('metadata', { usage, metrics: { latencyMs: 1 } }))
}

describe('Amazon Bedrock', () => {
  it('gets signed calls of Converse from every format, streamed too', async () => {
    vendor.troubles.push(converse, converse, converseStream)
    expect([await chat(CLAUDE), await message(CLAUDE), await streamed(CLAUDE)]).toEqual([TEXT, TEXT, TEXT])
    const path = `/bedrock/model/${encodeURIComponent(CLAUDE)}`
    expect(sent().map((seen) => seen.path)).toEqual([`${path}/converse`, `${path}/converse`, `${path}/converse-stream`])
    for (const { headers } of sent()) {
      expect(headers.authorization).toMatch(
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/bedrock\/aws4_request, /,
      )
    }
    await expect.poll(lastCall).toMatchObject({
      provider: 'bedrock',
      isStreamed: true,
      usage: { inputTokens: USED.input, outputTokens: USED.output },
      pricePoints: (USED.input + 5 * USED.output) * 10,
    })
  })

  it('a stream of it that ends before its last event ends in an error, in every format', async () => {
    const calls: [path: string, body: object][] = [
      ['/v1/chat/completions', { model: CLAUDE, messages: ASK, stream: true }],
      ['/v1/responses', { model: CLAUDE, input: 'la', stream: true }],
      ['/v1/messages', { model: CLAUDE, messages: ASK, max_tokens: 50, stream: true }],
      [`/v1beta/models/${CLAUDE}:streamGenerateContent?alt=sse`, { contents: [{ parts: [{ text: 'la' }] }] }],
    ]
    for (const [path, body] of calls) {
      vendor.troubles.push(cutConverse)
      const { body: text } = await test.send('POST', path, { body })
      expect(text, path).toMatch(/broke off before it was complete/)
      await expect.poll(async () => (await lastCall())?.outcome).toBe('cut')
    }
  })

  it('gets a bearer token where the account has one', async () => {
    const fields = { region: 'us-east-1', apiKey: 'bedrock-token', baseUrl: `${vendor.url}/bearer`, models: 'us.one' }
    const body = { provider: 'bedrock', name: 'bearer', fields }
    expect((await test.send('POST', '/api/admin/accounts', { body })).status).toBe(200)
    vendor.troubles.push(converse)
    expect(await chat('by-bearer')).toBe(TEXT)
    expect(sent()).toMatchObject([
      { path: '/bearer/model/us.one/converse', headers: { authorization: 'Bearer bedrock-token' } },
    ])
  })

  it('is not asked for what it cannot do: the field is named', async () => {
    const body = { model: CLAUDE, messages: ASK, seed: 4 }
    const refused = await test.send('POST', '/v1/chat/completions', { body })
    expect(refused).toMatchObject({ status: 400, body: { error: { param: 'seed' } } })
    expect(sent()).toEqual([])
  })

  it('reports an error in the caller’s format', async () => {
    vendor.troubles.push({ status: 400, body: '{"message":"The model id is not supported."}' })
    const failing = client().chat.completions.create({ model: CLAUDE, messages: ASK })
    await expect(failing).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('The model id is not supported.'),
    })
  })
})

describe('vendors with OpenAI’s API at an address of their own', () => {
  it.each([
    ['mistral', 'mistral-large-latest', 'mistral-large-latest'],
    ['xai', 'grok-4', 'grok-4'],
    ['deepseek', 'deepseek-chat', 'deepseek-chat'],
    ['groq', 'local-model', 'local-model'],
    ['openrouter', 'openrouter/qwen/qwen3', 'qwen/qwen3'],
  ])('%s answers chats and messages with its own key', async (id, model, named) => {
    await expect.poll(() => chat(model).catch((error: unknown) => error)).toBe(TEXT) // a list may be read first
    expect(await message(model)).toBe(TEXT)
    for (const { path, headers, json } of sent().slice(-2)) {
      expect(path).toBe(`/${id}/v1/chat/completions`)
      expect(headers.authorization).toBe(`Bearer ${id}-key`)
      expect(json.model).toBe(named)
    }
    await expect.poll(lastCall).toMatchObject({ provider: id, pricePoints: expect.any(Number) })
  })

  it('a model of theirs without a price is refused before it is asked', async () => {
    const refused = await test.send('POST', '/v1/chat/completions', {
      body: { model: 'mistral/a-new-model', messages: ASK },
    })
    expect(refused.body).toMatchObject({ error: { message: expect.stringContaining('has no list price here') } })
    expect(sent()).toEqual([])
  })
})

describe('a credential that cannot be sent', () => {
  it('counts as refused at once, and the operator reads why', async () => {
    const env = {
      XAI_API_KEY: 'xai-…',
      XAI_BASE_URL: `${vendor.url}/xai/v1`,
      POLYPHONY_MODELS: '{"grok-4":{"price":{}}}',
    }
    await using other = await openGateway({ env })
    const answer = await other.send('POST', '/v1/chat/completions', { body: { model: 'grok-4', messages: ASK } })
    expect(answer).toMatchObject({
      status: 502,
      body: { error: { message: expect.stringContaining('is refused there') } },
    })
    await expect
      .poll(async () => JSON.stringify((await other.send('GET', '/api/admin/accounts')).body))
      .toContain('The credential has a character that no header can hold.')
    expect(sent()).toEqual([])
  })
})
