import type { JsonObject } from '../../core/json.ts'
import type { ApiDescription } from '../dialect.ts'
import { answer, BODY_ERRORS, COMMON_ERRORS, errorAnswers, inPath, jsonBody } from '../kit/openapi.ts'
import { statusOf } from './errors.ts'

const TAG = 'OpenAI: calls'

export type Descriptions = ReturnType<typeof operationsOf>

/** The routes of this API, in OpenAPI. What their bodies hold is the vendor's to say; most of it passes as it comes. */
export async function describeOpenai(): Promise<ApiDescription> {
  return {
    tags: [
      {
        name: TAG,
        description:
          'Chat, text, embeddings, moderation and sound in the format of OpenAI, which answer on the spot. Any model may be named here, of whichever vendor.',
      },
    ],
    operations: operationsOf(),
    webhooks: {},
    schemas: {},
  }
}

function operationsOf() {
  return {
    'chat/completions': call('Answer a conversation'),
    responses: call('Answer, with the Responses API'),
    completions: call('Continue a text'),
    embeddings: call('Embed texts'),
    moderations: call('Classify texts'),
    'audio/speech': sound('Speak a text'),
    'audio/transcriptions': form('Transcribe sound'),
    'audio/translations': form('Translate sound into English'),
    models: read('List the models that this key can use'),
    model: { ...read('Read a model'), parameters: [inPath('model', 'The name of the model.')] },
  }
}

const OBJECT: JsonObject = { type: 'object', additionalProperties: true }
const ERRORS = {
  // A vendor's refusal of the request passes as it is.
  default: answer('An error of the vendor, in its own words.', OBJECT),
  ...errorAnswers(
    [
      ...COMMON_ERRORS,
      ...BODY_ERRORS,
      'not_found',
      'insufficient_points',
      'spend_limit_reached',
      'model_not_allowed',
      'no_provider',
      'account_busy',
      'vendor_unreachable',
      'vendor_silent',
      'vendor_refused',
      'account_refused',
      'content_moderated',
      'forbidden',
      'timed_out',
      'overloaded',
    ],
    statusOf,
    OBJECT,
  ),
}

function call(summary: string): JsonObject {
  return {
    summary,
    tags: [TAG],
    requestBody: jsonBody(OBJECT),
    responses: {
      '200': answer('The answer of the model; a stream of events where one was asked for.', OBJECT),
      ...ERRORS,
    },
  }
}

function form(summary: string): JsonObject {
  return { ...call(summary), requestBody: { required: true, content: { 'multipart/form-data': { schema: OBJECT } } } }
}

function sound(summary: string): JsonObject {
  const content = { 'audio/*': { schema: { type: 'string', format: 'binary' } } }
  return { ...call(summary), responses: { '200': { description: 'The sound.', content }, ...ERRORS } }
}

function read(summary: string): JsonObject {
  return { summary, tags: [TAG], responses: { '200': answer('As the vendor writes it.', OBJECT), ...ERRORS } }
}
