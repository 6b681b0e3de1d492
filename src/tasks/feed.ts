import { randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import type { Caller } from '../core/caller.ts'
import { type Clock, MINUTE_MS } from '../core/clock.ts'
import type { Mode, Task } from '../core/task.ts'
import type { Signal, Store } from '../store/store.ts'

/** What happened to a task, or `changed`: tasks came, or more happened than is kept, so lists are to be read again. */
export type FeedEvent = { id: string } & ({ kind: 'task'; task: News } | { kind: 'changed' })
type News = Pick<Task, 'id' | 'status' | 'progress'>

type Scope = Pick<Caller, 'tenantId' | 'mode'>

/** News of all tasks of a tenant and mode, for those who watch them together. */
export interface Feed {
  /**
   * What happens from now on, some events at a time, until `signal` aborts; or from `lastId` on, the id of an event. Of
   * several events of one task that were not read yet, the latest counts: a slow reader costs no memory.
   */
  follow(scope: Scope, lastId: string | undefined, signal: AbortSignal): AsyncGenerator<FeedEvent[]>
  close(): void
}

/** Events that can be read again by someone whose connection broke. */
const KEPT = 1_000
/** Events of different tasks that a reader has not read; with more, it is to read everything again. */
const UNREAD = 500
/** How long events are kept when nobody reads them: for readers whose connection broke. */
const IDLE_MS = MINUTE_MS
const SCOPES = 10_000

export function openFeed({
  store,
  clock,
  log,
}: {
  store: Pick<Store, 'getTasks' | 'onSignal'>
  clock: Clock
  log: Logger
}): Feed {
  const readers = new Set<Reader>()
  /** Whose a task is. A signal does not say so. */
  const scopes = new LRUCache<string, string>({ max: SCOPES })
  let run = newRun()
  let count = 0
  let kept: { number: number; scope: string | null; event: FeedEvent }[] = []
  let lastReadAt = Number.NEGATIVE_INFINITY
  let unplaced = new Map<string, News>()
  let isPlacing = false

  function publish(scope: string | null, content: { kind: 'task'; task: News } | { kind: 'changed' }): void {
    count += 1
    const event: FeedEvent = { id: `${run}.${count}`, ...content }
    kept.push({ number: count, scope, event })
    if (kept.length > 2 * KEPT) kept = kept.slice(-KEPT)
    for (const reader of readers) if (scope === null || reader.scope === scope) reader.add(event)
  }

  function isRead(): boolean {
    if (readers.size > 0) return true
    if (clock.now() - lastReadAt < IDLE_MS) return true
    if (kept.length > 0) {
      kept = []
      run = newRun()
    }
    return false
  }

  /** Finds out whose tasks they are, many with one read. */
  async function place(): Promise<void> {
    while (unplaced.size > 0) {
      const news = unplaced
      unplaced = new Map()
      const tasks = await store.getTasks({ ids: [...news.keys()] })
      for (const { id, tenantId, mode } of tasks) scopes.set(id, scopeText({ tenantId, mode }))
      for (const task of news.values()) {
        const scope = scopes.get(task.id)
        if (scope !== undefined) publish(scope, { kind: 'task', task })
      }
    }
  }

  const unsubscribe = store.onSignal((signal: Signal) => {
    if (signal.kind === 'submitted' && isRead()) publish(scopeText(signal), { kind: 'changed' })
    if (signal.kind === 'resync' && isRead()) publish(null, { kind: 'changed' })
    if (signal.kind !== 'task' || !isRead()) return
    const { id, status, progress } = signal
    const scope = scopes.get(id)
    // One that is being placed keeps its turn: a later state must not come before an earlier one.
    if (scope !== undefined && !unplaced.has(id))
      return publish(scope, { kind: 'task', task: { id, status, progress } })
    unplaced.set(id, { id, status, progress })
    if (isPlacing) return
    isPlacing = true
    place()
      .catch((error: unknown) => {
        log.warn({ err: error }, 'tasks could not be read for those who watch them')
        publish(null, { kind: 'changed' })
      })
      .finally(() => {
        isPlacing = false
      })
  })

  /** What a reader has missed; undefined when that is not known. */
  function missed(scope: string, lastId: string): FeedEvent[] | undefined {
    const [of, number] = lastId.split('.')
    const last = Number(number)
    const oldest = kept[0]?.number ?? count + 1
    if (of !== run || !(last <= count) || last < oldest - 1) return undefined
    return kept.flatMap((one) => (one.number > last && (one.scope === null || one.scope === scope) ? [one.event] : []))
  }

  return {
    async *follow(caller, lastId, signal) {
      const reader = new Reader(scopeText(caller))
      const before = lastId === undefined ? undefined : missed(reader.scope, lastId)
      readers.add(reader)
      signal.addEventListener('abort', reader.end, { once: true })
      try {
        // What was read before the stream began may be outdated, and the id is one from which a reader can go on.
        yield before ?? [{ id: `${run}.${count}`, kind: 'changed' }]
        while (!signal.aborted && !reader.hasEnded) yield await reader.next()
      } finally {
        signal.removeEventListener('abort', reader.end)
        readers.delete(reader)
        lastReadAt = clock.now()
      }
    },
    close() {
      unsubscribe()
      for (const reader of readers) reader.end()
    },
  }
}

const newRun = (): string => randomBytes(6).toString('hex')
const scopeText = ({ tenantId, mode }: { tenantId: string; mode: Mode }): string => `${tenantId} ${mode}`

/** The events that one reader has not read. */
class Reader {
  readonly scope: string
  #unread = new Map<string, FeedEvent>()
  #wake: (() => void) | undefined
  hasEnded = false

  constructor(scope: string) {
    this.scope = scope
  }

  add(event: FeedEvent): void {
    const key = event.kind === 'task' ? event.task.id : ''
    // The order is that of the ids, so the later event takes the later place.
    this.#unread.delete(key)
    if (this.#unread.size >= UNREAD) {
      this.#unread.clear()
      this.#unread.set('', { id: event.id, kind: 'changed' })
    } else this.#unread.set(key, event)
    this.#wake?.()
  }

  end = (): void => {
    this.hasEnded = true
    this.#wake?.()
  }

  /** Some events, or none once it has ended. */
  async next(): Promise<FeedEvent[]> {
    if (this.#unread.size === 0 && !this.hasEnded) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#wake = undefined
    }
    const events = [...this.#unread.values()]
    this.#unread.clear()
    return events
  }
}
