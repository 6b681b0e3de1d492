import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import type { JsonObject } from '../../src/core/json.ts'

/** A call as a vendor of models received it. */
export interface SeenCall {
  path: string
  headers: IncomingHttpHeaders
  bytes: Buffer
  json: JsonObject
}

/** What the next calls meet in place of an answer. */
export type Trouble =
  | { status: number; headers?: Record<string, string>; body?: string }
  /** The connection ends before an answer, or in the middle of a stream. */
  | 'hang up'
  | 'cut'
  /** An answer that takes its time, word by word. */
  | { slowMs: number }
  /** Nothing is ever sent: no head, or after one no byte more. */
  | 'hang'
  | 'hang after head'
  /** Anything else. */
  | ((request: IncomingMessage, response: ServerResponse) => void)

export interface FakeModels extends AsyncDisposable {
  url: string
  seen: SeenCall[]
  troubles: Trouble[]
  /** Streams whose client left before the end. */
  abandoned: number
  /** Answers that are under way. */
  busy(): number
  /** Connections of clients, those that are kept among them. */
  sockets(): number
}

export const WORDS = ['The ', 'rain ', 'is ', 'green.']
/** What every answer says that it used. */
export const USED = { input: 1_000, cached: 400, output: 50 }

/**
 * A server of models with the wire formats of OpenAI, Anthropic and Gemini, as their documentation has them. Every answer is
 * the same few words, with the same usage.
 */
export async function openFakeModels(): Promise<FakeModels> {
  const busy = new Set<ServerResponse>()
  const sockets = new Set<Socket>()
  const server = createServer(async (request, response) => {
    const bytes = await buffer(request)
    const path = request.url ?? ''
    const json = asJson(bytes)
    models.seen.push({ path, headers: request.headers, bytes, json })
    const trouble = request.method === 'POST' ? models.troubles.shift() : undefined
    busy.add(response)
    response.on('close', () => busy.delete(response))
    if (trouble === 'hang') return
    if (trouble === 'hang after head') return void response.writeHead(200, typeOf(path, json)).flushHeaders()
    if (typeof trouble === 'function') return trouble(request, response)
    if (trouble === 'hang up') return void request.socket.destroy()
    if (typeof trouble === 'object' && 'status' in trouble) {
      response.writeHead(trouble.status, { 'content-type': 'application/json', ...trouble.headers })
      return void response.end(
        trouble.body ?? '{"error":{"message":"The fake vendor is in trouble.","type":"server_error"}}',
      )
    }
    const wire = wireOf(path.split('?', 1)[0] ?? '', json, bytes)
    if (!wire) return void response.writeHead(404).end('{}')
    if ('bytes' in wire) {
      response.writeHead(200, { 'content-type': wire.type })
      return void response.end(wire.bytes)
    }
    if (!('events' in wire)) {
      response.writeHead(200, { 'content-type': 'application/json' })
      return void response.end(JSON.stringify(wire.whole))
    }
    response.on('close', () => {
      if (!response.writableEnded) models.abandoned += 1
    })
    await stream(response, wire.events, trouble)
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo // it listens on TCP
  const models: FakeModels = {
    url: `http://127.0.0.1:${port}`,
    seen: [],
    troubles: [],
    abandoned: 0,
    busy: () => busy.size,
    sockets: () => sockets.size,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
  return models
}

async function stream(response: ServerResponse, events: string[], trouble: Trouble | undefined): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const [index, event] of events.entries()) {
    if (trouble === 'cut' && index === 3) {
      await delay(50) // what was written has left
      return void response.destroy()
    }
    if (typeof trouble === 'object' && 'slowMs' in trouble) await delay(trouble.slowMs)
    if (response.destroyed) return
    response.write(event)
  }
  response.end()
}

type Wire = { whole: JsonObject } | { events: string[] } | { bytes: string | Buffer; type: string }

function wireOf(path: string, body: JsonObject, bytes: Buffer): Wire | undefined {
  const text = WORDS.join('')
  if (path.endsWith('/models')) return { whole: { object: 'list', data: [{ id: 'local-model', object: 'model' }] } }
  if (path.includes('/audio/')) return audio(path, bytes)
  if (path.endsWith('/moderations'))
    return { whole: { id: 'modr-1', model: 'omni-moderation-latest', results: [{ flagged: false }] } }
  if (path.endsWith('/chat/completions'))
    return body.stream === true ? { events: chatEvents(body) } : { whole: chat(text) }
  if (path.endsWith('/completions'))
    return body.stream === true ? { events: completionEvents(body) } : { whole: completion(text) }
  if (path.endsWith('/responses'))
    return body.stream === true ? { events: responseEvents(text) } : { whole: response(text) }
  if (path.endsWith('/messages')) return body.stream === true ? { events: messageEvents() } : { whole: message(text) }
  if (path.includes(':streamGenerateContent')) return { events: [sse({ ...gemini(text) })] }
  if (path.includes(':generateContent')) return { whole: gemini(text) }
  if (path.endsWith('/embeddings'))
    return {
      whole: {
        object: 'list',
        data: [{ object: 'embedding', index: 0, embedding: [0.5, 0.25] }],
        model: 'e',
        usage: { prompt_tokens: 8, total_tokens: 8 },
      },
    }
  return undefined
}

/** What was said in every recording, and how long it took. */
export const HEARD = { text: WORDS.join(''), seconds: 12 }

export const SPEECH = Buffer.from([0xff, 0xfb, 0x90, 0x00, ...Array.from({ length: 5_000 }, (_, index) => index % 256)])

const SUBTITLES = '00:00:00,000 --> 00:00:12,000'

/** https://platform.openai.com/docs/api-reference/audio: a transcription in the form that is asked for, or speech. */
function audio(path: string, bytes: Buffer): Wire {
  if (path.endsWith('/speech')) return { bytes: SPEECH, type: 'audio/mpeg' }
  const [, format = 'json'] = /name="response_format"\r\n\r\n(\w+)/.exec(bytes.toString('latin1')) ?? []
  const { text, seconds } = HEARD
  switch (format) {
    case 'text':
      return { bytes: `${text}\n`, type: 'text/plain; charset=utf-8' }
    case 'srt':
      return { bytes: `1\n${SUBTITLES}\n${text}\n\n`, type: 'text/plain; charset=utf-8' }
    case 'vtt':
      return { bytes: `WEBVTT\n\n00:00.000 --> 00:12.000\n${text}\n\n`, type: 'text/plain; charset=utf-8' }
    case 'verbose_json':
      return { whole: { task: 'transcribe', language: 'english', duration: seconds, text, segments: [] } }
    default:
      return { whole: { text, usage: { type: 'duration', seconds } } }
  }
}

function completion(text: string): JsonObject {
  const choices = [{ index: 0, text, finish_reason: 'stop', logprobs: null }]
  return { id: 'cmpl-1', object: 'text_completion', created: 1, model: 'upstream', choices, usage: CHAT_USAGE }
}

function completionEvents({ stream_options: options }: JsonObject): string[] {
  const base = { id: 'cmpl-1', object: 'text_completion', created: 1, model: 'upstream' }
  return [
    ...WORDS.map((text) => sse({ ...base, choices: [{ index: 0, text, finish_reason: null }] })),
    ...(options ? [sse({ ...base, choices: [], usage: CHAT_USAGE })] : []),
    'data: [DONE]\n\n',
  ]
}

function typeOf(path: string, body: JsonObject): Record<string, string> {
  const isStream = body.stream === true || path.includes('alt=sse')
  return { 'content-type': isStream ? 'text/event-stream' : 'application/json' }
}

const CHAT_USAGE = {
  prompt_tokens: USED.input,
  completion_tokens: USED.output,
  total_tokens: USED.input + USED.output,
  prompt_tokens_details: { cached_tokens: USED.cached },
}

function chat(text: string): JsonObject {
  const choices = [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop', logprobs: null }]
  return { id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: 'upstream', choices, usage: CHAT_USAGE }
}

function chatEvents({ stream_options: options }: JsonObject): string[] {
  const base = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'upstream' }
  const chunk = (delta: JsonObject, reason: string | null = null) =>
    sse({ ...base, choices: [{ index: 0, delta, finish_reason: reason }], ...(options ? { usage: null } : {}) })
  const usage = options ? [sse({ ...base, choices: [], usage: CHAT_USAGE })] : []
  return [
    chunk({ role: 'assistant', content: '' }),
    ...WORDS.map((content) => chunk({ content })),
    chunk({}, 'stop'),
    ...usage,
    'data: [DONE]\n\n',
  ]
}

function response(text: string): JsonObject {
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    status: 'completed',
    model: 'upstream',
    output: [
      {
        type: 'message',
        id: 'msg_1',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', text, annotations: [] }],
      },
    ],
    usage: {
      input_tokens: USED.input,
      input_tokens_details: { cached_tokens: USED.cached },
      output_tokens: USED.output,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: USED.input + USED.output,
    },
  }
}

function responseEvents(text: string): string[] {
  const done = response(text)
  const item = { type: 'message', id: 'msg_1', status: 'in_progress', role: 'assistant', content: [] }
  const at = { item_id: 'msg_1', output_index: 0, content_index: 0 }
  const events: [string, JsonObject][] = [
    ['response.created', { response: { ...done, status: 'in_progress', output: [], usage: null } }],
    ['response.output_item.added', { output_index: 0, item }],
    ['response.content_part.added', { ...at, part: { type: 'output_text', text: '', annotations: [] } }],
    ...WORDS.map((delta): [string, JsonObject] => ['response.output_text.delta', { ...at, delta }]),
    ['response.output_text.done', { ...at, text }],
    ['response.output_item.done', { output_index: 0, item: { ...item, status: 'completed' } }],
    ['response.completed', { response: done }],
  ]
  return events.map(([type, data], index) => named(type, { ...data, sequence_number: index }))
}

const MESSAGE_USAGE = {
  input_tokens: USED.input - USED.cached,
  cache_read_input_tokens: USED.cached,
  cache_creation_input_tokens: 0,
}

function message(text: string): JsonObject {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'upstream',
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { ...MESSAGE_USAGE, output_tokens: USED.output },
  }
}

function messageEvents(): string[] {
  const start = { ...message(''), content: [], stop_reason: null, usage: { ...MESSAGE_USAGE, output_tokens: 1 } }
  return [
    named('message_start', { message: start }),
    named('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    ...WORDS.map((text) => named('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })),
    named('content_block_stop', { index: 0 }),
    named('message_delta', {
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: USED.output },
    }),
    named('message_stop', {}),
  ]
}

function gemini(text: string): JsonObject {
  return {
    candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP', index: 0 }],
    usageMetadata: {
      promptTokenCount: USED.input,
      cachedContentTokenCount: USED.cached,
      candidatesTokenCount: USED.output,
      totalTokenCount: USED.input + USED.output,
    },
    modelVersion: 'upstream',
  }
}

function sse(data: JsonObject): string {
  return `data: ${JSON.stringify(data)}\n\n`
}

function named(event: string, data: JsonObject): string {
  return `event: ${event}\ndata: ${JSON.stringify({ type: event, ...data })}\n\n`
}

function asJson(bytes: Buffer): JsonObject {
  try {
    return JSON.parse(bytes.toString()) as JsonObject
  } catch {
    return {} // a form
  }
}
