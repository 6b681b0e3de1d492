import type { FastifyReply, FastifyRequest } from 'fastify'
import { sunoPersona } from '../../catalog/suno-tools.ts'
import type { Caller } from '../../core/caller.ts'
import { MINUTE_MS } from '../../core/clock.ts'
import { fieldError, type PolyphonyError } from '../../core/errors.ts'
import { isId, isSameItem, taskOfItem } from '../../core/ids.ts'
import type { Task } from '../../core/task.ts'
import type { Tasks } from '../../tasks/tasks.ts'
import type { DialectContext } from '../dialect.ts'
import { isText } from '../kit/fields.ts'
import { submitTask } from '../kit/protocol.ts'
import { originOf } from '../kit/requests.ts'
import { clipIdsOf } from '../shared/clip-ids.ts'
import { DIALECT, type SunoSubmission } from './to-task.ts'

/** Checks the clip or task on which the submission builds, and stores the task. */
export async function submit(
  request: FastifyRequest,
  reply: FastifyReply,
  context: DialectContext,
  submission: SunoSubmission,
): Promise<Task> {
  await checkOrigin(context.tasks, submission, request.caller)
  return submitTask(request, reply, context, submission)
}

/** How long a failed result is answered before the next request begins a new task. */
const FAILURE_HOLDS_MS = MINUTE_MS
const MAX_REPEATS = 20

/**
 * For what a GET requests of a clip, and for what must be done once: the same request leads to the same task, so that
 * repeating it costs nothing. A failed result is kept for one minute; the next request after that submits a new task.
 */
export async function submitOnce(
  request: FastifyRequest,
  { tasks, clock }: DialectContext,
  submission: SunoSubmission,
  about: string,
): Promise<Task> {
  const { caller } = request
  const origin = originOf(request)
  await checkOrigin(tasks, submission, caller)
  const { taskType } = submission.operation
  // A test key's result is not an answer for a live key.
  let key = `${DIALECT}/${taskType}/${caller.mode}/${about}`
  for (let repeats = 0; ; repeats++) {
    const { task } = await tasks.submit({ ...submission, origin, idempotency: { key, fingerprint: key } }, caller)
    request.taskId = task.id
    const { endedAt, status } = task
    const isOver = (status === 'failed' || status === 'cancelled') && endedAt !== null
    if (!isOver || clock.now() - endedAt < FAILURE_HOLDS_MS || repeats === MAX_REPEATS) return task
    key = `${DIALECT}/${taskType}/again/${task.id}`
  }
}

/** Throws `task_not_found`, naming the field, unless the parent and its clip exist. */
export async function checkOrigin(
  tasks: Tasks,
  { operation, input, originField }: SunoSubmission,
  caller: Caller,
): Promise<void> {
  const originId = operation.follows(input)
  if (originId === undefined) return
  const parent = isId(originId) ? await find(tasks, taskOfItem(originId).taskId, caller) : undefined
  if (!parent || !originsOf(parent, originField).some((id) => isSameItem(id, originId)))
    throw originUnknown(originField, originId)
  const { task_id: named } = input
  // A clip in the flat shape names its task as TASK_1 or TASK_2, and clients send that back.
  if (!isText(named) || named.replace(/_\d+$/, '') === parent.id) return
  if (!(await find(tasks, named.replace(/_\d+$/, ''), caller))) throw originUnknown('task_id', named)
}

/** What of a task can be built on: its clips; where a persona is named, the persona, which has the task's id. */
function originsOf(task: Task, originField: string): string[] {
  if (originField !== 'persona_id') return clipIdsOf(task)
  return task.operation === sunoPersona.id ? [task.id] : []
}

async function find(tasks: Tasks, id: string, caller: Caller): Promise<Task | undefined> {
  const [task] = await tasks.getMany([id], caller)
  return task
}

function originUnknown(field: string, id: string): PolyphonyError {
  return fieldError('task_not_found', field, `names ${id}, which does not exist`)
}
