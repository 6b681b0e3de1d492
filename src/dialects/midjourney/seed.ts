import type { FastifyReply, FastifyRequest } from 'fastify'
import { getOperation } from '../../catalog/catalog.ts'
import type { Output } from '../../catalog/outputs.ts'
import { readInput } from '../../catalog/read-input.ts'
import type { Task } from '../../core/task.ts'
import type { DialectContext } from '../dialect.ts'
import { failureOf } from '../kit/protocol.ts'
import { abortOnDisconnect, originOf } from '../kit/requests.ts'
import { seedOf } from './from-task.ts'
import { DIALECT } from './submission.ts'

/** How long a caller waits for the answer; new-api gives up after half a minute. The task goes on. */
const WAIT_MS = 28_000

/**
 * The seed of a task: as its prompt sets it or, by a task of its own, as the provider reports it. It is paid once, however
 * often it is requested.
 */
export async function seedFor(
  origin: Task,
  request: FastifyRequest,
  reply: FastifyReply,
  context: DialectContext,
): Promise<string> {
  const known = seedOf(origin)
  if (known !== undefined) return known
  using place = context.tasks.placeToWait(request.caller)
  const { id } = await submitOnce(origin, `${DIALECT}.seed:${origin.id}`, request, context)
  const ended = await context.tasks.wait(id, request.caller, {
    timeoutMs: WAIT_MS,
    signal: abortOnDisconnect(reply),
    place,
  })
  if (ended.status !== 'completed') throw failureOf(ended)
  return (ended.output as Output['texts']).texts[0] ?? '' // stored in the catalogue's shape
}

/** Submits once; again where an earlier task has failed. */
async function submitOnce(origin: Task, key: string, request: FastifyRequest, context: DialectContext): Promise<Task> {
  const operation = getOperation('midjourney/seed')
  const input = readInput(operation, { origin_task_id: origin.id })
  const idempotency = { key, fingerprint: origin.id }
  const submission = { operation, input, dialect: DIALECT, origin: originOf(request), idempotency }
  const { task, replayed } = await context.tasks.submit(submission, request.caller)
  request.taskId = task.id
  const hasFailed = task.status === 'failed' || task.status === 'cancelled'
  return replayed && hasFailed ? submitOnce(origin, `${DIALECT}.seed:${task.id}`, request, context) : task
}
