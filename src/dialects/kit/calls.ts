import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { CallRequest } from '../../calls/calls.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import type { DialectContext } from '../dialect.ts'
import { jsonParser } from './json-body.ts'
import { abortOnDisconnect } from './requests.ts'

/** A body as it came, and what it says. */
interface RawBody {
  bytes: Buffer
  json: JsonObject | undefined
}

/** What a route of calls says of itself; the rest is the same for all. */
export interface CallRoute extends Pick<CallRequest, 'endpoint' | 'usageOf'> {
  format?: CallRequest['format']
  /** Default: the field `model` of the body. */
  modelOf?(request: FastifyRequest, body: JsonObject | undefined): string
  /** Default: the field `stream` of the body. */
  isStreamed?(request: FastifyRequest, body: JsonObject | undefined): boolean
  boundOf?(body: RawBody): CallRequest['bound']
  /** Fields that must be there. */
  required?: readonly string[]
}

/** Pictures and sound come as base64 in the body. */
export const CALL_BODY_BYTES = 64 * 2 ** 20

/** Headers by which clients choose features of the vendor. Their keys, cookies and addresses never leave. */
const PASSED = ['anthropic-beta', 'anthropic-version', 'openai-beta', 'accept', 'x-goog-api-client']

/** Keeps bodies as they came beside what they say: most are passed on. Call it before the routes are added. */
export function keepBodies(app: FastifyInstance): void {
  const parseJson = jsonParser(app)
  app.removeContentTypeParser(['application/json', '*'])
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    parseJson(request, bytes, (error, value) => {
      if (error) return done(error)
      if (!isJsonObject(value as never))
        return done(new PolyphonyError('malformed_body', 'The body must be a JSON object.'))
      done(null, { bytes, json: value } as RawBody)
    })
  })
  app.addContentTypeParser('multipart/form-data', { parseAs: 'buffer' }, (_request, bytes: Buffer, done) =>
    done(null, { bytes, json: undefined } satisfies RawBody),
  )
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    // Some clients leave the type out.
    parseJson(request, bytes, (error, value) => done(error, { bytes, json: value as JsonObject } satisfies RawBody))
  })
}

/**
 * Answers a call: sends the answer as it comes. Nothing is returned to wait for: Fastify would watch the connection for the end
 * of an answer that is sent later.
 */
export function answerCall(
  request: FastifyRequest,
  reply: FastifyReply,
  { calls }: Pick<DialectContext, 'calls'>,
  route: CallRoute,
): void {
  calls.answer(callOf(request, reply, route)).then(
    ({ status, headers, body }) => void reply.code(status).headers(headers).send(body),
    (error: unknown) => void reply.send(error),
  )
}

/** What is needed of the request. */
function callOf(request: FastifyRequest, reply: FastifyReply, route: CallRoute): CallRequest {
  const body = (request.body ?? { bytes: Buffer.alloc(0), json: {} }) as RawBody // as `keepBodies` reads it
  const { bytes, json } = body
  for (const field of route.required ?? []) {
    if (json && (json[field] === undefined || json[field] === null)) throw invalidInput(field, 'is required')
  }
  const model = route.modelOf ? route.modelOf(request, json) : modelIn(json)
  const isStreamed = route.isStreamed ? route.isStreamed(request, json) : json?.stream === true
  request.isOpenEnded = true
  const query = request.url.indexOf('?')
  return {
    caller: request.caller,
    requestId: request.id,
    endpoint: route.endpoint,
    model,
    body: bytes,
    contentType: request.headers['content-type'] ?? 'application/json',
    json,
    headers: passedHeaders(request),
    query: query === -1 ? '' : withoutKey(request.url.slice(query)),
    isStreamed,
    signal: abortOnDisconnect(reply),
    ...(route.format ? { format: route.format } : {}),
    ...(route.usageOf ? { usageOf: route.usageOf } : {}),
    ...boundIn(route, body),
  }
}

function boundIn(route: CallRoute, body: RawBody): Pick<CallRequest, 'bound'> {
  const bound = route.boundOf?.(body)
  return bound ? { bound } : {}
}

export function modelIn(body: JsonObject | undefined): string {
  const model = body?.model
  if (model === undefined || model === null || model === '') throw invalidInput('model', 'is required')
  if (typeof model !== 'string') throw invalidInput('model', 'must be a string')
  return model
}

function passedHeaders({ headers }: FastifyRequest): Record<string, string> {
  const passed: Record<string, string> = {}
  for (const name of PASSED) {
    const value = headers[name]
    if (typeof value === 'string') passed[name] = value
  }
  return passed
}

/** Gemini's clients may put the key into the query: it is ours, and not for the vendor. */
function withoutKey(query: string): string {
  const fields = new URLSearchParams(query)
  fields.delete('key')
  const text = fields.toString()
  return text === '' ? '' : `?${text}`
}

/** The text of a field of a form that was read whole; undefined where there is none. */
export function fieldOfForm(bytes: Buffer, name: string): string | undefined {
  const head = bytes.indexOf(`name="${name}"`)
  if (head === -1) return undefined
  const start = bytes.indexOf('\r\n\r\n', head)
  const end = bytes.indexOf('\r\n', start + 4)
  return start === -1 || end === -1 ? undefined : bytes.subarray(start + 4, end).toString()
}
