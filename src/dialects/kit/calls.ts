import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CACHE_HEADER } from '../../calls/answer-cache.ts'
import type { LineRequest } from '../../calls/batch-format.ts'
import type { CallFiles } from '../../calls/call-files.ts'
import { type CallRequest, checkAllowed } from '../../calls/calls.ts'
import type { Caller } from '../../core/caller.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import type { DialectContext } from '../dialect.ts'
import { type CallField, checkModel, readFields } from './call-fields.ts'
import { jsonParser } from './json-body.ts'
import { type FileParts, withOwnFiles } from './own-files.ts'
import { type RawForm, rawForm } from './raw-form.ts'
import { abortOnDisconnect, originOf, textOf } from './requests.ts'

/** A body as it came, and what it says: an object of JSON, or a form. */
interface RawBody {
  bytes: Buffer
  json: JsonObject | undefined
  form: RawForm | undefined
}

/** What a route of calls says of itself; the rest is the same for all. */
export interface CallRoute
  extends Pick<CallRequest, 'endpoint' | 'usageOf' | 'format' | 'names' | 'metered' | 'failure' | 'isFile' | 'isText'> {
  /** Default: the field `model` of the body. */
  modelOf?(body: JsonObject | undefined): string
  /** Default: the field `stream` of the body. */
  isStreamed?: boolean
  boundOf?(body: RawBody): CallRequest['bound']
  /** The usage of an answer where the request has to be looked at, too. */
  usageFor?(body: RawBody): CallRequest['usageOf']
  /** What is checked of the body; of one that is a form, that they are there. */
  fields?: Readonly<Record<string, CallField>>
  /** The body is a form. */
  isForm?: true
  /** The files that a body may name, which are put into it. Default: none. */
  files?: { parts: FileParts; in: CallFiles }
  /** The HTTP status of an error in this API. Default: the error's own. */
  statusOf?: CallRequest['statusOf']
}

/** Pictures and sound come as base64 in the body. */
export const CALL_BODY_BYTES = 64 * 2 ** 20
/** Long conversations, and lists of tokens to embed. */
const MAX_MEMBERS = 500_000

/** The options of a route of calls beside its description. */
export function callOptions<Config extends object>({ config }: { config: Config }) {
  return { bodyLimit: CALL_BODY_BYTES, config: { ...config, maxMembers: MAX_MEMBERS } }
}

/** Headers by which clients choose features of the vendor. Their keys, cookies and addresses never leave. */
const PASSED = ['anthropic-beta', 'anthropic-version', 'openai-beta', 'accept', 'x-goog-api-client']

/** Keeps bodies as they came beside what they say: most are passed on. Call it before the routes are added. */
export function keepBodies(app: FastifyInstance): void {
  const parseJson = jsonParser(app, 'refused')
  app.removeContentTypeParser(['application/json', '*'])
  const keepJson: typeof parseJson = (request, bytes, done) => {
    // Clients announce JSON where they send none, as with a DELETE. A call is never made of it.
    if (bytes.length === 0) return done(null)
    return parseJson(request, bytes, (error, value) => {
      if (error) return done(error)
      if (!isJsonObject(value as never))
        return done(new PolyphonyError('malformed_body', 'The body must be a JSON object.'))
      done(null, { bytes, json: value as JsonObject, form: undefined } satisfies RawBody) // checked above
    })
  }
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, keepJson)
  app.addContentTypeParser('multipart/form-data', { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    try {
      const form = rawForm(bytes, request.headers['content-type'] ?? '')
      done(null, { bytes, json: undefined, form } satisfies RawBody)
    } catch (error) {
      done(error as Error) // as `rawForm` throws it
    }
  })
  // Some clients leave the type out, or send the one of their HTTP client.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, keepJson)
}

/** Answers a call: reads what is needed of the request, and sends the answer as it comes. */
export async function answerCall(
  request: FastifyRequest,
  reply: FastifyReply,
  { calls, tokensOf }: Pick<DialectContext, 'calls' | 'tokensOf'>,
  route: CallRoute,
): Promise<FastifyReply> {
  if (request.body === undefined && request.headers['content-type'] !== undefined && !route.isForm) {
    throw new PolyphonyError('malformed_body', 'The body is empty; it must be a JSON object.')
  }
  const came = bodyOf(request, route)
  const model = checkModel(route.modelOf ? route.modelOf(came.json) : modelIn(came))
  checkAllowed({ caller: request.caller, model }) // before files are read for it
  const body = await withFiles(came, route, request.caller)
  const { bytes, json, form } = body
  const isStreamed = route.isStreamed ?? (form ? form.text('stream') === 'true' : json?.stream === true)
  request.isOpenEnded = true
  const query = request.url.indexOf('?')
  const noteTokens = () => {
    const tokens = tokensOf(request.caller)
    if (tokens) request.rates = { ...request.rates, tokens }
  }
  try {
    const answer = await calls.answer({
      caller: request.caller,
      ...originOf(request),
      endpoint: route.endpoint,
      model,
      body: bytes,
      contentType: form ? (request.headers['content-type'] ?? '') : 'application/json',
      json,
      headers: passedHeaders(request),
      query: query === -1 ? '' : withoutKey(request.url.slice(query)),
      isStreamed,
      signal: abortOnDisconnect(reply),
      ...keepIn(request),
      ...(form ? { renamed: (name: string) => form.withText('model', name) } : {}),
      ...optionsOf(route),
      ...boundIn(route, body),
      ...usageIn(route, body),
    })
    noteTokens()
    return reply
      .code(answer.status)
      .headers({ ...answer.headers, ...askedHeaders(answer) })
      .send(answer.body)
  } catch (error) {
    noteTokens()
    if (error instanceof PolyphonyError) reply.headers(askedHeaders(error.details))
    throw error
  }
}

/** The longest time for which an answer is kept. */
export const MAX_KEEP_SECONDS = 30 * 24 * 3_600

/** For how long the caller lets the answer be given again. Throws `invalid_input` naming the header. */
function keepIn({ headers }: FastifyRequest): Pick<CallRequest, 'keepSeconds'> {
  const text = headers[CACHE_HEADER]
  if (text === undefined) return {}
  const seconds = Number(text)
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_KEEP_SECONDS) {
    throw invalidInput(CACHE_HEADER, `must be a whole number of seconds from 1 to ${MAX_KEEP_SECONDS}`)
  }
  return { keepSeconds: seconds }
}

/** The body with the files of the caller that it names; the body as it came where it names none. */
async function withFiles(body: RawBody, { files }: CallRoute, caller: Caller): Promise<RawBody> {
  const { json } = body
  const filled = files && json && (await withOwnFiles(json, files.parts, caller, files.in))
  return filled ? { bytes: Buffer.from(JSON.stringify(filled)), json: filled, form: undefined } : body
}

/** A call whose body is a line of a batch. Throws `invalid_input` naming the field. */
export async function lineCall(
  route: CallRoute,
  line: JsonObject,
  { caller, headers }: { caller: Caller; headers: Readonly<Record<string, string>> },
): Promise<LineRequest> {
  const json = readFields(line, route.fields ?? {})
  if (json.stream === true) throw invalidInput('stream', 'must not be true in a batch')
  const came = { bytes: Buffer.from(JSON.stringify(json)), json, form: undefined }
  const model = checkModel(route.modelOf ? route.modelOf(json) : modelIn(came))
  const body = await withFiles(came, route, caller)
  return {
    endpoint: route.endpoint,
    model,
    body: body.bytes,
    contentType: 'application/json',
    json: body.json,
    headers,
    ...optionsOf(route),
    ...boundIn(route, body),
    ...usageIn(route, body),
  }
}

function optionsOf({ format, names, usageOf, metered, failure, isFile, isText, statusOf }: CallRoute) {
  return {
    ...(format ? { format } : {}),
    ...(names ? { names } : {}),
    ...(usageOf ? { usageOf } : {}),
    ...(metered ? { metered } : {}),
    ...(failure ? { failure } : {}),
    ...(isFile ? { isFile } : {}),
    ...(isText ? { isText } : {}),
    ...(statusOf ? { statusOf } : {}),
  }
}

/** The body that `keepBodies` has read, as an object; an empty one without a body. Throws `unsupported_media`. */
export function jsonOf(request: FastifyRequest): JsonObject {
  return bodyOf(request, {}).json ?? {}
}

/** The body, with what the route demands of it. Throws `unsupported_media`, and `invalid_input` naming the field. */
function bodyOf(request: FastifyRequest, { isForm, fields = {} }: Pick<CallRoute, 'isForm' | 'fields'>): RawBody {
  // What `keepBodies` reads; undefined for a request without a body.
  const body = (request.body ?? { bytes: Buffer.alloc(0), json: {}, form: undefined }) as RawBody
  const { json, form } = body
  if (isForm && !form) throw new PolyphonyError('unsupported_media', 'Send the body as multipart/form-data.')
  if (!isForm && form) throw new PolyphonyError('unsupported_media', 'Send the body as application/json.')
  if (form) {
    for (const [name, { isRequired }] of Object.entries(fields)) {
      if (isRequired && !form.has(name)) throw invalidInput(name, 'is required')
    }
  }
  const read = json && readFields(json, fields)
  if (!read || read === json) return body
  // The vendor gets what was read, and so what is billed: "true" for `stream` may be no stream there.
  return { bytes: Buffer.from(textOf(read)), json: read, form }
}

/** Who answered, where it is another model than the named one, and the accounts tried before: names, in characters that a header can have. */
function askedHeaders({
  provider,
  model,
  tried = [],
}: {
  provider?: string | undefined
  model?: string | undefined
  tried?: readonly string[]
}) {
  return {
    ...(provider === undefined ? {} : { 'x-polyphony-provider': provider }),
    ...(model === undefined ? {} : { 'x-polyphony-model': headerText(model) }),
    ...(tried.length === 0 ? {} : { 'x-polyphony-tried': tried.map(headerText).join(', ') }),
  }
}

function headerText(name: string): string {
  return name.replaceAll(/[^\x20-\x2b\x2d-\x7e]/gu, (one) =>
    [...Buffer.from(one)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  )
}

function boundIn(route: CallRoute, body: RawBody): Pick<CallRequest, 'bound'> {
  const bound = route.boundOf?.(body)
  return bound ? { bound } : {}
}

function usageIn(route: CallRoute, body: RawBody): Pick<CallRequest, 'usageOf'> {
  const usageOf = route.usageFor?.(body)
  return usageOf ? { usageOf } : {}
}

function modelIn({ json, form }: RawBody): string {
  const model = form ? form.text('model') : json?.model
  if (model === undefined || model === null || model === '') throw invalidInput('model', 'is required')
  if (typeof model !== 'string') throw invalidInput('model', 'must be a string')
  return model
}

export function passedHeaders({ headers }: FastifyRequest): Record<string, string> {
  const found: Record<string, string> = {}
  for (const name of PASSED) {
    const value = headers[name]
    if (typeof value === 'string') found[name] = value
  }
  return found
}

/** Gemini's clients may put the key into the query: it is ours, and not for the vendor. */
function withoutKey(query: string): string {
  const fields = new URLSearchParams(query)
  fields.delete('key')
  const text = fields.toString()
  return text === '' ? '' : `?${text}`
}
