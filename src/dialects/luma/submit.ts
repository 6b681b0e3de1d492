import type { FastifyReply, FastifyRequest } from 'fastify'
import { lumaParents } from '../../catalog/luma.ts'
import type { Caller } from '../../core/caller.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Task } from '../../core/task.ts'
import type { DialectContext } from '../dialect.ts'
import { type NamedWish, submittedInOwnNames } from '../kit/own-names.ts'
import { isDeleted } from '../shared/deleted-tasks.ts'
import { isLumaVideo } from './from-task.ts'

/** Who a task was asked through; it renders the task's callbacks. */
export const DIALECT = 'luma'

/** Stores what was asked for; the same for every route that costs something. */
export async function submit(
  request: FastifyRequest,
  reply: FastifyReply,
  context: DialectContext,
  wish: NamedWish,
): Promise<Task> {
  for (const { frame, id } of lumaParents(wish.input)) {
    const field = wish.names.key_frames === 'id' ? 'id' : `keyframes.${frame}.id`
    await checkParent(id, field, request.caller, context)
  }
  return submittedInOwnNames(request, reply, context, { ...wish, dialect: DIALECT })
}

/** Throws unless there is a finished video of this id to build on. */
export async function checkParent(id: string, field: string, caller: Caller, context: DialectContext): Promise<void> {
  const [task] = await context.tasks.getMany([id], caller)
  if (!task || !isLumaVideo(task)) {
    // What stands in the path is what the request is about; elsewhere it is a field like others.
    if (field === 'id') throw new PolyphonyError('task_not_found', `No generation ${id}.`)
    throw new PolyphonyError('parent_not_usable', `${field}: there is no generation ${id} to go on from.`, { field })
  }
  if (task.status !== 'completed' || (await isDeleted(task, context))) {
    const why = task.status === 'completed' ? 'its files are gone' : `it is ${task.status}`
    throw new PolyphonyError('parent_not_usable', `${field}: ${id} cannot be built on, as ${why}.`, { field })
  }
}
