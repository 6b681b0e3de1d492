import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Operation } from '../../catalog/operation.ts'
import type { Caller } from '../../core/caller.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isId, taskOfItem } from '../../core/ids.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Task } from '../../core/task.ts'
import type { Tasks } from '../../tasks/tasks.ts'
import { isText } from '../body.ts'
import type { DialectContext } from '../dialect.ts'
import { submitted } from '../protocol.ts'
import { clipIdsOf } from './clip.ts'
import type { Wish } from './to-task.ts'

/** Who a task was asked through; it renders the task's callbacks. */
export const DIALECT = 'suno'

/** Stores what was asked for; the same for every route that costs something. */
export async function submit(
  request: FastifyRequest,
  reply: FastifyReply,
  context: DialectContext,
  wish: Wish,
): Promise<Task> {
  await checkOrigin(context.tasks, wish.operation, wish.input, request.caller)
  return submitted(request, reply, context, { ...wish, dialect: DIALECT })
}

/** Throws `task_not_found`, naming the field, unless the task and the clip to build on exist. */
async function checkOrigin(tasks: Tasks, operation: Operation, input: JsonObject, caller: Caller): Promise<void> {
  const clipId = operation.follows(input)
  if (clipId === undefined) return
  const clipField = operation.taskType === 'music' ? 'continue_clip_id' : 'clip_id'
  const parent = isId(clipId) ? await find(tasks, taskOfItem(clipId).taskId, caller) : undefined
  if (!parent || !clipIdsOf(parent).includes(clipId)) throw originUnknown(clipField, clipId)
  const { task_id: named } = input
  // A clip of the flat shape gives its task as TASK_1 or TASK_2, and clients send back what they got.
  if (!isText(named) || named.replace(/_\d$/, '') === parent.id) return
  if (!(await find(tasks, named.replace(/_\d$/, ''), caller))) throw originUnknown('task_id', named)
}

async function find(tasks: Tasks, id: string, caller: Caller): Promise<Task | undefined> {
  const [task] = await tasks.getMany([id], caller)
  return task
}

function originUnknown(field: string, id: string): PolyphonyError {
  return new PolyphonyError('task_not_found', `${field}: there is no ${id} to build on.`, { field })
}
