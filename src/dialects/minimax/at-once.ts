import { minimaxMusic, minimaxSpeech, speechFormatOf } from '../../catalog/minimax-audio.ts'
import { minimaxImage } from '../../catalog/minimax-image.ts'
import { readInput } from '../../catalog/read-input.ts'
import { invalidInput } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { Submission } from '../../tasks/tasks.ts'
import { isGiven, objectIn, optionalFlag, shown, webhookIn, withoutPlaceholders } from '../kit/fields.ts'
import { DIALECT } from './to-task.ts'

/**
 * Bodies of the routes that make speech, music and pictures. Fields are those of platform.minimax.io and of published
 * clients (2026). Each reader throws `invalid_input`, naming the field as the caller spelt it.
 */

export const SOUND_FORMS = ['hex', 'url'] as const
export const PICTURE_FORMS = ['url', 'base64'] as const

export interface SoundRequest {
  submission: Submission
  /** How the answer carries the file. */
  form: (typeof SOUND_FORMS)[number]
  isStreamed: boolean
  /** The last event of a stream repeats the whole file. */
  hasWholeAtEnd: boolean
}

/** POST /v1/t2a_v2. */
export function toSpeech(body: unknown): SoundRequest {
  const { stream, stream_options, output_format, ...fields } = withoutPlaceholders(objectIn(body))
  const isStreamed = optionalFlag(stream, 'stream') === true
  const submission = speechOf(fields)
  if (isStreamed && speechFormatOf(submission.input) === 'wav') {
    throw invalidInput('audio_setting.format', 'must not be wav with stream')
  }
  return { submission, isStreamed, ...answerOf({ stream_options, output_format, isStreamed }) }
}

/** POST /v1/t2a_async_v2; `textOf` reads an uploaded file. */
export async function toAsyncSpeech(body: unknown, textOf: (fileId: Json) => Promise<string>): Promise<Submission> {
  const { callback_url, text_file_id, audio_setting, ...fields } = withoutPlaceholders(objectIn(body))
  // Clients send 0 for no file.
  const isFile = text_file_id !== undefined && text_file_id !== 0
  if (isFile && fields.text !== undefined) throw invalidInput('text_file_id', 'must be left out where there is a text')
  const setting = isJsonObject(audio_setting) ? asSynchronous(audio_setting) : audio_setting
  const given = { ...fields, ...(setting === undefined ? {} : { audio_setting: setting }) }
  const notification = webhookIn('callback_url', callback_url)
  if (!isFile) return { ...speechOf(given), ...notification }
  return { ...speechOf({ ...given, text: await textOf(text_file_id) }, { text: 'text_file_id' }), ...notification }
}

/** This route has another name for the rate. */
function asSynchronous({ audio_sample_rate, ...setting }: JsonObject): JsonObject {
  return isGiven(audio_sample_rate) ? { ...setting, sample_rate: audio_sample_rate } : setting
}

/** The older spelling of the mixture of voices, and what decides of the answer alone. */
function speechOf(
  { subtitle_enable, subtitle_type: _type, timber_weights, ...fields }: JsonObject,
  ownNames: Record<string, string> = {},
): Submission {
  if (optionalFlag(subtitle_enable, 'subtitle_enable')) {
    throw invalidInput('subtitle_enable', 'must be false: there are no subtitles here')
  }
  const older = timber_weights !== undefined && fields.timbre_weights === undefined
  const names = { ...ownNames, ...(older ? { timbre_weights: 'timber_weights' } : {}) }
  const input = readInput(minimaxSpeech, older ? { ...fields, timbre_weights: timber_weights } : fields, names)
  return { operation: minimaxSpeech, input, names, dialect: DIALECT }
}

/** The file that songs are delivered as: MiniMax's default. */
const SONG_FILE = { format: 'mp3', sample_rate: 44_100, bitrate: 256_000 } as const

/** POST /v1/music_generation. */
export function toMusic(body: unknown): SoundRequest {
  const { stream, stream_options, output_format, audio_setting, aigc_watermark, ...fields } = withoutPlaceholders(
    objectIn(body),
  )
  if (optionalFlag(aigc_watermark, 'aigc_watermark')) throw invalidInput('aigc_watermark', 'must be false here')
  for (const field of REFERENCES) if (isGiven(fields[field])) throw invalidInput(field, 'is not read here')
  checkSongFile(audio_setting)
  const isStreamed = optionalFlag(stream, 'stream') === true
  const input = readInput(minimaxMusic, fields)
  const submission = { operation: minimaxMusic, input, dialect: DIALECT }
  return { submission, isStreamed, ...answerOf({ stream_options, output_format, isStreamed }) }
}

/** Of the first music models, which sang in the voice of an uploaded song. */
const REFERENCES = [
  'refer_voice',
  'refer_instrumental',
  'refer_vocal',
  'reference_music_id',
  'audio_url',
  'audio_base64',
]

function checkSongFile(setting: Json | undefined): void {
  if (!isGiven(setting)) return
  if (!isJsonObject(setting)) throw invalidInput('audio_setting', 'must be an object')
  for (const [name, only] of Object.entries(SONG_FILE)) {
    const { [name]: value } = setting
    if (isGiven(value) && String(value) !== String(only)) {
      throw invalidInput(`audio_setting.${name}`, `must be ${only} here, not ${shown(value)}`)
    }
  }
}

export interface PictureRequest {
  submission: Submission
  form: (typeof PICTURE_FORMS)[number]
}

/** POST /v1/image_generation. */
export function toPictures(body: unknown): PictureRequest {
  const { response_format, ...fields } = withoutPlaceholders(objectIn(body))
  const input = readInput(minimaxImage, fields)
  const submission = { operation: minimaxImage, input, dialect: DIALECT }
  return { submission, form: formIn(response_format, 'response_format', PICTURE_FORMS) }
}

interface Answering {
  stream_options: Json | undefined
  output_format: Json | undefined
  isStreamed: boolean
}

function answerOf({ stream_options: options, output_format, isStreamed }: Answering) {
  if (isGiven(options) && !isJsonObject(options)) throw invalidInput('stream_options', 'must be an object')
  const excluded = isJsonObject(options) ? options.exclude_aggregated_audio : undefined
  const form = formIn(output_format, 'output_format', SOUND_FORMS)
  return {
    // "output_format takes effect without streaming only" (T2A, platform.minimax.io).
    form: isStreamed ? ('hex' as const) : form,
    hasWholeAtEnd: optionalFlag(excluded, 'stream_options.exclude_aggregated_audio') !== true,
  }
}

function formIn<Form extends string>(value: Json | undefined, field: string, forms: readonly [Form, ...Form[]]): Form {
  if (!isGiven(value)) return forms[0]
  const form = forms.find((one) => one === value)
  if (form === undefined) throw invalidInput(field, `must be one of ${forms.join(', ')}, not ${shown(value)}`)
  return form
}
