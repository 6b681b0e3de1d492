import type { AdminContext } from '../admin/context.ts'
import type { Caller } from '../core/caller.ts'
import type { DialectContext, RouteModule } from '../dialects/dialect.ts'
import { serve } from '../dialects/kit/protocol.ts'
import { errorBody } from './errors.ts'
import { operatorRoutes, tenantRoutes } from './verb-routes.ts'

export interface WorkspaceOptions {
  admin: AdminContext
  /** The caller with the token of this run, which commands beside the server use; undefined for every other credential. */
  commandLine(credential: string | undefined): Caller | undefined
}

/**
 * The administrative verbs as routes: the operator's below `/api/admin`, the tenants' beside PiAPI's. They are served as a
 * dialect is, but submit no tasks, so there are no webhooks.
 */
export function workspace({ admin, commandLine }: WorkspaceOptions): RouteModule {
  return {
    id: 'workspace',
    async routes(app, context) {
      const authenticate: DialectContext['authenticate'] = (credential) =>
        commandLine(credential) ?? context.authenticate(credential)
      await serve(app, context, {
        prefixes: ['/api/admin'],
        authenticate,
        error: errorBody,
        routes: (inside) => operatorRoutes(inside, admin),
      })
      await serve(app, context, {
        prefixes: [''],
        error: errorBody,
        routes: (inside) => tenantRoutes(inside, admin),
      })
    },
    describe: async () => (await import('./openapi.ts')).describeWorkspace(),
  }
}
