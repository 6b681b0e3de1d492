import type { JsonObject } from '../core/json.ts'
import type { ApiDescription } from '../dialects/dialect.ts'
import type { NotedRoute } from './noted-routes.ts'

/**
 * The paths of a module: where its routes are, with what its description says of each. Throws where a route names what is
 * not described, and where the description has what no route names.
 */
export function pathsOf(
  routes: readonly NotedRoute[],
  { operations, below = (_prefix, operation) => operation }: Pick<ApiDescription, 'operations' | 'below'>,
): Record<string, JsonObject> {
  const paths: Record<string, JsonObject> = {}
  for (const { method, path, prefix, key } of routes) {
    const operation = operations[key]
    if (!operation) throw new Error(`${method} ${path} names the description ${key}, which does not exist.`)
    const placed = below(prefix, { operationId: key, ...operation })
    paths[path] = { ...paths[path], [method.toLowerCase()]: placed }
  }
  const named = new Set(routes.map(({ key }) => key))
  const unused = Object.keys(operations).filter((key) => !named.has(key))
  if (unused.length > 0) throw new Error(`Described, but named by no route: ${unused.join(', ')}.`)
  return paths
}
