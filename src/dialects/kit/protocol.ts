import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { MINUTE_MS } from '../../core/clock.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Task } from '../../core/task.ts'
import type { Submission } from '../../tasks/tasks.ts'
import type { DialectContext } from '../dialect.ts'
import { asPolyphonyError, authenticated, gone, idempotencyOf, markReplay, noteError } from './requests.ts'
import { unknownRoute } from './unknown-routes.ts'

/** What a protocol is served under: its addresses, its own key headers, its form of an error. */
export interface Protocol {
  /** Each with everything below it; '' for bare paths, which are served beside those of others. */
  prefixes: readonly string[]
  /** Headers that may carry the key beside `Authorization` and `x-api-key`, in lower case. */
  keyHeaders?: string[]
  /** Who sends what stands in a key's place; `context.authenticate` where it is left out. */
  authenticate?: DialectContext['authenticate']
  error(error: PolyphonyError, request: FastifyRequest): { status: number; body: unknown }
  routes(app: FastifyInstance, context: DialectContext): void | Promise<void>
}

/** Serves a protocol as encapsulated plugins: its errors and its keys stay below its prefixes. */
export async function serve(app: FastifyInstance, context: DialectContext, protocol: Protocol): Promise<void> {
  for (const prefix of protocol.prefixes) {
    await app.register(
      async (inside) => {
        const answerError = (thrown: unknown, request: FastifyRequest, reply: FastifyReply) => {
          const error = asPolyphonyError(thrown)
          noteError(request, reply, error)
          const { status, body } = protocol.error(error, request)
          return reply.code(status).send(body)
        }
        const { authenticate = context.authenticate, keyHeaders = [] } = protocol
        authenticated(inside, { authenticate, checkLoad: context.checkLoad }, keyHeaders)
        inside.setErrorHandler(answerError)
        if (prefix !== '') {
          inside.setNotFoundHandler((request, reply) => {
            const error = unknownRoute(request, reply)
            return error ? answerError(error, request, reply) : reply
          })
        }
        await protocol.routes(inside, context)
      },
      { prefix },
    )
  }
}

/** How long a client that waits for the work may wait for its begin. */
const QUEUE_MS = 5 * MINUTE_MS

/** Stores what was asked for; the same for every route that costs something. */
export async function submitted(
  request: FastifyRequest,
  reply: FastifyReply,
  { tasks }: DialectContext,
  submission: Submission,
): Promise<Task> {
  const { task, replayed } = await tasks.submit({ ...submission, idempotency: idempotencyOf(request) }, request.caller)
  markReplay(reply, replayed)
  return task
}

/**
 * For protocols that answer when the work is done: submits, and waits for the end however long the operation may take.
 * The task goes on when the client leaves. Throws `too_many_waiting`, with nothing submitted, and `vendor_refused` and others when it failed.
 */
export async function performed(
  request: FastifyRequest,
  reply: FastifyReply,
  context: DialectContext,
  submission: Submission,
): Promise<Task> {
  using place = context.tasks.placeToWait(request.caller)
  const { id } = await submitted(request, reply, context, submission)
  const timeoutMs = QUEUE_MS + submission.operation.timeoutMs
  const task = await context.tasks.wait(id, request.caller, { timeoutMs, signal: gone(reply), place })
  if (task.status === 'completed') return task
  throw failureOf(task)
}

/** Why a task did not succeed, as an error to be answered with. */
export function failureOf(task: Task): PolyphonyError {
  if (task.error) return new PolyphonyError(task.error.code, task.error.message)
  if (task.status === 'cancelled') return new PolyphonyError('vendor_refused', 'The task was cancelled.')
  return new PolyphonyError('timed_out', `The task ${task.id} is ${task.status}; it goes on.`)
}
