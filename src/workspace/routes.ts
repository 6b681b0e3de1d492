import type { FastifyInstance } from 'fastify'
import type { DialectContext } from '../dialects/dialect.ts'
import { type Protocol, serve } from '../dialects/kit/protocol.ts'
import { authRoutes } from './auth-routes.ts'
import { errorBody } from './errors.ts'
import { oauthRoutes } from './oauth-routes.ts'
import { paymentRoutes } from './payment-routes.ts'
import { peopleRoutes } from './people-routes.ts'
import { pricing } from './pricing.ts'
import { sharePages } from './share-page.ts'
import { operatorRoutes, tenantRoutes } from './verb-routes.ts'
import type { WorkspaceOptions } from './workspace.ts'

export async function workspaceRoutes(
  app: FastifyInstance,
  context: DialectContext,
  { admin, people, payments, commandLine, showsPrices }: WorkspaceOptions,
): Promise<void> {
  const error: Protocol['error'] = (thrown, { id }) => errorBody(thrown, id)
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
}
