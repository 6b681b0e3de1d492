import type { Agent, Dispatcher } from 'undici'
import { PolyphonyError } from '../core/errors.ts'
import type { MemoryBudget } from './memory-budget.ts'

/** As long as a synchronous generation takes. */
export const VENDOR_TIMEOUT_MS = 15 * 60_000
/** Answers up to this size are not counted: nearly all are polls of some kilobytes. */
export const UNCOUNTED_BYTES = 64 * 2 ** 10
const MAX_REDIRECTS = 5
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308]
/** Answers that can have no body. */
export const BARE: readonly number[] = [101, 204, 205, 304]

export interface Way {
  request: typeof import('undici').request
  agent: Agent
}

/** How much is read of an answer, and from whose share of the memory. */
export interface AnswerLimits {
  /** The limit for the answer to a probe, a poll or a submission, and for every error answer. */
  maxBytes: number
  /** The limit for an answer with files in it, which the caller announces by `hasFiles`. */
  maxBytesWithFiles: number
  budget: MemoryBudget
  /** The name of the reader in the budget. */
  holder: string
}

/** `hasFiles`: the answer is a file, or holds files as base64, and so may be large. */
export type VendorFetch = (
  input: string | URL | Request,
  init?: RequestInit & { hasFiles?: boolean },
) => Promise<Response>

interface Plain {
  method: string
  headers: Record<string, string>
  body: string | Uint8Array | null
}

/**
 * `fetch` over an agent with its own limits. It uses undici's plain request, which costs a third of undici's fetch: polling
 * ten thousand tasks takes a thousand calls a second. The runtime's own fetch accepts no agent of another undici. Answers
 * are read whole. A redirect is followed for a GET only, and no key is sent to another host. Throws `payload_too_large`.
 */
export function fetchThrough(
  way: () => Promise<Way>,
  limits: AnswerLimits,
  judge: (url: URL) => void = () => {},
): VendorFetch {
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
      if (next === undefined || hops === MAX_REDIRECTS) {
        return responseOf(answer, { ...limits, hasFiles: init.hasFiles === true, signal })
      }
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
  // Forms, streams and whole requests: the runtime serializes them, with their content type.
  const request = new Request(input, init)
  const bytes = request.body === null ? null : new Uint8Array(await request.arrayBuffer())
  return { method: request.method, headers: Object.fromEntries(request.headers), body: bytes }
}

interface Reading extends AnswerLimits {
  hasFiles: boolean
  signal: AbortSignal | null | undefined
}

async function responseOf(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  { maxBytes, maxBytesWithFiles, budget, holder, hasFiles, signal }: Reading,
): Promise<Response> {
  const limit = hasFiles && statusCode < 400 ? maxBytesWithFiles : maxBytes
  const chunks: Uint8Array[] = []
  const hold = budget.open(holder)
  let sizeBytes = 0
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      // undici's body is a stream of bytes
      sizeBytes += chunk.byteLength
      if (sizeBytes > limit) throw tooLarge(limit)
      if (sizeBytes > UNCOUNTED_BYTES) await hold.grow(chunk.byteLength, signal)
      chunks.push(chunk)
    }
  } finally {
    hold.close()
  }
  const named = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : (Array.isArray(value) ? value : [value]).map((one) => [name, one]),
  )
  return new Response(BARE.includes(statusCode) ? null : Buffer.concat(chunks, sizeBytes), {
    status: statusCode,
    headers: named,
  })
}

function tooLarge(limit: number): PolyphonyError {
  return new PolyphonyError('payload_too_large', `The vendor's answer has more than ${limit / 2 ** 20} MiB.`)
}

function nextOf({ statusCode, headers }: Dispatcher.ResponseData, base: URL): URL | undefined {
  const { location } = headers
  if (!REDIRECTS.includes(statusCode) || typeof location !== 'string') return undefined
  return URL.parse(location, base.href) ?? undefined
}
