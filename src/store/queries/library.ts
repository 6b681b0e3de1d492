import type { Asset } from '../../core/asset.ts'
import { isTerminal, type Status, type Task } from '../../core/task.ts'
import { assetOfRow, taskOfRow } from '../rows.ts'
import type { ReadVerbs, WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'
import { ENDED_TEXT } from './statuses.ts'
import { deleteTaskRows } from './tasks.ts'

type Args<Verb extends keyof WriteVerbs> = Parameters<WriteVerbs[Verb]>[0]

export async function markTask(tx: Tx, { id, favouriteAt }: Args<'markTask'>): Promise<Task | undefined> {
  const row = await tx.db
    .updateTable('tasks')
    .set({ favourite_at: favouriteAt })
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .returningAll()
    .executeTakeFirst()
  return changed(tx, row && taskOfRow(row))
}

export async function hideTask(tx: Tx, { id, now }: Args<'hideTask'>): Promise<Task | undefined> {
  const row = await tx.db
    .updateTable('tasks')
    .set({ deleted_at: now })
    .where('id', '=', id)
    .where('status', 'in', ENDED_TEXT)
    .where('deleted_at', 'is', null)
    .returningAll()
    .executeTakeFirst()
  return changed(tx, row && taskOfRow(row))
}

export async function restoreTask(tx: Tx, { id, hiddenAfter }: Args<'restoreTask'>): Promise<Task | undefined> {
  const row = await tx.db
    .updateTable('tasks')
    .set({ deleted_at: null })
    .where('id', '=', id)
    .where('deleted_at', '>', hiddenAfter)
    .returningAll()
    .executeTakeFirst()
  return changed(tx, row && taskOfRow(row))
}

/** Other processes, and those who watch, read it again. */
function changed(tx: Tx, task: Task | undefined): Task | undefined {
  if (task) tx.signal({ kind: 'task', id: task.id, status: task.status, progress: task.progress })
  return task
}

export async function listHidden(
  tx: Tx,
  { hiddenBefore, limit }: Parameters<ReadVerbs['listHidden']>[0],
): Promise<{ id: string; files: Asset[] }[]> {
  const hidden = await tx.db
    .selectFrom('tasks')
    .select(['id', 'status'])
    .where('deleted_at', '<=', hiddenBefore)
    .orderBy('deleted_at')
    .limit(limit)
    .execute()
  const ids = hidden.filter(({ status }) => isTerminal(status as Status)).map(({ id }) => id)
  if (ids.length === 0) return []
  const rows = await tx.db.selectFrom('assets').selectAll().where('task_id', 'in', ids).execute()
  const files = rows.map(assetOfRow)
  return ids.map((id) => ({ id, files: files.filter(({ taskId }) => taskId === id) }))
}

export async function purgeHidden(tx: Tx, { ids, hiddenBefore }: Args<'purgeHidden'>): Promise<number> {
  if (ids.length === 0) return 0
  const found = await tx.db
    .selectFrom('tasks')
    .select('id')
    .where('id', 'in', ids)
    .where('deleted_at', '<=', hiddenBefore)
    .execute()
  return deleteTaskRows(
    tx,
    found.map(({ id }) => id),
  )
}
