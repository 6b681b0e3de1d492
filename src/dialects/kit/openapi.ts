import type { TSchema } from 'typebox'
import type { Operation } from '../../catalog/operation.ts'
import { ERRORS, type ErrorCode, PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { ApiDescription } from '../dialect.ts'

/** Pieces of which the dialects write their descriptions. */

/**
 * The operations of routes that are registered for each of a list, under `KIND:NAME`. Where the names are any text, join
 * them to others by `Object.assign`: a spread loses keys that are a pattern from the type.
 */
export function operationsOfEach<Kind extends string, Item, Name extends string>(
  kind: Kind,
  items: readonly Item[],
  nameOf: (item: Item) => Name,
  describe: (item: Item) => JsonObject,
): Record<`${Kind}:${Name}`, JsonObject> {
  const entries = items.map((item) => [`${kind}:${nameOf(item)}`, describe(item)])
  return Object.fromEntries(entries) as Record<`${Kind}:${Name}`, JsonObject> // as they were just named
}

/** For `ApiDescription.below`, where operations differ by nothing but their ids. */
export function idsBelow(idOf: (key: string, prefix: string) => string): NonNullable<ApiDescription['below']> {
  return (prefix, operation) => ({ ...operation, operationId: idOf(operation.operationId, prefix) })
}

export function ref(schema: string): JsonObject {
  return { $ref: `#/components/schemas/${schema}` }
}

/**
 * A TypeBox schema as the JSON Schema that it is, without the marks that only TypeBox reads. An enum gets the type of its
 * values, which TypeBox leaves out and many readers of a document look for.
 */
export function plain(schema: TSchema): JsonObject {
  return JSON.parse(JSON.stringify(schema), (_name, value: Json) => {
    if (!isJsonObject(value) || !Array.isArray(value.enum) || 'type' in value) return value
    const [type, ...others] = new Set(value.enum.map((one) => typeof one))
    return type !== undefined && others.length === 0 ? { type, ...value } : value
  }) as JsonObject // a schema is JSON
}

export function inputName(operation: Operation): string {
  return `${nameOf(operation)}.input`
}

/** The input of an operation as a caller may send it: a field that has a default may be left out. */
export function inputSchema({ input, model, taskType }: Operation): JsonObject {
  return { title: `Input of ${model} ${taskType}`, ...asSent(plain(input)) }
}

function asSent(schema: JsonObject): JsonObject {
  const { properties, required, items, ...rest } = schema as {
    properties?: Record<string, JsonObject>
    required?: string[]
    items?: JsonObject
  } & JsonObject // the words of a schema of the catalogue
  const sent: JsonObject = rest
  if (items) sent.items = asSent(items)
  if (properties) {
    const needed = required?.filter((name) => !Object.hasOwn(properties[name] ?? {}, 'default')) ?? []
    if (needed.length > 0) sent.required = needed
    sent.properties = Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, asSent(field)]))
  }
  return sent
}

/** The name of an operation's schemas: `model/task_type` without what may not stand in a name. */
export function nameOf({ id }: Operation): string {
  return id.replaceAll('/', '.').replaceAll(/[^A-Za-z0-9._-]/g, '_')
}

export function jsonBody(schema: JsonObject, examples?: Record<string, JsonObject>): JsonObject {
  return { required: true, content: { 'application/json': { schema, ...(examples ? { examples } : {}) } } }
}

export function answer(description: string, schema: JsonObject, more: JsonObject = {}): JsonObject {
  return { description, content: { 'application/json': { schema } }, ...more }
}

/** The answers of a route that can fail with these codes, by the status that its dialect gives them. */
export function errorAnswers(
  codes: readonly ErrorCode[],
  statusOf: (error: PolyphonyError) => number,
  schema: JsonObject,
): JsonObject {
  const byStatus = Map.groupBy(codes, (code) => statusOf(new PolyphonyError(code, '')))
  return Object.fromEntries(
    [...byStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, same]) => [status, answer(same.map(lineFor).join('\n'), schema)]),
  )
}

function lineFor(code: ErrorCode): string {
  const { means, retry } = ERRORS[code]
  return `- \`${code}\`: ${means}${retry === 'again' ? ' Try again later.' : ''}`
}

/** What can go wrong on every route that needs a key. */
export const COMMON_ERRORS: readonly ErrorCode[] = ['unauthorized', 'rate_limited', 'store_unavailable', 'internal']

/** What can go wrong where a body is read. */
export const BODY_ERRORS: readonly ErrorCode[] = [
  'malformed_body',
  'invalid_input',
  'payload_too_large',
  'unsupported_media',
]

/** What can go wrong on every route that reads a body and costs something. */
export const PAID: readonly ErrorCode[] = [
  ...COMMON_ERRORS,
  'malformed_body',
  'invalid_input',
  'address_refused',
  'parent_not_usable',
  'insufficient_points',
  'spend_limit_reached',
  'model_not_allowed',
  'payload_too_large',
  'unsupported_media',
  'idempotency_mismatch',
  'too_many_staged',
  'no_provider',
  'storage_full',
]

/** An error of a route that belongs to no protocol, such as that of a file. */
export function plainFailure(description: string): JsonObject {
  return answer(description, {
    type: 'object',
    required: ['code', 'message'],
    properties: { code: { type: 'integer' }, message: { type: 'string' } },
  })
}

export function inPath(name: string, description: string): JsonObject {
  return { name, in: 'path', required: true, description, schema: { type: 'string' } }
}

export function inQuery(name: string, schema: JsonObject, description: string, required = false): JsonObject {
  return { name, in: 'query', ...(required ? { required } : {}), description, schema }
}

export function inHeader(name: string, schema: JsonObject, description: string): JsonObject {
  return { name, in: 'header', description, schema }
}

export const idempotencyKey: JsonObject = inHeader(
  'Idempotency-Key',
  { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
  'The same request again under the same key gives the same task, once paid.',
)

export const replayed: JsonObject = {
  headers: {
    'Idempotency-Replayed': {
      description: '`true` when the answer repeats that of an earlier request under the same `Idempotency-Key`.',
      schema: { type: 'string', enum: ['true'] },
    },
  },
}

export function wait(maxSeconds: number): JsonObject {
  return inQuery(
    'wait',
    { type: 'number', minimum: 0, default: 0 },
    `Seconds to wait for the end of the task, at most ${maxSeconds}: the answer comes when it ends, or as it is then.`,
  )
}

/** Headers of Standard Webhooks, beside a dialect's own. */
export const webhookHeaders: Json[] = [
  inHeader('webhook-id', { type: 'string' }, 'The same at every attempt.'),
  inHeader('webhook-timestamp', { type: 'string' }, 'Unix seconds of this attempt.'),
  inHeader('webhook-signature', { type: 'string' }, 'Signature of Standard Webhooks over id, timestamp and body.'),
]

export const webhookAnswers: JsonObject = {
  '2XX': { description: 'Received; it is not sent again.' },
  '410': { description: 'Refused for good; it is not sent again.' },
  default: { description: 'Sent again later, at most ten times.' },
}
