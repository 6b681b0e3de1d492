import { isJsonObject, type JsonObject } from '../core/json.ts'

/**
 * MCP over standard input and output, by a gateway's endpoint: a message of one becomes a request to the other. The tools
 * exist once, in the gateway.
 */
export interface Bridge {
  /** Passes a message on; what comes back goes to `send`. Resolves when its answer is whole. Never rejects. */
  receive(message: JsonObject): Promise<void>
  /** Ends the requests that are under way. */
  close(): void
}

export interface BridgeOptions {
  url: URL
  key: string
  send(message: JsonObject): Promise<void>
}

const VERSION_IN_META = 'io.modelcontextprotocol/protocolVersion'
/** As JSON-RPC lets servers define it: the gateway did not answer as MCP does. */
const NO_ANSWER = -32_000

type Id = string | number

export function openBridge({ url, key, send }: BridgeOptions): Bridge {
  const running = new Map<Id, AbortController>()
  /** What `initialize` agreed on, for the revisions of 2025. */
  const agreed: Record<string, string> = {}

  async function pass(message: JsonObject, signal: AbortSignal): Promise<void> {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...agreed,
        ...headersOf(message),
      },
      body: JSON.stringify(message),
      redirect: 'error', // the key is for this address
      signal,
    })
    const session = response.headers.get('mcp-session-id')
    if (session) agreed['mcp-session-id'] = session
    for await (const answer of messagesIn(response)) {
      noteVersion(message, answer)
      // An error that reached no server of MCP does not know the id.
      await send('error' in answer && answer.id === null ? { ...answer, id: message.id ?? null } : answer)
    }
  }

  function noteVersion({ method }: JsonObject, { result }: JsonObject): void {
    if (method !== 'initialize' || !isJsonObject(result) || typeof result.protocolVersion !== 'string') return
    agreed['mcp-protocol-version'] = result.protocolVersion
  }

  return {
    async receive(message) {
      const cancelled = cancelledIn(message)
      if (cancelled !== undefined) running.get(cancelled)?.abort()
      const controller = new AbortController()
      const id = isId(message.id) && 'method' in message ? message.id : undefined
      if (id !== undefined) running.set(id, controller)
      try {
        await pass(message, controller.signal)
      } catch (error) {
        if (id === undefined || controller.signal.aborted) return // a notification, and a call that was cancelled, have no answer
        await send({ jsonrpc: '2.0', id, error: { code: NO_ANSWER, message: `${url.origin}: ${reasonOf(error)}` } })
      } finally {
        if (id !== undefined) running.delete(id)
      }
    },
    close() {
      for (const controller of running.values()) controller.abort()
    },
  }
}

function isId(value: unknown): value is Id {
  return typeof value === 'string' || typeof value === 'number'
}

function cancelledIn({ method, params }: JsonObject): Id | undefined {
  if (method !== 'notifications/cancelled' || !isJsonObject(params)) return undefined
  return isId(params.requestId) ? params.requestId : undefined
}

/** Since 2026-07-28 a message says its revision itself, and the headers repeat it with its method and name. */
function headersOf({ method, params }: JsonObject): Record<string, string> {
  if (typeof method !== 'string' || !isJsonObject(params) || !isJsonObject(params._meta)) return {}
  const version = params._meta[VERSION_IN_META]
  if (typeof version !== 'string') return {}
  const name = method === 'resources/read' ? params.uri : params.name
  return {
    'mcp-protocol-version': version,
    'mcp-method': method,
    ...(typeof name === 'string' && NAMED.has(method) ? { 'mcp-name': headerText(name) } : {}),
  }
}

const NAMED = new Set(['tools/call', 'prompts/get', 'resources/read'])

/** What may not be in a header travels as base64 (specification 2026-07-28, basic/transports, standard headers). */
function headerText(text: string): string {
  const isPlain = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !text.startsWith('=?base64?')
  return isPlain ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`
}

async function* messagesIn(response: Response): AsyncGenerator<JsonObject> {
  const type = response.headers.get('content-type') ?? ''
  if (type.startsWith('text/event-stream') && response.body) {
    for await (const data of eventsIn(response.body)) yield messageOf(data)
  } else {
    const text = await response.text()
    if (text !== '') yield messageOf(text)
  }
}

function messageOf(text: string): JsonObject {
  const value: unknown = JSON.parse(text)
  if (!isJsonObject(value) || value.jsonrpc !== '2.0')
    throw new Error('The answer is not one of MCP: is it the right address?')
  return value
}

/** The data of server-sent events. Comments keep the connection alive, and carry nothing. */
async function* eventsIn(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    const events = (rest + decoder.decode(chunk, { stream: true })).split('\n\n')
    rest = events.pop() ?? ''
    for (const event of events) {
      const data = event
        .split('\n')
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice('data:'.length).trimStart())
      if (data.length > 0) yield data.join('\n')
    }
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message || error.message : error.message
}
