import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { base64 } from '../kit/input-files.ts'
import { type Source, videosResult } from '../kit/results.ts'
import { fileOfVendor } from '../kit/vendor-call.ts'
import { speaksOfModeration } from '../kit/vendor-errors.ts'
import type { Account, InputFile, Job, Progress, Submitted, TaskRequest } from '../provider.ts'
import { callGoogle, errorOf, findAtGoogle, headersOf, pathOf } from './call.ts'

/**
 * Veo by `predictLongRunning`. Google closed it for API keys on 2026-10-22; gateways that speak the same protocol serve it
 * still, by their base address. The API makes sound always: `generate_audio` false is a wish that it does not know.
 */
const MODELS: Record<string, string> = {
  'veo3/veo3-video': 'veo-3.0-generate-001',
  'veo3/veo3-video-fast': 'veo-3.0-fast-generate-001',
  'veo3.1/veo3.1-video': 'veo-3.1-generate-preview',
  'veo3.1/veo3.1-video-fast': 'veo-3.1-fast-generate-preview',
}
export const VIDEO_OPERATIONS = Object.keys(MODELS)

const POLL_MS = 10_000 // as Google's examples do

export async function submitVideo(job: Job, account: Account, signal: AbortSignal): Promise<Submitted> {
  const { prompt = '', negative_prompt, image_url, tail_image_url, aspect_ratio, duration, resolution } = job.input
  const first = await frameAt(job, image_url, signal)
  const last = await frameAt(job, tail_image_url, signal)
  const { name } = await callGoogle(account, {
    method: 'POST',
    path: `models/${MODELS[job.operation]}:predictLongRunning`,
    json: {
      instances: [
        { prompt, ...(first ? { image: imageOf(first) } : {}), ...(last ? { lastFrame: imageOf(last) } : {}) },
      ],
      parameters: {
        aspectRatio: aspect_ratio === 'auto' ? await ratioOf(first) : (aspect_ratio ?? '16:9'),
        durationSeconds: Number.parseInt(String(duration), 10),
        resolution: resolution ?? '720p',
        ...(negative_prompt ? { negativePrompt: negative_prompt } : {}),
      },
    },
    signal,
    isPaid: true,
  })
  if (typeof name === 'string' && name !== '') return { handle: { name }, pollAfterMs: POLL_MS }
  throw new PolyphonyError('vendor_silent', 'Google accepted the video and named no operation.')
}

async function frameAt(job: Job, reference: Json | undefined, signal: AbortSignal): Promise<InputFile | undefined> {
  return typeof reference === 'string' && reference !== '' ? job.file(reference, signal) : undefined
}

function imageOf(file: InputFile): JsonObject {
  return { bytesBase64Encoded: base64(file), mimeType: file.mediaType }
}

/** Of the two shapes that Veo has, the one that is nearer to the first frame's. */
async function ratioOf(first: InputFile | undefined): Promise<string> {
  if (!first) return '16:9'
  const { default: sharp } = await import('sharp')
  try {
    const { autoOrient } = await sharp(first.bytes).metadata()
    return autoOrient.height > autoOrient.width ? '9:16' : '16:9'
  } catch (cause) {
    throw new PolyphonyError('unsupported_media', 'image_url is no picture that can be read.', { cause })
  }
}

export async function pollVideo(
  handle: Json,
  account: Account,
  signal: AbortSignal,
  request: TaskRequest,
): Promise<Progress> {
  const found = await findAtGoogle(account, { path: nameIn(handle), signal, hasFiles: true })
  if (!found) return { status: 'failed', reason: 'Google does not know it any more.' }
  if (found.done !== true) return { status: 'processing', pollAfterMs: POLL_MS }
  if (isJsonObject(found.error)) return failed(String(found.error.message || `code ${found.error.code}`))
  const response = isJsonObject(found.response) ? found.response : {}
  const made = isJsonObject(response.generateVideoResponse) ? response.generateVideoResponse : {}
  const samples = Array.isArray(made.generatedSamples) ? made.generatedSamples.filter(isJsonObject) : []
  const videos = samples.flatMap(({ video }) => (isJsonObject(video) ? sourceOf(video, account) : []))
  if (videos.length > 0) {
    return {
      status: 'completed',
      result: videosResult(
        request,
        videos.map((video) => ({ video })),
      ),
    }
  }
  const filtered = Array.isArray(made.raiMediaFilteredReasons) ? made.raiMediaFilteredReasons.map(String) : []
  if (filtered.length > 0 || Number(made.raiMediaFilteredCount) > 0) {
    return { status: 'failed', reason: filtered.join(' ') || 'Google filtered the video out.', isModerated: true }
  }
  return failed('Google says that it is done, and delivered nothing.')
}

function failed(reason: string): Progress {
  return { status: 'failed', reason, isModerated: speaksOfModeration(reason) || /usage guidelines/i.test(reason) }
}

/** The name is part of a path, and Google's: `models/veo-…/operations/…`. */
function nameIn(handle: Json): string {
  if (isJsonObject(handle) && typeof handle.name === 'string') {
    return handle.name.split('/').map(encodeURIComponent).join('/')
  }
  throw new PolyphonyError('internal', 'The handle is none of Google’s.')
}

/** A file of the API needs the key, and is asked for at the account's own address, as Google's package does. */
function sourceOf({ uri, encodedVideo }: JsonObject, account: Account): Source[] {
  if (typeof encodedVideo === 'string' && encodedVideo !== '') return [Buffer.from(encodedVideo, 'base64')]
  if (typeof uri !== 'string' || uri === '') return []
  const [, file] = /\/files\/([A-Za-z0-9_-]+)(?::download)?(?:\?.*)?$/s.exec(uri) ?? []
  return [file === undefined ? { url: uri } : { read: (signal) => fileCalled(file, account, signal) }]
}

async function fileCalled(id: string, account: Account, signal: AbortSignal): Promise<Uint8Array> {
  const { bytes } = await fileOfVendor(followingRedirects(account), {
    path: pathOf(`files/${id}:download`),
    query: { alt: 'media' },
    headers: headersOf(account),
    errorOf,
    signal,
  })
  return bytes
}

const MOST_HOPS = 3

/** Google may send a download on to where the file lies (its examples follow). The key stays at the account's origin. */
function followingRedirects(account: Account): Account {
  const follow = async (from: URL, init: RequestInit | undefined, left: number): Promise<Response> => {
    const answer = await account.fetch(from, init)
    const location = answer.status >= 300 && answer.status < 400 ? answer.headers.get('location') : null
    if (location === null || left === 0) return answer
    await answer.body?.cancel()
    const to = new URL(location, from)
    const { headers: _, ...withoutKey } = init ?? {}
    return follow(to, to.origin === from.origin ? init : withoutKey, left - 1)
  }
  return {
    ...account,
    fetch: (input, init) => follow(new URL(input instanceof Request ? input.url : input), init, MOST_HOPS),
  }
}
