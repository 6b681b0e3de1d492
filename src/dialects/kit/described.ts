declare module 'fastify' {
  interface FastifyContextConfig {
    /** Set by `describedBy` and `undocumented`. */
    description?: RouteDescription
  }
}

/** Where a route is in `/openapi.json`: under a key of its module's operations, a key for each of its paths, or nowhere. */
export type RouteDescription = { as: string | Readonly<Record<string, string>> } | { leftOut: string }

interface DescribedRoute {
  config: { description: RouteDescription }
}

type KeyOf<Operations> = Extract<keyof Operations, string>

/**
 * Names the description of a route in its options. `Operations` is the type of those that the module's `openapi.ts` exports:
 * only the type is imported, since the descriptions are large, and loaded by their first reader. A route that serves many
 * things by a parameter or a wildcard names the paths that are described, as they follow the prefix of its plugin.
 */
export function describedBy<Operations>() {
  return (as: KeyOf<Operations> | Readonly<Record<`/${string}`, KeyOf<Operations>>>): DescribedRoute => ({
    config: { description: { as } },
  })
}

/** The options of a route that the document leaves out, with the reason. */
export function undocumented(reason: string): DescribedRoute {
  return { config: { description: { leftOut: reason } } }
}
