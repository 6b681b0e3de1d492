import type { Static } from 'typebox'
import { getOperation } from '../../catalog/catalog.ts'
import { outputSpecOf } from '../../catalog/outputs.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import { readAnswer, readHandle, readIfFits } from '../kit/read-wire.ts'
import { imagesResult, textsResult, videosResult } from '../kit/results.ts'
import { type Call, callVendor, type ErrorAnswer } from '../kit/vendor-call.ts'
import { speaksOfModeration, vendorError } from '../kit/vendor-errors.ts'
import { fileAt } from '../kit/vendor-files.ts'
import type { Account, Job, Progress, Result, Submitted, TaskRequest } from '../provider.ts'
import { CUSTOM_ZOOM, findButton, noButton, PRESSES } from './buttons.ts'
import { bearer, errorOf, taskErrorOf, textIn } from './errors.ts'
import { bodyFor, dataOf, parentOf, type RelayRequest, speedPath, windowPrompt } from './midjourney-bodies.ts'
import type { RelayProtocol } from './relay-protocol.ts'
import { failureOf, percentOf, RELAY } from './task-object.ts'
import { MidjourneyCallback, MidjourneyHandle, MidjourneyTask, Submission } from './wire.ts'

/**
 * Midjourney in the protocol of midjourney-proxy and its successors. Follow-ups press buttons; a button's window is
 * answered at once, and only that answer costs something.
 */

const MODEL = 'midjourney'
const FACE_SWAP = 'Qubico/image-toolkit/face-swap'
const TYPES = [
  ...['imagine', 'upscale', 'variation', 'reroll', 'describe', 'seed', 'blend'],
  ...['inpaint', 'outpaint', 'pan', 'shorten', 'edits', 'retexture', 'video'],
]

export const midjourneyProtocol: RelayProtocol = {
  id: 'mj',
  operations: new Set([...TYPES.map((type) => `${MODEL}/${type}`), FACE_SWAP]),
  async submit(job, account, signal) {
    const { taskType } = getOperation(job.operation)
    if (taskType === 'seed') return seed(job, account, signal)
    if (Object.hasOwn(PRESSES, taskType)) return press(taskType, job, account, signal)
    return post(account, await bodyFor(taskType, job, signal), signal)
  },
  async poll(handle, account, signal, request) {
    const { id, isUnprompted } = readHandle(MidjourneyHandle, handle, 'relay')
    const task = await fetchTask(id, account, signal)
    if (!task) return { status: 'failed', reason: 'The relay no longer knows the task.' }
    const progress = progressOf(id, task, request, account)
    if (progress.status !== 'completed' || !isUnprompted) return progress
    return { ...progress, result: { ...progress.result, logs: [UNPROMPTED] } }
  },
  // Few relays can cancel: a refusal means that the work goes on.
  async cancel(handle, account, signal) {
    const { id } = readHandle(MidjourneyHandle, handle, 'relay')
    const path = `/mj/task/${encodeURIComponent(id)}/cancel`
    const body = await callMidjourney(account, { method: 'POST', path, signal })
    const { code, description = '' } = readIfFits(Submission, body) ?? {}
    if (code === undefined || ACCEPTED.has(code)) return
    const message = description || `The relay did not cancel the task (code ${code}).`
    throw codeError(body, message, false) ?? new PolyphonyError('vendor_refused', message)
  },
  // The task object itself, at every change.
  readCallback(body) {
    const { id, submitTime, imageUrl } = readIfFits(MidjourneyCallback, body) ?? {}
    const isOurs = id !== undefined && (submitTime !== undefined || imageUrl !== undefined)
    return isOurs ? { handle: { id } } : undefined
  },
}

/** Relays take the key as in every protocol, midjourney-proxy itself in a header of its own. */
async function callMidjourney(account: Account, call: Omit<Call, 'headers'>): Promise<Json> {
  const headers = { ...bearer(account), 'mj-api-secret': account.settings.apiKey ?? '' }
  const ownErrorOf = (answer: ErrorAnswer) =>
    (call.errorOf ?? errorOf)(answer) ?? codeError(answer.body, answer.message, call.isPaid === true)
  return (await callVendor(account, { ...call, headers, errorOf: ownErrorOf })).body
}

const ACCEPTED: ReadonlySet<number> = new Set([1, 22])

/**
 * The protocol's own codes, whatever the HTTP status: 1 and 22 accepted, 21 opens a window or exists already. 3 no such task
 * or no account that could do it, 4 a fault of the request, 5 a fault of the relay, 9 a failure, 23 the queue is full, 24 a
 * banned word, 30 too many calls.
 */
function codeError(body: Json, message: string, isPaid: boolean): PolyphonyError | undefined {
  const { code, description: words = message, properties } = readIfFits(Submission, body) ?? {}
  switch (code) {
    case 3:
      return new PolyphonyError(/account|instance|账号|实例/i.test(words) ? 'account_busy' : 'vendor_refused', words)
    case 4:
    case 9:
      return new PolyphonyError(speaksOfModeration(words) ? 'content_moderated' : 'vendor_refused', words)
    case 5:
      return new PolyphonyError(isPaid ? 'vendor_silent' : 'vendor_unreachable', words)
    case 23:
    case 30:
      return new PolyphonyError('account_busy', words)
    case 24: {
      const banned = properties?.bannedWord
      const reason = banned === undefined ? words : `Midjourney does not take the word "${banned}".`
      return new PolyphonyError('content_moderated', reason)
    }
    default:
      return undefined
  }
}

const UNPROMPTED = 'The relay opened no window for a prompt: the result has the prompt of the parent task.'

interface Answer {
  /** The task, or the window that waits to be filled in. */
  id: string
  isWindow: boolean
  /** What the window shows. */
  prompt: string
}

async function send(account: Account, { path, json }: RelayRequest, signal: AbortSignal): Promise<Answer> {
  const body = await callMidjourney(account, { method: 'POST', path, json, signal, isPaid: true })
  const { code, description = '', result, properties = {} } = readAnswer(Submission, body, RELAY, { isPaid: true })
  if ((code === 1 || code === 22 || code === 21) && result !== undefined) {
    // Code 21 also says that the same request was made before, and then shows its result.
    const { finalPrompt = '', remix, imageUrl } = properties
    const isWindow = code === 21 && (remix === true || /confirm/i.test(description) || imageUrl === undefined)
    return { id: String(result), isWindow, prompt: finalPrompt }
  }
  const message = description || 'The relay accepted the task without an id.'
  throw (
    errorOf({ status: 400, body, message }) ??
    codeError(body, message, true) ??
    vendorError({ status: 502, message, isPaid: true })
  )
}

async function post(account: Account, posted: RelayRequest, signal: AbortSignal): Promise<Submitted> {
  const { id } = await send(account, posted, signal)
  return { handle: { id } }
}

/** A follow-up: the parent's button or, if it has none, the change by number; then the window, if one opens. */
async function press(type: string, job: Job, account: Account, signal: AbortSignal): Promise<Submitted> {
  const { input, callbackUrl } = job
  const wanted = PRESSES[type]?.(input)
  const { id: taskId, buttons } = parentOf(job)
  const customId = wanted && findButton(buttons, wanted)
  const own = textIn(input.prompt)
  const change = buttons.length === 0 && own === undefined ? wanted?.change : undefined
  if (customId === undefined && change === undefined) throw noButton(type)
  const mask = typeof input.mask === 'string' ? { maskBase64: await dataOf(input.mask, job, signal) } : {}
  const at = speedPath(input)
  const hook = callbackUrl === undefined ? {} : { notifyHook: callbackUrl }
  // A prompt is given in a window, which opens on demand.
  const remix = own === undefined ? {} : { enableRemix: true }
  const opened = await send(
    account,
    customId === undefined
      ? { path: `${at}/submit/change`, json: { taskId, ...change, ...hook } }
      : { path: `${at}/submit/action`, json: { taskId, customId, ...remix, ...hook } },
    signal,
  )
  if (!opened.isWindow) return { handle: { id: opened.id, ...(own === undefined ? {} : { isUnprompted: true }) } }
  const prompt = windowPrompt(opened.prompt, input, CUSTOM_ZOOM.test(customId ?? ''))
  return post(account, { path: `${at}/submit/modal`, json: { taskId: opened.id, prompt, ...mask, ...hook } }, signal)
}

async function seed(job: Job, account: Account, signal: AbortSignal): Promise<Submitted> {
  const path = `/mj/task/${encodeURIComponent(parentOf(job).id)}/image-seed`
  const answer = await callMidjourney(account, { path, signal, isPaid: true })
  const { result, description } = readAnswer(Submission, answer, RELAY, { isPaid: true })
  if (result !== undefined) return { result: textsResult([String(result)]) }
  throw new PolyphonyError('vendor_refused', description ?? 'The relay knows no seed of the task.')
}

type Task = Static<typeof MidjourneyTask>

/** Undefined where the relay knows no such task: it says so with 400, midjourney-proxy itself with an empty body. */
async function fetchTask(id: string, account: Account, signal: AbortSignal): Promise<Task | undefined> {
  try {
    const path = `/mj/task/${encodeURIComponent(id)}/fetch`
    const body = await callMidjourney(account, { path, signal, errorOf: taskErrorOf })
    return body === null ? undefined : readAnswer(MidjourneyTask, body, RELAY)
  } catch (error) {
    if (error instanceof PolyphonyError && error.code === 'task_not_found') return undefined
    throw error
  }
}

function progressOf(id: string, task: Task, request: TaskRequest, account: Account): Progress {
  switch (task.status) {
    case 'SUCCESS': {
      const result = resultIn(task, request, account)
      if (!result) return { status: 'failed', reason: 'The relay reported success without a readable result.' }
      const buttons = (task.buttons ?? []).map(({ customId }) => customId)
      return { status: 'completed', result, handle: { id: String(task.id ?? id), buttons } }
    }
    case 'FAILURE':
    case 'CANCEL':
      return failureOf(task.failReason)
    default: {
      const percent = percentOf(task.progress)
      return percent === undefined ? { status: 'processing' } : { status: 'processing', progress: percent }
    }
  }
}

function resultIn(task: Task, request: TaskRequest, account: Account): Result | undefined {
  const spec = outputSpecOf(getOperation(request.operation).produces, request.input)
  switch (spec.kind) {
    case 'pictures':
      return picturesIn(task, request, account, spec.hasGrid)
    case 'videos':
      return videosIn(task, request, account)
    default:
      return textsIn(task)
  }
}

/** Where a relay shows the four pictures as a grid only, the grid also serves as the first picture. */
function picturesIn(task: Task, request: TaskRequest, account: Account, hasGrid: boolean): Result | undefined {
  const { imageUrl: whole, imageUrls = [] } = task
  const singles = imageUrls.map((one) => (typeof one === 'string' ? one : one.url))
  const at = (url: string) => fileAt(account, url)
  const shown = singles.length > 0 && (hasGrid || whole === undefined) ? singles : whole === undefined ? [] : [whole]
  if (shown.length === 0) return undefined
  return imagesResult(request, shown.map(at), { grid: hasGrid && whole !== undefined ? at(whole) : undefined })
}

function videosIn({ videoUrls = [], videoUrl }: Task, request: TaskRequest, account: Account): Result | undefined {
  const single = videoUrl === undefined ? [] : [{ url: videoUrl }]
  const listed: { url: string; thumbnail?: string }[] = videoUrls.length > 0 ? videoUrls : single
  const sources = listed.map(({ url, thumbnail }) => ({
    video: fileAt(account, url),
    ...(thumbnail === undefined ? {} : { cover: fileAt(account, thumbnail) }),
  }))
  return sources.length === 0 ? undefined : videosResult(request, sources)
}

/** Prompts that describe or shorten come in one text, each after its number in a frame. */
function textsIn({ properties, prompt, promptEn }: Task): Result | undefined {
  const text = properties?.finalPrompt ?? prompt ?? promptEn ?? ''
  const texts = text
    .split(/(?:^|\n)[^\S\n]*(?:\d\uFE0F?\u20E3|\d[.)])\s*/)
    .map((one) => one.trim())
    .filter((one) => one !== '')
  return texts.length === 0 ? undefined : textsResult(texts)
}
