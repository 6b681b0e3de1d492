import { samplesOfWav, soundFormatOf } from '../../assets/sound-format.ts'
import { minimaxSpeech, speechFormatOf } from '../../catalog/minimax-audio.ts'
import { inputOf } from '../../catalog/operation.ts'
import type { Output } from '../../catalog/outputs.ts'
import { SECOND_MS } from '../../core/clock.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Task } from '../../core/task.ts'
import type { FileReader } from '../kit/pictures.ts'
import type { Urls } from '../kit/urls.ts'
import type { SOUND_FORMS } from './at-once.ts'
import { baseResp } from './errors.ts'

/** The file of a finished task that made speech or music, and what is known of it. */
export interface MadeSound {
  reference: string
  seconds: number
  bytes: Uint8Array
  /** As the answer names it: that of the file, and `pcm` for samples without a header. */
  format: string
}

interface Files {
  assets: FileReader
  urls: Urls
}

const BY_EXTENSION: Readonly<Record<string, string>> = { mp3: 'audio/mpeg', wav: 'audio/wav', flac: 'audio/flac' }

export function isSpeech({ operation }: Pick<Task, 'operation'>): boolean {
  return operation === minimaxSpeech.id
}

export async function soundOf(task: Task, { assets }: Pick<Files, 'assets'>): Promise<MadeSound> {
  const { file, seconds } = fileOf(task)
  const format = file.split('.').at(-1) ?? ''
  const bytes = await assets.read(file)
  const isPcm = isSpeech(task) && speechFormatOf(inputOf(minimaxSpeech, task)) === 'pcm'
  const samples = isPcm && format === 'wav' ? samplesOfWav(bytes) : undefined
  return { reference: file, seconds, bytes: samples ?? bytes, format: samples ? 'pcm' : format }
}

/** Where the sound of a finished task is. What a provider delivers is in the shape that the output schema states. */
export function fileOf(task: Task): { file: string; seconds: number } {
  if (isSpeech(task)) {
    const [sound] = (task.output as Output['sounds']).sounds
    return { file: sound?.file ?? '', seconds: sound?.seconds ?? 0 }
  }
  const [clip] = (task.output as Output['clips']).clips
  return { file: clip?.audio ?? '', seconds: clip?.durationSeconds ?? 0 }
}

export interface Telling extends Files {
  form: (typeof SOUND_FORMS)[number]
  traceId: string
}

/** The answer with the whole file. */
export async function fromSound(task: Task, { form, traceId, ...files }: Telling) {
  const sound = await soundOf(task, files)
  const audio = form === 'url' ? files.urls.file(sound.reference) : hexOf(sound.bytes)
  return { data: { audio, status: DONE }, ...(await factsOf(task, sound, files)), trace_id: traceId, ...baseResp() }
}

const GENERATING = 1
const DONE = 2
const EVENT_BYTES = 16_000

/**
 * The same as server-sent events: the file piece by piece, then the end with what is known of it. The work is done before
 * the first event, so that a failure is answered as one.
 */
export async function* eventsOf(
  task: Task,
  { traceId, hasWholeAtEnd, ...files }: Omit<Telling, 'form'> & { hasWholeAtEnd: boolean },
): AsyncGenerator<string> {
  const sound = await soundOf(task, files)
  const { bytes } = sound
  const rest = { trace_id: traceId, ...baseResp() }
  for (let from = 0; from < bytes.length; from += EVENT_BYTES) {
    yield event({ data: { audio: hexOf(bytes.subarray(from, from + EVENT_BYTES)), status: GENERATING }, ...rest })
  }
  const audio = hasWholeAtEnd ? hexOf(bytes) : ''
  yield event({ data: { audio, status: DONE }, ...(await factsOf(task, sound, files)), ...rest })
}

/** Sizes and lengths are those of the file; lengths in milliseconds. What its header does not state is left out. */
async function factsOf(task: Task, sound: MadeSound, { assets }: Pick<Files, 'assets'>) {
  const { bytes, format, seconds } = sound
  // Without their header, samples say nothing of themselves.
  const whole = format === 'pcm' ? await assets.read(sound.reference) : bytes
  const { sampleRate, channels } = soundFormatOf(whole, BY_EXTENSION[format === 'pcm' ? 'wav' : format] ?? '') ?? {}
  const lengthMs = Math.round(seconds * SECOND_MS)
  const bitrate = seconds > 0 ? { bitrate: Math.round((8 * bytes.length) / seconds) } : {}
  if (!isSpeech(task)) {
    const known = { ...given('music_sample_rate', sampleRate), ...given('music_channel', channels), ...bitrate }
    return { extra_info: { music_duration: lengthMs, ...known, music_size: bytes.length } }
  }
  const { text } = inputOf(minimaxSpeech, task)
  return {
    extra_info: {
      audio_length: lengthMs,
      ...given('audio_sample_rate', sampleRate),
      audio_size: bytes.length,
      ...bitrate,
      audio_format: format,
      ...given('audio_channel', channels),
      usage_characters: text.length,
      word_count: text.split(/\s+/).filter(Boolean).length,
    },
  }
}

function given(name: string, value: number | undefined): JsonObject {
  return value === undefined ? {} : { [name]: value }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

function event(data: JsonObject): string {
  return `data: ${JSON.stringify(data)}\n\n`
}
