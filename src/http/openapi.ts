import type { FastifyInstance } from 'fastify'
import { PolyphonyError } from '../core/errors.ts'
import type { Json, JsonObject } from '../core/json.ts'
import type { ApiDescription, DialectContext, RouteModule } from '../dialects/dialect.ts'
import { undocumented } from '../dialects/kit/described.ts'
import { version } from '../version.ts'
import { pathsOf } from './document-paths.ts'
import type { NotedRoute } from './noted-routes.ts'

/** A module, and where its routes are. */
export interface ServedModule {
  module: RouteModule
  routes: readonly NotedRoute[]
}

export interface OpenApiOptions {
  /** All that this server serves. */
  served: () => Promise<readonly ServedModule[]>
  context: DialectContext
  /** '' where it depends on the request: the document is the same for all. */
  publicUrl: () => string
}

/** What one module adds to the document. */
interface Part extends Pick<ApiDescription, 'tags' | 'webhooks' | 'schemas' | 'reading'> {
  id: string
  paths: Record<string, JsonObject>
}

/** `/openapi.json` for machines, and `/docs/openapi.json`, the same API as `/docs` shows it. Neither needs a key. */
export function openApi(app: FastifyInstance, options: OpenApiOptions): void {
  // Written at the first request: most gateways never get one, and the public URL is known only once the server listens.
  const revision = () => options.context.prices.revision()
  const forMachines = oncePer(revision, async () =>
    JSON.stringify(documentOf(await partsOf(options), options.publicUrl())),
  )
  const forPeople = oncePer(revision, async () =>
    JSON.stringify(readingOf(await partsOf(options), options.publicUrl())),
  )

  app.get('/openapi.json', undocumented('the document itself'), async (_request, reply) =>
    reply
      .type('application/json; charset=utf-8')
      .header('access-control-allow-origin', '*')
      .send(await forMachines()),
  )
  const ofOne = new Map<string, () => Promise<string>>()
  app.get<{ Params: { name: string } }>(
    '/openapi/:name',
    undocumented('a part of the document'),
    async (request, reply) => {
      const id = request.params.name.replace(/\.json$/, '')
      const { modules, isKnown } = modulesOf(await options.served(), id)
      if (!isKnown) throw new PolyphonyError('not_found', `There is no ${request.params.name}; there are ${modules}.`)
      let made = ofOne.get(id)
      if (!made) {
        made = oncePer(revision, async () =>
          JSON.stringify(documentOfOne(await partsOf(options), id, options.publicUrl())),
        )
        ofOne.set(id, made)
      }
      return reply
        .type('application/json; charset=utf-8')
        .header('access-control-allow-origin', '*')
        .send(await made())
    },
  )
  app.get('/docs/openapi.json', undocumented('what the page shows'), async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(await forPeople()),
  )
}

/** Made again when the prices in it have changed. */
function oncePer(revision: () => number, make: () => Promise<string>): () => Promise<string> {
  let made: { revision: number; text: Promise<string> } | undefined
  return () => {
    if (made?.revision !== revision()) made = { revision: revision(), text: make() }
    return made.text
  }
}

async function partsOf({ served, context }: OpenApiOptions): Promise<Part[]> {
  const modules = await served()
  return Promise.all(
    modules.map(async ({ module, routes }) => {
      const description = await module.describe(context)
      const { tags, webhooks, schemas, reading } = description
      return {
        id: module.id,
        tags,
        paths: pathsOf(routes, description),
        webhooks,
        schemas,
        ...(reading ? { reading } : {}),
      }
    }),
  )
}

function documentOf(parts: Part[], publicUrl: string): JsonObject {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Polyphony',
      version,
      summary: 'One key, one bill and one durable queue before many generators of media.',
      description: `${ABOUT}\n\nHow to begin, errors, webhooks and a page for each protocol: [the guide](${publicUrl}/guide). The same for machines: [openapi.json](${publicUrl}/openapi.json).`,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: publicUrl || '/' }],
    security: [{ apiKey: [] }, { bearer: [] }],
    tags: parts.flatMap(({ tags }) => tags),
    paths: Object.assign({}, ...parts.map(({ paths }) => paths)),
    webhooks: Object.assign({}, ...parts.map(({ webhooks }) => webhooks)),
    components: {
      securitySchemes: {
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
      schemas: Object.assign({}, ...parts.map(({ schemas }) => schemas)),
    },
  }
}

/** The names that can be asked for, and whether this is one. */
function modulesOf(served: readonly ServedModule[], id: string): { modules: string; isKnown: boolean } {
  const ids = served.map(({ module }) => module.id)
  return { modules: ids.map((one) => `${one}.json`).join(', '), isKnown: ids.includes(id) }
}

/** The document of one protocol, with the schemas that it refers to, of whichever part they are. */
function documentOfOne(parts: Part[], id: string, publicUrl: string): JsonObject {
  const whole = documentOf(
    parts.filter((part) => part.id === id),
    publicUrl,
  )
  const all: Record<string, JsonObject> = Object.assign({}, ...parts.map(({ schemas }) => schemas))
  const used = new Set<string>()
  const add = (value: Json): void => {
    for (const [, name = ''] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      const schema = all[name]
      if (used.has(name) || schema === undefined) continue
      used.add(name)
      add(schema)
    }
  }
  add([whole.paths ?? null, whole.webhooks ?? null])
  const schemas = Object.fromEntries([...used].sort().map((name) => [name, all[name] ?? {}]))
  return { ...whole, components: { ...(whole.components as JsonObject), schemas } }
}

/** The document with what the dialects show in place of the same names, and the tags in groups. */
function readingOf(parts: Part[], publicUrl: string): JsonObject {
  // Last, since another dialect may use a name that is shown differently.
  const shown: Part[] = parts.map(({ reading }) => ({
    id: '',
    tags: [],
    paths: {},
    webhooks: {},
    schemas: {},
    ...reading,
  }))
  const names = (tags: JsonObject[]) => tags.map(({ name }) => name ?? '')
  return {
    ...documentOf([...parts, ...shown], publicUrl),
    'x-tagGroups': [
      { name: 'Routes', tags: names(parts.flatMap(({ tags }) => tags)) },
      { name: 'Models', tags: names(shown.flatMap(({ tags }) => tags)) },
    ],
  }
}

const ABOUT = `Make pictures, videos, songs, 3D models and texts, each by a durable task that is paid once.

Create a task with \`POST /api/v1/task\`, naming a \`model\` and a \`task_type\`; read it until it has ended, wait with
\`?wait=\`, watch its events, or receive a webhook. A test key gives small marked files and costs nothing.`
