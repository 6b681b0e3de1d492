import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ASSET_SCHEME } from '../../core/asset.ts'
import type { Caller } from '../../core/caller.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isId } from '../../core/ids.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import type { Status, Task } from '../../core/task.ts'
import type { Dialect, DialectContext, WebhookContent } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { isText, objectIn, wholeNumberIn } from '../kit/fields.ts'
import { serve, submitTask } from '../kit/protocol.ts'
import { taskFor } from '../kit/requests.ts'
import type { Urls } from '../kit/urls.ts'
import { costsOf, windowOf } from './costs.ts'
import { errorAnswer } from './errors.ts'
import { createdTask, envelope, fromTask, MODELS, type Noun, nounOf } from './from-task.ts'
import { listAt, type Page } from './list.ts'
import type { Descriptions } from './openapi.ts'
import { requestsFor } from './to-request.ts'
import { DIALECT, PATHS, type Path, toTask } from './to-task.ts'

const described = describedBy<Descriptions>()

const RELAY_PREFIX = '/kling'

/** Where other protocols have the same path, Kling's is served below the relays' prefix only. */
const TAKEN: ReadonlySet<string> = new Set<Path>(['/images/generations'])

interface OneTask {
  Params: { id: string }
}
interface WithQuery {
  Querystring: Record<string, unknown>
}

/** Kling's official API, bare and as relays pass it on. */
export const kling: Dialect = {
  id: DIALECT,
  routes: (app, context) =>
    serve(app, context, {
      prefixes: [RELAY_PREFIX, ''],
      authenticate: context.authenticateSigned,
      error: errorAnswer,
      routes(inside) {
        accountRoute(inside, context)
        for (const path of Object.keys(PATHS) as Path[]) {
          if (inside.prefix === RELAY_PREFIX || !TAKEN.has(path)) pathRoutes(inside, path, context)
        }
      },
    }),
  webhookFor,
  requestsFor,
  describe: async (context) => (await import('./openapi.ts')).describeKling(context),
}

function accountRoute(app: FastifyInstance, { tasks, tenantOf }: DialectContext): void {
  app.get<WithQuery>('/account/costs', described('Costs'), async ({ id, query, caller }) => {
    const window = windowOf(query)
    const [balance, tenant] = await Promise.all([tasks.balance(caller), tenantOf(caller)])
    return envelope(costsOf(balance, tenant, window), id)
  })
}

function pathRoutes(app: FastifyInstance, path: Path, context: DialectContext): void {
  const { urls } = context
  const noun = path.startsWith('/videos/') ? 'videos' : 'images'

  app.post(`/v1${path}`, described(`Create:${path}`), async (request, reply) =>
    envelope(createdTask(await create(request, reply)), request.id),
  )

  app.get<WithQuery>(`/v1${path}`, described(`List:${path}`), async (request) => {
    const found = await listAt(path, pageOf(request.query), context, request.caller)
    return envelope(
      found.map((task) => fromTask(task, urls)),
      request.id,
    )
  })

  app.get<OneTask>(`/v1${path}/:id`, described(`Read:${path}`), async (request, reply) =>
    envelope(fromTask(await read(request, reply, noun), urls), request.id),
  )

  async function create(request: FastifyRequest, reply: FastifyReply): Promise<Task> {
    const body = path === '/videos/lip-sync' ? await withVideoId(request.body, context) : request.body
    return submitTask(request, reply, context, toTask(path, body))
  }

  /** By its own id or, where none has it, by the id that the caller gave it. */
  async function read(request: FastifyRequest<OneTask>, reply: FastifyReply, wanted: Noun): Promise<Task> {
    const { id } = request.params
    const [known] = isId(id) ? await context.tasks.getMany([id], request.caller) : []
    const found = known ?? (await findByExternalId(id, context, request.caller))
    if (!found || nounOf(found) !== wanted) throw new PolyphonyError('task_not_found', `No task ${id}.`)
    return taskFor(request, reply, found.id, context)
  }
}

/** The newest of the caller's tasks that they gave this id. */
async function findByExternalId(
  external: string,
  { tasks }: DialectContext,
  caller: Caller,
): Promise<Task | undefined> {
  const [found] = await tasks.list({ model: MODELS, externalId: external, limit: 1 }, caller)
  return found
}

const MOST_PAGES = 1_000
const LARGEST_PAGE = 500

function pageOf(query: Record<string, unknown>): Page {
  const number = wholeNumberIn(query, 'pageNum', { minimum: 1, maximum: MOST_PAGES, fallback: 1 })
  const limit = wholeNumberIn(query, 'pageSize', { minimum: 1, maximum: LARGEST_PAGE, fallback: 30 })
  return { offset: (number - 1) * limit, limit }
}

/** Lip sync may name its video by a URL. That of a video that was made here names the task that made it. */
async function withVideoId(body: unknown, { assets, urls }: DialectContext): Promise<JsonObject> {
  const fields = objectIn(body)
  const { input } = fields
  if (!isJsonObject(input) || !isText(input.video_url) || isText(input.video_id)) return fields
  const reference = urls.reference(input.video_url)
  const asset = reference && (await assets.find(reference.slice(ASSET_SCHEME.length).split('.', 1)[0] ?? ''))
  if (!asset || asset.taskId === null) return fields
  const { video_url: _, ...rest } = input
  return { ...fields, input: { ...rest, video_id: asset.taskId } }
}

const NOTIFIED: ReadonlySet<Status> = new Set(['processing', 'completed', 'failed', 'cancelled'])

/** A callback carries the task object bare, at each change of its status. */
function webhookFor(task: Task, urls: Urls): WebhookContent | undefined {
  if (!NOTIFIED.has(task.status)) return undefined
  // Progress alone is no change of status.
  if (task.status === 'processing' && task.progress > 0) return undefined
  return { body: JSON.stringify(fromTask(task, urls)) }
}
