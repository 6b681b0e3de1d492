import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Call } from '../../src/core/call.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { type FakeModels, openFakeModels, WORDS } from '../support/fake-models.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'

/**
 * Streams as servers and the proxies before them send them, right and wrong, in each format: as they pass through, and
 * translated. `calls-faults` has the answers that are none.
 */

const TEXT = WORDS.join('')

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

const ASK = [{ role: 'user', content: 'What colour is the rain?' }]
const CONTENTS = [{ role: 'user', parts: [{ text: 'What colour is the rain?' }] }]

/** A streamed call for the model of one vendor. */
const WAYS: Record<string, [path: string, body: object]> = {
  'Chat Completions': ['/v1/chat/completions', { model: 'gpt-4o', messages: ASK, stream: true }],
  Responses: ['/v1/responses', { model: 'gpt-4o', input: 'What colour?', stream: true }],
  Messages: ['/v1/messages', { model: 'claude-haiku-4-5', messages: ASK, max_tokens: 100, stream: true }],
  generateContent: ['/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse', { contents: CONTENTS }],
  'Chat Completions of a model of Anthropic': [
    '/v1/chat/completions',
    { model: 'claude-haiku-4-5', messages: ASK, stream: true },
  ],
  'Messages of a model of OpenAI': ['/v1/messages', { model: 'gpt-4o', messages: ASK, max_tokens: 100, stream: true }],
  'generateContent of a model of OpenAI': [
    '/v1beta/models/gpt-4o:streamGenerateContent?alt=sse',
    { contents: CONTENTS },
  ],
}

/** The events of a vendor's answer, by the path that it was asked at, and its error within a stream. */
function eventsAt(path: string): { events: string[]; error: string } {
  const event = (body: JsonObject, type = body.type) =>
    `${typeof type === 'string' ? `event: ${type}\n` : ''}data: ${JSON.stringify(body)}\n\n`
  const [first = '', ...others] = WORDS
  if (path.includes('/messages')) {
    const usage = { input_tokens: 1_000, output_tokens: 1 }
    const message = { id: 'm', type: 'message', role: 'assistant', model: 'm', content: [], stop_reason: null, usage }
    const delta = (text: string) =>
      event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })
    return {
      events: [
        event({ type: 'message_start', message }) +
          event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }) +
          delta(first),
        ...others.map(delta),
        event({ type: 'content_block_stop', index: 0 }) +
          event({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 50 } }),
        event({ type: 'message_stop' }),
      ],
      error: event({ type: 'error', error: { type: 'overloaded_error', message: 'Too much to do.' } }),
    }
  }
  if (path.includes('/responses')) {
    const at = { item_id: 'i', output_index: 0, content_index: 0 }
    const response = { id: 'r', object: 'response', created_at: 1, status: 'in_progress', model: 'm', output: [] }
    const item = { type: 'message', id: 'i', status: 'in_progress', role: 'assistant', content: [] }
    const delta = (text: string) => event({ type: 'response.output_text.delta', ...at, delta: text })
    const usage = { input_tokens: 1_000, output_tokens: 50, total_tokens: 1_050 }
    return {
      events: [
        event({ type: 'response.created', response }) +
          event({ type: 'response.output_item.added', output_index: 0, item }) +
          delta(first),
        ...others.map(delta),
        event({ type: 'response.output_item.done', output_index: 0, item: { ...item, status: 'completed' } }),
        event({ type: 'response.completed', response: { ...response, status: 'completed', usage } }),
      ],
      error: event({ type: 'error', code: 'server_error', message: 'Too much to do.', param: null }),
    }
  }
  if (path.includes('/chat/')) {
    const chunk = (rest: JsonObject) =>
      event({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', ...rest })
    const choice = (delta: JsonObject, finish_reason: string | null = null) =>
      chunk({ choices: [{ index: 0, delta, finish_reason }] })
    const usage = { prompt_tokens: 1_000, completion_tokens: 50, total_tokens: 1_050 }
    return {
      events: [
        ...WORDS.map((content) => choice({ content })),
        choice({}, 'stop') + chunk({ choices: [], usage }),
        'data: [DONE]\n\n',
      ],
      error: event({ error: { message: 'Too much to do.', type: 'server_error', code: null, param: null } }),
    }
  }
  const usageMetadata = { promptTokenCount: 1_000, candidatesTokenCount: 50, totalTokenCount: 1_050 }
  const candidate = (rest: JsonObject) => event({ candidates: [{ index: 0, ...rest }], usageMetadata })
  const words = WORDS.map((text) => candidate({ content: { role: 'model', parts: [{ text }] } }))
  return {
    events: [...words, candidate({ finishReason: 'STOP' })],
    error: event({ error: { code: 503, message: 'Too much to do.', status: 'UNAVAILABLE' } }),
  }
}

type Bytes = (events: string[], error: string) => string | Buffer
const HEADERS = { 'content-type': 'text/event-stream' }
const sends =
  (bytes: Bytes, headers: Record<string, string> = {}) =>
  (request: IncomingMessage, response: ServerResponse): void => {
    const { events, error } = eventsAt(request.url ?? '')
    response.writeHead(200, { ...HEADERS, ...headers }).end(bytes(events, error))
  }

/** Odd, and right by the specification of server-sent events, or what many servers do. */
const ODD: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  'has comments between its events': sends((events) => `: hi {"usage"\n\n${events.join(': keep-alive\n\n')}`),
  'has lines that end with CR LF': sends((events) => events.join('').replaceAll('\n', '\r\n')),
  'has events of several lines': sends((events) => events.join('').replaceAll('data: {', 'data: {\ndata: ')),
  'has events without data': sends((events) => events.map((one) => `event: ping\n\n${one}`).join('')),
  'has ids and times of repetition': sends((events) => events.map((one) => `id: 7\nretry: 10\n${one}`).join('')),
  'begins with a mark of the order of bytes': sends((events) => `\uFEFF${events.join('')}`),
  'is compressed': sends((events) => gzipSync(events.join('')), { 'content-encoding': 'gzip' }),
  'says twice that it is done': sends((events) => events.join('') + (events.at(-1) ?? '')),
  'has no blank line at its end': sends((events) => events.join('').trimEnd()),
  'has no type': (request, response) => void response.writeHead(200).end(eventsAt(request.url ?? '').events.join('')),
  'comes after other heads': (request, response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' })
    sends((events) => events.join(''))(request, response)
  },
  'comes in small pieces'(request, response) {
    response.writeHead(200, HEADERS)
    const bytes = Buffer.from(eventsAt(request.url ?? '').events.join(''))
    for (let at = 0; at < bytes.length; at += 7) response.write(bytes.subarray(at, at + 7))
    response.end()
  },
}

/** Wrong: what was delivered is paid, and the caller reads an error in the form of the stream. */
const WRONG: Record<string, { trouble: (request: IncomingMessage, response: ServerResponse) => void; says: RegExp }> = {
  'ends in the middle, properly': {
    trouble: sends((events) => events.slice(0, 2).join('')),
    says: /broke off before it was complete/,
  },
  'ends in the middle of an event, properly': {
    trouble: sends((events) => `${events.slice(0, 2).join('')}data: {"half`),
    says: /broke off before it was complete/,
  },
  'has an error after some words': {
    trouble: sends((events, error) => events.slice(0, 2).join('') + error),
    says: /Too much to do/,
  },
  'is compressed, and cut': {
    trouble: sends((events) => gzipSync(events.slice(0, 2).join('').padEnd(200_000)).subarray(0, -20), {
      'content-encoding': 'gzip',
    }),
    says: /broke off/,
  },
}

/** The answers of a way to a vendor that does each of these in turn, with the records of the calls. */
async function answered([path, body]: [path: string, body: object], troubles: FakeModels['troubles']) {
  await expect.poll(() => Date.now()).toBeGreaterThan(lastAt) // calls of the test before are not this one's
  const from = Date.now()
  const answers: Awaited<ReturnType<TestGateway['send']>>[] = []
  for (const trouble of troubles) {
    vendor.troubles.push(trouble)
    answers.push(await test.send('POST', path, { body }))
  }
  let calls: Call[] = []
  const booked = async () => {
    calls = await test.store.listCalls({ limit: 100, from })
    return calls.length
  }
  await expect.poll(booked).toBe(troubles.length)
  lastAt = Date.now()
  const inOrder = calls.toSorted((one, other) => one.id.localeCompare(other.id))
  return answers.map(({ status, body: answer }, index) => ({ status, text: String(answer), call: inOrder[index] }))
}

let lastAt = 0

/** The words of an answer, in whichever format. */
function wordsIn(text: string): string {
  const datas = text
    .split(/\r?\n\r?\n/)
    .map((event) => event.replace(/^\uFEFF/, '').split(/\r?\n/))
    .map((lines) => lines.flatMap((line) => (line.startsWith('data:') ? [line.slice(5)] : [])).join('\n'))
  return datas
    .flatMap((data) => (data.trim().startsWith('{') ? [JSON.parse(data)] : []))
    .map(({ type, delta, choices, candidates }) => {
      if (typeof delta === 'string') return type === 'response.output_text.delta' ? delta : ''
      const part = candidates?.[0]?.content?.parts?.[0]
      return delta?.text ?? choices?.[0]?.delta?.content ?? part?.text ?? ''
    })
    .join('')
}

describe.each(Object.entries(WAYS))('a stream of %s', (_way, called) => {
  it('reaches the caller whole however odd it is, and is paid by its usage', async () => {
    const answers = await answered(called, Object.values(ODD))
    for (const [index, name] of Object.keys(ODD).entries()) {
      const { status, text = '', call } = answers[index] ?? {}
      expect(status, name).toBe(200)
      expect(wordsIn(text), name).toBe(TEXT)
      expect(text, name).not.toContain('"error"')
      expect(call, name).toMatchObject({ outcome: 'completed', errorCode: null })
      expect(call?.usage, name).toMatchObject({ inputTokens: 1_000, outputTokens: 50 })
    }
  })

  it('that goes wrong ends with an error, and what it delivered is paid', async () => {
    const answers = await answered(
      called,
      Object.values(WRONG).map(({ trouble }) => trouble),
    )
    for (const [index, [name, { says }]] of Object.entries(WRONG).entries()) {
      const { status, text, call } = answers[index] ?? {}
      expect(status, name).toBe(200)
      expect(text, name).toMatch(says)
      expect(text, name).not.toContain('half')
      expect(call, name).toMatchObject({ outcome: 'cut', errorCode: expect.any(String) })
      expect(call?.usage?.outputTokens, name).toBeGreaterThan(0)
      expect(call?.pricePoints, name).toBeGreaterThan(0)
    }
  })
})

/** Streams whose end is not that of their format, in pieces: each has reached the caller when the next is sent. */
const UNUSUAL_ENDS: [
  what: string,
  way: string,
  ends: {
    body?: object
    pieces(events: string[], error: string): string[]
    how: 'properly' | 'broken'
    outcome: 'completed' | 'cut'
    has: RegExp
    errors: number
  },
][] = [
  [
    'the second of two choices has not ended',
    'Chat Completions',
    {
      body: { n: 2 },
      pieces: (events) => [events.slice(0, -1).join(''), second(null)],
      how: 'properly',
      outcome: 'cut',
      has: /broke off/,
      errors: 1,
    },
  ],
  [
    'both of two choices have ended',
    'Chat Completions',
    {
      body: { n: 2 },
      pieces: (events) => [events.slice(0, -1).join(''), second('stop')],
      how: 'properly',
      outcome: 'completed',
      has: /data: \[DONE\]\n\n$/,
      errors: 0,
    },
  ],
  [
    'it says in each event how it ended, and breaks off',
    'generateContent',
    {
      pieces: (events) => [(events[0] ?? '').replace('"index":0', '"index":0,"finishReason":"STOP"')],
      how: 'broken',
      outcome: 'cut',
      has: /broke off/,
      errors: 1,
    },
  ],
  ...(['properly', 'broken'] as const).map((how): (typeof UNUSUAL_ENDS)[number] => [
    `the last event is missing, and it ends ${how}`,
    'Messages',
    {
      pieces: (events) => [events.slice(0, -1).join('')],
      how,
      outcome: 'completed',
      has: /event: message_stop\ndata: \{"type":"message_stop"\}\n\n$/,
      errors: 0,
    },
  ]),
  [
    'the last event is half there, and it breaks off',
    'Messages',
    {
      pieces: (events) => [events.slice(0, -1).join(''), 'event: message_st'],
      how: 'broken',
      outcome: 'completed',
      has: /"end_turn".*\n\nevent: message_stop\ndata: \{"type":"message_stop"\}\n\n$/,
      errors: 0,
    },
  ],
  [
    'it breaks off behind its usage',
    'Chat Completions',
    {
      pieces: (events) => [events.slice(0, -1).join('')],
      how: 'broken',
      outcome: 'completed',
      has: /data: \[DONE\]\n\n$/,
      errors: 0,
    },
  ],
  [
    'only [DONE] says that it ended, in two pieces with a comment behind',
    'Chat Completions',
    {
      pieces: (events) => [events.slice(0, WORDS.length).join(''), 'data: [DO', 'NE]\n\n', ': bye\n\n'],
      how: 'properly',
      outcome: 'completed',
      has: /data: \[DONE\]\n\n: bye\n\n$/,
      errors: 0,
    },
  ],
  [
    'only a text says [DONE]',
    'Chat Completions',
    {
      pieces: (events) => [(events[0] ?? '').replace(/"content":"/, '"content":"[DONE] ')],
      how: 'properly',
      outcome: 'cut',
      has: /broke off/,
      errors: 1,
    },
  ],
  ...['Chat Completions', 'Responses', 'Messages', 'generateContent'].map((way): (typeof UNUSUAL_ENDS)[number] => [
    'it has an error and breaks off then',
    way,
    {
      pieces: (events, error) => [events.slice(0, 2).join('') + error],
      how: 'broken',
      outcome: 'cut',
      has: /Too much to do/,
      errors: 1,
    },
  ]),
]

/** A word of the second choice, and perhaps why it stopped. */
function second(reason: string | null): string {
  const choice = { index: 1, delta: { content: 'la' }, finish_reason: reason }
  const usage = { prompt_tokens: 1_000, completion_tokens: 50, total_tokens: 1_050 }
  return `data: ${JSON.stringify({ object: 'chat.completion.chunk', choices: [choice], usage })}\n\n`
}

it.each(UNUSUAL_ENDS)('a stream where %s (%s) ends as far as it came', async (_what, way, ends) => {
  const { pieces, how, outcome, has, errors, body = {} } = ends
  const [path, asked] = WAYS[way] ?? ['', {}]
  const trouble = (request: IncomingMessage, response: ServerResponse): void => {
    const { events, error } = eventsAt(request.url ?? '')
    response.writeHead(200, HEADERS)
    const [...left] = pieces(events, error)
    const next = (): void => {
      const piece = left.shift()
      if (piece !== undefined) response.write(piece, () => setTimeout(next, 20))
      else if (how === 'broken') response.destroy()
      else response.end()
    }
    next()
  }
  const [answer] = await answered([path, { ...asked, ...body }], [trouble])
  expect(answer?.text).toMatch(has)
  expect(answer?.text.match(/broke off|Too much to do/g) ?? []).toHaveLength(errors)
  expect(answer?.call).toMatchObject({ outcome })
})

it('after all this the ledger reconciles, and no answer is under way', async () => {
  await test.assertBalanced()
  await expect.poll(() => vendor.busy()).toBe(0)
})
