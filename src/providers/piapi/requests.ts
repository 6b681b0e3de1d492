import { getOperation } from '../../catalog/catalog.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { clipIn } from '../kit/clips.ts'
import { base64, dataUri, withFiles } from '../kit/input-files.ts'
import { callVendor } from '../kit/vendor-call.ts'
import type { Account, InputFile, Job } from '../provider.ts'
import { isPiapisOwn, refuseWhatIsDropped } from './operations.ts'

/** What PiAPI is asked: the catalogue's fields are its own, so that only what they name is put into its terms. */
export async function inputFor(job: Job, account: Account, signal: AbortSignal): Promise<JsonObject> {
  if (isPiapisOwn(account)) refuseWhatIsDropped(job.operation, job.input)
  const input = await withFiles(job, (reference) => addressOf(reference, job, account, signal))
  const respell = RESPELT[getOperation(job.operation).model]
  return withParent(respell ? respell(input) : input, job, account)
}

/**
 * A URL where PiAPI can reach one. Otherwise Qubico's services take the file in the request, and so do masks of
 * Midjourney; whatever PiAPI relays takes URLs only, for which it keeps uploads a day. That an upload is found by every
 * relayed service is inferred.
 */
async function addressOf(reference: string, job: Job, account: Account, signal: AbortSignal): Promise<string> {
  const url = job.urlOf(reference)
  if (url !== undefined) return url
  const file = await job.file(reference, signal)
  const isTakenAsData = job.operation.startsWith('Qubico/') || reference === job.input.mask
  return isTakenAsData ? dataUri(file) : upload(file, account, signal)
}

const UPLOADS = 'https://upload.theapi.app'

/** PiAPI's uploads have a host of their own; another gateway of its kind has them where all else is. */
async function upload(file: InputFile, account: Account, signal: AbortSignal): Promise<string> {
  const { settings } = account
  const baseUrl = settings.uploadUrl || (isPiapisOwn(account) ? UPLOADS : (settings.baseUrl ?? ''))
  const { body } = await callVendor(
    { ...account, settings: { ...settings, baseUrl } },
    {
      method: 'POST',
      path: '/api/ephemeral_resource',
      headers: keyOf(account),
      json: { file_name: file.name.slice(-128), file_data: base64(file) },
      signal,
      errorOf,
    },
  )
  const data = isJsonObject(body) ? body.data : undefined
  if (isJsonObject(data) && typeof data.url === 'string') return data.url
  throw new PolyphonyError('vendor_unreachable', 'PiAPI took the upload and named no address.')
}

export function keyOf({ settings }: Account): Record<string, string> {
  return { 'x-api-key': settings.apiKey ?? '' }
}

/** Spellings of other protocols, by model. */
const RESPELT: Record<string, (input: JsonObject) => JsonObject> = {
  luma: ({ model, model_name, ...input }) => ({
    ...input,
    ...(model === undefined ? {} : { model: rayOf(model) }),
    ...(model_name === undefined ? {} : { model_name: rayOf(model_name) }),
  }),
  midjourney: ({ image_urls: pictures, prompt, ...input }) =>
    typeof prompt === 'string' && Array.isArray(pictures)
      ? // Where Midjourney itself reads them.
        { ...input, prompt: [...pictures, prompt].join(' ') }
      : {
          ...input,
          ...(prompt === undefined ? {} : { prompt }),
          ...(pictures === undefined ? {} : { image_urls: pictures }),
        },
  'music-u': ({ config, ...input }) => {
    const source = isJsonObject(config) && config.mode !== 'regular' ? config.source : undefined
    if (!isJsonObject(source) || !source.song_id || input.continue_song_id) return input
    return { ...input, continue_song_id: source.song_id }
  },
}

/** Luma's own name of a model that PiAPI has, too. */
function rayOf(model: Json): Json {
  return model === 'ray-2' ? 'ray-v2' : model
}

/** Fields that name a task of ours, which PiAPI knows by another id. */
const TASKS = ['origin_task_id', 'task_id']
/** Likewise a clip. */
const CLIPS = ['continue_clip_id', 'cover_clip_id', 'continue_song_id']

function withParent(input: JsonObject, job: Job, account: Account): JsonObject {
  const named: JsonObject = {}
  for (const name of TASKS) if (input[name]) named[name] = taskOf(job, account)
  for (const name of CLIPS) if (input[name]) named[name] = clipOf(String(input[name]), job)
  const frames = framesOf(input.key_frames, job, account)
  return { ...input, ...named, ...(frames === undefined ? {} : { key_frames: frames }) }
}

function framesOf(frames: Json | undefined, job: Job, account: Account): JsonObject | undefined {
  if (!isJsonObject(frames)) return undefined
  const named = (frame: Json): Json =>
    isJsonObject(frame) && frame.id ? { ...frame, id: taskOf(job, account) } : frame
  return Object.fromEntries(Object.entries(frames).map(([name, frame]) => [name, named(frame)]))
}

/** PiAPI's id of the task that is built on, which only the account knows that made it. */
function taskOf({ parent }: Job, { id }: Account): string {
  if (parent?.account === id && parent.handle !== null) return idIn(parent.handle)
  throw new PolyphonyError('vendor_refused', 'What this builds on was not made by this account at PiAPI.')
}

function clipOf(clipId: string, { parent }: Job): string {
  const vendorId = clipIn(parent, clipId)?.vendorId
  if (typeof vendorId === 'string') return vendorId
  throw new PolyphonyError('vendor_refused', `PiAPI has not told by which id it knows the clip ${clipId}.`)
}

export function idIn(handle: Json): string {
  if (isJsonObject(handle) && typeof handle.id === 'string') return handle.id
  throw new PolyphonyError('internal', 'The handle is none of PiAPI’s.')
}

/**
 * PiAPI's table of errors is not public: credit and limits are told by the words of the message, whatever the status.
 * 402 for credit and 403 for a plan that is too low are by third parties' word; the words are inferred.
 */
export function errorOf({ status, message }: { status: number; message: string }): PolyphonyError | undefined {
  if (status === 401 || status === 404) return undefined
  if (LACKS_CREDIT.test(message) || (status === 403 && /\bplan\b/i.test(message))) {
    return new PolyphonyError('account_refused', message, { lacks: 'credit' })
  }
  return status !== 429 && /concurren/i.test(message) ? new PolyphonyError('account_busy', message) : undefined
}

const LACKS_CREDIT = /(?:insufficient|not enough|too few|too little)[^.]{0,200}(?:credit|point|balance|quota|fund)/i
