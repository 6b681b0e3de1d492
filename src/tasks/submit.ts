import type { Accounts } from '../accounts/accounts.ts'
import type { Egress } from '../assets/egress.ts'
import { getOperation } from '../catalog/catalog.ts'
import type { Operation } from '../catalog/operation.ts'
import { itemsIn } from '../catalog/outputs.ts'
import type { PriceList } from '../catalog/prices.ts'
import type { Asset } from '../core/asset.ts'
import type { NewBatch, Rejected } from '../core/batch.ts'
import { type Caller, isOwn, scopeOf } from '../core/caller.ts'
import { type Clock, DAY_MS } from '../core/clock.ts'
import { fieldError, PolyphonyError } from '../core/errors.ts'
import { callerField, callerInput, type FieldNames, pathOfText } from '../core/field-names.ts'
import { isId, newId, taskOfItem } from '../core/ids.ts'
import type { JsonObject } from '../core/json.ts'
import type { NewTask } from '../core/new-task.ts'
import { type Points, pointsToUsd, points as toPoints, ZERO_POINTS } from '../core/points.ts'
import type { Task } from '../core/task.ts'
import type { Store } from '../store/store.ts'
import type { Admission } from './admission.ts'
import { checkEcho } from './echo-limits.ts'
import type { Inputs } from './inputs.ts'

/** A valid request for an operation, in whichever dialect it came. */
export interface Submission {
  operation: Operation
  /** As `readInput` returned it. */
  input: JsonObject
  /** What the caller calls the fields of the input, for errors; by default as the operation does. */
  names?: FieldNames
  /** As the caller spelt them; by default the operation's own. */
  model?: string
  taskType?: string
  dialect: string
  echo?: JsonObject
  /** Where the caller wants to be told; judged before anything is stored. */
  webhook?: Webhook | undefined
  /** The caller's own id of the task, by which they may look it up. */
  externalId?: string | undefined
  idempotency?: Idempotency | undefined
  /** Whose accounts are to do it; by default as the tenant's setting says. */
  pool?: 'private' | 'public' | undefined
}

interface Webhook {
  field: string
  url: string
}

interface Idempotency {
  key: string
  fingerprint: string
}

/** Many requests in one. What could not be read stands in `rejected`, by its place. */
export interface BatchSubmission {
  dialect: string
  echo: JsonObject
  webhook: Webhook | undefined
  idempotency: Idempotency | undefined
  entries: { index: number; submission: Submission }[]
  rejected: Rejected[]
}

/** What a submission would cost, and whether it would be accepted now. */
export interface Quote {
  pricePoints: Points
  /** Available before the hold. */
  availablePoints: Points
  /** Always true for a test key, which pays nothing. */
  isAffordable: boolean
}

export interface Submit {
  /**
   * Stores the task and holds its price; both are on disk when the promise resolves. Throws `overloaded`, with nothing
   * stored or held, when the store could not take it in time.
   */
  submit(submission: Submission, caller: Caller): Promise<{ task: Task; replayed: boolean }>
  /** Checks a submission as `submit` does, and stores nothing. */
  quote(submission: Submission, caller: Caller): Promise<Quote>
  /**
   * Stores a batch with all tasks that can be accepted, under one commit; adds to `rejected` what cannot. Throws
   * `overloaded` likewise.
   */
  submitBatch(submission: BatchSubmission, caller: Caller): Promise<{ batchId: string; replayed: boolean }>
}

export interface SubmitOptions {
  store: Store
  accounts: Accounts
  egress: Egress
  inputs: Inputs
  admission: Admission
  prices: PriceList
  clock: Clock
  limits: {
    /** How long a task may wait to be begun. */
    maxWaitMs: number
    /** Multiplies the time that an operation allows for the work. */
    taskTimeFactor: number
    /** How long the record of a task is kept. */
    recordDays: number
  }
  find(id: string): Promise<Task | undefined>
  get(id: string, caller: Caller): Promise<Task>
}

/** How many entries of a batch are looked at at once: judging a URL asks the name service. */
const BATCH_WIDTH = 32

export function openSubmit(options: SubmitOptions): Submit {
  const { store, accounts, egress, inputs, admission, clock, find } = options

  async function parentOf(submission: Submission, caller: Caller): Promise<Task | null> {
    const { operation, input } = submission
    const item = operation.follows(input)
    if (item === undefined) return null
    const field = fieldIn(submission, pathOfText(input, item))
    const refuse = (rule: string) => fieldError('parent_not_usable', field, rule)
    const unknown = `names ${item}, but there is no such task or item`
    const parent = isId(item) ? await find(taskOfItem(item).taskId) : undefined
    if (!parent || !isOwn(caller, parent)) throw refuse(unknown)
    const { model, id } = getOperation(parent.operation)
    if (!operation.followsModels.some((one) => one === model || one === id)) {
      const others = operation.followsModels.join(', ')
      throw refuse(`names ${item}, which is of ${model}; ${operation.id} builds on ${others}`)
    }
    const { number } = taskOfItem(item)
    if (parent.output !== null && number > itemsIn(parent.output)) throw refuse(unknown)
    if (parent.status !== 'completed') throw refuse(`names ${item}, but its task is ${parent.status}`)
    return parent
  }

  /** Everything that can be refused before a file or a task is stored. */
  async function check(submission: Submission, caller: Caller) {
    const { operation, input } = submission
    checkEcho(submission)
    const model = submission.model ?? operation.model
    if (caller.allowedModels && !caller.allowedModels.includes(model)) {
      const allowed = caller.allowedModels.join(', ')
      throw new PolyphonyError('model_not_allowed', `The key may use ${allowed}, not ${model}.`, { field: 'model' })
    }
    const { mode, tenantId } = caller
    const wish = { operation: operation.id, mode, tenantId, pool: submission.pool }
    accounts.route(wish) // whoever made the parent: an operation that nobody performs is refused as such
    if (submission.webhook) await egress.judge(submission.webhook.url, submission.webhook.field)
    const parent = await parentOf(submission, caller)
    const { pool, isFree } = accounts.route({ ...wish, parent })
    const pricePoints = mode === 'test' || isFree ? ZERO_POINTS : options.prices(operation, input)
    return { pool, parentTaskId: parent?.id ?? null, pricePoints, model }
  }

  /** The task as it is to be stored, and the files that came with it. */
  async function prepare(submission: Submission, caller: Caller): Promise<{ fresh: NewTask; assets: Asset[] }> {
    const { operation } = submission
    const { pool, parentTaskId, pricePoints, model } = await check(submission, caller)
    const { input, assets } = await inputs.keep(submission, scopeOf(caller))
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
      webhookUrl: submission.webhook?.url ?? null,
      externalId: submission.externalId ?? null,
      pricePoints,
      pool,
      parentTaskId,
      createdAt: now,
      deadlineAt: now + options.limits.maxWaitMs,
      timeoutMs: Math.ceil(operation.timeoutMs * options.limits.taskTimeFactor),
      recordExpiresAt: recordExpiresAt(now),
      idempotency: submission.idempotency ?? null,
    }
    return { fresh, assets }
  }

  function recordExpiresAt(now: number): number {
    return now + Math.round(options.limits.recordDays * DAY_MS)
  }

  /** Keeps the files only when the task came to be. */
  async function withFiles<Result>(
    assets: Asset[],
    store_: () => Promise<Result>,
    isStored: (result: Result) => boolean,
  ): Promise<Result> {
    // When this throws, the task may yet be on disk: the files stay, and are swept when their time has come.
    const result = await store_()
    if (assets.length > 0 && !isStored(result)) await inputs.withdraw(assets)
    return result
  }

  async function submit(submission: Submission, caller: Caller): Promise<{ task: Task; replayed: boolean }> {
    const { fresh, assets } = await prepare(submission, caller)
    const [outcome] = await withFiles(
      assets,
      () => admission.measured(1, () => store.submitTasks({ tasks: [fresh] })),
      ([first]) => first?.outcome === 'created',
    )
    switch (outcome?.outcome) {
      case 'created':
        return { task: taskOf(fresh, outcome.status), replayed: false }
      case 'replayed':
        return { task: await options.get(outcome.taskId, caller), replayed: true }
      case 'too_many_staged':
        throw new PolyphonyError('too_many_staged', `At most ${outcome.limit} tasks may be parked at once.`, {
          retryAfterSeconds: 30,
        })
      default:
        if (!outcome) throw new PolyphonyError('internal', 'The store gave no outcome for the task.')
        throw refusal(outcome, fresh.pricePoints)
    }
  }

  async function quote(submission: Submission, caller: Caller): Promise<Quote> {
    const { pricePoints } = await check(submission, caller)
    await inputs.judge(submission)
    const balance = await store.getBalance({ tenantId: caller.tenantId })
    const availablePoints = balance?.available ?? ZERO_POINTS
    return { pricePoints, availablePoints, isAffordable: pricePoints <= availablePoints }
  }

  async function submitBatch(batch: BatchSubmission, caller: Caller): Promise<{ batchId: string; replayed: boolean }> {
    checkEcho(batch)
    if (batch.webhook) await egress.judge(batch.webhook.url, batch.webhook.field)
    const rejected = [...batch.rejected]
    const ready: { index: number; fresh: NewTask; assets: Asset[] }[] = []
    for (let from = 0; from < batch.entries.length; from += BATCH_WIDTH) {
      const looked = await Promise.allSettled(
        batch.entries.slice(from, from + BATCH_WIDTH).map(async ({ index, submission }) => {
          try {
            ready.push({ index, ...(await prepare(submission, caller)) })
          } catch (error) {
            if (!(error instanceof PolyphonyError) || !isOfOneEntry(error)) throw error
            rejected.push(rejectedBy(index, error))
          }
        }),
      )
      const fault = looked.find((one) => one.status === 'rejected')
      if (fault) {
        await inputs.withdraw(ready.flatMap((one) => one.assets))
        throw fault.reason
      }
    }
    ready.sort((a, b) => a.index - b.index)
    rejected.sort((a, b) => a.index - b.index)
    const assets = ready.flatMap((one) => one.assets)
    if (ready.length === 0) throw nothingLeft(rejected)

    const now = clock.now()
    const fresh: NewBatch = {
      id: newId(now),
      tenantId: caller.tenantId,
      mode: caller.mode,
      keyId: caller.keyId,
      dialect: batch.dialect,
      echo: batch.echo,
      rejected,
      createdAt: now,
      recordExpiresAt: recordExpiresAt(now),
      idempotency: batch.idempotency ?? null,
    }
    // Ids made anew, so that they follow the order of the request.
    const tasks = ready.map((one) => ({ ...one.fresh, id: newId(now), createdAt: now }))
    const outcome = await withFiles(
      assets,
      () => admission.measured(tasks.length, () => store.submitBatch({ batch: fresh, tasks })),
      (result) => result.outcome === 'created',
    )
    if (outcome.outcome === 'created') return { batchId: fresh.id, replayed: false }
    if (outcome.outcome === 'replayed') return { batchId: outcome.batchId, replayed: true }
    throw refusal(outcome, toPoints(tasks.reduce((sum, task) => sum + task.pricePoints, 0)))
  }

  /** Runs a submission of so many tasks if the store can take them in time. */
  async function admitted<Result>(tasks: number, submission: () => Promise<Result>): Promise<Result> {
    const leave = admission.enter(tasks)
    try {
      return await submission()
    } finally {
      leave()
    }
  }

  return {
    submit: (submission, caller) => admitted(1, () => submit(submission, caller)),
    quote,
    submitBatch: (batch, caller) => admitted(batch.entries.length, () => submitBatch(batch, caller)),
  }
}

/** The caller's name of a field of the input; of the whole input where the field is not known. */
export function fieldIn({ names = {} }: Pick<Submission, 'names'>, field: string | undefined): string {
  return field === undefined ? callerInput(names) : callerField(field, names)
}

/** What concerns one entry and not the gateway, so that the others are taken. */
function isOfOneEntry({ code, status }: PolyphonyError): boolean {
  return status < 500 || code === 'no_provider'
}

export function rejectedBy(index: number, error: PolyphonyError): Rejected {
  return { index, code: error.code, message: error.message, field: error.details.field ?? null }
}

/** A batch of which nothing can be accepted is refused with its first fault. */
function nothingLeft([first]: Rejected[]): PolyphonyError {
  if (!first) return fieldError('invalid_input', 'tasks', 'must not be empty')
  const field = `tasks.${first.index}${first.field === null ? '' : `.${first.field}`}`
  return new PolyphonyError(
    'invalid_input',
    `No task can be accepted; the first, tasks.${first.index}: ${first.message}`,
    {
      field,
    },
  )
}

type Refused =
  | { outcome: 'idempotency_mismatch' }
  | { outcome: 'insufficient_points'; available: Points }
  | { outcome: 'spend_limit_reached' }

function refusal(refused: Refused, price: Points): PolyphonyError {
  switch (refused.outcome) {
    case 'idempotency_mismatch':
      return new PolyphonyError('idempotency_mismatch', 'This Idempotency-Key was used for a different request.')
    case 'insufficient_points':
      return new PolyphonyError('insufficient_points', tooLittle(refused.available, price))
    case 'spend_limit_reached':
      return new PolyphonyError('spend_limit_reached', 'The spend limit of this API key does not allow this.')
  }
}

function tooLittle(available: Points, price: Points): string {
  const usd = (value: Points) => pointsToUsd(value).toFixed(4)
  const missing = toPoints(price - available)
  return `The account has ${available} points ($${usd(available)}) available; this costs ${price} ($${usd(price)}). Add at least ${missing}.`
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
    webhookUrl: fresh.webhookUrl,
    externalId: fresh.externalId,
    status,
    progress: 0,
    pricePoints: fresh.pricePoints,
    consumedPoints: ZERO_POINTS,
    output: null,
    error: null,
    logs: [],
    pool: fresh.pool,
    fellBack: false,
    provider: null,
    account: null,
    handle: null,
    parentTaskId: fresh.parentTaskId,
    batchId: fresh.batchId ?? null,
    attempts: 0,
    misses: 0,
    avoidAccount: null,
    version: 0,
    claim: 0,
    leaseUntil: null,
    claimedAt: null,
    calledAt: null,
    heardAt: null,
    isWatched: false,
    dueAt: fresh.createdAt,
    timeoutMs: fresh.timeoutMs,
    deadlineAt: fresh.deadlineAt,
    createdAt: fresh.createdAt,
    startedAt: null,
    endedAt: null,
  }
}
