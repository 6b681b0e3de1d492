import type { Billed, RealtimeMeter } from '../../calls/realtime.ts'
import { unitsIn } from '../../calls/usage.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { Usage } from '../../core/usage.ts'

/**
 * The events that say what a session uses (https://platform.openai.com/docs/api-reference/realtime-server-events). All
 * others pass unread: most of a session is sound.
 */
const READ = [
  'response.created',
  'response.done',
  'session.created',
  'session.updated',
  'conversation.item.input_audio_transcription.completed',
] as const
const MARKS = READ.map((type) => Buffer.from(`"${type}"`))
const DELTA = Buffer.from('.delta"')
const AUDIO_DELTA = Buffer.from('audio.delta"')

/** A token of output is 50 ms of sound, 2,400 bytes at 24 kHz and 16 bits; in base64 these are a third more. */
const CHARACTERS_PER_AUDIO_TOKEN = 3_200
/** What is around the sound in its event. */
const AROUND_SOUND = 250
const CHARACTERS_PER_TOKEN = 4
/** OpenAI's own, where a session does not say which model transcribes. */
const TRANSCRIBER = 'whisper-1'

export function realtimeMeter(): RealtimeMeter {
  const underWay = new Set<string>()
  /** Responses that have ended: one that is interrupted may be said to have ended twice, and is paid once. */
  const ended = new Set<string>()
  let soundCharacters = 0
  let textCharacters = 0
  let lastInput: Usage = {}
  let transcriber = TRANSCRIBER

  function count(message: Buffer): void {
    if (underWay.size === 0 || !message.includes(DELTA)) return
    if (message.includes(AUDIO_DELTA)) soundCharacters += Math.max(0, message.length - AROUND_SOUND)
    else textCharacters += textIn(message)
  }

  function delivered(): Usage {
    const outputAudioTokens = Math.ceil(soundCharacters / CHARACTERS_PER_AUDIO_TOKEN)
    const outputTokens = outputAudioTokens + Math.ceil(textCharacters / CHARACTERS_PER_TOKEN)
    return { ...lastInput, outputTokens, outputAudioTokens }
  }

  function done({ response }: JsonObject): Billed | undefined {
    if (!isJsonObject(response)) return undefined
    const { id } = response
    if (typeof id === 'string') {
      if (ended.has(id)) return undefined
      ended.add(id)
    }
    const reported = usageIn(response.usage)
    if (reported) lastInput = inputOf(reported)
    const usage = reported ?? delivered()
    underWay.delete(String(id))
    if (underWay.size === 0) {
      soundCharacters = 0
      textCharacters = 0
    }
    return { outcome: response.status === 'failed' ? 'failed' : 'completed', usage }
  }

  return {
    get underWay() {
      return underWay.size
    },
    delivered: () => (underWay.size === 0 ? undefined : delivered()),
    read(message) {
      if (!MARKS.some((mark) => message.includes(mark))) {
        count(message)
        return undefined
      }
      const event = parsed(message)
      switch (event?.type) {
        case 'response.created':
          if (isJsonObject(event.response) && !ended.has(String(event.response.id)))
            underWay.add(String(event.response.id))
          return undefined
        case 'response.done':
          return done(event)
        case 'session.created':
        case 'session.updated':
          transcriber = transcriberIn(event.session) ?? transcriber
          return undefined
        case 'conversation.item.input_audio_transcription.completed':
          return { outcome: 'completed', usage: transcriptionIn(event.usage), model: transcriber }
        default:
          count(message) // the words stood in what was said
          return undefined
      }
    },
  }
}

function parsed(message: Buffer): JsonObject | undefined {
  try {
    const event: unknown = JSON.parse(message.toString())
    return isJsonObject(event as Json) ? (event as JsonObject) : undefined // as was just seen
  } catch {
    return undefined // the caller's to judge: it passes as it came
  }
}

function textIn(message: Buffer): number {
  const delta = parsed(message)?.delta
  return typeof delta === 'string' ? delta.length : 0
}

/** `usage` of `response.done`. Sound that was read from the cache is no part of `inputAudioTokens`: it costs less. */
function usageIn(usage: Json | undefined): Usage | undefined {
  if (!isJsonObject(usage)) return undefined
  const input = isJsonObject(usage.input_token_details) ? usage.input_token_details : {}
  const output = isJsonObject(usage.output_token_details) ? usage.output_token_details : {}
  const cached = isJsonObject(input.cached_tokens_details) ? input.cached_tokens_details : {}
  return {
    inputTokens: unitsIn(usage.input_tokens),
    cachedReadTokens: unitsIn(input.cached_tokens),
    inputAudioTokens: Math.max(0, unitsIn(input.audio_tokens) - unitsIn(cached.audio_tokens)),
    outputTokens: unitsIn(usage.output_tokens),
    outputAudioTokens: unitsIn(output.audio_tokens),
  }
}

/** A response reads the conversation so far: at least what the last one read. */
function inputOf({ inputTokens = 0, cachedReadTokens = 0, inputAudioTokens = 0 }: Usage): Usage {
  return { inputTokens, cachedReadTokens, inputAudioTokens }
}

function transcriptionIn(usage: Json | undefined): Usage {
  if (!isJsonObject(usage)) return {}
  if (usage.type === 'duration') return { seconds: unitsIn(usage.seconds) }
  return { inputTokens: unitsIn(usage.input_tokens), outputTokens: unitsIn(usage.output_tokens) }
}

/** In today's form of a session, and in that before. */
function transcriberIn(session: Json | undefined): string | undefined {
  if (!isJsonObject(session)) return undefined
  const input = isJsonObject(session.audio) && isJsonObject(session.audio.input) ? session.audio.input : {}
  const transcription = input.transcription ?? session.input_audio_transcription
  return isJsonObject(transcription) && typeof transcription.model === 'string' ? transcription.model : undefined
}
