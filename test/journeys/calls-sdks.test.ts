import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogleGenerativeAI } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import Anthropic, { toFile as toAnthropicFile } from '@anthropic-ai/sdk'
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema'
import { GoogleGenAI } from '@google/genai'
import { generateText, jsonSchema, Output, stepCountIs, streamText, tool } from 'ai'
import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Call } from '../../src/core/call.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { type FakeModels, openFakeModels, USED, WORDS } from '../support/fake-models.ts'
import { LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

/** The official clients beyond plain calls: what their helpers, iterators and further methods send. */

const TEXT = WORDS.join('')
const ASK = [{ role: 'user' as const, content: 'What colour is the rain?' }]
/** The sandbox calls the first tool, and answers when it has the result. */
const WEATHER = 'sandbox:tool What is the weather in Ulm?'
const CITY = { type: 'object' as const, properties: { city: { type: 'string' as const } }, required: ['city'] }

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
    },
  })
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await vendor[Symbol.asyncDispose]()
})

let startedAt = 0
beforeEach(async () => {
  vendor.seen.length = 0
  vendor.troubles.length = 0
  await expect.poll(() => Date.now()).toBeGreaterThan(startedAt)
  startedAt = Date.now()
})

const openai = (apiKey = LIVE_KEY) => new OpenAI({ apiKey, baseURL: `${test.url}/v1`, maxRetries: 0 })
const anthropic = (apiKey = LIVE_KEY) => new Anthropic({ apiKey, baseURL: test.url, maxRetries: 0 })
const gemini = (apiKey = LIVE_KEY) => new GoogleGenAI({ apiKey, httpOptions: { baseUrl: test.url } })

const answers = (body: JsonObject) => vendor.troubles.push({ status: 200, body: JSON.stringify(body) })

async function lastCall(): Promise<Call | undefined> {
  let calls: Call[] = []
  const booked = async () => {
    calls = await test.store.listCalls({ limit: 1, from: startedAt })
    return calls.length
  }
  await expect.poll(booked).toBe(1)
  return calls[0]
}

async function all<Each>(each: AsyncIterable<Each>): Promise<Each[]> {
  const found: Each[] = []
  for await (const one of each) found.push(one)
  return found
}

describe('the client of OpenAI', () => {
  it('transcribes as a stream, paid by its tokens', async () => {
    const usage = { type: 'tokens', input_tokens: 14, input_token_details: { audio_tokens: 10 }, output_tokens: 45 }
    const events = [
      { type: 'transcript.text.delta', delta: 'The rain ' },
      { type: 'transcript.text.delta', delta: 'is green.' },
      { type: 'transcript.text.done', text: TEXT, usage },
    ]
    vendor.troubles.push((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''))
    })
    const file = await toFile(Buffer.alloc(9_000), 'rain.wav')
    const stream = await openai().audio.transcriptions.create({ file, model: 'gpt-4o-transcribe', stream: true })
    expect((await all(stream)).map(({ type }) => type)).toEqual(events.map(({ type }) => type))
    const points = (4 * 2.5 + 10 * 6 + 45 * 10) * 10
    expect(await lastCall()).toMatchObject({ usage: { inputTokens: 14, outputTokens: 45 }, pricePoints: points })
  })

  it('classifies pictures', async () => {
    const picture = { type: 'image_url' as const, image_url: { url: 'data:image/png;base64,AAAA' } }
    const input = [{ type: 'text' as const, text: 'la' }, picture]
    expect((await openai().moderations.create({ model: 'omni-moderation-latest', input })).results).toHaveLength(1)
    expect(vendor.seen[0]?.json.input).toEqual(input)
  })

  it('goes on from a stored response where its vendor stores them, and nowhere else', async () => {
    const first = await openai().responses.create({ input: 'The rain?', model: 'gpt-5' })
    const asked = { input: 'And the snow?', previous_response_id: first.id }
    expect((await openai().responses.create({ ...asked, model: 'gpt-5' })).output_text).toBe(TEXT)
    expect(vendor.seen[1]?.json).toMatchObject(asked)
    const elsewhere = openai().responses.create({ ...asked, model: 'claude-haiku-4-5' })
    await expect(elsewhere).rejects.toMatchObject({ status: 400, param: 'previous_response_id' })
  })

  it('is refused by name what could not be billed or is not kept here', async () => {
    const { responses, conversations, vectorStores } = openai()
    const hidden = responses.create({ model: 'gpt-5', input: 'la', background: true })
    await expect(hidden).rejects.toMatchObject({ status: 400, param: 'background' })
    const refused: [() => Promise<unknown>, RegExp][] = [
      [() => responses.retrieve('resp_none'), /no stored response resp_none/],
      [() => responses.compact({ model: 'gpt-5', input: 'la' }), /Of responses are served/],
      [() => conversations.create({}), /Conversations are not kept here/],
      [() => conversations.items.retrieve('msg_1', { conversation_id: 'conv_1' }), /Conversations are not kept here/],
      [() => all(vectorStores.list()), /Stores of files are not kept here/],
    ]
    for (const [request, says] of refused) {
      await expect(request()).rejects.toMatchObject({ status: 404, message: expect.stringMatching(says) })
    }
    expect(vendor.seen).toEqual([])
  })

  it.each(['gpt-5', 'claude-haiku-4-5'])('gathers the streams of %s by its helpers', async (model) => {
    const response = await openai().responses.stream({ model, input: 'la' }).finalResponse()
    expect(response.output_text).toBe(TEXT)
    const chat = await openai().chat.completions.stream({ model, messages: ASK }).finalChatCompletion()
    expect(chat.choices[0]?.message.content).toBe(TEXT)
  })

  it('runs tools until there is an answer', async () => {
    const weather = { name: 'weather', description: 'la', parameters: CITY, function: async () => 'green' }
    const runner = openai(TEST_KEY).chat.completions.runTools({
      model: 'gpt-5',
      messages: [{ role: 'user', content: WEATHER }],
      tools: [{ type: 'function', function: { ...weather, parse: JSON.parse } }],
    })
    expect(await runner.finalContent()).toContain('The tool weather answered')
  })
})

describe('the client of Anthropic', () => {
  const weather = betaTool({ name: 'weather', description: 'la', inputSchema: CITY, run: async () => 'green' })
  const ask = { model: 'claude-haiku-4-5', max_tokens: 500, tools: [weather], max_iterations: 3 }

  it.each([false, true])('runs tools until there is an answer (streamed: %s)', async (stream) => {
    const runner = anthropic(TEST_KEY).beta.messages.toolRunner({
      ...ask,
      stream,
      messages: [{ role: 'user', content: WEATHER }],
    })
    const { content } = await runner.runUntilDone()
    expect(JSON.stringify(content)).toContain('The tool weather answered')
  })

  it('counts tokens, reads structured output, and gathers streams', async () => {
    answers({ input_tokens: 7 })
    expect(await anthropic().messages.countTokens({ model: 'claude-haiku-4-5', messages: ASK })).toMatchObject({
      input_tokens: 7,
    })
    const format = { type: 'json_schema' as const, schema: { type: 'object', properties: {}, required: [] } }
    answers({
      ...{ id: 'm', type: 'message', role: 'assistant', model: 'm', content: [{ type: 'text', text: '{"a":1}' }] },
      ...{ stop_reason: 'end_turn', usage: { input_tokens: 1, output_tokens: 1 } },
    })
    const parsed = await anthropic().messages.parse({
      ...{ model: 'claude-haiku-4-5', max_tokens: 50, messages: ASK, output_config: { format } },
    })
    expect(parsed.parsed_output).toEqual({ a: 1 })
    const stream = anthropic().messages.stream({ model: 'gpt-5', messages: ASK, max_tokens: 50 })
    expect(await stream.finalText()).toBe(TEXT)
  })

  it('sends a batch, and reads its results', async () => {
    const params = { model: 'claude-haiku-4-5', max_tokens: 10, messages: ASK }
    const { batches } = anthropic().messages
    const { id } = await batches.create({ requests: [{ custom_id: 'a', params }] })
    const status = async () => (await batches.retrieve(id)).processing_status
    await expect.poll(status, { timeout: 20_000 }).toBe('ended')
    const results = await all(await batches.results(id))
    expect(results).toMatchObject([{ custom_id: 'a', result: { type: 'succeeded' } }])
  })

  it('lists and reads the models that it can name, and files', async () => {
    const names = (await all(anthropic().models.list({ limit: 3 }))).map(({ id }) => id)
    expect(names).toEqual(expect.arrayContaining(['claude-haiku-4-5', 'gpt-5', 'gemini-2.5-flash']))
    for (const id of ['gpt-5', 'claude-haiku-4-5-20251001']) {
      expect(await anthropic().models.retrieve(id)).toMatchObject({ type: 'model', id })
    }
    await expect(anthropic().models.retrieve('no-such-model')).rejects.toMatchObject({
      status: 404,
      error: { type: 'error', error: { type: 'not_found_error' } },
    })
    const { files } = anthropic().beta
    const sent = await files.upload({ file: await toAnthropicFile(Buffer.from('la'), 'a.txt', { type: 'text/plain' }) })
    expect((await all(files.list())).map(({ id }) => id)).toEqual([sent.id])
    expect((await files.delete(sent.id)).id).toBe(sent.id)
  })
})

describe('the client of Google', () => {
  it.each(['gemini-2.5-flash', 'claude-haiku-4-5'])('chats with %s, also streamed', async (model) => {
    const chat = gemini().chats.create({ model })
    expect((await chat.sendMessage({ message: 'la' })).text).toBe(TEXT)
    const stream = await chat.sendMessageStream({ message: 'And the snow?' })
    expect((await all(stream)).map(({ text }) => text ?? '').join('')).toBe(TEXT)
    expect(chat.getHistory().length).toBeGreaterThanOrEqual(4) // each chunk of a stream is one there
  })

  it('calls functions, also by itself', async () => {
    const declared = { functionDeclarations: [{ name: 'weather', description: 'la', parametersJsonSchema: CITY }] }
    const ask = { model: 'gemini-2.5-flash', contents: WEATHER }
    const { models } = gemini(TEST_KEY)
    const { functionCalls } = await models.generateContent({ ...ask, config: { tools: [declared] } })
    expect(functionCalls).toMatchObject([{ name: 'weather' }])
    const callable = {
      tool: async () => declared,
      callTool: async () => [{ functionResponse: { name: 'weather', response: { colour: 'green' } } }],
    }
    const { text } = await models.generateContent({ ...ask, config: { tools: [callable] } })
    expect(text).toContain('The tool weather answered')
  })

  it('counts tokens, embeds texts, and reads the models', async () => {
    answers({ totalTokens: 7 })
    const { models } = gemini()
    expect((await models.countTokens({ model: 'gemini-2.5-flash', contents: 'la' })).totalTokens).toBe(7)
    answers({ embeddings: [{ values: [1, 2] }, { values: [3, 4] }] })
    const { embeddings } = await models.embedContent({ model: 'gemini-embedding-001', contents: ['la', 'lo'] })
    expect(embeddings?.map(({ values }) => values)).toEqual([
      [1, 2],
      [3, 4],
    ])
    const names = (await all(await models.list())).map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['models/gemini-2.5-flash', 'models/gpt-5']))
    expect((await models.get({ model: 'gpt-5' })).name).toBe('models/gpt-5')
    await expect(models.get({ model: 'no-such-model' })).rejects.toMatchObject({ status: 404 })
  })

  it('is refused by name what is not kept here', async () => {
    const { caches, batches } = gemini()
    const contents = [{ role: 'user', parts: [{ text: 'la' }] }]
    const refused: [() => Promise<unknown>, RegExp][] = [
      [() => caches.create({ model: 'gemini-2.5-flash', config: { contents } }), /Caches are not kept here/],
      [() => caches.list(), /Caches are not kept here/],
      [
        () => batches.createEmbeddings({ model: 'gemini-2.5-flash', src: { inlinedRequests: { contents } } }),
        /lines of generateContent alone/,
      ],
    ]
    for (const [request, says] of refused) {
      await expect(request()).rejects.toMatchObject({ status: 404, message: expect.stringMatching(says) })
    }
    expect(vendor.seen).toEqual([])
  })
})

describe('the AI SDK', () => {
  const own = () => ({ apiKey: TEST_KEY, baseURL: `${test.url}/v1` })
  const weather = tool({
    description: 'la',
    inputSchema: jsonSchema<{ city: string }>(CITY),
    execute: async () => 'green',
  })
  const steps = { tools: { weather }, stopWhen: stepCountIs(3), maxRetries: 0 }
  const thinks = {
    anthropic: { thinking: { type: 'enabled', budgetTokens: 1_024 } },
    google: { thinkingConfig: { includeThoughts: true } },
    // What OpenAI would store is not here; what is not stored comes back with the next request.
    openai: { reasoningEffort: 'high', reasoningSummary: 'auto', store: false },
  }

  const MODELS = {
    Responses: () => createOpenAI(own())('gpt-5'),
    'Chat Completions': () => createOpenAI(own()).chat('gpt-4o'),
    Messages: () => createAnthropic(own())('claude-sonnet-4-5'),
    generateContent: () =>
      createGoogleGenerativeAI({ apiKey: TEST_KEY, baseURL: `${test.url}/v1beta` })('gemini-2.5-flash'),
  }
  // Chat Completions of OpenAI has no place for what a model thought.
  const { 'Chat Completions': _chat, ...thinking } = MODELS

  it.each(Object.entries(MODELS))('calls tools by %s in several steps, whole and streamed', async (_api, model) => {
    const whole = await generateText({ ...steps, model: model(), prompt: WEATHER })
    expect([whole.steps.length, whole.text]).toEqual([2, expect.stringContaining('The tool weather answered')])
    const streamed = streamText({ ...steps, model: model(), prompt: WEATHER })
    expect(await streamed.text).toBe(whole.text)
  })

  it.each(Object.entries(thinking))('keeps what a model thought by %s through the steps', async (_api, model) => {
    const { steps: made } = await generateText({
      ...steps,
      model: model(),
      prompt: `sandbox:think ${WEATHER}`,
      providerOptions: thinks,
    })
    expect(made.map(({ reasoningText }) => (reasoningText ?? '').length > 0)).toEqual([true, true])
  })

  it.each(Object.entries(MODELS))('gets structured output by %s', async (_api, model) => {
    const output = Output.object({ schema: jsonSchema<{ city: string }>({ ...CITY, additionalProperties: false }) })
    expect((await generateText({ model: model(), prompt: 'la', output, maxRetries: 0 })).output).toEqual({
      city: expect.any(String),
    })
  })
})

it('the usage of every answer was read as the vendor reports it, and the ledger reconciles', async () => {
  await openai().chat.completions.create({ model: 'gpt-5', messages: ASK })
  expect((await lastCall())?.usage).toMatchObject({ inputTokens: USED.input, outputTokens: USED.output })
  await test.assertBalanced()
})

describe('a test key gets answers of the sandbox', () => {
  const sound = () => toFile(Buffer.alloc(16_000), 'rain.wav')
  const HEARD = 'This is a sandbox transcript of 2 s of sound. No model listened, and nothing is charged.'

  it('for sound, in every form', async () => {
    const { transcriptions, translations } = openai(TEST_KEY).audio
    const ask = async (response_format: string, more = {}) =>
      transcriptions.create({ file: await sound(), model: 'whisper-1', response_format, ...more } as never) // of any form
    expect(await ask('json')).toMatchObject({ text: HEARD, usage: { type: 'duration', seconds: 2 } })
    expect(await ask('text')).toBe(`${HEARD}\n`)
    expect(await ask('srt')).toBe(`1\n00:00:00,000 --> 00:00:02,000\n${HEARD}\n\n`)
    expect(await ask('vtt')).toBe(`WEBVTT\n\n00:00:00.000 --> 00:00:02.000\n${HEARD}\n\n`)
    expect(await ask('diarized_json')).toMatchObject({ segments: [{ speaker: 'A', text: HEARD }] })
    expect(await ask('verbose_json', { timestamp_granularities: ['word'] })).toMatchObject({
      duration: 2,
      segments: [{ text: HEARD }],
      words: expect.arrayContaining([expect.objectContaining({ word: 'sandbox' })]),
    })
    const translated = await translations.create({ file: await sound(), model: 'whisper-1' })
    expect(translated.text).toMatch(/^This is a sandbox translation of 2 s/)
    const stream = await transcriptions.create({ file: await sound(), model: 'gpt-4o-transcribe', stream: true })
    const events = await all(stream)
    expect(events.map((event) => (event.type === 'transcript.text.delta' ? event.delta : '')).join('')).toBe(HEARD)
    expect(events.at(-1)).toMatchObject({ type: 'transcript.text.done', text: HEARD })
    const wrong: [object, object][] = [
      [{ response_format: 'mp3' }, { status: 400, param: 'response_format' }],
      [{ file: await toFile(Buffer.alloc(0), 'none.wav') }, { status: 400, param: 'file' }],
      [{ prompt: 'sandbox:rate-limit' }, { status: 429 }],
    ]
    for (const [more, refused] of wrong) await expect(ask('json', more)).rejects.toMatchObject(refused)
  })

  it('for completions, whole and streamed, as long as they are asked for', async () => {
    const { completions } = openai(TEST_KEY)
    const ask = { model: 'gpt-3.5-turbo-instruct', prompt: 'la' }
    const short = await completions.create(ask)
    expect(short).toMatchObject({ model: ask.model, choices: [{ finish_reason: 'length' }] })
    const whole = await completions.create({ ...ask, max_tokens: 100, n: 2 })
    expect(whole.choices.map(({ text }) => text)).toEqual(Array(2).fill(expect.stringContaining('You wrote: "la"')))
    const options = { max_tokens: 100, stream: true, stream_options: { include_usage: true } } as const
    const chunks = await all(await completions.create({ ...ask, ...options }))
    expect(chunks.map(({ choices }) => choices[0]?.text ?? '').join('')).toBe(whole.choices[0]?.text)
    expect(chunks.at(-1)?.usage?.completion_tokens).toBe((whole.usage?.completion_tokens ?? 0) / 2)
    const broken = all(await completions.create({ ...ask, prompt: 'sandbox:cut', max_tokens: 100, stream: true }))
    await expect(broken).rejects.toThrow('broke off')
  })

  it('for embeddings, in which texts that share words are near each other', async () => {
    const { embeddings } = openai(TEST_KEY)
    const input = ['green rain', 'green rain falls', 'a lamp', [1, 2, 3]]
    const { data } = await embeddings.create({ model: 'text-embedding-3-large', input: input as string[] })
    const [rain = [], falls = [], lamp = []] = data.map(({ embedding }) => embedding)
    const near = (one: number[], other: number[]) => one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0)
    expect(data.map(({ embedding }) => embedding.length)).toEqual(Array(4).fill(3_072))
    expect(near(rain, rain)).toBeCloseTo(1)
    expect(near(rain, falls)).toBeGreaterThan(near(rain, lamp))
    const small = await embeddings.create({ model: 'e', input: 'la', dimensions: 8, encoding_format: 'float' })
    expect(small.data[0]?.embedding).toHaveLength(8)
    const wrong = embeddings.create({ model: 'e', input: 'la', dimensions: 0 })
    await expect(wrong).rejects.toMatchObject({ status: 400, param: 'dimensions' })
    const { models } = gemini(TEST_KEY)
    const made = await models.embedContent({
      model: 'gemini-embedding-001',
      contents: ['la', 'lo'],
      config: { outputDimensionality: 16 },
    })
    expect(made.embeddings?.map(({ values }) => values?.length)).toEqual([16, 16])
    const single = await test.send('POST', '/v1beta/models/gemini-embedding-001:embedContent', {
      key: TEST_KEY,
      body: { content: { parts: [{ text: 'la' }] } },
    })
    expect(single.body).toMatchObject({ embedding: { values: expect.any(Array) } })
  })

  it('for moderations and counts, by what the request says', async () => {
    const { moderations, responses } = openai(TEST_KEY)
    const { results } = await moderations.create({ input: ['la', 'sandbox:moderation'] })
    expect(results.map(({ flagged }) => flagged)).toEqual([false, true])
    expect(results[1]?.categories.harassment).toBe(true)
    const counted = { model: 'm', messages: [{ role: 'user' as const, content: 'x'.repeat(40) }] }
    expect(await anthropic(TEST_KEY).messages.countTokens(counted)).toEqual({ input_tokens: 10 })
    expect(await responses.inputTokens.count({ model: 'm', input: 'x'.repeat(40) })).toMatchObject({ input_tokens: 10 })
    const { models } = gemini(TEST_KEY)
    expect((await models.countTokens({ model: 'm', contents: 'x'.repeat(40) })).totalTokens).toBe(10)
    expect(vendor.seen).toEqual([])
  })
})
