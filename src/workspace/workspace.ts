import type { AdminContext } from '../admin/context.ts'
import type { Caller } from '../core/caller.ts'
import type { RouteModule } from '../dialects/dialect.ts'
import type { Payments } from '../payments/payments.ts'
import type { People } from '../people/people.ts'

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

export const WORKSPACE_PATHS: readonly `/${string}`[] = [
  '/api/v1',
  '/api/admin',
  '/api/auth',
  '/api/workspace',
  '/api/payments',
  '/api/pricing',
  '/.well-known/oauth-authorization-server',
  '/s',
]

/**
 * The administrative verbs as routes: the operator's below `/api/admin`, the tenants' beside PiAPI's. They are served as a
 * dialect is, but submit no tasks, so there are no webhooks. And the public prices.
 */
export function workspace(options: WorkspaceOptions): RouteModule {
  return {
    id: 'workspace',
    title: 'Administration, keys, usage and accounts',
    paths: WORKSPACE_PATHS,
    routes: async (app, context) => (await import('./routes.ts')).workspaceRoutes(app, context, options),
    describe: async () => (await import('./openapi.ts')).describeWorkspace(),
  }
}
