import type { ErrorCode } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { answer, errorAnswers, ref } from '../dialects/kit/openapi.ts'
import { errorBody } from './errors.ts'

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
