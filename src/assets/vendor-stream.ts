import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { PolyphonyError } from '../core/errors.ts'
import type { VendorFetch, Way } from './fetch-through.ts'

export interface VendorAnswerHead {
  statusCode: number
  headers: Record<string, string | string[] | undefined>
}

export interface VendorAnswer extends VendorAnswerHead {
  /** All of it, where `maxWholeBytes` said so; else as it comes. */
  body: Buffer | Readable
}

export interface VendorRequest {
  headers: Record<string, string>
  body: string | Uint8Array
  signal: AbortSignal
  /** How much may be read of an answer that is wanted whole; undefined for one that is passed on as it comes. */
  maxWholeBytes?(head: VendorAnswerHead): number | undefined
}

/**
 * One POST over kept connections. Follows no redirect. Throws `payload_too_large` for a whole answer with more bytes than it
 * may have, the error of the network, and the signal's own reason.
 */
export type VendorStream = (url: string, request: VendorRequest) => Promise<VendorAnswer>

export function streamThrough(way: () => Promise<Way>, judge?: (url: URL) => void): VendorStream {
  return async (url, request) => {
    const { agent } = await way()
    request.signal.throwIfAborted()
    const target = new URL(url)
    judge?.(target)
    const { headers, body } = request
    const { origin, pathname, search } = target
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(request, resolve, reject)
      agent.dispatch({ origin, path: pathname + search, method: 'POST', headers, body }, exchange)
    })
  }
}

/**
 * Follows one request. undici's own `request` makes a stream, a resource of async hooks and a trailer for every answer,
 * which takes longer than all that the gateway does with a call.
 */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #request: VendorRequest
  readonly #resolve: (answer: VendorAnswer) => void
  readonly #reject: (error: unknown) => void
  #controller: Dispatcher.DispatchController | undefined
  #head: VendorAnswerHead | undefined
  #stream: Readable | undefined
  #maxBytes = 0
  #sizeBytes = 0
  #chunks: Buffer[] = []
  #hasEnded = false

  constructor(request: VendorRequest, resolve: (answer: VendorAnswer) => void, reject: (error: unknown) => void) {
    this.#request = request
    this.#resolve = resolve
    this.#reject = reject
    request.signal.addEventListener('abort', this.#onAbort)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // It may have waited for a free connection longer than the caller did.
    if (this.#hasEnded) controller.abort(this.#reason())
    else this.#controller = controller
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: VendorAnswerHead['headers'],
  ): void {
    if (statusCode < 200) return
    const head = { statusCode, headers }
    const maxBytes = this.#request.maxWholeBytes?.(head)
    if (maxBytes === undefined) {
      this.#stream = this.#open(controller)
      this.#resolve({ ...head, body: this.#stream })
      return
    }
    this.#head = head
    this.#maxBytes = maxBytes
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#stream) {
      if (!this.#stream.push(chunk)) controller.pause()
      return
    }
    this.#sizeBytes += chunk.byteLength
    if (this.#sizeBytes > this.#maxBytes) controller.abort(tooLarge(this.#maxBytes))
    else this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    this.#end()
    this.#stream?.push(null)
    if (this.#head) this.#resolve({ ...this.#head, body: joined(this.#chunks, this.#sizeBytes) })
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#end()
    this.#stream?.destroy(error)
    this.#reject(error)
  }

  /** The answer as it comes. Who destroys it ends the request. */
  #open(controller: Dispatcher.DispatchController): Readable {
    return new Readable({
      read: () => controller.resume(),
      destroy: (error, done) => {
        if (!this.#hasEnded) {
          this.#end()
          controller.abort(error ?? new Error('The answer is not wanted any more.'))
        }
        done(error)
      },
    })
  }

  readonly #onAbort = (): void => {
    if (this.#controller) {
      this.#controller.abort(this.#reason())
      return
    }
    this.#end()
    this.#reject(this.#reason())
  }

  #reason(): Error {
    const { reason } = this.#request.signal
    return reason instanceof Error ? reason : new Error('The request was aborted.', { cause: reason })
  }

  #end(): void {
    this.#hasEnded = true
    this.#request.signal.removeEventListener('abort', this.#onAbort)
  }
}

function joined(chunks: Buffer[], sizeBytes: number): Buffer {
  const [only] = chunks
  return chunks.length === 1 && only ? only : Buffer.concat(chunks, sizeBytes)
}

function tooLarge(maxBytes: number): PolyphonyError {
  return new PolyphonyError('payload_too_large', `The answer has more than ${maxBytes} bytes.`)
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
    // A Response takes a stream of the web's.
    const given = answer.body instanceof Readable ? (Readable.toWeb(answer.body) as ReadableStream) : answer.body
    return new Response(given, { status: answer.statusCode, headers: named })
  }
}
