import type { Store } from '../store/store.ts'

/** The pools in which tasks may be able to begin, each with the operations that wait there. */
export interface PoolNews {
  /** A task was submitted to this pool. */
  add(pool: string, operation: string): void
  /** A slot became free, or signals may have been missed: any task that waits may begin. */
  addAll(): void
  /** What was added since the last call, and everything that waits after `addAll`. */
  take(): Promise<Map<string, Set<string>>>
}

export function openPoolNews(store: Pick<Store, 'listWaiting'>): PoolNews {
  let isAll = false
  let pools = new Map<string, Set<string>>()

  function add(pool: string, operation: string): void {
    const operations = pools.get(pool) ?? new Set()
    pools.set(pool, operations.add(operation))
  }

  return {
    add,
    addAll() {
      isAll = true
    },
    async take() {
      if (isAll) {
        isAll = false // before the look: what is added meanwhile means another
        for (const { pool, operation } of await store.listWaiting({})) add(pool, operation)
      }
      const taken = pools
      pools = new Map()
      return taken
    },
  }
}
