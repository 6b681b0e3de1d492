import { Type } from 'typebox'
import { replicatePrediction } from '../../catalog/hosted.ts'
import type { ErrorCode } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { ApiDescription } from '../dialect.ts'
import {
  answer,
  COMMON_ERRORS,
  errorAnswers,
  idempotencyKey,
  idsBelow,
  inHeader,
  inPath,
  inQuery,
  jsonBody,
  PAID,
  plain,
  ref,
  replayed,
  webhookAnswers,
  webhookHeaders,
} from '../kit/openapi.ts'
import { errorStatus } from './errors.ts'
import { EVENTS } from './to-task.ts'

const TAG = 'Replicate'

export type Descriptions = ReturnType<typeof operationsOf>

/** Replicate's API, in OpenAPI. */
export async function describeReplicate(): Promise<ApiDescription> {
  return {
    tags: [
      {
        name: TAG,
        description:
          'Replicate’s HTTP API: any model, by its name or a version. The key may come as `Authorization: Bearer` or `Token`. The official client makes a file object of an output only when its address is https.',
      },
    ],
    operations: operationsOf(),
    below: idsBelow((key, prefix) => (prefix === '' ? `${key}Bare` : key)),
    webhooks: { replicatePredictionChanged: callback() },
    schemas: schemas(),
  }
}

function operationsOf() {
  return { ...predictionOperations(), ...fileOperations(), ...modelOperations() }
}

const READING: readonly ErrorCode[] = [...COMMON_ERRORS, 'task_not_found', 'not_found', 'invalid_input']

function failures(codes: readonly ErrorCode[]): JsonObject {
  return errorAnswers(codes, errorStatus, ref('ReplicateError'))
}

interface About {
  parameters?: Json[]
  codes?: readonly ErrorCode[]
  requestBody?: JsonObject
}

function route(summary: string, responses: JsonObject, about: About = {}): JsonObject {
  const { parameters = [], codes = READING, requestBody } = about
  const body = requestBody === undefined ? {} : { requestBody }
  return { summary, tags: [TAG], parameters, ...body, responses: { ...responses, ...failures(codes) } }
}

const id = inPath('id', 'The prediction.')
const prediction = (description: string) => answer(description, ref('ReplicatePrediction'))

function predictionOperations() {
  const prefer = inHeader('Prefer', { type: 'string', examples: ['wait', 'wait=10'] }, 'Seconds to wait, 60 at most.')
  const after = inHeader(
    'Cancel-After',
    { type: 'string', examples: ['30s', '1m30s'] },
    'The longest the work may take.',
  )
  const create = (summary: string, schema: string, parameters: Json[], example: JsonObject) =>
    route(
      summary,
      { '201': { ...prediction('The prediction; ended if it was waited for long enough.'), ...replayed } },
      {
        parameters: [...parameters, prefer, after, idempotencyKey],
        codes: PAID,
        requestBody: jsonBody(ref(schema), { example: { summary: replicatePrediction.title, value: example } }),
      },
    )
  const { model = '', input = {} } = replicatePrediction.example
  const [owner, name] = [inPath('owner', 'The owner.'), inPath('name', 'Its name.')]
  return {
    replicatePredict: create('Run a version of a model', 'ReplicateVersionRequest', [], {
      version: model,
      input,
    }),
    replicatePredictWithModel: create('Run a model', 'ReplicateRequest', [owner, name], {
      input,
    }),
    replicatePredictWithDeployment: create('Run a deployment', 'ReplicateRequest', [owner, name], { input }),
    replicateRead: route('Read a prediction', { '200': prediction('The current state.') }, { parameters: [id] }),
    replicateCancel: route(
      'Cancel a prediction that waits, or that its provider can end',
      { '200': prediction('As it is then; one that has ended stays as it was.') },
      { parameters: [id], codes: [...READING, 'not_cancellable'] },
    ),
    replicateList: list(),
  }
}

function page(results: JsonObject): JsonObject {
  const nullable = { type: ['string', 'null'] }
  return {
    type: 'object',
    required: ['previous', 'next', 'results'],
    properties: { previous: nullable, next: nullable, results: { type: 'array', items: results } },
  }
}

function list(): JsonObject {
  const time = { type: 'string', format: 'date-time' }
  return route(
    'List predictions, newest first',
    {
      '200': answer('At most a hundred; `next` is the URL of the older ones.', page(ref('ReplicatePrediction'))),
    },
    {
      parameters: [
        inQuery('cursor', { type: 'string' }, 'The value in `next`.'),
        inQuery('created_after', time, 'Made then or later.'),
        inQuery('created_before', time, 'Made before then.'),
      ],
    },
  )
}

function fileOperations() {
  const file = answer('The file; `urls.get` is its URL, which needs no key.', ref('ReplicateFile'))
  const form = {
    type: 'object',
    required: ['content'],
    properties: {
      content: { type: 'string', format: 'binary', description: 'The file.' },
      metadata: {
        type: 'string',
        contentMediaType: 'application/json',
        description: 'Metadata that is stored with it.',
      },
    },
  }
  const parameters = [inPath('id', 'The file.')]
  return {
    replicateUpload: route(
      'Upload a file',
      { '201': file },
      {
        codes: [
          ...COMMON_ERRORS,
          'malformed_body',
          'invalid_input',
          'payload_too_large',
          'unsupported_media',
          'storage_full',
        ],
        requestBody: { required: true, content: { 'multipart/form-data': { schema: form } } },
      },
    ),
    replicateFiles: route('List files, newest first', {
      '200': answer('A page; `next` is the URL of the next one.', page(ref('ReplicateFile'))),
    }),
    replicateFile: route('Read about a file', { '200': file }, { parameters }),
    replicateDeleteFile: route('Delete a file', { '204': { description: 'It is deleted.' } }, { parameters }),
  }
}

function modelOperations() {
  const parameters = [inPath('owner', 'The owner.'), inPath('name', 'Its name.')]
  return {
    replicateModel: route(
      'Read what is known of a model',
      { '200': answer('The kind of output of a well-known model; the rest is null or empty.', ref('ReplicateModel')) },
      { parameters },
    ),
    replicateVersion: route(
      'Read what is known of a version of a model',
      { '200': answer('The version, which has the output of its model.', ref('ReplicateVersion')) },
      { parameters: [...parameters, inPath('id', 'The version.')] },
    ),
    replicateVersions: route(
      'List versions of a model: at most the latest',
      { '200': answer('A page.', page(ref('ReplicateVersion'))) },
      { parameters },
    ),
    replicateCollections: route('List collections: there are none', {
      '200': answer('An empty page.', page({ type: 'object' })),
    }),
    replicateWebhookSecret: route('The secret that signs webhooks', {
      '200': answer('The key for webhooks of the key’s tenant.', {
        type: 'object',
        properties: { key: { type: 'string' } },
      }),
    }),
    replicateAccount: route('Read the tenant of the key', { '200': answer('The tenant.', ref('ReplicateAccount')) }),
  }
}

function callback(): JsonObject {
  return {
    post: {
      operationId: 'replicatePredictionChanged',
      summary: 'A prediction has begun or ended: webhook',
      tags: [TAG],
      security: [],
      parameters: webhookHeaders,
      requestBody: jsonBody(ref('ReplicatePrediction')),
      responses: webhookAnswers,
    },
  }
}

function schemas(): Record<string, JsonObject> {
  const text = Type.String()
  const nullable = Type.Union([text, Type.Null()])
  const hook = {
    webhook: Type.Optional(Type.String({ description: 'The URL that is notified.' })),
    webhook_events_filter: Type.Optional(
      Type.Array(Type.Enum([...EVENTS]), { description: 'The events; by default output and completed.' }),
    ),
    webhook_completed: Type.Optional(
      Type.String({ description: 'The URL that is notified of the end alone, as older clients name it.' }),
    ),
  }
  const input = Type.Object({}, { description: 'The fields that the model has. Files by address or as data URIs.' })
  const Prediction = Type.Object({
    id: text,
    model: text,
    version: Type.String({ description: '"hidden" if the request named none.' }),
    deployment: Type.Optional(text),
    input,
    output: Type.Unknown({ description: 'The output of the model: URLs of files, or texts; null until then.' }),
    logs: text,
    error: nullable,
    status: Type.Enum(['starting', 'processing', 'succeeded', 'failed', 'canceled']),
    source: Type.Enum(['api']),
    data_removed: Type.Boolean(),
    metrics: Type.Object({
      predict_time: Type.Optional(Type.Number({ description: 'Seconds.' })),
      total_time: Type.Optional(Type.Number({ description: 'Seconds.' })),
    }),
    webhook: Type.Optional(text),
    webhook_events_filter: Type.Optional(Type.Array(text)),
    deadline: Type.Optional(text),
    created_at: text,
    started_at: nullable,
    completed_at: nullable,
    urls: Type.Object({ get: text, cancel: text }),
  })
  const File = Type.Object({
    id: text,
    name: text,
    content_type: text,
    size: Type.Integer({ description: 'Bytes.' }),
    etag: text,
    checksums: Type.Object({ sha256: text }),
    metadata: Type.Object({}),
    created_at: text,
    expires_at: text,
    urls: Type.Object({ get: text }),
  })
  const Version = Type.Object({
    id: Type.String({ description: 'Of a well-known model: its name, which a prediction takes as a version.' }),
    created_at: Type.String({ description: 'Not known here: the begin of 1970.' }),
    cog_version: text,
    openapi_schema: Type.Object({}, { description: 'The type of the output, where the model is well known.' }),
  })
  const Model = Type.Object({
    url: text,
    owner: text,
    name: text,
    description: text,
    visibility: text,
    is_official: Type.Boolean(),
    github_url: Type.Null(),
    paper_url: Type.Null(),
    license_url: Type.Null(),
    run_count: Type.Integer(),
    cover_image_url: Type.Null(),
    default_example: Type.Null(),
    latest_version: Version,
  })
  const Failure = Type.Object({
    title: text,
    detail: text,
    status: Type.Integer(),
    invalid_fields: Type.Optional(
      Type.Array(Type.Object({ type: text, field: text, description: text }), { description: 'With status 422.' }),
    ),
  })
  const named = {
    Request: Type.Object({ input, ...hook }),
    VersionRequest: Type.Object({
      version: Type.String({ description: 'The id of a version, owner/name or owner/name:id.' }),
      input,
      ...hook,
    }),
    Prediction,
    File,
    Version,
    Model,
    Account: Type.Object({ type: text, username: text, name: text, github_url: Type.Null() }),
    Error: Failure,
  }
  return Object.fromEntries(Object.entries(named).map(([name, schema]) => [`Replicate${name}`, plain(schema)]))
}
