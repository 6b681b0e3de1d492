import type { FastifyInstance } from 'fastify'
import { getOperation } from '../../catalog/catalog.ts'
import { SECOND_MS } from '../../core/clock.ts'
import { invalidInput } from '../../core/errors.ts'
import type { Task } from '../../core/task.ts'
import { isTerminal } from '../../core/task.ts'
import type { Dialect, DialectContext } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { streamTask } from '../kit/event-stream.ts'
import { objectIn } from '../kit/fields.ts'
import { serve, submitTask } from '../kit/protocol.ts'
import { idempotencyOf, noteSubmitted, originOf, taskSender } from '../kit/requests.ts'
import { imageSubmission } from '../shared/image-submission.ts'
import { accountRoutes } from './account.ts'
import { assetLibraryRoutes } from './asset-library.ts'
import { batchRoutes, fromBatch } from './batch.ts'
import { errorBody } from './errors.ts'
import { formOf, modelsOf } from './families.ts'
import { configOf, createdBody, quotedBody, readBody, webhookBody } from './from-task.ts'
import { listingRoutes } from './listing.ts'
import { modelRoutes } from './models.ts'
import type { Descriptions } from './openapi.ts'
import { flagIn, type Query, textIn } from './query.ts'
import { queueRoutes } from './queue.ts'
import { requestsFor } from './to-request.ts'
import { configIn, echoOf, PIAPI, toTask } from './to-task.ts'
import { uploadRoutes } from './upload.ts'

const described = describedBy<Descriptions>()

/** PiAPI's unified API: tasks, account, history, uploads. Base address: ours, without a prefix. */
export const piapi: Dialect = {
  id: PIAPI,
  routes: (app, context) =>
    serve(app, context, {
      prefixes: [''],
      error: (error, { id }) => errorBody(error, id),
      async routes(inside) {
        taskRoutes(inside, context)
        listingRoutes(inside, context)
        modelRoutes(inside, context)
        await batchRoutes(inside, context)
        accountRoutes(inside, context)
        assetLibraryRoutes(inside, context)
        await uploadRoutes(inside, context)
      },
    }),
  webhookFor(task, urls) {
    if (!isTerminal(task.status) && !formOf(getOperation(task.operation)).tellsProgress) return undefined
    const body = JSON.stringify(webhookBody(task, urls, task.endedAt ?? task.startedAt ?? task.createdAt))
    return { body, headers: secretHeader(configOf(task).webhook_config.secret) }
  },
  batchWebhooks(batch) {
    const { endpoint, secret } = configIn(batch.echo).webhook_config
    if (endpoint === '') return []
    const timestamp = Math.floor((batch.endedAt ?? batch.createdAt) / 1_000)
    return [
      { url: endpoint, body: JSON.stringify({ timestamp, data: fromBatch(batch) }), headers: secretHeader(secret) },
    ]
  },
  requestsFor,
  describe: async (context) => (await import('./openapi.ts')).describePiapi(context),
}

function secretHeader(secret: string): Record<string, string> {
  return secret === '' ? {} : { 'x-webhook-secret': secret }
}

const HEARTBEAT_MS = 15 * SECOND_MS

function taskRoutes(app: FastifyInstance, context: DialectContext): void {
  const { tasks, urls, clock } = context
  const render = (task: Task): string => JSON.stringify(readBody(task, urls, clock.now()))
  const sendTask = taskSender(context, render)

  app.post<{ Querystring: Query }>('/api/v1/task', described('createTask'), async (request, reply) => {
    const submission = { ...toTask(request.body), origin: originOf(request), idempotency: idempotencyOf(request) }
    if (flagIn(request.query, 'dry_run')) {
      return quotedBody(submission, await tasks.quote(submission, request.caller), urls)
    }
    return createdBody(noteSubmitted(request, reply, await tasks.submit(submission, request.caller)), urls)
  })

  // The asynchronous form of OpenAI's image route, read back as any other task.
  app.post('/api/v1/images/generations/async', described('createImages'), async (request, reply) => {
    const rest = { dialect: PIAPI, echo: echoOf(configIn(undefined)) }
    const { submission } = imageSubmission('generations', objectIn(request.body), rest)
    return createdBody(await submitTask(request, reply, context, submission), urls)
  })

  app.get<{ Params: { id: string } }>('/api/v1/task/:id', described('readTask'), (request, reply) =>
    sendTask(request, reply, request.params.id),
  )

  app.get<{ Params: { id: string } }>('/api/v1/task/:id/events', described('watchTask'), async (request, reply) => {
    const eventOf = (task: Task, number: number) => `event: task\nid: ${number}\ndata: ${render(task)}\n\n`
    await streamTask(request, reply, request.params.id, context, { eventOf, heartbeatMs: HEARTBEAT_MS })
  })

  queueRoutes(app, context)

  app.delete<{ Params: { id: string } }>('/api/v1/task/:id', described('cancelTask'), async (request) => {
    const { id, status } = await tasks.cancel(request.params.id, request.caller)
    const isDone = status === 'cancelled'
    return { code: 200, message: isDone ? `task ${id} canceled` : `cancel of task ${id} requested` }
  })

  app.delete<{ Querystring: Query }>('/api/v1/tasks', described('cancelTasks'), async (request) => {
    const before = textIn(request.query, 'created_before')
    const model = textIn(request.query, 'model')
    // A missing bound must not mean "all": it would cancel tasks by mistake.
    if (!before || !/^\d{1,11}$/.test(before)) throw invalidInput('created_before', 'must be a time in unix seconds')
    if (!model) throw invalidInput('model', 'is required; "all" cancels tasks of every model')
    const models = model === 'all' ? null : [...modelsOf(model)]
    const count = await tasks.cancelMany({ createdBefore: Number(before) * 1_000, models }, request.caller)
    return { code: 200, message: `${count} tasks canceled`, data: { canceled: count } }
  })
}
