import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import type { JsonObject } from '../../src/core/json.ts'

/**
 * A vendor with OpenAI's realtime API: https://platform.openai.com/docs/api-reference/realtime-server-events. It answers
 * `response.create` with words, and bills what `usage` says.
 */
/** A refusal in HTTP, or bytes in place of an answer, in which KEY stands for what answers the client's key. */
export type Refusal =
  | { status: number; headers?: Record<string, string>; message: string }
  | { raw: string; isEnded?: true }

export interface FakeRealtime extends AsyncDisposable {
  url: string
  /** What the sessions were opened with. */
  opened: { path: string; authorization: string | undefined; beta: string | undefined; at: number }[]
  /** What each received, in order. */
  received: JsonObject[]
  /** The same as texts, also what is no JSON; bytes in hexadecimal after "binary:". */
  texts: string[]
  /** The sessions that stand. */
  open: Set<WebSocket>
  closed: { code: number; at: number }[]
  /** For the next handshakes. */
  refusals: Refusal[]
  /** How the next responses go: as usual, never ending after their first words, or with the connection broken off. */
  next: ('hang' | 'break' | 'goodbye' | 'failed')[]
  usage: JsonObject
  send(event: JsonObject): void
  lastResponse(): string
  /** Connections that are open. */
  sockets(): number
}

/** RFC 6455, 1.3. */
const KEY_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

export const WORDS = ['The rain ', 'is grey.']
/** 1,000 tokens are read, 200 of them from the cache; 300 are written, 250 of them sound. */
export const USAGE: JsonObject = {
  total_tokens: 1_300,
  input_tokens: 1_000,
  output_tokens: 300,
  input_token_details: {
    text_tokens: 400,
    audio_tokens: 600,
    cached_tokens: 200,
    cached_tokens_details: { text_tokens: 100, audio_tokens: 100 },
  },
  output_token_details: { text_tokens: 50, audio_tokens: 250 },
}

export async function openFakeRealtime(): Promise<FakeRealtime> {
  const server = createServer((_request, response) => response.writeHead(404).end())
  const connections = new Set<Socket>()
  server.on('connection', (socket) => {
    connections.add(socket)
    socket.on('close', () => connections.delete(socket)).on('error', () => {})
  })
  const sockets = new WebSocketServer({ noServer: true })
  let events = 0
  let responses = 0
  const fake: Omit<FakeRealtime, 'url' | keyof AsyncDisposable> = {
    opened: [],
    received: [],
    texts: [],
    open: new Set(),
    closed: [],
    refusals: [],
    next: [],
    usage: USAGE,
    lastResponse: () => `resp_${responses}`,
    sockets: () => connections.size,
    send: (event) => {
      for (const socket of fake.open) socket.send(JSON.stringify(event))
    },
  }

  function serve(socket: WebSocket, model: string): void {
    const send = (type: string, fields: JsonObject) =>
      socket.send(JSON.stringify({ type, event_id: `event_${++events}`, ...fields }))
    const session: JsonObject = { type: 'realtime', object: 'realtime.session', id: 'sess_1', model }
    fake.open.add(socket)
    socket.on('close', (code) => {
      fake.open.delete(socket)
      fake.closed.push({ code, at: performance.now() })
    })
    send('session.created', { session })
    socket.on('error', () => {}) // the other side broke the protocol
    socket.on('message', (message: Buffer, isBinary) => {
      fake.texts.push(isBinary ? `binary:${message.toString('hex')}` : message.toString())
      const event = eventIn(message)
      if (!event) return
      fake.received.push(event)
      if (event.type === 'session.update')
        send('session.updated', { session: { ...session, ...(event.session as JsonObject) } })
      if (event.type === 'response.create') respond(send, socket)
    })
  }

  function respond(send: (type: string, fields: JsonObject) => void, socket: WebSocket): void {
    const how = fake.next.shift()
    const id = `resp_${++responses}`
    send('response.created', { response: { object: 'realtime.response', id, status: 'in_progress' } })
    const place = { response_id: id, item_id: `item_${id}`, output_index: 0, content_index: 0 }
    for (const delta of WORDS) {
      send('response.output_audio_transcript.delta', { ...place, delta })
      // 100 ms of sound.
      send('response.output_audio.delta', { ...place, delta: Buffer.alloc(4_800).toString('base64') })
    }
    if (how === 'hang') return
    if (how === 'break' || how === 'goodbye') {
      if (how === 'break') socket.terminate()
      else socket.close(4_000, 'session_expired')
      return
    }
    const status = how === 'failed' ? 'failed' : 'completed'
    const usage = how === 'failed' ? { total_tokens: 0, input_tokens: 0, output_tokens: 0 } : fake.usage
    send('response.done', { response: { object: 'realtime.response', id, status, output: [], usage } })
  }

  server.on('upgrade', (request, socket, head) => {
    const { authorization, 'openai-beta': beta } = request.headers
    fake.opened.push({
      path: request.url ?? '',
      authorization,
      beta: beta as string | undefined,
      at: performance.now(),
    })
    const refusal = fake.refusals.shift()
    if (refusal) socket.resume().on('end', () => socket.end()) // only who reads sees the other side leave
    if (refusal && 'raw' in refusal) {
      const key = createHash('sha1').update(`${request.headers['sec-websocket-key']}${KEY_SUFFIX}`).digest('base64')
      socket.write(refusal.raw.replace('KEY', key))
      if (refusal.isEnded) socket.end()
      return
    }
    if (refusal) {
      const body = JSON.stringify({ error: { message: refusal.message, type: 'x', param: null, code: null } })
      const lines = Object.entries({ 'content-type': 'application/json', ...refusal.headers }).map(
        ([name, value]) => `${name}: ${value}`,
      )
      socket.end(
        `HTTP/1.1 ${refusal.status} No\r\nconnection: close\r\ncontent-length: ${body.length}\r\n${lines.join('\r\n')}\r\n\r\n${body}`,
      )
      return
    }
    const model = new URL(request.url ?? '', 'http://x').searchParams.get('model') ?? ''
    sockets.handleUpgrade(request, socket, head, (accepted) => serve(accepted, model))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    ...fake,
    url: `http://127.0.0.1:${port}`,
    get usage() {
      return fake.usage
    },
    set usage(usage) {
      fake.usage = usage
    },
    async [Symbol.asyncDispose]() {
      for (const socket of fake.open) socket.terminate()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Clients may send what is no event. */
function eventIn(message: Buffer): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(message.toString())
    return typeof value === 'object' && value !== null ? (value as JsonObject) : undefined
  } catch {
    return undefined
  }
}
