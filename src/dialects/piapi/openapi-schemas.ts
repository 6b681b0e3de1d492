import { type TSchema, Type } from 'typebox'
import type { JsonObject } from '../../core/json.ts'
import { plain, ref } from '../kit/openapi.ts'

const time = (description: string) => Type.String({ description: `${description}; 0001-01-01T00:00:00Z until then.` })
const money = (description: string) =>
  Type.Object(
    { points: Type.Integer(), usd: Type.Number() },
    { description: `${description} 10,000,000 points are 1 USD.` },
  )

const whole = Type.Integer()

/** The schemas that routes share, by name. */
export function sharedSchemas(): Record<string, JsonObject> {
  const Failure = Type.Object({
    code: Type.Integer({ description: 'The HTTP status.' }),
    data: Type.Null(),
    message: Type.String({ description: 'What is wrong, with the value, and what to do.' }),
    error: Type.Object({
      type: Type.String({ description: 'The code of docs/errors.md.' }),
      message: Type.String(),
      field: Type.Optional(Type.String({ description: 'The field that is wrong, such as `input.prompt`.' })),
      request_id: Type.Optional(Type.String({ description: 'The id of the request, as in `x-request-id`.' })),
    }),
  })
  const Canceled = Type.Object({ code: whole, message: Type.String(), data: Type.Object({ canceled: whole }) })
  const named = { ...taskSchemas(), ...batchAndModelSchemas(), ...accountSchemas(), Canceled, Error: Failure }
  return Object.fromEntries(Object.entries(named).map(([name, schema]) => [`Piapi${name}`, plain(schema)]))
}

function taskSchemas(): Record<string, TSchema> {
  const Config = Type.Object({
    service_mode: Type.Optional(
      Type.Enum(['', 'public', 'private'], {
        description:
          'Whose accounts run it: `private` those that you connected, `public` the operator’s; by default as you set.',
      }),
    ),
    webhook_config: Type.Optional(
      Type.Object({
        endpoint: Type.Optional(Type.String({ description: 'The URL that is called when the task has ended.' })),
        secret: Type.Optional(Type.String({ maxLength: 1_024, description: 'Sent with it, as x-webhook-secret.' })),
      }),
    ),
  })
  const meta = Type.Object({
    created_at: Type.String(),
    started_at: time('When a provider took it'),
    ended_at: time('When it ended'),
    usage: Type.Object({
      type: Type.Enum(['point', 'llm']),
      frozen: Type.Integer({ description: 'Points held.' }),
      consume: Type.Integer({ description: 'Points paid.' }),
      charged: Type.Optional(
        Type.Boolean({
          description: 'False at the end of a task of a test key: a live key would have paid this, at the list price.',
        }),
      ),
    }),
    is_using_private_pool: Type.Boolean({ description: 'An account that you connected did it, or is to do it.' }),
  })
  const error = Type.Object({
    code: Type.Integer({ description: '0 where nothing went wrong.' }),
    raw_message: Type.String(),
    message: Type.String(),
    detail: Type.Null(),
  })
  const Task = Type.Object({
    task_id: Type.String(),
    model: Type.String(),
    task_type: Type.String(),
    status: Type.Enum(['staged', 'pending', 'processing', 'completed', 'failed']),
    config: ref('PiapiConfig'),
    input: Type.Object({}, { description: 'The input with its defaults.' }),
    output: ref('PiapiOutput'),
    meta,
    detail: Type.Null(),
    logs: Type.Array(Type.String()),
    error,
    metadata: Type.Optional(Type.Unknown({ description: 'What the request had under this name.' })),
  })
  const Place = Type.Object({
    tasks_ahead: Type.Union([Type.Integer(), Type.Null()], { description: 'Waiting tasks before it; null = it runs.' }),
    estimated_seconds: Type.Union([Type.Integer(), Type.Null()], {
      description: 'Until a provider begins, by how long such tasks took; null where none has ended yet.',
    }),
  })
  const Attempt = Type.Object({
    number: Type.Integer({ minimum: 1 }),
    provider: Type.String(),
    outcome: Type.Enum(['calling', 'accepted', 'uncertain', 'turned_away', 'completed', 'failed', 'cancelled']),
    reason: Type.String(),
    begun_at: Type.String(),
    accepted_at: time('When the provider had taken it'),
    ended_at: time('When it was over'),
  })
  const Quote = Type.Object({
    dry_run: Type.Literal(true),
    model: Type.String(),
    task_type: Type.String(),
    config: ref('PiapiConfig'),
    input: Type.Object({}),
    price: money('What the task would cost.'),
    available: money('What the account has.'),
    affordable: Type.Boolean(),
  })
  return { Config, Task, Quote, Place, Attempt }
}

function batchAndModelSchemas(): Record<string, TSchema> {
  const Batch = Type.Object({
    batch_id: Type.String(),
    status: Type.Enum(['processing', 'completed']),
    progress: Type.Integer({ minimum: 0, maximum: 100 }),
    counts: Type.Object({
      total: whole,
      accepted: whole,
      rejected: whole,
      unfinished: whole,
      completed: whole,
      failed: whole,
      canceled: whole,
    }),
    errors: Type.Array(Type.Object({ index: whole, message: Type.String() }), {
      description: 'The entries that were refused.',
    }),
    config: ref('PiapiConfig'),
    created_at: Type.String(),
    ended_at: time('When the last task ended'),
  })
  const Model = Type.Object({
    model: Type.String(),
    task_types: Type.Array(
      Type.Object({
        task_type: Type.String(),
        title: Type.String(),
        produces: Type.String(),
        price: money('What the example costs.'),
        timeout_seconds: Type.Number(),
        cancellable_while: Type.Array(Type.String()),
        input_schema: Type.Object({}, { description: 'JSON Schema.' }),
        output_schema: Type.Object({}, { description: 'JSON Schema.' }),
        example: Type.Object({}),
        available: Type.Object({ live: Type.Boolean(), test: Type.Boolean() }),
      }),
    ),
  })
  return { Batch, Model }
}

function accountSchemas(): Record<string, TSchema> {
  const Account = Type.Object({
    id: whole,
    name: Type.String(),
    plan: Type.String(),
    type: Type.String(),
    is_enable: Type.Boolean(),
    max_concurrent_task_count: Type.Integer({ description: '0: no limit.' }),
    equivalent_in_usd: Type.Number(),
    wallet: Type.Object({ point_remain: Type.Integer({ description: 'Points to spend.' }) }),
    credit_pack_info: Type.Object({
      available_credits: whole,
      used_credits: whole,
      total_credits: whole,
      frozen_credits: whole,
      expired_credits: whole,
      inactive_credits: whole,
    }),
  })
  const ActiveFamily = Type.Object({
    staged_count: whole,
    pending_count: whole,
    processing_count: whole,
    active_tasks: Type.Array(ref('PiapiTask')),
  })
  const Row = Type.Object({
    id: whole,
    task_id: Type.String(),
    task_model: Type.String(),
    status: Type.String(),
    action: Type.String({ description: 'The task type.' }),
    service_mode: Type.String(),
    usage: Type.Integer({ description: 'Points paid.' }),
    usage_type: Type.String(),
    created_at: Type.String(),
    updated_at: Type.String(),
  })
  const History = Type.Object({ data: Type.Array(Row), page: whole, size: whole, total: whole })
  return { Account, ActiveFamily, History }
}

/** The envelope of most answers. */
export function enveloped(data: JsonObject): JsonObject {
  return {
    type: 'object',
    required: ['code', 'data', 'message'],
    properties: { code: { type: 'integer', const: 200 }, data, message: { type: 'string' } },
  }
}

/** The envelope of a read. */
export function stamped(data: JsonObject): JsonObject {
  const timestamp = { type: 'integer', description: 'Unix seconds: when the task ended, or now.' }
  const { properties, ...rest } = enveloped(data)
  return { ...rest, properties: { timestamp, ...(properties as JsonObject) } } // as `enveloped` writes it
}

/** An answer without data. */
export function withoutData(): JsonObject {
  return plain(Type.Object({ code: Type.Integer(), message: Type.String() }))
}
