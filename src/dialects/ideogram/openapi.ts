import { Type } from 'typebox'
import type { JsonObject } from '../../core/json.ts'
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
  inQuery,
  operationsOfEach,
  PAID,
  plain,
  ref,
  replayed,
} from '../kit/openapi.ts'
import { statusOf } from './errors.ts'
import { ASYNC_TOOLS, TOOLS, type Tool } from './to-task.ts'

const TAG = 'Ideogram'

export type Descriptions = Record<`tool:${string}` | `async:${string}` | 'generation', JsonObject>

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
      (key, prefix) =>
        `ideogram${prefix === '' ? '-bare' : ''}${key.replace(/^(?:tool|async):|^(?=generation)/, (start) => (start === '' ? '-' : '')).replaceAll('/', '-')}`,
    ),
    webhooks: {},
    schemas: {
      ...Object.fromEntries(TOOLS.map(({ operation }) => [inputName(operation), inputSchema(operation)])),
      ...schemas(),
    },
  }
}

function operationsOf(): Descriptions {
  return {
    ...operationsOfEach('tool', TOOLS, ({ path }) => path, ofTool),
    ...operationsOfEach('async', ASYNC_TOOLS, ({ path }) => path, ofAsyncTool),
    generation: {
      summary: 'Read what was begun asynchronously',
      tags: [TAG],
      parameters: [inPath('id', 'The generation.')],
      responses: {
        '200': answer('The generation as it is.', ref('IdeogramGeneration')),
        ...errorAnswers([...COMMON_ERRORS, 'task_not_found'], statusOf, ref('IdeogramError')),
      },
    },
  }
}

function ofAsyncTool(tool: Tool): JsonObject {
  const { requestBody } = ofTool(tool)
  return {
    summary: `${tool.operation.title}, without waiting for it`,
    tags: [TAG],
    parameters: [
      idempotencyKey,
      inQuery('webhook_url', { type: 'string' }, 'Called when the work has ended, with the body of a read.'),
    ],
    requestBody: requestBody ?? {},
    responses: {
      '200': { ...answer('The id by which it is read.', ref('IdeogramAccepted')), ...replayed },
      ...errorAnswers([...PAID], statusOf, ref('IdeogramError')),
      '422': answer('The content was refused.', ref('IdeogramError')),
    },
  }
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
  const Generation = Type.Object({
    generation_id: text,
    status: Type.Enum(['pending', 'completed', 'failed']),
    created: Type.String({ format: 'date-time' }),
    response_type: Type.Optional(text),
    data: Type.Optional(Type.Array(Picture)),
    descriptions: Type.Optional(Descriptions.properties.descriptions),
    failure_reason: Type.Optional(text),
  })
  const Accepted = Type.Object({ generation_id: text })
  const named = { Pictures, Descriptions, Generation, Accepted, Error: Failure }
  return Object.fromEntries(Object.entries(named).map(([name, schema]) => [`Ideogram${name}`, plain(schema)]))
}
