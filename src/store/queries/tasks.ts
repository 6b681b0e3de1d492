import { type RawBuilder, type Selectable, type SelectQueryBuilder, sql } from 'kysely'
import { MODES, type Mode, type Task } from '../../core/task.ts'
import { taskOfRow } from '../rows.ts'
import type { Database, TasksTable } from '../schema.ts'
import type { ReadVerbs, WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'
import { jsonText } from './library-text.ts'
import { escaped } from './search.ts'
import { ENDED_TEXT, indexedParts, indexOf, inText, RUNNING_TEXT, UNFINISHED, UNSTARTED } from './statuses.ts'
import { countTasks, firstIdAt, hasNarrower } from './task-counts.ts'
import { tenantBeside } from './tenant-beside.ts'

type Args<Verb extends keyof ReadVerbs> = Parameters<ReadVerbs[Verb]>[0]

export async function getTask(tx: Tx, { id }: Args<'getTask'>): Promise<Task | undefined> {
  const [task] = await getTasks(tx, { ids: [id] })
  return task
}

/** The tasks in any order. On the hot path, so the statement is prepared. */
export async function getTasks(tx: Tx, { ids }: Args<'getTasks'>): Promise<Task[]> {
  if (ids.length === 0) return []
  if (tx.engine === 'sqlite') {
    const found = await Promise.all(
      ids.map((id) => tx.run<Selectable<TasksTable>>('select * from tasks where id = ?', [id])),
    )
    return found.flat().map(taskOfRow)
  }
  const text = 'select * from tasks where id = any($1::text[])'
  const rows = await tx.run<Selectable<TasksTable>>(text, [ids], { isRead: true })
  return rows.map(taskOfRow)
}

/** Looks for a task before a batch, since there are far more tasks. */
export async function getMode(tx: Tx, { id }: Args<'getMode'>): Promise<Mode | undefined> {
  for (const table of ['tasks', 'batches'] as const) {
    const row = await tx.db.selectFrom(table).select('mode').where('id', '=', id).executeTakeFirst()
    if (row) return row.mode as Mode
  }
  return undefined
}

export async function listTasks(tx: Tx, args: Args<'listTasks'>): Promise<Task[]> {
  // An index has the modes and some statuses apart, so the newest of all are the newest of each, merged.
  const parts = partsOf(args)
  const { offset = 0, limit } = args
  const isOne = parts.length === 1
  const page = isOne ? {} : { offset: 0, limit: offset + limit }
  const pages = await Promise.all(parts.map((part) => rowsOf(tx, { ...args, ...part, ...page })))
  const rows = isOne ? (pages[0] ?? []) : newestOf(pages.flat()).slice(offset, offset + limit)
  return rows.map(taskOfRow)
}

type TaskRow = Selectable<TasksTable>

function newestOf(rows: readonly TaskRow[]): TaskRow[] {
  return rows.toSorted((a, b) => (a.id < b.id ? 1 : -1))
}

function partsOf(args: Args<'listTasks'>): Pick<Args<'listTasks'>, 'mode' | 'status'>[] {
  const modes = args.mode ? [args.mode] : MODES
  const statuses = args.status && !isNarrow(args) && !hasNarrower(args) ? indexedParts(args.status) : [undefined]
  return modes.flatMap((mode) => statuses.map((status) => (status ? { mode, status } : { mode })))
}

async function rowsOf(tx: Tx, args: Args<'listTasks'>): Promise<TaskRow[]> {
  let query = (isNarrow(args) ? fromLibrary(tx, args) : fromTasks(tx, args)).selectAll('tasks').limit(args.limit)
  if (args.offset !== undefined && args.offset > 0) query = query.offset(args.offset)
  if (args.status) query = query.where('tasks.status', 'in', inText(args.status))
  if (args.batchId !== undefined) query = query.where('tasks.batch_id', '=', args.batchId)
  if (args.externalId !== undefined) query = query.where('tasks.external_id', '=', args.externalId)
  if (args.isFavourite) query = query.where('tasks.favourite_at', 'is not', null)
  if (args.idempotencyKey !== undefined) query = query.where('tasks.idempotency_key', '=', args.idempotencyKey)
  return await query.where('tasks.deleted_at', 'is', null).execute()
}

/**
 * Whether a filter may pass over most of the tasks, and nothing else leads to the few that it lets through: then the rows of
 * the library are read, which are narrow.
 */
function isNarrow({
  search,
  operation,
  model,
  keyId,
  batchId,
  externalId,
  idempotencyKey,
}: Args<'listTasks'>): boolean {
  const isFilter = [search, operation, model, keyId].some((one) => one !== undefined)
  return isFilter && [batchId, externalId, idempotencyKey].every((one) => one === undefined)
}

function fromTasks(tx: Tx, args: Args<'listTasks'>): SelectQueryBuilder<Database, 'tasks', object> {
  let query = tx.db
    .selectFrom('tasks')
    .where(tenantBeside(args.batchId, 'tasks.tenant_id'), '=', args.tenantId)
    .orderBy('tasks.id', 'desc')
  if (args.mode) query = query.where('tasks.mode', '=', args.mode)
  if (args.status && !hasNarrower(args)) query = query.where('tasks.status', 'in', indexOf(args.status))
  if (args.operation) query = query.where('tasks.operation', 'in', [...args.operation])
  if (args.model) query = query.where('tasks.model', 'in', [...args.model])
  if (args.keyId !== undefined) query = query.where('tasks.key_id', '=', args.keyId)
  const [first, end] = idsIn(args)
  if (first !== undefined) query = query.where('tasks.id', '>=', first)
  if (end !== undefined) query = query.where('tasks.id', '<', end)
  const { search } = args
  if (search === undefined) return query
  return query.where(({ exists, selectFrom }) =>
    exists(
      selectFrom('library')
        .select('library.id')
        .whereRef('library.tenant_id', '=', 'tasks.tenant_id')
        .whereRef('library.mode', '=', 'tasks.mode')
        .whereRef('library.id', '=', 'tasks.id')
        .where(textHolds(search)),
    ),
  )
}

function fromLibrary(tx: Tx, args: Args<'listTasks'>): SelectQueryBuilder<Database, 'tasks', object> {
  // A cross join, which SQLite carries out in this order.
  let query = tx.db
    .selectFrom('library')
    .crossJoin('tasks')
    .whereRef('tasks.id', '=', 'library.id')
    .where('library.tenant_id', '=', args.tenantId)
    .orderBy('library.id', 'desc')
  if (args.mode) query = query.where('library.mode', '=', args.mode)
  if (args.operation) query = query.where('library.operation', 'in', [...args.operation])
  if (args.model) query = query.where('library.model', 'in', [...args.model])
  if (args.keyId !== undefined) query = query.where('library.key_id', '=', args.keyId)
  if (args.search !== undefined) query = query.where(textHolds(args.search))
  const [first, end] = idsIn(args)
  if (first !== undefined) query = query.where('library.id', '>=', first)
  if (end !== undefined) query = query.where('library.id', '<', end)
  return query as unknown as SelectQueryBuilder<Database, 'tasks', object> // the caller reads the tasks alone
}

/** Ids begin with the time of creation: a range of times is a range of ids, from the first to one before the end. */
function idsIn({ createdFrom, createdTo, beforeId }: Args<'listTasks'>): [string | undefined, string | undefined] {
  const ends = [createdTo === undefined ? [] : [firstIdAt(createdTo + 1)], beforeId === undefined ? [] : [beforeId]]
  return [createdFrom === undefined ? undefined : firstIdAt(createdFrom), ends.flat().sort()[0]]
}

export async function listAllTasks(tx: Tx, args: Args<'listAllTasks'>): Promise<Task[]> {
  let query = tx.db.selectFrom('tasks').selectAll().orderBy('id', 'desc').limit(args.limit)
  if (args.tenantId !== undefined) query = query.where('tenant_id', '=', args.tenantId)
  if (args.keyId !== undefined) query = query.where('key_id', '=', args.keyId)
  if (args.mode !== undefined) query = query.where('mode', '=', args.mode)
  if (args.operation !== undefined) query = query.where('operation', '=', args.operation)
  if (args.status !== undefined) query = query.where('status', 'in', inText(args.status))
  if (args.createdFrom !== undefined) query = query.where('id', '>=', firstIdAt(args.createdFrom))
  if (args.createdTo !== undefined) query = query.where('id', '<', firstIdAt(args.createdTo))
  if (args.beforeId !== undefined) query = query.where('id', '<', args.beforeId)
  return (await query.execute()).map(taskOfRow)
}

export async function listUnstarted(tx: Tx, args: Args<'listUnstarted'>): Promise<Task[]> {
  let query = tx.db
    .selectFrom('tasks')
    .selectAll()
    .where(tenantBeside(args.batchId, 'tenant_id'), '=', args.tenantId)
    .where('status', 'in', UNSTARTED)
    .where('created_at', '<', args.createdBefore)
    .orderBy('id')
    .limit(args.limit)
  if (args.batchId === undefined) query = query.where('status', 'in', indexOf(UNFINISHED))
  if (args.mode) query = query.where('mode', '=', args.mode)
  if (args.models) query = query.where('model', 'in', args.models)
  if (args.batchId !== undefined) query = query.where('batch_id', '=', args.batchId)
  return (await query.execute()).map(taskOfRow)
}

export async function listOverdue(tx: Tx, { now, after, limit }: Args<'listOverdue'>): Promise<Task[]> {
  let query = tx.db
    .selectFrom('tasks')
    .selectAll()
    .where('status', 'in', UNSTARTED)
    .where('deadline_at', '<=', now)
    .orderBy('deadline_at')
    .orderBy('id')
    .limit(limit)
  if (after !== undefined) {
    const { deadlineAt, id } = after
    query = query
      .where('deadline_at', '>=', deadlineAt)
      .where((eb) => eb.or([eb('deadline_at', '>', deadlineAt), eb('id', '>', id)]))
  }
  return (await query.execute()).map(taskOfRow)
}

export async function nextDueAt(tx: Tx): Promise<number | null> {
  const resting = await tx.db
    .selectFrom('tasks')
    .select((eb) => eb.fn.min('due_at').as('at'))
    .where('status', 'in', RUNNING_TEXT)
    .where('lease_until', 'is', null)
    .executeTakeFirst()
  return resting?.at ?? null
}

/** How long records live differs: the operator changes it, and with it what is in front of the table. */
export async function purgeTasks(tx: Tx, { now, limit }: Parameters<WriteVerbs['purgeTasks']>[0]): Promise<number> {
  const old = await tx.db
    .selectFrom('tasks')
    .select('id')
    .where('status', 'in', ENDED_TEXT)
    .where('record_expires_at', '<=', now)
    .orderBy('record_expires_at')
    .limit(limit)
    .execute()
  await tx.db.deleteFrom('batches').where('record_expires_at', '<=', now).where('ended_at', 'is not', null).execute()
  return deleteTaskRows(
    tx,
    old.map(({ id }) => id),
  )
}

/** Deletes tasks with their attempts and deliveries, and counts them no more. Returns how many there were. */
export async function deleteTaskRows(tx: Tx, old: readonly string[]): Promise<number> {
  if (old.length === 0) return 0
  // Only rows that this statement deleted are counted: another node may be purging the same ones.
  const expired = await tx.db
    .deleteFrom('tasks')
    .where('id', 'in', old)
    .returning(['id', 'tenant_id', 'mode', 'model', 'created_at'])
    .execute()
  if (expired.length === 0) return 0
  const ids = expired.map(({ id }) => id)
  const deliveries = tx.db.selectFrom('deliveries').select('id').where('task_id', 'in', ids)
  await tx.db.deleteFrom('delivery_attempts').where('delivery_id', 'in', deliveries).execute()
  await tx.db.deleteFrom('deliveries').where('task_id', 'in', ids).execute()
  await tx.db.deleteFrom('attempts').where('task_id', 'in', ids).execute()
  await countTasks(tx, expired, -1)
  return expired.length
}

/** The text is compared as JSON writes it. SQLite folds the case of ASCII letters only. */
function textHolds(text: string): RawBuilder<boolean> {
  return sql<boolean>`library.text like lower(${`%${escaped(jsonText(text))}%`}) escape '\\'`
}
