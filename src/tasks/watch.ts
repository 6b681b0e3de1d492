import { isTerminal, type Task } from '../core/task.ts'
import type { Signal, Store } from '../store/store.ts'

/** A signal may be lost (another process wrote, a connection broke), so a watcher also looks by itself. */
const LOOK_AGAIN_MS = 2_000

export interface Watchers {
  /** Every state of a task from now to its end, each once, until `signal` aborts. `read` is the first look at it. */
  watch(id: string, read: () => Promise<Task>, signal: AbortSignal): AsyncGenerator<Task>
  /**
   * The task when it ends, or as it is when `signal` aborts. It is read twice, however many states lie between. Where it
   * has to be waited for, `takePlace` is called first, and what it gives is disposed of in the end.
   */
  end(id: string, read: () => Promise<Task>, takePlace: () => Disposable | null, signal: AbortSignal): Promise<Task>
  /** The task as soon as `isOver` holds of it, whatever changed, or as it is when `signal` aborts. */
  until(id: string, read: () => Promise<Task>, isOver: (task: Task) => boolean, signal: AbortSignal): Promise<Task>
  close(): void
}

type News = Pick<Task, 'status' | 'progress'>

export function openWatchers(store: Pick<Store, 'getTask' | 'onSignal'>): Watchers {
  const listeners = new Map<string, Set<Listener>>()
  const unsubscribe = store.onSignal((signal: Signal) => {
    if (signal.kind === 'task') for (const listener of listeners.get(signal.id) ?? []) listener.hear(signal)
    else if (signal.kind === 'resync') for (const some of listeners.values()) for (const one of some) one.wake()
  })

  function listen(id: string): Listener & Disposable {
    const some = listeners.get(id) ?? new Set()
    listeners.set(id, some)
    const listener = new Listener()
    some.add(listener)
    return Object.assign(listener, {
      [Symbol.dispose]() {
        some.delete(listener)
        if (some.size === 0 && listeners.get(id) === some) listeners.delete(id)
      },
    })
  }

  async function* watch(id: string, read: () => Promise<Task>, signal: AbortSignal): AsyncGenerator<Task> {
    // Listen first, then read: a change between the two is heard.
    using listener = listen(id)
    let last = await read()
    yield last
    while (!isTerminal(last.status) && !signal.aborted) {
      await listener.next((news) => isOther(news, last), signal)
      if (signal.aborted) return
      const task = await store.getTask({ id })
      if (!task) return
      if (!isOther(task, last)) continue
      last = task
      yield last
    }
  }

  return {
    watch,
    async end(id, read, takePlace, signal) {
      using listener = listen(id)
      let last = await read()
      if (isTerminal(last.status)) return last
      using _place = takePlace()
      while (!isTerminal(last.status) && !signal.aborted) {
        await listener.next(({ status }) => isTerminal(status), signal)
        const task = await store.getTask({ id })
        if (!task) return last
        last = task
      }
      return last
    },
    async until(id, read, isOver, signal) {
      using listener = listen(id)
      for (;;) {
        const task = await read()
        if (isOver(task) || signal.aborted) return task
        await listener.next(() => true, signal)
      }
    },
    close: unsubscribe,
  }
}

function isOther(one: News, other: News): boolean {
  return one.status !== other.status || one.progress !== other.progress
}

/** What was heard of a task since it was last read. */
class Listener {
  #heard: News[] = []
  #wake: (() => void) | undefined
  #isWanted: (news: News) => boolean = () => false

  hear(news: News): void {
    if (this.#wake === undefined) this.#heard.push(news)
    else if (this.#isWanted(news)) this.#wake()
  }

  wake(): void {
    this.#wake?.()
  }

  /** Resolves when something wanted was heard since the last call, after a while, or when aborted. */
  next(isWanted: (news: News) => boolean, signal: AbortSignal): Promise<void> {
    const heard = this.#heard
    this.#heard = []
    if (signal.aborted || heard.some(isWanted)) return Promise.resolve()
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        this.#wake = undefined
        resolve()
      }
      const timer = setTimeout(done, LOOK_AGAIN_MS)
      signal.addEventListener('abort', done)
      this.#isWanted = isWanted
      this.#wake = done
    })
  }
}
