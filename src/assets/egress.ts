import type { Logger } from 'pino'
import type { Agent, Dispatcher } from 'undici'
import { type Clock, SECOND_MS, systemClock } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { version } from '../version.ts'
import { downloadError, readBytes, readDownload, reasonOf, redirectOf } from './download.ts'
import type { VendorFetch } from './fetch-through.ts'
import { openPublicAddresses } from './public-addresses.ts'
import { asLookup, openResolver, type Resolve } from './resolver.ts'
import { parseRetryAfter } from './retry-after.ts'
import { openVendorFetches } from './vendor-fetch.ts'
import type { VendorSocket } from './vendor-socket.ts'
import type { VendorStream } from './vendor-stream.ts'

/** The only way to URLs that clients or vendors named. */
export interface Egress {
  /**
   * Refuses a URL that is not http(s), or leads to a private, loopback, link-local or otherwise special address. A name
   * that does not resolve yet is accepted, and checked again at use. Throws `address_refused`, naming `field`.
   */
  judge(url: string, field: string): Promise<void>
  /**
   * Downloads a file; checks every hop, follows at most five redirects. Throws
   * - `address_refused`: a hop is not an http(s) URL, or leads to a special address;
   * - `payload_too_large`: more than `maxBytes`, announced or sent;
   * - `vendor_unreachable`: no answer, an answer that broke off, 408, 429 or 5xx: worth another try;
   * - `unsupported_media`: any other status than 2xx, or too many redirects: there is no file;
   * - the signal's own reason, when `signal` ended it.
   */
  download(url: string, options: { maxBytes: number; signal: AbortSignal }): Promise<Uint8Array>
  /**
   * Sends a POST. The address is resolved and checked again. At most five redirects by 307 and 308 are followed, each address
   * being checked; another redirect is the answer, since a client that follows it sends no body (RFC 9110, 15.4). Throws
   * `address_refused`, or the error of the network; a `TimeoutError` when there was no answer in time.
   */
  post(
    url: string,
    request: { headers: Record<string, string>; body: string; signal: AbortSignal },
  ): Promise<PostAnswer>
  /**
   * Sends one POST of JSON, and reads the answer as text, whatever its status. The address is resolved and checked again;
   * redirects are not followed, so a 3xx is the answer. Throws
   * - `address_refused`: the URL is not an http(s) URL, or leads to a special address;
   * - `payload_too_large`: the answer has more than 64 KiB;
   * - `vendor_unreachable`: there was no whole answer within `timeoutMs`.
   */
  postJson(url: string, body: JsonObject, options: { timeoutMs: number }): Promise<{ status: number; body: string }>
  /**
   * Reads a short document as text, whatever the status of its answer. The address is resolved and checked; redirects are not
   * followed, so a 3xx is the answer. Throws as `postJson` does; `payload_too_large` beyond `maxBytes`.
   */
  readJson(
    url: string,
    options: { timeoutMs: number; maxBytes: number },
  ): Promise<{ status: number; body: string; cacheControl: string }>
  /**
   * A `fetch` for calls of vendors, over kept connections. Accounts of the operator reach any address; those of a tenant
   * reach addresses that `judge` accepts, checked again at every connection. Answers are limited to some MiB, or more if the
   * call expects files in them. The memory for answers is limited for each tenant and for all tenants together.
   */
  fetchFor(owner: 'operator' | 'tenant', tenantId?: string): VendorFetch
  /** For answers that are read as they come. The same addresses as with `fetchFor`, and its memory for what is kept whole. */
  streamFor(owner: 'operator' | 'tenant', tenantId?: string): VendorStream
  /** WebSockets of vendors. The same addresses as with `fetchFor`. */
  socketFor(owner: 'operator' | 'tenant'): VendorSocket
  /** Ends all requests under way. */
  close(): Promise<void>
}

export interface PostAnswer {
  status: number
  retryAfterSeconds: number | null
  /** Where the answer redirects to; absent if it is no redirect. */
  location?: string
}

export interface EgressOptions {
  /** CIDRs that may be reached although they are special. */
  allow: readonly string[]
  log: Logger
  clock?: Clock
  /** Default: the resolver of `resolver.ts`, which reads the hosts file. */
  resolve?: Resolve
  postTimeoutMs?: number
}

/** Redirects by which the same request is sent again (RFC 9110, 15.4.8 and 15.4.9). */
const KEEPS_BODY: readonly number[] = [307, 308]
const MAX_REDIRECTS = 5
const CONNECT_TIMEOUT_MS = 10 * SECOND_MS
const ANSWER_TIMEOUT_MS = 30 * SECOND_MS
const POST_TIMEOUT_MS = 15 * SECOND_MS
/** How much is read of an answer that is not needed, so that its sender can finish normally. */
const DROPPED_BYTES = 4_096
/** The longest answer to `postJson`. */
const ANSWER_MAX_BYTES = 64 * 1_024
const USER_AGENT = `Polyphony/${version}`

export function openEgress({
  allow,
  log,
  clock = systemClock,
  resolve: given,
  postTimeoutMs = POST_TIMEOUT_MS,
}: EgressOptions): Egress {
  const resolver = given === undefined ? openResolver({ clock }) : { resolve: given, close() {} }
  const addresses = openPublicAddresses({ allow, resolve: resolver.resolve, log })
  const vendors = openVendorFetches(addresses)
  let opened: Promise<{ agent: Agent; request: typeof import('undici').request }> | undefined

  /** The HTTP client is loaded at the first use, so that an idle gateway does not hold it in memory. */
  const client = (): NonNullable<typeof opened> => {
    opened ??= import('undici').then(({ Agent, request }) => ({
      request,
      agent: new Agent({
        // No kept connections: each use resolves and checks again, and none meets a socket that its server has just closed.
        pipelining: 0,
        allowH2: false,
        headersTimeout: ANSWER_TIMEOUT_MS,
        bodyTimeout: ANSWER_TIMEOUT_MS,
        connect: { timeout: CONNECT_TIMEOUT_MS, lookup: asLookup(addresses.resolve) },
      }),
    }))
    return opened
  }

  async function get(url: URL, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const headers = { 'user-agent': USER_AGENT, accept: '*/*', 'accept-encoding': 'identity' }
    const { agent, request } = await client()
    try {
      return await request(url, { dispatcher: agent, headers, signal })
    } catch (error) {
      throw downloadError(error, url, signal)
    }
  }

  /** Only the status of the answer counts, so an error in the rest is only logged. */
  async function drop(answer: Dispatcher.ResponseData, signal: AbortSignal): Promise<void> {
    try {
      await answer.body.dump({ limit: DROPPED_BYTES, signal })
    } catch (error) {
      log.debug({ err: error }, 'an answer broke off after its status')
    }
  }

  /** One request without redirects, whose answer is read as text. */
  async function exchange(
    text: string,
    { headers, ...sent }: { method: 'GET' | 'POST'; headers: Record<string, string>; body?: string },
    { timeoutMs, maxBytes }: { timeoutMs: number; maxBytes: number },
  ): Promise<{ status: number; body: string; cacheControl: string }> {
    const url = addresses.parse(text)
    const limit = AbortSignal.timeout(timeoutMs)
    const tooLarge = () =>
      new PolyphonyError('payload_too_large', `${url.host} answered with more than ${maxBytes} bytes.`)
    const { agent, request } = await client()
    try {
      const answer = await request(url, {
        dispatcher: agent,
        ...sent,
        headers: { 'user-agent': USER_AGENT, accept: 'application/json', ...headers },
        signal: limit,
      })
      const bytes = await readBytes(answer, maxBytes, tooLarge)
      const cacheControl = [answer.headers['cache-control'] ?? ''].flat().join(', ')
      return { status: answer.statusCode, body: bytes.toString(), cacheControl }
    } catch (error) {
      if (error instanceof PolyphonyError) throw error
      const why = limit.aborted ? `it did not answer within ${timeoutMs} ms` : reasonOf(error)
      throw new PolyphonyError('vendor_unreachable', `${url.host} cannot be reached: ${why}.`, { cause: error })
    }
  }

  return {
    streamFor: (owner, tenantId = '') =>
      owner === 'operator' ? vendors.operatorStream : vendors.tenantStream(tenantId),
    socketFor: (owner) => (owner === 'operator' ? vendors.operatorSocket : vendors.tenantSocket),
    fetchFor: (owner, tenantId = '') => (owner === 'operator' ? vendors.operator : vendors.tenant(tenantId)),
    judge: addresses.judge,

    async download(text, { maxBytes, signal }) {
      let url = addresses.parse(text)
      for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
        const answer = await get(url, signal)
        const next = redirectOf(answer, url)
        if (next === undefined) return await readDownload(answer, url, maxBytes, signal)
        await drop(answer, signal)
        url = addresses.parse(next)
      }
      throw new PolyphonyError('unsupported_media', `${url.host} redirects more than ${MAX_REDIRECTS} times.`)
    },

    async post(text, { headers, body, signal }) {
      let url = addresses.parse(text)
      const limit = AbortSignal.any([signal, AbortSignal.timeout(postTimeoutMs)])
      const { agent, request } = await client()
      for (let redirects = 0; ; redirects++) {
        const answer = await request(url, {
          dispatcher: agent,
          method: 'POST',
          headers: { 'user-agent': USER_AGENT, ...headers },
          body,
          signal: limit,
        })
        await drop(answer, limit)
        const location = redirectOf(answer, url)
        if (location !== undefined && KEEPS_BODY.includes(answer.statusCode) && redirects < MAX_REDIRECTS) {
          url = addresses.parse(location)
          continue
        }
        return {
          status: answer.statusCode,
          retryAfterSeconds: parseRetryAfter(answer.headers['retry-after'], clock.now()),
          ...(location === undefined ? {} : { location }),
        }
      }
    },

    async postJson(text, body, { timeoutMs }) {
      const sent = {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      } as const
      const { status, body: answered } = await exchange(text, sent, { timeoutMs, maxBytes: ANSWER_MAX_BYTES })
      return { status, body: answered }
    },

    readJson: (text, limits) => exchange(text, { method: 'GET', headers: {} }, limits),

    async close() {
      resolver.close()
      await (await opened)?.agent.destroy()
      await vendors.close()
    },
  }
}
