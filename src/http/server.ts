import { createServer } from 'node:http'
import type { FastifyInstance, FastifyServerFactory, onRouteHookHandler } from 'fastify'
import type { Assets } from '../assets/assets.ts'
import { ASSET_SCHEME } from '../core/asset.ts'
import { basePathOf } from '../core/public-url.ts'
import type { DialectContext, RouteModule } from '../dialects/dialect.ts'
import type { Callbacks } from '../tasks/callbacks.ts'
import { openAccessLog } from './access-log.ts'
import { callbackRoutes } from './callbacks.ts'
import { isAllowedOrigin } from './cors.ts'
import { docs } from './docs.ts'
import { fileSender, files } from './files.ts'
import { frontDoor } from './front-door.ts'
import { guide } from './guide.ts'
import { type Health, type HealthOptions, openHealth } from './health.ts'
import { type LiveSoundsOptions, liveSoundRoutes } from './live-sounds.ts'
import { noteRoutes } from './noted-routes.ts'
import { type ListedOperation, openApi, type ServedModule } from './openapi.ts'
import { checkOwnRoute } from './own-paths.ts'
import { REQUEST_ID, requestIdOf } from './request-ids.ts'
import { RequestPaths } from './request-paths.ts'
import { RouteGroups } from './route-groups.ts'
import { newRouter, type RouterOptions } from './router.ts'
import { openSockets } from './sockets.ts'
import { unknownProxyWarning } from './unknown-proxy.ts'
import { unknownPage, web } from './web.ts'

export interface ServerOptions extends Omit<RouterOptions, 'logAccess' | 'watch'> {
  dialects: readonly RouteModule[]
  context: Omit<DialectContext, 'sendFile' | 'acceptSocket' | 'allowsOrigin'>
  assets: Assets
  callbacks: Callbacks
  health: HealthOptions
  /** All operations of the catalogue. */
  operations: () => readonly ListedOperation[]
  /** Sounds that are being made in this process, and the tasks that they are of. */
  liveSounds: LiveSoundsOptions['sounds']
  awaitTask: LiveSoundsOptions['awaitTask']
}

/**
 * Puts the dialects, the files and the health routes on one HTTP server. The server's own routes are there when it listens;
 * those of a dialect are added with the first request for one of them.
 */
export async function buildServer(options: ServerOptions): Promise<FastifyInstance> {
  const health = openHealth(options.health)
  const warn = unknownProxyWarning(options.log)
  const common: RouterOptions = {
    ...options,
    logAccess: openAccessLog(options.log),
    watch(router) {
      health.count(router)
      warn(router)
    },
  }
  const noted = new Map<RouteModule, ServedModule>()
  const groups = new RouteGroups(options.dialects, async (modules) => {
    const router = newRouter(common)
    for (const module of modules) {
      await addRoutes(router, module, ({ url }) => groups.checkRoute(module, url))
    }
    await router.ready()
    return router
  })
  const unknown = unknownPage({ publicUrl: () => options.context.urls.publicUrl }, apiPaths(options.dialects))
  const app = newRouter({ ...common, unknownPage: unknown }, serverFor(groups, options))
  const sendFile = fileSender({ assets: options.assets })
  const context: DialectContext = {
    ...options.context,
    sendFile: (reference, request, reply) => sendFile(reference.slice(ASSET_SCHEME.length), request, reply),
    acceptSocket: openSockets(app),
    allowsOrigin: (request) => isAllowedOrigin(request, options.corsOrigins, options.context.urls.publicUrl),
  }

  async function addRoutes(router: FastifyInstance, module: RouteModule, check?: onRouteHookHandler): Promise<void> {
    await router.register(async (scope) => {
      if (check) scope.addHook('onRoute', check)
      noted.set(module, { module, routes: noteRoutes(scope) })
      await module.routes(scope, context)
    })
  }

  async function served(): Promise<ServedModule[]> {
    await groups.openAll()
    return [...options.dialects, own].flatMap((module) => noted.get(module) ?? [])
  }

  const own = ownModule(options, health, served)
  await addRoutes(app, own, checkOwnRoute)
  app.addHook('preClose', () => groups.close())
  return app
}

/** Paths of routes of our own whose answers are for programs, also where a browser asks. */
const OWN_API = ['files', 'callbacks', 'assets', 'metrics', 'healthz', 'readyz', 'openapi.json']

/** Whether a path begins as one of a protocol does, though no protocol has it. */
function apiPaths(modules: readonly RouteModule[]): (path: string) => boolean {
  const first = (path: string): string => path.split('/', 2)[1] ?? ''
  const known = new Set([...OWN_API, ...modules.flatMap(({ paths }) => paths.map(first))])
  return (path) => known.has(first(path))
}

/** A server that gives each request to the router of its path, and to its own where no dialect has the path. */
function serverFor(groups: RouteGroups, { dialects, log, context }: ServerOptions): FastifyServerFactory {
  const paths = new RequestPaths(dialects, () => basePathOf(context.urls.publicUrl))
  return (own, { http, keepAliveTimeout, requestTimeout }) => {
    const server = createServer(http ?? {}, (request, response) => {
      request.url = paths.served(request.url, request.headers)
      const group = groups.at(request.url)
      if (!group) return own(request, response)
      if (group.router) return group.router.routing(request, response)
      groups.open(group).then(
        (router) => router.routing(request, response),
        (error: unknown) => {
          const requestId = requestIdOf(request)
          log.error({ err: error, requestId }, 'the routes of a protocol could not be added')
          const headers = { 'content-type': 'application/json', connection: 'close', [REQUEST_ID]: requestId }
          const message = 'Something went wrong on our side; the log has the cause.'
          response
            .writeHead(500, headers)
            .end(JSON.stringify({ code: 500, message, error: { message, request_id: requestId } }))
        },
      )
    })
    return Object.assign(server, { keepAliveTimeout, requestTimeout })
  }
}

/** The routes of no protocol: files, callbacks of vendors, health, and the description of everything that is served. */
function ownModule(
  { dialects, operations, assets, callbacks, origins, liveSounds, awaitTask }: ServerOptions,
  health: Health,
  served: () => Promise<readonly ServedModule[]>,
): RouteModule {
  return {
    id: 'server',
    title: 'Health',
    paths: ['/'],
    async routes(app, context) {
      await app.register(files, { assets })
      await app.register(liveSoundRoutes, { sounds: liveSounds, awaitTask, urls: context.urls })
      health.routes(app)
      const reference = openApi(app, {
        operations,
        modules: [...dialects, this],
        served,
        context,
        publicUrl: () => (origins ? '' : context.urls.publicUrl),
      })
      frontDoor(app)
      web(app, { publicUrl: () => context.urls.publicUrl })
      guide(app, { publicUrl: () => context.urls.publicUrl })
      docs(app, { publicUrl: () => context.urls.publicUrl, reference })
      await app.register(callbackRoutes(callbacks))
    },
    describe: async () => (await import('./health-openapi.ts')).describeHealth(),
  }
}
