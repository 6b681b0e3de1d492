import type { Agent, Dispatcher } from 'undici'
import { PolyphonyError } from '../core/errors.ts'

/** As long as a synchronous generation takes. */
export const VENDOR_TIMEOUT_MS = 15 * 60_000
/** No vendor's answer is longer, films and pictures in base64 included. */
const MAX_ANSWER_BYTES = 512 * 2 ** 20
const MAX_REDIRECTS = 5
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308]
/** Answers that can have no body. */
const BARE: readonly number[] = [101, 204, 205, 304]

export interface Way {
  request: typeof import('undici').request
  agent: Agent
}

interface Plain {
  method: string
  headers: Record<string, string>
  body: string | Uint8Array | null
}

/**
 * `fetch` over an agent of ours, on undici's plain request, which costs a third of its fetch: ten thousand tasks that are
 * polled are a thousand calls a second. The runtime's own fetch takes no agent of another undici. Answers are read whole.
 * A redirect is followed for a GET only, and takes no key to another host.
 */
export function fetchThrough(way: () => Promise<Way>, judge: (url: URL) => void = () => {}): typeof fetch {
  return async (input, init = {}) => {
    const { request, agent } = await way()
    const plain = await plainOf(input, init)
    const { signal } = input instanceof Request && !init.signal ? input : init
    let { headers } = plain
    let url = new URL(input instanceof Request ? input.url : input)
    for (let hops = 0; ; hops++) {
      judge(url)
      const answer = await request(url, {
        dispatcher: agent,
        method: plain.method as Dispatcher.HttpMethod, // callers write methods that exist
        headers,
        body: plain.body,
        signal: signal ?? null,
      })
      const next = init.redirect === 'manual' || plain.method !== 'GET' ? undefined : nextOf(answer, url)
      if (next === undefined || hops === MAX_REDIRECTS) return responseOf(answer)
      await answer.body.dump()
      if (next.origin !== url.origin) headers = { accept: headers.accept ?? '*/*' }
      url = next
    }
  }
}

async function plainOf(input: string | URL | Request, init: RequestInit): Promise<Plain> {
  const { body = null } = init
  if (!(input instanceof Request) && (body === null || typeof body === 'string' || body instanceof Uint8Array)) {
    return { method: init.method ?? 'GET', headers: Object.fromEntries(new Headers(init.headers)), body }
  }
  // Forms, streams and whole requests: the runtime writes them out, with the type that belongs to them.
  const request = new Request(input, init)
  const bytes = request.body === null ? null : new Uint8Array(await request.arrayBuffer())
  return { method: request.method, headers: Object.fromEntries(request.headers), body: bytes }
}

async function responseOf({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<Response> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    // undici's body is a stream of bytes
    sizeBytes += chunk.byteLength
    if (sizeBytes > MAX_ANSWER_BYTES) throw new PolyphonyError('payload_too_large', 'The vendor sends without end.')
    chunks.push(chunk)
  }
  const named = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : (Array.isArray(value) ? value : [value]).map((one) => [name, one]),
  )
  return new Response(BARE.includes(statusCode) ? null : Buffer.concat(chunks, sizeBytes), {
    status: statusCode,
    headers: named,
  })
}

function nextOf({ statusCode, headers }: Dispatcher.ResponseData, base: URL): URL | undefined {
  const { location } = headers
  if (!REDIRECTS.includes(statusCode) || typeof location !== 'string') return undefined
  return URL.parse(location, base.href) ?? undefined
}
