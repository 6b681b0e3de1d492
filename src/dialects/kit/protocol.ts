import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import { MINUTE_MS } from '../../core/clock.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isEnough } from '../../core/person.ts'
import type { Task } from '../../core/task.ts'
import type { Submission } from '../../tasks/tasks.ts'
import type { DialectContext } from '../dialect.ts'
import {
  abortOnDisconnect,
  asPolyphonyError,
  authenticator,
  idempotencyOf,
  keyReader,
  logServerError,
  noteSubmitted,
  originOf,
} from './requests.ts'

interface ErrorAnswer {
  status: number
  body: unknown
  headers?: Record<string, string>
}

/** How a protocol is served: under which paths, with which key headers, and with which error envelope. */
export interface Protocol {
  /** Each with everything below it; '' for bare paths, which are served beside those of others. */
  prefixes: readonly string[]
  /** Headers that may carry the key beside `Authorization` and `x-api-key`, in lower case. */
  keyHeaders?: string[]
  /** Where the key is, for protocols that have it in another place than a header of its own. */
  keyIn?(request: FastifyRequest): string | undefined
  /** What most of its requests are: calls may wait longer to be read than tasks. Default: tasks. */
  kind?: 'task' | 'call'
  /** Resolves the credential to a caller. Default: `context.authenticate`. */
  authenticate?: DialectContext['authenticate']
  /**
   * Whether the session of a person works in place of a key: for what pages of the workspace call, which may be some of the
   * routes only. Default: no.
   */
  takesCookies?: boolean | readonly string[]
  error(error: PolyphonyError, request: FastifyRequest): ErrorAnswer
  routes(app: FastifyInstance, context: DialectContext): void | Promise<void>
}

/** Serves a protocol as encapsulated plugins: its errors and its keys stay below its prefixes. */
export async function serve(app: FastifyInstance, context: DialectContext, protocol: Protocol): Promise<void> {
  for (const prefix of protocol.prefixes) {
    await app.register(
      async (inside) => {
        const {
          authenticate: identify = context.authenticate,
          keyHeaders,
          keyIn,
          kind,
          takesCookies = false,
        } = protocol
        const checkLoad = () => context.checkLoad(kind)
        const { rateOf, callerByCookie } = context
        const takes = ({ routeOptions }: FastifyRequest) =>
          takesCookies === true || (takesCookies !== false && takesCookies.includes(routeOptions.url ?? ''))
        const people = callerByCookie && takesCookies ? byCookie(callerByCookie, takes) : {}
        const admits = { checkLoad, rateOf, authenticate: identify, ...people }
        const authenticate = authenticator(admits, keyIn ?? keyReader(keyHeaders))
        inside.addHook('onRequest', authenticate)
        const answerError = handleErrors(inside, protocol.error)
        const owner = { authenticate, answerError }
        if (inside.prefix !== '') inside.protocolPaths.add(inside.prefix, owner)
        inside.addHook('onRoute', ({ url }) => inside.protocolPaths.addRoute(url, owner))
        await protocol.routes(inside, context)
      },
      { prefix },
    )
  }
}

/** The sessions of people, for the requests that may have one. */
function byCookie(
  callerOf: NonNullable<DialectContext['callerByCookie']>,
  takes: (request: FastifyRequest) => boolean,
) {
  return { callerByCookie: (request: FastifyRequest) => (takes(request) ? callerOf(request) : undefined) }
}

/** A viewer of a tenant reads: every other method makes or ends something. */
export const refuseViewers: onRequestHookHandler = ({ method, caller: { person } }, _reply, done) => {
  if (!person || isEnough(person.role, 'member') || method === 'GET' || method === 'HEAD') done()
  else done(new PolyphonyError('forbidden', 'A viewer of a tenant only reads: this needs the role member.'))
}

/** Answers the errors of one plugin in a protocol's envelope; returns the handler. */
export function handleErrors(app: FastifyInstance, error: Protocol['error']) {
  const answerError = (thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const known = asPolyphonyError(thrown)
    logServerError(request, reply, known)
    const { status, body, headers = {} } = error(known, request)
    return reply.code(status).headers(headers).send(body)
  }
  app.setErrorHandler(answerError)
  return answerError
}

/** How long a client that waits for the result may wait for the work to start. */
export const QUEUE_MS = 5 * MINUTE_MS

/** Stores a task for a submission: the same for every route that costs something. */
export async function submitTask(
  request: FastifyRequest,
  reply: FastifyReply,
  { tasks }: DialectContext,
  submission: Submission,
): Promise<Task> {
  const origin = originOf(request)
  const submitted = { ...submission, origin, idempotency: idempotencyOf(request) }
  return noteSubmitted(request, reply, await tasks.submit(submitted, request.caller))
}

/**
 * For protocols that answer with the result: submits, and waits for the end however long the operation may take. The task
 * goes on when the client disconnects. Throws `too_many_waiting`, with nothing submitted, and the error of a failed task.
 */
export async function submitAndWait(
  request: FastifyRequest,
  reply: FastifyReply,
  context: DialectContext,
  submission: Submission,
): Promise<Task> {
  using place = context.tasks.placeToWait(request.caller)
  const { id } = await submitTask(request, reply, context, submission)
  const timeoutMs = QUEUE_MS + submission.operation.timeoutMs
  const task = await context.tasks.wait(id, request.caller, { timeoutMs, signal: abortOnDisconnect(reply), place })
  if (task.status === 'completed') return task
  throw failureOf(task)
}

/** The error to answer with when a task did not succeed. */
export function failureOf(task: Task): PolyphonyError {
  if (task.error) return new PolyphonyError(task.error.code, task.error.message)
  if (task.status === 'cancelled') return new PolyphonyError('vendor_refused', 'The task was cancelled.')
  return new PolyphonyError('timed_out', `The task ${task.id} is still ${task.status}; the work goes on.`)
}
