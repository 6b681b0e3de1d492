import type { FastifyInstance } from 'fastify'
import { MINUTE_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import type { ApiDescription, DialectContext, Place, RouteModule } from '../dialects/dialect.ts'
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
  /** What the models do: each has a page at `/docs`. */
  operations: () => readonly ListedOperation[]
  /** All modules of this server. */
  modules: readonly Place[]
  /** The same with their routes, which adds those. */
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

/** An operation of the catalogue, as the list at `/docs` shows it. */
export interface ListedOperation {
  model: string
  taskType: string
  title: string
}

/** What there are pages of at `/docs`, each by the name under which its document is. */
export interface Reference {
  protocols(): { name: string; title: string }[]
  models(): { name: string; model: string; operations: { taskType: string; title: string }[] }[]
  /** Whether one of them has the name. */
  has(name: string): boolean
}

/**
 * `/openapi.json` for machines, and `/docs/openapi.json`, the same API as `/docs` shows it; both whole and in parts. None needs a
 * key. Gives what the parts are.
 */
export function openApi(app: FastifyInstance, options: OpenApiOptions): Reference {
  // Written at the first request: most gateways never get one, and the public URL is known only once the server listens.
  const revision = () => options.context.prices.revision()
  const parts = forAWhile(oncePer(revision, () => partsOf(options)))
  const forMachines = oncePer(revision, async () => JSON.stringify(documentOf(await parts(), options.publicUrl())))
  const forPeople = oncePer(revision, async () => JSON.stringify(readingOf(await parts(), options.publicUrl())))

  app.get('/openapi.json', undocumented('the document itself'), async (_request, reply) =>
    reply
      .type('application/json; charset=utf-8')
      .header('access-control-allow-origin', '*')
      .send(await forMachines()),
  )
  const partOf = byName((name) =>
    oncePer(revision, async () => JSON.stringify(documentOfOne(await parts(), name, options.publicUrl()))),
  )
  const pageOf = byName((name) =>
    oncePer(revision, async () => JSON.stringify(readingOfOne(await parts(), name, options.publicUrl()))),
  )
  app.get<{ Params: { name: string } }>(
    '/openapi/:name',
    undocumented('a part of the document'),
    async (request, reply) => {
      const id = request.params.name.replace(/\.json$/, '')
      const ids = options.modules.map((module) => module.id)
      if (!ids.includes(id)) {
        const names = ids.map((one) => `${one}.json`).join(', ')
        throw new PolyphonyError('not_found', `There is no ${request.params.name}; there are ${names}.`)
      }
      return reply
        .type('application/json; charset=utf-8')
        .header('access-control-allow-origin', '*')
        .send(await partOf(id)())
    },
  )
  app.get('/docs/openapi.json', undocumented('what the page shows'), async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(await forPeople()),
  )
  app.get<{ Params: { name: string } }>(
    '/docs/openapi/:name',
    undocumented('what a page shows'),
    async (request, reply) => {
      const name = request.params.name.replace(/\.json$/, '')
      if (!reference.has(name)) throw new PolyphonyError('not_found', `There is no part ${name}: /docs lists them.`)
      return reply.type('application/json; charset=utf-8').send(await pageOf(name)())
    },
  )
  const reference: Reference = {
    protocols: () => options.modules.map(({ id, title }) => ({ name: id, title })),
    models: () =>
      [...Map.groupBy(options.operations(), ({ model }) => model)].map(([model, operations]) => ({
        name: pageOfModel(model),
        model,
        operations: operations.map(({ taskType, title }) => ({ taskType, title })),
      })),
    has: (name) => [...reference.protocols(), ...reference.models()].some((one) => one.name === name),
  }
  return reference
}

/** What is made for a known name, made once. */
function byName<Value>(make: (name: string) => Value): (name: string) => Value {
  const made = new Map<string, Value>()
  return (name) => {
    const value = made.get(name) ?? make(name)
    made.set(name, value)
    return value
  }
}

/** `Qubico/flux1-dev` -> `model-Qubico.flux1-dev`. */
function pageOfModel(model: string): string {
  return `model-${model.replaceAll('/', '.')}`
}

/** Made again when the prices in it have changed. */
function oncePer<Value>(revision: () => number, make: () => Promise<Value>): Once<Value> {
  let made: { revision: number; value: Promise<Value> } | undefined
  const once = () => {
    if (made?.revision !== revision()) made = { revision: revision(), value: make() }
    return made.value
  }
  return Object.assign(once, {
    forget() {
      made = undefined
    },
  })
}

interface Once<Value> {
  (): Promise<Value>
  forget(): void
}

/** The parts are large as objects, and needed for several pages by one who reads. */
function forAWhile<Value>(once: Once<Value>): () => Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  return () => {
    clearTimeout(timer)
    timer = setTimeout(once.forget, MINUTE_MS)
    timer.unref()
    return once()
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

/** The document of one protocol, with the schemas that it refers to, of whichever part they are. */
function documentOfOne(parts: Part[], id: string, publicUrl: string): JsonObject {
  const whole = documentOf(
    parts.filter((part) => part.id === id),
    publicUrl,
  )
  return withUsedSchemas(whole, Object.assign({}, ...parts.map(({ schemas }) => schemas)))
}

/** A document with those of the schemas that it refers to. */
function withUsedSchemas(whole: JsonObject, all: Record<string, JsonObject>): JsonObject {
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

/** What a page shows of one protocol, or of one model: the forms of all models in one place take long to be shown. */
function readingOfOne(parts: Part[], name: string, publicUrl: string): JsonObject {
  const shown = parts.flatMap(({ reading }) => reading ?? [])
  const schemas: Record<string, JsonObject> = Object.assign(
    {},
    ...parts.map((part) => part.schemas),
    ...shown.map((reading) => reading.schemas),
  )
  const own = parts.filter(({ id }) => id === name)
  const isOfModel = (tag: Json | undefined): boolean => typeof tag === 'string' && pageOfModel(tag) === name
  const pages = shown.flatMap(({ paths }) => Object.entries(paths))
  const paths =
    own.length > 0
      ? pages.filter(([path]) => own.some((part) => path in part.paths))
      : pages.filter(([, { post }]) => isJsonObject(post) && Array.isArray(post.tags) && post.tags.some(isOfModel))
  const part: Part = {
    id: name,
    tags: own.length > 0 ? [] : shown.flatMap(({ tags }) => tags.filter((tag) => isOfModel(tag.name))),
    paths: Object.fromEntries(paths),
    webhooks: {},
    schemas: {},
  }
  return withUsedSchemas(documentOf([...own, part], publicUrl), schemas)
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
