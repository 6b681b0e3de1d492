import { Type } from 'typebox'
import type { ErrorCode } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { ApiDescription, DialectContext } from '../dialect.ts'
import {
  answer,
  COMMON_ERRORS,
  errorAnswers,
  idempotencyKey,
  idsBelow,
  inPath,
  inputSchema,
  jsonBody,
  operationsOfEach,
  PAID,
  plain,
  ref,
  replayed,
  wait,
  webhookAnswers,
  webhookHeaders,
} from '../kit/openapi.ts'
import { errorStatus } from '../shared/relay-errors.ts'
import { runwayError } from './errors.ts'
import { operationOf, TASK_TYPES } from './to-task.ts'

const OFFICIAL = 'Runway'
const WEB = 'Runway relay'
const READING: readonly ErrorCode[] = [...COMMON_ERRORS, 'task_not_found']
const CREATING: readonly ErrorCode[] = PAID

export type Descriptions = ReturnType<typeof operationsOf>

/** The routes that Runway and its relays have, in OpenAPI. */
export async function describeRunway({ limits }: Pick<DialectContext, 'limits'>): Promise<ApiDescription> {
  return {
    tags: [
      { name: OFFICIAL, description: 'Runway’s own API. Credits are US cents; `X-Runway-Version` may be left out.' },
      { name: WEB, description: 'The format of relays for Runway’s web app. It has videos only.' },
    ],
    operations: operationsOf(limits),
    below: idsBelow(idOf),
    webhooks: {
      runwayTaskEnded: {
        post: {
          operationId: 'runwayTaskEnded',
          summary: 'A task has ended: callback_url',
          tags: [WEB],
          security: [],
          parameters: webhookHeaders,
          requestBody: jsonBody(ref('RunwayFeed')),
          responses: webhookAnswers,
        },
      },
    },
    schemas: schemas(),
  }
}

const camel = (taskType: string): string => taskType.replaceAll(/(?:^|_)([a-z])/g, (_all, first) => first.toUpperCase())
const official = (codes: readonly ErrorCode[]): JsonObject =>
  errorAnswers(codes, (error) => runwayError(error).status, ref('RunwayError'))
const relayed = (codes: readonly ErrorCode[]): JsonObject => errorAnswers(codes, errorStatus, ref('RunwayRelayError'))

function operationsOf(limits: DialectContext['limits']) {
  return Object.assign(
    operationsOfEach('create', TASK_TYPES, (taskType) => taskType, creating),
    {
      ...officialOperations(limits),
      ...fileOperations(),
      ...reverseOperations(),
      ...webOperations(limits),
    },
  )
}

/** The official API is served at three places, and the format of relays at two. */
function idOf(key: string, prefix: string): string {
  const id = key.replace(/^create:(.*)$/, (_all, taskType) => `runway${camel(taskType)}`)
  if (prefix === '/runway') return id.replace('runway', 'runwaySdk')
  if (prefix === '') return id.replace('runway', 'runwayBare')
  return prefix.startsWith('/runway/v1/') ? id.replace('runwayReverse', 'runwayReverseV1') : id
}

function creating(taskType: string): JsonObject {
  return {
    summary: operationOf(taskType).title,
    tags: [OFFICIAL],
    parameters: [idempotencyKey],
    requestBody: jsonBody(ref(`Runway${camel(taskType)}Request`)),
    responses: {
      '200': { ...answer('The id of the task, and at most how much it costs.', ref('RunwayCreated')), ...replayed },
      ...official(CREATING),
    },
  }
}

function officialOperations({ maxWaitSeconds }: DialectContext['limits']) {
  const id = inPath('id', 'The task.')
  return {
    runwayTask: {
      summary: 'A task',
      tags: [OFFICIAL],
      parameters: [id, wait(maxWaitSeconds)],
      responses: {
        '200': answer('The task as it is.', ref('RunwayTask')),
        ...official([...READING, 'invalid_input']),
      },
    },
    runwayDelete: {
      summary: 'Cancel a task that has not ended, or delete the files of a finished one',
      tags: [OFFICIAL],
      parameters: [id],
      responses: { '204': { description: 'It is deleted.' }, ...official([...READING, 'not_cancellable']) },
    },
    runwayUpload: {
      summary: 'Begin an upload',
      tags: [OFFICIAL],
      requestBody: jsonBody(plain(Upload)),
      responses: {
        '200': answer('The URL to upload the file to.', ref('RunwayUpload')),
        ...official([...COMMON_ERRORS, 'invalid_input', 'malformed_body']),
      },
    },
    runwayOrganization: {
      summary: 'The balance, and how many tasks may run at once',
      tags: [OFFICIAL],
      responses: {
        '200': answer('The tenant as an organization.', ref('RunwayOrganization')),
        ...official(COMMON_ERRORS),
      },
    },
  }
}

const Upload = Type.Object({ filename: Type.String({ minLength: 1 }), type: Type.Optional(Type.Enum(['ephemeral'])) })

function fileOperations() {
  const file = { type: 'string', contentMediaType: 'application/octet-stream' }
  const parameters = [inPath('id', 'The upload, which is its own secret.')]
  const failures = official(['not_found', 'invalid_input', 'malformed_body', 'payload_too_large', 'unsupported_media'])
  const bringing = (content: JsonObject, answers: JsonObject): JsonObject => ({
    summary: 'Send the file of an upload; no key is needed',
    tags: [OFFICIAL],
    security: [],
    parameters,
    requestBody: { required: true, content },
    responses: { ...answers, ...failures },
  })
  return {
    runwayBringForm: bringing(
      { 'multipart/form-data': { schema: { type: 'object', required: ['file'], properties: { file } } } },
      { '204': { description: 'It is stored.' } },
    ),
    runwayBringBytes: bringing({ '*/*': { schema: file } }, { '200': { description: 'It is stored.' } }),
  }
}

function reverseOperations() {
  const post = (summary: string, schema: JsonObject, answered: JsonObject, codes: readonly ErrorCode[]) => ({
    summary,
    tags: [WEB],
    parameters: [idempotencyKey],
    requestBody: jsonBody(schema),
    responses: { '200': { ...answered, ...replayed }, ...relayed(codes) },
  })
  const taken = answer('The id of the task.', ref('RunwaySubmitted'))
  const { title: make } = operationOf('text_to_video')
  const { title: restyle } = operationOf('video_to_video')
  const { title: act } = operationOf('character_performance')
  const taskId = { type: 'object', required: ['task_id'], properties: { task_id: { type: 'string' } } }
  return {
    runwayReverseGenerate: post(make, ref('RunwayGenerateRequest'), taken, CREATING),
    runwayReverseRestyle: post(restyle, ref('RunwayRestyleRequest'), taken, CREATING),
    runwayReverseActOne: post(act, ref('RunwayActRequest'), taken, CREATING),
    runwayReverseFeed: post('A task', taskId, answer('The task as it is.', ref('RunwayFeed')), [
      ...READING,
      'invalid_input',
      'malformed_body',
    ]),
  }
}

function webOperations({ maxWaitSeconds }: DialectContext['limits']) {
  const parameters = [inPath('id', 'The task or upload.')]
  const body = (properties: JsonObject, required: string[]): JsonObject =>
    jsonBody({ type: 'object', required, properties })
  const text = { type: 'string' }
  const options = {
    type: 'object',
    description: 'Options of the model, such as `text_prompt`, `seconds` and `init_image`.',
  }
  const operation = (summary: string, more: JsonObject, schema: string, codes: readonly ErrorCode[]) => ({
    summary,
    tags: [WEB],
    ...more,
    responses: { '200': answer(summary, ref(schema)), ...relayed(codes) },
  })
  const uploading: readonly ErrorCode[] = [...COMMON_ERRORS, 'invalid_input', 'malformed_body', 'not_found']
  return {
    runwayWebCreate: operation(
      'Make a video as the web app does',
      { parameters: [idempotencyKey], requestBody: body({ taskType: text, options }, ['taskType', 'options']) },
      'RunwayWebTask',
      CREATING,
    ),
    runwayWebTask: operation(
      'A task as the web app shows it',
      { parameters: [...parameters, wait(maxWaitSeconds)] satisfies Json[] },
      'RunwayWebTask',
      [...READING, 'invalid_input'],
    ),
    runwayWebUpload: operation(
      'Begin an upload as the web app does',
      {
        requestBody: body({ filename: text, numberOfParts: { type: 'integer', const: 1 }, type: text }, ['filename']),
      },
      'RunwayWebUpload',
      uploading,
    ),
    runwayWebComplete: operation('End an upload: its address', { parameters }, 'RunwayWebFile', uploading),
  }
}

/** The input of an operation as Runway's API has it: a file that may be of two kinds says which. */
function requestOf(taskType: string): JsonObject {
  const schema = inputSchema(operationOf(taskType)) as JsonObject & { properties: JsonObject }
  const file = (...kinds: string[]) =>
    plain(Type.Object({ type: Type.Enum(kinds), uri: Type.String({ description: 'URL, data URI or runway://.' }) }))
  const own: Record<string, JsonObject> = {
    image_to_video: { promptImage: { anyOf: [{ type: 'string' }, schema.properties.promptImage ?? {}] } },
    character_performance: { character: file('image', 'video'), reference: file('video') },
    speech_to_speech: { media: file('audio', 'video') },
  }
  return { ...schema, properties: { ...schema.properties, ...own[taskType] } }
}

function schemas(): Record<string, JsonObject> {
  const text = Type.String()
  const optional = Type.Optional(text)
  const Cost = Type.Object({ credits: Type.Number() })
  const reversed = {
    model: optional,
    ratio: optional,
    style: optional,
    options: Type.Optional(Type.Object({ seconds: Type.Optional(Type.Integer()) })),
    callback_url: Type.Optional(Type.String({ description: 'The URL that is notified when it has ended.' })),
  }
  const enveloped = (data: JsonObject) =>
    Type.Object({ code: Type.Integer(), msg: text, data, exec_time: Type.Number({ description: 'Seconds.' }) })
  const statuses = Type.Enum(['PENDING', 'THROTTLED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED'])
  const named = {
    Created: Type.Object({ id: text, estimatedCost: Cost }),
    Task: Type.Object({
      id: text,
      status: statuses,
      createdAt: text,
      estimatedCost: Type.Optional(Cost),
      progress: Type.Optional(Type.Number({ description: 'From 0 to 1.' })),
      output: Type.Optional(Type.Array(text, { description: 'The URLs of the results.' })),
      failure: optional,
      failureCode: optional,
      cost: Type.Optional(Cost),
    }),
    Error: Type.Object({
      error: text,
      issues: Type.Optional(Type.Array(Type.Object({ path: Type.Array(text), message: text }))),
    }),
    Upload: Type.Object({ uploadUrl: text, fields: Type.Object({ key: text }), runwayUri: text }),
    Organization: Type.Object({
      creditBalance: Type.Integer(),
      tier: Type.Object({ maxMonthlyCreditSpend: Type.Null(), models: Type.Object({}) }),
      usage: Type.Object({ models: Type.Object({}) }),
    }),
    GenerateRequest: Type.Object({ prompt: text, image: optional, ...reversed }),
    RestyleRequest: Type.Object({ prompt: text, video: text, ...reversed }),
    ActRequest: Type.Object({
      video: text,
      image: text,
      options: Type.Optional(Type.Object({})),
      callback_url: reversed.callback_url,
    }),
    Submitted: enveloped(plain(Type.Object({ task_id: text }))),
    Feed: enveloped(
      plain(
        Type.Object({
          task_id: text,
          status: Type.Enum(['0', '1', '2', '3']),
          state: Type.Enum(['pending', 'running', 'failed', 'succeeded']),
          prompt: text,
          prompt_en: text,
          video_url: text,
          poster: text,
          last_frame: text,
          msg: Type.String({ description: 'Why it failed.' }),
          point: Type.Number({ description: 'Credits.' }),
          refund: Type.Number({ description: 'Credits.' }),
          create_time: Type.String({ description: 'Unix seconds.' }),
          update_time: Type.String({ description: 'Unix seconds.' }),
        }),
      ),
    ),
    RelayError: Type.Object({
      code: Type.Union([Type.Integer(), text]),
      message: text,
      data: Type.Null(),
      error: Type.Object({ message: text, type: text, code: text }),
    }),
    WebTask: Type.Object({
      task: Type.Object({
        id: text,
        name: text,
        taskType: text,
        status: statuses,
        createdAt: text,
        progressRatio: text,
        progressText: Type.Union([text, Type.Null()]),
        estimatedTimeToStartSeconds: Type.Null(),
        options: Type.Object({}),
        artifacts: Type.Array(Type.Object({ url: text, previewUrls: Type.Array(text) })),
      }),
    }),
    WebUpload: Type.Object({
      id: text,
      uploadUrls: Type.Array(text),
      uploadHeaders: Type.Object({ 'Content-Type': text }),
    }),
    WebFile: Type.Object({ url: text }),
  }
  return {
    ...Object.fromEntries(TASK_TYPES.map((taskType) => [`Runway${camel(taskType)}Request`, requestOf(taskType)])),
    ...Object.fromEntries(Object.entries(named).map(([name, schema]) => [`Runway${name}`, plain(schema)])),
  }
}
