import type { AdminContext } from '../admin/context.ts'
import type { Caller } from '../core/caller.ts'
import type { DialectContext, RouteModule } from '../dialects/dialect.ts'
import { type Protocol, serve } from '../dialects/kit/protocol.ts'
import type { Payments } from '../payments/payments.ts'
import type { People } from '../people/people.ts'
import { authRoutes } from './auth-routes.ts'
import { errorBody } from './errors.ts'
import { oauthRoutes } from './oauth-routes.ts'
import { paymentRoutes } from './payment-routes.ts'
import { peopleRoutes } from './people-routes.ts'
import { pricing } from './pricing.ts'
import { sharePages } from './share-page.ts'
import { operatorRoutes, tenantRoutes } from './verb-routes.ts'

export interface WorkspaceOptions {
  admin: AdminContext
  people: People
  /** Undefined where the operator takes no payments. */
  payments: Payments | undefined
  /** The caller with the token of this run, which commands beside the server use; undefined for every other credential. */
  commandLine(credential: string | undefined): Caller | undefined
  /** Whether the prices are public. */
  showsPrices: boolean
}

/**
 * The administrative verbs as routes: the operator's below `/api/admin`, the tenants' beside PiAPI's. They are served as a
 * dialect is, but submit no tasks, so there are no webhooks. And the public prices.
 */
export function workspace({ admin, people, payments, commandLine, showsPrices }: WorkspaceOptions): RouteModule {
  const error: Protocol['error'] = (thrown, { id }) => errorBody(thrown, id)
  return {
    id: 'workspace',
    async routes(app, context) {
      const authenticate: DialectContext['authenticate'] = (credential) =>
        commandLine(credential) ?? context.authenticate(credential)
      await serve(app, context, {
        prefixes: ['/api/admin'],
        authenticate,
        takesCookies: true,
        error,
        routes: (inside) => operatorRoutes(inside, admin),
      })
      await serve(app, context, {
        prefixes: [''],
        takesCookies: true,
        error,
        routes: (inside) => tenantRoutes(inside, admin),
      })
      await app.register(async (inside) => {
        peopleRoutes(inside, people)
        authRoutes(inside, people)
      })
      await app.register(async (inside) => oauthRoutes(inside, people))
      await app.register(async (inside) => paymentRoutes(inside, payments))
      await app.register(async (inside) => sharePages(inside, admin.store, context))
      if (showsPrices) await app.register(async (inside) => pricing(inside, context))
    },
    describe: async () => (await import('./openapi.ts')).describeWorkspace(),
  }
}
