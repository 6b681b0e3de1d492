import { Type } from 'typebox'
import type { ErrorCode } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { ApiDescription } from '../dialect.ts'
import {
  answer,
  COMMON_ERRORS,
  errorAnswers,
  idempotencyKey,
  idsBelow,
  inPath,
  inputName,
  inputSchema,
  operationsOfEach,
  PAID,
  plain,
  ref,
  replayed,
} from '../kit/openapi.ts'
import { statusOf } from './errors.ts'
import { GENERATIONS, OWN, type Tool } from './to-task.ts'

const TAG = 'Recraft'
const TOOLS = [...GENERATIONS, ...OWN]

export type Descriptions = ReturnType<typeof operationsOf>

/** The routes of Recraft's API, in OpenAPI. */
export async function describeRecraft(): Promise<ApiDescription> {
  return {
    tags: [
      {
        name: TAG,
        description:
          'Recraft’s own API, under `/recraft` and at its own paths: each answers when the work is done. In a form `image`, `mask` and `style_references` are files.',
      },
    ],
    operations: operationsOf(),
    below: idsBelow(idOf),
    webhooks: {},
    schemas: {
      ...Object.fromEntries(TOOLS.map(({ operation }) => [inputName(operation), inputSchema(operation)])),
      ...schemas(),
    },
  }
}

function failures(codes: readonly ErrorCode[]): JsonObject {
  return errorAnswers(codes, statusOf, ref('RecraftError'))
}

function inBoth(schema: JsonObject): JsonObject {
  return { required: true, content: { 'application/json': { schema }, 'multipart/form-data': { schema } } }
}

function operationsOf() {
  return Object.assign(
    operationsOfEach('tool', TOOLS, ({ path }) => path, ofTool),
    {
      ...styleOperations(),
      'users-me': reading('Read what is left', [], 'RecraftUser', COMMON_ERRORS),
    },
  )
}

function idOf(key: string, prefix: string): string {
  return `recraft${prefix === '' ? '-bare' : ''}-${key.replace('tool:', '').replaceAll('/', '-')}`
}

function ofTool({ operation, answers }: Tool): JsonObject {
  return {
    summary: operation.title,
    tags: [TAG],
    parameters: [idempotencyKey],
    requestBody: inBoth({ allOf: [ref(inputName(operation)), ref('RecraftFormat')] }),
    responses: {
      '200': { ...answer('The result.', ref(answers === 'data' ? 'RecraftImages' : 'RecraftImage')), ...replayed },
      ...failures([...PAID, 'vendor_refused', 'timed_out']),
    },
  }
}

function reading(summary: string, parameters: Json[], schema: string, codes: readonly ErrorCode[]): JsonObject {
  const responses = { '200': answer('The current state.', ref(schema)), ...failures(codes) }
  return { summary, tags: [TAG], parameters, responses }
}

function styleOperations() {
  const id = [inPath('id', 'The style.')]
  const FOUND: readonly ErrorCode[] = [...COMMON_ERRORS, 'not_found']
  return {
    'create-style': {
      summary: 'Create a style from pictures',
      tags: [TAG],
      requestBody: inBoth(ref('RecraftStyleRequest')),
      responses: {
        '200': answer('The style.', ref('RecraftCreatedStyle')),
        ...failures([...COMMON_ERRORS, 'malformed_body', 'invalid_input', 'unsupported_media', 'payload_too_large']),
      },
    },
    'list-styles': {
      summary: 'List the newest styles',
      tags: [TAG],
      responses: {
        '200': answer('The caller’s styles.', {
          type: 'object',
          properties: { styles: { type: 'array', items: ref('RecraftStyle') } },
        }),
        ...failures(COMMON_ERRORS),
      },
    },
    'get-style': reading('Read a style', id, 'RecraftStyle', FOUND),
    'delete-style': {
      summary: 'Delete a style',
      tags: [TAG],
      parameters: id,
      responses: { '200': answer('It is deleted.', { type: 'object' }), ...failures(FOUND) },
    },
  }
}

function schemas(): Record<string, JsonObject> {
  const text = Type.String()
  const optional = Type.Optional(text)
  const Picture = Type.Object({ image_id: text, url: optional, b64_json: optional })
  const about = { created: Type.Integer({ description: 'Unix seconds.' }), credits: Type.Integer() }
  const style = { id: text, style: text, substyle: optional, creation_time: text, is_private: Type.Boolean() }
  const all = {
    Format: Type.Object({ response_format: Type.Optional(Type.Enum(['url', 'b64_json'])) }),
    Images: Type.Object({ ...about, data: Type.Array(Picture), style_id: optional }),
    Image: Type.Object({ ...about, image: Picture }),
    StyleRequest: Type.Object({
      style: text,
      substyle: optional,
      images: Type.Optional(Type.Array(Type.String({ description: 'In a form: one to five pictures.' }))),
      image_urls: Type.Optional(Type.Array(Type.String({ description: 'In JSON: URLs or data URIs, one to five.' }))),
    }),
    Style: Type.Object(style),
    CreatedStyle: Type.Object({ ...style, credits: Type.Integer() }),
    User: Type.Object({ id: text, email: Type.Null(), name: text, credits: Type.Integer() }),
    Error: Type.Object({
      code: text,
      message: text,
      error: Type.Object({ message: text, type: text, param: Type.Union([text, Type.Null()]), code: text }),
    }),
  }
  return Object.fromEntries(Object.entries(all).map(([name, schema]) => [`Recraft${name}`, plain(schema)]))
}
