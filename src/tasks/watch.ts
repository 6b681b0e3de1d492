import type { Task } from '../core/task.ts'
import { isTerminal } from '../core/task.ts'
import type { Store } from '../store/store.ts'

/** A signal may be lost (another process wrote, a connection broke), so a watcher also looks by itself. */
const LOOK_AGAIN_MS = 2_000

export interface Watchers {
  /** Every state of a task from now to its end, each once, until `signal` aborts. */
  watch(first: Task, signal: AbortSignal): AsyncGenerator<Task>
  close(): void
}

export function openWatchers(store: Store): Watchers {
  const waiting = new Map<string, Set<() => void>>()
  const deaf = store.onSignal((signal) => {
    if (signal.kind !== 'task') return
    for (const wake of waiting.get(signal.id) ?? []) wake()
  })

  /** Resolves on the next change of the task, after a while, or when aborted. */
  function change(id: string, signal: AbortSignal): { promise: Promise<void>; cancel: () => void } {
    let cancel = (): void => {}
    const promise = new Promise<void>((resolve) => {
      const wakers = waiting.get(id) ?? new Set()
      waiting.set(id, wakers)
      const timer = setTimeout(done, LOOK_AGAIN_MS)
      function done(): void {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        wakers.delete(done)
        if (wakers.size === 0 && waiting.get(id) === wakers) waiting.delete(id)
        resolve()
      }
      wakers.add(done)
      signal.addEventListener('abort', done)
      cancel = done
    })
    return { promise, cancel }
  }

  return {
    async *watch(first, signal) {
      let last = first
      yield last
      while (!isTerminal(last.status) && !signal.aborted) {
        // Listen first, then read: a change between the two is heard.
        const next = change(last.id, signal)
        try {
          const task = await store.getTask({ id: last.id })
          if (!task) return
          if (task.status !== last.status || task.progress !== last.progress) {
            last = task
            yield last
            continue
          }
          await next.promise
        } finally {
          next.cancel()
        }
      }
    },
    close: deaf,
  }
}
