import type { JsonObject } from '../../core/json.ts'
import type { ApiDescription } from '../dialect.ts'
import { answer, BODY_ERRORS, COMMON_ERRORS, errorAnswers, idsBelow, inPath, jsonBody } from '../kit/openapi.ts'

const TAG = 'Gemini'

export type Descriptions = ReturnType<typeof operationsOf>

/** The routes of this API, in OpenAPI. What their bodies hold is the vendor's to say; most of it passes as it comes. */
export async function describeGemini(): Promise<ApiDescription> {
  return {
    tags: [{ name: TAG, description: 'Google’s Gemini API. Any model may be named here, of whichever vendor.' }],
    operations: operationsOf(),
    below: idsBelow((key, prefix) => (prefix === '' ? `v1-${key}` : key)),
    webhooks: {},
    schemas: {},
  }
}

function operationsOf() {
  return {
    generateContent: call('Answer a conversation'),
    streamGenerateContent: call('Answer a conversation, streamed'),
    countTokens: call('Count the tokens of a request'),
    embedContent: call('Embed a text'),
    batchEmbedContents: call('Embed texts'),
    'gemini-models': read('List the models that this key can use'),
    'gemini-model': { ...read('Read a model'), parameters: [NAMED] },
  }
}

const NAMED = inPath('model', 'The name of the model.')
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
    (error) => error.status,
    OBJECT,
  ),
}

function call(summary: string): JsonObject {
  return {
    summary,
    tags: [TAG],
    parameters: [NAMED],
    requestBody: jsonBody(OBJECT),
    responses: {
      '200': answer('The answer of the model; a stream of events where one was asked for.', OBJECT),
      ...ERRORS,
    },
  }
}

function read(summary: string): JsonObject {
  return { summary, tags: [TAG], responses: { '200': answer('As the vendor writes it.', OBJECT), ...ERRORS } }
}
