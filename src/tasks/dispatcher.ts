import type { Logger } from 'pino'
import type { Accounts } from '../accounts/accounts.ts'
import { type Clock, markOf } from '../core/clock.ts'
import { ZERO_POINTS } from '../core/points.ts'
import { FELL_BACK } from '../core/pools.ts'
import type { Offer, Store } from '../store/store.ts'
import type { Leases } from './leases.ts'
import type { Moves } from './moves.ts'
import type { Work } from './work.ts'

/** The loop that claims due tasks and moves them on. It keeps no list of tasks: what is due, the store knows. */
export interface Dispatcher {
  start(): void
  /** Something became due at this instant. */
  dueAt(at: number): void
  /** More may be possible than before: an account came back. */
  lookAtAll(): void
  /** Claims nothing more, and waits until what is in hand is written down or `graceMs` is over. */
  stop(graceMs: number): Promise<void>
}

export interface DispatcherOptions {
  store: Store
  accounts: Accounts
  work: () => Work
  moves: Moves
  leases: Leases
  clock: Clock
  log: Logger
}

const CLAIM_LIMIT = 100
/** How many tasks this process moves at once: calls that are answered with the finished work may take minutes. */
const MAX_IN_HAND = 1_000
/** How many of them it asks after at once. Such answers come soon, and more at a time would only fill the memory. */
const MAX_ASKED = 512
/** Signals can be lost, and requeued tasks become due by themselves: everything is looked at once in a while. */
const SWEEP_MS = 1_000
/** The time between two looks at the same line while it is being called to. */
const LOOK_GAP_MS = 5
const AFTER_TROUBLE_MS = 1_000

export function openDispatcher(options: DispatcherOptions): Dispatcher {
  const { store, accounts, moves, leases, clock, log } = options
  const { holder, leaseMs } = leases
  const inHand = new Set<Promise<void>>()
  let running = false
  let sweep: NodeJS.Timeout | undefined
  let alarm: { at: number; timer: NodeJS.Timeout } | undefined
  let deaf = (): void => {}
  /** For looks that hold no lease which could be dropped. */
  const stopping = new AbortController()

  /** Loops that are looking at this moment: what they claim is still to come into hand. */
  const looking = new Set<Promise<void>>()

  /** Runs `step` again and again while it finds work; a call that comes meanwhile makes it look once more. */
  function loop(name: string, step: () => Promise<boolean>): () => void {
    let active = false
    let again = false
    let lookedAt = Number.NEGATIVE_INFINITY
    const run = async (): Promise<void> => {
      active = true
      do {
        // A burst of submissions calls once for each; one look finds all that came meanwhile.
        const restMs = lookedAt + LOOK_GAP_MS - performance.now()
        if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs))
        again = false
        try {
          while (running && inHand.size < MAX_IN_HAND && (await step())) again = false
        } catch (error) {
          log.error({ err: error, loop: name }, 'the dispatcher stumbled; it goes on')
          await new Promise((resolve) => setTimeout(resolve, AFTER_TROUBLE_MS))
        }
        lookedAt = performance.now()
      } while (again && running)
      active = false
    }
    return () => {
      again = true
      if (active || !running) return
      const look = run().finally(() => looking.delete(look))
      looking.add(look)
    }
  }

  function take(step: Promise<void>, taskId: string): void {
    const guarded = step
      // What could not be written down (a full disk, a lost database) is found again when the lease runs out.
      .catch((error: unknown) => log.error({ err: error, taskId }, 'a task could not be moved on'))
      .finally(() => {
        inHand.delete(guarded)
        if (inHand.size === MAX_IN_HAND - 1) lookAtAll()
      })
    inHand.add(guarded)
  }

  let asked = 0
  function answered(): void {
    asked -= 1
    // At half, so that each look finds many.
    if (asked === MAX_ASKED / 2) lookAtDue()
  }

  const lookAtDue = loop('due', async () => {
    const limit = Math.min(CLAIM_LIMIT, MAX_ASKED - asked)
    if (limit <= 0) return false // whoever is answered looks again
    const since = markOf(clock)
    const tasks = await store.claimDue({ limit, leaseMs, holder, now: clock.now() })
    for (const task of tasks) {
      asked += 1
      take(options.work().carryOn(task, since).finally(answered), task.id)
    }
    if (tasks.length < limit) {
      const next = await store.nextDueAt({})
      if (next !== null) dueAt(next)
    }
    return tasks.length === limit
  })

  /** Which lines were called to since the last look; `all` = a slot became free, or nobody knows. */
  const called = { all: false, lines: new Map<string, Set<string>>() }

  function call(pool: string, operation: string): void {
    const operations = called.lines.get(pool) ?? new Set()
    called.lines.set(pool, operations.add(operation))
  }

  /** What was called to, and what else waits where anything may have become free. */
  async function takeCalls(): Promise<Map<string, Set<string>>> {
    if (called.all) {
      called.all = false
      for (const { pool, operation } of await store.listWaiting({})) call(pool, operation)
    }
    const { lines } = called
    called.lines = new Map()
    return lines
  }

  const lookAtLines = loop('lines', async () => {
    const lines = await takeCalls()
    let isMore = false
    for (const [pool, operations] of lines) {
      const offers = accounts.offers(pool, operations)
      await fallBack(pool, operations, offers)
      if (offers.length === 0) continue
      const since = markOf(clock)
      const now = clock.now()
      const tasks = await store.claimPending({ pool, offers, limit: CLAIM_LIMIT, leaseMs, holder, now })
      for (const task of tasks) take(options.work().begin(task, since), task.id)
      if (tasks.length < CLAIM_LIMIT) continue
      isMore = true
      for (const operation of operations) call(pool, operation)
    }
    return isMore
  })

  /** Tasks that none of a tenant's own accounts can do go to the public pool, where the tenant allows it. */
  async function fallBack(pool: string, operations: Set<string>, offers: readonly Offer[]): Promise<void> {
    for (const operation of operations) {
      if (offers.some((offer) => offer.operation === operation)) continue
      const to = accounts.fallback(pool, operation)
      if (to === undefined) continue
      await store.moveToPool({ pool, operation, to, log: FELL_BACK, now: clock.now() })
    }
  }

  const lookAtLate = loop('late', async () => {
    const since = markOf(clock)
    const tasks = await store.claimLateChecks({ limit: CLAIM_LIMIT, leaseMs, holder, now: clock.now() })
    for (const task of tasks) take(options.work().checkLateResult(task, since, stopping.signal), task.id)
    return tasks.length === CLAIM_LIMIT
  })

  const lookAtOverdue = loop('overdue', async () => {
    const tasks = await store.listOverdue({ now: clock.now(), limit: CLAIM_LIMIT })
    for (const task of tasks) {
      const error = { code: 'timed_out', message: 'The task waited too long to be begun.' } as const
      const end = { output: null, error, consumedPoints: ZERO_POINTS, logs: [error.message] }
      const ended = await moves.move(task, { kind: 'ended', to: 'failed', from: ['staged', 'pending'], ...end })
      if (ended) log.info({ taskId: task.id, code: error.code }, 'task failed')
    }
    return tasks.length === CLAIM_LIMIT
  })

  function dueAt(at: number): void {
    if (!running || (alarm && alarm.at <= at)) return
    clearTimeout(alarm?.timer)
    const timer = setTimeout(
      () => {
        alarm = undefined
        lookAtDue()
      },
      Math.max(0, at - clock.now()),
    )
    alarm = { at, timer }
  }

  function lookAtAll(): void {
    lookAtDue()
    called.all = true
    lookAtLines()
  }

  return {
    dueAt,
    lookAtAll,
    start() {
      running = true
      deaf = store.onSignal((signal) => {
        switch (signal.kind) {
          case 'pool':
            call(signal.pool, signal.operation)
            return lookAtLines()
          case 'slot':
            called.all = true
            return lookAtLines()
          case 'due':
            lookAtLate()
            return lookAtDue()
          case 'resync': // signals may have been missed
            return lookAtAll()
        }
      })
      sweep = setInterval(() => {
        lookAtAll()
        lookAtOverdue()
        lookAtLate()
      }, SWEEP_MS)
      lookAtAll()
    },
    async stop(graceMs) {
      running = false
      deaf()
      clearInterval(sweep)
      clearTimeout(alarm?.timer)
      // A claim under way brings tasks whose intent is on disk: they are begun here, rather than guessed about later.
      await Promise.all(looking)
      const end = clock.now() + graceMs
      while (inHand.size > 0 && clock.now() < end) {
        await Promise.race([...inHand, new Promise((resolve) => setTimeout(resolve, Math.max(1, end - clock.now())))])
      }
      stopping.abort()
      const dropping = leases.dropAll()
      await Promise.all(inHand)
      await dropping
      leases.close()
    },
  }
}
