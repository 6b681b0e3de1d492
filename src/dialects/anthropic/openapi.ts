import type { JsonObject } from '../../core/json.ts'
import type { ApiDescription } from '../dialect.ts'
import { callDescriptions } from '../kit/call-openapi.ts'
import { inPath, jsonBody } from '../kit/openapi.ts'

const TAG = 'Anthropic: messages'
const { call, stored } = callDescriptions(TAG, ({ status }) => status)

const BATCH: JsonObject = { parameters: [inPath('id', 'The id of the batch: `msgbatch_…`.')] }
const BYTES: JsonObject = { type: 'string', format: 'binary' }
const FILE: JsonObject = { parameters: [inPath('id', 'The id of the file: `file_…`.')] }
const FILE_FORM: JsonObject = { type: 'object', required: ['file'], properties: { file: BYTES } }
const PAGE: JsonObject[] = ['limit', 'before_id', 'after_id'].map((name) => ({
  name,
  in: 'query',
  schema: { type: 'string' },
}))
const REQUESTS: JsonObject = {
  type: 'object',
  required: ['requests'],
  properties: {
    requests: {
      type: 'array',
      items: {
        type: 'object',
        required: ['custom_id', 'params'],
        properties: { custom_id: { type: 'string' }, params: { type: 'object', additionalProperties: true } },
      },
    },
  },
}

export type Descriptions = ReturnType<typeof operationsOf>

/** The routes of this API, in OpenAPI. What their bodies hold is the vendor's to say; most of it passes as it comes. */
export async function describeAnthropic(): Promise<ApiDescription> {
  return {
    tags: [{ name: TAG, description: 'Anthropic’s Messages API. Any model may be named here, of whichever vendor.' }],
    operations: operationsOf(),
    webhooks: {},
    schemas: {},
  }
}

function operationsOf() {
  return {
    messages: call('Answer a conversation'),
    count_tokens: call('Count the tokens of a request'),
    anthropicFileUpload: stored('Upload a file', 'The file.', {
      description: 'A form with the `file`. Also at `/v1/files`, with the header `anthropic-version`.',
      requestBody: { required: true, content: { 'multipart/form-data': { schema: FILE_FORM } } },
    }),
    anthropicFiles: stored('List files', 'A page of files.', { parameters: PAGE }),
    anthropicFile: stored('Read a file', 'What is known of the file.', FILE),
    anthropicFileDelete: stored('Delete a file', 'That it is deleted.', FILE),
    anthropicFileContent: {
      ...stored('Download a file', 'The bytes.', FILE),
      responses: {
        ...(stored('', '').responses as JsonObject),
        '200': { description: 'The bytes.', content: { 'application/octet-stream': { schema: BYTES } } },
      },
    },
    anthropicBatchCreate: stored('Create a batch of messages', 'The batch, which begins soon.', {
      description: 'Answers every request of a list, at the price factor of batches.',
      requestBody: jsonBody(REQUESTS),
    }),
    anthropicBatches: stored('List batches of messages', 'A page of batches.', {
      parameters: PAGE,
    }),
    anthropicBatch: stored('Read a batch of messages', 'The batch.', BATCH),
    anthropicBatchCancel: stored(
      'Cancel a batch of messages',
      'The batch, which ends when the requests under way have.',
      BATCH,
    ),
    anthropicBatchDelete: stored('Delete a batch of messages', 'That it is deleted.', BATCH),
    anthropicBatchResults: {
      ...stored('Read the results of a batch of messages', 'A line of JSON for each request.', BATCH),
      responses: {
        ...(stored('', '').responses as JsonObject),
        '200': {
          description: 'A line of JSON for each request.',
          content: { 'application/x-jsonl': { schema: { type: 'string' } } },
        },
      },
    },
  }
}
