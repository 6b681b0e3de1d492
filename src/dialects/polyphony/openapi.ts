import { Type } from 'typebox'
import { listOperations } from '../../catalog/catalog.ts'
import type { Operation } from '../../catalog/operation.ts'
import { OUTPUTS } from '../../catalog/outputs.ts'
import { ERRORS, type ErrorCode, type PolyphonyError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { STATUSES } from '../../core/task.ts'
import type { ApiDescription, DialectContext } from '../dialect.ts'
import {
  answer,
  BODY_ERRORS,
  COMMON_ERRORS,
  errorAnswers,
  idempotencyKey,
  inPath,
  inputName,
  inputSchema,
  inQuery,
  jsonBody,
  nameOf,
  PAID,
  plain,
  ref,
  replayed,
  wait,
  webhookAnswers,
  webhookHeaders,
} from '../kit/openapi.ts'
import { MAX_ARCHIVED } from './archive.ts'

const TAG = 'Polyphony'
const READING: readonly ErrorCode[] = [...COMMON_ERRORS, 'invalid_input', 'task_not_found']

export type Descriptions = ReturnType<typeof operationsOf>

/** Our own protocol in OpenAPI: every operation of the catalogue is a form of one body. */
export async function describePolyphony({ limits }: Pick<DialectContext, 'limits'>): Promise<ApiDescription> {
  const operations = listOperations()
  return {
    tags: [
      { name: TAG, description: 'Every operation under its name in the catalogue; tasks of other protocols, too.' },
    ],
    operations: operationsOf(limits, operations),
    webhooks: {
      polyphonyTaskEnded: {
        post: {
          operationId: 'polyphonyTaskEnded',
          summary: 'A task has ended',
          tags: [TAG],
          security: [],
          parameters: webhookHeaders,
          requestBody: jsonBody(ref('PolyphonyTask')),
          responses: webhookAnswers,
        },
      },
    },
    schemas: {
      ...schemas(),
      ...Object.fromEntries(operations.map((operation) => [inputName(operation), inputSchema(operation)])),
      PolyphonyTaskRequest: { title: 'A task, by operation', oneOf: operations.map(formOf) },
    },
    reading: {
      tags: [],
      paths: {},
      schemas: {
        PolyphonyTaskRequest: requestOf(
          { type: 'string', description: 'Its id: model/task_type.' },
          { type: 'object' },
        ),
      },
    },
  }
}

function formOf(operation: Operation): JsonObject {
  const { id, title } = operation
  return { title, ...requestOf({ type: 'string', const: id }, ref(inputName(operation))) }
}

function requestOf(operation: JsonObject, input: JsonObject): JsonObject {
  const webhook = { type: 'string', description: 'The URL that is notified when the task has ended.' }
  return { type: 'object', required: ['operation', 'input'], properties: { operation, input, webhook } }
}

function operationsOf(limits: DialectContext['limits'], operations: Operation[]) {
  return { ...taskOperations(limits, operations), polyphonyUpload: upload(limits) }
}

function taskOperations({ maxWaitSeconds }: DialectContext['limits'], operations: Operation[]) {
  // `forbidden`: a person in the workspace whose role is too low.
  const failures = (codes: readonly ErrorCode[]) =>
    errorAnswers([...new Set<ErrorCode>([...codes, 'forbidden'])], statusOf, ref('PolyphonyError'))
  const route = (summary: string, answers: JsonObject, parameters: Json[] = []) => ({
    summary,
    tags: [TAG],
    parameters,
    responses: answers,
  })
  const id = inPath('id', 'The task.')
  const examples = Object.fromEntries(
    operations.map((one) => [nameOf(one), { summary: one.title, value: { operation: one.id, input: one.example } }]),
  )
  return {
    polyphonyCreate: {
      ...route(
        'Create a task',
        {
          '201': { ...answer('The task.', ref('PolyphonyTask')), ...replayed },
          ...failures([...PAID, 'unknown_operation']),
        },
        [idempotencyKey],
      ),
      requestBody: jsonBody(ref('PolyphonyTaskRequest'), examples),
    },
    polyphonyList: route(
      'List tasks, newest first',
      { '200': answer('A page of tasks.', ref('PolyphonyTasks')), ...failures([...COMMON_ERRORS, 'invalid_input']) },
      [
        inQuery('limit', { type: 'integer', minimum: 1, maximum: 100, default: 20 }, 'How many.'),
        inQuery('cursor', { type: 'string' }, 'The `next_cursor` of the page before.'),
        inQuery('idempotency_key', { type: 'string' }, 'Only the task that was created under this key, if any.'),
        inQuery(
          'status',
          { type: 'string' },
          `Only those in these states, with commas between: ${STATUSES.join(', ')}.`,
        ),
        inQuery('operation', { type: 'string' }, 'Only those of these operations, with commas between.'),
        inQuery('model', { type: 'string' }, 'Only those of these models, with commas between.'),
        inQuery('kind', { type: 'string' }, `Only those that produce these: ${Object.keys(OUTPUTS).join(', ')}.`),
        inQuery('created_from', { type: 'string', pattern: '^\\d{1,15}$' }, 'From this time on: milliseconds UTC.'),
        inQuery('created_to', { type: 'string', pattern: '^\\d{1,15}$' }, 'Up to this time, likewise.'),
        inQuery(
          'search',
          { type: 'string', maxLength: 200 },
          'Only those whose input, or a title of whose output, holds this text.',
        ),
        inQuery('key', { type: 'string' }, 'Only those that were made by the key with this id.'),
        inQuery('batch', { type: 'string' }, 'Only those of this batch.'),
        inQuery('favourite', { type: 'boolean', default: false }, 'Only those that are marked as favourites.'),
      ],
    ),
    polyphonyMark: {
      ...route(
        'Mark a task as a favourite, or no more',
        {
          '200': answer('The task.', ref('PolyphonyTask')),
          ...failures([...COMMON_ERRORS, ...BODY_ERRORS, 'task_not_found']),
        },
        [id],
      ),
      requestBody: jsonBody({
        type: 'object',
        required: ['favourite'],
        properties: { favourite: { type: 'boolean' } },
      }),
    },
    polyphonyDelete: route(
      'Delete a task that has ended, with its files',
      {
        '200': answer('It is hidden, and purged when it can no longer be restored.', ref('PolyphonyDeleted')),
        ...failures([...COMMON_ERRORS, 'task_not_found', 'conflict']),
      },
      [id],
    ),
    polyphonyRestore: route(
      'Restore a task that was deleted less than a minute ago',
      { '200': answer('The task.', ref('PolyphonyTask')), ...failures([...COMMON_ERRORS, 'task_not_found']) },
      [id],
    ),
    polyphonyEvents: {
      ...route('Follow all tasks by server-sent events', {
        '200': {
          description:
            'Events `task` with the id, status and progress of a task; and `changed`, which say to read lists again. With the `Last-Event-ID` of the last one they go on from there.',
          content: { 'text/event-stream': { schema: { type: 'string' } } },
        },
        ...failures([...COMMON_ERRORS, 'too_many_waiting']),
      }),
    },
    polyphonyArchive: route(
      'Download what tasks have made as one ZIP',
      {
        '200': {
          description: 'Their files, and texts as files.',
          content: { 'application/zip': { schema: { type: 'string', format: 'binary' } } },
        },
        ...failures([...COMMON_ERRORS, 'invalid_input', 'task_not_found', 'not_found']),
      },
      [inQuery('ids', { type: 'string' }, `Up to ${MAX_ARCHIVED} tasks, with commas between.`)],
    ),
    polyphonyBatches: route(
      'List batches, newest first',
      { '200': answer('A page.', ref('PolyphonyBatches')), ...failures([...COMMON_ERRORS, 'invalid_input']) },
      [
        inQuery('limit', { type: 'integer', minimum: 1, maximum: 100, default: 20 }, 'How many.'),
        inQuery('cursor', { type: 'string' }, 'The `next_cursor` of the page before.'),
      ],
    ),
    polyphonyBatch: route(
      'Read how far a batch is',
      { '200': answer('The batch.', ref('PolyphonyBatch')), ...failures([...COMMON_ERRORS, 'task_not_found']) },
      [id],
    ),
    polyphonyRead: route('Read a task', { '200': answer('The task.', ref('PolyphonyTask')), ...failures(READING) }, [
      id,
      wait(maxWaitSeconds),
    ]),
    polyphonyCancel: route(
      'Cancel a task that waits, or that its provider can end',
      {
        '200': answer('The task: cancelled, or as it is while its provider is being called.', ref('PolyphonyTask')),
        ...failures([...COMMON_ERRORS, 'task_not_found', 'not_cancellable']),
      },
      [id],
    ),
    polyphonyQueue: route(
      'Read the place of a task in its line',
      { '200': answer('The place.', ref('PolyphonyPlace')), ...failures([...COMMON_ERRORS, 'task_not_found']) },
      [id],
    ),
    polyphonyAttempts: route(
      'List the calls of providers for a task, with their outcomes',
      {
        '200': answer('The attempts, the oldest first.', ref('PolyphonyAttempts')),
        ...failures([...COMMON_ERRORS, 'task_not_found']),
      },
      [id],
    ),
    polyphonyQuote: {
      ...route('Check a task and read its price', {
        '200': answer('The price; nothing is stored or held.', ref('PolyphonyQuote')),
        ...failures([...PAID, 'unknown_operation']),
      }),
      requestBody: jsonBody(ref('PolyphonyTaskRequest'), examples),
    },
    polyphonyRequests: {
      ...route('Write a task as requests of other protocols', {
        '200': answer(
          'A request for each protocol in which one is read as just this input; nothing is stored or held.',
          ref('PolyphonyRequests'),
        ),
        ...failures([...PAID, 'unknown_operation']),
      }),
      requestBody: jsonBody(ref('PolyphonyTaskRequest'), examples),
    },
    polyphonyChatModels: route('List what this key can chat with now, and at which price', {
      '200': answer('The models, by name.', ref('PolyphonyChatModels')),
      ...failures(COMMON_ERRORS),
    }),
    polyphonyOperations: route(
      'List what this key can have now',
      {
        '200': answer('The operations.', ref('PolyphonyOperations')),
        ...failures([...COMMON_ERRORS, 'invalid_input']),
      },
      [inQuery('all', { type: 'boolean', default: false }, 'Also those that no account performs now.')],
    ),
  }
}

function upload({ uploadMaxBytes, uploadHours }: DialectContext['limits']): JsonObject {
  const file = { type: 'string', contentMediaType: 'application/octet-stream', description: 'The file.' }
  const schema = { type: 'object', required: ['file'], properties: { file } }
  const codes: ErrorCode[] = [
    ...COMMON_ERRORS,
    'malformed_body',
    'invalid_input',
    'payload_too_large',
    'unsupported_media',
  ]
  return {
    summary: 'Upload a file for an input',
    description: `At most ${uploadMaxBytes} bytes; kept for ${uploadHours} hours. An input names it by its URL.`,
    tags: [TAG],
    requestBody: { required: true, content: { 'multipart/form-data': { schema } } },
    responses: {
      '201': answer('The file.', ref('PolyphonyFile')),
      ...errorAnswers([...codes, 'storage_full', 'forbidden'], statusOf, ref('PolyphonyError')),
    },
  }
}

const statusOf = ({ code }: PolyphonyError): number => ERRORS[code].status

function schemas(): Record<string, JsonObject> {
  const text = Type.String()
  const at = (description: string) => Type.Union([Type.Integer({ description }), Type.Null()])
  const points = (description: string) => Type.Integer({ description: `${description} 10,000,000 are 1 USD.` })
  const output = {
    description: 'In the shape of the kind that the operation produces; files are URLs. Null until it is completed.',
    anyOf: [...Object.values(OUTPUTS).map(plain), { type: 'null' }],
  }
  const Task = Type.Object({
    id: text,
    operation: text,
    status: Type.Enum([...STATUSES]),
    progress: Type.Integer({ minimum: 0, maximum: 100 }),
    input: Type.Object({}, { description: 'The input with its defaults.' }),
    output,
    error: Type.Union([Type.Object({ code: text, message: text }), Type.Null()]),
    price_points: points('What is held, and taken at most.'),
    consumed_points: points('What was taken.'),
    parent_id: Type.Union([Type.String({ description: 'The task that this one builds on.' }), Type.Null()]),
    provider: Type.Union([Type.String({ description: 'The provider that does the work.' }), Type.Null()]),
    logs: Type.Array(text),
    created_at: Type.Integer({ description: 'Milliseconds UTC, as the other times.' }),
    started_at: at('When a provider took it.'),
    ended_at: at('When it ended.'),
    batch_id: Type.Union([Type.String({ description: 'The batch that it is part of.' }), Type.Null()]),
    favourite: Type.Boolean({ description: 'Whether it is marked.' }),
    live_urls: Type.Array(text, {
      description:
        'Where its songs can be heard while they are made (audio/mpeg that goes on as it is made). Empty before there is something to hear, and after the end.',
    }),
  })
  const count = Type.Integer({ minimum: 0 })
  const Batch = Type.Object({
    id: text,
    total: Type.Integer({ minimum: 0, description: 'Its tasks.' }),
    completed: count,
    failed: count,
    cancelled: count,
    rejected: Type.Integer({ minimum: 0, description: 'What it named besides and was refused.' }),
    created_at: Type.Integer({ description: 'Milliseconds UTC.' }),
    ended_at: at('When its last task ended.'),
  })
  const Batches = Type.Object({
    batches: Type.Array(ref('PolyphonyBatch')),
    next_cursor: Type.Union([text, Type.Null()]),
  })
  const Deleted = Type.Object({
    id: text,
    deleted: Type.Literal(true),
    restorable_until: Type.Integer({ description: 'Milliseconds UTC.' }),
  })
  const Tasks = Type.Object({
    tasks: Type.Array(ref('PolyphonyTask')),
    next_cursor: Type.Union([text, Type.Null()]),
  })
  const Operation = Type.Object({
    id: text,
    model: text,
    task_type: text,
    title: text,
    produces: Type.Enum(Object.keys(OUTPUTS)),
    price_points: points('The price of the example.'),
    timeout_seconds: Type.Number({ description: 'How long a provider may take.' }),
    input_schema: Type.Object({}, { description: 'JSON Schema.' }),
    output_schema: Type.Object({}, { description: 'JSON Schema.' }),
    example: Type.Object({}),
    available: Type.Boolean({ description: 'Whether an account performs it now, and the key may use it.' }),
  })
  const Quote = Type.Object({
    price_points: points('What would be held.'),
    available_points: points('What is available before that.'),
    is_affordable: Type.Boolean({ description: 'Always true for a test key, which pays nothing.' }),
  })
  const Place = Type.Object({
    tasks_ahead: Type.Union([
      Type.Integer({ minimum: 0, description: 'Waiting tasks before it; null = it waits no more.' }),
      Type.Null(),
    ]),
    estimated_seconds: Type.Union([
      Type.Integer({
        minimum: 0,
        description: 'Until a provider begins, by how long such tasks took; null = unknown.',
      }),
      Type.Null(),
    ]),
  })
  const Attempts = Type.Object({
    attempts: Type.Array(
      Type.Object({
        number: Type.Integer({ minimum: 1 }),
        provider: text,
        outcome: Type.Enum(['calling', 'accepted', 'uncertain', 'turned_away', 'completed', 'failed', 'cancelled']),
        reason: Type.Union([text, Type.Null()]),
        begun_at: at('When the provider was called.'),
        accepted_at: at('When it had taken the task.'),
        ended_at: at('When it was over.'),
      }),
    ),
  })
  const Requests = Type.Object({
    requests: Type.Array(
      Type.Object({
        protocol: Type.String({ description: 'Such as `fal`.' }),
        path: Type.String({ description: 'A POST goes there.' }),
        body: Type.Object({}),
        later: Type.Optional(
          Type.Object(
            {
              id: Type.String({ description: 'Where the answer has the id of the task, such as `data.task_id`.' }),
              read: Type.String({ description: 'The path that reads the task, with `{id}` in it.' }),
            },
            { description: 'Absent where the answer is the result.' },
          ),
        ),
      }),
    ),
  })
  const perMillion = (what: string) => Type.Number({ description: `USD for a million tokens of ${what}.` })
  const ChatModels = Type.Object({
    models: Type.Array(
      Type.Object({
        id: Type.String({ description: 'The name that a call has in `model`.' }),
        provider: Type.Union([
          Type.String({ description: 'The provider that is tried first; null = the sandbox, which is free.' }),
          Type.Null(),
        ]),
        usd_per_million_input: perMillion('the conversation'),
        usd_per_million_output: perMillion('the answer'),
        usd_per_call: Type.Number({ description: 'USD for the call itself.' }),
      }),
    ),
  })
  const Operations = Type.Object({ operations: Type.Array(Operation) })
  const Failure = Type.Object({
    error: Type.Object({
      code: Type.Enum(Object.keys(ERRORS), { description: 'As docs/errors.md lists them.' }),
      message: Type.String({ description: 'What is wrong, with the value, and what to do.' }),
      field: Type.Optional(Type.String({ description: 'The field that is wrong, such as `input.prompt`.' })),
      request_id: Type.Optional(Type.String({ description: 'The id of the request, as in `x-request-id`.' })),
    }),
  })
  const File = Type.Object({
    url: text,
    media_type: Type.String({ description: 'As found in its bytes.' }),
    size_bytes: Type.Integer(),
    expires_at: Type.Integer({ description: 'When it is deleted.' }),
  })
  const named = {
    Task,
    Tasks,
    Batch,
    Batches,
    Deleted,
    Place,
    Attempts,
    Quote,
    Requests,
    ChatModels,
    Operations,
    File,
    Error: Failure,
  }
  return Object.fromEntries(Object.entries(named).map(([name, schema]) => [`Polyphony${name}`, plain(schema)]))
}
