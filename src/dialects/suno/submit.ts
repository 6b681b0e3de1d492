import type { FastifyReply, FastifyRequest } from 'fastify'
import { sunoPersona, sunoStems } from '../../catalog/suno-tools.ts'
import type { Caller } from '../../core/caller.ts'
import { MINUTE_MS } from '../../core/clock.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isId, taskOfItem } from '../../core/ids.ts'
import type { Task } from '../../core/task.ts'
import type { Tasks } from '../../tasks/tasks.ts'
import type { DialectContext } from '../dialect.ts'
import { isText } from '../kit/body.ts'
import { submitted } from '../kit/protocol.ts'
import { type Spelling, spelt } from '../kit/spelling.ts'
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
  await checkOrigin(context.tasks, wish, request.caller)
  const { originField, ...submission } = wish
  // The split of a clip is asked for in a song's words.
  const spelling: Spelling = wish.operation === sunoStems ? { clip_id: originField } : {}
  return spelt(spelling, () => submitted(request, reply, context, { ...submission, dialect: DIALECT }))
}

/** How long a failure is told of before the same question begins anew. */
const FAILURE_HOLDS_MS = MINUTE_MS
const MAX_REPEATS = 20

/**
 * For what a GET asks of a clip, and for what must be begun once: the same question leads to the same task, so that
 * asking again costs nothing. A failure is told of for a minute, and then tried again by whoever asks.
 */
export async function submitOnce(
  request: FastifyRequest,
  { tasks, clock }: DialectContext,
  wish: Wish,
  about: string,
): Promise<Task> {
  const { caller } = request
  await checkOrigin(tasks, wish, caller)
  const { originField: _, ...submission } = wish
  // A test key's answer is none for a live key.
  let key = `${DIALECT}/${wish.operation.taskType}/${caller.mode}/${about}`
  for (let repeats = 0; ; repeats++) {
    const idempotency = { key, fingerprint: key }
    const { task } = await tasks.submit({ ...submission, dialect: DIALECT, idempotency }, caller)
    const { endedAt, status } = task
    const isOver = (status === 'failed' || status === 'cancelled') && endedAt !== null
    if (!isOver || clock.now() - endedAt < FAILURE_HOLDS_MS || repeats === MAX_REPEATS) return task
    key = `${DIALECT}/${wish.operation.taskType}/again/${task.id}`
  }
}

/** Throws `task_not_found`, naming the field, unless the task and what to build on exist. */
export async function checkOrigin(
  tasks: Tasks,
  { operation, input, originField }: Wish,
  caller: Caller,
): Promise<void> {
  const originId = operation.follows(input)
  if (originId === undefined) return
  const parent = isId(originId) ? await find(tasks, taskOfItem(originId).taskId, caller) : undefined
  if (!parent || !originsOf(parent, originField).includes(originId)) throw originUnknown(originField, originId)
  const { task_id: named } = input
  // A clip of the flat shape gives its task as TASK_1 or TASK_2, and clients send back what they got.
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
  return new PolyphonyError('task_not_found', `${field}: there is no ${id} to build on.`, { field })
}
