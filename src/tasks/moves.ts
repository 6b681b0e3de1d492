import type { Asset } from '../core/asset.ts'
import { type Clock, MINUTE_MS, SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Task } from '../core/task.ts'
import { isNews, type TaskEvent, type Transition, transition } from '../core/transitions.ts'
import type { Store } from '../store/store.ts'
import type { TaskObserver } from './observer.ts'
import type { RenderWebhooks } from './webhook-renderers.ts'

/** Writes what happens to tasks. Every write of the heart goes through here. */
export interface Moves {
  /**
   * Moves the task by the event and returns it as it is stored, with its webhooks written beside it. When another write
   * came between, the event is applied to the task as it is by now. Undefined, with nothing written, when the event does
   * not apply any more, or another process holds the task. A database that does not answer is waited for.
   */
  move(task: Task, event: TaskEvent, options?: MoveOptions): Promise<Task | undefined>
}

export interface MoveOptions {
  /** Files of the result. */
  assets?: readonly Asset[]
  /** For writers that need no lease: a client that cancels, a vendor that calls. */
  fromAnyClaim?: boolean
  /** Whether a database that does not answer is not waited for any longer; called before each further try. */
  isGivenUp?: () => boolean
}

/** Other writers are few: a callback, a cancel. */
const MAX_CONFLICTS = 50
/** How long what is known is kept in hand while the database does not answer. */
const PATIENCE_MS = 10 * MINUTE_MS
const FIRST_PAUSE_MS = 100
const LAST_PAUSE_MS = 2 * SECOND_MS

export interface MovesOptions {
  store: Store
  webhooksFor: RenderWebhooks
  clock: Clock
  observer?: Pick<TaskObserver, 'moved'> | undefined
}

export function openMoves(options: MovesOptions): Moves {
  const { store, webhooksFor, clock, observer } = options

  /** Whether it is written; waits for the database. An answer that was lost is looked for in the row. */
  async function isWritten(step: Transition, { assets = [], isGivenUp }: MoveOptions): Promise<boolean> {
    const deliveries = isNews(step) ? await webhooksFor(step.after) : []
    const change = { transition: step, assets, deliveries, now: clock.now() }
    const end = clock.now() + PATIENCE_MS
    let isUnsure = false
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LAST_PAUSE_MS, 2 * pauseMs)) {
      try {
        if (isUnsure && isSame(await store.getTask({ id: step.after.id }), step.after)) return true
        isUnsure = true
        return await store.applyChange({ change })
      } catch (error) {
        const isPassing = error instanceof PolyphonyError && error.retry === 'again'
        if (!isPassing || isGivenUp?.() || clock.now() + pauseMs > end) throw error
        await new Promise((resolve) => setTimeout(resolve, pauseMs))
      }
    }
  }

  return {
    async move(task, event, given = {}) {
      let current = task
      for (let conflict = 0; conflict < MAX_CONFLICTS; conflict++) {
        const step = transition(current, event, clock.now())
        if (!step) return undefined
        if (await isWritten(step, given)) {
          observer?.moved(step)
          return step.after
        }
        const fresh = await store.getTask({ id: task.id })
        if (!fresh || (given.fromAnyClaim !== true && fresh.claim !== task.claim)) return undefined
        current = fresh
      }
      throw new PolyphonyError('internal', `Task ${task.id} was written by others again and again.`)
    },
  }
}

/** Whatever a move changes shows in one of these; a lease alone may have been renewed meanwhile. */
const TRACES = [
  'version',
  'claim',
  'status',
  'progress',
  'misses',
  'isWatched',
  'calledAt',
  'heardAt',
  'cancelRequestedAt',
  'dueAt',
  'deadlineAt',
  'startedAt',
  'endedAt',
] as const satisfies (keyof Task)[]

/** A version is reached by one write only, and which one it was shows in what it changed. */
function isSame(stored: Task | undefined, after: Task): boolean {
  return stored !== undefined && TRACES.every((field) => stored[field] === after[field])
}
