import type { FastifyInstance, RouteOptions } from 'fastify'
import type { RouteDescription } from '../dialects/kit/described.ts'
import { formOf } from './route-methods.ts'

/** A method at a path that is described. */
export interface NotedRoute {
  method: string
  /** As OpenAPI writes it: `/tasks/{id}`. */
  path: string
  /** That of the plugin, as it was registered. */
  prefix: string
  /** Under which its module describes it. */
  key: string
}

type Registered = RouteOptions & { prefix: string }

/**
 * Collects the routes of a plugin for the description of the API. Call it before its routes are added. One with neither
 * a description nor a reason to have none is refused, and the gateway does not start.
 */
export function noteRoutes(app: FastifyInstance): NotedRoute[] {
  const noted: NotedRoute[] = []
  app.addHook('onRoute', (route) => void noted.push(...notesOf(route)))
  return noted
}

function notesOf(route: Registered): NotedRoute[] {
  // Fastify adds a HEAD to every GET; OpenAPI takes that for granted.
  const methods = [route.method].flat().filter((method) => method !== 'HEAD')
  const paths = pathsOf(route, route.config?.description)
  return methods.flatMap((method) => paths.map(([path, key]) => ({ method, path, prefix: route.prefix, key })))
}

function pathsOf(route: Registered, description: RouteDescription | undefined): [path: string, key: string][] {
  const { method, url, prefix } = route
  const name = `The route ${[method].flat().join(', ')} ${url}`
  if (description === undefined) {
    throw new Error(`${name} has no description: add described(…), or undocumented(…) with the reason, to its options.`)
  }
  if ('leftOut' in description) return []
  const { as } = description
  if (typeof as === 'string') {
    if (url.includes('*')) throw new Error(`${name} has a wildcard: described(…) must name the paths that it serves.`)
    return [[openApiPath(url), as]]
  }
  return Object.entries(as).map(([below, key]) => {
    const path = openApiPath(prefix) + below
    if (!formOf(url).test(path)) throw new Error(`${name} does not serve ${path}, which its description names.`)
    return [path, key]
  })
}

function openApiPath(url: string): string {
  return url.replace(/(?<=.)\/$/, '').replaceAll(/:(\w+)/g, '{$1}')
}
