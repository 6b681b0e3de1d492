import { getOperation } from '../../catalog/catalog.ts'
import { falRequest } from '../../catalog/hosted.ts'
import type { Kind, Output } from '../../catalog/outputs.ts'
import { SECOND_MS } from '../../core/clock.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { isTerminal, type Task } from '../../core/task.ts'
import type { WebhookContent } from '../dialect.ts'
import type { Urls } from '../kit/urls.ts'
import { failureOf } from './errors.ts'
import { appOf, PREFIX } from './target.ts'

/** The result for each kind of output; a kind without an entry has no form here. */
const RESULTS: { [K in Kind]?: (output: Output[K], task: Task) => Json } = {
  pictures: ({ pictures }) => ({
    images: pictures.map(({ file, widthPx, heightPx }) => fileObject(file, { width: widthPx, height: heightPx })),
  }),
  videos: ({ videos }) => firstAndAll('video', 'videos', videos),
  sounds: ({ sounds }) => firstAndAll('audio', 'audios', sounds),
  texts: ({ texts }) => ({ output: texts.join('\n') }),
  model: ({ model }) => ({ model_mesh: fileObject(model.file) }),
  // What another host's model gave is in that host's form.
  anything: ({ value }, { operation }) => (operation === falRequest.id ? value : { output: value }),
}

/** Whether this protocol has a form for a task, whichever dialect it came through. */
export function isRequest(task: Pick<Task, 'operation'>): boolean {
  return Object.hasOwn(RESULTS, getOperation(task.operation).produces.kind)
}

/** The model's answer of a completed task. */
export function resultOf(task: Task, urls: Urls): Json {
  const write = RESULTS[getOperation(task.operation).produces.kind]
  // What a provider delivers is in the shape that the operation's output schema states.
  return write ? urls.expand(write(task.output as never, task)) : null
}

function fileObject(file: string, size: JsonObject = {}): JsonObject {
  return { url: file, ...size, content_type: TYPES[file.split('.').at(-1) ?? ''] ?? 'application/octet-stream' }
}

const TYPES: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  webp: 'image/webp',
  svg: 'image/svg+xml',
  mp4: 'video/mp4',
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  flac: 'audio/flac',
  ogg: 'audio/ogg',
  glb: 'model/gltf-binary',
}

function firstAndAll(one: string, many: string, made: readonly { file: string }[]): JsonObject {
  const all = made.map(({ file }) => fileObject(file))
  return { [one]: all[0] ?? null, ...(all.length > 1 ? { [many]: all } : {}) }
}

/** The status of a request, and the answer to a submission. `app` is the app of the request's path; by default its model's. */
export function statusOf(task: Task, urls: Urls, { app = appOf(task.model), logs = false } = {}) {
  const at = `${urls.publicUrl}${PREFIX}/queue/${app.split('/').map(encodeURIComponent).join('/')}/requests/${task.id}`
  const same = { request_id: task.id, response_url: at, status_url: `${at}/status`, cancel_url: `${at}/cancel` }
  if (isTerminal(task.status)) {
    const failure = failureOf(task)
    return {
      ...same,
      status: 'COMPLETED',
      logs: logs ? logsOf(task) : [],
      metrics: { inference_time: secondsOf(task) },
      ...(failure ? { error: task.error?.message ?? 'Request was cancelled.', error_type: failure.type } : {}),
    }
  }
  // A task that had begun may be back in the queue; clients do not need to know.
  if (task.startedAt !== null) return { ...same, status: 'IN_PROGRESS', logs: logs ? logsOf(task) : [] }
  // Clients read a number, and the queue is not counted for each poll.
  return { ...same, status: 'IN_QUEUE', queue_position: 0 }
}

export type QueueStatus = ReturnType<typeof statusOf>

/** Log lines of a task have no time of their own: they get that of the task's last step. */
function logsOf({ logs, createdAt, startedAt, endedAt }: Task) {
  const timestamp = new Date(endedAt ?? startedAt ?? createdAt).toISOString()
  return logs.map((message) => ({ message, level: 'INFO', source: 'USER', timestamp }))
}

function secondsOf({ startedAt, endedAt }: Task): number | null {
  return startedAt === null || endedAt === null ? null : (endedAt - startedAt) / SECOND_MS
}

/** One webhook, at the end. */
export function webhookFor(task: Task, urls: Urls): WebhookContent | undefined {
  return isTerminal(task.status) ? { body: JSON.stringify(webhookBody(task, urls)) } : undefined
}

export function webhookBody(task: Task, urls: Urls) {
  const failure = failureOf(task)
  const ids = { request_id: task.id, gateway_request_id: task.id }
  if (!failure) return { ...ids, status: 'OK', payload: resultOf(task, urls), error: null }
  const error = task.error?.message ?? 'Request was cancelled.'
  return { ...ids, status: 'ERROR', payload: failure.body, error }
}
