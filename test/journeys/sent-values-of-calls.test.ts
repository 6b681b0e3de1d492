import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json.ts'
import { type FakeModels, openFakeModels } from '../support/fake-models.ts'
import { openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

/**
 * The kinds of values that clients send in place of others, in the formats of calls: the request that reaches a vendor with
 * another API must be the same, and so must the fields that the gateway reads of a request that passes as it comes.
 */

let vendor: FakeModels
let gateway: TestGateway
const counts = { placeholders: 0, texts: 0, refused: 0 }

beforeAll(async () => {
  vendor = await openFakeModels()
  gateway = await openGateway({
    env: {
      OPENAI_API_KEY: 'sk-vendor-openai',
      OPENAI_BASE_URL: `${vendor.url}/openai/v1`,
      ANTHROPIC_API_KEY: 'sk-vendor-anthropic',
      ANTHROPIC_BASE_URL: `${vendor.url}/anthropic`,
    },
  })
})
afterAll(async () => {
  const { placeholders, texts, refused } = counts
  console.log(`calls: ${placeholders} placeholders, ${texts} numbers and booleans as texts, ${refused} wrong values`)
  await gateway[Symbol.asyncDispose]()
  await vendor[Symbol.asyncDispose]()
})

interface Format {
  path: string
  /** Without its optional fields, for a vendor with another API. */
  body: JsonObject
  /** Optional fields, by their path, in which a placeholder stands for nothing; at every depth. */
  optional: string[]
  /** Optional numbers and booleans, with a value. */
  scalars: Record<string, number | boolean>
}

const TOOL = { type: 'function', function: { name: 'rain', parameters: { type: 'object', properties: {} } } }

const FORMATS: Record<string, Format> = {
  'chat completions': {
    path: '/v1/chat/completions',
    body: {
      model: 'claude-sonnet-4-5',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: [{ type: 'text', text: 'hi' }] },
        { role: 'assistant', content: 'hello' },
        { role: 'user', content: 'again' },
      ],
      tools: [TOOL],
    },
    optional: [
      ...['max_tokens', 'max_completion_tokens', 'temperature', 'top_p', 'top_k', 'n', 'seed', 'stop', 'stream'],
      ...['stream_options', 'presence_penalty', 'frequency_penalty', 'logit_bias', 'logprobs', 'top_logprobs', 'user'],
      ...['metadata', 'store', 'modalities', 'audio', 'prediction', 'tool_choice', 'parallel_tool_calls', 'functions'],
      ...['function_call', 'response_format', 'reasoning_effort', 'verbosity', 'service_tier', 'web_search_options'],
      ...['messages.0.name', 'messages.1.name', 'messages.1.content.0.image_url', 'messages.1.tool_calls'],
      ...['messages.2.refusal', 'messages.2.tool_calls', 'messages.2.function_call', 'messages.2.audio'],
      ...['messages.2.reasoning_content', 'messages.3.tool_call_id', 'tools.0.function.description'],
      ...['tools.0.function.strict', 'extra'],
    ],
    scalars: {
      ...{ max_tokens: 21, temperature: 0.5, n: 1, parallel_tool_calls: true, stream: true, logprobs: false, top_k: 3 },
      ...{ presence_penalty: 0, store: false, 'tools.0.function.strict': true },
    },
  },
  responses: {
    path: '/v1/responses',
    body: {
      model: 'claude-sonnet-4-5',
      input: [{ role: 'user', content: [{ type: 'input_text', text: 'hi' }] }],
      tools: [{ type: 'function', name: 'rain', parameters: { type: 'object', properties: {} } }],
    },
    optional: [
      ...['instructions', 'max_output_tokens', 'temperature', 'top_p', 'stream', 'stream_options', 'store', 'text'],
      ...['reasoning', 'tool_choice', 'parallel_tool_calls', 'previous_response_id', 'conversation', 'prompt', 'user'],
      ...['metadata', 'include', 'truncation', 'service_tier', 'background', 'top_logprobs', 'max_tool_calls'],
      ...['input.0.id', 'input.0.status', 'input.0.type', 'tools.0.description', 'tools.0.strict', 'extra'],
    ],
    scalars: {
      ...{ max_output_tokens: 21, temperature: 0.5, stream: true, store: false, parallel_tool_calls: true },
      ...{ background: false, top_logprobs: 0 },
    },
  },
  messages: {
    path: '/v1/messages',
    body: {
      model: 'gpt-5',
      max_tokens: 100,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
      tools: [{ name: 'rain', input_schema: { type: 'object', properties: {} } }],
    },
    optional: [
      ...['system', 'temperature', 'top_p', 'top_k', 'stop_sequences', 'stream', 'metadata', 'tool_choice', 'thinking'],
      ...['service_tier', 'container', 'mcp_servers', 'context_management', 'output_config', 'output_format', 'speed'],
      ...['messages.0.content.0.citations', 'messages.0.content.0.cache_control', 'tools.0.description'],
      ...['tools.0.type', 'tools.0.cache_control', 'tools.0.strict', 'extra'],
    ],
    scalars: { max_tokens: 100, stream: true, 'tools.0.strict': true },
  },
  generateContent: {
    path: '/v1beta/models/gpt-5:generateContent',
    body: {
      contents: [
        { role: 'user', parts: [{ text: 'hi' }] },
        { role: 'model', parts: [{ text: 'hello' }] },
        { role: 'user', parts: [{ text: 'again' }] },
      ],
      tools: [{ functionDeclarations: [{ name: 'rain' }] }],
      generationConfig: { maxOutputTokens: 100 },
    },
    optional: [
      ...['systemInstruction', 'toolConfig', 'safetySettings', 'cachedContent', 'labels', 'extra'],
      ...['contents.0.role', 'contents.0.parts.0.inlineData', 'contents.0.parts.0.fileData'],
      ...['contents.0.parts.0.functionResponse', 'contents.1.parts.0.functionCall', 'contents.1.parts.0.inlineData'],
      ...['contents.1.parts.0.thought', 'contents.1.parts.0.thoughtSignature', 'contents.0.parts.0.thought'],
      ...['tools.0.googleSearch', 'tools.0.functionDeclarations.0.description'],
      ...['tools.0.functionDeclarations.0.parameters', 'tools.0.functionDeclarations.0.response'],
      ...['generationConfig.temperature', 'generationConfig.topP', 'generationConfig.topK', 'generationConfig.seed'],
      ...['generationConfig.candidateCount', 'generationConfig.stopSequences', 'generationConfig.responseMimeType'],
      ...['generationConfig.responseSchema', 'generationConfig.responseModalities', 'generationConfig.thinkingConfig'],
      ...['generationConfig.presencePenalty', 'generationConfig.mediaResolution', 'generationConfig.speechConfig'],
    ],
    scalars: {
      ...{ 'generationConfig.maxOutputTokens': 100, 'generationConfig.candidateCount': 1 },
      ...{ 'generationConfig.responseLogprobs': false, 'contents.0.parts.0.thought': false },
    },
  },
}

/** What a vendor with another API was sent, as text; or the refusal. */
async function sentToVendor(path: string, body: JsonObject): Promise<string> {
  const before = vendor.seen.length
  const answer = await gateway.send('POST', path, { body })
  const seen = vendor.seen.slice(before).filter((call) => !call.path.endsWith('/models'))
  if (answer.status !== 200) return `${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`
  return JSON.stringify(seen.map((call) => call.json))
}

/** A copy with a value at a path, whose objects and lists exist. */
function withAt(whole: JsonObject, path: string, value: Json): JsonObject {
  const copy = structuredClone(whole)
  const names = path.split('.')
  const last = names.pop() ?? ''
  const parent = names.reduce<Json>((one, name) => (one as Record<string, Json>)[name] ?? null, copy)
  Object.assign(parent as JsonObject, { [last]: value }) // an object or list of the table
  return copy
}

function withAll(body: JsonObject, values: Record<string, Json>): JsonObject {
  return Object.entries(values).reduce((one, [path, value]) => withAt(one, path, value), body)
}

const PLACEHOLDERS: Json[] = [null, '', []]
/** What is not quite a number or a boolean. */
const NEARLY_NUMBERS = ['3 s', '0x10', '1e999', 'NaN', '１', '1,5', '--1']
const NEARLY_FLAGS = ['True', 'yes', '1', 'on', ' true']

describe.each(Object.entries(FORMATS))('a request of %s that is translated', (_name, { path, body, ...given }) => {
  it('is the same with a placeholder in every field that may be left out', async () => {
    const plain = await sentToVendor(path, body)
    expect(plain).toContain('"model"')
    const wrong: string[] = []
    for (const placeholder of PLACEHOLDERS) {
      const all = withAll(body, Object.fromEntries(given.optional.map((name) => [name, placeholder])))
      counts.placeholders += given.optional.length
      if ((await sentToVendor(path, all)) === plain) continue
      for (const name of given.optional) {
        const sent = await sentToVendor(path, withAt(body, name, placeholder))
        if (sent !== plain) wrong.push(`${name}: ${JSON.stringify(placeholder)} gives ${sent}`)
      }
      if (wrong.length === 0) wrong.push(`all of ${JSON.stringify(placeholder)} together`)
    }
    expect(wrong).toEqual([])
  })

  it('is the same with its numbers and booleans as texts', async () => {
    const typed = withAll(body, given.scalars)
    const texts = Object.fromEntries(Object.entries(given.scalars).map(([name, value]) => [name, String(value)]))
    counts.texts += Object.keys(texts).length
    const plain = await sentToVendor(path, typed)
    expect(plain).toContain('"model"')
    expect(await sentToVendor(path, withAll(body, texts))).toBe(plain)
  })

  it('is refused by the name of a number or boolean that is nearly one', async () => {
    const before = vendor.seen.length
    for (const [field, value] of Object.entries(given.scalars)) {
      const name = field.split('.').at(-1) ?? ''
      for (const text of typeof value === 'number' ? NEARLY_NUMBERS : NEARLY_FLAGS) {
        counts.refused++
        const answer = await gateway.send('POST', path, { body: withAt(body, field, text) })
        expect([field, text, answer.status]).toEqual([field, text, 400])
        expect(JSON.stringify(answer.body)).toContain(name)
      }
    }
    expect(vendor.seen.slice(before).filter((call) => !call.path.endsWith('/models'))).toEqual([])
  })

  it('gets an answer of the sandbox with the same values', async () => {
    const filled = withAll(body, Object.fromEntries(given.optional.map((name) => [name, ''])))
    expect(await gateway.send('POST', path, { body: filled, key: TEST_KEY })).toMatchObject({ status: 200 })
  })
})

describe('a request that passes in the vendor’s own format', () => {
  it.each<[path: string, sent: JsonObject, seen: JsonObject]>([
    [
      '/v1/chat/completions',
      { model: 'gpt-5', stream: 'true', max_tokens: '21', n: '', tools: '', stream_options: [], user: '', top_p: '1' },
      { model: 'gpt-5', stream: true, max_tokens: 21, user: '', top_p: '1', stream_options: { include_usage: true } },
    ],
    [
      '/v1/completions',
      { model: 'gpt-5', prompt: 'hi', stream: 'false', max_tokens: '21', best_of: [], seed: '' },
      { model: 'gpt-5', prompt: 'hi', stream: false, max_tokens: 21, seed: '' },
    ],
    [
      '/v1/responses',
      { model: 'gpt-5', input: 'hi', stream: '', max_output_tokens: '21', extra: '3' },
      { model: 'gpt-5', input: 'hi', max_output_tokens: 21, extra: '3' },
    ],
    [
      '/v1/messages',
      { model: 'claude-sonnet-4-5', max_tokens: '21', stream: '', tools: '', system: '' },
      { model: 'claude-sonnet-4-5', max_tokens: 21, system: '' },
    ],
    ['/v1/moderations', { model: '', input: 'hi' }, { input: 'hi' }],
    [
      '/v1/audio/speech',
      { model: 'tts-1', input: 'hi', voice: 'alloy', response_format: '', speed: '1.5' },
      { model: 'tts-1', input: 'hi', voice: 'alloy', speed: '1.5' },
    ],
  ])(
    'to %s has the fields that the gateway reads as it reads them, and the others as they came',
    async (path, sent, seen) => {
      const messages = /chat|messages/.test(path) ? { messages: [{ role: 'user', content: 'hi' }] } : {}
      const before = vendor.seen.length
      const { status } = await gateway.send('POST', path, { body: { ...sent, ...messages } })
      expect(status).toBe(200)
      const received = vendor.seen.slice(before).filter((call) => !call.path.endsWith('/models'))
      expect(received.map(({ json }) => json)).toEqual([{ ...seen, ...messages }])
    },
  )

  it('is passed byte for byte where nothing is written otherwise', async () => {
    const text =
      '{ "model": "gpt-5",\n "messages": [{"role":"user","content":"hi"}], "seed": 12345678901234567890, "top_p": null }'
    const headers = { 'content-type': 'application/json' }
    expect(await gateway.send('POST', '/v1/chat/completions', { text, headers })).toMatchObject({ status: 200 })
    expect(vendor.seen.at(-1)?.bytes.toString()).toBe(text)
  })

  it('is heard by the embedded voice with placeholders and texts', async () => {
    const body = { model: 'flite', input: 'hi', voice: 'slt', response_format: '', speed: '1.5', instructions: '' }
    const answer = await gateway.send('POST', '/v1/audio/speech', { body })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'audio/mpeg'])
    const wrong = await gateway.send('POST', '/v1/audio/speech', { body: { ...body, speed: 'fast' } })
    expect(wrong).toMatchObject({ status: 400, body: { error: { param: 'speed' } } })
  })
})
