import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { VendorFetch, Way } from './fetch-through.ts'

/** One request whose answer is read as it comes, over kept connections. Follows no redirect. */
export type VendorStream = (
  url: string,
  options: { headers: Record<string, string>; body: string | Uint8Array; signal: AbortSignal },
) => Promise<Dispatcher.ResponseData>

export function streamThrough(way: () => Promise<Way>, judge?: (url: URL) => void): VendorStream {
  return async (url, { headers, body, signal }) => {
    const { request, agent } = await way()
    judge?.(new URL(url))
    return request(url, { dispatcher: agent, method: 'POST', headers, body, signal })
  }
}

/** The same as a `fetch` of JSON, for packages of vendors that read answers as they come. */
export function streamingFetch(send: VendorStream): VendorFetch {
  return async (input, init = {}) => {
    const { body } = init
    if (input instanceof Request || (typeof body !== 'string' && !(body instanceof Uint8Array))) {
      throw new TypeError('Only a URL with a text or bytes as its body can be sent here.')
    }
    const headers = Object.fromEntries(new Headers(init.headers))
    const signal = init.signal ?? new AbortController().signal
    const answer = await send(String(input), { headers, body, signal })
    const named = Object.entries(answer.headers).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [value].flat().map((one) => [name, one]),
    )
    // undici's body is a stream of Node's; the runtime's Response takes one of the web's
    return new Response(Readable.toWeb(answer.body) as ReadableStream, { status: answer.statusCode, headers: named })
  }
}
