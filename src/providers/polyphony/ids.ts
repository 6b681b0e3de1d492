import { getOperation } from '../../catalog/catalog.ts'
import { isId, itemId, taskOfItem } from '../../core/ids.ts'
import { isJsonObject, type Json } from '../../core/json.ts'
import { IdHandle, readHandle } from '../kit/read-wire.ts'
import type { Job, TaskRequest } from '../provider.ts'

/** The other gateway's ids of tasks, by our ids. */
export type Names = ReadonlyMap<string, string>

/**
 * A value with every id of these tasks, and of their items, in the other gateway's words: an item keeps its number, which
 * is the same at both. Only text that is an id and nothing else is one; other ids stay as they are.
 */
export function renamed(value: Json, names: Names): Json {
  if (typeof value === 'string') return isId(value) ? renamedId(value, names) : value
  if (Array.isArray(value)) return value.map((one) => renamed(one, names))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, renamed(inner, names)]))
}

function renamedId(id: string, names: Names): string {
  const { taskId, number } = taskOfItem(id)
  const other = names.get(taskId)
  return other === undefined ? id : itemId(other, number)
}

/** For an input: the parent task has another id upstream. */
export function upstreamNames({ parent }: Pick<Job, 'parent'>): Names {
  return new Map(parent ? [[parent.id, idIn(parent.handle)]] : [])
}

/** For an output: the upstream's task becomes ours, and its parent becomes our parent. */
export function ownNames(
  upstream: { id: string; parentId: string | null },
  { taskId, operation, input }: TaskRequest,
): Names {
  const names = new Map([[upstream.id, taskId]])
  const parent = getOperation(operation).follows(input)
  if (upstream.parentId !== null && parent !== undefined && isId(parent)) {
    names.set(upstream.parentId, taskOfItem(parent).taskId)
  }
  return names
}

/** The upstream's id of a task, from its handle. */
export function idIn(handle: Json): string {
  return readHandle(IdHandle, handle, 'Polyphony').id
}
