import type { Static } from 'typebox'
import type { Json, JsonObject } from '../../core/json.ts'
import { frameIn, isPortrait } from '../kit/first-frame.ts'
import { base64 } from '../kit/input-files.ts'
import { readAnswer, readHandle } from '../kit/read-wire.ts'
import { type Source, videosResult } from '../kit/results.ts'
import { fileOfVendor } from '../kit/vendor-call.ts'
import { speaksOfModeration } from '../kit/vendor-errors.ts'
import { fileAtUrl } from '../kit/vendor-files.ts'
import type { Account, InputFile, Job, Progress, Submitted, TaskRequest } from '../provider.ts'
import { callGoogle, errorOf, findAtGoogle, headersOf, pathOf } from './call.ts'
import { Handle, LongRunning, Started, type VideoFile } from './wire.ts'

/**
 * Veo by `predictLongRunning`. Google closed it for API keys on 2026-10-22; gateways that speak the same protocol serve it
 * still, by their base address. The API always makes sound: it has no counterpart of
 * `generate_audio: false`.
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
  const first = await frameIn(job, image_url, signal)
  const last = await frameIn(job, tail_image_url, signal)
  const answer = await callGoogle(account, {
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
  const { name } = readAnswer(Started, answer, 'Google', { isPaid: true })
  return { handle: { name }, pollAfterMs: POLL_MS }
}

function imageOf(file: InputFile): JsonObject {
  return { bytesBase64Encoded: base64(file), mimeType: file.mediaType }
}

/** The one of Veo's two ratios that is nearer to the first frame's. */
async function ratioOf(first: InputFile | undefined): Promise<string> {
  return first && (await isPortrait(first)) ? '9:16' : '16:9'
}

export async function pollVideo(
  handle: Json,
  account: Account,
  signal: AbortSignal,
  request: TaskRequest,
): Promise<Progress> {
  const found = await findAtGoogle(account, { path: pathIn(handle), signal, hasFiles: true })
  if (!found) return { status: 'failed', reason: 'Google no longer knows the video.' }
  const { done, error, response } = readAnswer(LongRunning, found.body, 'Google')
  if (done !== true) return { status: 'processing', pollAfterMs: POLL_MS }
  if (error) return failed(error.message ?? `Google reported the error code ${error.code}.`)
  const {
    generatedSamples: samples = [],
    raiMediaFilteredReasons: filtered = [],
    raiMediaFilteredCount: filteredCount = 0,
  } = response?.generateVideoResponse ?? {}
  const videos = samples.flatMap(({ video }) => sourceOf(video, account)).map((video) => ({ video }))
  if (videos.length > 0) return { status: 'completed', result: videosResult(request, videos) }
  if (filtered.length > 0 || filteredCount > 0) {
    return { status: 'failed', reason: filtered.join(' ') || 'Google filtered the video out.', isModerated: true }
  }
  return failed('Google reported success without a file.')
}

function failed(reason: string): Progress {
  return { status: 'failed', reason, isModerated: speaksOfModeration(reason) || /usage guidelines/i.test(reason) }
}

/** The operation's name is a path: `models/veo-…/operations/…`. */
function pathIn(handle: Json): string {
  const { name } = readHandle(Handle, handle, 'Google')
  return name.split('/').map(encodeURIComponent).join('/')
}

/** A file of the API needs the key, and is read at the account's own address, as Google's package does. */
function sourceOf({ uri, encodedVideo }: Static<typeof VideoFile>, account: Account): Source[] {
  if (encodedVideo !== undefined) return [Buffer.from(encodedVideo, 'base64')]
  if (uri === undefined) return []
  const [, id] = /\/files\/([A-Za-z0-9_-]+)(?::download)?(?:\?.*)?$/s.exec(uri) ?? []
  return [id === undefined ? fileAtUrl(uri) : { read: (signal) => downloadFile(id, account, signal) }]
}

async function downloadFile(id: string, account: Account, signal: AbortSignal): Promise<Uint8Array> {
  const { bytes } = await fileOfVendor(account, {
    path: pathOf(`files/${id}:download`),
    query: { alt: 'media' },
    headers: headersOf(account),
    errorOf,
    signal,
  })
  return bytes
}
