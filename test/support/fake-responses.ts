import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Json, JsonObject } from '../../src/core/json.ts'

/** A request as the vendor received it. */
export interface SeenRequest {
  method: string
  /** With its query. */
  path: string
  /** The credential: each has responses of its own. */
  key: string
  body: JsonObject
}

export interface FakeResponses extends AsyncDisposable {
  url: string
  seen: SeenRequest[]
  /** Ends the streams that wait after their first event. */
  release(): void
}

interface Kept {
  response: JsonObject
  input: Json
}

/**
 * OpenAI's Responses API with what it stores, as its reference has it: https://platform.openai.com/docs/api-reference/responses.
 * A stream whose input is "wait" ends when it is released; for "run", a shell runs in a container.
 */
export async function openFakeResponses(): Promise<FakeResponses> {
  const kept = new Map<string, Kept>()
  let made = 0
  const waiting: (() => void)[] = []
  const server = createServer(async (request, response) => {
    const body = asJson(await text(request))
    const seen = { method: request.method ?? '', path: request.url ?? '', key: keyOf(request), body }
    fake.seen.push(seen)
    const [, id, part = ''] = /\/responses\/([^/?]+)(\/\w+)?/.exec(seen.path) ?? []
    if (id === 'input_tokens') return answer(response, 200, { object: 'response.input_tokens', input_tokens: 11 })
    if (id !== undefined) return about(response, seen, `${seen.key} ${id}`, part)
    const { previous_response_id: previous } = body
    if (typeof previous === 'string' && !kept.has(`${seen.key} ${previous}`))
      return refuse(response, 400, `Previous response with id '${previous}' not found.`)
    const lost = lostItem(seen)
    if (lost !== undefined) return refuse(response, 404, `Item with id '${lost}' not found.`)
    const whole = responseOf(`resp_${++made}`, body)
    if (body.store !== false) kept.set(`${seen.key} ${whole.id}`, { response: whole, input: body.input ?? null })
    if (body.stream !== true) return answer(response, 200, whole)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(event('response.created', { ...whole, status: 'in_progress', output: [], usage: null }))
    if (body.input === 'wait') await new Promise<void>((released) => waiting.push(released))
    const item = { ...(whole.output as JsonObject[])[0], status: 'in_progress' } // as `responseOf` makes it
    response.write(`data: ${JSON.stringify({ type: 'response.output_item.added', output_index: 0, item })}\n\n`)
    response.end(event('response.completed', whole))
  })

  /** The first item that the input names and that this key has not. */
  function lostItem({ key, body: { input } }: SeenRequest): string | undefined {
    const named = Array.isArray(input) ? (input as JsonObject[]).filter(({ type }) => type === 'item_reference') : []
    const has = [...kept].flatMap(([name, { response }]) =>
      name.startsWith(`${key} `) ? (response.output as JsonObject[]).map(({ id }) => id) : [],
    )
    return named.map(({ id }) => String(id)).find((id) => !has.includes(id))
  }

  function about(response: ServerResponse, { method }: SeenRequest, name: string, part: string): void {
    const [, id = ''] = name.split(' ')
    const found = kept.get(name)
    if (method === 'DELETE') kept.delete(name)
    if (!found) refuse(response, 404, `Response with id '${id}' not found.`)
    else if (method === 'DELETE') answer(response, 200, { id, object: 'response', deleted: true })
    else if (part === '/cancel') refuse(response, 400, 'Cannot cancel a synchronous response.')
    else answer(response, 200, part === '' ? found.response : itemsOf(found.input))
  }

  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo // it listens on TCP
  const fake: FakeResponses = {
    url: `http://127.0.0.1:${port}`,
    seen: [],
    release() {
      for (const released of waiting.splice(0)) released()
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
  return fake
}

function keyOf({ headers }: IncomingMessage): string {
  return String(headers.authorization ?? headers['api-key']).replace('Bearer ', '')
}

function responseOf(
  id: string,
  { store, input, previous_response_id: previous = null }: JsonObject,
): JsonObject & { id: string } {
  const environment = { type: 'container_reference', container_id: id.replace('resp', 'cntr') }
  const call = {
    type: 'shell_call',
    id: id.replace('resp', 'sh'),
    call_id: 'c',
    action: { commands: ['ls'] },
    environment,
  }
  const content = [{ type: 'output_text', text: 'The rain is green.', annotations: [] }]
  return {
    id,
    object: 'response',
    created_at: 1,
    status: 'completed',
    model: 'upstream',
    store: store !== false,
    previous_response_id: previous,
    output: [
      { type: 'message', id: id.replace('resp', 'msg'), status: 'completed', role: 'assistant', content },
      ...(input === 'run' ? [call] : []),
    ],
    usage: { input_tokens: 10, output_tokens: 5, total_tokens: 15 },
  }
}

function itemsOf(text: Json): JsonObject {
  const item = { id: 'msg_in', type: 'message', role: 'user', content: [{ type: 'input_text', text }] }
  return { object: 'list', data: [item], first_id: 'msg_in', last_id: 'msg_in', has_more: false }
}

function event(type: string, response: JsonObject): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, response })}\n\n`
}

function answer(response: ServerResponse, status: number, body: JsonObject): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function refuse(response: ServerResponse, status: number, message: string): void {
  answer(response, status, { error: { message, type: 'invalid_request_error', param: null, code: null } })
}

function asJson(body: string): JsonObject {
  return body === '' ? {} : (JSON.parse(body) as JsonObject)
}
