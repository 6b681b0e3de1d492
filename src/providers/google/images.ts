import type { Static } from 'typebox'
import { PolyphonyError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { firstOf } from '../../core/short-texts.ts'
import { base64 } from '../kit/input-files.ts'
import { readAnswer } from '../kit/read-wire.ts'
import { imagesResult, outputSpecFor } from '../kit/results.ts'
import type { Account, Failure, Job, Submitted } from '../provider.ts'
import { callGoogle } from './call.ts'
import { type Candidate, Content } from './wire.ts'

/**
 * Pictures by `generateContent`, which answers when they are made. Google maintains the names without
 * `-preview`; `gemini-2.5-flash-image` is closing.
 */
const MODELS: Record<string, string> = {
  'gemini/gemini-2.5-flash-image': 'gemini-2.5-flash-image',
  'gemini/nano-banana-pro': 'gemini-3-pro-image',
  'gemini/nano-banana-2': 'gemini-3.1-flash-image', // closed on 2026-10-29
  'gemini/nano-banana-2.1': 'gemini-nano-banana-2.1',
}
export const IMAGE_OPERATIONS = Object.keys(MODELS)

export async function submitImages(job: Job, account: Account, signal: AbortSignal): Promise<Submitted> {
  const model = MODELS[job.operation] ?? ''
  const json = await requestOf(job, signal)
  const body = await callGoogle(account, {
    method: 'POST',
    path: `models/${model}:generateContent`,
    json,
    signal,
    isPaid: true,
    hasFiles: true,
  })
  const answer = readAnswer(Content, body, 'Google', { isPaid: true })
  if ('promptFeedback' in answer) {
    throw new PolyphonyError('content_moderated', `Google blocked the prompt: ${answer.promptFeedback.blockReason}.`)
  }
  const { candidates } = answer
  const pictures = candidates.flatMap(picturesIn)
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
      // Text as well: it says why there is no picture.
      responseModalities: ['TEXT', 'IMAGE'],
      ...(Object.keys(imageConfig).length === 0 ? {} : { imageConfig }),
    },
    ...(thresholds ? { safetySettings: thresholds } : {}),
  }
}

const HARMS = ['HARASSMENT', 'HATE_SPEECH', 'SEXUALLY_EXPLICIT', 'DANGEROUS_CONTENT']
/** `safety_level` as Google's thresholds. All inferred, as no document lists its values. */
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

interface Picture {
  bytes: Uint8Array
  mediaType: string
}

function picturesIn({ content }: Static<typeof Candidate>): Picture[] {
  return (content?.parts ?? []).flatMap(({ inlineData, thought }) => {
    if (thought === true || !inlineData) return []
    return [{ bytes: Buffer.from(inlineData.data, 'base64'), mediaType: inlineData.mimeType ?? '' }]
  })
}

/** The API has no field for the format, so a picture in another format than requested is converted. */
async function inFormat({ bytes, mediaType }: Picture, wanted: string): Promise<Uint8Array> {
  if (mediaType === wanted) return bytes
  const { default: sharp } = await import('sharp')
  const picture = sharp(bytes)
  try {
    return await (wanted === 'image/png' ? picture.png() : picture.jpeg({ quality: 95 })).toBuffer()
  } catch (cause) {
    throw new PolyphonyError('output_unusable', 'Google delivered a picture that could not be decoded.', { cause })
  }
}

const MODERATED = /SAFETY|PROHIBITED_CONTENT|BLOCKLIST|SPII/

function failureOf({
  finishReason: code = 'no picture',
  finishMessage,
  content,
}: Static<typeof Candidate> = {}): Failure {
  const words = (content?.parts ?? []).flatMap(({ text }) => text ?? [])
  const why = finishMessage ?? firstOf(words.join(' '), 1_000)
  return {
    reason: `Google made no picture (${code})${why === '' ? '.' : `: ${why}`}`,
    isModerated: MODERATED.test(code),
  }
}
