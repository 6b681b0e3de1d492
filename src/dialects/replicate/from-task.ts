import { getOperation } from '../../catalog/catalog.ts'
import { replicatePrediction } from '../../catalog/hosted.ts'
import { replaceFiles } from '../../catalog/media.ts'
import type { Kind, Output } from '../../catalog/outputs.ts'
import { SECOND_MS } from '../../core/clock.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { Status, Task } from '../../core/task.ts'
import type { Urls } from '../kit/urls.ts'

export const PREFIX = '/replicate/v1'

const STATUSES = {
  staged: 'starting',
  pending: 'starting',
  submitting: 'starting',
  uncertain: 'starting',
  processing: 'processing',
  completed: 'succeeded',
  failed: 'failed',
  cancelled: 'canceled',
} as const satisfies Record<Status, string>

/** The output of a prediction for each kind of output; a kind without an entry has no form here. */
const OUTPUTS: { [K in Kind]?: (output: Output[K]) => Json } = {
  pictures: ({ pictures }) => pictures.map(({ file }) => file),
  videos: ({ videos }) => oneOrAll(videos.map(({ file }) => file)),
  sounds: ({ sounds }) => oneOrAll(sounds.map(({ file }) => file)),
  texts: ({ texts }) => oneOrAll(texts),
  model: ({ model }) => ({ model_file: model.file }),
  anything: ({ value }) => value,
}

/** Whether this protocol has a form for a task, whichever dialect it came through. */
export function isPrediction(task: Pick<Task, 'operation'>): boolean {
  return Object.hasOwn(OUTPUTS, getOperation(task.operation).produces.kind)
}

/** The prediction: the body of every answer, and of every webhook. */
export function fromTask(task: Task, urls: Urls) {
  const { id, createdAt, startedAt, endedAt, echo, webhookUrl } = task
  const self = `${urls.publicUrl}${PREFIX}/predictions/${id}`
  return {
    id,
    ...askedOf(task, urls),
    output: task.status === 'completed' ? urls.expand(outputOf(task)) : null,
    logs: task.logs.join('\n'),
    error: statusOf(task) === 'failed' ? (task.error?.message ?? 'The prediction failed; no reason is known.') : null,
    status: statusOf(task),
    source: 'api',
    data_removed: false,
    metrics: metricsOf(task),
    ...(webhookUrl === null ? {} : { webhook: webhookUrl, webhook_events_filter: echo.events ?? [] }),
    ...deadlineOf(task),
    created_at: timeOf(createdAt),
    started_at: timeOf(startedAt),
    completed_at: timeOf(endedAt),
    urls: { get: self, cancel: `${self}/cancel` },
  }
}

export type Prediction = ReturnType<typeof fromTask>

/** A prediction that had begun never goes back to `starting`, although its task may return to the queue or be reconciled. */
function statusOf({ status, startedAt, error, echo }: Pick<Task, 'status' | 'startedAt' | 'error' | 'echo'>) {
  // By `Cancel-After`: `aborted` would be the word where nothing had begun, and clients wait for its end forever.
  if (error?.code === 'timed_out' && typeof echo.cancel_after_ms === 'number') return 'canceled'
  return startedAt !== null && STATUSES[status] === 'starting' ? 'processing' : STATUSES[status]
}

/** The model and its input as the caller gave them; a task of another protocol has the catalogue's. */
function askedOf(task: Task, urls: Urls): { model: string; version: string; deployment?: string; input: JsonObject } {
  const operation = getOperation(task.operation)
  const whole = replaceFiles(operation.input, task.input, ({ value }) => urls.file(value))
  // Replicate itself answers this for models without versions.
  if (operation.id !== replicatePrediction.id) return { model: task.model, version: 'hidden', input: whole }
  const { model, version, deployment, input } = whole
  return {
    model: typeof model === 'string' ? model : '',
    version: typeof version === 'string' && version !== '' ? version : 'hidden',
    ...(typeof deployment === 'string' && deployment !== '' ? { deployment } : {}),
    input: isJsonObject(input) ? input : {},
  }
}

function outputOf(task: Task): Json {
  const write = OUTPUTS[getOperation(task.operation).produces.kind]
  // What a provider delivers is in the shape that the operation's output schema states.
  return write ? write(task.output as never) : null
}

function oneOrAll(all: string[]): Json {
  return all.length === 1 ? (all[0] ?? null) : all
}

/** When the prediction is cancelled by itself, once its work has begun. */
function deadlineOf({ startedAt, echo }: Task): { deadline?: string } {
  if (startedAt === null || typeof echo.cancel_after_ms !== 'number') return {}
  return { deadline: timeOf(startedAt + echo.cancel_after_ms) }
}

function metricsOf({ createdAt, startedAt, endedAt }: Task): JsonObject {
  if (endedAt === null) return {}
  const total = { total_time: (endedAt - createdAt) / SECOND_MS }
  return startedAt === null ? total : { predict_time: (endedAt - startedAt) / SECOND_MS, ...total }
}

function timeOf<Instant extends number | null>(instant: Instant): Instant extends number ? string : string | null
function timeOf(instant: number | null): string | null {
  return instant === null ? null : new Date(instant).toISOString()
}
