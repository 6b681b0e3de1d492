import type { AccountAdmin } from '../accounts/admin.ts'
import type { RouteModule } from '../dialects/dialect.ts'
import { serve } from '../dialects/kit/protocol.ts'
import type { PriceAdmin } from '../prices/admin.ts'
import { operatorRoutes, tenantRoutes } from './account-routes.ts'
import { errorBody } from './errors.ts'
import { priceRoutes } from './price-routes.ts'
import { pricing } from './pricing.ts'

export interface WorkspaceParts {
  accounts: AccountAdmin
  prices: PriceAdmin
  /** Whether the prices are public. */
  showsPrices: boolean
}

/**
 * The routes that manage accounts and prices: the operator's below `/api/admin`, the tenants' beside PiAPI's. They are
 * served as a dialect is, but submit no tasks, so there are no webhooks.
 */
export function workspace({ accounts, prices, showsPrices }: WorkspaceParts): RouteModule {
  return {
    id: 'workspace',
    async routes(app, context) {
      await serve(app, context, {
        prefixes: ['/api/admin'],
        error: (error, { id }) => errorBody(error, id),
        routes(inside) {
          operatorRoutes(inside, accounts)
          priceRoutes(inside, prices)
        },
      })
      await serve(app, context, {
        prefixes: [''],
        error: (error, { id }) => errorBody(error, id),
        routes: (inside) => tenantRoutes(inside, accounts),
      })
      if (showsPrices) await app.register(async (inside) => pricing(inside, context))
    },
    describe: async () => (await import('./openapi.ts')).describeWorkspace(),
  }
}
