import { getOperation } from '../../catalog/catalog.ts'
import { type Output, outputSpecOf, type Video } from '../../catalog/outputs.ts'
import { formOfSora, sora2ProVideo, sora2Remix, sora2Video } from '../../catalog/sora2.ts'
import type { Task } from '../../core/task.ts'
import { failReasonOf, type RelayStatus, relayStatusOf, secondsOf } from '../shared/relay-task.ts'
import { DIALECT } from './to-task.ts'

export const VIDEO_OPERATIONS: readonly string[] = [sora2Video.id, sora2ProVideo.id, sora2Remix.id]

/** Whether OpenAI's videos API has a form for a task, whichever dialect it came through. */
export function isVideo({ operation }: Pick<Task, 'operation'>): boolean {
  return VIDEO_OPERATIONS.includes(operation)
}

const STATES: Record<RelayStatus, 'queued' | 'in_progress' | 'completed' | 'failed'> = {
  NOT_START: 'queued',
  SUBMITTED: 'queued',
  IN_PROGRESS: 'in_progress',
  SUCCESS: 'completed',
  FAILURE: 'failed',
}

/** The files of a completed task; undefined for any other. */
export function filesOf(task: Pick<Task, 'status' | 'output'>): Video | undefined {
  if (task.status !== 'completed') return undefined
  return (task.output as Output['videos']).videos[0] // as the operation's kind has it
}

/** The Video of OpenAI's API. `expiresAt` is when the file goes, in milliseconds; undefined = it is not there yet. */
export function fromTask(task: Task, expiresAt?: number) {
  const status = STATES[relayStatusOf(task)]
  const { widthPx, heightPx } = sizeOf(task)
  return {
    id: task.id,
    object: 'video' as const,
    model: modelOf(task),
    status,
    progress: status === 'completed' ? 100 : Math.min(99, Math.floor(task.progress)),
    prompt: typeof task.input.prompt === 'string' ? task.input.prompt : null,
    seconds: String(task.input.duration),
    size: `${widthPx}x${heightPx}`,
    created_at: secondsOf(task.createdAt),
    completed_at: status === 'completed' ? secondsOf(task.endedAt ?? task.createdAt) : null,
    expires_at: expiresAt === undefined ? null : secondsOf(expiresAt),
    remixed_from_video_id: task.operation === sora2Remix.id ? task.parentTaskId : null,
    error: status === 'failed' ? { code: codeOf(task), message: failReasonOf(task) } : null,
  }
}

/** As the caller spelt it. */
function modelOf(task: Task): string {
  if (task.dialect === DIALECT && typeof task.echo.model === 'string') return task.echo.model
  return formOfSora(task).quality === 'pro' ? 'sora-2-pro' : 'sora-2'
}

/** That of the file, once there is one. */
function sizeOf(task: Task): { widthPx: number; heightPx: number } {
  const made = filesOf(task)
  if (made) return made
  const spec = outputSpecOf(getOperation(task.operation).produces, task.input)
  if (spec.kind !== 'videos') throw new TypeError(`${task.operation} makes ${spec.kind}.`)
  return spec
}

function codeOf({ status, error }: Task): string {
  if (error?.code === 'content_moderated') return 'moderation_blocked'
  return error?.code ?? status
}
