import { BFL, bflFinetune } from '../../catalog/bfl.ts'
import type { Caller } from '../../core/caller.ts'
import { fieldError, invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isTerminal, type Task } from '../../core/task.ts'
import type { DialectContext } from '../dialect.ts'

/**
 * A finetune is the finished task that trained it, and has its id. The record of a task stays, as the books need it:
 * that a finetune was deleted is written beside it, and outlives it.
 */

const DELETED = 'bfl-deleted-finetune'
const FIELD = 'finetune_id'
const PAGE = 500

type Context = Pick<DialectContext, 'tasks' | 'drafts'>

/** The finished finetunes of a caller, newest first. */
export async function listFinetunes(caller: Caller, context: Context): Promise<Task[]> {
  const deleted = await deletedIds(caller, context)
  const filter = { model: [BFL], operation: [bflFinetune.id], status: ['completed'] as const }
  const finetunes: Task[] = []
  for await (const task of all((page) => context.tasks.list({ ...filter, ...page }, caller))) {
    if (!deleted.has(task.id)) finetunes.push(task)
  }
  return finetunes
}

/** A finetune of a caller's, trained or still in training. Throws `not_found`. */
export async function getFinetune(id: string, caller: Caller, context: Context): Promise<Task> {
  const task = await findFinetune(id, caller, context)
  if (task) return task
  throw new PolyphonyError('not_found', `There is no finetune ${id}.`)
}

/** Throws `parent_not_usable` for an unknown finetune. Whether it is trained, the submission checks. */
export async function checkFinetune(id: string, caller: Caller, context: Context): Promise<void> {
  if (await findFinetune(id, caller, context)) return
  throw fieldError('parent_not_usable', FIELD, `names ${id}, but there is no such finetune`)
}

/** Nothing can be drawn with it from now on; pictures that were requested before are still made. Throws `not_found`. */
export async function deleteFinetune(id: string, caller: Caller, context: Context): Promise<void> {
  const task = await getFinetune(id, caller, context)
  if (!isTerminal(task.status)) throw invalidInput(FIELD, `names a finetune whose training is ${task.status}`)
  await context.drafts.open(DELETED, { [FIELD]: id }, caller)
}

/** An id as a request must name it. Throws `invalid_input`. */
export function finetuneIdIn({ finetune_id: id }: Record<string, unknown>): string {
  if (id === undefined || id === null || id === '') throw invalidInput(FIELD, 'is required')
  if (typeof id !== 'string') throw invalidInput(FIELD, 'must be a string')
  return id
}

export function isFinetune({ operation }: Pick<Task, 'operation'>): boolean {
  return operation === bflFinetune.id
}

async function findFinetune(id: string, caller: Caller, context: Context): Promise<Task | undefined> {
  const [task] = await context.tasks.getMany([id], caller)
  if (!task || !isFinetune(task)) return undefined
  return (await deletedIds(caller, context)).has(id) ? undefined : task
}

async function deletedIds(caller: Caller, { drafts }: Context): Promise<Set<unknown>> {
  const ids = new Set<unknown>()
  for await (const { body } of all((page) => drafts.list(DELETED, caller, page))) ids.add(body[FIELD])
  return ids
}

/** All that a list holds, page by page. */
async function* all<Row extends { id: string }>(
  list: (page: { limit: number; beforeId?: string }) => Promise<Row[]>,
): AsyncGenerator<Row> {
  let last: Row | undefined
  for (;;) {
    const rows = await list({ limit: PAGE, ...(last ? { beforeId: last.id } : {}) })
    yield* rows
    last = rows.at(-1)
    if (rows.length < PAGE) return
  }
}
