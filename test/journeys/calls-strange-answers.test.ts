import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeModels, openFakeModels } from '../support/fake-models.ts'
import { LIVE_KEY, openGateway, type TestGateway } from '../support/gateway.ts'
import { rawRequest } from '../support/raw-request.ts'

/** What no vendor sends on purpose: each ends in an answer or an error of the caller's format, and in one record. */

let vendor: FakeModels
let test: TestGateway
let calls = 0

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
      POLYPHONY_STREAM_SILENCE_SECONDS: '2',
    },
  })
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await vendor[Symbol.asyncDispose]()
})

type Send = (request: IncomingMessage, response: ServerResponse) => void
const JSON_TYPE = { 'content-type': 'application/json' }
const EVENTS = { 'content-type': 'text/event-stream' }
const send =
  (status: number, headers: Record<string, string>, body: string | Buffer): Send =>
  (_request, response) =>
    void response.writeHead(status, headers).end(body)
const json = (text: string | Buffer): Send => send(200, JSON_TYPE, text)
const deep = `${'{"a":['.repeat(20_000)}1${']}'.repeat(20_000)}`
const HUGE = { prompt_tokens: 1e300, completion_tokens: -7, input_tokens: '12', output_tokens: null, total_tokens: {} }
const GEMINI_HUGE = { promptTokenCount: -1e300, candidatesTokenCount: 'x', totalTokenCount: [] }

/** In place of a whole answer. */
const WHOLE: Record<string, Send> = {
  null: json('null'),
  'an empty object': json('{}'),
  'a list': json('[]'),
  'a text': json('"hi"'),
  'a number': json('7'),
  'an error with 200': json('{"error":{"message":"No.","type":"invalid_request_error"}}'),
  'an error that is a text': json('{"error":"No."}'),
  'an error of null with 400': send(400, JSON_TYPE, '{"error":null}'),
  'an error of a list with 400': send(400, JSON_TYPE, '{"error":["No."]}'),
  'an error as a list with 400': send(400, JSON_TYPE, '[{"error":{"message":"No.","code":400}}]'),
  'an error whose message is an object': send(422, JSON_TYPE, '{"error":{"message":{"a":1}}}'),
  'an object of great depth': json(deep),
  'no choices': json('{"choices":null,"content":null,"output":null,"candidates":null}'),
  'empty lists': json('{"choices":[],"content":[],"output":[],"candidates":[]}'),
  'choices of null': json('{"choices":[null],"content":[null],"output":[null],"candidates":[null]}'),
  'parts without a type': json(
    '{"choices":[{}],"content":[{}],"output":[{}],"candidates":[{"content":{"parts":[{}]}}]}',
  ),
  'a usage of impossible numbers': json(
    JSON.stringify({ choices: [], content: [], output: [], candidates: [], usage: HUGE, usageMetadata: GEMINI_HUGE }),
  ),
  'a usage that is a text': json('{"usage":"much","usageMetadata":7}'),
  'bytes that are no UTF-8': json(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])),
  'a mark of the order of bytes': json('\uFEFF{"id":"x"}'),
  'JSON in UTF-16': json(Buffer.from('{"id":"x"}', 'utf16le')),
  'a member __proto__': json('{"__proto__":{"usage":{"prompt_tokens":1}},"constructor":1}'),
  'no content at all (204)': send(204, {}, ''),
  'a part of it (206)': send(206, JSON_TYPE, '{}'),
  'not modified (304)': send(304, {}, ''),
  'an unknown status': send(799, JSON_TYPE, '{}'),
  'a wait that is no number': send(429, { ...JSON_TYPE, 'retry-after': 'soon' }, '{}'),
  'a wait in the past': send(429, { ...JSON_TYPE, 'retry-after': '-5' }, '{}'),
  'a wait of a million years': send(429, { ...JSON_TYPE, 'retry-after': '31536000000000' }, '{}'),
  'two lengths': (request) =>
    void request.socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}'),
  'no HTTP': (request) => void request.socket.end('SSH-2.0-OpenSSH_9.6\r\n'),
  'a head without an end': (request) => void request.socket.end('HTTP/1.1 200 OK\r\ncontent-type: app'),
  'a head of a megabyte': (request) =>
    void request.socket.end(`HTTP/1.1 200 OK\r\nx-a: ${'a'.repeat(1_000_000)}\r\n\r\n{}`),
  'a piece of a wrong length': (request) =>
    void request.socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n'),
  'an upgrade': (request) =>
    void request.socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: foo\r\nconnection: upgrade\r\n\r\n'),
}

const event = (value: string): string => `data: ${value}\n\n`
const events = (...values: string[]): Send => send(200, EVENTS, values.map(event).join(''))
const CHUNK = (choice: string, rest = '') =>
  `{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[${choice}]${rest}}`

/** In place of a stream. */
const STREAMS: Record<string, Send> = {
  'only comments': send(200, EVENTS, ': hi\n\n: hi\n\n'),
  'only what ends it': events('[DONE]'),
  'an event of null': events('null'),
  'an event that is a list': events('[]'),
  'an event that is a text': events('"hi"', '7', 'true'),
  'an event that is no JSON': events('{"a":', '[DONE]'),
  'an error that is a text': events('{"error":"No."}'),
  'an error of null': events('{"error":null}'),
  'an error after what ends it': events(
    CHUNK('{"index":0,"delta":{"content":"la"},"finish_reason":"stop"}'),
    '[DONE]',
    '{"error":{"message":"No."}}',
  ),
  'choices without a delta': events(CHUNK('{"index":0}'), CHUNK('null'), '[DONE]'),
  'choices with impossible places': events(
    CHUNK('{"index":-1,"delta":{"content":"a"}},{"index":1e9,"delta":{"content":"b"}},{"index":"x","delta":{}}'),
    '[DONE]',
  ),
  'a tool of an impossible place': events(
    CHUNK('{"index":0,"delta":{"tool_calls":[{"index":1000000000,"id":"t","function":{"name":"f","arguments":"{"}}]}}'),
    '[DONE]',
  ),
  'an end that is a number': events(CHUNK('{"index":0,"delta":{},"finish_reason":7}'), '[DONE]'),
  'a usage of impossible numbers': events(
    CHUNK('', `,"usage":${JSON.stringify(HUGE)},"usageMetadata":${JSON.stringify(GEMINI_HUGE)}`),
    JSON.stringify({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: HUGE }),
    JSON.stringify({ type: 'response.completed', response: { id: 'r', output: [], usage: HUGE } }),
    '[DONE]',
  ),
  'events of types that nobody knows': events('{"type":"new.thing","a":{}}', '{"type":7}', '{"type":null}'),
  'events that begin in the middle': events(
    '{"type":"content_block_delta","index":3,"delta":{"type":"text_delta","text":"la"}}',
    '{"type":"response.output_text.delta","output_index":9,"item_id":"x","delta":"la"}',
  ),
  'bytes that are no UTF-8': send(200, EVENTS, Buffer.from([0x64, 0x61, 0x74, 0x61, 0x3a, 0xff, 0xfe, 0x0a, 0x0a])),
  'an event of two megabytes': events(CHUNK(`{"index":0,"delta":{"content":"${'la '.repeat(700_000)}"}}`), '[DONE]'),
  'a line without an end': send(200, EVENTS, `data: ${'x'.repeat(100_000)}`),
  'the character NUL': send(200, EVENTS, `data: {"a":"\u0000"}\n\ndata: [DONE]\n\n`),
  'lines that end with CR': send(200, EVENTS, 'data: {"choices":[]}\r\rdata: [DONE]\r\r'),
  'a whole answer in one event': events(
    '{"id":"c","choices":[{"index":0,"message":{"content":"la"},"finish_reason":"stop"}]}',
  ),
  'an object of great depth': events(deep),
  'a page of HTML as events': send(200, EVENTS, '<html>hi'),
  'a list that breaks off': send(200, JSON_TYPE, '[{"candidates":[{"content":{"parts":[{"text":"la"}]}}]},'),
  'a wrong type': send(200, { 'content-type': 'image/png' }, event(CHUNK(''))),
}

const ASK = [{ role: 'user', content: 'What colour is the rain?' }]
const WAYS: Record<string, (model: string, stream: boolean) => [path: string, body: object]> = {
  'chat completions': (model, stream) => ['/v1/chat/completions', { model, messages: ASK, stream }],
  responses: (model, stream) => ['/v1/responses', { model, input: 'What colour?', stream }],
  messages: (model, stream) => ['/v1/messages', { model, messages: ASK, max_tokens: 100, stream }],
  generateContent: (model, stream) => [
    `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    { contents: [{ role: 'user', parts: [{ text: 'What colour?' }] }] },
  ],
}
const MODELS = ['gpt-4o', 'claude-haiku-4-5', 'gemini-2.5-flash']

/** Each is met by every format, by a model of each vendor in turn; with EVERY_FAULT set, by all models. */
const met = <Each>(all: Record<string, Each>, turn: number) =>
  Object.entries(all).filter((_one, index) => process.env.EVERY_FAULT !== undefined || index % 3 === turn % 3)

/** The error in a body or in the last event of a stream; undefined for an answer. */
function errorIn(text: string): unknown {
  const last = text.trim().startsWith('{')
    ? text
    : (text
        .trim()
        .split(/^data: ?/m)
        .at(-1) ?? '')
  const found = last.trim().startsWith('{') ? JSON.parse(last) : {}
  return found.error ?? (found.type === 'error' ? found : found.response?.error) ?? undefined
}

const ENDS = [200, 400, 402, 404, 422, 429, 502, 503, 504]

describe.each(Object.entries(WAYS))('a strange answer to %s', (_name, wayOf) => {
  describe.each(MODELS.map((model, index) => [model, index] as const))('of the model %s', (model, index) => {
    it.each([
      ['whole', WHOLE, false],
      ['streamed', { ...WHOLE, ...STREAMS }, true],
    ] as const)(
      'is an answer or an error of the format (%s)',
      async (_how, all, isStreamed) => {
        const [path, body] = wayOf(model, isStreamed)
        for (const [name, trouble] of met<Send>(all, index)) {
          for (let tries = 0; tries < 3; tries++) vendor.troubles.push(trouble)
          const answer = await test.send('POST', path, { body })
          vendor.troubles.length = 0
          calls += 1
          const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
          const told = `${name}: ${answer.status} ${text.slice(0, 500)}`
          expect(ENDS, told).toContain(answer.status)
          expect(text, told).not.toMatch(/127\.0\.0\.1|sk-vendor|<html|Something went wrong|\[object/)
          if (answer.status !== 200) expect(errorIn(text), told).toMatchObject({ message: expect.stringMatching(/\w/) })
          if (answer.status === 200 && !isStreamed) expect(answer.body, told).toBeTypeOf('object')
        }
      },
      60_000,
    )
  })
})

const POST = (path: string, body: string, more = '') =>
  rawRequest(test.url, [
    `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${LIVE_KEY}\r\ncontent-type: application/json\r\n${more}content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  ])

/** Requests as no client writes them; the vendor would answer well. */
const REQUESTS: [path: string, body: string, status: number[], headers?: string][] = [
  ['/v1/chat/completions', '{"model":"__proto__","messages":[{}]}', [404]],
  ['/v1/chat/completions', '{"model":"constructor","messages":[{}]}', [404]],
  ['/v1/chat/completions', '{"model":"openai/","messages":[{}]}', [404]],
  ['/v1/chat/completions', '{"model":"/gpt-4o","messages":[{}]}', [404]],
  ['/v1/chat/completions', '{"model":"gpt-4o*","messages":[{}]}', [200, 404]],
  ['/v1/chat/completions', '{"model":"*","messages":[{}]}', [404]],
  ['/v1/chat/completions', '{"model":" gpt-4o","messages":[{}]}', [400, 404]],
  ['/v1/chat/completions', '{"model":"\\ud800","messages":[{}]}', [400, 404]],
  ['/v1/chat/completions', '{"model":"../../models","messages":[{}]}', [404]],
  ['/v1/chat/completions', '{"model":"gpt-4o","model":"none","messages":[{}]}', [404]],
  ['/v1/chat/completions', '{"__proto__":{"model":"gpt-4o"},"messages":[{}]}', [400]],
  [
    '/v1/chat/completions',
    `{"model":"gpt-4o","messages":[{"content":${'['.repeat(3_000)}${']'.repeat(3_000)}}]}`,
    [413],
  ],
  ['/v1/chat/completions', '{"model":"gpt-4o","messages":[{}],"max_tokens":1e400}', [400]],
  ['/v1/chat/completions', '{"model":"claude-haiku-4-5","messages":[{"role":"user","content":"\\ud800"}]}', [200, 400]],
  [
    '/v1/chat/completions',
    '{"model":"claude-haiku-4-5","messages":[{"role":"tool","tool_call_id":"none","content":"x"}]}',
    [200, 400],
  ],
  [
    '/v1/chat/completions',
    '{"model":"claude-haiku-4-5","messages":[{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"__proto__","arguments":"{}"}}]}]}',
    [200, 400],
  ],
  [
    '/v1/chat/completions',
    '{"model":"claude-haiku-4-5","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,%%%"}}]}]}',
    [400],
  ],
  [
    '/v1/chat/completions',
    '{"model":"claude-haiku-4-5","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"file:///etc/passwd"}}]}]}',
    [400],
  ],
  [
    '/v1/chat/completions',
    '{"model":"claude-haiku-4-5","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"$ref":"#"}}}]}',
    [200, 400],
  ],
  ['/v1/responses', '{"model":"claude-haiku-4-5","input":[{"type":"__proto__"}]}', [400]],
  ['/v1/responses', '{"model":"gpt-4o","input":"x","previous_response_id":"../x"}', [404]],
  ['/v1/responses', '{"model":"gpt-4o","input":[{"type":"item_reference","id":"a b"}]}', [404]],
  [
    '/v1/messages',
    '{"model":"gpt-4o","max_tokens":10,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"none"}]}]}',
    [200, 400],
  ],
  [
    '/v1/messages',
    '{"model":"claude-haiku-4-5","max_tokens":10,"messages":[{}],"thread":{"type":"continue","previous_message_id":"\\u0000"}}',
    [400, 404],
  ],
  ['/v1beta/models/:generateContent', '{"contents":[{}]}', [400, 404]],
  ['/v1beta/models/a%2Fb:generateContent', '{"contents":[{}]}', [404]],
  ['/v1beta/models/%:generateContent', '{"contents":[{}]}', [400, 404]],
  ['/v1beta/models/%00:generateContent', '{"contents":[{}]}', [400, 404]],
  ['/v1beta/models/gemini-2.5-flash:constructor', '{"contents":[{}]}', [404]],
  ['/v1beta/models/gemini-2.5-flash:generateContent:x', '{"contents":[{}]}', [404]],
  ['/v1/embeddings', '{"model":"text-embedding-3-small","input":[[1,2],["a"]]}', [200, 400]],
  ['/v1/chat/completions', '{"model":"gpt-4o","messages":[{}]}', [415], 'content-encoding: gzip, gzip\r\n'],
  ['/v1/chat/completions', '{"model":"gpt-4o","messages":[{}]}', [400], 'x-polyphony-cache: 1e9\r\n'],
  ['/v1/chat/completions', '{"model":"gpt-4o","messages":[{}]}', [200, 400], 'traceparent: zz-00\r\n'],
]

it.each(REQUESTS.map(([path, body, ...rest]) => [path, body.slice(0, 90), body, ...rest] as const))(
  'a request to %s with %s ends in an answer or an error of its format',
  async (path, _shown, body, status, more) => {
    const answer = await POST(path, body, more)
    expect(status, answer.body.slice(0, 300)).toContain(answer.status)
    if (answer.status !== 200) expect(errorIn(answer.body)).toMatchObject({ message: expect.stringMatching(/\w/) })
  },
)

it('after all of it every call has one record, nothing is held and no connection is left', async () => {
  await expect.poll(() => vendor.busy()).toBe(0)
  await test.assertBalanced()
  const records = await test.store.listCalls({ limit: 5_000 })
  expect(records.length).toBeGreaterThanOrEqual(calls)
  for (const { pricePoints, usage } of records) {
    expect(Number.isSafeInteger(pricePoints) && pricePoints >= 0).toBe(true)
    for (const count of Object.values(usage ?? {}).filter((one) => typeof one === 'number'))
      expect(count).toBeGreaterThanOrEqual(0)
  }
  const { dataDir } = test
  await test.stop()
  const again = await openGateway({ dataDir })
  expect((await again.balance()).held).toBe(0)
  await again.assertBalanced()
  await again.stop()
})
