import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { base64 } from '../kit/input-files.ts'
import { imagesResult, outputSpecFor } from '../kit/results.ts'
import type { Account, Failure, Job, Submitted } from '../provider.ts'
import { callGoogle } from './call.ts'

/**
 * Pictures by `generateContent`, which answers when they are made. The names without `-preview` are those that Google
 * keeps up; `gemini-2.5-flash-image` is closing.
 */
const MODELS: Record<string, string> = {
  'gemini/gemini-2.5-flash-image': 'gemini-2.5-flash-image',
  'gemini/nano-banana-pro': 'gemini-3-pro-image',
  'gemini/nano-banana-2': 'gemini-3.1-flash-image',
}
export const IMAGE_OPERATIONS = Object.keys(MODELS)

export async function submitImages(job: Job, account: Account, signal: AbortSignal): Promise<Submitted> {
  const model = MODELS[job.operation] ?? ''
  const json = await requestOf(job, signal)
  const answer = await callGoogle(account, {
    method: 'POST',
    path: `models/${model}:generateContent`,
    json,
    signal,
    isPaid: true,
    hasFiles: true,
  })
  const blocked = isJsonObject(answer.promptFeedback) ? answer.promptFeedback.blockReason : undefined
  if (typeof blocked === 'string')
    throw new PolyphonyError('content_moderated', `Google blocked the prompt: ${blocked}.`)
  const candidates = Array.isArray(answer.candidates) ? answer.candidates.filter(isJsonObject) : []
  const pictures = candidates.flatMap(partsOf).flatMap(pictureIn)
  if (pictures.length === 0) return { failed: failureOf(candidates[0]) }
  const { mediaType } = outputSpecFor(job, 'pictures')
  return { result: imagesResult(job, await Promise.all(pictures.map((one) => inFormat(one, mediaType)))) }
}

async function requestOf(job: Job, signal: AbortSignal): Promise<JsonObject> {
  const { prompt = '', image_urls: urls, aspect_ratio: aspectRatio, resolution: imageSize, safety_level } = job.input
  const references = Array.isArray(urls) ? urls.map(String) : []
  const files = await Promise.all(references.map((one) => job.file(one, signal)))
  const pictures = files.map((file) => ({ inlineData: { mimeType: file.mediaType, data: base64(file) } }))
  const imageConfig = {
    ...(aspectRatio === undefined ? {} : { aspectRatio }),
    ...(imageSize === undefined || job.operation === IMAGE_OPERATIONS[0] ? {} : { imageSize }),
  }
  const thresholds = safetyOf(safety_level)
  return {
    contents: [{ role: 'user', parts: [{ text: prompt }, ...pictures] }],
    generationConfig: {
      // Words, too: they say why there is no picture.
      responseModalities: ['TEXT', 'IMAGE'],
      ...(Object.keys(imageConfig).length === 0 ? {} : { imageConfig }),
    },
    ...(thresholds ? { safetySettings: thresholds } : {}),
  }
}

const HARMS = ['HARASSMENT', 'HATE_SPEECH', 'SEXUALLY_EXPLICIT', 'DANGEROUS_CONTENT']
/** What a `safety_level` is in Google's words: all inferred, as no document lists its values. */
const THRESHOLDS: Record<string, string> = {
  low: 'BLOCK_ONLY_HIGH',
  medium: 'BLOCK_MEDIUM_AND_ABOVE',
  high: 'BLOCK_LOW_AND_ABOVE',
}

function safetyOf(level: Json | undefined): JsonObject[] | undefined {
  if (level === undefined || level === '') return undefined
  const threshold = Object.hasOwn(THRESHOLDS, String(level)) ? THRESHOLDS[String(level)] : undefined
  if (threshold === undefined) {
    throw new PolyphonyError(
      'vendor_refused',
      `safety_level must be "low", "medium" or "high" at Google, not "${level}".`,
    )
  }
  return HARMS.map((harm) => ({ category: `HARM_CATEGORY_${harm}`, threshold }))
}

function partsOf({ content }: JsonObject): JsonObject[] {
  const parts = isJsonObject(content) ? content.parts : undefined
  return Array.isArray(parts) ? parts.filter(isJsonObject) : []
}

interface Picture {
  bytes: Uint8Array
  mediaType: string
}

/** Pictures that a model draws while it thinks are none of the result. */
function pictureIn({ inlineData, thought }: JsonObject): Picture[] {
  if (thought === true || !isJsonObject(inlineData) || typeof inlineData.data !== 'string') return []
  return [{ bytes: Buffer.from(inlineData.data, 'base64'), mediaType: String(inlineData.mimeType) }]
}

/** The API lets nobody choose a format: a picture that came in another one than was asked for is written anew. */
async function inFormat({ bytes, mediaType }: Picture, wanted: string): Promise<Uint8Array> {
  if (mediaType === wanted) return bytes
  const { default: sharp } = await import('sharp')
  const picture = sharp(bytes)
  try {
    return await (wanted === 'image/png' ? picture.png() : picture.jpeg({ quality: 95 })).toBuffer()
  } catch (cause) {
    throw new PolyphonyError('output_unusable', 'Google delivered a picture that cannot be read.', { cause })
  }
}

const MODERATED = /SAFETY|PROHIBITED_CONTENT|BLOCKLIST|SPII/

function failureOf(candidate: JsonObject = {}): Failure {
  const { finishReason, finishMessage } = candidate
  const words = partsOf(candidate).flatMap(({ text }) => (typeof text === 'string' && text !== '' ? [text] : []))
  const why =
    typeof finishMessage === 'string' && finishMessage !== '' ? finishMessage : words.join(' ').slice(0, 1_000)
  const code = typeof finishReason === 'string' ? finishReason : 'no picture'
  return {
    reason: `Google made no picture (${code})${why === '' ? '.' : `: ${why}`}`,
    isModerated: MODERATED.test(code),
  }
}
