import type { Logger } from 'pino'
import type { Accounts } from '../accounts/accounts.ts'
import { accountEventOf } from '../accounts/health.ts'
import type { Assets } from '../assets/assets.ts'
import type { Egress } from '../assets/egress.ts'
import { identify } from '../assets/media-type.ts'
import { ASSET_SCHEME } from '../core/asset.ts'
import { type Clock, HOUR_MS, type Mark, MINUTE_MS, SECOND_MS } from '../core/clock.ts'
import { type ErrorCode, PolyphonyError } from '../core/errors.ts'
import { ZERO_POINTS } from '../core/points.ts'
import type { Task, TaskError } from '../core/task.ts'
import type { Account, Failure, Job, Progress, Provider, Submitted, TaskRequest } from '../providers/provider.ts'
import type { Store } from '../store/store.ts'
import type { Finish } from './finish.ts'
import type { Lease, Leases } from './leases.ts'
import type { Moves } from './moves.ts'
import type { RenderWebhooks } from './webhook-renderers.ts'

/**
 * The steps of a task's life that need a provider. Each ends by writing down what comes next; nothing is remembered here.
 * `since` is the moment before the claim was sent, from which the lease is counted.
 */
export interface Work {
  /** A task that was just claimed from its line. */
  begin(task: Task, since: Mark): Promise<void>
  /** A running task that was claimed because it is due. */
  carryOn(task: Task, since: Mark): Promise<void>
  /** A task that failed for want of an answer: its result is delivered if there is one after all. */
  checkLateResult(task: Task, since: Mark, signal: AbortSignal): Promise<void>
  /** Ends work that the provider can end. Undefined when it cannot, or the task ended meanwhile. */
  cancel(task: Task): Promise<Task | undefined>
}

export interface WorkOptions {
  store: Store
  moves: Moves
  accounts: Accounts
  assets: Assets
  egress: Egress
  finish: Finish
  leases: Leases
  webhooksFor: RenderWebhooks
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
/** How long such a look may take, with the copying of its files. */
const LATE_LIMIT_MS = 10 * MINUTE_MS
/** What is found at the deadline may be fetched for as long as this. */
const LAST_LOOK_MS = MINUTE_MS
const CANCEL_LIMIT_MS = 10 * SECOND_MS

export function openWork(options: WorkOptions): Work {
  const { store, moves, accounts, finish, leases, webhooksFor, clock, log, maxWaitMs } = options

  function performerOf(task: Task): Performer {
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
    const trouble = accountEventOf(error)
    if (trouble && task.account !== null) await accounts.recordEvent(task.account, trouble)
  }

  async function praise(task: Task, kind: 'worked' | 'answered' | 'delivered'): Promise<void> {
    if (task.account !== null) await accounts.recordEvent(task.account, { kind })
  }

  /** What the tenant is told. How a house account is doing, and where it lies, is the operator's business. */
  function wordsFor(task: Task, error: PolyphonyError): string {
    const isOwn = foundFor(task)?.record.tenantId === task.tenantId
    return isOwn || ofFiles.has(error) ? error.message : (PUBLIC_WORDS[error.code] ?? error.message)
  }

  async function tell(task: Task): Promise<void> {
    const deliveries = webhooksFor(task)
    if (deliveries.length === 0) return
    await store.addDeliveries({ taskId: task.id, tenantId: task.tenantId, deliveries, now: clock.now() })
  }

  async function accepted(lease: Lease, handle: Task['handle'], pollAfterMs = FIRST_POLL_MS): Promise<void> {
    const dueAt = clock.now() + Math.ceil(pollAfterMs)
    await lease.move({ kind: 'accepted', handle, dueAt })
    options.dueAt(dueAt)
  }

  async function submitted(lease: Lease, answer: Submitted): Promise<void> {
    if ('failed' in answer) return failed(lease, answer.failed)
    if ('result' in answer) {
      await praise(lease.task, 'worked')
      await finish.complete(lease, answer.result, answer.handle, lease.signal)
      return praise(lease.task, 'delivered')
    }
    // First of all: what is lost of it has to be found again.
    await accepted(lease, answer.handle, answer.pollAfterMs)
    await praise(lease.task, 'worked')
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

  async function failed(lease: Lease, failure: Failure): Promise<void> {
    const { task } = lease
    const error = failureOf(failure)
    error.message = wordsOf(task, error.message)
    if (error.detail !== undefined) error.detail = wordsOf(task, error.detail)
    if (error.code === 'content_moderated') await blame(task, new PolyphonyError(error.code, error.message))
    await finish.fail(lease, error)
  }

  /** A call that failed: its code says whether anything was begun. */
  async function stumbled(lease: Lease, thrown: unknown): Promise<void> {
    const { task } = lease
    const error = errorOf(task, thrown)
    const { id, account, attempts } = task
    const now = clock.now()
    const words = wordsFor(task, error)
    const log_ = `attempt ${attempts}: ${words}`
    // A fault of ours after the request was sent says nothing about what the vendor does with it.
    const isUnknown = error.retry === 'reconcile' || (error.code === 'internal' && task.calledAt !== null)
    if (error.code === 'internal')
      log.error({ err: thrown, taskId: id }, 'the call of a provider failed by a fault of ours')
    else
      log.warn(
        { taskId: id, account, attempts, code: error.code, reason: error.message },
        'a call of a provider failed',
      )
    if (isUnknown) {
      const dueAt = now + backoff(1)
      await lease.move({ kind: 'answer_lost', dueAt, log: log_ })
      options.dueAt(dueAt)
    } else if (error.retry === 'never') {
      await finish.fail(lease, { code: error.code, message: error.message })
    } else if (error.retry === 'elsewhere') {
      // Nothing was begun, and the account takes no more for now: the task waits for another one, or for this one, and
      // not for longer than it might have waited without having been tried.
      const deadlineAt = task.createdAt + maxWaitMs
      await lease.move({ kind: 'returned', dueAt: now + ELSEWHERE_MS, deadlineAt, log: words, isMiss: false })
    } else if (task.misses + 1 < MAX_MISSES) {
      const dueAt = now + backoff(task.misses + 1)
      await lease.move({ kind: 'returned', dueAt, deadlineAt: now + maxWaitMs, log: log_, isMiss: true })
    } else {
      await finish.fail(lease, { code: error.code, message: words })
    }
  }

  async function begin(task: Task, since: Mark): Promise<void> {
    const lease = leases.hold(task, since)
    try {
      const answer = await call(lease)
      if (answer) await received(lease, answer)
    } finally {
      lease.release()
    }
  }

  /** Calls the provider. Undefined when nothing came of it; what follows is written down then. */
  async function call(lease: Lease): Promise<Submitted | undefined> {
    try {
      await tell(lease.task)
      const { provider, account } = performerOf(lease.task)
      const job = await jobOf(lease.task)
      lease.signal.throwIfAborted() // a task that is not ours any more is not sent
      if (provider.isLocal !== true && !(await intend(lease))) return undefined
      return await called(lease.task, provider.submit(job, underLease(account, lease), lease.signal))
    } catch (thrown) {
      if (lease.lost) return undefined // another process has it, or this one is stopping: the row says how to go on
      if (!lease.timedOut) await stumbled(lease, thrown)
      else if (lease.task.calledAt === null) await giveUp(lease)
      else await askOnceMore(lease)
      return undefined
    }
  }

  /**
   * Writes down that the paid request is about to leave. False when the task is not ours any more, or the answer of the
   * database came so late that another process may have taken it: then nothing is sent.
   */
  async function intend(lease: Lease): Promise<boolean> {
    if (!(await lease.move({ kind: 'called', leaseMs: leases.leaseMs }))) return false
    if (lease.isHeld()) return true
    const now = clock.now()
    const note = 'the call was not sent, as the database answered late; it is begun again'
    await lease.move({ kind: 'returned', dueAt: now, deadlineAt: now + maxWaitMs, log: note, isMiss: false })
    return false
  }

  /**
   * The provider has the work, or has done it. Whatever goes wrong from here on, the call is not simply made again: what
   * cannot be written down now is reconciled when the lease has run out.
   */
  async function received(lease: Lease, answer: Submitted): Promise<void> {
    try {
      await submitted(lease, answer)
    } catch (thrown) {
      if (lease.lost) return
      // A handle that could not be written is found again when the lease has run out.
      if (lease.timedOut && 'result' in answer) return finish.fail(lease, timeoutOf(lease.task))
      const error = errorOf(lease.task, thrown)
      if (!('result' in answer) || error.retry !== 'never') throw thrown
      if (error.code === 'internal') log.error({ err: thrown, taskId: lease.task.id }, 'a result could not be kept')
      await finish.fail(lease, { code: error.code, message: error.message })
    }
  }

  async function poll(lease: Lease, { provider, account }: Performer): Promise<void> {
    const { task } = lease
    const progress = await asked(lease, { provider, account })
    if (progress.status === 'failed') return failed(lease, progress)
    if (progress.status === 'completed') return made(lease, progress)
    const now = clock.now()
    const dueAt = now + Math.ceil(progress.pollAfterMs ?? rhythmOf(task, now))
    // A client is notified only when something has changed: a webhook a poll would be noise.
    await lease.move({ kind: 'progressed', progress: progress.progress ?? 0, dueAt })
    options.dueAt(dueAt)
  }

  async function asked({ task, signal }: Lease, { provider, account }: Performer): Promise<Progress> {
    if (!provider.poll) throw new PolyphonyError('internal', `${provider.id} gave a handle and cannot be polled.`)
    const progress = await called(task, provider.poll(task.handle, account, signal, askedOf(task)))
    await praise(task, 'answered')
    return progress
  }

  /** The work is done, and its files are to be copied. */
  async function made(lease: Lease, { result, handle }: Extract<Progress, { status: 'completed' }>): Promise<void> {
    try {
      await finish.complete(lease, result, handle, lease.signal)
      await praise(lease.task, 'delivered')
    } catch (thrown) {
      if (lease.lost || !lease.timedOut) throw thrown
      // It lies ready at the provider: nothing is cancelled there, and it is fetched later.
      await finish.fail(lease, timeoutOf(lease.task), clock.now() + LATE_LOOK_MS)
    }
  }

  /** Asks the provider what became of a call whose answer was lost, before anything is tried again. */
  async function reconcile(lease: Lease, { provider, account }: Performer, wasInterrupted = false): Promise<void> {
    const { task } = lease
    const now = clock.now()
    if (task.handle !== null) return accepted(lease, task.handle, 0) // the provider called, and named it
    if (!provider.reconcile) {
      if (!mayBeCalled(task, provider)) return finish.fail(lease, silentOf(task))
      // Only the vendor can tell, by calling: until the deadline.
      const log_ = 'the answer was lost; waiting for the provider to call'
      await lease.move({ kind: 'answer_lost', dueAt: task.deadlineAt, log: log_ })
      return
    }
    const found = await called(task, provider.reconcile(await jobOf(task), account, lease.signal))
    if (typeof found === 'object') return accepted(lease, found.handle, 0)
    if (found === 'absent') {
      // Whoever was interrupted is not to blame, unless it happens again and again.
      const isTooOften = wasInterrupted ? task.attempts >= MAX_INTERRUPTIONS : task.misses + 1 >= MAX_MISSES
      if (isTooOften) return finish.fail(lease, silentOf(task))
      const log_ = 'the provider has no trace of the call; it is made again'
      const isMiss = !wasInterrupted
      await lease.move({ kind: 'returned', dueAt: now, deadlineAt: now + maxWaitMs, log: log_, isMiss })
      return
    }
    // Asked again until it knows; the task's deadline ends the wait.
    const dueAt = now + backoff(3)
    await lease.move({ kind: 'answer_lost', dueAt, log: 'the provider cannot say yet whether it has the task' })
    options.dueAt(dueAt)
  }

  async function carryOn(task: Task, since: Mark): Promise<void> {
    const isOver = clock.now() >= task.deadlineAt
    const lease = leases.hold(task, since, isOver ? clock.now() + LAST_LOOK_MS : task.deadlineAt)
    try {
      if (isOver) return await outOfTime(lease)
      const performer = performerOf(task)
      if (task.status === 'processing' && task.handle !== null) await poll(lease, performer)
      else if (task.status === 'uncertain') await reconcile(lease, performer)
      else await resume(lease, performer)
    } catch (thrown) {
      if (lease.lost) return
      if (!lease.timedOut) await pollStumbled(lease, thrown)
      else if (isOver) await giveUp(lease)
      else await askOnceMore(lease)
    } finally {
      lease.release()
    }
  }

  /** Whoever had the task ended between the claim and the answer, or while it did the work itself. */
  async function resume(lease: Lease, performer: Performer): Promise<void> {
    const { task } = lease
    const now = clock.now()
    if (task.calledAt === null) {
      if (task.attempts >= MAX_INTERRUPTIONS) return finish.fail(lease, interruptedOf(task))
      // Nothing was sent, or the work was done in a process that is gone, with all that it had in memory.
      const note = task.status === 'submitting' ? NOT_CALLED : BEGUN_ANEW
      await lease.move({ kind: 'returned', dueAt: now, deadlineAt: now + maxWaitMs, log: note, isMiss: false })
      return
    }
    const note = 'the call to the provider was interrupted'
    const ours = await lease.move({ kind: 'answer_lost', dueAt: now, log: note, keepsLease: true })
    if (ours) await reconcile(lease, performer, true)
  }

  /** A poll or a copy that failed says nothing about the work: it goes on, and is asked after again. */
  async function pollStumbled(lease: Lease, thrown: unknown): Promise<void> {
    const { task } = lease
    const error = errorOf(task, thrown)
    if (error.code === 'internal') {
      // A fault of ours does not end what a vendor works on: the deadline does.
      log.error({ err: thrown, taskId: task.id }, 'a poll failed by a fault of ours; the task goes on')
    } else if (error.retry === 'never') {
      await finish.fail(lease, { code: error.code, message: error.message })
      return
    } else log.warn({ taskId: task.id, code: error.code, reason: error.message }, 'a poll failed; the task goes on')
    const dueAt = clock.now() + Math.max(backoff(3), SECOND_MS * Math.ceil(error.details.retryAfterSeconds ?? 0))
    await lease.move({ kind: 'progressed', progress: task.progress, dueAt })
    options.dueAt(dueAt)
  }

  /** The deadline came while the provider was being asked: it is asked once more, which has a time of its own. */
  async function askOnceMore(lease: Lease): Promise<void> {
    const { task } = lease
    const now = clock.now()
    const log_ = 'no answer came before the deadline'
    if (task.handle === null) await lease.move({ kind: 'answer_lost', dueAt: now, log: log_ })
    else await lease.move({ kind: 'progressed', progress: task.progress, dueAt: now })
    options.dueAt(now)
  }

  /** At the deadline the provider is asked once more; only what is not done then is given up. */
  async function outOfTime(lease: Lease): Promise<void> {
    const { task } = lease
    const found = foundFor(task)
    try {
      if (found) {
        if (task.handle !== null) {
          const progress = await asked(lease, found)
          if (progress.status === 'completed') return await made(lease, progress)
          if (progress.status === 'failed') return await failed(lease, progress)
        } else if (found.provider.reconcile && (task.status === 'uncertain' || task.calledAt !== null)) {
          const known = await called(task, found.provider.reconcile(await jobOf(task), found.account, lease.signal))
          // Due at once, and past its deadline: it is asked after, and given up or delivered.
          if (typeof known === 'object') return await accepted(lease, known.handle, 0)
          if (known === 'absent') return await finish.fail(lease, timeoutOf(task))
        }
      }
    } catch (thrown) {
      if (lease.lost) return
      const { message } = errorOf(task, thrown)
      log.warn({ taskId: task.id, reason: message }, 'the provider could not be asked at the deadline')
    }
    await giveUp(lease)
  }

  async function giveUp(lease: Lease): Promise<void> {
    const { task } = lease
    const found = foundFor(task)
    const isCancelled = task.handle !== null && found !== undefined && (await cancelled(task, found))
    // What goes on at the provider may still come to an end, which is then delivered.
    const mayStillCome = !isCancelled && (task.handle !== null || mayBeCalled(task, found?.provider))
    await finish.fail(lease, timeoutOf(task), mayStillCome ? clock.now() + LATE_LOOK_MS : undefined)
  }

  /** Whether the provider ended the work. */
  async function cancelled(task: Task, { provider, account }: Performer): Promise<boolean> {
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

  async function checkLateResult(task: Task, since: Mark, stopping: AbortSignal): Promise<void> {
    const now = clock.now()
    const lease = leases.hold(task, since, now + LATE_LIMIT_MS)
    try {
      await lookOnce(lease, AbortSignal.any([stopping, lease.signal]))
    } catch (error) {
      if (lease.lost) return
      if (!stopping.aborted) log.warn({ err: error, taskId: task.id }, 'a late result could not be fetched')
      // What this process did not come to the end of, the next one looks at.
      await lease.move({ kind: 'looked_late', dueAt: stopping.aborted ? now : now + LATE_LOOK_MS })
    } finally {
      lease.release()
    }
  }

  async function lookOnce(lease: Lease, signal: AbortSignal): Promise<void> {
    const { task } = lease
    const now = clock.now()
    const found = foundFor(task)
    const isOver = now >= (task.endedAt ?? 0) + LATE_MS
    const isGone = task.account === null || !accounts.isKnown(task.account)
    const dueAt = now + LATE_LOOK_MS
    if (isOver || isGone || found?.provider.poll === undefined) {
      // One that cannot be used as it is set up may be mended in time.
      await lease.move({ kind: 'looked_late', dueAt: isOver || isGone || found ? null : dueAt })
      return
    }
    if (task.handle === null) {
      await lease.move({ kind: 'looked_late', dueAt }) // until a callback names it
      return
    }
    const progress = await found.provider.poll(task.handle, found.account, signal, askedOf(task))
    if (progress.status === 'completed') return finish.completeLate(lease, progress.result, progress.handle, signal)
    await lease.move({ kind: 'looked_late', dueAt: progress.status === 'failed' ? null : dueAt })
  }

  async function cancel(task: Task): Promise<Task | undefined> {
    const found = foundFor(task)
    if (task.status !== 'processing' || !found?.provider.cancel) return undefined
    if (task.handle !== null && !(await cancelled(task, found))) return undefined
    const end = { output: null, error: null, consumedPoints: ZERO_POINTS, logs: ['cancelled while it ran'] }
    const from = ['processing'] as const
    const ended = await moves.move(task, { kind: 'ended', to: 'cancelled', from, ...end }, { fromAnyClaim: true })
    if (ended) leases.abort(task.id)
    return ended
  }

  return { begin, carryOn, checkLateResult, cancel }
}

type Performer = { account: Account; provider: Provider }

const NOT_CALLED = 'the process that had taken the task ended before it called the provider; it is begun again'
const BEGUN_ANEW = 'the process that did the work ended, and what it had made was in its memory; it is begun again'

/** The account as it may be used under a lease: nothing that changes anything is sent once the lease may be over. */
function underLease(account: Account, lease: Lease): Account {
  const fetch: typeof globalThis.fetch = (input, init) => {
    const method = init?.method ?? (input instanceof Request ? input.method : 'GET')
    const isRead = method === 'GET' || method === 'HEAD'
    if (!isRead && !lease.isHeld()) {
      return Promise.reject(new PolyphonyError('vendor_unreachable', 'The lease ran out before the call was sent.'))
    }
    return account.fetch(input, init)
  }
  return { ...account, fetch }
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

function askedOf({ id, operation, input }: Task): TaskRequest {
  return { taskId: id, operation, input }
}

/** When work that says nothing of its pace is asked after again. */
function rhythmOf({ startedAt }: Task, now: number): number {
  return Math.min(LAST_POLL_MS, Math.max(FIRST_POLL_MS, Math.round((now - (startedAt ?? now)) / 10)))
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

function interruptedOf(task: Task): TaskError {
  const message = `The work was interrupted again and again (attempt ${task.attempts}); it may be what ends the process.`
  return { code: 'internal', message }
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
