import { Type } from 'typebox'
import type { ErrorCode } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { ApiDescription, DialectContext } from '../dialect.ts'
import {
  answer,
  errorAnswers,
  idempotencyKey,
  inputName,
  inputSchema,
  inQuery,
  jsonBody,
  PAID,
  plain,
  ref,
  replayed,
  USUAL,
  wait,
  webhookAnswers,
  webhookHeaders,
} from '../openapi.ts'
import { statusOf } from './errors.ts'
import { FINETUNED, MODELS, PREFIXES } from './places.ts'

const TAG = 'Black Forest Labs'

/** The routes of Black Forest Labs' API, in OpenAPI. */
export async function describeBfl({ limits }: Pick<DialectContext, 'limits'>): Promise<ApiDescription> {
  return {
    tags: [
      {
        name: TAG,
        description:
          'Flux as Black Forest Labs serves it, under `/flux`, `/bfl` and at its own paths. The key may come as `x-key`.',
      },
    ],
    paths: Object.assign({}, ...PREFIXES.map((prefix) => pathsAt(prefix, limits))),
    webhooks: { bflTaskEnded: callback() },
    schemas: {
      ...Object.fromEntries(MODELS.map((operation) => [inputName(operation), inputSchema(operation)])),
      ...schemas(),
    },
  }
}

function failures(codes: readonly ErrorCode[]): JsonObject {
  return errorAnswers(codes, statusOf, ref('BflError'))
}

function pathsAt(prefix: string, { maxWaitSeconds }: DialectContext['limits']): ApiDescription['paths'] {
  /** Operations of the three places have the place in their names. */
  const named = (name: string) => `${prefix.slice(1) || 'bare'}-${name}`
  const creating = MODELS.map((operation): [string, JsonObject] => [
    `${prefix}/v1/${operation.taskType}`,
    {
      post: {
        operationId: named(operation.taskType),
        summary: operation.title,
        tags: [TAG],
        parameters: [idempotencyKey],
        requestBody: jsonBody({ allOf: [ref(inputName(operation)), ref('BflHook')] }),
        responses: { '200': { ...answer('Where to look.', ref('BflCreated')), ...replayed }, ...failures(PAID) },
      },
    },
  ])
  const reading = (name: string, summary: string, parameters: Json[], responses: JsonObject): JsonObject => ({
    get: { operationId: named(name), summary, tags: [TAG], parameters, responses },
  })
  const finetune = inQuery('finetune_id', { type: 'string' }, 'The finetune.', true)
  const refusing = (name: string, summary: string, codes: readonly ErrorCode[]): JsonObject => ({
    post: {
      operationId: named(name),
      summary,
      tags: [TAG],
      requestBody: jsonBody({ type: 'object' }),
      responses: failures([...USUAL, ...codes]),
    },
  })
  const NONE: readonly ErrorCode[] = ['invalid_input', 'not_found']
  return {
    ...Object.fromEntries(creating),
    [`${prefix}/v1/get_result`]: reading(
      'get_result',
      'Read a task',
      [inQuery('id', { type: 'string' }, 'The task.', true), wait(maxWaitSeconds)],
      {
        '200': answer('The task as it is.', ref('BflResult')),
        ...failures([...USUAL, 'invalid_input']),
        '404': answer('`Task not found`', ref('BflResult')),
      },
    ),
    [`${prefix}/v1/credits`]: reading('credits', 'Read what is left', [], {
      '200': answer('A hundred credits are 1 USD.', plain(Type.Object({ credits: Type.Number() }))),
      ...failures(USUAL),
    }),
    [`${prefix}/v1/my_finetunes`]: reading('my_finetunes', 'List finetunes', [], {
      '200': answer('None: nothing is finetuned here.', plain(Type.Object({ finetunes: Type.Array(Type.String()) }))),
      ...failures(USUAL),
    }),
    [`${prefix}/v1/finetune_details`]: reading(
      'finetune_details',
      'Read a finetune: there are none',
      [finetune],
      failures([...USUAL, ...NONE]),
    ),
    [`${prefix}/v1/finetune`]: refusing('finetune', 'Not supported', ['unknown_operation']),
    [`${prefix}/v1/delete_finetune`]: refusing('delete_finetune', 'Delete a finetune: there are none', NONE),
    ...Object.fromEntries(
      FINETUNED.map((model) => [
        `${prefix}/v1/${model}`,
        refusing(model, 'Draw with a finetune: there are none', NONE),
      ]),
    ),
  }
}

function callback(): JsonObject {
  const signature = {
    name: 'x-bfl-signature',
    in: 'header',
    description: '`sha256=` and the HMAC of the body with `webhook_secret`, in hex.',
    schema: { type: 'string' },
  }
  return {
    post: {
      operationId: 'bflTaskEnded',
      summary: 'A task has ended: webhook_url',
      tags: [TAG],
      security: [],
      parameters: [...webhookHeaders, signature],
      requestBody: jsonBody(ref('BflResult')),
      responses: webhookAnswers,
    },
  }
}

function schemas(): Record<string, JsonObject> {
  const text = Type.String()
  const orNull = (schema: Parameters<typeof Type.Union>[0][number]) => Type.Union([schema, Type.Null()])
  const Hook = Type.Object({
    webhook_url: Type.Optional(Type.String({ description: 'Who is told of the end.' })),
    webhook_secret: Type.Optional(Type.String({ description: 'Signs what is told.' })),
  })
  const Created = Type.Object({
    id: text,
    polling_url: text,
    status: Type.Optional(text),
    webhook_url: Type.Optional(text),
    cost: Type.Number({ description: 'Credits.' }),
    input_mp: orNull(Type.Number()),
    output_mp: orNull(Type.Number()),
  })
  const Result = Type.Object({
    id: text,
    status: Type.Enum(['Task not found', 'Pending', 'Request Moderated', 'Content Moderated', 'Ready', 'Error']),
    result: orNull(
      Type.Object({
        sample: Type.String({ description: 'Address of the file.' }),
        prompt: text,
        seed: orNull(Type.Number()),
        start_time: Type.Number({ description: 'Unix seconds.' }),
        end_time: Type.Number({ description: 'Unix seconds.' }),
        duration: Type.Number({ description: 'Seconds.' }),
      }),
    ),
    progress: orNull(Type.Number({ description: 'From 0 to 1.' })),
    details: orNull(Type.Object({})),
    preview: Type.Null(),
  })
  const Fault = Type.Object({
    loc: Type.Array(Type.Union([text, Type.Integer()])),
    msg: text,
    type: text,
  })
  const Failure = Type.Object({ detail: Type.Union([text, Type.Array(Fault)]) })
  const named = { Hook, Created, Result, Error: Failure }
  return Object.fromEntries(Object.entries(named).map(([name, schema]) => [`Bfl${name}`, plain(schema)]))
}
