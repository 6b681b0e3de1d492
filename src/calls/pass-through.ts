import { Readable } from 'node:stream'
import type { VendorAnswerHead, VendorStream } from '../assets/vendor-stream.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { objectAtEnd } from '../core/json-tail.ts'
import type { Usage } from '../core/usage.ts'
import type { CallMember, Running, TargetAnswer } from './calls.ts'
import type { Format } from './format.ts'
import { relayed } from './relayed-stream.ts'
import type { Target } from './routing.ts'
import { vendorFailure } from './vendor-failure.ts'

/** The longest answer that is read whole. */
const MAX_BYTES = 256 * 2 ** 20
/** How much of an error is read. */
const MAX_ERROR_BYTES = 64 * 2 ** 10
/** Statuses that say something about the account or the vendor: another account may answer. */
const RETRIED = new Set([401, 402, 403, 408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529])

/** What of the vendor's headers the caller gets. Those about the limits of the operator's account are not among them. */
const PASSED_HEADERS = ['content-type', 'content-disposition', 'openai-processing-ms', 'openai-version', 'openai-model']

/**
 * Sends a request to a vendor of the caller's own format as it came, and passes the answer on as it comes. Throws what says
 * that another account should be tried; any other error of the vendor is an answer.
 */
export async function passThrough(
  running: Running,
  { member, model }: Target<CallMember>,
  { url, send }: { url: string; send: VendorStream },
): Promise<TargetAnswer> {
  const { request, startedAt } = running
  const { format, signal } = request
  const wantsUsage = format?.id === 'openai-chat' && request.isStreamed && !asksForUsage(request.json)
  const answer = await send(url + request.query, {
    headers: {
      ...request.headers,
      ...member.side.headersOf(member.account.settings),
      'content-type': request.contentType,
      // Metering reads what passes.
      'accept-encoding': 'identity',
    },
    body: bodyFor(request, model, wantsUsage),
    signal,
    maxWholeBytes: ({ statusCode, headers }) => {
      if (RETRIED.has(statusCode)) return undefined
      running.firstByteMs = Math.round(performance.timeOrigin + performance.now() - startedAt)
      return statusCode < 400 && (request.isStreamed || isEventStream(headers)) ? undefined : MAX_BYTES
    },
  })
  const { statusCode: status, body } = answer
  if (body instanceof Readable) {
    if (RETRIED.has(status)) throw await vendorError(status, answer.headers, body)
    return streamOf({ status, headers: passedHeaders(answer.headers), body }, running, wantsUsage)
  }
  const headers = passedHeaders(answer.headers)
  const usage = status < 400 ? usageIn(request, body, headers['content-type'] ?? '') : undefined
  const outcome = status < 400 ? 'completed' : 'failed'
  const errorCode = status < 400 ? null : `http_${status}`
  return { status, headers, body, ended: Promise.resolve({ outcome, usage, errorCode }) }
}

function isEventStream({ 'content-type': type }: VendorAnswerHead['headers']): boolean {
  return typeof type === 'string' && type.startsWith('text/event-stream')
}

function usageIn({ format, usageOf }: Running['request'], bytes: Buffer, contentType: string): Usage | undefined {
  if (usageOf) return usageOf(bytes, contentType)
  if (!format) return undefined
  const { usageField } = format
  const found = objectAtEnd(bytes, usageField)
  const json = found ? { [usageField]: found } : parsed(bytes)
  return json ? format.usageOf(json) : undefined
}

export function parsed(bytes: Buffer): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString())
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined
  } catch {
    return undefined // not JSON: it has no usage
  }
}

function streamOf(
  { status, headers, body }: { status: number; headers: Record<string, string>; body: Readable },
  { request }: Running,
  dropsUsage: boolean,
): TargetAnswer {
  const { format } = request
  const meter = format?.meter()
  const { promise: ended, resolve } = Promise.withResolvers<Awaited<TargetAnswer['ended']>>()
  let broke: string | null = null
  const stream = relayed(body, {
    onChunk: (chunk) => meter?.push(chunk),
    ...(dropsUsage ? { change: withoutUsage() } : {}),
    onBreak(error) {
      const failure = vendorFailure(error)
      broke = failure.code
      const context = { id: '', model: request.model, createdAt: 0, body: request.json ?? {} }
      return format?.openStream(context).fail(failure) ?? ''
    },
    onEnd(outcome) {
      const usage =
        meter?.usage() ?? (meter && format ? estimated(format, request.json, meter.deliveredCharacters()) : undefined)
      resolve({ outcome, usage, errorCode: broke ?? (outcome === 'cut' ? 'client_left' : null) })
    },
    isEventStream: isEventStream(headers),
  })
  return { status, headers, body: stream, ended }
}

/** A token of text has about four characters: what a cut stream delivered, where the vendor could not report it any more. */
const CHARACTERS_PER_TOKEN = 4

export function estimated(format: Format, body: JsonObject | undefined, delivered: number): Usage {
  const { inputCharacters } = format.boundOf(body ?? {})
  return {
    inputTokens: Math.ceil(inputCharacters / CHARACTERS_PER_TOKEN),
    outputTokens: Math.ceil(delivered / CHARACTERS_PER_TOKEN),
  }
}

function asksForUsage(body: JsonObject | undefined): boolean {
  const { stream_options: options } = body ?? {}
  return typeof options === 'object' && options !== null && !Array.isArray(options) && options.include_usage === true
}

/** The bytes as they came, unless the vendor has another name for the model, or must be asked for the usage. */
function bodyFor(
  { body, json, model: asked, endpoint }: Running['request'],
  model: string,
  wantsUsage: boolean,
): Uint8Array | string {
  if (!json) return body
  const isInPath = endpoint.endsWith('Content') || endpoint.endsWith('Contents') || endpoint === 'countTokens'
  const renames = model !== asked && !isInPath
  if (!renames && !wantsUsage) return body
  const { stream_options: options } = json
  return JSON.stringify({
    ...json,
    ...(renames ? { model } : {}),
    ...(wantsUsage ? { stream_options: { ...(typeof options === 'object' ? options : {}), include_usage: true } } : {}),
  })
}

const EVENT_END = Buffer.from('\n\n')

/** Drops the event with the usage that the caller did not ask for: OpenAI sends it last, with no choices. */
function withoutUsage(): (chunk: Buffer) => Buffer {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const end = bytes.lastIndexOf(EVENT_END)
    if (end === -1) {
      rest = bytes
      return Buffer.alloc(0)
    }
    const whole = bytes.subarray(0, end + EVENT_END.length)
    rest = bytes.subarray(end + EVENT_END.length)
    if (!whole.includes('"usage"')) return whole
    const events = whole.toString().split(/(?<=\n\n)/)
    return Buffer.from(
      events.filter((event) => !(/"choices":\s*\[\s*\]/.test(event) && event.includes('"usage"'))).join(''),
    )
  }
}

function passedHeaders(given: VendorAnswerHead['headers']): Record<string, string> {
  const passed: Record<string, string> = {}
  for (const name of PASSED_HEADERS) {
    const value = given[name]
    if (typeof value === 'string') passed[name] = value
  }
  return passed
}

async function readAll(body: AsyncIterable<unknown>, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.byteLength
    if (size > maxBytes) throw new PolyphonyError('payload_too_large', `The answer has more than ${maxBytes} bytes.`)
    chunks.push(chunk)
  }
  const [only] = chunks
  return chunks.length === 1 && only ? only : Buffer.concat(chunks, size)
}

/** The vendor's error in our codes, with its own words. */
async function vendorError(
  status: number,
  headers: VendorAnswerHead['headers'],
  body: AsyncIterable<unknown>,
): Promise<PolyphonyError> {
  let text = ''
  try {
    text = (await readAll(body, MAX_ERROR_BYTES)).toString()
  } catch {
    // Without its words: the status alone says what to do.
  }
  const error = parsed(Buffer.from(text))?.error
  const told = typeof error === 'object' && error !== null && !Array.isArray(error) ? error.message : error
  const retryAfter = headers['retry-after']
  return vendorFailure({
    statusCode: status,
    message: typeof told === 'string' && told !== '' ? told : `The vendor answers ${status}.`,
    responseHeaders: typeof retryAfter === 'string' ? { 'retry-after': retryAfter } : {},
  })
}
