import { PolyphonyError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { dataUri } from '../kit/input-files.ts'
import { readIfFits } from '../kit/read-wire.ts'
import type { Job } from '../provider.ts'
import { textIn } from './errors.ts'
import { MidjourneyHandle } from './wire.ts'

/** Paths and bodies of the Midjourney relay protocol. */

export interface RelayRequest {
  path: string
  json: JsonObject
}

/**
 * The body of an operation that presses no button. `skip_prompt_check` has no counterpart: relays always check, and name the
 * word that they refuse.
 */
export async function bodyFor(taskType: string, job: Job, signal: AbortSignal): Promise<RelayRequest> {
  const body = BODIES[taskType]
  if (!body) throw new PolyphonyError('no_provider', `Relays do not perform ${job.operation}.`)
  const { input, callbackUrl } = job
  if (input.bot_id) throw new PolyphonyError('vendor_refused', 'bot_id must be 0: relays have no such ids.')
  const { path, json } = await body(job, signal)
  return {
    path: `${speedPath(input)}${path}`,
    json: {
      ...json,
      ...(input.bot_type === 'niji' ? { botType: 'NIJI_JOURNEY' } : {}),
      ...(callbackUrl === undefined ? {} : { notifyHook: callbackUrl }),
    },
  }
}

type Body = (job: Job, signal: AbortSignal) => Promise<RelayRequest>

const BODIES: Record<string, Body> = {
  async imagine(job, signal) {
    const { pictures, urls } = await references(job, signal)
    const prompt = [...urls, promptWith(job.input)].join(' ')
    return { path: '/submit/imagine', json: { prompt, ...(pictures.length === 0 ? {} : { base64Array: pictures }) } }
  },
  async blend(job, signal) {
    const { dimension, aspect_ratio, image_urls } = job.input
    const named = Array.isArray(image_urls) ? image_urls.map(String) : []
    const base64Array = await Promise.all(named.map((one) => dataOf(one, job, signal)))
    return { path: '/submit/blend', json: { base64Array, dimensions: dimensionsOf(dimension, aspect_ratio) } }
  },
  async describe(job, signal) {
    return { path: '/submit/describe', json: { base64: await dataOf(String(job.input.image_url), job, signal) } }
  },
  shorten: async ({ input }) => ({ path: '/submit/shorten', json: { prompt: promptWith(input) } }),
  async edits(job, signal) {
    const { mask, image_url } = job.input
    const json = { prompt: promptWith(job.input), image: await addressOf(String(image_url), job, signal) }
    const masked = textIn(mask)
    const maskBase64 = masked === undefined ? {} : { maskBase64: await dataOf(masked, job, signal) }
    return { path: '/submit/edits', json: { ...json, ...maskBase64 } }
  },
  async retexture(job, signal) {
    const image = await addressOf(String(job.input.image_url), job, signal)
    return { path: '/submit/retexture', json: { prompt: promptWith(job.input), image } }
  },
  async video(job, signal) {
    const { prompt, image_url, image_tail_url, origin_task_id, index, action, motion, loop, video_type, batch_size } =
      job.input
    const image = textIn(image_url)
    const endImage = textIn(image_tail_url)
    const json: JsonObject = {
      ...(prompt ? { prompt } : {}),
      motion: motion ?? 'low',
      loop: loop ?? false,
      videoType: video_type ?? 'vid_1.1_i2v_480',
      batchSize: batch_size ?? 4,
      ...(image === undefined ? {} : { image: await addressOf(image, job, signal) }),
      ...(endImage === undefined ? {} : { endImage: await addressOf(endImage, job, signal) }),
      ...(origin_task_id ? { taskId: parentOf(job).id, index: index ?? 0 } : {}),
      ...(action ? { action } : {}),
    }
    return { path: '/submit/video', json }
  },
  'face-swap': async (job, signal) => {
    const { swap_image, target_image } = job.input
    const sourceBase64 = await dataOf(String(swap_image), job, signal)
    return {
      path: '/insight-face/swap',
      json: { sourceBase64, targetBase64: await dataOf(String(target_image), job, signal) },
    }
  },
}

/** Pictures to follow: by their URLs at the front of the prompt, where the bot reads them, else in the body. */
async function references(job: Job, signal: AbortSignal): Promise<{ urls: string[]; pictures: string[] }> {
  const { image_urls } = job.input
  const named = Array.isArray(image_urls) ? image_urls.map(String) : []
  const urls = named.flatMap((one) => job.urlOf(one) ?? [])
  const stored = named.filter((one) => job.urlOf(one) === undefined)
  return { urls, pictures: await Promise.all(stored.map((one) => dataOf(one, job, signal))) }
}

/** The prompt with the ratio, which the bot takes as a parameter only; a ratio that the prompt already has wins. */
export function promptWith({ prompt, aspect_ratio }: JsonObject): string {
  const text = textIn(prompt) ?? ''
  const ratio = textIn(aspect_ratio)
  if (ratio === undefined || ratio === '1:1' || /(?:--|—)(?:ar|aspect)\s/.test(text)) return text
  return `${text} --ar ${ratio}`.trimStart()
}

/** The prompt for a window: the caller's, or the one that the window shows; a zoom is a parameter in it. */
export function windowPrompt(shown: string, input: JsonObject, isZoom: boolean): string {
  const prompt = promptWith({ ...input, prompt: textIn(input.prompt) ?? shown })
  if (!isZoom) return prompt
  return `${prompt.replace(/(?<!\s)\s*(?:--|—)zoom\s+\S+/, '')} --zoom ${input.zoom_ratio}`.trimStart()
}

const DIMENSIONS: Record<string, string> = { '1:1': 'SQUARE', '2:3': 'PORTRAIT', '3:2': 'LANDSCAPE' }

function dimensionsOf(dimension: Json | undefined, ratio: Json | undefined): string {
  const word = textIn(ratio) === undefined ? String(dimension || 'square').toUpperCase() : DIMENSIONS[String(ratio)]
  if (word !== undefined) return word
  throw new PolyphonyError('vendor_refused', `aspect_ratio must be 1:1, 2:3 or 3:2 at relays, not ${ratio}.`)
}

/** Fast is the relays' default; the other speeds have paths of their own. */
export function speedPath({ process_mode: mode }: JsonObject): string {
  return mode === 'relax' || mode === 'turbo' ? `/mj-${mode}/mj` : '/mj'
}

/** The parent's id at the relay, and the buttons that it had in the end. */
export function parentOf({ parent }: Job): { id: string; buttons: string[] } {
  const { id, buttons = [] } = readIfFits(MidjourneyHandle, parent?.handle) ?? {}
  if (id !== undefined) return { id, buttons }
  throw new PolyphonyError('vendor_refused', 'The task that this one follows was not made by this relay account.')
}

/** A picture in the request, as most of the protocol wants it. */
export async function dataOf(reference: string, job: Job, signal: AbortSignal): Promise<string> {
  return dataUri(await job.file(reference, signal))
}

/** By its URL, where both are taken and there is one. */
async function addressOf(reference: string, job: Job, signal: AbortSignal): Promise<string> {
  return job.urlOf(reference) ?? dataOf(reference, job, signal)
}
