import type { DialectEntry, RouteModule } from '../dialect.ts'

/** The routes of a dialect that is loaded with the first of them. */
export function moduleOf({ load, ...place }: DialectEntry): RouteModule {
  return {
    ...place,
    routes: async (app, context) => (await load()).routes(app, context),
    describe: async (context) => (await load()).describe(context),
  }
}
