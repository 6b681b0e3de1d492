import type { Readable } from 'node:stream'
import { chunksToKeep, drop, type StreamAnswer, type VendorStream } from '../assets/vendor-stream.ts'
import { SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import type { Usage } from '../core/usage.ts'
import { charactersIn } from './answer-text.ts'
import type { CallMember, Running, TargetAnswer } from './calls.ts'
import type { Kept, Meter } from './format.ts'
import { relayed } from './relayed-stream.ts'
import type { Target } from './routing.ts'
import { unitsIn } from './usage.ts'
import { brokenOff, vendorFailure } from './vendor-failure.ts'

/** The longest answer that is read whole. */
const MAX_BYTES = 256 * 2 ** 20
/**
 * A longer answer at a tenant's own account is passed on unread: parsing it would stop everything for a good part of a second.
 * Its call costs nothing here, and its usage is estimated.
 */
const MAX_PARSED_BYTES = 4 * 2 ** 20
const BEGINS_OBJECT = /^\uFEFF?\s*\{/
/** How much of an error is read. */
const MAX_ERROR_BYTES = 256 * 2 ** 10
/** Of an answer of which only a part comes: a call asks for none. */
const PART = 206
/** Statuses that say something about the account or the vendor: another account may answer. */
const RETRIED = new Set([401, 402, 403, 407, 408, 425, 429])
/** How long the first bytes of a stream are awaited before the caller gets its head: until then, another account may answer. */
const FIRST_BYTES_MS = 5 * SECOND_MS

/** What of the vendor's headers the caller gets. Those about the limits of the operator's account are not among them. */
const PASSED_HEADERS = ['content-type', 'content-disposition', 'openai-processing-ms', 'openai-version', 'openai-model']

/**
 * Sends a request to a vendor of the caller's own format as it came, and passes the answer on as it comes. Throws what says
 * that another account should be tried; any other error of the vendor is an answer.
 */
export async function passThrough(
  running: Running,
  target: Target<CallMember>,
  { url, send }: { url: string; send: VendorStream },
): Promise<TargetAnswer> {
  const { member, model } = target
  const { request, startedAt, signal, limits } = running
  const { format, isStreamed } = request
  // These two say what a stream used only where they are asked to.
  const reportsUsage = format?.id === 'openai-chat' || request.endpoint === 'completions'
  const wantsUsage = reportsUsage && isStreamed && !asksForUsage(request.json)
  const answer = await send(withQuery(url, request.query), {
    headers: {
      ...request.headers,
      ...member.side.headersOf(member.account.settings),
      'content-type': request.contentType,
      // Metering reads what passes.
      'accept-encoding': 'identity',
    },
    body: bodyFor(request, model, wantsUsage),
    signal,
    ...(isStreamed ? { silenceMs: limits.silenceMs } : {}),
  })
  const { statusCode: status } = answer
  const headers = passedHeaders(answer.headers)
  const contentType = headers['content-type'] ?? ''
  if (status >= 400) return refusal(answer, headers)
  if (status === PART) {
    drop(answer.body)
    throw unusable(status, contentType)
  }
  if (isStreamed || request.isFile || isEventStream(contentType)) {
    const { body } = answer
    const first = await firstBytes(body, contentType, format?.id === 'gemini')
    if (first === 'unusable') {
      drop(body)
      throw unusable(status, contentType)
    }
    running.firstByteMs = elapsedMs(startedAt)
    if (first === 'as it comes' || request.isFile)
      return streamOf({ status, headers, body }, running, { target, dropsUsage: wantsUsage })
    return wholeAnswer({ status, headers, bytes: await readAll(answer, MAX_BYTES, tooLong) }, running, target)
  }
  return wholeAnswer({ status, headers, bytes: await readWholeAnswer(answer) }, running, target)
}

function wholeAnswer(
  { status, headers, bytes }: { status: number; headers: Record<string, string>; bytes: Buffer },
  running: Running,
  target: Target<CallMember>,
): TargetAnswer {
  const { request, startedAt } = running
  const contentType = headers['content-type'] ?? ''
  running.firstByteMs = elapsedMs(startedAt)
  if (target.member.account.owner === 'tenant' && bytes.byteLength > MAX_PARSED_BYTES) {
    if (!request.isText && !BEGINS_OBJECT.test(bytes.subarray(0, 64).toString())) throw unusable(status, contentType)
    return {
      status,
      headers,
      body: bytes,
      ended: Promise.resolve({ outcome: 'completed', usage: estimated(request, 0) }),
    }
  }
  const json = parsed(bytes)
  if (json === undefined && !(request.isText && isText(bytes, contentType))) throw unusable(status, contentType)
  const id = json && request.format?.kept?.idOf(json, request.json ?? {})
  if (id !== undefined) running.keeps(id, target)
  const itemIds = json && request.format?.kept?.itemsOf(json, request.json ?? {})
  if (itemIds && itemIds.length > 0) running.keepsItems(itemIds, target)
  const usage = usageIn(request, { bytes, json, contentType }) ?? estimated(request, charactersIn(json ?? {}))
  return { status, headers, body: bytes, ended: Promise.resolve({ outcome: 'completed', usage }) }
}

/** Whether an answer may be text: no page of a proxy, and nothing that only says it is JSON. */
function isText(bytes: Buffer, contentType: string): boolean {
  if (contentType.startsWith('text/html') || bytes.length === 0) return false
  return !contentType.startsWith('application/json') || isJson(bytes)
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString())
    return true
  } catch {
    return false
  }
}

/** Some vendors' addresses have a query of their own. */
function withQuery(url: string, query: string): string {
  return url.includes('?') ? url + query.replace('?', '&') : url + query
}

function elapsedMs(startedAt: number): number {
  return Math.round(performance.timeOrigin + performance.now() - startedAt)
}

export function isEventStream(contentType: string): boolean {
  return contentType.startsWith('text/event-stream')
}

/** An answer that is none, in spite of its status. */
function unusable(status: number, contentType: string): PolyphonyError {
  const what = `something that is no answer (${contentType || 'of no type'})`
  return new PolyphonyError('output_unusable', `The vendor answers ${status} with ${what}.`)
}

/** An error of the vendor: thrown where another account may answer, or where it is not in the vendor's own format. */
export async function refusal(answer: StreamAnswer, headers: Record<string, string>): Promise<TargetAnswer> {
  const { statusCode: status, headers: all } = answer
  // Without its words, the status alone says what to do.
  const bytes = await readWhole(answer, MAX_ERROR_BYTES, errorTooLong).catch(() => undefined)
  const json = bytes && parsed(bytes)
  if (!bytes || !json || !hasWords(json) || status >= 500 || RETRIED.has(status)) throw vendorError(status, all, json)
  const ended = Promise.resolve({ outcome: 'failed' as const, usage: undefined, errorCode: `http_${status}` })
  return { status, headers, body: bytes, ended }
}

/** Whether it is an error of any of the formats, all of which have a message in it. */
function hasWords({ error }: JsonObject): boolean {
  return isJsonObject(error) && typeof error.message === 'string'
}

/** How lines of a server-sent stream begin, and JSON that comes in pieces, as Gemini sends it. */
const EVENTS_BEGIN = /^\uFEFF?(?:data|event|id|retry|:|\r?\n)/
const LIST_BEGINS = /^\s*\[/

/**
 * Awaits the first bytes of an answer, and says how to read it. Throws where it ends or breaks off before, or begins with an
 * error: then another account can answer.
 */
async function firstBytes(
  body: Readable,
  contentType: string,
  mayBeList: boolean,
): Promise<'as it comes' | 'whole' | 'unusable'> {
  const first = await firstChunk(body)
  // It is slow: the caller of a stream gets its head, and comments meanwhile.
  if (first === undefined) return isEventStream(contentType) ? 'as it comes' : 'whole'
  const failure = failureIn(first)
  if (failure) {
    drop(body)
    throw failure
  }
  body.unshift(first)
  const beginning = first.subarray(0, 64).toString()
  if (EVENTS_BEGIN.test(beginning) || (mayBeList && LIST_BEGINS.test(beginning))) return 'as it comes'
  return isEventStream(contentType) ? 'unusable' : 'whole'
}

/** Undefined when nothing has come for `FIRST_BYTES_MS`. */
function firstChunk(body: Readable): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => end(() => resolve(undefined)), FIRST_BYTES_MS)
    const end = (settle: () => void): void => {
      clearTimeout(timer)
      body.off('readable', look).off('end', look).off('error', fail)
      settle()
    }
    const fail = (error: Error): void => end(() => reject(error))
    const look = (): void => {
      const chunk: unknown = body.read()
      if (chunk !== null)
        end(() => resolve(chunk as Buffer)) // a stream of bytes
      else if (body.readableEnded)
        end(() => reject(new PolyphonyError('output_unusable', 'The vendor answers with nothing.')))
    }
    body.on('readable', look).on('end', look).on('error', fail)
    look()
  })
}

/** How an event begins that may be an error; most are not, and are not looked at further. */
const ERROR_BEGINS = /^(?:event: ?error\r?\n|data: ?\{"(?:type": ?"error|error"))/

/** The error that a stream begins with: Anthropic's are events of that name, OpenAI's have nothing beside it. */
function failureIn(first: Buffer): PolyphonyError | undefined {
  if (!ERROR_BEGINS.test(first.toString('latin1', 0, 32))) return undefined
  const [event = ''] = first.toString().split(/\r?\n\r?\n/, 1)
  const [, data] = /^(?:event: ?error\r?\n)?data: ?(\{"(?:type": ?"error|error":).*)$/.exec(event) ?? []
  const json = data === undefined ? undefined : parsed(Buffer.from(data))
  return isJsonObject(json?.error) ? failureOf(json) : undefined
}

/** The error in a body or an event: by its type or code, where these are known. */
function failureOf(json: JsonObject): PolyphonyError {
  const { type, code, status } = isJsonObject(json.error) ? json.error : {}
  const known = [type, code].flatMap((one) => (typeof one === 'string' ? (STATUS_OF[one] ?? []) : []))[0]
  const given = typeof code === 'number' ? code : typeof status === 'number' ? status : undefined
  return vendorError(known ?? given ?? 500, {}, json)
}

/** https://docs.anthropic.com/en/api/errors and https://platform.openai.com/docs/guides/error-codes. */
const STATUS_OF: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  permission_error: 403,
  not_found_error: 404,
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  insufficient_quota: 429,
  overloaded_error: 529,
  api_error: 500,
  server_error: 500,
}

function usageIn(
  { format, usageOf }: Running['request'],
  { bytes, json, contentType }: { bytes: Buffer; json: JsonObject | undefined; contentType: string },
): Usage | undefined {
  if (usageOf) return usageOf(bytes, contentType)
  return json && format?.usageOf(json)
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
  running: Running,
  { target, dropsUsage }: { target: Target<CallMember>; dropsUsage: boolean },
): TargetAnswer {
  const { request, limits } = running
  const { format } = request
  const meter = (request.format ?? request.metered)?.meter()
  const isEvents = isEventStream(headers['content-type'] ?? '')
  const { promise: ended, resolve } = Promise.withResolvers<Awaited<TargetAnswer['ended']>>()
  let broke: string | null = null
  /** The end of a stream without a meter. */
  let last: Buffer = Buffer.alloc(0)
  const choices = () => format?.boundOf(request.json ?? {}).choices ?? request.metered?.choicesIn(request.json) ?? 1
  /** The vendor's own error, which the caller has got. */
  const hasFailed = (): boolean => {
    const error = meter?.failure()
    if (error) broke = failureOf(error).code
    return error !== undefined
  }
  const failed = (failure: PolyphonyError): string | undefined => {
    if (hasFailed()) return ''
    broke = failure.code
    const context = { id: '', model: request.model, createdAt: 0, body: request.json ?? {} }
    if (format) return format.openStream(context).fail(failure)
    return isEvents ? request.failure?.(failure) : undefined
  }
  let itemCount = 0
  /** At once: the caller has read it, and may go on from it before the stream has ended. */
  const noteKept = (seen: Meter, kept: Kept): void => {
    const id = running.responseId === null ? kept.streamedId(seen, request.json ?? {}) : undefined
    if (id !== undefined) running.keeps(id, target)
    const count = seen.itemCount()
    if (count === itemCount) return
    itemCount = count
    running.keepsItems(kept.streamedItems(seen, request.json ?? {}), target)
  }
  const stream = relayed(body, {
    onChunk(chunk) {
      meter?.push(chunk)
      if (meter && format?.kept) noteKept(meter, format.kept)
      if (!meter && isEvents) last = Buffer.concat([last, chunk]).subarray(-LAST_BYTES)
    },
    ...(dropsUsage ? { change: withoutUsage } : {}),
    onBreak: (error) => failed(vendorFailure(error)),
    isComplete: () => meter !== undefined && isEvents && !meter.failure() && meter.hasAll(choices()),
    errorAtEnd() {
      if (!meter || !isEvents || (!meter.failure() && meter.isComplete(choices()))) return undefined
      return failed(brokenOff())
    },
    closing: () => (meter && isEvents ? meter.closing() : ''),
    onEnd(outcome) {
      const usage = meter
        ? meteredUsage(meter, request)
        : broke === null
          ? (request.usageOf?.(lastData(last), headers['content-type'] ?? '') ?? estimated(request, 0))
          : undefined
      resolve({ outcome, usage, errorCode: broke ?? (outcome === 'cut' ? 'client_left' : null) })
    },
    isEventStream: isEvents,
    stallMs: limits.silenceMs,
  })
  return { status, headers, body: stream, ended }
}

/** What the vendor reported; of a stream that was cut before it did, what was delivered, and the tools that it ran for it. */
function meteredUsage(meter: Meter, request: Running['request']): Usage {
  const reported = meter.usage()
  if (reported && !meter.isPartial()) return reported
  const delivered = { ...estimated(request, meter.deliveredCharacters()), ...meter.toolUses() }
  if (!reported) return delivered
  const outputTokens = Math.max(unitsIn(reported.outputTokens), unitsIn(delivered.outputTokens))
  return { ...reported, ...meter.toolUses(), outputTokens, isEstimated: true }
}

/** How much of the end of a stream without a meter is kept: its last event has the usage. */
const LAST_BYTES = 64 * 2 ** 10

/** The last event with a usage. */
function lastData(bytes: Buffer): Buffer {
  const lines = bytes.toString().split(/\r?\n/)
  const data = lines.findLast((line) => line.startsWith('data:') && line.includes('"usage"')) ?? ''
  return Buffer.from(data.slice('data:'.length))
}

/**
 * A token of text has about four characters: what a cut stream delivered, where the vendor could not report it any more, and
 * what an answer has whose vendor reports nothing.
 */
const CHARACTERS_PER_TOKEN = 4

export function estimated({ format, json, body }: Running['request'], delivered: number): Usage {
  const { inputCharacters, serviceTier } = format ? format.boundOf(json ?? {}) : { inputCharacters: body.byteLength }
  return {
    // What was asked for: the vendor names the tier that it gave with the usage alone.
    ...(serviceTier === undefined ? {} : { serviceTier }),
    inputTokens: Math.ceil(inputCharacters / CHARACTERS_PER_TOKEN),
    outputTokens: Math.ceil(delivered / CHARACTERS_PER_TOKEN),
    isEstimated: true,
  }
}

function asksForUsage(body: JsonObject | undefined): boolean {
  const { stream_options: options } = body ?? {}
  return typeof options === 'object' && options !== null && !Array.isArray(options) && options.include_usage === true
}

/** The bytes as they came, unless the vendor has another name for the model, or must be asked for the usage. */
function bodyFor(
  { body, json, model: named, endpoint, renamed }: Running['request'],
  model: string,
  wantsUsage: boolean,
): Uint8Array | string {
  const isInPath = endpoint.endsWith('Content') || endpoint.endsWith('Contents') || endpoint === 'countTokens'
  const renames = model !== named && !isInPath
  if (!json) return renames && renamed ? renamed(model) : body
  if (!renames && !wantsUsage) return body
  const { stream_options: options } = json
  return JSON.stringify({
    ...json,
    ...(renames ? { model } : {}),
    ...(wantsUsage ? { stream_options: { ...(typeof options === 'object' ? options : {}), include_usage: true } } : {}),
  })
}

/** Drops the event with the usage that the caller did not ask for: OpenAI sends it last, with no choices. */
function withoutUsage(events: Buffer): Buffer {
  if (!events.includes('"usage"')) return events
  const each = events.toString().split(/(?<=\n\r?\n|\r\r)/)
  return Buffer.from(
    each.filter((event) => !(/"choices":\s*\[\s*\]/.test(event) && event.includes('"usage"'))).join(''),
  )
}

export function passedHeaders(given: StreamAnswer['headers']): Record<string, string> {
  const found: Record<string, string> = {}
  for (const name of PASSED_HEADERS) {
    const value = given[name]
    if (typeof value === 'string') found[name] = value
  }
  return found
}

function tooLong(maxBytes: number): PolyphonyError {
  return new PolyphonyError('output_unusable', `The vendor's answer has more than ${maxBytes / 2 ** 20} MiB.`)
}

function errorTooLong(): PolyphonyError {
  return new PolyphonyError('output_unusable', 'The error of the vendor is too long.')
}

/** An answer that has an end. Throws `output_unusable` where it is too long. */
export function readWholeAnswer(answer: StreamAnswer): Promise<Buffer> {
  return readWhole(answer, MAX_BYTES, tooLong)
}

async function readWhole(
  answer: StreamAnswer,
  maxBytes: number,
  tooLarge: (maxBytes: number) => PolyphonyError,
): Promise<Buffer> {
  if (!answer.whole) return readAll(answer, maxBytes, tooLarge)
  const bytes = await answer.whole(maxBytes)
  if (!bytes) throw tooLarge(maxBytes)
  return bytes
}

async function readAll(
  answer: StreamAnswer,
  maxBytes: number,
  tooLarge: (maxBytes: number) => PolyphonyError,
): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of chunksToKeep(answer, maxBytes, tooLarge)) chunks.push(chunk)
  const [only] = chunks
  return chunks.length === 1 && only ? only : Buffer.concat(chunks)
}

/** The vendor's error in our codes, with its own words. */
function vendorError(status: number, headers: StreamAnswer['headers'], json: JsonObject | undefined): PolyphonyError {
  const error = json?.error
  const named = isJsonObject(error) ? [error.message, error.code, error.type] : [error, json?.message, json?.detail]
  const words = named.find((one) => typeof one === 'string' && one !== '')
  const sent = Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []))
  return vendorFailure({
    statusCode: status,
    message: typeof words === 'string' ? words : `The vendor answers ${status}.`,
    responseHeaders: Object.fromEntries(sent),
  })
}
