import { pipeline, Readable } from 'node:stream'
import { LRUCache } from 'lru-cache'
import { PolyphonyError } from '../core/errors.ts'
import { decoderOf } from './content-encodings.ts'
import { type AnswerLimits, BARE, UNCOUNTED_BYTES, type VendorFetch, type Way } from './fetch-through.ts'
import { withLastEvent } from './last-event.ts'
import { receive } from './received-answer.ts'

export interface StreamRequest {
  /** Default: POST. */
  method?: 'GET' | 'DELETE'
  headers: Record<string, string>
  /** Absent: none is sent. */
  body?: string | Uint8Array
  signal: AbortSignal
  /** How long the vendor may send nothing, before its answer and within it. A reader that reads nothing stops this clock. */
  silenceMs?: number
}

export interface StreamAnswer {
  statusCode: number
  headers: Record<string, string | string[] | undefined>
  /** Decoded, where the vendor compressed it without being asked to. */
  readonly body: Readable
  /**
   * Reads the answer whole, in place of `body` and at a lower cost; undefined if it has more bytes, and then it is ended. Absent
   * where only `body` can be read.
   */
  whole?(maxBytes: number): Promise<Buffer | undefined>
  /** What may be kept of it where it is read to its end; absent for an account of the operator. See `chunksToKeep`. */
  readonly limits?: KeptLimits
}

/** Of answers to one tenant: a vendor can be any server, and may send without end. */
export interface KeptLimits extends Pick<AnswerLimits, 'maxBytes' | 'budget' | 'holder'> {
  signal: AbortSignal
}

/**
 * One request whose answer is read as it comes, over kept connections. Follows no redirect. Throws the error of the network,
 * the reason of the signal, and `output_unusable` for a redirect, a page for people, and an encoding that is not known.
 */
export type VendorStream = (url: string, request: StreamRequest) => Promise<StreamAnswer>

/** Vendors' addresses, parsed: there are few, and parsing one takes as long as sending to it. */
const KNOWN_URLS = 256

export function streamThrough(way: () => Promise<Way>, judge?: (url: URL) => void): VendorStream {
  const urls = new LRUCache<string, URL>({ max: KNOWN_URLS })
  return async (text, request) => {
    const { agent } = await way()
    let url = urls.get(text)
    if (!url) {
      url = new URL(text)
      urls.set(text, url)
    }
    judge?.(url)
    const answer = await receive(agent, url, request)
    if (answer.statusCode < 400) refuseUnusable(answer)
    return decoded(answer)
  }
}

/** The same for accounts of a tenant: what is kept of their answers comes from the tenant's share of the memory. */
export function limitedStream(send: VendorStream, limits: Omit<KeptLimits, 'signal'>): VendorStream {
  return async (url, request) => {
    const answer = await send(url, request)
    const { statusCode, headers } = answer
    return {
      statusCode,
      headers,
      get body() {
        return answer.body
      },
      limits: { ...limits, signal: request.signal },
    }
  }
}

/** The bytes of an answer that is kept whole. Throws the error of `tooLong` beyond `maxBytes`, or beyond the answer's own limit. */
export async function* chunksToKeep(
  { body, limits }: Pick<StreamAnswer, 'body' | 'limits'>,
  maxBytes: number,
  tooLong: (maxBytes: number) => Error,
): AsyncGenerator<Buffer> {
  const most = Math.min(maxBytes, limits?.maxBytes ?? maxBytes)
  const hold = limits?.budget.open(limits.holder)
  let size = 0
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.byteLength
      if (size > most) throw tooLong(most)
      if (size > UNCOUNTED_BYTES) await hold?.grow(chunk.byteLength, limits?.signal)
      yield chunk
    }
  } finally {
    hold?.close()
  }
}

/** The same as a `fetch` of JSON, for packages of vendors that read answers as they come. */
export function streamingFetch(send: VendorStream, { silenceMs }: Pick<StreamRequest, 'silenceMs'> = {}): VendorFetch {
  return async (input, init = {}) => {
    const { body: sent } = init
    if (input instanceof Request || (typeof sent !== 'string' && !(sent instanceof Uint8Array))) {
      throw new TypeError('Only a URL with a text or bytes as its body can be sent here.')
    }
    const headers = { ...Object.fromEntries(new Headers(init.headers)), 'accept-encoding': 'identity' }
    const signal = init.signal ?? new AbortController().signal
    const answer = await send(String(input), {
      headers,
      body: sent,
      signal,
      ...(silenceMs === undefined ? {} : { silenceMs }),
    })
    const named = Object.entries(answer.headers).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [value].flat().map((one) => [name, one]),
    )
    const { statusCode: status } = answer
    if (BARE.includes(status)) {
      answer.body.resume() // it is empty, and the connection is free when it was read
      return new Response(null, { status, headers: named })
    }
    const type = String(answer.headers['content-type'] ?? '')
    const body =
      type.startsWith('text/event-stream') && status < 400
        ? withLastEvent(answer.body)
        : // Node's stream of a body; the runtime's Response takes one of the web's
          (Readable.toWeb(boundedBody(answer)) as ReadableStream)
    return new Response(body, { status, headers: named })
  }
}

/** Packages of vendors read an answer whole. */
const MAX_BYTES = 256 * 2 ** 20
const MAX_ERROR_BYTES = 256 * 2 ** 10

/** An answer that has an end: of an error as much as is needed, and an error in place of any other's rest. */
function boundedBody(answer: StreamAnswer): Readable {
  const pieces = answer.statusCode >= 400 ? beginning(answer.body) : chunksToKeep(answer, MAX_BYTES, tooLong)
  return Readable.from(pieces, { objectMode: false })
}

async function* beginning(body: Readable): AsyncGenerator<Buffer> {
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.byteLength
    if (size > MAX_ERROR_BYTES) return
    yield chunk
  }
}

function tooLong(maxBytes: number): PolyphonyError {
  return new PolyphonyError('output_unusable', `The vendor's answer is longer than ${maxBytes} bytes.`)
}

/** A page is the answer of a proxy, or of the wrong server, whatever its status says. */
const PAGE = /^(?:text\/html|application\/xhtml\+xml)\b/i

function refuseUnusable(answer: StreamAnswer): void {
  const { statusCode } = answer
  const { 'content-type': type } = answer.headers
  const isPage = typeof type === 'string' && PAGE.test(type)
  if (statusCode < 300 && !isPage) return
  drop(answer.body)
  const what = isPage ? `a page (${type})` : `a redirect (${statusCode}), which is not followed`
  throw new PolyphonyError('output_unusable', `The vendor answers with ${what}.`)
}

/** Ends an answer that is not read. */
export function drop(body: Readable): void {
  body.on('error', () => {}) // it is ended here, so the reason is known
  body.destroy()
}

/** Some servers compress although they were asked not to. The header of the encoding is taken off with it. */
function decoded(answer: StreamAnswer): StreamAnswer {
  const { 'content-encoding': encoding } = answer.headers
  if (encoding === undefined || encoding === '' || encoding === 'identity') return answer
  const decoder = typeof encoding === 'string' ? decoderOf(encoding) : undefined
  if (!decoder) {
    drop(answer.body)
    throw new PolyphonyError('output_unusable', `The vendor's answer is encoded as "${encoding}", which is not known.`)
  }
  const body = pipeline(answer.body, decoder, () => {}) // its reader sees the errors of both
  const { 'content-encoding': _encoding, 'content-length': _length, ...headers } = answer.headers
  return { statusCode: answer.statusCode, headers, body }
}
