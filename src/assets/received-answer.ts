import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { StreamAnswer, StreamRequest } from './vendor-stream.ts'

/** An answer that is not read yet is received up to here. */
const KEPT_BYTES = 64 * 2 ** 10

/**
 * Sends a request and resolves with its answer when the head is there. An answer that is read whole costs half of what it
 * would through `undici.request`: it needs no stream. Rejects with the error of the network, or the reason of the signal at
 * once.
 */
export function receive(agent: Dispatcher, url: URL, request: StreamRequest): Promise<StreamAnswer> {
  const { method = 'POST', headers, body = null, signal, silenceMs } = request
  if (signal.aborted) return Promise.reject(signal.reason)
  return new Promise((resolve, reject) => {
    agent.dispatch(
      {
        origin: url.origin,
        path: url.pathname + url.search,
        method,
        headers,
        body,
        ...(silenceMs === undefined ? {} : { headersTimeout: silenceMs, bodyTimeout: silenceMs }),
      },
      new ReceivedAnswer(signal, resolve, reject),
    )
  })
}

interface WholeReader {
  maxBytes: number
  resolve(bytes: Buffer | undefined): void
  reject(error: unknown): void
}

/** Collects what arrives until its reader takes it, as a stream or whole. */
class ReceivedAnswer implements Dispatcher.DispatchHandler, StreamAnswer {
  statusCode = 0
  headers: StreamAnswer['headers'] = {}
  readonly #signal: AbortSignal
  readonly #resolve: (answer: StreamAnswer) => void
  readonly #reject: (error: unknown) => void
  #controller: Dispatcher.DispatchController | undefined
  #chunks: Buffer[] = []
  #bytes = 0
  #state: 'receiving' | 'whole' | 'failed' = 'receiving'
  #error: unknown
  #stream: Readable | undefined
  #reader: WholeReader | undefined

  constructor(signal: AbortSignal, resolve: (answer: StreamAnswer) => void, reject: (error: unknown) => void) {
    this.#signal = signal
    this.#resolve = resolve
    this.#reject = reject
    signal.addEventListener('abort', this)
  }

  /** Of the signal. */
  handleEvent(): void {
    this.#abort(this.#signal.reason)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#state === 'failed') controller.abort(errorOf(this.#error))
  }

  onResponseStart(_: unknown, statusCode: number, headers: StreamAnswer['headers']): void {
    if (statusCode < 200) return // such as 103: the answer follows
    this.statusCode = statusCode
    this.headers = headers
    this.#resolve(this)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#stream) {
      if (!this.#stream.push(chunk)) controller.pause()
      return
    }
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    if (!this.#reader && this.#bytes >= KEPT_BYTES) controller.pause()
    else if (this.#reader && this.#bytes > this.#reader.maxBytes) this.#refuse(this.#reader)
  }

  onResponseEnd(): void {
    if (!this.#end('whole')) return
    if (this.#stream) this.#stream.push(null)
    else this.#reader?.resolve(this.#take())
  }

  onResponseError(_: unknown, error: unknown): void {
    this.#fail(this.#signal.aborted ? this.#signal.reason : error)
  }

  /** The stream of what came and comes; made when it is asked for first. */
  get body(): Readable {
    this.#stream ??= this.#opened()
    return this.#stream
  }

  whole(maxBytes: number): Promise<Buffer | undefined> {
    if (this.#state === 'failed') return Promise.reject(this.#error)
    if (this.#state === 'whole') return Promise.resolve(this.#bytes > maxBytes ? undefined : this.#take())
    return new Promise((resolve, reject) => {
      this.#reader = { maxBytes, resolve, reject }
      if (this.#bytes > maxBytes) this.#refuse(this.#reader)
      else this.#controller?.resume()
    })
  }

  #opened(): Readable {
    const stream = new Readable({
      read: () => {
        if (this.#state === 'receiving') this.#controller?.resume()
      },
      destroy: (error, done) => {
        if (this.#state === 'receiving') this.#abort(error ?? new Error('The answer is not read to its end.'))
        done(error)
      },
    })
    stream.on('error', () => {}) // its reader has a listener of its own, and without a reader nothing is lost
    for (const chunk of this.#chunks) stream.push(chunk)
    this.#chunks = []
    if (this.#state === 'whole') stream.push(null)
    if (this.#state === 'failed') stream.destroy(errorOf(this.#error))
    return stream
  }

  #take(): Buffer {
    const [only] = this.#chunks
    return this.#chunks.length === 1 && only ? only : Buffer.concat(this.#chunks, this.#bytes)
  }

  #refuse(reader: WholeReader): void {
    this.#chunks = []
    reader.resolve(undefined)
    this.#abort(new Error('The answer is too long.'))
  }

  #abort(reason: unknown): void {
    if (this.#fail(reason)) this.#controller?.abort(errorOf(reason))
  }

  #fail(error: unknown): boolean {
    if (!this.#end('failed')) return false
    this.#error = error
    this.#reject(error) // without effect once the head has come
    this.#reader?.reject(error)
    this.#stream?.destroy(errorOf(error))
    return true
  }

  /** False if it has ended before. */
  #end(state: 'whole' | 'failed'): boolean {
    if (this.#state !== 'receiving') return false
    this.#state = state
    this.#signal.removeEventListener('abort', this)
    return true
  }
}

function errorOf(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('The request was ended.', { cause: reason })
}
