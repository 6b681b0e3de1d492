import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import type { Video } from '../../catalog/outputs.ts'
import { ASSET_SCHEME } from '../../core/asset.ts'
import { MINUTE_MS } from '../../core/clock.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import type { Status, Task } from '../../core/task.ts'
import type { Dialect, DialectContext, WebhookContent } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { serve, submitTask } from '../kit/protocol.ts'
import { idempotencyOf, taskFor } from '../kit/requests.ts'
import { challenge } from './challenge.ts'
import { errorAnswer } from './errors.ts'
import { callbackOf, createdTask, fileOf, fromTask, isHailuo, videoOfFile, videosOf } from './from-task.ts'
import type { Descriptions } from './openapi.ts'
import { DIALECT, toTask } from './to-task.ts'

const described = describedBy<Descriptions>()

const RELAY_PREFIX = '/minimax'
/** How many requests, and for how long, are known as taken: what repeats one comes soon after a lost answer. */
const TAKEN = { max: 1_000, ttl: 10 * MINUTE_MS }

interface WithQuery {
  Querystring: Record<string, unknown>
}

/** MiniMax's video API in three steps (make, ask, fetch the file), bare and as relays pass it on. */
export const minimax: Dialect = {
  id: DIALECT,
  routes: (app, context) =>
    serve(app, context, {
      prefixes: [RELAY_PREFIX, ''],
      error: errorAnswer,
      routes: (inside) => videoRoutes(inside, context),
    }),
  webhookFor,
  describe: async (context) => (await import('./openapi.ts')).describeMinimax(context),
}

function videoRoutes(app: FastifyInstance, context: DialectContext): void {
  const { assets, tasks, urls } = context
  const taken = new LRUCache<string, true>(TAKEN)

  app.post('/v1/video_generation', described('minimaxCreateVideo'), async (request, reply) => {
    const submission = toTask(request.body)
    const { webhook } = submission
    const repeatable = webhook && repeatableAs(request)
    // The receiver of each request proves itself; one that repeats an accepted request makes no task, and needs no proof.
    if (webhook && !taken.has(repeatable ?? '')) await challenge(webhook.url, context)
    const task = await submitTask(request, reply, context, submission)
    if (repeatable !== undefined) taken.set(repeatable, true)
    return createdTask(task)
  })

  app.get<WithQuery>('/v1/query/video_generation', described('minimaxQuery'), async (request, reply) =>
    fromTask(await taskOf(request, reply)),
  )

  app.get<WithQuery>('/v1/files/retrieve', described('minimaxRetrieveFile'), async (request) => {
    const { fileId, video } = await videoOf(request)
    const asset = await assets.find(video.file.slice(ASSET_SCHEME.length).split('.', 1)[0] ?? '')
    if (!asset) throw new PolyphonyError('task_not_found', `The time of the file ${fileId} is over.`)
    return fileOf(fileId, video, asset, urls)
  })

  if (app.prefix === RELAY_PREFIX) {
    // Where a client of relays looks when the answer above has no address.
    app.get<WithQuery>('/v1/file', described('minimaxFile'), async (request, reply) => {
      const { video } = await videoOf(request)
      return context.sendFile(video.file, request, reply)
    })
  }

  async function taskOf(request: FastifyRequest<WithQuery>, reply: FastifyReply): Promise<Task> {
    const id = idIn(request, 'task_id')
    const task = await taskFor(request, reply, id, context)
    if (!isHailuo(task)) throw new PolyphonyError('task_not_found', `No task ${id}.`)
    return task
  }

  async function videoOf(request: FastifyRequest<WithQuery>): Promise<{ fileId: string; video: Video }> {
    const fileId = idIn(request, 'file_id')
    const place = videoOfFile(fileId)
    const [task] = place ? await tasks.getMany([place.taskId], request.caller) : []
    const video = task && isHailuo(task) ? videosOf(task)[(place?.number ?? 0) - 1] : undefined
    if (!video) throw new PolyphonyError('task_not_found', `There is no file ${fileId}.`)
    return { fileId, video }
  }
}

/** What a repetition of this request has in common with it; undefined without an Idempotency-Key. */
function repeatableAs(request: FastifyRequest): string | undefined {
  const idempotency = idempotencyOf(request)
  return (
    idempotency && `${request.caller.tenantId} ${request.caller.mode} ${idempotency.fingerprint} ${idempotency.key}`
  )
}

function idIn({ query }: FastifyRequest<WithQuery>, name: string): string {
  const { [name]: id } = query
  if (typeof id !== 'string' || id === '') throw invalidInput(name, 'is required')
  return id
}

const NOTIFIED: ReadonlySet<Status> = new Set(['processing', 'completed', 'failed', 'cancelled'])

/** A callback carries what a query answers, at each change of the status. */
function webhookFor(task: Task): WebhookContent | undefined {
  if (!NOTIFIED.has(task.status)) return undefined
  // Progress alone is no change of status.
  if (task.status === 'processing' && task.progress > 0) return undefined
  return { body: JSON.stringify(callbackOf(task)) }
}
