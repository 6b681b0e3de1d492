import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Operation } from '../../catalog/operation.ts'
import { readInput } from '../../catalog/read-input.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Task } from '../../core/task.ts'
import type { Submission } from '../../tasks/tasks.ts'
import type { DialectContext } from '../dialect.ts'
import { submitted } from './protocol.ts'
import { respelt, type Spelling } from './spelling.ts'

/** What a body asks for, and how the caller spells its fields. */
export type NamedWish = Pick<Submission, 'operation' | 'input' | 'inputAt' | 'echo' | 'webhook'> & { names: Spelling }

/** `readInput`, with errors that name the caller's fields. */
export function readNamed(operation: Operation, fields: JsonObject, names: Spelling, at = ''): JsonObject {
  try {
    return readInput(operation, fields, at)
  } catch (error) {
    throw respelt(error, names)
  }
}

/** `submitted`, with errors that name the caller's fields. */
export async function submittedInOwnNames(
  request: FastifyRequest,
  reply: FastifyReply,
  context: DialectContext,
  { names, ...wish }: NamedWish & Pick<Submission, 'dialect'>,
): Promise<Task> {
  try {
    return await submitted(request, reply, context, wish)
  } catch (error) {
    throw respelt(error, names)
  }
}
