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
import { SECOND_TOOLS, type SecondTool } from './second-version.ts'
import { ASYNC_TOOLS, TOOLS, type Tool } from './to-task.ts'

const TAG = 'Ideogram'

export type Descriptions = Record<
  `tool:${string}` | `async:${string}` | `second:${string}` | 'generation' | 'second-generation',
  JsonObject
>

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
        `ideogram${prefix === '' ? '-bare' : ''}${key.replace(/^(?:tool|async|second):|^(?=generation|second-)/, (start) => (start === '' ? '-' : '')).replaceAll('/', '-')}`,
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
    ...operationsOfEach('second', SECOND_TOOLS, ({ path }) => path, ofSecondTool),
    'second-generation': reading('Read what the second version has begun', 'IdeogramGeneration2'),
    generation: reading('Read what was begun asynchronously', 'IdeogramGeneration'),
  }
}

function reading(summary: string, schema: string): JsonObject {
  return {
    summary,
    tags: [TAG],
    parameters: [inPath('id', 'The generation.')],
    responses: {
      '200': answer('The generation as it is.', ref(schema)),
      ...errorAnswers([...COMMON_ERRORS, 'task_not_found'], statusOf, ref('IdeogramError')),
    },
  }
}

/** Words in lower case, and what the second version has in every body. */
function ofSecondTool({ operation, renames, isDescription }: SecondTool): JsonObject {
  const schema: JsonObject = { allOf: [renames.describe(operation), ref('IdeogramFields2')] }
  const made = isDescription ? 'IdeogramDescription2' : 'IdeogramPictures2'
  return {
    summary: `${operation.title}, by the second version`,
    tags: [TAG],
    parameters: [idempotencyKey],
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema,
          examples: { example: { summary: operation.title, value: exampleOf(renames, operation) } },
        },
        'multipart/form-data': { schema },
      },
    },
    responses: {
      '200': { ...answer('The result; with async, the id by which it is read.', ref(made)), ...replayed },
      ...errorAnswers([...PAID, 'vendor_refused', 'timed_out'], statusOf, ref('IdeogramError')),
      '422': answer('The content was refused.', ref('IdeogramError')),
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
  const made = answerOf(operation)
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

function answerOf({ taskType, produces }: Tool['operation']): string {
  if (produces.kind === 'texts') return 'IdeogramDescriptions'
  if (produces.kind === 'data') return 'IdeogramPrompt'
  return taskType === 'v3-layerize-text' ? 'IdeogramLayers' : 'IdeogramPictures'
}

/** The example of an operation under the names of the second version. */
function exampleOf({ names }: SecondTool['renames'], { example }: Tool['operation']): JsonObject {
  return Object.fromEntries(Object.entries(example).map(([name, value]) => [String(names[name] ?? name), value]))
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
  const seed = Type.Optional(Type.Integer())
  const block = Type.Object({
    ...{ text, x: Type.Number(), y: Type.Number(), width: Type.Number(), height: Type.Number() },
  })
  const json_prompt = Type.Object({}, { description: 'In the structure of Ideogram 4.' })
  const Prompt = Type.Object({ json_prompt, aspect_ratio: Type.Optional(text) })
  const Layers = Type.Object({
    base_image_url: Type.String({ description: 'The picture without its texts.' }),
    original_image_url: text,
    text_blocks: Type.Array(block),
    seed,
  })
  const Picture2 = Type.Object({
    ...{ ...Picture.properties, object_type: text },
    base_image_url: Type.Optional(text),
    text_blocks: Type.Optional(Type.Array(block)),
  })
  const second = {
    Fields2: Type.Object({
      async: Type.Optional(Type.Boolean({ description: 'Answer with the id at once.' })),
      webhook_url: Type.Optional(text),
      private: Type.Optional(Type.Boolean({ description: 'true, or left out.' })),
    }),
    Pictures2: Type.Object({ generation_id: text, seed, data: Type.Optional(Type.Array(Picture2)) }),
    Description2: Type.Object({
      description_id: text,
      created: Type.String({ format: 'date-time' }),
      descriptions: Type.Optional(Descriptions.properties.descriptions),
      json_prompt: Type.Optional(json_prompt),
    }),
    Generation2: Type.Object({ ...Generation.properties, data: Type.Optional(Type.Array(Picture2)) }),
  }
  const named = { ...second, Prompt, Layers, Pictures, Descriptions, Generation, Accepted, Error: Failure }
  return Object.fromEntries(Object.entries(named).map(([name, schema]) => [`Ideogram${name}`, plain(schema)]))
}
