import { invalidInput } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { isPlaceholder, numeralIn } from '../../core/sent-values.ts'
import { SPEECH_FORMATS, type SpeechFormat, type SpeechRequest, spokenText } from '../../engines/speech/speech.ts'
import { VOICES } from './voices.ts'

export interface ReadRequest {
  speech: SpeechRequest
  /** The answer is a stream of events in place of a file. */
  isEvents: boolean
}

/** Limits and defaults of OpenAI's own: https://platform.openai.com/docs/api-reference/audio/createSpeech. */
const MAX_CHARACTERS = 4_096
const MIN_SPEED = 0.25
const MAX_SPEED = 4

/** Reads the body of `audio/speech`. Throws `invalid_input` naming the field that the embedded voice cannot follow. */
export function readRequest(body: JsonObject): ReadRequest {
  return {
    speech: {
      text: textIn(body.input),
      ...voiceIn(body.voice),
      speed: speedIn(body.speed),
      format: formatIn(body.response_format),
    },
    isEvents: streamsEvents(body),
  }
}

function textIn(input: Json | undefined): string {
  if (typeof input !== 'string') throw invalidInput('input', 'must be a string')
  if (input.length > MAX_CHARACTERS)
    throw invalidInput('input', `must have at most ${MAX_CHARACTERS} characters, not ${input.length}`)
  const spoken = spokenText(input)
  if (spoken === 'no words') throw invalidInput('input', 'must have a word or a number to speak')
  if ('text' in spoken) return spoken.text
  const { unknown, script = 'a letter that is not English' } = spoken
  throw invalidInput('input', `must be English text for the embedded voice, and has ${script} ("${unknown}")`)
}

function voiceIn(voice: Json | undefined): Pick<SpeechRequest, 'voice' | 'hertz'> {
  if (isJsonObject(voice)) throw invalidInput('voice', 'must be a name: the embedded voice has no custom voices')
  const known = typeof voice === 'string' && Object.hasOwn(VOICES, voice) ? VOICES[voice] : undefined
  if (known) return known
  throw invalidInput('voice', `must be one of ${Object.keys(VOICES).sort().join(', ')}, not ${JSON.stringify(voice)}`)
}

function speedIn(speed: Json | undefined): number {
  if (isPlaceholder(speed)) return 1
  const value = typeof speed === 'string' ? numeralIn(speed) : speed
  if (typeof value === 'number' && value >= MIN_SPEED && value <= MAX_SPEED) return value
  throw invalidInput('speed', `must be a number from ${MIN_SPEED} to ${MAX_SPEED}, not ${JSON.stringify(speed)}`)
}

function formatIn(format: Json | undefined): SpeechFormat {
  if (isPlaceholder(format)) return 'mp3'
  const known = SPEECH_FORMATS.find((one) => one === format)
  if (known) return known
  throw invalidInput(
    'response_format',
    `must be one of ${SPEECH_FORMATS.join(', ')} for the embedded voice, not ${JSON.stringify(format)}`,
  )
}

function streamsEvents({ stream_format: format, instructions }: JsonObject): boolean {
  // The voice has one manner; speech that ignores how it was to sound is not what was asked for.
  if (!isPlaceholder(instructions))
    throw invalidInput('instructions', 'must be left out: the embedded voice follows none')
  if (isPlaceholder(format) || format === 'audio') return false
  if (format === 'sse') return true
  throw invalidInput('stream_format', `must be audio or sse, not ${JSON.stringify(format)}`)
}
