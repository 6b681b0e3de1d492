import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Task } from '../../core/task.ts'
import type { DialectContext } from '../dialect.ts'
import { type NamedWish, submittedInOwnNames } from '../kit/own-names.ts'

/** Who a task was asked through; it renders the task's callbacks. */
export const DIALECT = 'runway'

/** Stores what was asked for; the same for every route that costs something. */
export function submit(
  request: FastifyRequest,
  reply: FastifyReply,
  context: DialectContext,
  wish: NamedWish,
): Promise<Task> {
  return submittedInOwnNames(request, reply, context, { ...wish, dialect: DIALECT })
}
