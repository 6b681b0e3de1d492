import { Type } from 'typebox'
import { gptImageEdit, gptImageGenerate } from '../../catalog/gpt-image.ts'
import type { Operation } from '../../catalog/operation.ts'
import type { JsonObject } from '../../core/json.ts'
import type { ApiDescription } from '../dialect.ts'
import {
  answer,
  errorAnswers,
  idempotencyKey,
  idsBelow,
  inputName,
  inputSchema,
  PAID,
  plain,
  ref,
  replayed,
} from '../kit/openapi.ts'
import { statusOf } from './errors.ts'

const TAG = 'OpenAI: images'

export type Descriptions = ReturnType<typeof operationsOf>

/** OpenAI's image routes, in OpenAPI. */
export async function describeOpenaiImages(): Promise<ApiDescription> {
  return {
    tags: [
      {
        name: TAG,
        description:
          'OpenAI’s image routes, which answer when the work is done. `model` is one of OpenAI’s, of Flux’ or of Recraft’s; what their own routes take may stand here, too.',
      },
    ],
    operations: operationsOf(),
    below: idsBelow((key, prefix) => `${prefix === '' ? '' : 'openai-'}${key}`),
    webhooks: {},
    schemas: {
      ...Object.fromEntries([gptImageGenerate, gptImageEdit].map((one) => [inputName(one), inputSchema(one)])),
      ...schemas(),
    },
  }
}

function operationsOf() {
  return { 'images-generations': creating(gptImageGenerate), 'images-edits': creating(gptImageEdit) }
}

function creating(operation: Operation): JsonObject {
  // Other makers' models have fields and limits of their own, so the input is an example of what may be sent.
  const schema = { anyOf: [ref(inputName(operation)), ref('OpenaiImageRequest')] }
  const made = {
    ...answer('The result; a stream of events where `stream` is true.', ref('OpenaiImages')),
    ...replayed,
  }
  return {
    summary: operation === gptImageEdit ? 'Change or combine pictures' : 'Make pictures',
    tags: [TAG],
    parameters: [idempotencyKey],
    requestBody: { required: true, content: { 'application/json': { schema }, 'multipart/form-data': { schema } } },
    responses: {
      '200': made,
      ...errorAnswers([...PAID, 'unknown_operation', 'vendor_refused', 'timed_out'], statusOf, ref('OpenaiImageError')),
    },
  }
}

function schemas(): Record<string, JsonObject> {
  const text = Type.String()
  const optional = Type.Optional(text)
  const Request = Type.Object({
    prompt: text,
    model: Type.Optional(Type.String({ examples: ['gpt-image-1.5', 'flux-kontext-pro', 'recraftv3'] })),
    n: Type.Optional(Type.Integer()),
    size: optional,
    response_format: Type.Optional(Type.Enum(['url', 'b64_json'])),
    stream: Type.Optional(Type.Boolean({ description: 'Answer with events; none of them is partial.' })),
  })
  const Images = Type.Object({
    created: Type.Integer({ description: 'Unix seconds.' }),
    data: Type.Array(Type.Object({ url: optional, b64_json: optional })),
    background: optional,
    output_format: optional,
    quality: optional,
    size: optional,
    usage: Type.Optional(
      Type.Object(
        {
          input_tokens: Type.Integer(),
          input_tokens_details: Type.Object({ text_tokens: Type.Integer(), image_tokens: Type.Integer() }),
          output_tokens: Type.Integer(),
          output_tokens_details: Type.Object({ text_tokens: Type.Integer(), image_tokens: Type.Integer() }),
          total_tokens: Type.Integer(),
          charged: Type.Optional(Type.Boolean({ description: 'False with a test key.' })),
        },
        { description: 'Of the GPT image models, if the provider reports it.' },
      ),
    ),
  })
  const Failure = Type.Object({
    error: Type.Object({
      message: text,
      type: text,
      param: Type.Union([text, Type.Null()]),
      code: Type.Union([text, Type.Null()]),
    }),
  })
  return { OpenaiImageRequest: plain(Request), OpenaiImages: plain(Images), OpenaiImageError: plain(Failure) }
}
