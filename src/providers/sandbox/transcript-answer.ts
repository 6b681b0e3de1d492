import { secondsOfRecording } from '../../assets/sound-length.ts'
import { invalidInput } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { callMagicIn } from './call-magic.ts'
import type { Answer } from './calls.ts'
import { failureOf } from './language-model.ts'

const FORMATS = ['json', 'text', 'srt', 'verbose_json', 'vtt', 'diarized_json'] as const

interface Transcript {
  text: string
  seconds: number
  isTranslated: boolean
}

/**
 * A transcript or a translation in the form that was asked for, which says that nobody listened:
 * https://platform.openai.com/docs/api-reference/audio. Words of `CALL_MAGIC` in `prompt` make it fail.
 */
export async function transcriptAnswer(form: FormData, { isTranslated }: { isTranslated: boolean }): Promise<Answer> {
  const file = form.get('file')
  if (!(file instanceof File)) throw invalidInput('file', 'must be a file')
  if (file.size === 0) throw invalidInput('file', 'must not be empty')
  const format = formatOf(form)
  const { failure } = callMagicIn(textOf(form, 'prompt'))
  if (failure !== undefined) throw failureOf(failure)
  const seconds = secondsOfRecording(Buffer.from(await file.arrayBuffer()))
  const kind = isTranslated ? 'translation' : 'transcript'
  const text = `This is a sandbox ${kind} of ${seconds} s of sound. No model listened, and nothing is charged.`
  const made = { text, seconds, isTranslated }
  if (textOf(form, 'stream') === 'true' && !isTranslated) return { events: eventsOf(made) }
  switch (format) {
    case 'text':
      return { text: `${text}\n` }
    case 'srt':
      return { text: `1\n${timeOf(0, ',')} --> ${timeOf(seconds, ',')}\n${text}\n\n` }
    case 'vtt':
      return { text: `WEBVTT\n\n${timeOf(0, '.')} --> ${timeOf(seconds, '.')}\n${text}\n\n` }
    case 'verbose_json':
      return { json: verbose(made, form.getAll('timestamp_granularities[]').includes('word')) }
    case 'diarized_json':
      return { json: diarized(made) }
    case 'json':
      return { json: { text, usage: { type: 'duration', seconds } } }
  }
}

function formatOf(form: FormData): (typeof FORMATS)[number] {
  const asked = textOf(form, 'response_format') || 'json'
  const format = FORMATS.find((one) => one === asked)
  if (!format)
    throw invalidInput('response_format', `must be one of ${FORMATS.join(', ')}, not ${JSON.stringify(asked)}`)
  return format
}

function textOf(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value : ''
}

/** Hours to milliseconds, as both kinds of subtitles have them. */
function timeOf(seconds: number, point: ',' | '.'): string {
  return new Date(seconds * 1_000).toISOString().slice(11, 23).replace('.', point)
}

function verbose({ text, seconds, isTranslated }: Transcript, hasWords: boolean): JsonObject {
  const words = text.split(' ')
  const each = seconds / words.length
  const segment = { id: 0, seek: 0, start: 0, end: seconds, text, tokens: [], temperature: 0 }
  return {
    task: isTranslated ? 'translate' : 'transcribe',
    language: 'english',
    duration: seconds,
    text,
    segments: [{ ...segment, avg_logprob: 0, compression_ratio: 1, no_speech_prob: 0 }],
    ...(hasWords
      ? { words: words.map((word, index) => ({ word, start: index * each, end: (index + 1) * each })) }
      : {}),
    usage: { type: 'duration', seconds },
  }
}

function diarized({ text, seconds }: Transcript): JsonObject {
  const segment = { id: 'seg_sandbox', type: 'transcript.text.segment', start: 0, end: seconds, speaker: 'A', text }
  return { task: 'transcribe', duration: seconds, text, segments: [segment], usage: { type: 'duration', seconds } }
}

function* eventsOf({ text, seconds }: Transcript): Generator<string> {
  const event = (data: JsonObject) => `data: ${JSON.stringify(data)}\n\n`
  for (const delta of text.match(/\S+\s*/g) ?? []) yield event({ type: 'transcript.text.delta', delta })
  yield event({ type: 'transcript.text.done', text, usage: { type: 'duration', seconds } })
}
