import type { ApiDescription } from '../dialect.ts'
import { callDescriptions } from '../kit/call-openapi.ts'
import { inPath, inQuery } from '../kit/openapi.ts'
import { statusOf } from './errors.ts'

const TAG = 'OpenAI: calls'
const { call, form, sound, read, failures } = callDescriptions(TAG, statusOf)
const OPTIONAL_BODY = { content: { 'application/json': { schema: { type: 'object', additionalProperties: true } } } }

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
    realtime: {
      ...read('Talk over a WebSocket'),
      description:
        'The key is in `Authorization`, or among the protocols as `openai-insecure-api-key.KEY`; a client secret may take its place.',
      parameters: [inQuery('model', { type: 'string' }, 'The model; may be left out with a client secret.')],
      responses: { '101': { description: 'The session begins.' }, ...failures },
    },
    realtimeSecret: { ...call('Make a client secret for realtime sessions'), requestBody: OPTIONAL_BODY },
    realtimeSession: {
      ...call('Make a client secret, in the older form'),
      deprecated: true,
      requestBody: OPTIONAL_BODY,
    },
    models: read('List the models that this key can use'),
    model: { ...read('Read a model'), parameters: [inPath('model', 'The name of the model.')] },
  }
}
