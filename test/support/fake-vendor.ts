import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { Json } from '../../src/core/json.ts'

/** A request as the vendor received it. */
export interface SeenRequest {
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  bytes: Buffer
  /** The body as JSON; null if it is not JSON. */
  json: Json
  /** The body as a multipart form. Rejects if it is not one. */
  form(): Promise<FormData>
}

export type FakeAnswer =
  | { status?: number; headers?: Record<string, string>; json: Json }
  | { status?: number; headers?: Record<string, string>; bytes: Uint8Array; type: string }
  /** The request has arrived, and its answer never does. */
  | 'lost'

/** A vendor's server on this machine, which follows the vendor's wire protocol and records its requests. */
export interface FakeVendor extends AsyncDisposable {
  url: string
  seen: SeenRequest[]
  /** What was seen at a path, the query left out. */
  at(method: string, path: string): SeenRequest[]
  /** Answers that replace the default ones, one for each call: for errors. */
  next: FakeAnswer[]
  close(): Promise<void>
}

export async function openFakeVendor(
  answerTo: (request: SeenRequest, vendor: FakeVendor) => FakeAnswer | Promise<FakeAnswer>,
): Promise<FakeVendor> {
  const server = createServer(async (request, response) => {
    const bytes = await buffer(request)
    const url = new URL(request.url ?? '/', 'http://vendor')
    const seen: SeenRequest = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      bytes,
      json: jsonIn(bytes),
      form: () =>
        new Response(bytes, { headers: { 'content-type': request.headers['content-type'] ?? '' } }).formData(),
    }
    vendor.seen.push(seen)
    try {
      const answer = vendor.next.shift() ?? (await answerTo(seen, vendor))
      if (answer === 'lost') return void request.socket.destroy()
      const type = 'json' in answer ? 'application/json' : answer.type
      response.writeHead(answer.status ?? 200, { 'content-type': type, ...answer.headers })
      response.end('json' in answer ? JSON.stringify(answer.json) : answer.bytes)
    } catch (error) {
      response.writeHead(500, { 'content-type': 'text/plain' }).end(`The fake vendor broke: ${String(error)}`)
    }
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo // it listens on TCP
  const close = (): Promise<void> =>
    new Promise((closed) => {
      server.close(() => closed())
      server.closeAllConnections()
    })
  const vendor: FakeVendor = {
    url: `http://127.0.0.1:${port}`,
    seen: [],
    at: (method, path) => vendor.seen.filter((one) => one.method === method && one.path === path),
    next: [],
    close,
    [Symbol.asyncDispose]: close,
  }
  return vendor
}

function jsonIn(bytes: Buffer): Json {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return null // a form, a file, or nothing
  }
}
