import type { LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Agent, Dispatcher } from 'undici'
import { type Clock, SECOND_MS, systemClock } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { version } from '../version.ts'
import { addressRule } from './address-rule.ts'
import { fetchThrough, VENDOR_TIMEOUT_MS, type VendorFetch, type Way } from './fetch-through.ts'
import { openBudget } from './memory-budget.ts'
import { openResolver, type Resolve } from './resolver.ts'
import { parseRetryAfter } from './retry-after.ts'

/** The only way out to a URL that a client or a vendor named. */
export interface Egress {
  /**
   * Refuses what is no http(s) URL, or leads to a private, loopback, link-local or otherwise special address. A name
   * that does not resolve yet is let through: it is judged again at use. Throws `address_refused`, naming `field`.
   */
  judge(url: string, field: string): Promise<void>
  /**
   * Downloads a file; judges every hop, follows at most five redirects. Throws
   * - `address_refused`: a hop is no http(s) URL, or leads to a special address;
   * - `payload_too_large`: more than `maxBytes`, announced or sent;
   * - `vendor_unreachable`: no answer, an answer that broke off, 408, 429 or 5xx: worth another try;
   * - `unsupported_media`: any other status than 2xx, or too many redirects: there is no file to be had;
   * - the signal's own reason, when `signal` ended it.
   */
  download(url: string, options: { maxBytes: number; signal: AbortSignal }): Promise<Uint8Array>
  /**
   * One POST, judged after a fresh resolution, no redirects: a 3xx is the answer. Throws `address_refused`, or what the
   * network threw; a `TimeoutError` when there was no answer in time.
   */
  post(
    url: string,
    request: { headers: Record<string, string>; body: string; signal: AbortSignal },
  ): Promise<{ status: number; retryAfterSeconds: number | null }>
  /**
   * One question: a POST of JSON, judged after a fresh resolution, whose answer is read as text, whatever its status. No
   * redirects: a 3xx is the answer. Throws
   * - `address_refused`: the URL is no http(s) URL, or leads to a special address;
   * - `payload_too_large`: the answer has more than 64 KiB;
   * - `vendor_unreachable`: there was no whole answer within `timeoutMs`.
   */
  ask(url: string, body: JsonObject, options: { timeoutMs: number }): Promise<{ status: number; body: string }>
  /**
   * A way to call vendors, over kept connections. The operator's own accounts reach anything, since the operator said
   * where; a tenant's reach what `judge` lets through, judged again at every connection. Answers have some MiB at most, and
   * more where the call says that files are in them; what all tenants' answers take of memory is bounded, and so is what
   * one of them takes.
   */
  fetchFor(owner: 'operator' | 'tenant', tenantId?: string): VendorFetch
  /** Ends what is under way. */
  close(): Promise<void>
}

export interface EgressOptions {
  /** CIDRs that may be reached although they are special. */
  allow: readonly string[]
  log: Logger
  clock?: Clock
  /** By default a resolver of our own, which knows the hosts file. */
  resolve?: Resolve
  postTimeoutMs?: number
}

const MAX_REDIRECTS = 5
const CONNECT_TIMEOUT_MS = 10 * SECOND_MS
const ANSWER_TIMEOUT_MS = 30 * SECOND_MS
const CONNECTIONS_PER_VENDOR = 256
const POST_TIMEOUT_MS = 15 * SECOND_MS
/** How long a submission waits for a name server; a name that takes longer is judged at use. */
const JUDGE_TIMEOUT_MS = 3 * SECOND_MS
/** What is read of an answer that nobody needs, so that its sender can end in peace. */
const DROPPED_BYTES = 4_096
/** The longest answer to a question. */
const ANSWER_MAX_BYTES = 64 * 1_024
const MIB = 2 ** 20
/** The operator's own engines may list long queues; pictures and films come whole. */
const HOUSE_ANSWERS = { maxBytes: 32 * MIB, maxBytesWithFiles: 256 * MIB }
const HOUSE_MEMORY = { totalBytes: 512 * MIB, shareBytes: 512 * MIB }
/** What a tenant calls its vendor may be anything, and send without end. */
const TENANT_ANSWERS = { maxBytes: 4 * MIB, maxBytesWithFiles: 128 * MIB }
const TENANTS_MEMORY = { totalBytes: 256 * MIB, shareBytes: 64 * MIB }
const USER_AGENT = `Polyphony/${version}`

export function openEgress({
  allow,
  log,
  clock = systemClock,
  resolve: given,
  postTimeoutMs = POST_TIMEOUT_MS,
}: EgressOptions): Egress {
  const passes = addressRule(allow)
  const resolver = given === undefined ? openResolver({ clock }) : { resolve: given, close() {} }
  let opened: Promise<{ agent: Agent; request: typeof import('undici').request }> | undefined

  /** The HTTP client is loaded with the first use: a gateway that nobody uses need not hold it in memory. */
  const client = (): NonNullable<typeof opened> => {
    opened ??= import('undici').then(({ Agent, request }) => ({
      request,
      agent: new Agent({
        // No kept connections: each use resolves and judges anew, and none runs into a socket that its server just closed.
        pipelining: 0,
        allowH2: false,
        headersTimeout: ANSWER_TIMEOUT_MS,
        bodyTimeout: ANSWER_TIMEOUT_MS,
        connect: { timeout: CONNECT_TIMEOUT_MS, lookup: asLookup((hostname) => judgedAddresses(hostname)) },
      }),
    }))
    return opened
  }

  /** Every address counts, since any of them may be connected to. The addresses go to the log only: they tell of our network. */
  async function judgedAddresses(hostname: string, field?: string): Promise<LookupAddress[]> {
    const addresses = await resolver.resolve(hostname)
    const special = addresses.find(({ address }) => !passes(address))
    if (special) {
      log.warn(
        { hostname, address: special.address },
        'Refused a special address; POLYPHONY_EGRESS_ALLOW can permit it',
      )
      throw specialAddress(hostname, field)
    }
    return addresses
  }

  /** Judges all that can be judged without a name server: a literal address never reaches the look-up. */
  function target(text: string, field?: string): URL {
    const url = URL.parse(text)
    if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
      throw refusal('is not an http or https URL', field)
    }
    if (url.username !== '' || url.password !== '') throw refusal('holds a user name or password', field)
    const address = literalAddress(url)
    if (address !== undefined && !passes(address)) throw specialAddress(url.hostname, field)
    return url
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

  /** The answer counts by its status, so what goes wrong with the rest is of interest to nobody but a reader of the log. */
  async function drop(answer: Dispatcher.ResponseData, signal: AbortSignal): Promise<void> {
    try {
      await answer.body.dump({ limit: DROPPED_BYTES, signal })
    } catch (error) {
      log.debug({ err: error }, 'An answer broke off after its status')
    }
  }

  const agents: Agent[] = []
  /** For calls of vendors; made with the first. */
  function wayToVendors(lookup?: LookupFunction): () => Promise<Way> {
    let made: Promise<Way> | undefined
    return () => {
      made ??= import('undici').then(({ Agent, request }) => {
        const agent = new Agent({
          allowH2: false,
          connections: CONNECTIONS_PER_VENDOR,
          headersTimeout: VENDOR_TIMEOUT_MS,
          bodyTimeout: VENDOR_TIMEOUT_MS,
          connect: { timeout: CONNECT_TIMEOUT_MS, ...(lookup === undefined ? {} : { lookup }) },
        })
        agents.push(agent)
        return { request, agent }
      })
      return made
    }
  }
  const ofHouse = fetchThrough(wayToVendors(), { ...HOUSE_ANSWERS, budget: openBudget(HOUSE_MEMORY), holder: '' })
  const wayOfTenants = wayToVendors(asLookup((hostname) => judgedAddresses(hostname)))
  const memoryOfTenants = openBudget(TENANTS_MEMORY)
  const ofTenant = (holder: string) =>
    fetchThrough(wayOfTenants, { ...TENANT_ANSWERS, budget: memoryOfTenants, holder }, ({ href }) => target(href))

  return {
    fetchFor: (owner, tenantId = '') => (owner === 'operator' ? ofHouse : ofTenant(tenantId)),

    async judge(text, field) {
      const url = target(text, field)
      if (literalAddress(url) !== undefined) return
      const enough = new AbortController()
      try {
        await Promise.race([
          judgedAddresses(url.hostname, field),
          sleep(JUDGE_TIMEOUT_MS, undefined, { signal: enough.signal }),
        ])
      } catch (error) {
        if (error instanceof PolyphonyError) throw error
        log.debug({ err: error, hostname: url.hostname }, 'A name does not resolve yet; it is judged at use')
      } finally {
        enough.abort()
      }
    },

    async download(text, { maxBytes, signal }) {
      let url = target(text)
      for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
        const answer = await get(url, signal)
        const next = redirectOf(answer, url)
        if (next === undefined) return await readFile(answer, url, maxBytes, signal)
        await drop(answer, signal)
        url = target(next)
      }
      throw new PolyphonyError('unsupported_media', `${url.host} redirects more than ${MAX_REDIRECTS} times.`)
    },

    async post(text, { headers, body, signal }) {
      const url = target(text)
      const limit = AbortSignal.any([signal, AbortSignal.timeout(postTimeoutMs)])
      const { agent, request } = await client()
      const answer = await request(url, {
        dispatcher: agent,
        method: 'POST',
        headers: { 'user-agent': USER_AGENT, ...headers },
        body,
        signal: limit,
      })
      await drop(answer, limit)
      return {
        status: answer.statusCode,
        retryAfterSeconds: parseRetryAfter(answer.headers['retry-after'], clock.now()),
      }
    },

    async ask(text, body, { timeoutMs }) {
      const url = target(text)
      const limit = AbortSignal.timeout(timeoutMs)
      const tooLarge = () =>
        new PolyphonyError('payload_too_large', `${url.host} answered with more than ${ANSWER_MAX_BYTES} bytes.`)
      const { agent, request } = await client()
      try {
        const answer = await request(url, {
          dispatcher: agent,
          method: 'POST',
          headers: { 'user-agent': USER_AGENT, 'content-type': 'application/json', accept: 'application/json' },
          body: JSON.stringify(body),
          signal: limit,
        })
        const bytes = await bytesOf(answer, ANSWER_MAX_BYTES, tooLarge)
        return { status: answer.statusCode, body: bytes.toString() }
      } catch (error) {
        if (error instanceof PolyphonyError) throw error
        const why = limit.aborted ? `it did not answer within ${timeoutMs} ms` : reasonOf(error)
        throw new PolyphonyError('vendor_unreachable', `${url.host} cannot be asked: ${why}.`, { cause: error })
      }
    },

    async close() {
      resolver.close()
      await (await opened)?.agent.destroy()
      await Promise.all(agents.map((agent) => agent.destroy()))
    },
  }
}

async function readFile(
  answer: Dispatcher.ResponseData,
  url: URL,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const tooLarge = (): PolyphonyError =>
    new PolyphonyError('payload_too_large', `The file at ${url.host} has more than ${maxBytes} bytes.`)
  const wrong = statusError(answer.statusCode, url)
  const announced = Number(answer.headers['content-length'] ?? 0)
  if (wrong ?? announced > maxBytes) {
    answer.body.on('error', () => {}) // we end it ourselves, and know why
    answer.body.destroy()
    throw wrong ?? tooLarge()
  }
  try {
    return await bytesOf(answer, maxBytes, tooLarge)
  } catch (error) {
    throw downloadError(error, url, signal)
  }
}

async function bytesOf(
  answer: Dispatcher.ResponseData,
  maxBytes: number,
  tooLarge: () => PolyphonyError,
): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
    // undici's body is a stream of bytes
    sizeBytes += chunk.byteLength
    if (sizeBytes > maxBytes) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, sizeBytes)
}

function statusError(status: number, url: URL): PolyphonyError | undefined {
  if (status >= 200 && status < 300) return undefined
  const again = status >= 500 || status === 429 || status === 408
  return new PolyphonyError(
    again ? 'vendor_unreachable' : 'unsupported_media',
    `${url.host} answered ${status}, not a file.`,
  )
}

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308]

function redirectOf(answer: Dispatcher.ResponseData, base: URL): string | undefined {
  const { location } = answer.headers
  if (!REDIRECTS.includes(answer.statusCode) || typeof location !== 'string') return undefined
  // What cannot be resolved goes on as it is, to be refused like any other URL that is none.
  return URL.parse(location, base.href)?.href ?? location
}

function downloadError(error: unknown, url: URL, signal: AbortSignal): unknown {
  if (error instanceof PolyphonyError) return error
  if (signal.aborted) return signal.reason
  const why = reasonOf(error)
  return new PolyphonyError('vendor_unreachable', `The file at ${url.host} cannot be had: ${why}.`, { cause: error })
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}

/** The URL parser has normalised decimal, octal and hexadecimal spellings of an IPv4 address by now. */
function literalAddress(url: URL): string | undefined {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  return isIP(host) === 0 ? undefined : host
}

function specialAddress(hostname: string, field: string | undefined): PolyphonyError {
  return refusal(`leads to ${hostname}, which is a private or otherwise special address`, field)
}

function refusal(why: string, field: string | undefined): PolyphonyError {
  if (field === undefined) return new PolyphonyError('address_refused', `The URL ${why}.`)
  return new PolyphonyError('address_refused', `${field} ${why}. Name a public http or https URL.`, { field })
}

/** Fits a resolver into Node's callback interface. The addresses that it gives are the ones connected to. */
function asLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const [first] = addresses
        if (options.all) callback(null, addresses)
        else if (first) callback(null, first.address, first.family)
        else callback(new Error(`${hostname} has no address.`), '')
      },
      (error: Error) => callback(error, ''),
    )
  }
}
