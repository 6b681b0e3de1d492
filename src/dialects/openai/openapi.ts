import type { JsonObject } from '../../core/json.ts'
import type { ApiDescription } from '../dialect.ts'
import { callDescriptions } from '../kit/call-openapi.ts'
import { inPath, inQuery, jsonBody } from '../kit/openapi.ts'
import { statusOf } from './errors.ts'

const TAG = 'OpenAI: calls'
const { call, form, sound, read, stored, failures } = callDescriptions(TAG, statusOf)

const BYTES: JsonObject = { type: 'string', format: 'binary' }
const FILE_FORM: JsonObject = {
  type: 'object',
  required: ['file', 'purpose'],
  properties: { file: BYTES, purpose: { type: 'string' } },
  additionalProperties: true,
}
const TEXT: JsonObject = { type: 'string' }
const PAGE = [inQuery('limit', TEXT, 'Of the page.'), inQuery('after', TEXT, 'The last id of the page before.')]
const FILE: JsonObject = { parameters: [inPath('id', 'The id of the file: `file-…`.')] }
const BATCH: JsonObject = { parameters: [inPath('id', 'The id of the batch: `batch_…`.')] }
const RESPONSE: JsonObject = { parameters: [inPath('id', 'The id of the response: `resp_…`.')] }
const OPTIONAL_BODY = { content: { 'application/json': { schema: { type: 'object', additionalProperties: true } } } }

const UPLOAD: JsonObject = { parameters: [inPath('id', 'The id of the upload: `upload_…`.')] }
const UPLOAD_BODY: JsonObject = {
  type: 'object',
  required: ['bytes', 'filename', 'mime_type', 'purpose'],
  properties: {
    bytes: { type: 'integer', minimum: 1 },
    filename: TEXT,
    mime_type: TEXT,
    purpose: TEXT,
    expires_after: { type: 'object', properties: { anchor: TEXT, seconds: { type: 'integer' } } },
  },
}
const PART_FORM: JsonObject = { type: 'object', required: ['data'], properties: { data: BYTES } }
const COMPLETE_BODY: JsonObject = {
  type: 'object',
  required: ['part_ids'],
  properties: { part_ids: { type: 'array', items: TEXT }, md5: TEXT },
}

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
    'responses/input_tokens': call('Count what a response would read'),
    response: {
      ...read('Read a stored response'),
      ...RESPONSE,
      description:
        'Of the tenant and mode that made it: the account that keeps it is asked. The query passes as it comes.',
    },
    responseDelete: { ...read('Delete a stored response'), ...RESPONSE },
    responseInput: { ...read('List what a stored response was made of'), ...RESPONSE },
    responseCancel: { ...read('Cancel a stored response'), ...RESPONSE },
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
    openaiFileUpload: stored('Upload a file', 'The file.', {
      description:
        'A form with the `file`, its `purpose`, and perhaps `expires_after[anchor]` and `expires_after[seconds]`.',
      requestBody: { required: true, content: { 'multipart/form-data': { schema: FILE_FORM } } },
    }),
    openaiFiles: stored('List files', 'A page of files.', {
      parameters: [
        ...PAGE,
        inQuery('order', TEXT, '`asc` or `desc`, by time.'),
        inQuery('purpose', TEXT, 'Only files of this purpose.'),
      ],
    }),
    openaiFile: stored('Read a file', 'What is known of the file.', FILE),
    openaiFileDelete: stored('Delete a file', 'That it is deleted.', FILE),
    openaiFileContent: {
      ...stored('Download a file', 'The bytes.', FILE),
      responses: {
        ...(stored('', '').responses as JsonObject),
        '200': { description: 'The bytes.', content: { 'application/octet-stream': { schema: BYTES } } },
      },
    },
    openaiUploadCreate: stored('Begin an upload in parts', 'The upload.', {
      description: 'What is sent in parts within an hour is one file at the end.',
      requestBody: jsonBody(UPLOAD_BODY),
    }),
    openaiUploadPart: stored('Send a part', 'The part.', {
      ...UPLOAD,
      requestBody: { required: true, content: { 'multipart/form-data': { schema: PART_FORM } } },
    }),
    openaiUploadComplete: stored('Make a file of the parts', 'The upload, with its file.', {
      ...UPLOAD,
      requestBody: jsonBody(COMPLETE_BODY),
    }),
    openaiUploadCancel: stored('Cancel an upload', 'The upload.', UPLOAD),
    openaiBatchCreate: stored('Create a batch', 'The batch, which begins soon.', {
      description:
        'Calls every line of an uploaded file of JSON lines, at the price factor of batches, and writes the answers into a file.',
      requestBody: jsonBody({ type: 'object', additionalProperties: true }),
    }),
    openaiBatches: stored('List batches', 'A page of batches.', { parameters: PAGE }),
    openaiBatch: stored('Read a batch', 'The batch.', BATCH),
    openaiBatchCancel: stored('Cancel a batch', 'The batch, which ends when the lines under way have ended.', BATCH),
  }
}
