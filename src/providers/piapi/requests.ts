import { getOperation } from '../../catalog/catalog.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { clipIn } from '../kit/clips.ts'
import { base64, dataUri, withFiles } from '../kit/input-files.ts'
import { IdHandle, readAnswer, readHandle } from '../kit/read-wire.ts'
import { callVendor } from '../kit/vendor-call.ts'
import type { Account, InputFile, Job } from '../provider.ts'
import { isPiapisOwn, refuseWhatIsDropped } from './operations.ts'
import { Upload } from './wire.ts'

/** The catalogue's fields are PiAPI's own, so that only files and ids have to be translated. */
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
  return readAnswer(Upload, body, 'PiAPI').data.url
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
      ? // Midjourney itself reads pictures at the front of the prompt.
        { ...input, prompt: [...pictures, prompt].join(' ') }
      : {
          ...input,
          ...(prompt === undefined ? {} : { prompt }),
          ...(pictures === undefined ? {} : { image_urls: pictures }),
        },
  // PiAPI takes "auto" between two frames of Seedance 2 only; elsewhere the ratio is left to it by leaving it out.
  seedance: ({ aspect_ratio, ...input }) =>
    aspect_ratio === 'auto' && input.mode !== 'first_last_frames'
      ? input
      : { ...input, ...(aspect_ratio === undefined ? {} : { aspect_ratio }) },
  // Bare samples are of no type that a file could be served with: they come in a WAV.
  byteaudio: (input) => (input.format === 'pcm' ? { ...input, format: 'wav' } : input),
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

/** Fields that name a task of ours, for which PiAPI has another id. */
const TASKS = ['origin_task_id', 'task_id', 'draft_task_id']
/** Fields that name a clip of ours. */
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

/** PiAPI's id of the parent task, which only the account that made it knows. */
function taskOf({ parent }: Job, { id }: Account): string {
  if (parent?.account === id && parent.handle !== null) return idIn(parent.handle)
  throw new PolyphonyError('vendor_refused', 'The task that this one follows was not made by this PiAPI account.')
}

function clipOf(clipId: string, { parent }: Job): string {
  const vendorId = clipIn(parent, clipId)?.vendorId
  if (typeof vendorId === 'string') return vendorId
  throw new PolyphonyError('vendor_refused', `PiAPI's id of the clip ${clipId} is not known.`)
}

export function idIn(handle: Json): string {
  return readHandle(IdHandle, handle, 'PiAPI').id
}

/**
 * PiAPI's table of errors is not public: a lack of credit and limits are recognised by the message, whatever the status.
 * 402 for credit and 403 for a plan that is too low come from third parties; the words are inferred.
 */
export function errorOf({ status, message }: { status: number; message: string }): PolyphonyError | undefined {
  if (status === 401 || status === 404) return undefined
  if (LACKS_CREDIT.test(message) || (status === 403 && /\bplan\b/i.test(message))) {
    return new PolyphonyError('account_refused', message, { lacks: 'credit' })
  }
  return status !== 429 && /concurren/i.test(message) ? new PolyphonyError('account_busy', message) : undefined
}

const LACKS_CREDIT = /(?:insufficient|not enough|too few|too little)[^.]{0,200}(?:credit|point|balance|quota|fund)/i
