import type { TSchema } from 'typebox'
import { pathFieldsOf, type Verb } from '../admin/verb.ts'
import { OPERATOR_VERBS, OWN_VERBS } from '../admin/verbs.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { COMMON_ERRORS, errorAnswers, inPath, inQuery, jsonBody, plain, ref } from '../dialects/kit/openapi.ts'
import { errorBody } from './errors.ts'
import { PEOPLE_ROUTES, type PeopleRoute } from './people-routes.ts'
import { descriptionOf } from './verb-routes.ts'

/** The description of the verbs' routes, which follows from the verbs. */

export const OPERATOR_TAG = 'Administration (operator)'
export const OWN_TAG = 'Keys, usage and money (your own)'
export const PEOPLE_TAG = 'People and sessions'

export function verbOperations(): Record<string, JsonObject> {
  const operators = OPERATOR_VERBS.map((verb): [Verb, 'operator' | 'tenant'] => [verb, 'operator'])
  const own = OWN_VERBS.map((verb): [Verb, 'operator' | 'tenant'] => [verb, 'tenant'])
  const derived = [...operators, ...own].filter(([{ describedAs }]) => describedAs === undefined)
  const tagOf = (by: 'operator' | 'tenant'): string => (by === 'operator' ? OPERATOR_TAG : OWN_TAG)
  return Object.fromEntries(derived.map(([verb, by]) => [descriptionOf(verb, by), operationOf(verb, tagOf(by))]))
}

/** The routes of sessions, which need no key. */
export function peopleOperations(): Record<string, JsonObject> {
  const operations = (PEOPLE_ROUTES as readonly PeopleRoute[]).map((route): [string, JsonObject] => {
    return [route.name, { ...operationOf(route, PEOPLE_TAG), security: [] }]
  })
  return Object.fromEntries(operations)
}

/** What is described: a verb, or a route like one. */
type Described = Pick<
  Verb,
  'method' | 'path' | 'summary' | 'description' | 'input' | 'answer' | 'example' | 'errors'
> & { fileTypes?: readonly string[] }

function operationOf(verb: Described, tag: string): JsonObject {
  const { method, summary, description } = verb
  const inThePath = pathFieldsOf(verb)
  const others = Object.keys(verb.input.properties).filter((name) => !inThePath.includes(name))
  const schemaOf = (name: string): JsonObject => plain(verb.input.properties[name] as TSchema) // it is one of them
  const descriptionIn = (schema: JsonObject) => (typeof schema.description === 'string' ? schema.description : '')
  const parameters = [
    ...inThePath.map((name) => inPath(name, descriptionIn(schemaOf(name)) || 'Its id.')),
    ...(method === 'GET' ? others : []).map((name) => {
      const { description: text, ...schema } = schemaOf(name)
      return inQuery(name, schema, String(text ?? ''), verb.input.required?.includes(name) ?? false)
    }),
  ]
  const hasBody = method !== 'GET' && others.length > 0
  return {
    summary,
    tags: [tag],
    ...(description === undefined ? {} : { description }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(hasBody ? { requestBody: bodyOf(verb, others) } : {}),
    responses: {
      '200': successOf(verb),
      ...errorAnswers(codesOf(verb, hasBody), (error) => errorBody(error).status, ref('AccountFault')),
    },
  }
}

function bodyOf({ input, example }: Described, fields: string[]): JsonObject {
  const required = (input.required ?? []).filter((name) => fields.includes(name))
  const schema = {
    type: 'object',
    properties: Object.fromEntries(fields.map((name) => [name, plain(input.properties[name] as TSchema)])), // likewise
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  }
  const examples = example === undefined ? undefined : { example: { value: example } }
  return { ...jsonBody(schema, examples), required: required.length > 0 }
}

function successOf(verb: Described): JsonObject {
  const data = plain(verb.answer)
  const code = { type: 'integer', const: 200 }
  const schema = {
    type: 'object',
    required: ['code', 'data', 'message'],
    properties: { code, data, message: { type: 'string' } },
  }
  const files = (verb.fileTypes ?? []).map((type): [string, JsonObject] => {
    return [type, { schema: { type: 'string', ...(type.startsWith('text/') ? {} : { format: 'binary' }) } }]
  })
  return { description: verb.summary, content: { 'application/json': { schema }, ...Object.fromEntries(files) } }
}

function codesOf(verb: Described, hasBody: boolean): ErrorCode[] {
  const takesInput = Object.keys(verb.input.properties).length > 0
  return [
    ...new Set<ErrorCode>([
      ...COMMON_ERRORS,
      'forbidden',
      ...(takesInput ? (['invalid_input'] as const) : []),
      ...(hasBody ? (['malformed_body', 'payload_too_large', 'unsupported_media'] as const) : []),
      ...(verb.method === 'POST' ? (['overloaded'] as const) : []),
      ...(verb.errors ?? []),
    ]),
  ]
}
