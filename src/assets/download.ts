import type { Dispatcher } from 'undici'
import { PolyphonyError } from '../core/errors.ts'

/** Reads the file in an answer. Throws as `egress.download` does. */
export async function readDownload(
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
    answer.body.on('error', () => {}) // it is ended here, so the reason is known
    answer.body.destroy()
    throw wrong ?? tooLarge()
  }
  try {
    return await readBytes(answer, maxBytes, tooLarge)
  } catch (error) {
    throw downloadError(error, url, signal)
  }
}

/** Reads the whole body. Throws the error of `tooLarge` as soon as it is longer than `maxBytes`. */
export async function readBytes(
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

/** The target of the answer, if it is a redirect. */
export function redirectOf(answer: Dispatcher.ResponseData, base: URL): string | undefined {
  const { location } = answer.headers
  if (!REDIRECTS.includes(answer.statusCode) || typeof location !== 'string') return undefined
  // A location that cannot be resolved is passed on, and refused like any malformed URL.
  return URL.parse(location, base.href)?.href ?? location
}

export function downloadError(error: unknown, url: URL, signal: AbortSignal): unknown {
  if (error instanceof PolyphonyError) return error
  if (signal.aborted) return signal.reason
  const why = reasonOf(error)
  return new PolyphonyError('vendor_unreachable', `The file at ${url.host} cannot be downloaded: ${why}.`, {
    cause: error,
  })
}

export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}
