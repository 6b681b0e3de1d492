import type { Offer, Store } from '../store/store.ts'

/** The pools in which tasks may be able to begin, each with the operations that wait there. */
export interface PoolNews {
  /** A task was submitted to this pool. False where it cannot begin before a slot is free. */
  add(pool: string, operation: string): boolean
  /** All accounts of these operations are full: what is submitted is no news until `addAll`. */
  rest(pool: string, offers: readonly Pick<Offer, 'operation'>[]): void
  /** A slot became free, or signals may have been missed: any task that waits may begin. */
  addAll(): void
  /** What was added since the last call, and everything that waits after `addAll`. */
  take(): Promise<Map<string, Set<string>>>
}

export function openPoolNews(store: Pick<Store, 'listWaiting'>): PoolNews {
  let isAll = false
  let pools = new Map<string, Set<string>>()
  const resting = new Map<string, Set<string>>()

  function add(pool: string, operation: string): boolean {
    if (resting.get(pool)?.has(operation)) return false
    const operations = pools.get(pool) ?? new Set()
    pools.set(pool, operations.add(operation))
    return true
  }

  return {
    add,
    addAll() {
      isAll = true
      resting.clear()
    },
    rest(pool, offers) {
      if (isAll) return // a slot became free while it was asked for one
      const operations = resting.get(pool) ?? new Set()
      for (const { operation } of offers) operations.add(operation)
      resting.set(pool, operations)
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
