import type { FastifyInstance } from 'fastify'
import type { RouteModule } from '../dialects/dialect.ts'
import { formOf } from './route-methods.ts'

/** Modules that share a path, and so a router. */
interface Group {
  readonly modules: RouteModule[]
  opening?: Promise<FastifyInstance>
  /** Once it is built. */
  router?: FastifyInstance
}

/** Parts of a path by which modules are told apart. */
const MAX_PARTS = 3

/**
 * The routes of modules, in routers that are built with the first request for one of their paths. Registering all of them
 * took a third of a start and 25 MB of memory, and few gateways are asked for more than some of the protocols.
 */
export class RouteGroups {
  readonly #open: (modules: readonly RouteModule[]) => Promise<FastifyInstance>
  readonly #groups: readonly Group[]
  /** By the path under which its routes are, as the modules say it. */
  readonly #byPath = new Map<string, Group>()
  /** What is below those that have a parameter, such as `/mj-:speed`. */
  readonly #forms: { form: RegExp; group: Group }[] = []

  constructor(modules: readonly RouteModule[], open: (modules: readonly RouteModule[]) => Promise<FastifyInstance>) {
    this.#open = open
    this.#groups = groupsOf(modules)
    for (const group of this.#groups) {
      for (const path of group.modules.flatMap(({ paths }) => paths)) {
        this.#byPath.set(path, group)
        if (path.includes(':')) this.#forms.push({ form: formOf(`${path}/*`), group })
      }
    }
  }

  /** The group whose routes a URL may belong to: that of the longest path which the URL is at or below. */
  at(url: string): Group | undefined {
    const path = decoded(url)
    for (let end = endOfParts(path); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const group = this.#byPath.get(path.slice(0, end))
      if (group) return group
    }
    return this.#forms.find(({ form }) => form.test(path))?.group
  }

  /** Builds the router of a group, once; a failed attempt is made again with the next request. */
  async open(group: Group): Promise<FastifyInstance> {
    group.opening ??= this.#open(group.modules)
    const { opening } = group
    try {
      group.router = await opening
      return group.router
    } catch (error) {
      // Unless another attempt has begun meanwhile.
      if (group.opening === opening) delete group.opening
      throw error
    }
  }

  /** All routers, for what describes them. */
  async openAll(): Promise<void> {
    for (const group of this.#groups) await this.open(group)
  }

  /** Throws unless requests for a route reach its module: the paths of modules say where they are. */
  checkRoute(module: RouteModule, url: string): void {
    const parts = url.split('/')
    for (let count = parts.length; count > 1; count--) {
      const owner = this.#byPath.get(parts.slice(0, count).join('/'))
      if (owner?.modules.includes(module)) return
      if (owner) break
    }
    throw new Error(`The route ${url} of ${module.id} lies outside its paths (${module.paths.join(', ')}).`)
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#groups.map(async (group) => {
        const router = await group.opening?.catch(() => undefined) // the request that needed it was answered with the error
        await router?.close()
      }),
    )
  }
}

function groupsOf(modules: readonly RouteModule[]): Group[] {
  const groups: Group[] = []
  for (const module of modules) {
    const shared = groups.filter((group) =>
      group.modules.some((other) => other.paths.some((p) => module.paths.includes(p))),
    )
    const merged: Group = { modules: [...shared.flatMap((group) => group.modules), module] }
    groups.splice(0, groups.length, ...groups.filter((group) => !shared.includes(group)), merged)
  }
  return groups
}

/** Where the part of a path ends up to which modules are told apart. */
function endOfParts(path: string): number {
  let end = 0
  for (let part = 0; part < MAX_PARTS; part++) {
    end = path.indexOf('/', end + 1)
    if (end === -1) return path.length
  }
  return end
}

/** The path of a URL. The router decodes it likewise, and refuses one that it cannot. */
function decoded(url: string): string {
  const end = url.search(/[?#]/)
  const path = end === -1 ? url : url.slice(0, end)
  if (!path.includes('%')) return path
  try {
    return decodeURI(path)
  } catch {
    return path
  }
}
