import { markOf } from '../core/clock.ts'
import { delayed, OTHERS_FIRST_MS } from '../core/delayed.ts'
import type { Signal } from '../store/store.ts'
import type { Alarm } from './alarm.ts'
import { beginPending } from './begin-pending.ts'
import { openDuePolls } from './due-polls.ts'
import { failOverdue } from './fail-overdue.ts'
import { openInHand } from './in-hand.ts'
import type { Leases } from './leases.ts'
import { openLoop } from './loop.ts'
import type { TaskParts } from './parts.ts'
import { openPoolNews } from './pool-news.ts'
import type { Work } from './work.ts'

/** The loops that claim due tasks and move them on. They keep no list of tasks: what is due, the store knows. */
export interface Dispatcher {
  start(): void
  /** More may be possible than before: an account came back. */
  wake(): void
  /** Claims nothing more, and waits until what is in hand is written down or `graceMs` is over. */
  stop(graceMs: number): Promise<void>
}

export interface DispatcherOptions {
  work: Pick<Work, 'begin' | 'carryOn' | 'checkLateResult' | 'answerCancel'>
  leases: Leases
  /** Set by the work for every instant at which a task becomes due. */
  alarm: Alarm
}

const CLAIM_LIMIT = 100
/** How many tasks this process moves at once: calls that are answered with the finished work may take minutes. */
const MAX_IN_HAND = 1_000
/** Signals can be lost, and requeued tasks become due by themselves: everything is looked at once in a while. */
const SWEEP_MS = 1_000

type ForDispatcher = Signal & { kind: 'pool' | 'slot' | 'due' | 'late' }

export function openDispatcher(parts: TaskParts, { work, leases, alarm }: DispatcherOptions): Dispatcher {
  const { store, clock, log } = parts
  const { holder, leaseMs } = leases
  const inHand = openInHand({ max: MAX_IN_HAND, clock, log, onRoom: wake })
  const news = openPoolNews(store)
  let running = false
  let sweep: NodeJS.Timeout | undefined
  let unsubscribe = (): void => {}
  /** For checks of late results, which hold no lease that could be dropped. */
  const stopping = new AbortController()

  const loopOf = (name: string, step: () => Promise<boolean>) =>
    openLoop({ name, step, isRunning: () => running, hasRoom: inHand.hasRoom, log })

  const duePolls = openDuePolls(parts, { work, leases, inHand, alarm, onRoom: () => pollDue.wake() })
  const pollDue = loopOf('due', duePolls)
  const dispatchPending = loopOf('pending', () => beginPending(parts, { work, leases, inHand, news }))

  const checkLate = loopOf('late', async () => {
    const since = markOf(clock)
    const tasks = await store.claimLateChecks({ limit: CLAIM_LIMIT, leaseMs, holder, now: clock.now() })
    for (const task of tasks) inHand.add(work.checkLateResult(task, since, stopping.signal), task.id)
    return tasks.length === CLAIM_LIMIT
  })

  const expireOverdue = loopOf('overdue', () => failOverdue(parts))

  function wake(): void {
    pollDue.wake()
    news.addAll()
    dispatchPending.wake()
  }

  /** One whose signal is lost is seen by the next signal of its task, such as that of its progress. */
  function answerCancel({ id, status }: Signal & { kind: 'task' }, isOwn: boolean): void {
    if (store.exclusive) return // no cancel comes in anywhere else
    if (isOwn && status !== 'processing') return
    work.answerCancel(id).catch((error: unknown) => {
      log.warn({ err: error, taskId: id }, 'a cancel that came in at another process could not be answered yet')
    })
  }

  /** What other nodes announced, each once. */
  const announced = new Map<string, ForDispatcher>()
  const actOnAnnounced = delayed(OTHERS_FIRST_MS, () => {
    const signals = [...announced.values()]
    announced.clear()
    signals.forEach(act)
  })

  function act(signal: ForDispatcher): void {
    switch (signal.kind) {
      case 'pool':
        if (news.add(signal.pool, signal.operation)) dispatchPending.wake()
        break
      case 'slot':
        news.addAll()
        dispatchPending.wake()
        break
      case 'due':
        pollDue.wake()
        break
      case 'late':
        checkLate.wake()
        break
      default:
        signal satisfies never
    }
  }

  function onSignal(signal: Signal, isOwn: boolean): void {
    switch (signal.kind) {
      case 'pool':
      case 'slot':
      case 'due':
      case 'late':
        if (isOwn) act(signal)
        else {
          announced.set(signal.kind === 'pool' ? `${signal.operation} in ${signal.pool}` : signal.kind, signal)
          actOnAnnounced()
        }
        break
      case 'task':
        answerCancel(signal, isOwn)
        break
      case 'resync': // signals may have been missed
        wake()
        break
      default: // of interest to other parts only
    }
  }

  return {
    wake,
    start() {
      running = true
      alarm.start(pollDue.wake)
      unsubscribe = store.onSignal(onSignal)
      sweep = setInterval(() => {
        wake()
        expireOverdue.wake()
        checkLate.wake()
      }, SWEEP_MS)
      wake()
    },
    async stop(graceMs) {
      running = false
      unsubscribe()
      clearInterval(sweep)
      actOnAnnounced.cancel()
      alarm.stop()
      // A claim under way brings tasks whose intent is on disk: they are begun here, rather than guessed about later.
      await Promise.all([pollDue, dispatchPending, checkLate, expireOverdue].map((loop) => loop.settled()))
      await inHand.drain(graceMs)
      stopping.abort()
      const dropping = leases.dropAll()
      await inHand.settled()
      await dropping
      leases.close()
    },
  }
}
