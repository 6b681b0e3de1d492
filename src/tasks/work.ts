import type { Logger } from 'pino'
import type { Accounts } from '../accounts/accounts.ts'
import type { Assets } from '../assets/assets.ts'
import type { Egress } from '../assets/egress.ts'
import { ASSET_SCHEME } from '../core/asset.ts'
import { type Clock, MINUTE_MS, SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Task, TaskError } from '../core/task.ts'
import type { Account, Failure, Job, Provider, Submitted } from '../providers/provider.ts'
import type { Store } from '../store/store.ts'
import type { Announce } from './announce.ts'
import type { Finish } from './finish.ts'
import type { Lease, Leases } from './leases.ts'

/** The steps of a task's life that need a provider. Each ends by writing down what comes next; nothing is remembered here. */
export interface Work {
  /** A task that was just claimed from its line. */
  begin(task: Task): Promise<void>
  /** A running task that was claimed because it is due. */
  carryOn(task: Task): Promise<void>
}

export interface WorkOptions {
  store: Store
  accounts: Accounts
  assets: Assets
  egress: Egress
  finish: Finish
  leases: Leases
  announce: Announce
  clock: Clock
  log: Logger
  /** How long a task may wait to be begun. */
  maxWaitMs: number
  /** Called with every instant at which a task becomes due. */
  dueAt: (at: number) => void
}

const DEFAULT_POLL_MS = 2 * SECOND_MS
const MAX_ATTEMPTS = 5
const CANCEL_LIMIT_MS = 10 * SECOND_MS

export function openWork(options: WorkOptions): Work {
  const { store, accounts, finish, leases, announce, clock, log, maxWaitMs } = options

  function performerOf(task: Task): { account: Account; provider: Provider } {
    const found = task.account === null ? undefined : accounts.find(task.account)
    if (!found) {
      throw new PolyphonyError(
        'no_provider',
        `The account ${task.account} that had this task is not configured any more.`,
      )
    }
    return found
  }

  async function jobOf(task: Task): Promise<Job> {
    const parent = task.parentTaskId === null ? null : ((await store.getTask({ id: task.parentTaskId })) ?? null)
    return {
      taskId: task.id,
      operation: task.operation,
      mode: task.mode,
      input: task.input,
      idempotencyKey: task.id, // one task is paid for once, however often it is tried
      attempt: task.attempts,
      createdAt: task.createdAt,
      parent,
      report: (percent) => leases.report(task, percent),
      readAsset: (reference) => options.assets.read(reference),
      // A file that came with the input is ours already.
      download: (url, limits) =>
        url.startsWith(ASSET_SCHEME) ? options.assets.read(url) : options.egress.download(url, limits),
    }
  }

  async function tell(task: Task): Promise<void> {
    const deliveries = announce(task)
    if (deliveries.length === 0) return
    await store.addDeliveries({ taskId: task.id, tenantId: task.tenantId, deliveries, now: clock.now() })
  }

  async function accepted(task: Task, handle: Task['handle'], pollAfterMs = DEFAULT_POLL_MS): Promise<void> {
    const now = clock.now()
    const dueAt = now + pollAfterMs
    const running: Task = { ...task, status: 'processing', handle, startedAt: task.startedAt ?? now }
    await store.recordHandle({ id: task.id, claim: task.claim, handle, dueAt, deliveries: announce(running), now })
    options.dueAt(dueAt)
  }

  async function submitted(task: Task, answer: Submitted, signal: AbortSignal): Promise<void> {
    if ('handle' in answer) return accepted(task, answer.handle, answer.pollAfterMs)
    if ('result' in answer) return finish.complete(task, answer.result, signal)
    return finish.fail(task, failureOf(answer.failed))
  }

  /** A call that failed: its code says whether anything was begun. */
  async function stumbled(task: Task, thrown: unknown): Promise<void> {
    const error = asError(thrown)
    const now = clock.now()
    const log_ = `attempt ${task.attempts}: ${error.message}`
    if (error.retry === 'reconcile') {
      const dueAt = now + backoff(1)
      await store.recordUncertain({ id: task.id, claim: task.claim, dueAt, log: log_, now })
      options.dueAt(dueAt)
    } else if (error.retry === 'again' && task.attempts < MAX_ATTEMPTS) {
      const dueAt = now + backoff(task.attempts)
      await store.requeue({ id: task.id, claim: task.claim, dueAt, deadlineAt: now + maxWaitMs, log: log_, now })
    } else {
      if (error.code === 'internal') log.error({ err: thrown, taskId: task.id }, 'the provider broke')
      await finish.fail(task, { code: error.code, message: error.message })
    }
  }

  async function begin(task: Task): Promise<void> {
    const lease = leases.hold(task)
    try {
      const answer = await call(task, lease)
      if (answer) await received(task, answer, lease)
    } finally {
      lease.release()
    }
  }

  /** Calls the provider. Undefined when nothing came of it; what follows is written down then. */
  async function call(task: Task, lease: Lease): Promise<Submitted | undefined> {
    try {
      await tell(task)
      const { provider, account } = performerOf(task)
      const job = await jobOf(task)
      lease.signal.throwIfAborted() // a task that is not ours any more is not sent
      return await provider.submit(job, account, lease.signal)
    } catch (thrown) {
      if (lease.lost) return undefined // another process has it, or this one is stopping: the row says how to go on
      if (lease.timedOut) await finish.fail(task, timeoutOf(task))
      else await stumbled(task, thrown)
      return undefined
    }
  }

  /**
   * The provider has the work, or has done it. Whatever goes wrong from here on, the call is not simply made again: what
   * cannot be written down now is reconciled when the lease has run out.
   */
  async function received(task: Task, answer: Submitted, lease: Lease): Promise<void> {
    try {
      await submitted(task, answer, lease.signal)
    } catch (thrown) {
      if (lease.lost) return
      if (lease.timedOut) return finish.fail(task, timeoutOf(task))
      const error = asError(thrown)
      if ('handle' in answer || error.retry !== 'never') throw thrown
      if (error.code === 'internal') log.error({ err: thrown, taskId: task.id }, 'a result could not be kept')
      await finish.fail(task, { code: error.code, message: error.message })
    }
  }

  async function poll(task: Task, provider: Provider, account: Account, signal: AbortSignal): Promise<void> {
    if (!provider.poll) throw new PolyphonyError('internal', `${provider.id} gave a handle and cannot be polled.`)
    const progress = await provider.poll(task.handle, account, signal)
    if (progress.status === 'completed') return finish.complete(task, progress.result, signal)
    if (progress.status === 'failed') return finish.fail(task, failureOf(progress))
    const now = clock.now()
    const dueAt = now + (progress.pollAfterMs ?? DEFAULT_POLL_MS)
    const value = progressOf(task, progress.progress)
    // Told of only when something has changed: a webhook a poll would be noise.
    const deliveries = value > task.progress ? announce({ ...task, progress: value }) : []
    await store.recordProgress({ id: task.id, claim: task.claim, progress: value, dueAt, deliveries, now })
    options.dueAt(dueAt)
  }

  /** Asks the provider what became of a call whose answer was lost, before anything is tried again. */
  async function reconcile(task: Task, provider: Provider, account: Account, signal: AbortSignal): Promise<void> {
    const now = clock.now()
    const found = provider.reconcile ? await provider.reconcile(await jobOf(task), account, signal) : 'unknown'
    if (typeof found === 'object') return accepted(task, found.handle, 0)
    const { id, claim } = task
    if (found === 'absent') {
      const log_ = 'the provider has no trace of the call; it is made again'
      if (task.attempts >= MAX_ATTEMPTS) return finish.fail(task, silentOf(task))
      await store.requeue({ id, claim, dueAt: now, deadlineAt: now + maxWaitMs, log: log_, now })
      return
    }
    if (!provider.reconcile) return finish.fail(task, silentOf(task))
    // Asked again until it knows; the task's deadline ends the wait.
    const dueAt = now + backoff(3)
    await store.recordUncertain({ id, claim, dueAt, log: 'the provider cannot say yet whether it has the task', now })
    options.dueAt(dueAt)
  }

  async function carryOn(task: Task): Promise<void> {
    const lease = leases.hold(task)
    try {
      const { provider, account } = performerOf(task)
      if (clock.now() >= task.deadlineAt) {
        await giveUp(task, provider, account)
      } else if (task.status === 'processing' && task.handle !== null) {
        await poll(task, provider, account, lease.signal)
      } else if (task.status !== 'uncertain') {
        // The holder died between the intent and the answer, or while it did the work itself.
        const now = clock.now()
        const log_ = 'the call to the provider was interrupted'
        const ours = await store.recordUncertain({
          id: task.id,
          claim: task.claim,
          dueAt: now + 10_000,
          log: log_,
          now,
        })
        if (ours) await reconcile({ ...task, status: 'uncertain' }, provider, account, lease.signal)
      } else {
        await reconcile(task, provider, account, lease.signal)
      }
    } catch (thrown) {
      if (lease.lost) return
      if (lease.timedOut) await finish.fail(task, timeoutOf(task))
      else await pollStumbled(task, thrown)
    } finally {
      lease.release()
    }
  }

  /** A poll or a copy that failed says nothing about the work: it goes on, and is asked after again. */
  async function pollStumbled(task: Task, thrown: unknown): Promise<void> {
    const error = asError(thrown)
    if (error.retry === 'never') {
      if (error.code === 'internal') log.error({ err: thrown, taskId: task.id }, 'a poll broke')
      await finish.fail(task, { code: error.code, message: error.message })
      return
    }
    const now = clock.now()
    const dueAt = now + backoff(3)
    log.warn({ taskId: task.id, code: error.code, reason: error.message }, 'a poll failed; the task goes on')
    await store.recordProgress({ id: task.id, claim: task.claim, progress: task.progress, dueAt, deliveries: [], now })
    options.dueAt(dueAt)
  }

  async function giveUp(task: Task, provider: Provider, account: Account): Promise<void> {
    if (provider.cancel && task.handle !== null) {
      await provider.cancel(task.handle, account, AbortSignal.timeout(CANCEL_LIMIT_MS)).catch((error: unknown) => {
        log.warn({ err: error, taskId: task.id }, 'a task past its deadline could not be cancelled at the provider')
      })
    }
    await finish.fail(task, timeoutOf(task))
  }

  return { begin, carryOn }
}

/** Never falling, whatever the provider says. */
function progressOf(task: Task, told: number | undefined): number {
  return Math.max(task.progress, Math.min(100, Math.floor(told ?? 0)))
}

function failureOf({ reason, detail }: Failure): TaskError {
  return { code: 'vendor_refused', message: reason, ...(detail === undefined ? {} : { detail }) }
}

function timeoutOf(task: Task): TaskError {
  return { code: 'timed_out', message: `The task was not done in time (attempt ${task.attempts}).` }
}

function silentOf(task: Task): TaskError {
  const message = `The provider's answer was lost and could not be found again (attempt ${task.attempts}).`
  return { code: 'vendor_silent', message }
}

function asError(thrown: unknown): PolyphonyError {
  if (thrown instanceof PolyphonyError) return thrown
  return new PolyphonyError('internal', 'The provider adapter failed; the log has the cause.', { cause: thrown })
}

/** 1 s, 2 s, 4 s … up to a minute, ± 20 %. */
function backoff(attempt: number): number {
  const ms = Math.min(MINUTE_MS, SECOND_MS * 2 ** (attempt - 1))
  return Math.round(ms * (0.8 + 0.4 * Math.random()))
}
