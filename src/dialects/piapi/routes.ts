import type { FastifyInstance } from 'fastify'
import { invalid } from '../../catalog/read-input.ts'
import type { Task } from '../../core/task.ts'
import { isTerminal } from '../../core/task.ts'
import type { Dialect, DialectContext } from '../dialect.ts'
import {
  asPolyphonyError,
  authenticated,
  idempotencyOf,
  markReplay,
  noteError,
  streamTask,
  taskSender,
} from '../requests.ts'
import { accountRoutes, modelIn } from './account.ts'
import { errorBody } from './errors.ts'
import { modelsOf } from './families.ts'
import { configOf, createdBody, readBody, webhookBody } from './from-task.ts'
import { PIAPI, toTask } from './to-task.ts'
import { uploadRoutes } from './upload.ts'

/** PiAPI's unified API: tasks, account, history, uploads. Base address: ours, without a prefix. */
export const piapi: Dialect = {
  id: PIAPI,
  routes(app, context) {
    app.setErrorHandler((thrown, request, reply) => {
      const error = asPolyphonyError(thrown)
      noteError(request, reply, error)
      const { status, body } = errorBody(error)
      return reply.code(status).send(body)
    })
    authenticated(app, context)
    taskRoutes(app, context)
    accountRoutes(app, context)
    uploadRoutes(app, context)
  },
  announce(task, urls) {
    const { endpoint, secret } = configOf(task).webhook_config
    if (endpoint === '' || !isTerminal(task.status)) return []
    const body = JSON.stringify(webhookBody(task, urls, task.endedAt ?? task.createdAt))
    return [{ url: endpoint, body, headers: secret === '' ? {} : { 'x-webhook-secret': secret } }]
  },
}

function taskRoutes(app: FastifyInstance, context: DialectContext): void {
  const { tasks, urls, clock } = context
  const render = (task: Task): string => JSON.stringify(readBody(task, urls, clock.now()))
  const sendTask = taskSender(context, render)

  app.post('/api/v1/task', async (request, reply) => {
    const submission = { ...toTask(request.body), idempotency: idempotencyOf(request) }
    const { task, replayed } = await tasks.submit(submission, request.caller)
    markReplay(reply, replayed)
    return createdBody(task, urls)
  })

  app.get<{ Params: { id: string } }>('/api/v1/task/:id', (request, reply) =>
    sendTask(request, reply, request.params.id),
  )

  app.get<{ Params: { id: string } }>('/api/v1/task/:id/events', async (request, reply) => {
    await streamTask(request, reply, request.params.id, context, render)
  })

  app.delete<{ Params: { id: string } }>('/api/v1/task/:id', async (request) => {
    const { id } = await tasks.cancel(request.params.id, request.caller)
    return { code: 200, message: `task ${id} canceled` }
  })

  app.delete<{ Querystring: Record<string, string> }>('/api/v1/tasks', async (request) => {
    const { created_before: before } = request.query
    const model = modelIn(request.query)
    // A missing bound must not mean "all": it would cancel what nobody meant to.
    if (!before || !/^\d{1,11}$/.test(before)) throw invalid('created_before', 'must be a time in unix seconds')
    if (!model) throw invalid('model', 'is required; "all" cancels tasks of every model')
    const models = model === 'all' ? null : [...modelsOf(model)]
    const count = await tasks.cancelMany({ createdBefore: Number(before) * 1_000, models }, request.caller)
    return { code: 200, message: `${count} tasks canceled`, data: { canceled: count } }
  })
}
