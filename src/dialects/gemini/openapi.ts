import type { JsonObject } from '../../core/json.ts'
import type { ApiDescription } from '../dialect.ts'
import { callDescriptions } from '../kit/call-openapi.ts'
import { idsBelow, inHeader, inPath, inQuery, jsonBody } from '../kit/openapi.ts'
import { statusOf } from './errors.ts'

const TAG = 'Gemini'
const NAMED = inPath('model', 'The name of the model.')
const { call, read, stored } = callDescriptions(TAG, statusOf)

const FILE: JsonObject = { parameters: [inPath('id', 'The id of the file: what follows `files/`.')] }
const PAGE = [
  inQuery('pageSize', { type: 'integer', minimum: 1, maximum: 100, default: 10 }, 'How many.'),
  inQuery('pageToken', { type: 'string' }, 'The `nextPageToken` of the page before.'),
]
const BATCH_ID: JsonObject = { parameters: [inPath('id', 'The id of the batch: what follows `batches/`.')] }
const BATCH: JsonObject = {
  type: 'object',
  required: ['batch'],
  properties: {
    batch: {
      type: 'object',
      required: ['inputConfig'],
      properties: { displayName: { type: 'string' }, inputConfig: { type: 'object' } },
    },
  },
}
const START: JsonObject = {
  type: 'object',
  properties: {
    file: { type: 'object', properties: { displayName: { type: 'string' }, mimeType: { type: 'string' } } },
  },
}

function piece(summary: string): JsonObject {
  return stored(summary, 'The file, once it is whole.', {
    security: [],
    description: 'The id in the path is the secret of the upload. `query` says how many bytes have come.',
    parameters: [
      inPath('id', 'The id of the upload.'),
      inHeader(
        'X-Goog-Upload-Command',
        { type: 'string' },
        '`upload`, `upload, finalize`, `finalize`, `query` or `cancel`.',
      ),
      inHeader('X-Goog-Upload-Offset', { type: 'integer', minimum: 0 }, 'Where in the file the bytes begin.'),
    ],
    requestBody: { content: { 'application/octet-stream': { schema: {} } } },
  })
}

export type Descriptions = ReturnType<typeof operationsOf>

/** The routes of this API, in OpenAPI. What their bodies hold is the vendor's to say; most of it passes as it comes. */
export async function describeGemini(): Promise<ApiDescription> {
  return {
    tags: [{ name: TAG, description: 'Google’s Gemini API. Any model may be named here, of whichever vendor.' }],
    operations: operationsOf(),
    below: idsBelow((key, prefix) => `${BEFORE_ID[prefix] ?? ''}${key}`),
    webhooks: {},
    schemas: {},
  }
}

/** Routes are registered below several prefixes. */
const BEFORE_ID: Readonly<Record<string, string>> = {
  '': 'v1-',
  '/gemini/v1': 'gemini-v1-',
  '/upload/v1': 'v1-',
  '/download/v1': 'v1-download-',
}

function operationsOf() {
  return {
    generateContent: { ...call('Answer a conversation'), parameters: [NAMED] },
    streamGenerateContent: { ...call('Answer a conversation, streamed'), parameters: [NAMED] },
    countTokens: { ...call('Count the tokens of a request'), parameters: [NAMED] },
    embedContent: { ...call('Embed a text'), parameters: [NAMED] },
    batchEmbedContents: { ...call('Embed texts'), parameters: [NAMED] },
    batchGenerateContent: {
      ...stored('Make a batch of calls', 'An operation, whose `metadata.state` says how far it is.', {
        description:
          'Many calls of one model, answered within a day: `batch.inputConfig` has them (`requests.requests`, at most 64 MiB) or names a file of lines (`fileName`).',
        requestBody: jsonBody(BATCH),
      }),
      parameters: [NAMED],
    },
    'gemini-batches': stored('List batches of calls', 'A page of operations, newest first, without their results.', {
      parameters: PAGE,
    }),
    'gemini-batch': stored('Read a batch of calls', 'The operation, with its results once it has ended.', BATCH_ID),
    'gemini-batch-cancel': stored('Cancel a batch of calls', 'Nothing.', BATCH_ID),
    'gemini-batch-delete': stored('Delete a batch of calls that has ended', 'Nothing.', BATCH_ID),
    'gemini-upload-start': stored(
      'Begin to upload a file',
      'Nothing: the URL for the bytes is in `x-goog-upload-url`.',
      {
        description:
          'Resumable uploads, as `files.upload` of Google’s packages sends them; or the whole of a small file in one request, as `multipart/related` with `uploadType=multipart`.',
        parameters: [
          inHeader('X-Goog-Upload-Protocol', { type: 'string', enum: ['resumable', 'multipart'] }, 'How it is sent.'),
          inHeader('X-Goog-Upload-Command', { type: 'string', enum: ['start'] }, 'That this begins one.'),
          inHeader('X-Goog-Upload-Header-Content-Length', { type: 'integer', minimum: 1 }, 'The size of the file.'),
          inHeader('X-Goog-Upload-Header-Content-Type', { type: 'string' }, 'Its media type.'),
        ],
        requestBody: jsonBody(START),
      },
    ),
    'gemini-upload-piece': piece('Send bytes of a file'),
    'gemini-upload-put': piece('Send bytes of a file, by PUT'),
    'gemini-files': stored('List files', 'A page of files, newest first.', {
      parameters: PAGE,
    }),
    'gemini-file': stored('Read a file', 'What is known of the file.', FILE),
    'gemini-file-download': stored('Read the bytes of a file', 'The bytes.', FILE),
    'gemini-file-bytes': stored('Read the bytes of a file, as Google serves them', 'The bytes.', FILE),
    'gemini-file-delete': stored('Delete a file', 'Nothing.', FILE),
    'gemini-models': read('List the models that this key can use'),
    'gemini-model': { ...read('Read a model'), parameters: [NAMED] },
  }
}
