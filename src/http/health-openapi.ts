import type { JsonObject } from '../core/json.ts'
import type { ApiDescription } from '../dialects/dialect.ts'

const TAG = 'Health'

export type Descriptions = ReturnType<typeof operations>

/** The routes of health.ts, which need no key, in OpenAPI. */
export function describeHealth(): ApiDescription {
  return {
    tags: [{ name: TAG, description: 'For load balancers and monitors.' }],
    operations: operations(),
    webhooks: {},
    schemas: {},
  }
}

function operations() {
  const status = { type: 'object', required: ['status'], properties: { status: { type: 'string' } } }
  const json = (description: string, schema: JsonObject): JsonObject => ({
    description,
    content: { 'application/json': { schema } },
  })
  const open = (summary: string, responses: JsonObject): JsonObject => ({
    summary,
    tags: [TAG],
    security: [],
    responses,
  })
  const text = { type: 'string' }
  return {
    healthz: open('Does the process answer?', { '200': json('It does.', status) }),
    readyz: open('Can it take requests?', {
      '200': json('It can.', status),
      '503': json('The database does not answer.', status),
    }),
    status: open('What runs here?', {
      '200': json('The program.', {
        type: 'object',
        required: [
          'name',
          'version',
          'store',
          'uptimeSeconds',
          'operations',
          'providers',
          'success',
          'message',
          'data',
        ],
        properties: {
          success: { type: 'boolean', const: true },
          message: text,
          data: {
            type: 'object',
            description: 'What clients of one-api and new-api read.',
            required: ['version', 'start_time', 'system_name', 'quota_per_unit', 'display_in_currency'],
            properties: {
              version: text,
              start_time: { type: 'integer', description: 'Unix seconds.' },
              system_name: text,
              quota_per_unit: { type: 'integer', description: 'Units of quota in a USD.' },
              display_in_currency: { type: 'boolean' },
              quota_display_type: text,
            },
          },
          name: text,
          version: text,
          store: text,
          uptimeSeconds: { type: 'integer' },
          operations: { type: 'array', items: text, description: 'The operations that a live key can request now.' },
          providers: {
            type: 'array',
            description: 'The providers for live keys, with how many accounts of the operator.',
            items: {
              type: 'object',
              required: ['id', 'accounts', 'connected'],
              properties: { id: text, accounts: { type: 'integer' }, connected: { type: 'integer' } },
            },
          },
        },
      }),
    }),
    metrics: open('Metrics for Prometheus', {
      '200': { description: 'Metrics.', content: { 'text/plain': { schema: text } } },
      '401': {
        description: 'The operator set POLYPHONY_METRICS_KEY, and it was not sent as a bearer.',
        content: { 'application/json': { schema: { type: 'object', properties: { message: text } } } },
      },
    }),
  }
}
