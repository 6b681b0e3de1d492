import type { FastifyRequest } from 'fastify'
import type { Draft } from '../../core/draft.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Task } from '../../core/task.ts'
import type { Submission } from '../../tasks/tasks.ts'
import type { DialectContext } from '../dialect.ts'
import { given, optionalText, webhookIn } from '../kit/fields.ts'
import { originOf } from '../kit/requests.ts'
import type { Follow } from './follow.ts'
import type { TaskBody } from './from-task.ts'
import { type MidjourneyBody, requireField, submissionFor } from './submission.ts'

/**
 * Windows: a button may ask for a prompt or a mask first. The press opens a window, which is a draft; its answer makes
 * the task, and the client knows that by the window's id.
 */

export const WINDOW = 'midjourney.window'

const CUSTOM_ZOOM = 'CUSTOM_ZOOM'
const DEFAULT_ZOOM = '2'
const ZOOM = /(?<!\s)\s*(?:--|—)zoom\s+(\S+)/

/** The prompt that the window shows. */
export function windowPrompt({ prompt, echo }: Pick<Follow, 'prompt' | 'echo'>): string {
  return echo.action === CUSTOM_ZOOM ? `${prompt.replace(ZOOM, '')} --zoom ${DEFAULT_ZOOM}`.trimStart() : prompt
}

export function openWindow(follow: Follow, request: FastifyRequest, { drafts }: DialectContext): Promise<Draft> {
  const { operationId, input, echo, webhook } = follow
  const state = { finalPrompt: windowPrompt(follow), taskId: null, cancelledAt: null }
  const body = { operationId, input, echo, ...given('notifyHook', webhook?.url), ...state }
  return drafts.open(WINDOW, body, request.caller)
}

/** As `openWindow` wrote it. */
export interface Window extends JsonObject {
  operationId: string
  input: JsonObject
  echo: JsonObject
  /** Where the webhooks of its task go, unless the answer names another address. */
  notifyHook?: string
  finalPrompt: string
  taskId: string | null
  /** When it was closed without an answer. */
  cancelledAt: number | null
}

export function windowOf({ body }: Draft): Window {
  return body as Window // only this file writes drafts of this kind
}

/**
 * The submission of an answered window: a prompt, a mask and a speed. What the answer leaves out, and all else, is as the button set it
 * when it opened the window.
 */
export function modalTask(body: MidjourneyBody, draft: Draft): Submission {
  const { operationId, input: begun, echo, finalPrompt, notifyHook } = windowOf(draft)
  const { prompt, maskBase64 } = body.fields
  const written = optionalText(prompt, 'prompt') ?? finalPrompt
  const speed: JsonObject = body.speed ? { process_mode: body.speed } : {}
  const input: JsonObject = { ...begun, ...speed }
  const names: Record<string, string> = { origin_task_id: 'taskId', mask: 'maskBase64' }
  if (operationId === 'midjourney/inpaint') {
    requireField(maskBase64, 'maskBase64', 'maskBase64 is required.')
    input.mask = maskBase64 ?? ''
  }
  if (echo.action === CUSTOM_ZOOM) {
    input.zoom_ratio = ZOOM.exec(written)?.[1] ?? DEFAULT_ZOOM
    names.zoom_ratio = 'prompt'
  }
  const text = echo.action === CUSTOM_ZOOM ? written.replace(ZOOM, '').trim() : written
  if (text !== '') input.prompt = text
  const { webhook } = body.webhook ? body : webhookIn('notifyHook', notifyHook)
  const notes = { ...echo, ...body.echo, prompt: written, window: draft.id }
  return submissionFor(operationId, { echo: notes, webhook }, input, names)
}

/**
 * Makes the task of a window, once: a repeated answer finds the task that the first one made. Throws `task_not_found` for
 * a window that was closed.
 */
export async function answerWindow(
  body: MidjourneyBody,
  draft: Draft,
  request: FastifyRequest,
  { tasks, drafts }: DialectContext,
): Promise<void> {
  const window = windowOf(draft)
  if (window.cancelledAt !== null) throw new PolyphonyError('task_not_found', `The window ${draft.id} was closed.`)
  if (window.taskId !== null) return
  const idempotency = { key: `${WINDOW}:${draft.id}`, fingerprint: draft.id }
  const submission = { ...modalTask(body, draft), origin: originOf(request), idempotency }
  const { task } = await tasks.submit(submission, request.caller)
  request.taskId = task.id
  await noteTask(draft, task, request, drafts)
}

/** Two answers at once make one task. Even if the window was changed meanwhile, the task is noted in it. */
async function noteTask(draft: Draft, { id }: Task, { caller }: FastifyRequest, drafts: DialectContext['drafts']) {
  let seen: Draft | undefined = draft
  while (seen && seen.body.taskId !== id) {
    const changed: Draft | undefined = await drafts.change(seen, { ...seen.body, taskId: id }).catch(unlessChanged)
    seen = changed ?? (await drafts.find(draft.id, WINDOW, caller))
  }
}

function unlessChanged(error: unknown): undefined {
  if (!(error instanceof PolyphonyError) || error.code !== 'not_found') throw error
}

/** A window as a task that waits for its answer. */
export function fromWindow(draft: Draft): Omit<TaskBody, 'status'> & { status: 'MODAL' | 'CANCEL' } {
  const { echo, input, finalPrompt, notifyHook, cancelledAt } = windowOf(draft)
  const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
  return {
    id: draft.id,
    action: textOf(echo.action),
    status: cancelledAt === null ? 'MODAL' : 'CANCEL',
    prompt: finalPrompt,
    promptEn: finalPrompt,
    description: WAITS,
    state: textOf(echo.state),
    submitTime: draft.createdAt,
    startTime: 0,
    finishTime: cancelledAt ?? 0,
    progress: '0%',
    imageUrl: '',
    imageUrls: [],
    videoUrl: '',
    failReason: cancelledAt === null ? '' : 'The window was closed.',
    properties: {
      finalPrompt,
      finalZhPrompt: '',
      notifyHook: notifyHook ?? '',
      messageId: draft.id,
      messageHash: draft.id,
      progressMessageId: '',
      flags: 0,
      nonce: '',
      discordInstanceId: '',
      referencedMessageId: textOf(echo.origin),
    },
    buttons: [],
    customId: textOf(echo.customId),
    maskBase64: '',
    botType: textOf(echo.botType),
    mode: (textOf(input.process_mode) || 'fast').toUpperCase(),
    parentId: textOf(echo.origin),
  }
}

/** Clients search for its last word. */
export const WAITS = 'Waiting for window confirm'
