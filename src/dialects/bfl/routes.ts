import { createHmac } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { BFL } from '../../catalog/bfl.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isTerminal, type Task } from '../../core/task.ts'
import type { Dialect, DialectContext, WebhookContent } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { objectIn } from '../kit/fields.ts'
import { serve, submitTask } from '../kit/protocol.ts'
import { taskSender } from '../kit/requests.ts'
import type { Urls } from '../kit/urls.ts'
import { errorBody, statusOf } from './errors.ts'
import { checkFinetune, deleteFinetune, finetuneIdIn, getFinetune, listFinetunes } from './finetunes.ts'
import { createdBody, creditsOf, deletedBody, detailsBody, isFlux, resultBody } from './from-task.ts'
import type { Descriptions } from './openapi.ts'
import { MODELS, PREFIXES } from './places.ts'
import { requestsFor } from './to-request.ts'
import { toTask } from './to-task.ts'

const described = describedBy<Descriptions>()

interface Query {
  Querystring: Record<string, unknown>
}

/** Black Forest Labs' own API for Flux. */
export const bfl: Dialect = {
  id: BFL,
  routes: (app, context) =>
    serve(app, context, {
      prefixes: PREFIXES,
      keyHeaders: ['x-key'],
      error: (error, request) => ({ status: statusOf(error), body: errorBody(error, request) }),
      routes(inside) {
        taskRoutes(inside, context)
        finetuneRoutes(inside, context)
      },
    }),
  webhookFor,
  requestsFor,
  describe: async (context) => (await import('./openapi.ts')).describeBfl(context),
}

function taskRoutes(app: FastifyInstance, context: DialectContext): void {
  const { urls, tasks } = context
  const sendResult = taskSender(context, (task) => JSON.stringify(resultBody(fluxOnly(task), urls)))

  for (const operation of MODELS) {
    app.post(`/v1/${operation.taskType}`, described(`model:${operation.taskType}`), async (request, reply) => {
      const submission = toTask(operation, request.body)
      const finetuneId = operation.follows(submission.input)
      if (finetuneId !== undefined) await checkFinetune(finetuneId, request.caller, context)
      const task = await submitTask(request, reply, context, submission)
      return createdBody(task, `${urls.publicUrl}${app.prefix}/v1/get_result?id=${task.id}`)
    })
  }

  app.get<Query>('/v1/get_result', described('get_result'), (request, reply) => {
    const { id } = request.query
    if (typeof id !== 'string' || id === '') throw invalidInput('id', 'is required')
    return sendResult(request, reply, id)
  })

  app.get('/v1/credits', described('credits'), async (request) => ({
    credits: creditsOf((await tasks.balance(request.caller)).available),
  }))
}

/** Tasks of other families have no form here. */
function fluxOnly(task: Task): Task {
  if (!isFlux(task)) throw new PolyphonyError('task_not_found', `No Flux task ${task.id}.`)
  return task
}

/** What becomes of finetunes; training and drawing are tasks like others. */
function finetuneRoutes(app: FastifyInstance, context: DialectContext): void {
  app.get('/v1/my_finetunes', described('my_finetunes'), async ({ caller }) => ({
    finetunes: (await listFinetunes(caller, context)).map(({ id }) => id),
  }))

  app.get<Query>('/v1/finetune_details', described('finetune_details'), async ({ query, caller }) =>
    detailsBody(await getFinetune(finetuneIdIn(query), caller, context)),
  )

  app.post('/v1/delete_finetune', described('delete_finetune'), async ({ body, caller }) => {
    const id = finetuneIdIn(objectIn(body))
    await deleteFinetune(id, caller, context)
    return deletedBody(id, context.clock.now())
  })
}

/** One webhook, at the end. */
function webhookFor(task: Task, urls: Urls): WebhookContent | undefined {
  if (!isTerminal(task.status)) return undefined
  const { webhook_secret: secret } = task.echo
  const body = JSON.stringify(resultBody(task, urls))
  return { body, headers: typeof secret === 'string' && secret !== '' ? signed(body, secret) : {} }
}

function signed(body: string, secret: string): Record<string, string> {
  return { 'x-bfl-signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` }
}
