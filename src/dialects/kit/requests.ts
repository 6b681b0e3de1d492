import { hash } from 'node:crypto'
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import type { Caller } from '../../core/caller.ts'
import { type ErrorCode, invalidInput, PolyphonyError } from '../../core/errors.ts'
import { numeralIn } from '../../core/sent-values.ts'
import type { Task } from '../../core/task.ts'
import type { RequestOrigin } from '../../tasks/submission.ts'
import type { DialectContext } from '../dialect.ts'
import { setRateHeaders } from './rate-headers.ts'
import { retryAfterOf } from './retry-after.ts'

/** Parts of a request that every dialect reads in the same way. */

/**
 * The caller of a route that needs no key; undefined without a known key. For what such a route shows to one tenant
 * alone.
 */
export async function callerIfKnown(
  request: FastifyRequest,
  context: Pick<DialectContext, 'authenticate'>,
  ownHeaders: string[] = [],
): Promise<Caller | undefined> {
  try {
    return await context.authenticate(keyOf(request, ownHeaders))
  } catch (error) {
    if (error instanceof PolyphonyError && error.code === 'unauthorized') return undefined
    throw error
  }
}

/** Finds the key of a request; undefined where it has none. */
type KeyReader = (request: FastifyRequest) => string | undefined

/** Reads keys from the headers that every protocol takes, and from those of its own, in lower case. */
export function keyReader(ownHeaders: string[] = []): KeyReader {
  return (request) => keyOf(request, ownHeaders)
}

/**
 * Puts the caller on every request of a plugin, before the body is read. Under overload a POST is refused before even that:
 * when refusing costs as much as accepting, nothing is gained by it. With `callerByCookie`, the session of a person works
 * where there is no key.
 */
export function authenticator(
  context: Pick<DialectContext, 'authenticate' | 'checkLoad' | 'rateOf' | 'callerByCookie'>,
  keyIn: KeyReader,
): onRequestHookHandler {
  const admit = (request: FastifyRequest, reply: FastifyReply, caller: Caller): void => {
    request.caller = caller
    if (caller.requestsPerMinute === null) return
    const state = context.rateOf(caller)
    if (state) setRateHeaders(reply, state)
  }
  return (request, reply, done) => {
    if (request.method === 'POST') context.checkLoad()
    const key = keyIn(request)
    const byCookie = key === undefined && request.headers.cookie !== undefined && context.callerByCookie?.(request)
    const found = byCookie || context.authenticate(key)
    // A known key is answered on the spot: this runs before every request.
    if (!(found instanceof Promise)) {
      admit(request, reply, found)
      done()
      return
    }
    found.then((caller) => {
      admit(request, reply, caller)
      done()
    }, done)
  }
}

/** The key in `Authorization` (bare, or after `Bearer`, `Key` or `Token`), in `x-api-key`, or in a header of the protocol's own. */
export function keyOf({ headers }: FastifyRequest, ownHeaders: string[] = []): string | undefined {
  const authorization = headers.authorization?.replace(/^(?:Bearer|Key|Token)\s+/i, '').trim()
  // Some Midjourney clients put their own name here and the key elsewhere.
  if (authorization && authorization !== 'midjourney-proxy') return authorization
  for (const name of ['x-api-key', ...ownHeaders]) {
    const value = headers[name]
    if (typeof value === 'string' && value.trim() !== '') return value.trim()
  }
  return undefined
}

/**
 * The `Idempotency-Key` of a paid POST, with a fingerprint of the request. The same key with the same method, path and
 * body means the same task; with another request it is refused.
 */
export function idempotencyOf(request: FastifyRequest): { key: string; fingerprint: string } | undefined {
  const key = request.headers['idempotency-key']
  if (key === undefined) return undefined
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw invalidInput('Idempotency-Key', 'must be 1 to 255 visible ASCII characters')
  }
  const path = request.url.split('?', 1)[0]
  return { key, fingerprint: hash('sha256', `${request.method} ${path} ${textOf(request.body)}`, 'hex') }
}

/** What was sent, as JSON. Throws `malformed_body`. */
export function textOf(body: unknown): string {
  try {
    return JSON.stringify(body)
  } catch (error) {
    // Reading nests by loops, writing by calls: some thousand levels are more than the stack holds.
    throw new PolyphonyError('malformed_body', 'The body is nested too deeply.', { cause: error })
  }
}

/** The request as it is stored with the tasks that it submits. */
export function originOf({ id, headers, traceparent: own }: FastifyRequest): RequestOrigin {
  const traceparent = own ?? headers.traceparent
  return { requestId: id, traceparent: typeof traceparent === 'string' && isTrace(traceparent) ? traceparent : null }
}

/** https://www.w3.org/TR/trace-context: a version, a trace, a span and flags; ids of zeros are invalid. */
function isTrace(text: string): boolean {
  return /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/.test(text)
}

/** Notes the task that the request made, or that an earlier one like it had made, which the answer says. */
export function noteSubmitted(
  request: FastifyRequest,
  reply: FastifyReply,
  { task, replayed }: { task: Task; replayed: boolean },
): Task {
  request.taskId = task.id
  markReplay(reply, replayed)
  return task
}

/** Marks an answer as the repetition of an earlier one. */
export function markReplay(reply: FastifyReply, replayed: boolean): void {
  if (replayed) reply.header('Idempotency-Replayed', 'true')
}

/** The task at once or, with `?wait=SECONDS`, when it ends or the wait is over. */
export async function taskFor(
  request: FastifyRequest,
  reply: FastifyReply,
  id: string,
  context: DialectContext,
): Promise<Task> {
  request.taskId = id
  const seconds = waitOf(request, context.limits.maxWaitSeconds)
  if (seconds === 0) return context.tasks.get(id, request.caller)
  return context.tasks.wait(id, request.caller, { timeoutMs: seconds * 1_000, signal: abortOnDisconnect(reply) })
}

const JSON_TYPE = 'application/json; charset=utf-8'

/**
 * Answers with a task, as `render` writes it. Ended tasks do not change and are read again and again: while one is in
 * memory it is rendered once, and sent without a promise.
 */
export function taskSender(
  context: DialectContext,
  render: (task: Task) => string,
): (request: FastifyRequest, reply: FastifyReply, id: string) => Promise<FastifyReply> | undefined {
  const rendered = new WeakMap<Task, { text: string; publicUrl: string }>()
  return (request, reply, id) => {
    // A `wait` is read even when there is nothing to wait for, so that a wrong one is always refused.
    const ended = waitIn(request) === undefined ? context.tasks.peek(id, request.caller) : undefined
    if (!ended) {
      return taskFor(request, reply, id, context).then((task) =>
        reply.header('content-type', JSON_TYPE).send(render(task)),
      )
    }
    request.taskId = id
    const { publicUrl } = context.urls
    let kept = rendered.get(ended)
    if (kept?.publicUrl !== publicUrl) {
      kept = { text: render(ended), publicUrl }
      rendered.set(ended, kept)
    }
    reply.header('content-type', JSON_TYPE).send(kept.text)
    return undefined
  }
}

function waitIn(request: FastifyRequest): unknown {
  return (request.query as Record<string, unknown>).wait
}

function waitOf(request: FastifyRequest, maximum: number): number {
  const wait = waitIn(request)
  if (wait === undefined || wait === '') return 0
  const seconds = typeof wait === 'string' ? numeralIn(wait.trim()) : undefined
  if (seconds === undefined || seconds < 0) {
    throw invalidInput('wait', `must be a number of seconds, at most ${maximum}`)
  }
  return Math.min(seconds, maximum)
}

/** Shared: an abort without a reason makes an error with a stack. */
const GONE = new Error('The client has gone away.')

/** Aborts when the client has gone away before its answer was whole. For requests that wait. */
export function abortOnDisconnect(reply: FastifyReply): AbortSignal {
  reply.request.isOpenEnded = true
  const controller = new AbortController()
  const { raw } = reply
  const leave = () => {
    if (!raw.writableFinished) controller.abort(GONE)
  }
  // A client may have left already, as while its files were read: 'close' does not come again.
  if (raw.destroyed) leave()
  else raw.once('close', leave)
  return controller.signal
}

function about({ method, routeOptions, caller, taskId }: FastifyRequest) {
  const who = caller ? { tenantId: caller.tenantId, keyId: caller.keyId } : {} // none before the key is read
  return { method, route: routeOptions.url ?? null, ...who, ...(taskId === undefined ? {} : { taskId }) }
}

/** Where an error was thrown is of use only if it was not expected. */
function faultOf(error: PolyphonyError) {
  const { code, message: reason, cause } = error
  if (code === 'internal') return { code, err: cause ?? error }
  return { code, reason, ...(cause instanceof Error ? { cause: cause.message } : {}) }
}

const FASTIFY_CODES: Record<string, ConstructorParameters<typeof PolyphonyError>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: ['malformed_body', 'The body is not valid JSON.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['malformed_body', 'The body is empty; it must be a JSON object.'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['payload_too_large', 'The body is too large.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['malformed_body', 'The length of the body differs from Content-Length.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported_media', 'Send the body as application/json.'],
  FST_ERR_CTP_INVALID_CONTENT_ENCODING: ['unsupported_media', 'Send the body without Content-Encoding.'],
  FST_ERR_ROUTE_MISSING_CONTENT_TYPE: ['unsupported_media', 'Set Content-Type to the type of the body.'],
  FST_ERR_BAD_URL: ['not_found', 'The path is not a valid URL.'],
  FST_ERR_MAX_PARAM_LENGTH: ['not_found', 'A part of the path is longer than any id.'],
}

/** Anything that a route threw, as one of our errors. Internal errors keep their cause for the log. */
export function asPolyphonyError(thrown: unknown): PolyphonyError {
  if (thrown instanceof PolyphonyError) return thrown
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  if (isGone({ cause: thrown })) {
    return new PolyphonyError('malformed_body', 'The client went away before its body was whole.', { cause: thrown })
  }
  const known = FASTIFY_CODES[code]
  if (known) return new PolyphonyError(known[0], known[1], { cause: thrown })
  return new PolyphonyError('internal', 'Something went wrong on our side; the log has the cause.', { cause: thrown })
}

/** Whether Node reports that the client went away before its body was whole: not a fault of ours, and no client reads the answer. */
function isGone({ cause }: { cause?: unknown }): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNRESET' && cause.message === 'aborted'
}

/**
 * Errors of the gateway itself. The rest concerns a provider or the request: a client could fill the log with it, and the
 * line of the request has its code. An overload is logged where it is noticed, once for many requests.
 */
const OWN_FAULTS: ReadonlySet<ErrorCode> = new Set(['internal', 'store_unavailable', 'storage_full'])

/** Logs errors of the gateway, once, where they are answered; sets the headers of an error. */
export function logServerError(request: FastifyRequest, reply: FastifyReply, error: PolyphonyError): void {
  request.errorCode = error.code
  if (isGone(error)) request.log.debug({ route: request.routeOptions.url }, 'the client went away')
  if (OWN_FAULTS.has(error.code)) request.log.error({ ...about(request), ...faultOf(error) }, 'request failed')
  const seconds = retryAfterOf(error)
  const { requestsPerMinute: perMinute } = error.details
  if (perMinute !== undefined) setRateHeaders(reply, { perMinute, remaining: 0, resetSeconds: seconds ?? 0 })
  if (seconds !== undefined) reply.header('Retry-After', String(seconds))
}
