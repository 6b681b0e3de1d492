import { LRUCache } from 'lru-cache'
import { isId } from '../core/ids.ts'
import { isTerminal, type Task } from '../core/task.ts'
import type { Store } from '../store/store.ts'

/** Reads tasks of any tenant, without those that were deleted. Those that have ended do not change, and are read from the store once. */
export interface TaskReader {
  find(id: string): Promise<Task | undefined>
  /** Those of the ids that exist, in the order of the ids, each once. */
  findMany(ids: string[]): Promise<Task[]>
  /** An ended task that is in memory: the same object each time. */
  peek(id: string): Task | undefined
  close(): void
}

const CACHE_BYTES = 32 * 2 ** 20
/** Long enough to serve a crowd of readers, short enough for a purge or a correction to show. */
const CACHE_MS = 60_000

export function openTaskReader(store: Pick<Store, 'getTask' | 'getTasks' | 'onSignal'>): TaskReader {
  const ended = new LRUCache<string, Task>({
    maxSize: CACHE_BYTES,
    ttl: CACHE_MS,
    sizeCalculation: (task) => 2_048 + 2 * JSON.stringify([task.input, task.output, task.logs]).length,
  })

  // But a failed task whose result comes late changes, and so does one that is marked or deleted: it is read again.
  const unsubscribe = store.onSignal((signal) => {
    if (signal.kind === 'task') ended.delete(signal.id)
    if (signal.kind === 'resync') ended.clear()
  })

  return {
    async find(id) {
      const cached = ended.get(id)
      if (cached) return cached
      if (!isId(id)) return undefined
      const task = shown(await store.getTask({ id }))
      if (task && isTerminal(task.status)) ended.set(id, task)
      return task
    },
    async findMany(ids) {
      const wanted = [...new Set(ids)].filter(isId)
      const known = wanted.flatMap((id) => ended.get(id) ?? [])
      const missing = wanted.filter((id) => !ended.has(id))
      const found = missing.length === 0 ? [] : (await store.getTasks({ ids: missing })).filter(shown)
      for (const task of found) if (isTerminal(task.status)) ended.set(task.id, task)
      const byId = new Map([...known, ...found].map((task) => [task.id, task]))
      return wanted.flatMap((id) => byId.get(id) ?? [])
    },
    peek: (id) => ended.get(id),
    close: unsubscribe,
  }
}

/** One that its owner deleted is not there any more, though its record is for a while. */
function shown(task: Task | undefined): Task | undefined {
  return task?.deletedAt === null ? task : undefined
}
