import { getOperation } from '../../catalog/catalog.ts'
import type { Output, Video } from '../../catalog/outputs.ts'
import { runway as operations } from '../../catalog/runway.ts'
import type { JsonObject } from '../../core/json.ts'
import { POINTS_PER_USD, type Points } from '../../core/points.ts'
import type { Task } from '../../core/task.ts'
import type { Urls } from '../kit/urls.ts'
import { failReasonOf, relayStatusOf, secondsOf } from '../shared/relay-task.ts'

const OURS: ReadonlySet<string> = new Set(operations.map(({ id }) => id))

/** Whether Runway's own API has a form for a task, whichever dialect it came through. */
export function isRunway({ operation }: Pick<Task, 'operation'>): boolean {
  return OURS.has(operation)
}

/** Whether it has a form at relays, which know videos only. */
export function isRunwayVideo(task: Pick<Task, 'operation'>): boolean {
  return isRunway(task) && getOperation(task.operation).produces.kind === 'videos'
}

/** Runway's package waits forever on a word that it does not know, so there are no others. */
export type RunwayStatus = 'PENDING' | 'THROTTLED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED'

export function statusOf(task: Task): RunwayStatus {
  if (task.status === 'cancelled') return 'CANCELLED'
  if (task.status === 'staged') return 'THROTTLED'
  switch (relayStatusOf(task)) {
    case 'SUCCESS':
      return 'SUCCEEDED'
    case 'FAILURE':
      return 'FAILED'
    case 'IN_PROGRESS':
      return 'RUNNING'
    default:
      return 'PENDING'
  }
}

/** A credit is a US cent. */
const CREDITS_PER_USD = 100

export function creditsOf(points: Points): number {
  return (points * CREDITS_PER_USD) / POINTS_PER_USD
}

/** The answer of a create. */
export function createdTask({ id, pricePoints }: Task) {
  return { id, estimatedCost: { credits: creditsOf(pricePoints) } }
}

/** A task of Runway's own API; which members it has follows from its status. A task whose files are deleted counts as deleted. */
export function fromTask(task: Task, urls: Urls, { deleted = false } = {}): JsonObject {
  const status = deleted ? 'CANCELLED' : statusOf(task)
  const common = { id: task.id, status, createdAt: new Date(task.createdAt).toISOString() }
  const cost = { credits: creditsOf(task.consumedPoints) }
  const { estimatedCost } = createdTask(task)
  switch (status) {
    case 'SUCCEEDED':
      return { ...common, output: filesOf(task).map((file) => urls.file(file)), cost }
    case 'FAILED':
      return { ...common, failure: failReasonOf(task), ...failureCodeOf(task), cost }
    case 'CANCELLED':
      return { ...common, cost }
    case 'RUNNING':
      return { ...common, progress: progressOf(task), estimatedCost }
    default:
      return { ...common, estimatedCost }
  }
}

/** From 0 to 1, where 1 is for finished tasks only. */
export function progressOf({ status, progress }: Pick<Task, 'status' | 'progress'>): number {
  return status === 'completed' ? 1 : Math.min(99, Math.floor(progress)) / 100
}

/** Runway's failure codes for those error codes that are as specific. */
function failureCodeOf({ error }: Task): { failureCode?: string } {
  if (error?.code === 'output_unusable') return { failureCode: 'INTERNAL.BAD_OUTPUT' }
  return error?.code === 'timed_out' || error?.code === 'internal' ? { failureCode: 'INTERNAL' } : {}
}

/** What a completed task has made; it is in the shape that the operation's output schema states. */
function filesOf(task: Task): string[] {
  switch (getOperation(task.operation).produces.kind) {
    case 'pictures':
      return (task.output as Output['pictures']).pictures.map(({ file }) => file)
    case 'sounds':
      return (task.output as Output['sounds']).sounds.map(({ file }) => file)
    default:
      return videosOf(task).map(({ file }) => file)
  }
}

function videosOf(task: Task): Video[] {
  return task.status === 'completed' ? (task.output as Output['videos']).videos : []
}

/** The digit and the word of the reverse format. Those for waiting and running tasks are inferred. */
const DIGITS: Record<RunwayStatus, { status: string; state: string }> = {
  PENDING: { status: '0', state: 'pending' },
  THROTTLED: { status: '0', state: 'pending' },
  RUNNING: { status: '1', state: 'running' },
  FAILED: { status: '2', state: 'failed' },
  CANCELLED: { status: '2', state: 'failed' },
  SUCCEEDED: { status: '3', state: 'succeeded' },
}

/** `data` of a feed of the reverse format, and of its callback. */
export function feedOf(task: Task, urls: Urls) {
  const [video] = videosOf(task)
  const point = creditsOf(task.pricePoints)
  const { status, state } = DIGITS[statusOf(task)]
  return {
    task_id: task.id,
    status,
    state,
    prompt: task.input.promptText ?? '',
    prompt_en: '',
    video_url: urls.file(video?.file ?? ''),
    poster: urls.file(video?.cover ?? ''),
    last_frame: urls.file(video?.lastFrame ?? ''),
    msg: failReasonOf(task),
    point,
    refund: status === '2' ? point : 0,
    create_time: String(secondsOf(task.createdAt)),
    update_time: String(secondsOf(task.endedAt ?? task.startedAt ?? task.createdAt)),
  }
}

/** The envelope of the reverse format; `exec_time` is in seconds. */
export function reverseEnvelope<Data>(data: Data, execSeconds: number) {
  return { code: 200, msg: '成功', data, exec_time: Number(execSeconds.toFixed(6)) }
}

/** A task of the web app. */
export function webTaskOf(task: Task, urls: Urls) {
  const { model: taskType = '', options, promptText = '' } = task.input
  return {
    id: task.id,
    name: promptText,
    taskType,
    status: statusOf(task),
    createdAt: new Date(task.createdAt).toISOString(),
    // As text, in the web app's manner.
    progressRatio: String(progressOf(task)),
    progressText: failReasonOf(task) || null,
    estimatedTimeToStartSeconds: null,
    options: options ?? { text_prompt: promptText },
    artifacts: videosOf(task).map(({ file, cover, lastFrame }) => ({
      url: urls.file(file),
      previewUrls: [cover, lastFrame].filter((one) => one !== '').map((one) => urls.file(one)),
    })),
  }
}
