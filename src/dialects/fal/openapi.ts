import { Type } from 'typebox'
import { falRequest } from '../../catalog/hosted.ts'
import type { ErrorCode } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { ApiDescription, DialectContext } from '../dialect.ts'
import {
  answer,
  COMMON_ERRORS,
  errorAnswers,
  idempotencyKey,
  inHeader,
  inPath,
  inQuery,
  jsonBody,
  PAID,
  plain,
  plainFailure,
  ref,
  replayed,
  wait,
  webhookAnswers,
  webhookHeaders,
} from '../kit/openapi.ts'
import { errorStatus } from './errors.ts'

const TAG = 'fal'

export type Descriptions = ReturnType<typeof operationsOf>

/** fal's queue, synchronous calls and uploads, in OpenAPI. */
export async function describeFal({ limits }: Pick<DialectContext, 'limits'>): Promise<ApiDescription> {
  return {
    tags: [
      {
        name: TAG,
        description:
          'fal’s queue: any model, by its name. The key comes as `Authorization: Key`. The official client has no option for an address: give it `proxyUrl: { url: ".../fal/proxy", when: "always" }`.',
      },
    ],
    operations: operationsOf(limits),
    webhooks: { falRequestEnded: callback() },
    schemas: schemas(),
  }
}

function operationsOf(limits: DialectContext['limits']) {
  return { ...queueOperations(limits), falRun: run(), ...proxyOperations(), ...uploadOperations(limits) }
}

const READING: readonly ErrorCode[] = [...COMMON_ERRORS, 'task_not_found']

interface About {
  parameters?: Json[]
  codes?: readonly ErrorCode[]
  requestBody?: JsonObject
  isOpen?: boolean
}

function route(summary: string, responses: JsonObject, about: About = {}): JsonObject {
  const { parameters = [], codes = READING, requestBody, isOpen = false } = about
  return {
    summary,
    tags: [TAG],
    ...(isOpen ? { security: [] } : {}),
    parameters,
    ...(requestBody === undefined ? {} : { requestBody }),
    responses: { ...errorAnswers(codes, errorStatus, ref('FalError')), ...responses },
  }
}

const input = jsonBody(ref('FalInput'), {
  example: { summary: falRequest.title, value: falRequest.example.input ?? {} },
})
const state = (description: string): JsonObject => answer(description, ref('FalStatus'))

function queueOperations({ maxWaitSeconds }: DialectContext['limits']) {
  const path = (what: string): JsonObject => inPath('path', what)
  return {
    falSubmit: route(
      'Send a request to a model',
      { '200': { ...state('It waits.'), ...replayed } },
      {
        parameters: [
          path('The model: `fal-ai/flux/dev`.'),
          inQuery('fal_webhook', { type: 'string' }, 'The URL that is notified of the end.'),
          idempotencyKey,
        ],
        codes: [...PAID, 'not_found'],
        requestBody: input,
      },
    ),
    falRead: route(
      'Read a result, a status or its stream',
      {
        '200': answer(
          'The model’s answer; for a status, that of a request that has ended; for a stream, server-sent events.',
          { anyOf: [ref('FalStatus'), ref('FalResult')] },
        ),
        '202': state('It has not ended.'),
        '400': answer('A result was requested before the end, or the model refused.', ref('FalError')),
        '422': answer('The content was refused.', ref('FalError')),
        '499': answer('It was cancelled.', ref('FalError')),
      },
      {
        parameters: [
          path('`OWNER/APP/requests/ID` for the result, with `/status` or `/status/stream` behind it for the state.'),
          inQuery('logs', { type: 'string', enum: ['0', '1'] }, 'Whether a status has the logs.'),
          wait(maxWaitSeconds),
        ],
      },
    ),
    falCancel: route(
      'Cancel a request that waits, or that its provider can end',
      {
        '202': answer('It is cancelled, or will be as soon as the provider has answered.', ref('FalCancelled')),
        '400': answer('It has ended.', ref('FalCancelled')),
        '404': answer('There is no such request.', { anyOf: [ref('FalCancelled'), ref('FalError')] }),
      },
      { parameters: [path('`OWNER/APP/requests/ID/cancel`.')], codes: [...COMMON_ERRORS, 'not_cancellable'] },
    ),
  }
}

const ENDINGS: readonly ErrorCode[] = [
  'vendor_refused',
  'vendor_unreachable',
  'vendor_silent',
  'timed_out',
  'output_unusable',
]

function run(): JsonObject {
  return route(
    'Send a request to a model and wait for its answer',
    { '200': { ...answer('The model’s answer.', ref('FalResult')), ...replayed } },
    {
      parameters: [inPath('path', 'The model: `fal-ai/flux/dev`.'), idempotencyKey],
      codes: [...PAID, ...ENDINGS, 'not_found', 'method_not_allowed'],
      requestBody: input,
    },
  )
}

function proxyOperations() {
  const target = inHeader(
    'x-fal-target-url',
    { type: 'string' },
    'The URL at fal that the request is for; it is answered here.',
  )
  const one = (more: About = {}): JsonObject =>
    route(
      'Send a request for a URL of fal',
      {
        '200': answer('The answer of the route of that URL.', ref('FalResult')),
        '202': answer('The answer of the route of that URL.', { anyOf: [ref('FalStatus'), ref('FalCancelled')] }),
      },
      { codes: [...PAID, 'not_found'], ...more, parameters: [{ ...target, required: true }] },
    )
  return {
    falProxyGet: one(),
    falProxyPost: one({ requestBody: input }),
    falProxyPut: one(),
  }
}

function uploadOperations({ uploadMaxBytes, uploadHours }: DialectContext['limits']) {
  const uploadRequest = jsonBody({
    type: 'object',
    required: ['file_name'],
    properties: { file_name: { type: 'string' }, content_type: { type: 'string' } },
  })
  const parameters = [
    inPath('id', 'The upload; everyone who knows it may use it.'),
    inPath('name', 'The name of the file.'),
  ]
  const codes: readonly ErrorCode[] = [
    'malformed_body',
    'rate_limited',
    'not_found',
    'forbidden',
    'payload_too_large',
    'unsupported_media',
    'storage_full',
  ]
  const addresses = {
    type: 'object',
    required: ['upload_url', 'file_url'],
    properties: { upload_url: { type: 'string' }, file_url: { type: 'string' } },
  }
  const upload = inPath('upload', 'The upload again, as the token’s client names it.')
  const number = inPath('number', 'The number of the part, from 1.')
  const part = {
    type: 'object',
    required: ['partNumber', 'etag'],
    properties: { partNumber: { type: 'integer' }, etag: { type: 'string' } },
  }
  const putPart = (inParts: Json[]) =>
    route(
      'Put a part of a file, within an hour',
      { '200': answer('It is stored.', part) },
      {
        parameters: inParts,
        codes: [...codes, 'invalid_input'],
        isOpen: true,
        requestBody: { required: true, content: { 'application/octet-stream': { schema: {} } } },
      },
    )
  const completeParts = (inParts: Json[]) =>
    route(
      `Make the file of its parts, ${uploadMaxBytes} bytes at most; it is kept for ${uploadHours} hours`,
      { '200': answer('It is stored.', { type: 'object' }) },
      {
        parameters: inParts,
        codes: [...codes, 'invalid_input'],
        isOpen: true,
        requestBody: jsonBody({
          type: 'object',
          required: ['parts'],
          properties: { parts: { type: 'array', items: part } },
        }),
      },
    )
  return {
    falUpload: route(
      'Begin an upload',
      { '200': answer('The URL to upload to, and the URL of the file for inputs.', addresses) },
      { codes: [...COMMON_ERRORS, 'malformed_body', 'invalid_input'], requestBody: uploadRequest },
    ),
    falUploadToken: route('Get a token for uploads in one step', {
      '200': answer('The token, for an hour, and where the client uploads to.', {
        type: 'object',
        required: ['token', 'token_type', 'base_url', 'expires_at'],
        properties: {
          token: { type: 'string' },
          token_type: { type: 'string' },
          base_url: { type: 'string' },
          expires_at: { type: 'string' },
        },
      }),
    }),
    falTokenUpload: route(
      `Upload a file of at most ${uploadMaxBytes} bytes with a token; it is kept for ${uploadHours} hours`,
      {
        '200': answer('The URL of the file, for inputs.', {
          type: 'object',
          required: ['access_url'],
          properties: { access_url: { type: 'string' } },
        }),
      },
      {
        codes: [...codes, 'unauthorized'],
        isOpen: true,
        requestBody: { required: true, content: { 'application/octet-stream': { schema: {} } } },
      },
    ),
    falUploadParts: route(
      'Begin an upload in parts, of a file above 90 MiB; refused where none may have so many bytes',
      { '200': answer('The URL below which the parts are put, and the URL of the file for inputs.', addresses) },
      { codes: [...COMMON_ERRORS, 'malformed_body', 'invalid_input', 'payload_too_large'], requestBody: uploadRequest },
    ),
    falTokenParts: route(
      'Begin an upload in parts with a token',
      {
        '200': answer('The URL below which the parts are put, which is then the file’s, and the id of the upload.', {
          type: 'object',
          required: ['access_url', 'uploadId'],
          properties: { access_url: { type: 'string' }, uploadId: { type: 'string' } },
        }),
      },
      { codes: ['unauthorized', 'rate_limited'], isOpen: true },
    ),
    falPutPart: putPart([...parameters, number]),
    falPutTokenPart: putPart([...parameters, upload, number]),
    falCompleteParts: completeParts(parameters),
    falCompleteTokenParts: completeParts([...parameters, upload]),
    falPutUpload: route(
      `Put the bytes, ${uploadMaxBytes} at most; they are kept for ${uploadHours} hours`,
      { '200': answer('They are stored.', { type: 'object' }) },
      {
        parameters,
        codes,
        isOpen: true,
        requestBody: { required: true, content: { 'application/octet-stream': { schema: {} } } },
      },
    ),
    falUploadedFile: {
      summary: 'Read an uploaded file',
      tags: [TAG],
      security: [],
      parameters,
      responses: {
        '200': { description: 'The file.', content: { 'application/octet-stream': { schema: {} } } },
        '404': plainFailure('There is no such file, or it has expired.'),
      },
    },
  }
}

function callback(): JsonObject {
  return {
    post: {
      operationId: 'falRequestEnded',
      summary: 'A request has ended: fal_webhook',
      tags: [TAG],
      security: [],
      parameters: webhookHeaders,
      requestBody: jsonBody(ref('FalWebhook')),
      responses: webhookAnswers,
    },
  }
}

function schemas(): Record<string, JsonObject> {
  const text = Type.String()
  const Log = Type.Object({ message: text, level: text, source: text, timestamp: text })
  const Status = Type.Object({
    request_id: text,
    response_url: text,
    status_url: text,
    cancel_url: text,
    status: Type.Enum(['IN_QUEUE', 'IN_PROGRESS', 'COMPLETED']),
    queue_position: Type.Optional(Type.Integer({ description: 'While it waits: 0, as the queue is not counted.' })),
    logs: Type.Optional(Type.Array(Log)),
    metrics: Type.Optional(
      Type.Object({ inference_time: Type.Union([Type.Number({ description: 'Seconds.' }), Type.Null()]) }),
    ),
    error: Type.Optional(Type.String({ description: 'Why it did not succeed.' })),
    error_type: Type.Optional(text),
  })
  const Detail = Type.Object({ loc: Type.Array(Type.Union([text, Type.Integer()])), msg: text, type: text })
  const Failure = Type.Object({
    detail: Type.Union([text, Type.Array(Detail)], { description: 'A list where the model or its input is at fault.' }),
    error_type: Type.Optional(text),
  })
  const Webhook = Type.Object({
    request_id: text,
    gateway_request_id: text,
    status: Type.Enum(['OK', 'ERROR']),
    payload: Type.Unknown({ description: 'The model’s answer, or the error’s detail.' }),
    error: Type.Union([text, Type.Null()]),
  })
  const named = {
    Input: Type.Object({}, { description: 'The fields that the model has. Files by address or as data URIs.' }),
    Result: Type.Unknown({
      description: 'The output of the model; for a picture {images: [{url, width, height, content_type}], …}.',
    }),
    Status,
    Cancelled: Type.Object({ status: Type.Enum(['CANCELLATION_REQUESTED', 'ALREADY_COMPLETED', 'NOT_FOUND']) }),
    Webhook,
    Error: Failure,
  }
  return Object.fromEntries(Object.entries(named).map(([name, schema]) => [`Fal${name}`, plain(schema)]))
}
