import { pipeline, Readable } from 'node:stream'
import { PolyphonyError } from '../core/errors.ts'
import { decoderOf } from './content-encodings.ts'
import { BARE, type VendorFetch, type Way } from './fetch-through.ts'

export interface StreamRequest {
  headers: Record<string, string>
  body: string | Uint8Array
  signal: AbortSignal
  /** How long the vendor may send nothing, before its answer and within it. A reader that reads nothing stops this clock. */
  silenceMs?: number
}

export interface StreamAnswer {
  statusCode: number
  headers: Record<string, string | string[] | undefined>
  /** Decoded, where the vendor compressed it without being asked to. */
  body: Readable
}

/**
 * One request whose answer is read as it comes, over kept connections. Follows no redirect. Throws the error of the network,
 * the reason of the signal, and `output_unusable` for an answer in an encoding that is not known.
 */
export type VendorStream = (url: string, request: StreamRequest) => Promise<StreamAnswer>

export function streamThrough(way: () => Promise<Way>, judge?: (url: URL) => void): VendorStream {
  return async (url, { headers, body, signal, silenceMs }) => {
    const { request, agent } = await way()
    judge?.(new URL(url))
    const answer = await request(url, {
      dispatcher: agent,
      method: 'POST',
      headers,
      body,
      signal,
      ...(silenceMs === undefined ? {} : { headersTimeout: silenceMs, bodyTimeout: silenceMs }),
    })
    return { statusCode: answer.statusCode, headers: answer.headers, body: decoded(answer.body, answer.headers) }
  }
}

/** The same as a `fetch` of JSON, for packages of vendors that read answers as they come. */
export function streamingFetch(send: VendorStream, { silenceMs }: Pick<StreamRequest, 'silenceMs'> = {}): VendorFetch {
  return async (input, init = {}) => {
    const { body } = init
    if (input instanceof Request || (typeof body !== 'string' && !(body instanceof Uint8Array))) {
      throw new TypeError('Only a URL with a text or bytes as its body can be sent here.')
    }
    const headers = { ...Object.fromEntries(new Headers(init.headers)), 'accept-encoding': 'identity' }
    const signal = init.signal ?? new AbortController().signal
    const answer = await send(String(input), {
      headers,
      body,
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
    // Node's stream of a body; the runtime's Response takes one of the web's
    return new Response(Readable.toWeb(answer.body) as ReadableStream, { status, headers: named })
  }
}

/** Some servers compress although they were asked not to. The header of the encoding is taken off with it. */
function decoded(body: Readable, headers: StreamAnswer['headers']): Readable {
  const encoding = headers['content-encoding']
  if (encoding === undefined || encoding === '' || encoding === 'identity') return body
  const decoder = typeof encoding === 'string' ? decoderOf(encoding) : undefined
  if (!decoder) {
    body.on('error', () => {}) // it is ended here, so the reason is known
    body.destroy()
    throw new PolyphonyError('output_unusable', `The vendor's answer is encoded as "${encoding}", which is not known.`)
  }
  delete headers['content-encoding']
  delete headers['content-length']
  return pipeline(body, decoder, () => {}) // its reader sees the errors of both
}
