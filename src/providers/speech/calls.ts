import { Readable } from 'node:stream'
import type { StreamAnswer, VendorStream } from '../../assets/vendor-stream.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { type Speech, SpeechBusy, type SpeechFormat } from '../../engines/speech/speech.ts'
import type { CallSide } from '../provider.ts'
import { readRequest } from './read-request.ts'

/** The model's name is that of the synthesizer: it is no vendor's model. */
export const SPEECH_MODEL = 'flite'

const MEDIA_TYPES: Readonly<Record<SpeechFormat, string>> = {
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  // As OpenAI answers it, though it is 16-bit samples at 24 kHz without a header.
  pcm: 'audio/pcm',
  flac: 'audio/flac',
  opus: 'audio/ogg',
}

/** How the embedded voice answers calls: in OpenAI's format, without a network. */
export function speechCalls(speech: Speech): CallSide {
  return {
    models: [SPEECH_MODEL],
    isUnpriced: true,
    apiOf: () => 'openai-chat',
    urlOf: (endpoint) => (endpoint === 'audio/speech' ? 'embedded:audio/speech' : undefined),
    headersOf: () => ({}),
    send: answerBy(speech),
    async loadModel() {
      throw new PolyphonyError('not_found', `${SPEECH_MODEL} only speaks, at /v1/audio/speech.`, { field: 'model' })
    },
  }
}

function answerBy(speech: Speech): VendorStream {
  return async (_url, { body = '{}', signal }) => {
    const { speech: request, isEvents } = readRequest(bodyOf(body))
    const outcome = await speech.speak(request, { signal }).catch((error: unknown) => {
      if (error instanceof SpeechBusy) throw new PolyphonyError('account_busy', error.message, { cause: error })
      throw error
    })
    if (outcome === 'too long') throw invalidInput('input', 'must take less than 20 minutes to speak')
    if (isEvents) return answer('text/event-stream', Readable.from(eventsOf(outcome.file), { objectMode: false }))
    return answer(MEDIA_TYPES[request.format], Readable.from([outcome.file], { objectMode: false }))
  }
}

function bodyOf(body: string | Uint8Array): JsonObject {
  const json: Json = JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString())
  if (!isJsonObject(json)) throw new PolyphonyError('malformed_body', 'The body must be a JSON object.')
  return json
}

function answer(contentType: string, body: Readable): StreamAnswer {
  return { statusCode: 200, headers: { 'content-type': contentType }, body }
}

const EVENT_BYTES = 24_000

/**
 * The file in OpenAI's events: https://platform.openai.com/docs/api-reference/audio/speech-audio-delta-event. The voice
 * reads and writes no tokens.
 */
function* eventsOf(file: Uint8Array): Generator<Buffer> {
  for (let from = 0; from < file.length; from += EVENT_BYTES) {
    const audio = Buffer.from(file.subarray(from, from + EVENT_BYTES)).toString('base64')
    yield event({ type: 'speech.audio.delta', audio })
  }
  yield event({ type: 'speech.audio.done', usage: { input_tokens: 0, output_tokens: 0, total_tokens: 0 } })
}

function event(data: JsonObject): Buffer {
  return Buffer.from(`data: ${JSON.stringify(data)}\n\n`)
}
