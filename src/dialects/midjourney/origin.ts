import type { FastifyRequest } from 'fastify'
import { fieldError, PolyphonyError } from '../../core/errors.ts'
import type { Task } from '../../core/task.ts'
import type { DialectContext } from '../dialect.ts'
import { isOurs } from './from-task.ts'
import { WINDOW } from './window.ts'

/** The task with this id, or the task of the window with this id. Throws `task_not_found`. */
export async function taskBehind(id: string, request: FastifyRequest, context: DialectContext): Promise<Task> {
  const [own] = await context.tasks.getMany([id], request.caller)
  const task = own ?? (await taskOfWindow(id, request, context))
  if (!task || !isOurs(task)) throw new PolyphonyError('task_not_found', `No task ${id}.`)
  return task
}

async function taskOfWindow(id: string, request: FastifyRequest, context: DialectContext): Promise<Task | undefined> {
  const draft = await context.drafts.find(id, WINDOW, request.caller)
  if (typeof draft?.body.taskId !== 'string') return undefined
  const [task] = await context.tasks.getMany([draft.body.taskId], request.caller)
  return task
}

/** A finished task to build on. Throws `task_not_found` and `parent_not_usable`. */
export async function originOf(id: string, request: FastifyRequest, context: DialectContext): Promise<Task> {
  const task = await taskBehind(id, request, context)
  if (task.status !== 'completed') {
    throw fieldError('parent_not_usable', 'taskId', `names ${id}, but its task is ${task.status}`)
  }
  return task
}
