import type LumaAI from 'lumaai'
import { getOperation } from '../../catalog/catalog.ts'
import { lumaExtend, lumaVideo } from '../../catalog/luma.ts'
import {
  lumaAudio,
  lumaImage,
  lumaModify,
  lumaReframeImage,
  lumaReframeVideo,
  lumaUpscale,
} from '../../catalog/luma-tools.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { taskOfItem } from '../../core/ids.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { IdHandle, readHandle } from '../kit/read-wire.ts'
import type { Account, Job } from '../provider.ts'

type Generation = LumaAI.Generation

/** The parts of a call: the input has the fields that the catalogue knows, with their files as URLs. */
export interface LumaCall {
  client: LumaAI
  input: JsonObject
  job: Job
  account: Account
  signal: AbortSignal
}

/** Makes the paid call. Throws `vendor_refused` before it for what Luma does not have. */
export type Send = (call: LumaCall) => Promise<Generation>

export const SENDERS: Record<string, Send> = {
  [lumaVideo.id]: video,
  [lumaExtend.id]: video,
  [lumaImage.id]: ({ client, input, job, signal }) => client.generations.image.create(body(input, job), { signal }),
  [lumaModify.id]: ({ client, input, job, signal }) =>
    client.generations.video.modify(body({ ...input, generation_type: 'modify_video' }, job), { signal }),
  [lumaReframeVideo.id]: ({ client, input, job, signal }) =>
    client.generations.video.reframe(body({ ...input, generation_type: 'reframe_video' }, job), { signal }),
  [lumaReframeImage.id]: ({ client, input, job, signal }) =>
    client.generations.image.reframe(body({ ...input, generation_type: 'reframe_image' }, job), { signal }),
  [lumaUpscale.id]: ({ client, input: { resolution }, job, account, signal }) =>
    client.generations.upscale(parentOf(job, account), body({ resolution: resolution ?? '1080p' }, job), { signal }),
  [lumaAudio.id]: ({ client, input: { origin_task_id: _, ...input }, job, account, signal }) =>
    client.generations.audio(parentOf(job, account), body(input, job), { signal }),
}

/** The input's fields that the catalogue knows. Others could make the call wait, or name a callback URL of the caller's. */
export function knownIn({ operation }: Pick<Job, 'operation'>, input: JsonObject): JsonObject {
  const names = Object.keys(getOperation(operation).input.properties)
  return Object.fromEntries(Object.entries(input).filter(([name, value]) => names.includes(name) && value !== ''))
}

/** Luma fetches files itself, and takes none that are sent along (inferred). Throws `vendor_refused`. */
export function urlFor(job: Job, reference: string): string {
  const url = job.urlOf(reference)
  if (url !== undefined) return url
  const why = 'a stored file needs PUBLIC_URL to have one that Luma can reach.'
  throw new PolyphonyError('vendor_refused', `Luma takes files by their URL only: ${why}`)
}

/** `expand_prompt` is not sent: Luma has no such switch. */
function video({ client, input, job, account, signal }: LumaCall): Promise<Generation> {
  const { key_frames, start_image, end_image, model, model_name, duration, expand_prompt: _, ...rest } = input
  const { frame0, frame1 } = isJsonObject(key_frames) ? key_frames : {}
  const keyframes = {
    ...frameAs('frame0', frame0, start_image, job, account),
    ...frameAs('frame1', frame1, end_image, job, account),
  }
  const frames = Object.keys(keyframes).length === 0 ? {} : { keyframes }
  const params = { ...rest, model: modelOf(model ?? model_name), duration: `${duration ?? 5}s`, ...frames }
  return client.generations.video.create(body(params, job), { signal })
}

/** The names of PiAPI, of relays and of Luma's own API, which has neither what was before ray-2 nor what came after. */
const RAY: Record<string, 'ray-2' | 'ray-flash-2'> = {
  'ray-2': 'ray-2',
  'ray-v2': 'ray-2',
  'ray-flash-2': 'ray-flash-2',
}

function modelOf(named: Json | undefined): 'ray-2' | 'ray-flash-2' {
  const model = RAY[String(named ?? 'ray-2')]
  if (model !== undefined) return model
  throw new PolyphonyError('vendor_refused', `Luma's Dream Machine API has no model "${String(named)}"; use "ray-2".`, {
    field: 'model',
  })
}

/** A frame in either spelling; clients send an empty one for none. */
function frameAs(
  name: string,
  frame: Json | undefined,
  image: Json | undefined,
  job: Job,
  account: Account,
): JsonObject {
  if (isJsonObject(frame) && frame.type === 'generation') {
    // A task has one parent only.
    if (job.parent === null || taskOfItem(String(frame.id)).taskId !== job.parent.id) {
      throw new PolyphonyError('vendor_refused', `key_frames.${name} must name the same task as the other frame.`, {
        field: `key_frames.${name}`,
      })
    }
    return { [name]: { type: 'generation', id: parentOf(job, account) } }
  }
  if (isJsonObject(frame) && frame.type === 'video' && frame.url) {
    throw new PolyphonyError(
      'vendor_refused',
      `key_frames.${name}.type must not be "video": Luma continues its own videos only, named by their task.`,
      { field: `key_frames.${name}.type` },
    )
  }
  const url = (isJsonObject(frame) ? frame.url : undefined) || image
  return url ? { [name]: { type: 'image', url } } : {}
}

/**
 * What the catalogue has checked is what the package's types describe, field for field: they were written from the same
 * API. So this is the one place where the one is taken for the other.
 */
function body<Params>(input: JsonObject, { callbackUrl }: Job): Params {
  return { ...input, ...(callbackUrl === undefined ? {} : { callback_url: callbackUrl }) } as Params
}

/** The vendor's id of what the task builds on, which only the account that made it knows. */
function parentOf({ parent }: Job, { id }: Account): string {
  if (parent?.account === id && parent.handle !== null) return idIn(parent.handle)
  throw new PolyphonyError('vendor_refused', 'The task that this one follows was not made by this Luma account.')
}

export function idIn(handle: Json): string {
  return readHandle(IdHandle, handle, 'Luma').id
}
