import type { LookupFunction } from 'node:net'
import { SECOND_MS } from '../core/clock.ts'
import type { RealtimeEnd } from '../core/realtime.ts'

export interface SocketRequest {
  headers: Record<string, string>
  /** Ends the attempt to connect. */
  signal: AbortSignal
}

/**
 * Opens a WebSocket to a vendor; `url` is its http or https URL. It is paused: messages come after `resume`. Throws the error
 * of the network, the reason of the signal, and for a refusal an error with `statusCode`, `message` (the vendor's words) and
 * `responseHeaders`.
 */
export type VendorSocket = (url: string, request: SocketRequest) => Promise<RealtimeEnd>

/** A vendor's event holds some seconds of sound at most. */
const MAX_MESSAGE_BYTES = 32 * 2 ** 20
const MAX_ERROR_BYTES = 64 * 2 ** 10
/** How long a vendor that refuses may take to say why. */
const WORDS_MS = SECOND_MS

export function socketThrough(lookup?: LookupFunction, judge?: (url: URL) => void): VendorSocket {
  return async (url, { headers, signal }) => {
    judge?.(new URL(url))
    const { WebSocket } = await import('ws') // with the first session, not with the start
    signal.throwIfAborted()
    const socket = new WebSocket(url.replace(/^http/i, 'ws'), {
      headers,
      maxPayload: MAX_MESSAGE_BYTES,
      // Sound does not shrink, and a context of zlib for each session is large.
      perMessageDeflate: false,
      ...(lookup === undefined ? {} : { lookup }),
    })
    return new Promise((resolve, reject) => {
      const leave = () => {
        socket.terminate()
        reject(signal.reason)
      }
      const settled = () => signal.removeEventListener('abort', leave)
      signal.addEventListener('abort', leave, { once: true })
      socket.once('open', () => {
        socket.pause()
        settled()
        resolve(socket as RealtimeEnd) // its `message` gives Buffers, as `binaryType` is not changed
      })
      socket.on('error', (error) => {
        settled()
        reject(error)
      })
      socket.once('unexpected-response', (_request, answer) => {
        const chunks: Buffer[] = []
        let size = 0
        const refuse = () => {
          settled()
          const { statusCode = 0, headers: responseHeaders } = answer
          reject(Object.assign(new Error(wordsOf(chunks, statusCode)), { statusCode, responseHeaders }))
          socket.terminate()
        }
        answer.on('error', () => {}) // it has closed then, too
        answer.on('data', (chunk: Buffer) => {
          size += chunk.length
          if (size <= MAX_ERROR_BYTES) chunks.push(chunk)
          else answer.destroy()
        })
        answer.once('close', refuse)
        // The status says enough: the words are not waited for.
        setTimeout(() => answer.destroy(), WORDS_MS).unref()
      })
    })
  }
}

/** The vendor's message, in the form that OpenAI and those like it have. */
function wordsOf(chunks: readonly Buffer[], statusCode: number): string {
  try {
    const { error } = JSON.parse(Buffer.concat(chunks).toString()) as { error?: { message?: unknown } | string }
    const words = typeof error === 'string' ? error : error?.message
    if (typeof words === 'string' && words !== '') return words
  } catch {
    // No JSON: the status says what there is to say.
  }
  return `The vendor answers ${statusCode}.`
}
