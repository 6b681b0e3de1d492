import type { ApiDescription } from '../dialect.ts'
import { callDescriptions } from '../kit/call-openapi.ts'
import { idsBelow, inPath } from '../kit/openapi.ts'
import { statusOf } from './errors.ts'

const TAG = 'Gemini'
const NAMED = inPath('model', 'The name of the model.')
const { call, read } = callDescriptions(TAG, statusOf)

export type Descriptions = ReturnType<typeof operationsOf>

/** The routes of this API, in OpenAPI. What their bodies hold is the vendor's to say; most of it passes as it comes. */
export async function describeGemini(): Promise<ApiDescription> {
  return {
    tags: [{ name: TAG, description: 'Google’s Gemini API. Any model may be named here, of whichever vendor.' }],
    operations: operationsOf(),
    below: idsBelow((key, prefix) => (prefix === '/v1beta' ? key : `${prefix === '' ? 'v1' : 'google'}-${key}`)),
    webhooks: {},
    schemas: {},
  }
}

function operationsOf() {
  return {
    generateContent: { ...call('Answer a conversation'), parameters: [NAMED] },
    streamGenerateContent: { ...call('Answer a conversation, streamed'), parameters: [NAMED] },
    countTokens: { ...call('Count the tokens of a request'), parameters: [NAMED] },
    embedContent: { ...call('Embed a text'), parameters: [NAMED] },
    batchEmbedContents: { ...call('Embed texts'), parameters: [NAMED] },
    'gemini-models': read('List the models that this key can use'),
    'gemini-model': { ...read('Read a model'), parameters: [NAMED] },
  }
}
