import type { FastifyInstance } from 'fastify'
import type { Caller } from '../../core/caller.ts'
import type { PolyphonyError } from '../../core/errors.ts'
import type { Dialect, DialectContext } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { serve } from '../kit/protocol.ts'
import { errorBody, errorStatus } from '../shared/relay-errors.ts'
import { type AccountState, selfBody, subscriptionBody, tokenBody, usageBody } from './from-account.ts'
import type { Descriptions } from './openapi.ts'

const described = describedBy<Descriptions>()

/**
 * What clients of one-api and new-api ask about their account, beside the models themselves: balance, use and limits.
 * `GET /api/pricing` and `GET /api/status` need no key, and are the gateway's own.
 */
export const oneApi: Dialect = {
  id: 'one-api',
  async routes(app, context) {
    // Bare paths: all around them belong to others.
    await serve(app, context, {
      prefixes: [''],
      error: (error) => ({ status: errorStatus(error), body: failureBody(error) }),
      routes: (inside) => accountRoutes(inside, context),
    })
    await serve(app, context, {
      prefixes: [''],
      error: (error) => ({ status: errorStatus(error), body: { error: errorBody(error).error } }),
      routes: (inside) => billingRoutes(inside, context),
    })
  },
  describe: async () => (await import('./openapi.ts')).describeOneApi(),
}

/** `success` is what clients read. */
function failureBody(error: PolyphonyError) {
  return { success: false, message: error.message }
}

function accountRoutes(app: FastifyInstance, context: DialectContext): void {
  app.get('/api/user/self', described('oneApiSelf'), async ({ caller }) => selfBody(await stateOf(caller, context)))
  app.get('/api/usage/token', described('oneApiToken'), async ({ caller }) => tokenBody(await stateOf(caller, context)))
}

function billingRoutes(app: FastifyInstance, context: DialectContext): void {
  const answers = { subscription: subscriptionBody, usage: usageBody }
  for (const [name, answer] of Object.entries(answers) as [keyof typeof answers, (state: AccountState) => object][]) {
    for (const [prefix, description] of [
      ['', `oneApiBilling-${name}`],
      ['/v1', `oneApiBilling-v1-${name}`],
    ] as const) {
      app.get(`${prefix}/dashboard/billing/${name}`, described(description), async ({ caller }) =>
        answer(await stateOf(caller, context)),
      )
    }
  }
}

async function stateOf(
  caller: Caller,
  { tasks, tenantOf, keyRecordOf, prices }: DialectContext,
): Promise<AccountState> {
  const [tenant, balance, key] = await Promise.all([tenantOf(caller), tasks.balance(caller), keyRecordOf(caller)])
  return { tenant, balance, key, group: prices.groupOf(caller.tenantId) }
}
