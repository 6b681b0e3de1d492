import { type TSchema, Type } from 'typebox'
import type { JsonObject } from '../../core/json.ts'
import type { ApiDescription } from '../dialect.ts'
import { answer, COMMON_ERRORS, errorAnswers, plain, ref } from '../kit/openapi.ts'
import { errorStatus } from '../shared/relay-errors.ts'

const TAG = 'one-api'

export type Descriptions = ReturnType<typeof operations>

/** The routes about accounts of one-api and new-api, in OpenAPI. */
export async function describeOneApi(): Promise<ApiDescription> {
  return {
    tags: [
      {
        name: TAG,
        description:
          'What clients of one-api and new-api ask about their account. 500,000 units of quota are 1 USD. A key with a spend limit sees that limit, any other the balance of its tenant.',
      },
    ],
    operations: operations(),
    webhooks: {},
    schemas: {
      OneApiFailure: plain(Type.Object({ success: Type.Literal(false), message: Type.String() })),
      OneApiBillingFailure: plain(
        Type.Object({ error: Type.Object({ message: Type.String(), type: Type.String(), code: Type.String() }) }),
      ),
    },
  }
}

function operations() {
  const quota = (description: string) => Type.Integer({ description: `${description} In units of quota.` })
  const self = Type.Object({
    success: Type.Literal(true),
    message: Type.String(),
    data: Type.Object({
      id: Type.String({ description: 'The tenant. A text, where others have a number.' }),
      username: Type.String(),
      display_name: Type.String(),
      role: Type.Integer({ description: '100: an admin key; 1: any other.' }),
      status: Type.Integer({ description: '1, or 2 for a frozen tenant.' }),
      group: Type.String({ description: 'By which prices are set; `default` = none.' }),
      quota: quota('What can be spent.'),
      used_quota: quota('What was spent or is held.'),
    }),
  })
  const token = Type.Object({
    code: Type.Literal(true),
    message: Type.String(),
    data: Type.Object({
      object: Type.Literal('token_usage'),
      name: Type.String(),
      total_granted: quota('The limit of the key, or all credit of the tenant.'),
      total_used: quota('What was spent or is held.'),
      total_available: quota('What is left.'),
      unlimited_quota: Type.Boolean({ description: 'Whether the key has no limit of its own.' }),
      model_limits: Type.Record(Type.String(), Type.Boolean()),
      model_limits_enabled: Type.Boolean(),
      expires_at: Type.Integer({ description: 'Unix seconds; 0 = never.' }),
    }),
  })
  const usd = Type.Number({ description: 'USD.' })
  const subscription = Type.Object({
    object: Type.Literal('billing_subscription'),
    has_payment_method: Type.Boolean(),
    soft_limit_usd: usd,
    hard_limit_usd: usd,
    system_hard_limit_usd: usd,
    access_until: Type.Integer({ description: 'Unix seconds; 0 = no end.' }),
  })
  const usage = Type.Object({
    object: Type.Literal('list'),
    total_usage: Type.Number({ description: 'Hundredths of a USD, in all: the days that are asked for are ignored.' }),
  })
  const limit = 'Read what a key may spend in all'
  const spent = 'Read what a key has spent in all'
  return {
    oneApiSelf: reading('Read the tenant of a key', self, 'OneApiFailure'),
    oneApiToken: reading('Read what a key has spent, and its limits', token, 'OneApiFailure'),
    'oneApiBilling-subscription': reading(limit, subscription, 'OneApiBillingFailure'),
    'oneApiBilling-v1-subscription': reading(limit, subscription, 'OneApiBillingFailure'),
    'oneApiBilling-usage': reading(spent, usage, 'OneApiBillingFailure'),
    'oneApiBilling-v1-usage': reading(spent, usage, 'OneApiBillingFailure'),
  }
}

function reading(summary: string, schema: TSchema, failure: string): JsonObject {
  return {
    summary,
    tags: [TAG],
    responses: {
      '200': answer('As it is now.', plain(schema)),
      ...errorAnswers(COMMON_ERRORS, errorStatus, ref(failure)),
    },
  }
}
