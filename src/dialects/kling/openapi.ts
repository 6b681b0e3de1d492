import { Type } from 'typebox'
import { getOperation } from '../../catalog/catalog.ts'
import type { ErrorCode } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { ApiDescription, DialectContext } from '../dialect.ts'
import {
  answer,
  COMMON_ERRORS,
  errorAnswers,
  idempotencyKey,
  idsBelow,
  inPath,
  inQuery,
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
import { BODIES } from './bodies.ts'
import { errorStatus } from './errors.ts'
import { PATHS, type Path } from './to-task.ts'

const TAG = 'Kling'

export type Descriptions = ReturnType<typeof operationsOf>

/** Kling's official API, in OpenAPI. */
export async function describeKling({ limits }: Pick<DialectContext, 'limits'>): Promise<ApiDescription> {
  return {
    tags: [
      {
        name: TAG,
        description:
          'Kling’s official API, below `/kling` as relays serve it, and at its own paths. A task made here is read at PiAPI’s routes, too, and the other way round. In the place of the key, it takes a token as Kling’s clients sign it: a JSON Web Token (HS256) with `iss` = access key, `exp` at most a day ahead, and `nbf`.',
      },
    ],
    operations: operationsOf(limits),
    below: idsBelow(idOf),
    webhooks: { klingTaskChanged: callback() },
    schemas: schemas(),
  }
}

const CREATING: readonly ErrorCode[] = PAID
const READING: readonly ErrorCode[] = [...COMMON_ERRORS, 'task_not_found', 'invalid_input']

function failures(codes: readonly ErrorCode[]): JsonObject {
  return errorAnswers(codes, errorStatus, ref('KlingError'))
}

function operationsOf({ maxWaitSeconds }: DialectContext['limits']) {
  const paths = Object.keys(PATHS) as Path[] // `keyof` what they are the keys of
  const same = (path: Path): Path => path
  return {
    Costs: costs(),
    ...operationsOfEach('Create', paths, same, creating),
    ...operationsOfEach('List', paths, same, listing),
    ...operationsOfEach('Read', paths, same, () => reading(maxWaitSeconds)),
  }
}

/** `Create:/videos/text2video` as `klingCreateVideosText2video`. */
function idOf(key: string, prefix: string): string {
  const words = key.split(/[^A-Za-z0-9]+/).map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  return `kling${prefix === '' ? 'Bare' : ''}${words.join('')}`
}

function creating(path: Path): JsonObject {
  const { title } = getOperation(PATHS[path].operation.id)
  return {
    summary: title,
    tags: [TAG],
    parameters: [idempotencyKey],
    requestBody: jsonBody(
      { allOf: [BODIES[path].schema, ref('KlingCommon')] },
      { example: { summary: title, value: BODIES[path].example } },
    ),
    responses: {
      '200': { ...answer('The task.', enveloped(ref('KlingCreated'))), ...replayed },
      ...failures(CREATING),
    },
  }
}

function listing(): JsonObject {
  return {
    summary: 'List the tasks of this kind, newest first',
    tags: [TAG],
    parameters: [
      inQuery('pageNum', { type: 'integer', minimum: 1, maximum: 1_000, default: 1 }, 'The page.'),
      inQuery('pageSize', { type: 'integer', minimum: 1, maximum: 500, default: 30 }, 'Tasks on a page.'),
    ],
    responses: {
      '200': answer('The tasks.', enveloped({ type: 'array', items: ref('KlingTask') })),
      ...failures([...COMMON_ERRORS, 'invalid_input']),
    },
  }
}

function reading(maxWaitSeconds: number): JsonObject {
  return {
    summary: 'Read a task',
    tags: [TAG],
    parameters: [inPath('id', 'The task, or the `external_task_id` that it was given.'), wait(maxWaitSeconds)],
    responses: { '200': answer('The task as it is.', enveloped(ref('KlingTask'))), ...failures(READING) },
  }
}

function costs(): JsonObject {
  const time = { type: 'integer', minimum: 0 }
  return {
    summary: 'The credit, as a resource pack',
    tags: [TAG],
    parameters: [
      inQuery('start_time', time, 'Unix milliseconds.', true),
      inQuery('end_time', time, 'Unix milliseconds.', true),
      inQuery('resource_pack_name', { type: 'string' }, 'Only the pack of this name.'),
    ],
    responses: {
      '200': answer('The pack, if it could be used in that time.', enveloped(ref('KlingCosts'))),
      ...failures([...COMMON_ERRORS, 'invalid_input']),
    },
  }
}

function callback(): JsonObject {
  return {
    post: {
      operationId: 'klingTaskChanged',
      summary: 'The status of a task has changed: callback_url',
      tags: [TAG],
      security: [],
      parameters: webhookHeaders,
      requestBody: jsonBody(ref('KlingTask')),
      responses: webhookAnswers,
    },
  }
}

function enveloped(data: JsonObject): JsonObject {
  return {
    type: 'object',
    required: ['code', 'message', 'request_id', 'data'],
    properties: {
      code: { type: 'integer', const: 0 },
      message: { type: 'string' },
      request_id: { type: 'string' },
      data,
    },
  }
}

function schemas(): Record<string, JsonObject> {
  const text = Type.String()
  const created = {
    task_id: text,
    task_status: Type.Enum(['submitted', 'processing', 'succeed', 'failed']),
    task_info: Type.Object({ external_task_id: Type.Optional(text) }),
    created_at: Type.Integer({ description: 'Unix milliseconds.' }),
    updated_at: Type.Integer({ description: 'Unix milliseconds.' }),
  }
  const Video = Type.Object({
    id: Type.String({ description: 'What video-extend and lip-sync take as `video_id`.' }),
    url: text,
    watermark_url: text,
    duration: Type.String({ description: 'Seconds.' }),
  })
  const Image = Type.Object({ index: Type.Integer(), url: text })
  const milliseconds = Type.Integer({ description: 'Unix milliseconds.' })
  const Pack = Type.Object({
    resource_pack_name: text,
    resource_pack_id: text,
    resource_pack_type: Type.Enum(['decreasing_total']),
    total_quantity: Type.Number({ description: 'All credit that was ever booked, in US dollars.' }),
    remaining_quantity: Type.Number({ description: 'What can be spent, in US dollars.' }),
    purchase_time: milliseconds,
    effective_time: milliseconds,
    invalid_time: milliseconds,
    status: Type.Enum(['online', 'runOut']),
  })
  const named = {
    Common: Type.Object({
      external_task_id: Type.Optional(Type.String({ description: 'An id of the caller’s own.' })),
      callback_url: Type.Optional(
        Type.String({ description: 'The URL that is notified of each change of the status.' }),
      ),
    }),
    Created: Type.Object(created),
    Task: Type.Object({
      ...created,
      task_status_msg: Type.String({ description: 'Why it failed; empty otherwise.' }),
      task_result: Type.Object({
        videos: Type.Optional(Type.Array(Video)),
        images: Type.Optional(Type.Array(Image)),
      }),
      final_unit_deduction: Type.Optional(Type.String({ description: 'What it cost, in US dollars.' })),
    }),
    Costs: Type.Object({
      code: Type.Integer(),
      msg: text,
      resource_pack_subscribe_infos: Type.Array(Pack),
    }),
    Error: Type.Object({
      code: Type.Integer(),
      message: text,
      request_id: text,
      data: Type.Null(),
      error: Type.Object({ message: text, type: text, code: Type.Integer() }),
    }),
  }
  return Object.fromEntries(Object.entries(named).map(([name, schema]) => [`Kling${name}`, plain(schema)]))
}
