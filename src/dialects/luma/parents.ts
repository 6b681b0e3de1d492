import type { FastifyReply, FastifyRequest } from 'fastify'
import { lumaParents } from '../../catalog/luma.ts'
import type { Caller } from '../../core/caller.ts'
import { fieldError, PolyphonyError } from '../../core/errors.ts'
import { callerField } from '../../core/field-names.ts'
import type { Task } from '../../core/task.ts'
import type { Submission } from '../../tasks/tasks.ts'
import type { DialectContext } from '../dialect.ts'
import { submitTask } from '../kit/protocol.ts'
import { isDeleted } from '../shared/deleted-tasks.ts'
import { isLumaVideo } from './from-task.ts'

/** Checks the videos that a submission builds on, and stores its task. */
export async function submit(
  request: FastifyRequest,
  reply: FastifyReply,
  context: DialectContext,
  submission: Submission,
): Promise<Task> {
  for (const { frame, id } of lumaParents(submission.input)) {
    await checkParent(id, callerField(`key_frames.${frame}.id`, submission.names ?? {}), request.caller, context)
  }
  return submitTask(request, reply, context, submission)
}

/** Throws `task_not_found` or `parent_not_usable` unless the id is that of a finished video whose files are kept. */
export async function checkParent(id: string, field: string, caller: Caller, context: DialectContext): Promise<void> {
  const [task] = await context.tasks.getMany([id], caller)
  if (!task || !isLumaVideo(task)) {
    // The id of the path is what the request is about; elsewhere it is a field like others.
    if (field === 'id') throw new PolyphonyError('task_not_found', `No generation ${id}.`)
    throw fieldError('parent_not_usable', field, `names ${id}, but there is no such generation`)
  }
  if (task.status !== 'completed' || (await isDeleted(task, context))) {
    const why = task.status === 'completed' ? 'its files are gone' : `it is ${task.status}`
    throw fieldError('parent_not_usable', field, `names ${id}, but ${why}`)
  }
}
