import { Type } from 'typebox'
import { gptImageGenerate } from '../../catalog/gpt-image.ts'
import type { ErrorCode } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { ApiDescription, DialectContext } from '../dialect.ts'
import {
  answer,
  COMMON_ERRORS,
  errorAnswers,
  idempotencyKey,
  inHeader,
  inPath,
  inputName,
  inQuery,
  jsonBody,
  PAID,
  plain,
  ref,
  replayed,
  wait,
  webhookAnswers,
  webhookHeaders,
} from '../kit/openapi.ts'
import { errorBody } from './errors.ts'
import { enveloped, stamped, withoutData } from './openapi-schemas.ts'

type Limits = DialectContext['limits']

/** Names of tags. */
export const TASKS = 'Tasks'
export const BATCHES = 'Batches'
export const ACCOUNT = 'Account'
export const UPLOADS = 'Uploads'

const READING: readonly ErrorCode[] = [...COMMON_ERRORS, 'invalid_input']
const READING_ONE: readonly ErrorCode[] = [...READING, 'task_not_found']
const CREATING: readonly ErrorCode[] = [...PAID, 'unknown_operation']

function failures(codes: readonly ErrorCode[]): JsonObject {
  return errorAnswers(codes, (error) => errorBody(error).status, ref('PiapiError'))
}

export function createTask(examples: Record<string, JsonObject>): JsonObject {
  return {
    summary: 'Create a task',
    description: 'The price is held and the task is stored before the answer is sent. Unknown fields are kept.',
    tags: [TASKS],
    parameters: [
      inQuery('dry_run', { type: 'boolean' }, 'Only say whether the task is valid and what it costs.'),
      idempotencyKey,
    ],
    requestBody: jsonBody(ref('PiapiTaskRequest'), examples),
    responses: {
      '200': answer(
        'The task; with `?dry_run=true` its price.',
        { anyOf: [enveloped(ref('PiapiTask')), enveloped(ref('PiapiQuote'))] },
        replayed,
      ),
      ...failures(CREATING),
    },
  }
}

export function taskOperations(limits: Limits) {
  return { ...createImages(), ...oneTaskOperations(limits), ...listOperations() }
}

function createImages() {
  return {
    createImages: {
      summary: 'Create pictures with a body in OpenAI’s form',
      description: 'The body of `/v1/images/generations`; the task is read as any other.',
      tags: [TASKS],
      parameters: [idempotencyKey],
      requestBody: jsonBody(ref(inputName(gptImageGenerate))),
      responses: { '200': answer('The task.', enveloped(ref('PiapiTask')), replayed), ...failures(CREATING) },
    },
  }
}

function oneTaskOperations(limits: Limits) {
  const id = inPath('id', 'The task.')
  return {
    readTask: {
      summary: 'Read a task',
      tags: [TASKS],
      parameters: [id, wait(limits.maxWaitSeconds)],
      responses: {
        '200': answer('The task as it is.', stamped(ref('PiapiTask'))),
        ...failures(READING_ONE),
      },
    },
    cancelTask: {
      summary: 'Cancel a task that waits, or that its provider can end',
      tags: [TASKS],
      parameters: [id],
      responses: {
        '200': answer(
          'Cancelled: it reads as failed from now on, and costs nothing; or requested, while the provider is being called.',
          withoutData(),
        ),
        ...failures([...COMMON_ERRORS, 'task_not_found', 'not_cancellable']),
      },
    },
    watchTask: {
      summary: 'Watch a task',
      description: 'An `event: task` with the body of a read each time the task changes, until it ends.',
      tags: [TASKS],
      parameters: [id],
      responses: {
        '200': {
          description: 'Server-sent events.',
          content: {
            'text/event-stream': {
              schema: { type: 'string' },
              example: 'event: task\nid: 1\ndata: {"code":200}\n\n',
            },
          },
        },
        ...failures([...COMMON_ERRORS, 'task_not_found']),
      },
    },
    placeOfTask: {
      summary: 'Read the position of a task in its queue',
      tags: [TASKS],
      parameters: [id],
      responses: {
        '200': answer('Its position while it waits; null if it does not wait.', enveloped(ref('PiapiPlace'))),
        ...failures([...COMMON_ERRORS, 'task_not_found']),
      },
    },
    attemptsOfTask: {
      summary: 'List the calls of providers for a task, with their outcomes',
      tags: [TASKS],
      parameters: [id],
      responses: {
        '200': answer('The oldest first.', enveloped({ type: 'array', items: ref('PiapiAttempt') })),
        ...failures([...COMMON_ERRORS, 'task_not_found']),
      },
    },
  }
}

function listOperations() {
  const model = inQuery('model', { type: 'string' }, 'A model, or the short name of a family such as `flux`.')
  const time = { type: 'string', examples: ['1765248943', '2025-12-09T02:54:09Z'] }
  return {
    listTasks: {
      summary: 'List tasks, newest first',
      tags: [TASKS],
      parameters: [
        inQuery('limit', { type: 'integer', minimum: 1, maximum: 100, default: 20 }, 'Tasks a page.'),
        inQuery('cursor', { type: 'string' }, '`next_cursor` of the page before.'),
        model,
        inQuery('status', { type: 'string' }, 'One or several with commas between, such as `staged,pending`.'),
        inQuery('created_after', time, 'From this time on: unix seconds or RFC 3339.'),
        inQuery('created_before', time, 'Up to this time: unix seconds or RFC 3339.'),
        inQuery('batch_id', { type: 'string' }, 'Tasks of this batch.'),
      ],
      responses: {
        '200': answer(
          'A page of tasks.',
          enveloped({
            type: 'object',
            required: ['tasks', 'next_cursor'],
            properties: {
              tasks: { type: 'array', items: ref('PiapiTask') },
              next_cursor: { type: ['string', 'null'], description: 'null on the last page.' },
            },
          }),
        ),
        ...failures(READING),
      },
    },
    cancelTasks: {
      summary: 'Cancel the tasks that wait, and those that their providers can end',
      tags: [TASKS],
      parameters: [
        inQuery(
          'created_before',
          { type: 'string', pattern: '^\\d{1,11}$' },
          'Those created before this time, in unix seconds.',
          true,
        ),
        inQuery('model', { type: 'string' }, 'Those of this model; `all` means all.', true),
      ],
      responses: { '200': answer('How many were cancelled.', ref('PiapiCanceled')), ...failures(READING) },
    },
    listModels: {
      summary: 'List the models with schemas and prices',
      tags: [TASKS],
      parameters: [model],
      responses: {
        '200': answer('The models.', enveloped({ type: 'array', items: ref('PiapiModel') })),
        ...failures(READING),
      },
    },
  }
}

export function batchOperations() {
  const id = inPath('id', 'The batch.')
  const entries = { type: 'array', minItems: 1, maxItems: 1_000, items: ref('PiapiTaskRequest') }
  const lines = { schema: { type: 'string', description: 'The body of a task on each line.' } }
  const text = { type: 'string' }
  return {
    createBatch: {
      summary: 'Create up to 1,000 tasks',
      description: 'An entry that is wrong is refused by itself; the others are accepted.',
      tags: [BATCHES],
      parameters: [
        idempotencyKey,
        inHeader('x-webhook-endpoint', text, 'With JSON lines: the URL that is called when the batch has ended.'),
        inHeader('x-webhook-secret', text, 'With JSON lines: the secret that comes with the webhook.'),
      ],
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: {
              anyOf: [
                {
                  type: 'object',
                  required: ['tasks'],
                  properties: { tasks: entries, config: ref('PiapiConfig') },
                },
                entries,
              ],
            },
          },
          'application/jsonl': lines,
          'application/x-ndjson': lines,
        },
      },
      responses: {
        '200': answer(
          'The batch, with the id of the task of each accepted entry.',
          enveloped({
            allOf: [
              ref('PiapiBatch'),
              plain(Type.Object({ tasks: Type.Array(Type.Object({ index: Type.Integer(), task_id: Type.String() })) })),
            ],
          }),
          replayed,
        ),
        ...failures(PAID),
      },
    },
    readBatch: {
      summary: 'Read a batch',
      tags: [BATCHES],
      parameters: [id],
      responses: {
        '200': answer('The batch as it is.', enveloped(ref('PiapiBatch'))),
        ...failures([...COMMON_ERRORS, 'task_not_found']),
      },
    },
    cancelBatch: {
      summary: 'Cancel the tasks of a batch that wait, and those that their providers can end',
      tags: [BATCHES],
      parameters: [id],
      responses: {
        '200': answer('How many were cancelled.', ref('PiapiCanceled')),
        ...failures([...COMMON_ERRORS, 'task_not_found']),
      },
    },
  }
}

export function accountOperations() {
  const time = { type: 'string', examples: ['1765248943', '2025-12-09T02:54:09Z'] }
  return {
    readAccount: {
      summary: 'Read the balance',
      tags: [ACCOUNT],
      responses: { '200': answer('The account.', enveloped(ref('PiapiAccount'))), ...failures(COMMON_ERRORS) },
    },
    listActiveTasks: {
      summary: 'List unfinished tasks by family',
      tags: [ACCOUNT],
      responses: {
        '200': answer(
          'Counts and tasks, by the short name of the family.',
          enveloped({ type: 'object', additionalProperties: ref('PiapiActiveFamily') }),
        ),
        ...failures(COMMON_ERRORS),
      },
    },
    listHistory: {
      summary: 'List past tasks, page by page with a count',
      tags: [ACCOUNT],
      parameters: [
        inQuery('page', { type: 'integer', minimum: 1, default: 1 }, 'The page.'),
        inQuery('page_size', { type: 'integer', minimum: 1, maximum: 100, default: 10 }, 'Tasks a page.'),
        inQuery('model', { type: 'string' }, 'A model, or the short name of a family such as `flux`.'),
        inQuery('start_time', time, 'From this time on: unix seconds or RFC 3339.'),
        inQuery('end_time', time, 'Up to this time: unix seconds or RFC 3339.'),
      ],
      responses: { '200': answer('A page of the history.', enveloped(ref('PiapiHistory'))), ...failures(READING) },
    },
  }
}

export function assetOperations(limits: Limits) {
  return {
    uploadAsset: {
      summary: 'Put a file into the asset library',
      description: `At most ${limits.uploadMaxBytes} bytes; inputs name it as \`asset://ASSET_ID\`. Kept as long as records of tasks, or as long as is requested, if that is less.`,
      tags: [UPLOADS],
      requestBody: jsonBody(
        {
          type: 'object',
          required: ['url'],
          properties: {
            url: { type: 'string', description: 'Where the file is, or the file as a data URI.' },
            asset_type: { type: 'string', enum: ['Image', 'Video', 'Audio'], description: 'What it must be.' },
            name: { type: 'string', maxLength: 128, description: 'What it is called in lists.' },
            asset_retention_hours: { type: 'number', exclusiveMinimum: 0, description: 'How long it is kept.' },
          },
        },
        {
          example: {
            summary: 'Put a picture into the asset library',
            value: { url: `data:image/png;base64,${DOT}`, asset_type: 'Image', name: 'a dot' },
          },
        },
      ),
      responses: {
        '200': answer('The file, beside the envelope and in it.', enveloped(plain(LibraryAsset))),
        ...failures([
          ...READING,
          'malformed_body',
          'address_refused',
          'payload_too_large',
          'storage_quota_reached',
          'unsupported_media',
          'storage_full',
          'overloaded',
        ]),
      },
    },
    listAssets: {
      summary: 'List the files of the asset library, newest first',
      tags: [UPLOADS],
      parameters: [
        inQuery('limit', { type: 'integer', minimum: 1, maximum: 1_000, default: 100 }, 'Files a page.'),
        inQuery('cursor', { type: 'string' }, 'The `next_cursor` of the page before.'),
      ],
      responses: {
        '200': answer('A page of files, beside the envelope and in it.', enveloped(plain(LibraryPage))),
        ...failures(READING),
      },
    },
  }
}

const LibraryAsset = Type.Object({
  asset_id: Type.String(),
  name: Type.String(),
  asset_type: Type.Enum(['Image', 'Video', 'Audio']),
  status: Type.Enum(['Active']),
  url: Type.String(),
  size: Type.Integer({ description: 'Bytes.' }),
  created_at: Type.String(),
  expires_at: Type.String(),
})

const LibraryPage = Type.Object({
  items: Type.Array(LibraryAsset),
  assets: Type.Array(LibraryAsset, { description: 'The same, for clients that read this name.' }),
  total: Type.Integer({ description: 'On this page.' }),
  next_cursor: Type.Union([Type.String(), Type.Null()]),
})

export function uploadOperations(limits: Limits) {
  const name = {
    type: 'string',
    maxLength: 128,
    pattern: '\\.(jpg|jpeg|png|webp|mp4|wav|mp3)$',
    description: 'Its extension gives the type of the file.',
  }
  return {
    uploadFile: {
      summary: 'Upload a file',
      description: `At most ${limits.uploadMaxBytes} bytes; kept for ${limits.uploadHours} hours.`,
      tags: [UPLOADS],
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: {
              type: 'object',
              required: ['file_name', 'file_data'],
              properties: {
                file_name: name,
                file_data: { type: 'string', description: 'Base64, bare or as a data URI.' },
              },
            },
            example: { file_name: 'dot.png', file_data: DOT },
          },
          'multipart/form-data': {
            schema: {
              type: 'object',
              required: ['file'],
              properties: {
                file: { type: 'string', contentMediaType: 'application/octet-stream', description: 'The file.' },
                file_name: { ...name, description: 'Replaces the name of the file.' },
              },
            },
          },
        },
      },
      responses: {
        '200': answer('The URL of the file.', enveloped(plain(Type.Object({ url: Type.String() })))),
        ...failures([...READING, 'malformed_body', 'payload_too_large', 'unsupported_media', 'storage_full']),
      },
    },
  }
}

/** One grey pixel. */
const DOT = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=='

export function webhooks(): ApiDescription['webhooks'] {
  const secret = inHeader('x-webhook-secret', { type: 'string' }, 'The secret of `config.webhook_config`, if any.')
  const webhook = (operationId: string, summary: string, data: JsonObject, tag: string): JsonObject => ({
    post: {
      operationId,
      summary,
      tags: [tag],
      security: [],
      parameters: [secret, ...webhookHeaders],
      requestBody: jsonBody({
        type: 'object',
        required: ['timestamp', 'data'],
        properties: { timestamp: { type: 'integer', description: 'Unix seconds.' }, data },
      }),
      responses: webhookAnswers,
    },
  })
  return {
    taskEnded: webhook('taskEnded', 'A task has ended', ref('PiapiTask'), TASKS),
    batchEnded: webhook('batchEnded', 'A batch has ended', ref('PiapiBatch'), BATCHES),
  }
}
