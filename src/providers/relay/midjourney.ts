import { getOperation } from '../../catalog/catalog.ts'
import { outputSpecOf } from '../../catalog/outputs.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { imagesResult, textsResult, videosResult } from '../kit/results.ts'
import { type Call, callVendor } from '../kit/vendor-call.ts'
import { speaksOfModeration, vendorError } from '../kit/vendor-errors.ts'
import { fileAt } from '../kit/vendor-files.ts'
import type { Account, Job, Progress, Result, Submitted, TaskRequest } from '../provider.ts'
import { buttonsIn, CUSTOM_ZOOM, findButton, noButton, PRESSES } from './buttons.ts'
import { bearer, errorOf, lookErrorOf, objectIn, type Refused, textIn, wrongHandle } from './errors.ts'
import { bodyFor, dataOf, parentOf, type RelayRequest, speedPath, windowPrompt } from './midjourney-bodies.ts'
import type { RelayProtocol } from './relay-protocol.ts'
import { failureOf, percentOf } from './task-object.ts'

/**
 * Midjourney in the protocol of midjourney-proxy and its successors. Pictures follow pictures by buttons; what a button's
 * window asks for is answered at once, and only the answer costs something.
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
    const task = await fetchTask(idIn(handle), account, signal)
    if (!task) return { status: 'failed', reason: 'The relay does not know it any more.' }
    const progress = progressOf(task, request, account)
    if (progress.status !== 'completed' || !objectIn(handle).isUnprompted) return progress
    return { ...progress, result: { ...progress.result, logs: [UNPROMPTED] } }
  },
  // Few relays have it, and none undoes what is done: a refusal means that the work goes on.
  async cancel(handle, account, signal) {
    await callMidjourney(account, {
      method: 'POST',
      path: `/mj/task/${encodeURIComponent(idIn(handle))}/cancel`,
      signal,
    })
  },
  // The task object itself, at every change.
  readCallback({ id, submitTime, imageUrl }) {
    const isOurs = typeof id === 'string' && (submitTime !== undefined || imageUrl !== undefined)
    return isOurs ? { handle: { id } } : undefined
  },
}

/** Relays take the key as every protocol has it, midjourney-proxy itself in a header of its own. */
async function callMidjourney(account: Account, call: Omit<Call, 'headers'>): Promise<Json> {
  const headers = { ...bearer(account), 'mj-api-secret': account.settings.apiKey ?? '' }
  const refused = (answer: Refused) =>
    (call.errorOf ?? errorOf)(answer) ?? codeError(answer.body, answer.message, call.isPaid === true)
  return (await callVendor(account, { ...call, headers, errorOf: refused })).body
}

/**
 * The protocol's own numbers, whatever the status: 1 and 22 are taken, 21 wants more or exists already. 3 is a task that
 * is not there or no account that could do it, 4 a fault of the request, 5 one of the relay on its way, 9 a failure, 23 a
 * full queue, 24 a banned word, 30 too many calls.
 */
function codeError(body: Json, message: string, isPaid: boolean): PolyphonyError | undefined {
  const { code, description } = objectIn(body)
  const words = textIn(description) ?? message
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
    case 24:
      return new PolyphonyError('content_moderated', bannedWordIn(body) ?? words)
    default:
      return undefined
  }
}

function bannedWordIn(body: Json): string | undefined {
  const word = textIn(objectIn(objectIn(body).properties).bannedWord)
  return word && `Midjourney does not take the word "${word}".`
}

const UNPROMPTED = 'The relay opened no window for a prompt: what was drawn has that of the task it follows.'

interface Answer {
  /** The task, or the window that waits to be filled in. */
  id: string
  isWindow: boolean
  /** What the window shows. */
  prompt: string
}

async function send(account: Account, { path, json }: RelayRequest, signal: AbortSignal): Promise<Answer> {
  const body = await callMidjourney(account, { method: 'POST', path, json, signal, isPaid: true })
  const { code, description, result, properties } = objectIn(body)
  const id = typeof result === 'number' ? String(result) : textIn(result)
  const { finalPrompt, remix, imageUrl } = objectIn(properties)
  if ((code === 1 || code === 22 || code === 21) && id !== undefined) {
    // Code 21 also says that the same was asked for before, and then shows what came of it.
    const isWindow = code === 21 && (remix === true || /confirm/i.test(String(description)) || imageUrl === undefined)
    return { id, isWindow, prompt: textIn(finalPrompt) ?? '' }
  }
  const words = textIn(description) ?? 'The relay took the task and named no id.'
  throw (
    errorOf({ status: 400, body, message: words }) ??
    codeError(body, words, true) ??
    vendorError({ status: 502, message: words, isPaid: true })
  )
}

async function post(account: Account, posted: RelayRequest, signal: AbortSignal): Promise<Submitted> {
  const { id } = await send(account, posted, signal)
  return { handle: { id } }
}

/** A follow-up: the parent's button or, where it has none, the change by its number; then the window, if one opens. */
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
  // A prompt of its own is given in a window, which opens on demand.
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
  const { result, description } = objectIn(await callMidjourney(account, { path, signal, isPaid: true }))
  const value = typeof result === 'number' ? String(result) : textIn(result)
  if (value !== undefined) return { result: textsResult([value]) }
  throw new PolyphonyError('vendor_refused', textIn(description) ?? 'The relay knows no seed of the task.')
}

/** Null where the relay knows none: it says so with 400, midjourney-proxy itself with an empty body. */
async function fetchTask(id: string, account: Account, signal: AbortSignal): Promise<JsonObject | null> {
  try {
    const path = `/mj/task/${encodeURIComponent(id)}/fetch`
    const task = await callMidjourney(account, { path, signal, errorOf: lookErrorOf })
    if (task === null || (isJsonObject(task) && typeof task.status === 'string')) return task
  } catch (error) {
    if (error instanceof PolyphonyError && error.code === 'task_not_found') return null
    throw error
  }
  throw vendorError({ status: 502, message: 'The relay’s answer is no task.', isPaid: false })
}

function progressOf(task: JsonObject, request: TaskRequest, account: Account): Progress {
  const { status, failReason, progress, buttons } = task
  switch (status) {
    case 'SUCCESS': {
      const result = resultIn(task, request, account)
      if (!result) {
        return { status: 'failed', reason: 'The relay says that it is done, and delivered nothing that can be read.' }
      }
      return { status: 'completed', result, handle: { id: String(task.id), buttons: buttonsIn(buttons) } }
    }
    case 'FAILURE':
    case 'CANCEL':
      return failureOf(textIn(failReason))
    default: {
      const percent = percentOf(progress)
      return percent === undefined ? { status: 'processing' } : { status: 'processing', progress: percent }
    }
  }
}

function resultIn(task: JsonObject, request: TaskRequest, account: Account): Result | undefined {
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

/** Where a relay shows the four pictures only side by side, that is all that there is: it stands for the first, too. */
function picturesIn(task: JsonObject, request: TaskRequest, account: Account, hasGrid: boolean): Result | undefined {
  const whole = textIn(task.imageUrl)
  const singles = urlsIn(task.imageUrls)
  const at = (url: string) => fileAt(account, url)
  const shown = singles.length > 0 && (hasGrid || whole === undefined) ? singles : whole === undefined ? [] : [whole]
  if (shown.length === 0) return undefined
  return imagesResult(request, shown.map(at), hasGrid && whole !== undefined ? at(whole) : undefined)
}

function videosIn({ videoUrls, videoUrl }: JsonObject, request: TaskRequest, account: Account): Result | undefined {
  const listed = (Array.isArray(videoUrls) ? videoUrls : []).filter(isJsonObject)
  const all = listed.length > 0 ? listed : [{ url: videoUrl ?? '' }]
  const made = all.flatMap(({ url, thumbnail }: JsonObject) => {
    const video = textIn(url)
    const cover = textIn(thumbnail)
    if (video === undefined) return []
    return [{ video: fileAt(account, video), ...(cover === undefined ? {} : { cover: fileAt(account, cover) }) }]
  })
  return made.length === 0 ? undefined : videosResult(request, made)
}

/** Prompts that describe or shorten stand in one text, each behind its number in a frame. */
function textsIn({ properties, prompt, promptEn }: JsonObject): Result | undefined {
  const { finalPrompt } = objectIn(properties)
  const text = textIn(finalPrompt) ?? textIn(prompt) ?? textIn(promptEn) ?? ''
  const texts = text
    .split(/(?:^|\n)[^\S\n]*(?:\d\uFE0F?\u20E3|\d[.)])\s*/)
    .map((one) => one.trim())
    .filter((one) => one !== '')
  return texts.length === 0 ? undefined : textsResult(texts)
}

function urlsIn(value: Json | undefined): string[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((one) => textIn(isJsonObject(one) ? one.url : one) ?? [])
}

function idIn(handle: Json): string {
  const { id } = objectIn(handle)
  if (typeof id === 'string') return id
  throw wrongHandle()
}
