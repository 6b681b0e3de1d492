import type { Static } from 'typebox'
import { getOperation } from '../../catalog/catalog.ts'
import { minimaxMusic, minimaxSpeech } from '../../catalog/minimax-audio.ts'
import { minimaxImage } from '../../catalog/minimax-image.ts'
import { inputOf } from '../../catalog/operation.ts'
import type { JsonObject } from '../../core/json.ts'
import { wavOf } from '../../engines/speech/wav.ts'
import { withUrls } from '../kit/input-files.ts'
import { readAnswer } from '../kit/read-wire.ts'
import { clipsResult, imagesResult, partlyHeldBack, type Source, soundsResult } from '../kit/results.ts'
import { fileAtUrl } from '../kit/vendor-files.ts'
import type { Account, Job, Submitted } from '../provider.ts'
import { callMinimax } from './call.ts'
import { Images, Sound } from './wire.ts'

/** What MiniMax answers with the result: speech, music and pictures. */

interface Route {
  path: string
  /** What the body has beside the operation's own fields. */
  beside(job: Job): JsonObject
  resultOf(job: Job, body: unknown): Submitted
}

/** Samples have no header, so they come in the answer, and get one. */
const isPcm = (job: Job): boolean => inputOf(minimaxSpeech, job).audio_setting?.format === 'pcm'

export const AT_ONCE: Record<string, Route> = {
  [minimaxSpeech.id]: {
    path: '/v1/t2a_v2',
    beside: (job) => ({ stream: false, output_format: isPcm(job) ? 'hex' : 'url' }),
    resultOf: (job, body) => ({ result: soundsResult(job, [speechIn(job, body)]) }),
  },
  [minimaxMusic.id]: {
    path: '/v1/music_generation',
    beside: () => ({
      stream: false,
      output_format: 'url',
      audio_setting: { sample_rate: 44_100, bitrate: 256_000, format: 'mp3' },
    }),
    resultOf: songResult,
  },
  [minimaxImage.id]: {
    path: '/v1/image_generation',
    beside: () => ({ response_format: 'url' }),
    resultOf: picturesResult,
  },
}

export async function answeredAtOnce(job: Job, account: Account, signal: AbortSignal): Promise<Submitted> {
  const route = AT_ONCE[job.operation] as Route // the caller looked
  const json = { ...known(job, await withUrls(job, signal)), ...route.beside(job) }
  const body = await callMinimax(account, {
    method: 'POST',
    path: route.path,
    json,
    signal,
    isPaid: true,
    hasFiles: true,
  })
  return route.resultOf(job, body)
}

/** The operation's own fields, which are MiniMax's. Clients send '' for what they do not use. */
function known({ operation }: Job, input: JsonObject): JsonObject {
  const { properties } = getOperation(operation).input
  return Object.fromEntries(Object.entries(input).filter(([name, value]) => name in properties && value !== ''))
}

function speechIn(job: Job, body: unknown): Source {
  const audio = audioIn(body)
  if (!isPcm(job) || !(audio instanceof Uint8Array)) return audio
  const { sample_rate: sampleRate = 32_000, channel: channels = 1 } = inputOf(minimaxSpeech, job).audio_setting ?? {}
  return wavOf(audio, { sampleRate, channels })
}

/** A URL as requested, or the file in hexadecimal, as relays send it all the same. */
function audioIn(body: unknown): { url: string } | Uint8Array {
  const { audio } = readAnswer(Sound, body, 'MiniMax', { isPaid: true }).data
  const isHex = audio.length % 2 === 0 && !audio.includes(':')
  return isHex ? Buffer.from(audio, 'hex') : fileAtUrl(audio)
}

function songResult(job: Job, body: unknown): Submitted {
  const { extra_info: { music_duration: durationMs } = {} } = readAnswer(Sound, body, 'MiniMax', { isPaid: true })
  const known = durationMs === undefined ? {} : { durationSeconds: durationMs / 1_000 }
  return { result: clipsResult(job, [{ audio: audioIn(body), ...known }]) }
}

function picturesResult(job: Job, body: unknown): Submitted {
  const { data, metadata = {} }: Static<typeof Images> = readAnswer(Images, body, 'MiniMax', { isPaid: true })
  const urls = data.image_urls ?? []
  const held = Number(metadata.failed_count ?? 0)
  if (urls.length === 0) return { failed: { reason: 'MiniMax returned no picture.', isModerated: held > 0 } }
  return { result: partlyHeldBack(imagesResult(job, urls.map(fileAtUrl)), 'MiniMax', held) }
}
