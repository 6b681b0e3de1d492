import { ASSET_SCHEME } from '../../core/asset.ts'
import type { Caller } from '../../core/caller.ts'
import type { Json } from '../../core/json.ts'
import { isTerminal, type Task } from '../../core/task.ts'
import type { DialectContext } from '../dialect.ts'

/**
 * For protocols in which a client deletes a task. The record stays, as the ledger refers to it; the files go, so that a
 * completed task without its files is one that was deleted, by its owner or by expiry.
 */

/**
 * Cancels a task that waits or that its provider can stop, deletes the files of one that has ended. May be repeated.
 * Throws `task_not_found`, and `not_cancellable` while work is running that cannot be stopped.
 */
export async function deleteTask(
  id: string,
  caller: Caller,
  { tasks, assets }: Pick<DialectContext, 'tasks' | 'assets'>,
): Promise<void> {
  const task = await tasks.get(id, caller)
  if (!isTerminal(task.status)) {
    await tasks.cancel(id, caller)
    return
  }
  const found = await Promise.all(filesOf(task).map((file) => assets.find(file)))
  // Only what this task made: a text of its output may look like the name of another's file.
  await assets.deleteStored(found.flatMap((asset) => (asset?.taskId === task.id ? [asset] : [])))
}

/** Whether the files of a task are gone. */
export async function isDeleted(task: Task, { assets }: Pick<DialectContext, 'assets'>): Promise<boolean> {
  const [first] = filesOf(task)
  return first !== undefined && (await assets.find(first)) === undefined
}

/** The ids of the files that a finished task has made, each once. */
export function filesOf({ output }: Pick<Task, 'output'>): string[] {
  const references = textsIn(output).filter((text) => text.startsWith(ASSET_SCHEME))
  return [...new Set(references.map((reference) => reference.slice(ASSET_SCHEME.length).split('.', 1)[0] ?? ''))]
}

function textsIn(value: Json): string[] {
  if (typeof value === 'string') return [value]
  return value === null || typeof value !== 'object' ? [] : Object.values(value).flatMap(textsIn)
}
