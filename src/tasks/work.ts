import type { Logger } from 'pino'
import type { Accounts } from '../accounts/accounts.ts'
import { troubleOf } from '../accounts/health.ts'
import type { Assets } from '../assets/assets.ts'
import type { Egress } from '../assets/egress.ts'
import { identify } from '../assets/media-type.ts'
import { ASSET_SCHEME } from '../core/asset.ts'
import { type Clock, HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/clock.ts'
import { type ErrorCode, PolyphonyError } from '../core/errors.ts'
import type { Task, TaskError } from '../core/task.ts'
import type { Account, Asked, Failure, Job, Provider, Result, Submitted } from '../providers/provider.ts'
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
  /** A task that failed for want of an answer: its result is delivered if there is one after all. */
  lookLate(task: Task, signal: AbortSignal): Promise<void>
  /** Ends work that the provider can end. False when it cannot, or somebody ended the task meanwhile. */
  cancel(task: Task): Promise<boolean>
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
  /** Where a vendor may call for a task; undefined where we cannot be reached from outside. */
  callbackUrl: (task: Task) => string | undefined
  /** Where a vendor can fetch a stored file; undefined likewise. */
  publicUrlOf: (reference: string) => string | undefined
  maxInputBytes: number
}

/** Polls become rarer the longer the work takes: a tenth of its age, within these bounds. */
const FIRST_POLL_MS = 2 * SECOND_MS
const LAST_POLL_MS = 15 * SECOND_MS
/** How long a task that failed for want of an answer is watched for its result, and how often. */
const LATE_MS = 24 * HOUR_MS
const LATE_LOOK_MS = 5 * MINUTE_MS
const MAX_MISSES = 5
/** A task at whose beginning a process of ours died so often may be the reason of it. */
const MAX_INTERRUPTIONS = 10
/** A moment, so that a task that nobody takes does not go round and round. */
const ELSEWHERE_MS = 100
/** How long such a look may take, with the copying of its files: the lease of it, which nobody renews. */
export const LATE_LIMIT_MS = 10 * MINUTE_MS
const CANCEL_LIMIT_MS = 10 * SECOND_MS

export function openWork(options: WorkOptions): Work {
  const { store, accounts, finish, leases, announce, clock, log, maxWaitMs } = options

  function performerOf(task: Task): { account: Account; provider: Provider } {
    const found = foundFor(task)
    if (found) return found
    if (task.account !== null && accounts.isKnown(task.account)) {
      // Its owner can mend that, and what runs at the provider runs on meanwhile.
      const message = `The account ${task.account} cannot be used as it is set up.`
      throw new PolyphonyError('account_refused', message, { lacks: 'credential' })
    }
    throw new PolyphonyError(
      'no_provider',
      `The account ${task.account} that had this task is not configured any more.`,
    )
  }

  function foundFor(task: Task): ReturnType<Accounts['find']> {
    return task.account === null ? undefined : accounts.find(task.account)
  }

  async function jobOf(task: Task): Promise<Job> {
    const parent = task.parentTaskId === null ? null : ((await store.getTask({ id: task.parentTaskId })) ?? null)
    return {
      ...askedOf(task),
      mode: task.mode,
      idempotencyKey: task.id, // one task is paid for once, however often it is tried
      attempt: task.attempts,
      createdAt: task.createdAt,
      parent,
      callbackUrl: options.callbackUrl(task),
      report: (percent) => leases.report(task, percent),
      readAsset: (reference) => ofFile(options.assets.read(reference)),
      download,
      async file(reference, signal) {
        const bytes = await download(reference, { maxBytes: options.maxInputBytes, signal })
        const { mediaType, extension } = await identify(bytes, undefined, 'upload')
        return { bytes, mediaType, name: `file.${extension}` }
      },
      urlOf: (reference) => (reference.startsWith(ASSET_SCHEME) ? options.publicUrlOf(reference) : reference),
    }
  }

  /** A file that came with the input is ours already. */
  const download: Job['download'] = (url, limits) =>
    ofFile(url.startsWith(ASSET_SCHEME) ? options.assets.read(url) : options.egress.download(url, limits))

  /** A call of the provider. What goes wrong with it may say something about the account. */
  async function called<Told>(task: Task, call: Promise<Told>): Promise<Told> {
    try {
      return await call
    } catch (thrown) {
      if (thrown instanceof PolyphonyError && !ofFiles.has(thrown)) await blame(task, thrown)
      throw thrown
    }
  }

  async function blame(task: Task, error: PolyphonyError): Promise<void> {
    const trouble = troubleOf(error)
    if (trouble && task.account !== null) await accounts.happened(task.account, trouble)
  }

  async function praise(task: Task, kind: 'worked' | 'answered' | 'delivered'): Promise<void> {
    if (task.account !== null) await accounts.happened(task.account, { kind })
  }

  /** What the tenant is told. How a house account is doing, and where it lies, is the operator's business. */
  function wordsFor(task: Task, error: PolyphonyError): string {
    const isOwn = foundFor(task)?.record.tenantId === task.tenantId
    return isOwn || ofFiles.has(error) ? error.message : (PUBLIC_WORDS[error.code] ?? error.message)
  }

  async function tell(task: Task): Promise<void> {
    const deliveries = announce(task)
    if (deliveries.length === 0) return
    await store.addDeliveries({ taskId: task.id, tenantId: task.tenantId, deliveries, now: clock.now() })
  }

  async function accepted(task: Task, handle: Task['handle'], pollAfterMs = FIRST_POLL_MS): Promise<void> {
    const now = clock.now()
    const dueAt = now + pollAfterMs
    const running: Task = { ...task, status: 'processing', handle, startedAt: task.startedAt ?? now }
    await store.recordHandle({ id: task.id, claim: task.claim, handle, dueAt, deliveries: announce(running), now })
    options.dueAt(dueAt)
  }

  async function submitted(task: Task, answer: Submitted, signal: AbortSignal): Promise<void> {
    if ('failed' in answer) return failed(task, answer.failed)
    if ('result' in answer) {
      await praise(task, 'worked')
      await finish.complete(withHandle(task, answer.handle), answer.result, signal)
      return praise(task, 'delivered')
    }
    // First of all: what is lost of it has to be found again.
    await accepted(task, answer.handle, answer.pollAfterMs)
    await praise(task, 'worked')
  }

  /** What a vendor said, as anybody may read it. */
  function wordsOf({ account }: Task, words: string): string {
    return account === null ? words : accounts.withoutSecrets(account, words)
  }

  function errorOf(task: Task, thrown: unknown): PolyphonyError {
    const error = asError(thrown)
    const message = wordsOf(task, error.message)
    return message === error.message
      ? error
      : new PolyphonyError(error.code, message, { ...error.details, cause: error })
  }

  async function failed(task: Task, failure: Failure): Promise<void> {
    const error = failureOf(failure)
    error.message = wordsOf(task, error.message)
    if (error.detail !== undefined) error.detail = wordsOf(task, error.detail)
    if (error.code === 'content_moderated') await blame(task, new PolyphonyError(error.code, error.message))
    await finish.fail(task, error)
  }

  /** A call that failed: its code says whether anything was begun. */
  async function stumbled(task: Task, thrown: unknown): Promise<void> {
    const error = errorOf(task, thrown)
    const { id, claim, account, attempts } = task
    const now = clock.now()
    const words = wordsFor(task, error)
    const log_ = `attempt ${attempts}: ${words}`
    if (error.retry === 'never') {
      if (error.code === 'internal') log.error({ err: thrown, taskId: id }, 'the provider broke')
      await finish.fail(task, { code: error.code, message: error.message })
      return
    }
    log.warn({ taskId: id, account, attempts, code: error.code, reason: error.message }, 'a call of a provider failed')
    if (error.retry === 'reconcile') {
      const dueAt = now + backoff(1)
      await store.recordUncertain({ id, claim, dueAt, log: log_, now })
      options.dueAt(dueAt)
    } else if (error.retry === 'elsewhere') {
      // Nothing was begun, and the account takes no more for now: the task waits for another one, or for this one, and
      // not for longer than it might have waited without having been tried.
      const deadlineAt = task.createdAt + maxWaitMs
      await store.requeue({ id, claim, dueAt: now + ELSEWHERE_MS, deadlineAt, log: words, now })
    } else if (task.misses + 1 < MAX_MISSES) {
      const dueAt = now + backoff(task.misses + 1)
      await store.requeue({ id, claim, dueAt, deadlineAt: now + maxWaitMs, log: log_, isMiss: true, now })
    } else {
      await finish.fail(task, { code: error.code, message: words })
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
      return await called(task, provider.submit(job, account, lease.signal))
    } catch (thrown) {
      if (lease.lost) return undefined // another process has it, or this one is stopping: the row says how to go on
      if (lease.timedOut) await giveUp(task)
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
      const error = errorOf(task, thrown)
      if (!('result' in answer) || error.retry !== 'never') throw thrown
      if (error.code === 'internal') log.error({ err: thrown, taskId: task.id }, 'a result could not be kept')
      await finish.fail(task, { code: error.code, message: error.message })
    }
  }

  async function poll(task: Task, provider: Provider, account: Account, lease: Lease): Promise<void> {
    if (!provider.poll) throw new PolyphonyError('internal', `${provider.id} gave a handle and cannot be polled.`)
    const progress = await called(task, provider.poll(task.handle, account, lease.signal, askedOf(task)))
    await praise(task, 'answered')
    if (progress.status === 'failed') return failed(task, progress)
    if (progress.status === 'completed') return made(withHandle(task, progress.handle), progress.result, lease)
    const now = clock.now()
    const dueAt = now + (progress.pollAfterMs ?? rhythmOf(task, now))
    const value = progressOf(task, progress.progress)
    // Told of only when something has changed: a webhook a poll would be noise.
    const deliveries = value > task.progress ? announce({ ...task, progress: value }) : []
    await store.recordProgress({ id: task.id, claim: task.claim, progress: value, dueAt, deliveries, now })
    options.dueAt(dueAt)
  }

  /** The work is done, and its files are to be copied. */
  async function made(task: Task, result: Result, lease: Lease): Promise<void> {
    try {
      await finish.complete(task, result, lease.signal)
      await praise(task, 'delivered')
    } catch (thrown) {
      if (lease.lost || !lease.timedOut) throw thrown
      // It lies ready at the provider: nothing is cancelled there, and it is fetched later.
      await finish.fail(task, timeoutOf(task), clock.now() + LATE_LOOK_MS)
    }
  }

  /** Asks the provider what became of a call whose answer was lost, before anything is tried again. */
  async function reconcile(
    task: Task,
    { provider, account }: ReturnType<typeof performerOf>,
    signal: AbortSignal,
    /** It was not the answer that was lost: whoever made the call died, or stopped. */
    wasInterrupted = false,
  ): Promise<void> {
    const now = clock.now()
    const { id, claim } = task
    if (task.handle !== null) return accepted(task, task.handle, 0) // the provider called, and named it
    if (!provider.reconcile) {
      if (!mayBeCalled(task, provider)) return finish.fail(task, silentOf(task))
      // Only the vendor can tell, by calling: until the deadline.
      const log_ = 'the answer was lost; waiting for the provider to call'
      await store.recordUncertain({ id, claim, dueAt: task.deadlineAt, log: log_, now })
      return
    }
    const found = await called(task, provider.reconcile(await jobOf(task), account, signal))
    if (typeof found === 'object') return accepted(task, found.handle, 0)
    if (found === 'absent') {
      const log_ = 'the provider has no trace of the call; it is made again'
      const isTooOften = wasInterrupted ? task.attempts >= MAX_INTERRUPTIONS : task.misses + 1 >= MAX_MISSES
      if (isTooOften) return finish.fail(task, silentOf(task))
      const isMiss = !wasInterrupted
      await store.requeue({ id, claim, dueAt: now, deadlineAt: now + maxWaitMs, log: log_, isMiss, now })
      return
    }
    // Asked again until it knows; the task's deadline ends the wait.
    const dueAt = now + backoff(3)
    await store.recordUncertain({ id, claim, dueAt, log: 'the provider cannot say yet whether it has the task', now })
    options.dueAt(dueAt)
  }

  async function carryOn(task: Task): Promise<void> {
    const lease = leases.hold(task)
    try {
      if (clock.now() >= task.deadlineAt) return await giveUp(task)
      const performer = performerOf(task)
      if (task.status === 'processing' && task.handle !== null) {
        await poll(task, performer.provider, performer.account, lease)
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
        if (ours) await reconcile({ ...task, status: 'uncertain' }, performer, lease.signal, true)
      } else {
        await reconcile(task, performer, lease.signal)
      }
    } catch (thrown) {
      if (lease.lost) return
      if (lease.timedOut) await giveUp(task)
      else await pollStumbled(task, thrown)
    } finally {
      lease.release()
    }
  }

  /** A poll or a copy that failed says nothing about the work: it goes on, and is asked after again. */
  async function pollStumbled(task: Task, thrown: unknown): Promise<void> {
    const error = errorOf(task, thrown)
    if (error.retry === 'never') {
      if (error.code === 'internal') log.error({ err: thrown, taskId: task.id }, 'a poll broke')
      await finish.fail(task, { code: error.code, message: error.message })
      return
    }
    const now = clock.now()
    const dueAt = now + Math.max(backoff(3), SECOND_MS * (error.details.retryAfterSeconds ?? 0))
    log.warn({ taskId: task.id, code: error.code, reason: error.message }, 'a poll failed; the task goes on')
    await store.recordProgress({ id: task.id, claim: task.claim, progress: task.progress, dueAt, deliveries: [], now })
    options.dueAt(dueAt)
  }

  async function giveUp(task: Task): Promise<void> {
    const found = foundFor(task)
    const isCancelled = task.handle !== null && found !== undefined && (await cancelled(task, found))
    // What goes on at the provider may still come to an end, which is then delivered.
    const mayStillCome = !isCancelled && (task.handle !== null || mayBeCalled(task, found?.provider))
    await finish.fail(task, timeoutOf(task), mayStillCome ? clock.now() + LATE_LOOK_MS : undefined)
  }

  /** Whether the provider ended the work. */
  async function cancelled(task: Task, { provider, account }: ReturnType<typeof performerOf>): Promise<boolean> {
    if (!provider.cancel) return false
    try {
      await provider.cancel(task.handle, account, AbortSignal.timeout(CANCEL_LIMIT_MS))
      return true
    } catch (error) {
      log.warn({ err: error, taskId: task.id }, 'a task could not be cancelled at the provider')
      return false
    }
  }

  function mayBeCalled(task: Task, provider: Provider | undefined): boolean {
    return provider?.receive !== undefined && options.callbackUrl(task) !== undefined
  }

  async function lookLate(task: Task, stopping: AbortSignal): Promise<void> {
    const { id, claim } = task
    const now = clock.now()
    const found = foundFor(task)
    const isOver = now >= (task.endedAt ?? 0) + LATE_MS
    const isGone = task.account === null || !accounts.isKnown(task.account)
    if (isOver || isGone || found?.provider.poll === undefined) {
      // One that cannot be used as it is set up may be mended in time.
      await store.recordLate({ id, claim, dueAt: isOver || isGone || found ? null : now + LATE_LOOK_MS })
      return
    }
    const dueAt = now + LATE_LOOK_MS
    if (task.handle === null) {
      await store.recordLate({ id, claim, dueAt }) // until a callback names it
      return
    }
    const signal = AbortSignal.any([stopping, AbortSignal.timeout(LATE_LIMIT_MS)])
    try {
      const progress = await found.provider.poll(task.handle, found.account, signal, askedOf(task))
      if (progress.status === 'completed') {
        return await finish.completeLate(withHandle(task, progress.handle), progress.result, signal)
      }
      await store.recordLate({ id, claim, dueAt: progress.status === 'failed' ? null : dueAt })
    } catch (error) {
      if (!stopping.aborted) log.warn({ err: error, taskId: id }, 'a late result could not be had')
      // What this process did not come to the end of, the next one looks at.
      await store.recordLate({ id, claim, dueAt: stopping.aborted ? now : dueAt })
    }
  }

  async function cancel(task: Task): Promise<boolean> {
    const found = foundFor(task)
    if (task.status !== 'processing' || !found?.provider.cancel) return false
    if (task.handle !== null && !(await cancelled(task, found))) return false
    const ended = await finish.cancel(task)
    if (ended) leases.abort(task.id)
    return ended
  }

  return { begin, carryOn, lookLate, cancel }
}

/** Errors of files of ours and of the caller's: they say nothing about an account, and hold nothing of the house. */
const ofFiles = new WeakSet<Error>()

async function ofFile<Found>(reading: Promise<Found>): Promise<Found> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof Error) ofFiles.add(error)
    throw error
  }
}

/** What a tenant is told of a house account, in place of what the vendor or the network said. */
const PUBLIC_WORDS: Partial<Record<ErrorCode, string>> = {
  account_busy: 'The account is at its limit at the provider; the task waits for a free one.',
  account_refused: 'The account cannot be used at the provider now; the task waits for another one.',
  vendor_unreachable: 'The provider cannot be reached at present.',
  vendor_silent: 'The provider did not answer.',
}

function askedOf({ id, operation, input }: Task): Asked {
  return { taskId: id, operation, input }
}

function withHandle(task: Task, handle: Task['handle'] | undefined): Task {
  return handle === undefined ? task : { ...task, handle }
}

/** When work that says nothing of its pace is asked after again. */
function rhythmOf({ startedAt }: Task, now: number): number {
  return Math.min(LAST_POLL_MS, Math.max(FIRST_POLL_MS, (now - (startedAt ?? now)) / 10))
}

/** Never falling, whatever the provider says. */
function progressOf(task: Task, told: number | undefined): number {
  return Math.max(task.progress, Math.min(100, Math.floor(told ?? 0)))
}

function failureOf({ reason, detail, isModerated }: Failure): TaskError {
  const code = isModerated === true ? 'content_moderated' : 'vendor_refused'
  return { code, message: reason, ...(detail === undefined ? {} : { detail }) }
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
