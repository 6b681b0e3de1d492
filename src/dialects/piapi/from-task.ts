import { getOperation } from '../../catalog/catalog.ts'
import type { JsonObject } from '../../core/json.ts'
import { pointsToUsd } from '../../core/points.ts'
import { isPrivate } from '../../core/pools.ts'
import { isTerminal, STATUSES, type Status, type Task } from '../../core/task.ts'
import type { Quote } from '../../tasks/submission.ts'
import type { Submission } from '../../tasks/tasks.ts'
import { given } from '../kit/fields.ts'
import type { Urls } from '../kit/urls.ts'
import { notCharged, shownConsumption } from '../kit/usage.ts'
import { formOf, inputOf, outputOf } from './families.ts'
import { type Config, type ConfigEcho, PIAPI } from './to-task.ts'

/** PiAPI knows no word for a cancelled task; clients that meet one would poll for ever, so it reads as failed. */
const STATUS: Record<Status, string> = {
  staged: 'staged',
  pending: 'pending',
  submitting: 'processing',
  uncertain: 'processing',
  processing: 'processing',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'failed',
}

/** Go's zero time, which means "not yet". */
const ZERO_TIME = '0001-01-01T00:00:00Z'
/** The only number that PiAPI's documents show for a failure; their full table is not public. */
const ERROR_CODE = 1_100

/** The task object of PiAPI, key by key as its documents order them. */
export function fromTask(task: Task, urls: Urls): JsonObject {
  return {
    task_id: task.id,
    model: task.model,
    task_type: task.taskType,
    status: statusOf(task),
    config: configOf(task),
    input: inputOf(task, urls),
    output: outputOf(task, urls),
    meta: {
      created_at: timeOf(task.createdAt),
      started_at: timeOf(task.startedAt),
      ended_at: timeOf(task.endedAt),
      usage: usageOf(task),
      is_using_private_pool: isPrivate(task.pool),
      ...formOf(getOperation(task.operation)).meta?.(task),
      ...(task.fellBack ? { failover_triggered: true } : {}),
    },
    detail: null,
    logs: task.logs,
    error: errorOf(task),
    ...given('metadata', task.dialect === PIAPI ? task.echo.metadata : undefined),
  }
}

/** The statuses that PiAPI has one word for; none for an unknown word. */
export function statusesOf(word: string): Status[] {
  return STATUSES.filter((status) => STATUS[status] === word)
}

export function statusOf(task: Task): string {
  return STATUS[task.status]
}

export function configOf({ echo, webhookUrl, operation }: Task): Config {
  const config = configWith(echo, webhookUrl)
  return { ...config, service_mode: config.service_mode || (formOf(getOperation(operation)).serviceMode ?? '') }
}

/** A task of another dialect echoes nothing of a config. */
function configWith(echo: JsonObject, endpoint: string | null): Config {
  const { service_mode = '', webhook_config: hook } = echo as Partial<ConfigEcho> // as `echoOf` made it
  return { service_mode, webhook_config: { endpoint: endpoint ?? '', secret: hook?.secret ?? '' } }
}

/** The answer to a create, which has no timestamp. */
export function createdBody(task: Task, urls: Urls): JsonObject {
  return { code: 200, data: fromTask(task, urls), message: 'success' }
}

/** The answer to `?dry_run=true`: what the task would be and cost. Nothing was stored. */
export function quotedBody(submission: Submission, quote: Quote, urls: Urls): JsonObject {
  const { operation, input, echo = {}, webhook, model = operation.model, taskType = operation.taskType } = submission
  const { pricePoints, availablePoints, isAffordable } = quote
  const data = {
    dry_run: true,
    model,
    task_type: taskType,
    config: configWith(echo, webhook?.url ?? null),
    input: inputOf({ operation: operation.id, taskType, input }, urls),
    ...given('metadata', echo.metadata),
    price: { points: pricePoints, usd: pointsToUsd(pricePoints) },
    available: { points: availablePoints, usd: pointsToUsd(availablePoints) },
    affordable: isAffordable,
  }
  return { code: 200, data, message: 'success' }
}

/** The answer to a read. Documents show it with `code` and `message`, or with `timestamp` only: both readings are met. */
export function readBody(task: Task, urls: Urls, now: number): JsonObject {
  return { code: 200, ...webhookBody(task, urls, now), message: 'success' }
}

/** The body of a webhook: no `code`, no `message`. */
export function webhookBody(task: Task, urls: Urls, now: number): JsonObject {
  const at = isTerminal(task.status) && task.endedAt !== null ? task.endedAt : now
  return { timestamp: Math.floor(at / 1_000), data: fromTask(task, urls) }
}

/**
 * `llm` services show the whole price as consumed from the start, `point` services as frozen until they are done,
 * `unreserved` ones show nothing before. A task that did not succeed shows zeros: it costs nothing. One of a test key shows
 * at its end what a live key would pay, at the list price, and says that it was not charged.
 */
export function usageOf(task: Task): { type: string; frozen: number; consume: number; charged?: false } {
  const { usage = 'point' } = formOf(getOperation(task.operation))
  const type = usage === 'llm' ? 'llm' : 'point'
  if (task.status === 'failed' || task.status === 'cancelled') return { type, frozen: 0, consume: 0 }
  const done = task.status === 'completed'
  if (task.mode === 'test' && !done) return { type, frozen: 0, consume: 0 }
  const price = done ? shownConsumption(task) : task.pricePoints
  const frozen = type === 'llm' || usage === 'unreserved' ? 0 : price
  return { type, frozen, consume: done || type === 'llm' ? price : 0, ...notCharged(task) }
}

function errorOf(task: Task): JsonObject {
  const none: JsonObject = { code: 0, raw_message: '', message: '', detail: null }
  if (task.status === 'cancelled')
    return { ...none, code: ERROR_CODE, raw_message: 'canceled', message: 'task canceled' }
  if (!task.error) return none
  const { message, detail } = task.error
  return { code: ERROR_CODE, raw_message: detail ?? message, message, detail: null }
}

/** RFC 3339 in UTC, without the fraction's trailing zeros, as Go writes it. */
export function timeOf(at: number | null): string {
  if (at === null) return ZERO_TIME
  const text = new Date(at).toISOString() // 2025-12-09T02:54:09.980Z
  if (at % 1_000 === 0) return `${text.slice(0, 19)}Z`
  return `${text.slice(0, at % 100 === 0 ? 21 : at % 10 === 0 ? 22 : 23)}Z`
}
