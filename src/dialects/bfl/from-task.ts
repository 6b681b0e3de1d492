import { BFL, bflFinetune, finetuneOf } from '../../catalog/bfl.ts'
import { getOperation } from '../../catalog/catalog.ts'
import { inputOf } from '../../catalog/operation.ts'
import type { Output } from '../../catalog/outputs.ts'
import { SECOND_MS } from '../../core/clock.ts'
import { type Points, pointsToUsd } from '../../core/points.ts'
import { isTerminal, type Task } from '../../core/task.ts'
import type { Urls } from '../kit/urls.ts'
import { isFinetune } from './finetunes.ts'

/** A hundred credits are 1 USD. */
const CREDITS_PER_USD = 100

/** Whether this protocol has a form for a task, whichever dialect it came through: it is Flux. */
export function isFlux({ operation: id }: Pick<Task, 'operation'>): boolean {
  const { model } = getOperation(id)
  return model === BFL || model.startsWith('Qubico/flux')
}

/** The answer to a request: the polling URL, or the webhook's. Megapixels are not known here, and null. */
export function createdBody(task: Task, pollingUrl: string) {
  const ids = isFinetune(task) ? { id: task.id, finetune_id: task.id } : { id: task.id }
  const cost = { cost: creditsOf(task.pricePoints), input_mp: null, output_mp: null }
  if (task.webhookUrl === null) return { ...ids, polling_url: pollingUrl, ...cost }
  // Beyond the API's own answer, the polling URL: a client with a webhook may poll as well.
  return { ...ids, status: 'Pending', webhook_url: task.webhookUrl, ...cost, polling_url: pollingUrl }
}

export function creditsOf(points: Points): number {
  return pointsToUsd(points) * CREDITS_PER_USD
}

/** The answer of `get_result`, and the body of a webhook. */
export function resultBody(task: Task, urls: Urls) {
  return {
    id: task.id,
    status: statusOf(task),
    result: task.status === 'completed' ? resultOf(task, urls) : null,
    progress: task.status === 'completed' ? 1 : task.progress / 100,
    details: detailsOf(task),
    preview: null,
  }
}

/** In place of the result of an unknown task. */
export function unknownBody(id: string) {
  return { id, status: 'Task not found', result: null, progress: null, details: null, preview: null }
}

/**
 * The answer of `finetune_details`. The envelope is the API's; its members are inferred from what clients read of
 * it: the words of the request, or what a provider says of them.
 */
export function detailsBody(task: Task) {
  const { id, output, status, endedAt, createdAt } = task
  const reported = status === 'completed' ? (output as Output['data']).data : {} // as the operation's kind has it
  return {
    finetune_details: {
      ...finetuneOf(inputOf(bflFinetune, task)),
      ...reported,
      finetune_id: id,
      status: statusOf(task),
      timestamp: new Date(endedAt ?? createdAt).toISOString(),
    },
  }
}

/** The answer of `delete_finetune`. Its members are the API's; the words in them are inferred. */
export function deletedBody(id: string, now: number) {
  return {
    status: 'success',
    message: `Finetune ${id} was deleted.`,
    deleted_finetune_id: id,
    timestamp: new Date(now).toISOString(),
  }
}

function statusOf(task: Task): 'Pending' | 'Ready' | 'Error' | 'Request Moderated' | 'Content Moderated' {
  if (!isTerminal(task.status)) return 'Pending'
  if (task.status === 'completed') return 'Ready'
  if (task.error?.code !== 'content_moderated') return 'Error'
  return /\b(?:prompt|request|input)\b/i.test(task.error.message) ? 'Request Moderated' : 'Content Moderated'
}

function detailsOf({ status, error }: Task) {
  if (status !== 'failed' && status !== 'cancelled') return null
  const reason = error?.message ?? 'The task was cancelled.'
  return error?.code === 'content_moderated' ? { 'Moderation Reasons': [reason] } : { error: reason }
}

function resultOf(task: Task, urls: Urls) {
  return isFinetune(task) ? { finetune_id: task.id } : pictureOf(task, urls)
}

function pictureOf(task: Task, urls: Urls) {
  const { prompt } = task.input
  const startedAt = task.startedAt ?? task.createdAt
  const endedAt = task.endedAt ?? startedAt
  return {
    sample: urls.file(fileOf(task)),
    prompt: typeof prompt === 'string' ? prompt : '',
    ...seedOf(task),
    start_time: startedAt / SECOND_MS,
    end_time: endedAt / SECOND_MS,
    duration: (endedAt - startedAt) / SECOND_MS,
  }
}

/** The seed that was drawn or requested. Left out where neither is known: the clients' schemas have a number or nothing. */
function seedOf({ output, input: { seed: requested } }: Task): { seed?: number } {
  const { pictures = [] } = output as Partial<Output['pictures']>
  const seed = pictures[0]?.seed ?? requested
  return typeof seed === 'number' && seed >= 0 ? { seed } : {}
}

/** The first of what was made: what this API makes is one. */
function fileOf({ output }: Task): string {
  // What a provider delivers is in the shape that the operation's output schema states.
  const { pictures = [], videos = [] } = output as Partial<Output['pictures'] & Output['videos']>
  return (pictures[0] ?? videos[0])?.file ?? ''
}
