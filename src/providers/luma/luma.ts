import LumaAI, { type ClientOptions } from 'lumaai'
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
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { withUrls } from '../input-files.ts'
import { madePictures, madeVideos } from '../made.ts'
import type { Account, Asked, Job, Progress, Provider } from '../provider.ts'
import { packageError, speaksOfModeration, vendorError } from '../vendor-errors.ts'

type Generation = LumaAI.Generation
/** What a request has in common: the file fields are filled in, and so is who is to be called. */
type Send = (client: LumaAI, input: JsonObject, job: Job, signal: AbortSignal) => Promise<Generation>

const POLL_MS = 3_000

/**
 * Luma's Dream Machine through its own package, `lumaai`. The vendor takes no idempotency key and lists what was made
 * without saying for whom, so a lost answer is not found again: only a callback can tell of it.
 */
export function lumaProvider(): Provider {
  return {
    id: 'luma',
    operations: new Set(Object.keys(SENDERS)),
    async submit(job, account, signal) {
      const send = SENDERS[job.operation]
      if (!send) throw new PolyphonyError('no_provider', `Luma does not perform ${job.operation}.`)
      const input = await withUrls(job, signal)
      const generation = await answered(() => send(clientOf(account), input, job, signal), { isPaid: true, signal })
      return { handle: handleOf(generation), pollAfterMs: POLL_MS }
    },
    async poll(handle, account, signal, asked) {
      const generation = await found(() => clientOf(account).generations.get(idIn(handle), { signal }), signal)
      return generation
        ? progressOf(generation, asked)
        : { status: 'failed', reason: 'Luma does not know it any more.' }
    },
    // A generation that is deleted while it is made is not made to its end.
    async cancel(handle, account, signal) {
      await found(() => clientOf(account).generations.delete(idIn(handle), { signal }), signal)
    },
    async receive({ rawBody }) {
      const body: unknown = JSON.parse(rawBody)
      return isJsonObject(body) && typeof body.id === 'string' ? { handle: { id: body.id } } : {}
    },
    async probe(account, signal) {
      await answered(() => clientOf(account).credits.get({ signal }), { isPaid: false, signal })
    },
  }
}

function clientOf({ settings, fetch }: Account): LumaAI {
  return new LumaAI({
    authToken: settings.apiKey ?? '',
    baseURL: settings.baseUrl ?? null,
    maxRetries: 0, // a paid call is made once; what follows is for the dispatcher to say
    fetch: fetch as unknown as NonNullable<ClientOptions['fetch']>, // typed for node-fetch, and called as fetch is
  })
}

/** `null` where nothing is known under the id. */
async function found<Found>(ask: () => Promise<Found>, signal: AbortSignal): Promise<Found | null> {
  try {
    return await ask()
  } catch (thrown) {
    if (thrown instanceof LumaAI.APIError && thrown.status === 404) return null
    throw packageError(thrown, { isPaid: false, signal })
  }
}

async function answered<Found>(
  ask: () => Promise<Found>,
  options: { isPaid: boolean; signal: AbortSignal },
): Promise<Found> {
  try {
    return await ask()
  } catch (thrown) {
    throw packageError(thrown, options)
  }
}

const SENDERS: Record<string, Send> = {
  [lumaVideo.id]: video,
  [lumaExtend.id]: video,
  [lumaImage.id]: (client, input, job, signal) => client.generations.image.create(body(input, job), { signal }),
  [lumaModify.id]: (client, input, job, signal) =>
    client.generations.video.modify(body({ ...input, generation_type: 'modify_video' }, job), { signal }),
  [lumaReframeVideo.id]: (client, input, job, signal) =>
    client.generations.video.reframe(body({ ...input, generation_type: 'reframe_video' }, job), { signal }),
  [lumaReframeImage.id]: (client, input, job, signal) =>
    client.generations.image.reframe(body({ ...input, generation_type: 'reframe_image' }, job), { signal }),
  [lumaUpscale.id]: (client, { resolution }, job, signal) =>
    client.generations.upscale(parentOf(job), body({ resolution: resolution ?? '1080p' }, job), { signal }),
  [lumaAudio.id]: (client, { origin_task_id: _, ...input }, job, signal) =>
    client.generations.audio(parentOf(job), body(input, job), { signal }),
}

function video(client: LumaAI, input: JsonObject, job: Job, signal: AbortSignal): Promise<Generation> {
  const { key_frames, start_image, end_image, model, model_name, duration, expand_prompt: _, ...rest } = input
  const frames = isJsonObject(key_frames) ? key_frames : {}
  const keyframes = {
    ...frameAs('frame0', frames.frame0 ?? start_image, job),
    ...frameAs('frame1', frames.frame1 ?? end_image, job),
  }
  return client.generations.video.create(
    body(
      {
        ...rest,
        model: RAY[String(model ?? model_name ?? '')] ?? 'ray-2',
        duration: `${duration ?? 5}s`,
        ...(Object.keys(keyframes).length === 0 ? {} : { keyframes }),
      },
      job,
    ),
    { signal },
  )
}

/** The names of PiAPI and of relays. Luma's own API ends at ray-2; what is newer is served by it (inferred). */
const RAY: Record<string, 'ray-2' | 'ray-flash-2'> = {
  'ray-2': 'ray-2',
  'ray-v2': 'ray-2',
  'ray-flash-2': 'ray-flash-2',
}

function frameAs(name: string, frame: Json | undefined, job: Job): JsonObject {
  if (typeof frame === 'string') return frame === '' ? {} : { [name]: { type: 'image', url: frame } }
  if (!isJsonObject(frame)) return {}
  if (frame.type === 'generation') return { [name]: { type: 'generation', id: parentOf(job) } }
  return frame.url ? { [name]: { type: 'image', url: frame.url } } : {}
}

/**
 * What the catalogue has checked is what the package's types describe, field for field: they were written from the same
 * API. So this is the one place where the one is taken for the other.
 */
function body<Params>(input: JsonObject, { callbackUrl }: Job): Params {
  return { ...input, ...(callbackUrl === undefined ? {} : { callback_url: callbackUrl }) } as Params
}

/** The vendor's id of what the task builds on. */
function parentOf({ parent }: Job): string {
  return idIn(parent?.handle ?? null)
}

function handleOf({ id }: Generation): JsonObject {
  if (!id) throw vendorError({ status: 502, message: 'Luma accepted the generation and named no id.', isPaid: true })
  return { id }
}

function idIn(handle: Json): string {
  if (isJsonObject(handle) && typeof handle.id === 'string') return handle.id
  throw new PolyphonyError('internal', 'The handle is none of Luma’s.')
}

function progressOf({ state, failure_reason, assets }: Generation, asked: Asked): Progress {
  if (state === 'failed') {
    const reason = failure_reason || 'Luma says that it failed, and not why.'
    return { status: 'failed', reason, isModerated: speaksOfModeration(reason) }
  }
  if (state !== 'completed') return { status: 'processing', pollAfterMs: POLL_MS }
  if (assets?.image) return { status: 'completed', result: madePictures(asked, [{ url: assets.image }]) }
  if (assets?.video) return { status: 'completed', result: madeVideos(asked, [{ video: { url: assets.video } }]) }
  return { status: 'failed', reason: 'Luma says that it is done, and delivered nothing.' }
}
