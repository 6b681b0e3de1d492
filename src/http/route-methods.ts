import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyInstance {
    /** The methods that routes have at the path of a URL, sorted; none for a path without a route. */
    methodsAt(url: string): string[]
  }
}

/** Records the methods of each path, for 405 and OPTIONS, which Fastify answers with 404. Call it before any route is added. */
export function noteMethods(app: FastifyInstance): void {
  const byPath = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    const methods = byPath.get(url) ?? new Set()
    for (const one of [method].flat()) methods.add(one.toUpperCase())
    byPath.set(url, methods)
  })
  let patterns: { form: RegExp; methods: Set<string> }[] | undefined
  app.decorate('methodsAt', (url: string) => {
    patterns ??= [...byPath].map(([path, methods]) => ({ form: formOf(path), methods }))
    const path = url.split('?', 1)[0] ?? ''
    const found = patterns.flatMap(({ form, methods }) => (form.test(path) ? [...methods] : []))
    return [...new Set(found)].sort()
  })
}

/** `/mj-:speed/mj/task/:id` as a regular expression; a slash at the end is ignored, as in the routes. */
export function formOf(path: string): RegExp {
  const form = path
    .replace(/\/$/, '')
    .replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll(/:\w+/g, '[^/]+')
  return new RegExp(`^${form}/?$`, 's')
}
