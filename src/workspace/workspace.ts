import type { AccountAdmin } from '../accounts/admin.ts'
import type { RouteModule } from '../dialects/dialect.ts'
import { serve } from '../dialects/kit/protocol.ts'
import { operatorRoutes, tenantRoutes } from './account-routes.ts'
import { errorBody } from './errors.ts'

/**
 * The routes that manage accounts: the operator's below `/api/admin`, the tenants' beside PiAPI's. They are served as a
 * dialect is, but submit no tasks, so there are no webhooks.
 */
export function workspace(accountAdmin: AccountAdmin): RouteModule {
  return {
    id: 'workspace',
    async routes(app, context) {
      await serve(app, context, {
        prefixes: ['/api/admin'],
        error: (error, { id }) => errorBody(error, id),
        routes: (inside) => operatorRoutes(inside, accountAdmin),
      })
      await serve(app, context, {
        prefixes: [''],
        error: (error, { id }) => errorBody(error, id),
        routes: (inside) => tenantRoutes(inside, accountAdmin),
      })
    },
    describe: async () => (await import('./openapi.ts')).describeWorkspace(),
  }
}
