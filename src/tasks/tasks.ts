import { LRUCache } from 'lru-cache'
import type { Accounts } from '../accounts/accounts.ts'
import type { Egress } from '../assets/egress.ts'
import type { Operation } from '../catalog/operation.ts'
import type { Caller } from '../core/caller.ts'
import { type Clock, DAY_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { isId, newId, taskOfItem } from '../core/ids.ts'
import type { JsonObject } from '../core/json.ts'
import { type Points, pointsToUsd, points as toPoints, ZERO_POINTS } from '../core/points.ts'
import { isTerminal, type Task } from '../core/task.ts'
import type { Balance, NewTask, Store, TaskFilter } from '../store/store.ts'
import type { Announce } from './announce.ts'
import { openWatchers } from './watch.ts'

/** A valid request for an operation, in whichever dialect it came. */
export interface Submission {
  operation: Operation
  /** As `readInput` returned it. */
  input: JsonObject
  /** Where the input stands in the caller's body (`input.` in PiAPI), so that an error names the caller's field. */
  inputAt?: string
  /** As the caller spelt them; by default the operation's own. */
  model?: string
  taskType?: string
  dialect: string
  echo?: JsonObject
  /** Where the caller wants to be told; judged before anything is stored. */
  webhook?: { field: string; url: string } | undefined
  idempotency?: { key: string; fingerprint: string } | undefined
}

/** What dialects do with tasks. Every verb sees only the caller's own. */
export interface Tasks {
  /** Stores the task and holds its price; both are on disk when the promise resolves. */
  submit(submission: Submission, caller: Caller): Promise<{ task: Task; replayed: boolean }>
  /** Throws `task_not_found`. */
  get(id: string, caller: Caller): Promise<Task>
  /** An ended task of the caller's, if it is in memory: the same object each time. */
  peek(id: string, caller: Caller): Task | undefined
  /** Those of the ids that exist. */
  getMany(ids: string[], caller: Caller): Promise<Task[]>
  list(filter: Omit<TaskFilter, 'tenantId'> & { limit: number; offset?: number }, caller: Caller): Promise<Task[]>
  count(filter: Omit<TaskFilter, 'tenantId'>, caller: Caller): Promise<number>
  /** Cancels a task that nobody has begun; its hold is released at once. Throws `not_cancellable`, `task_not_found`. */
  cancel(id: string, caller: Caller): Promise<Task>
  /** Cancels what nobody has begun and was made before `createdBefore`; `models` null = all. Returns how many. */
  cancelMany(filter: { createdBefore: number; models: string[] | null }, caller: Caller): Promise<number>
  /** The task when it ends, or as it is after `timeoutMs`. */
  wait(id: string, caller: Caller, options: { timeoutMs: number; signal: AbortSignal }): Promise<Task>
  /** Every state from now on, to the end. */
  watch(id: string, caller: Caller, signal: AbortSignal): Promise<AsyncGenerator<Task>>
  balance(caller: Caller): Promise<Balance>
  close(): void
}

export interface TasksOptions {
  store: Store
  accounts: Accounts
  egress: Egress
  announce: Announce
  clock: Clock
  limits: {
    /** How long a task may wait to be begun. */
    maxWaitMs: number
    /** How long the record of a task is kept. */
    recordDays: number
  }
}

const CACHE_BYTES = 32 * 2 ** 20
/** Long enough to serve a crowd of readers, short enough for a purge or a correction to show. */
const CACHE_MS = 60_000
const CANCEL_BATCH = 500

export function openTasks(options: TasksOptions): Tasks {
  const { store, accounts, egress, clock } = options
  const watchers = openWatchers(store)
  // Ended tasks do not change, so they are read once.
  const ended = new LRUCache<string, Task>({
    maxSize: CACHE_BYTES,
    ttl: CACHE_MS,
    sizeCalculation: (task) => 2_048 + 2 * JSON.stringify([task.input, task.output, task.logs]).length,
  })

  async function find(id: string): Promise<Task | undefined> {
    const cached = ended.get(id)
    if (cached) return cached
    if (!isId(id)) return undefined
    const task = await store.getTask({ id })
    if (task && isTerminal(task.status)) ended.set(id, task)
    return task
  }

  async function get(id: string, caller: Caller): Promise<Task> {
    const task = await find(id)
    // Another tenant's task is answered like one that does not exist.
    if (!task || task.tenantId !== caller.tenantId) throw new PolyphonyError('task_not_found', `No task ${id}.`)
    return task
  }

  async function parentOf({ operation, input, inputAt = '' }: Submission, caller: Caller): Promise<string | null> {
    const item = operation.follows(input)
    if (item === undefined) return null
    const name = Object.keys(input).find((one) => input[one] === item)
    const field = `${inputAt}${name ?? 'input'}`
    const parent = isId(item) ? await find(taskOfItem(item).taskId) : undefined
    if (!parent || parent.tenantId !== caller.tenantId) {
      throw new PolyphonyError('parent_not_usable', `${field}: there is no ${item} to build on.`, { field })
    }
    if (parent.status !== 'completed') {
      const why = `${field}: ${item} cannot be built on, as its task is ${parent.status}.`
      throw new PolyphonyError('parent_not_usable', why, { field })
    }
    return parent.id
  }

  async function submit(submission: Submission, caller: Caller): Promise<{ task: Task; replayed: boolean }> {
    const { operation, input } = submission
    const model = submission.model ?? operation.model
    if (caller.allowedModels && !caller.allowedModels.includes(model)) {
      const allowed = caller.allowedModels.join(', ')
      throw new PolyphonyError('model_not_allowed', `The key may use ${allowed}, not ${model}.`, { field: 'model' })
    }
    const pool = accounts.route(operation.id, caller.mode)
    for (const { field, url } of operation.urls(input)) await egress.judge(url, `${submission.inputAt ?? ''}${field}`)
    if (submission.webhook) await egress.judge(submission.webhook.url, submission.webhook.field)
    const parentTaskId = await parentOf(submission, caller)

    const now = clock.now()
    const fresh: NewTask = {
      id: newId(now),
      tenantId: caller.tenantId,
      keyId: caller.keyId,
      mode: caller.mode,
      dialect: submission.dialect,
      operation: operation.id,
      model,
      taskType: submission.taskType ?? operation.taskType,
      input,
      echo: submission.echo ?? {},
      pricePoints: caller.mode === 'test' ? ZERO_POINTS : operation.price(input),
      pool,
      parentTaskId,
      createdAt: now,
      deadlineAt: now + options.limits.maxWaitMs,
      timeoutMs: operation.timeoutMs,
      recordExpiresAt: now + Math.round(options.limits.recordDays * DAY_MS),
      idempotency: submission.idempotency ?? null,
    }
    const [outcome] = await store.submitTasks({ tasks: [fresh] })
    switch (outcome?.outcome) {
      case 'created':
        return { task: taskOf(fresh, outcome.status), replayed: false }
      case 'replayed':
        return { task: await get(outcome.taskId, caller), replayed: true }
      case 'idempotency_mismatch':
        throw new PolyphonyError('idempotency_mismatch', 'This Idempotency-Key was used for a different request.')
      case 'insufficient_points':
        throw new PolyphonyError('insufficient_points', tooLittle(outcome.available, fresh.pricePoints))
      case 'spend_limit_reached':
        throw new PolyphonyError('spend_limit_reached', 'The spend limit of this API key does not allow this task.')
      case 'too_many_staged':
        throw new PolyphonyError('too_many_staged', `At most ${outcome.limit} tasks may be parked at once.`, {
          retryAfterSeconds: 30,
        })
      default:
        throw new PolyphonyError('internal', 'The store gave no outcome for the task.')
    }
  }

  /** Ends a task that nobody has begun. Undefined when somebody has. */
  async function cancelUnstarted(task: Task): Promise<Task | undefined> {
    const now = clock.now()
    const cancelled: Task = { ...task, status: 'cancelled', endedAt: now }
    return store.settle({
      id: task.id,
      claim: null,
      to: 'cancelled',
      from: ['staged', 'pending'],
      consumedPoints: ZERO_POINTS,
      output: null,
      error: null,
      logs: [],
      assets: [],
      deliveries: options.announce(cancelled),
      now,
    })
  }

  async function watch(id: string, caller: Caller, signal: AbortSignal): Promise<AsyncGenerator<Task>> {
    return watchers.watch(await get(id, caller), signal)
  }

  return {
    submit,
    get,
    peek(id, caller) {
      const task = ended.get(id)
      return task?.tenantId === caller.tenantId ? task : undefined
    },
    watch,
    async getMany(ids, caller) {
      const wanted = [...new Set(ids)].filter(isId)
      const known = wanted.flatMap((id) => ended.get(id) ?? [])
      const missing = wanted.filter((id) => !ended.has(id))
      const found = missing.length === 0 ? [] : await store.getTasks({ ids: missing })
      for (const task of found) if (isTerminal(task.status)) ended.set(task.id, task)
      const byId = new Map([...known, ...found].map((task) => [task.id, task]))
      // In the order in which they were asked for.
      return wanted.flatMap((id) => {
        const task = byId.get(id)
        return task?.tenantId === caller.tenantId ? [task] : []
      })
    },
    list: (filter, caller) => store.listTasks({ ...filter, tenantId: caller.tenantId }),
    count: (filter, caller) => store.countTasks({ ...filter, tenantId: caller.tenantId }),
    async cancel(id, caller) {
      const task = await get(id, caller)
      const cancelled = await cancelUnstarted(task)
      if (cancelled) return cancelled
      const { status } = await get(id, caller)
      throw new PolyphonyError('not_cancellable', `Task ${id} is ${status}; only a task that waits can be cancelled.`)
    },
    async cancelMany({ createdBefore, models }, caller) {
      let count = 0
      for (;;) {
        const tasks = await store.listUnstarted({
          tenantId: caller.tenantId,
          createdBefore,
          models,
          limit: CANCEL_BATCH,
        })
        const done = await Promise.all(tasks.map(cancelUnstarted))
        count += done.filter(Boolean).length
        // What was begun meanwhile is not listed again, so the loop ends.
        if (tasks.length < CANCEL_BATCH) return count
      }
    },
    async wait(id, caller, { timeoutMs, signal }) {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(timeoutMs))])
      let last = await get(id, caller)
      for await (const task of watchers.watch(last, limit)) last = task
      return last
    },
    async balance(caller) {
      const balance = await store.getBalance({ tenantId: caller.tenantId })
      if (!balance) throw new PolyphonyError('internal', 'The tenant has no balance.')
      return balance
    },
    close: watchers.close,
  }
}

function tooLittle(available: Points, price: Points): string {
  const usd = (value: Points) => pointsToUsd(value).toFixed(4)
  const missing = toPoints(price - available)
  return `The account has ${available} points ($${usd(available)}) available; this task costs ${price} ($${usd(price)}). Add at least ${missing}.`
}

function taskOf(fresh: NewTask, status: 'pending' | 'staged'): Task {
  return {
    id: fresh.id,
    tenantId: fresh.tenantId,
    keyId: fresh.keyId,
    mode: fresh.mode,
    dialect: fresh.dialect,
    operation: fresh.operation,
    model: fresh.model,
    taskType: fresh.taskType,
    input: fresh.input,
    echo: fresh.echo,
    status,
    progress: 0,
    pricePoints: fresh.pricePoints,
    consumedPoints: ZERO_POINTS,
    output: null,
    error: null,
    logs: [],
    pool: fresh.pool,
    provider: null,
    account: null,
    handle: null,
    parentTaskId: fresh.parentTaskId,
    attempts: 0,
    claim: 0,
    dueAt: fresh.createdAt,
    deadlineAt: fresh.deadlineAt,
    createdAt: fresh.createdAt,
    startedAt: null,
    endedAt: null,
  }
}
