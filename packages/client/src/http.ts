import { errorOf, PolyphonyError } from './errors.ts'

export interface HttpOptions {
  /** Where the gateway is: `https://gateway.example`. */
  url: string
  key: string
  /** In place of the global one. */
  fetch?: typeof fetch
  /** How often a request is sent again that was not answered, or refused for a moment. Default: 4. */
  retries?: number
}

export interface Sending {
  body?: unknown
  form?: FormData
  headers?: Record<string, string>
  signal?: AbortSignal | undefined
}

/** Requests to the gateway, sent again where that is safe and of use. */
export interface Http {
  /** Resolves with what the answer holds. Throws `PolyphonyError`, and the reason of an aborted `signal`. */
  json<Answer>(method: 'GET' | 'POST', path: string, sending?: Sending): Promise<Answer>
  /** Opens a URL, without the key: files of a gateway need none. */
  open(url: string, signal?: AbortSignal): Promise<Response>
}

/** Refused for now: the same request may be accepted later. `too_many_staged` and the like are over when other tasks end. */
const FOR_NOW = new Set([
  'rate_limited',
  'too_many_staged',
  'too_many_waiting',
  'overloaded',
  'store_unavailable',
  'vendor_unreachable',
  'account_busy',
])
/** What proxies answer in place of a gateway that starts again. */
const OF_PROXIES = new Set(['http_429', 'http_502', 'http_503', 'http_504'])
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 30_000

/** Throws `TypeError` for what is no address: the first request would find that out, and be sent again. */
function addressIn(url: string): string {
  const { location } = globalThis as { location?: unknown }
  // A page may name a path of its own site, or nothing.
  const isOfPage = location !== undefined && /^(?:\/|$)/.test(url)
  if (isOfPage || (/^https?:\/\//.test(url) && URL.canParse(url))) return url
  throw new TypeError(`url must be the address of the gateway, such as https://gateway.example, not "${url}".`)
}

export function openHttp({ url, key, fetch: send = fetch, retries = 4 }: HttpOptions): Http {
  const base = addressIn(url).replace(/\/+$/, '')

  /** Calls `once` again while its error may pass. */
  async function persist<Answer>(once: () => Promise<Answer>, signal: AbortSignal | undefined): Promise<Answer> {
    for (let tries = 0; ; tries++) {
      try {
        return await once()
      } catch (thrown) {
        signal?.throwIfAborted()
        const { error, afterMs } = asKnown(thrown)
        if (tries >= retries || afterMs === undefined) throw error
        const backOffMs = FIRST_WAIT_MS * 2 ** tries * (0.75 + Math.random() / 2)
        await pause(Math.min(Math.max(afterMs, backOffMs), LONGEST_WAIT_MS), signal)
      }
    }
  }

  async function answered(address: string, request: RequestInit): Promise<Response> {
    const response = await send(address, request)
    if (response.ok) return response
    throw new Refused(await errorOf(response), secondsIn(response))
  }

  return {
    json<Answer>(method: string, path: string, { body, form, headers = {}, signal }: Sending = {}) {
      const request: RequestInit = {
        method,
        headers: {
          'x-api-key': key,
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(form === undefined ? {} : { body: form }),
        ...(signal ? { signal } : {}),
      }
      return persist(async () => (await answered(base + path, request)).json() as Promise<Answer>, signal)
    },
    open: (address, signal) => persist(() => answered(address, signal ? { signal } : {}), signal),
  }
}

/** An answer that is an error, with its `Retry-After` in seconds. */
class Refused extends Error {
  readonly error: PolyphonyError
  readonly afterSeconds: number

  constructor(error: PolyphonyError, afterSeconds: number) {
    super(error.message)
    this.error = error
    this.afterSeconds = afterSeconds
  }
}

/** The error to throw, and when the request is worth another try; undefined = never. */
function asKnown(thrown: unknown): { error: unknown; afterMs?: number } {
  if (thrown instanceof Refused) {
    const { error, afterSeconds } = thrown
    const mayPass = FOR_NOW.has(error.code) || OF_PROXIES.has(error.code)
    return mayPass ? { error, afterMs: afterSeconds * 1_000 } : { error }
  }
  // What `fetch` throws where there is no answer.
  if (thrown instanceof TypeError) {
    return { error: new PolyphonyError('network', `No answer: ${thrown.message}`, { cause: thrown }), afterMs: 0 }
  }
  return { error: thrown }
}

function secondsIn({ headers }: Response): number {
  const seconds = Number(headers.get('retry-after') ?? 0)
  return Number.isFinite(seconds) && seconds > 0 ? seconds : 0
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal?.addEventListener('abort', stop, { once: true })
  })
}
