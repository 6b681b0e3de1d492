import type { FastifyInstance } from 'fastify'
import type { JsonObject } from '../core/json.ts'
import type { ApiDescription, DialectContext, RouteModule } from '../dialects/dialect.ts'
import { version } from '../version.ts'

export interface OpenApiOptions {
  dialects: readonly RouteModule[]
  context: DialectContext
}

/** `/openapi.json` for machines, and `/docs/openapi.json`, the same API as `/docs` shows it. Neither needs a key. */
export function openApi(app: FastifyInstance, options: OpenApiOptions): void {
  // Written at the first request: most gateways never get one, and the public URL is known only once the server listens.
  const forMachines = once(async () =>
    JSON.stringify(documentOf(await partsOf(options), options.context.urls.publicUrl)),
  )
  const forPeople = once(async () => JSON.stringify(readingOf(await partsOf(options), options.context.urls.publicUrl)))

  app.get('/openapi.json', async (_request, reply) =>
    reply
      .type('application/json; charset=utf-8')
      .header('access-control-allow-origin', '*')
      .send(await forMachines()),
  )
  app.get('/docs/openapi.json', async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(await forPeople()),
  )
}

function once(make: () => Promise<string>): () => Promise<string> {
  let made: Promise<string> | undefined
  return () => {
    made ??= make()
    return made
  }
}

async function partsOf({ dialects, context }: OpenApiOptions): Promise<ApiDescription[]> {
  const described = await Promise.all(dialects.map((dialect) => dialect.describe?.(context)))
  return [...described.filter((part) => part !== undefined), health()]
}

function documentOf(parts: ApiDescription[], publicUrl: string): JsonObject {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Polyphony',
      version,
      summary: 'One key, one bill and one durable queue before many generators of media.',
      description: `${ABOUT}\n\nThe same for machines: [openapi.json](${publicUrl}/openapi.json).`,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: publicUrl }],
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

/** The document with what the dialects show in place of the same names, and the tags in groups. */
function readingOf(parts: ApiDescription[], publicUrl: string): JsonObject {
  // Last, since another dialect may use a name that is shown differently.
  const shown: ApiDescription[] = parts.map(({ reading }) => ({
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

const HEALTH = 'Health'

/** The routes of health.ts, which need no key. */
function health(): ApiDescription {
  const status = { type: 'object', required: ['status'], properties: { status: { type: 'string' } } }
  const json = (description: string, schema: JsonObject): JsonObject => ({
    description,
    content: { 'application/json': { schema } },
  })
  const open = (operationId: string, summary: string, responses: JsonObject): JsonObject => ({
    get: { operationId, summary, tags: [HEALTH], security: [], responses },
  })
  const text = { type: 'string' }
  return {
    tags: [{ name: HEALTH, description: 'For load balancers and monitors.' }],
    paths: {
      '/healthz': open('healthz', 'Does the process answer?', { '200': json('It does.', status) }),
      '/readyz': open('readyz', 'Can it take requests?', {
        '200': json('It can.', status),
        '503': json('The database does not answer.', status),
      }),
      '/api/status': open('status', 'What runs here?', {
        '200': json('The program.', {
          type: 'object',
          required: ['name', 'version', 'store', 'uptimeSeconds', 'operations', 'providers'],
          properties: {
            name: text,
            version: text,
            store: text,
            uptimeSeconds: { type: 'integer' },
            operations: { type: 'array', items: text, description: 'The operations that a live key can request now.' },
            providers: {
              type: 'array',
              description: 'The providers for live keys, with how many accounts of the operator.',
              items: {
                type: 'object',
                required: ['id', 'accounts', 'connected'],
                properties: { id: text, accounts: { type: 'integer' }, connected: { type: 'integer' } },
              },
            },
          },
        }),
      }),
      '/metrics': open('metrics', 'Metrics for Prometheus', {
        '200': { description: 'Metrics.', content: { 'text/plain': { schema: text } } },
      }),
    },
    webhooks: {},
    schemas: {},
  }
}
