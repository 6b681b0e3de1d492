import { Type } from 'typebox'
import type { Operation } from '../../catalog/operation.ts'
import type { ErrorCode } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { ApiDescription, DialectContext } from '../dialect.ts'
import {
  answer,
  COMMON_ERRORS,
  errorAnswers,
  idempotencyKey,
  idsBelow,
  inputName,
  inputSchema,
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
import { statusOf } from './errors.ts'
import { MODELS } from './places.ts'

const TAG = 'Black Forest Labs'
const STATES = ['Pending', 'Request Moderated', 'Content Moderated', 'Ready', 'Error']

export type Descriptions = ReturnType<typeof operationsOf>

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
    operations: operationsOf(limits),
    // Operations of the three places have the place in their names.
    below: idsBelow((key, prefix) => `${prefix.slice(1) || 'bare'}-${key.replace('model:', '')}`),
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

function reading(summary: string, parameters: Json[], responses: JsonObject): JsonObject {
  return { summary, tags: [TAG], parameters, responses }
}

function creating(operation: Operation): JsonObject {
  return {
    summary: operation.title,
    tags: [TAG],
    parameters: [idempotencyKey],
    requestBody: jsonBody({ allOf: [ref(inputName(operation)), ref('BflHook')] }),
    responses: {
      '200': { ...answer('The task, with the URL to poll.', ref('BflCreated')), ...replayed },
      ...failures(PAID),
    },
  }
}

function operationsOf({ maxWaitSeconds }: DialectContext['limits']) {
  return Object.assign(
    operationsOfEach('model', MODELS, ({ taskType }) => taskType, creating),
    {
      get_result: reading('Read a task', [inQuery('id', { type: 'string' }, 'The task.', true), wait(maxWaitSeconds)], {
        '200': answer('The task as it is.', ref('BflResult')),
        ...failures([...COMMON_ERRORS, 'invalid_input']),
        '404': answer('`Task not found`', ref('BflResult')),
      }),
      credits: reading('Read what is left', [], {
        '200': answer('A hundred credits are 1 USD.', plain(Type.Object({ credits: Type.Number() }))),
        ...failures(COMMON_ERRORS),
      }),
      ...finetuneOperations(),
    },
  )
}

/** What becomes of finetunes; training and drawing are among the models. */
function finetuneOperations() {
  const Finetunes = Type.Object({ finetunes: Type.Array(Type.String()) })
  const Id = Type.String({ minLength: 1 })
  const finetuneId = inQuery('finetune_id', plain(Id), 'The finetune: the id of its training.', true)
  return {
    my_finetunes: reading('List finetunes that are trained', [], {
      '200': answer('Their ids, newest first.', plain(Finetunes)),
      ...failures(COMMON_ERRORS),
    }),
    finetune_details: reading('Read a finetune', [finetuneId], {
      '200': answer('How it is, or was, trained.', ref('BflFinetune')),
      ...failures([...COMMON_ERRORS, 'invalid_input', 'not_found']),
    }),
    delete_finetune: {
      summary: 'Delete a finetune',
      tags: [TAG],
      requestBody: jsonBody(plain(Type.Object({ finetune_id: Id }))),
      responses: {
        '200': answer('It is deleted, and can no longer be used.', ref('BflDeleted')),
        ...failures([...COMMON_ERRORS, 'malformed_body', 'invalid_input', 'payload_too_large', 'not_found']),
      },
    },
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
    webhook_url: Type.Optional(Type.String({ description: 'The URL that is notified of the end.' })),
    webhook_secret: Type.Optional(Type.String({ description: 'Signs the notification.' })),
  })
  const Created = Type.Object({
    id: text,
    polling_url: text,
    status: Type.Optional(text),
    webhook_url: Type.Optional(text),
    finetune_id: Type.Optional(Type.String({ description: 'Of a training: the finetune, which has its id.' })),
    cost: Type.Number({ description: 'Credits.' }),
    input_mp: orNull(Type.Number()),
    output_mp: orNull(Type.Number()),
  })
  const Made = Type.Object({
    sample: Type.String({ description: 'Address of the file.' }),
    prompt: text,
    seed: Type.Optional(Type.Number({ description: 'As drawn or requested, if it is known.' })),
    start_time: Type.Number({ description: 'Unix seconds.' }),
    end_time: Type.Number({ description: 'Unix seconds.' }),
    duration: Type.Number({ description: 'Seconds.' }),
  })
  const Trained = Type.Object({ finetune_id: text }, { description: 'Of a training.' })
  const Result = Type.Object({
    id: text,
    status: Type.Enum(['Task not found', ...STATES]),
    result: Type.Union([Made, Trained, Type.Null()]),
    progress: orNull(Type.Number({ description: 'From 0 to 1.' })),
    details: orNull(Type.Object({})),
    preview: Type.Null(),
  })
  const Finetune = Type.Object({
    finetune_details: Type.Object({
      finetune_id: text,
      status: Type.Enum(STATES),
      timestamp: Type.String({
        description: 'When the training ended or, before that, when it was requested: RFC 3339.',
      }),
      finetune_comment: text,
      mode: text,
      trigger_word: text,
      iterations: Type.Integer(),
      captioning: Type.Boolean(),
      priority: text,
      finetune_type: text,
      lora_rank: Type.Integer(),
      learning_rate: Type.Number(),
    }),
  })
  const Deleted = Type.Object({
    status: text,
    message: text,
    deleted_finetune_id: text,
    timestamp: Type.String({ description: 'RFC 3339.' }),
  })
  const Fault = Type.Object({
    loc: Type.Array(Type.Union([text, Type.Integer()])),
    msg: text,
    type: text,
  })
  const Failure = Type.Object({ detail: Type.Union([text, Type.Array(Fault)]) })
  const named = { Hook, Created, Result, Finetune, Deleted, Error: Failure }
  return Object.fromEntries(Object.entries(named).map(([name, schema]) => [`Bfl${name}`, plain(schema)]))
}
