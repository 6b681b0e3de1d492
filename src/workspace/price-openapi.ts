import type { TSchema } from 'typebox'
import type { ErrorCode } from '../core/errors.ts'
import type { Json, JsonObject } from '../core/json.ts'
import { answer, COMMON_ERRORS, errorAnswers, inPath, inQuery, jsonBody, plain, ref } from '../dialects/kit/openapi.ts'
import { PRICE_VERBS, type PriceVerb } from '../prices/verbs.ts'
import { errorBody } from './errors.ts'

export const PRICES = 'Prices (operator)'

const READING: readonly ErrorCode[] = [...COMMON_ERRORS, 'forbidden', 'invalid_input']
const BODY: readonly ErrorCode[] = ['malformed_body', 'payload_too_large', 'unsupported_media', 'not_found', 'conflict']

export function priceOperations(): Record<string, JsonObject> {
  return Object.fromEntries(PRICE_VERBS.map((verb) => [verb.name, operationOf(verb)]))
}

function operationOf({ name, method, summary, input, answer: data }: PriceVerb): JsonObject {
  const codes = method === 'GET' ? READING : [...READING, ...BODY]
  const errors = errorAnswers(codes, (error) => errorBody(error).status, ref('AccountFault'))
  const success = {
    type: 'object',
    required: ['code', 'data', 'message'],
    properties: { code: { type: 'integer', const: 200 }, data: plain(data), message: { type: 'string' } },
  }
  const example = EXAMPLES[name]
  return {
    summary,
    tags: [PRICES],
    ...(method === 'GET' ? { parameters: inQueryOf(input) } : {}),
    ...(method === 'DELETE' ? { parameters: [inPath('id', 'The rule.')] } : {}),
    ...(method === 'POST'
      ? { requestBody: jsonBody(plain(input), example ? { example: { value: example } } : undefined) }
      : {}),
    responses: { '200': answer(summary, success), ...errors },
  }
}

function inQueryOf(input: TSchema): Json[] {
  const { properties } = plain(input) as { properties: Record<string, JsonObject> } // an object's schema
  return Object.entries(properties).map(([name, schema]) => inQuery(name, schema, String(schema.description ?? '')))
}

const EXAMPLES: Record<string, JsonObject> = {
  setPrice: { of: 'kling/video_generation', when: { resolution: '1080p' }, usd: 0.05, per: 'duration' },
  setCost: { provider: 'piapi', of: 'suno/music', usd: 0.02 },
  setPriceGroup: { tenant: 'studio-7', group: 'gold' },
  importPrices: { format: 'csv', text: 'group,of,factor\ngold,*,0.9\n', dry_run: true },
}

/** `GET /api/pricing`, which needs no key. */
export function pricingOperation(): JsonObject {
  const text = { type: 'string' }
  const number = { type: 'number' }
  const entry = {
    type: 'object',
    required: ['model_name', 'quota_type', 'model_price', 'title', 'unit', 'prices'],
    properties: {
      model_name: { type: 'string', description: 'The operation.' },
      quota_type: { type: 'integer', description: '1 = a price for each call.' },
      model_price: { type: 'number', description: 'USD of the example.' },
      model_ratio: number,
      completion_ratio: number,
      owner_by: text,
      enable_groups: { type: 'array', items: text },
      supported_endpoint_types: { type: 'array', items: text },
      title: text,
      model: text,
      task_type: text,
      produces: text,
      unit: { type: 'string', description: 'What the prices are for.' },
      prices: {
        type: 'array',
        description: 'The example, and calls that cost something else.',
        items: {
          type: 'object',
          required: ['call', 'points', 'usd'],
          properties: {
            call: { type: 'string', description: 'What differs from the example.' },
            points: { type: 'integer' },
            usd: number,
          },
        },
      },
    },
  }
  const schema = {
    type: 'object',
    required: ['success', 'data', 'group_ratio', 'usable_group', 'vendors', 'pricing_version'],
    properties: {
      success: { type: 'boolean', const: true },
      data: { type: 'array', items: entry },
      group_ratio: { type: 'object', additionalProperties: number },
      usable_group: { type: 'object', additionalProperties: text },
      vendors: { type: 'array', items: { type: 'object' } },
      pricing_version: text,
    },
  }
  const codes: readonly ErrorCode[] = ['rate_limited', 'store_unavailable', 'internal']
  return {
    summary: 'Read the prices; with a key, those of the key',
    description: 'In the form of new-api, with members of our own beside it.',
    tags: [PUBLIC_PRICES],
    security: [],
    responses: {
      '200': answer('The prices.', schema),
      ...errorAnswers(codes, (error) => errorBody(error).status, ref('AccountFault')),
    },
  }
}

export const PUBLIC_PRICES = 'Prices'
