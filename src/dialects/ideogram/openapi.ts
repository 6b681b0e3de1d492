import { Type } from 'typebox'
import type { JsonObject } from '../../core/json.ts'
import type { ApiDescription } from '../dialect.ts'
import {
  answer,
  errorAnswers,
  idempotencyKey,
  idsBelow,
  inputName,
  inputSchema,
  operationsOfEach,
  PAID,
  plain,
  ref,
  replayed,
} from '../kit/openapi.ts'
import { statusOf } from './errors.ts'
import { TOOLS, type Tool } from './to-task.ts'

const TAG = 'Ideogram'

export type Descriptions = ReturnType<typeof operationsOf>

/** The routes of Ideogram's API, in OpenAPI. */
export async function describeIdeogram(): Promise<ApiDescription> {
  return {
    tags: [
      {
        name: TAG,
        description:
          'Ideogram’s own API, under `/ideogram` and at its own paths: each answers when the work is done. The key may come as `Api-Key`.',
      },
    ],
    operations: operationsOf(),
    below: idsBelow(
      (key, prefix) => `ideogram${prefix === '' ? '-bare' : ''}${key.replace('tool:', '').replaceAll('/', '-')}`,
    ),
    webhooks: {},
    schemas: {
      ...Object.fromEntries(TOOLS.map(({ operation }) => [inputName(operation), inputSchema(operation)])),
      ...schemas(),
    },
  }
}

function operationsOf() {
  return operationsOfEach('tool', TOOLS, ({ path }) => path, ofTool)
}

function ofTool({ operation, isNested }: Tool): JsonObject {
  const input = ref(inputName(operation))
  const file = { type: 'string', description: 'A picture; in a form, the file.' }
  const beside = 'image_file' in operation.input.properties ? { image_file: file } : {}
  const body: JsonObject = isNested ? { type: 'object', properties: { image_request: input, ...beside } } : input
  const made = operation.produces.kind === 'texts' ? 'IdeogramDescriptions' : 'IdeogramPictures'
  return {
    summary: operation.title,
    tags: [TAG],
    parameters: [idempotencyKey],
    requestBody: {
      required: true,
      content: { 'application/json': { schema: body }, 'multipart/form-data': { schema: body } },
    },
    responses: {
      '200': { ...answer('The result.', ref(made)), ...replayed },
      ...errorAnswers([...PAID, 'vendor_refused', 'timed_out'], statusOf, ref('IdeogramError')),
      '422': answer('The content was refused.', ref('IdeogramError')),
    },
  }
}

function schemas(): Record<string, JsonObject> {
  const text = Type.String()
  const Picture = Type.Object({
    url: text,
    prompt: text,
    resolution: text,
    upscaled_resolution: Type.Optional(text),
    is_image_safe: Type.Boolean(),
    seed: Type.Optional(Type.Integer()),
    style_type: Type.Optional(text),
  })
  const Pictures = Type.Object({ created: Type.String({ format: 'date-time' }), data: Type.Array(Picture) })
  const Descriptions = Type.Object({ descriptions: Type.Array(Type.Object({ text })) })
  const Failure = Type.Object({ error: text, reject_reason: Type.Optional(text) })
  const named = { Pictures, Descriptions, Error: Failure }
  return Object.fromEntries(Object.entries(named).map(([name, schema]) => [`Ideogram${name}`, plain(schema)]))
}
