import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Attempt } from '../../core/attempt.ts'
import { SECOND_MS } from '../../core/clock.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { isTerminal, type Task } from '../../core/task.ts'
import type { Dialect, DialectContext, WebhookContent } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { objectIn } from '../kit/fields.ts'
import { refuseViewers, serve, submitTask } from '../kit/protocol.ts'
import { taskSender } from '../kit/requests.ts'
import type { Urls } from '../kit/urls.ts'
import { archiveRoute } from './archive.ts'
import { cancelled } from './cancel.ts'
import { errorBody } from './errors.ts'
import { fileRoutes } from './files.ts'
import { fromTask } from './from-task.ts'
import { libraryRoutes } from './library.ts'
import type { Descriptions } from './openapi.ts'
import { operationsFor } from './operations.ts'
import { pageOf } from './page.ts'
import { flagIn, listingIn } from './query.ts'
import { requestsFor } from './to-request.ts'
import { DIALECT, toTask } from './to-task.ts'

/** Each protocol's request is written and read back in turn, and code with a file in base64 in it is of no use. */
const MAX_WRITTEN_BYTES = 128 * 2 ** 10

const described = describedBy<Descriptions>()

const CREATED = 201

interface OneTask {
  Params: { id: string }
}

/** Our own protocol: any operation of the catalogue under the catalogue's names. Gateways use it with each other. */
export const polyphony: Dialect = {
  id: DIALECT,
  routes: (app, context) =>
    serve(app, context, {
      prefixes: ['/polyphony/v1'],
      takesCookies: true,
      error: (error, { id }) => errorBody(error, id),
      async routes(inside) {
        inside.addHook('onRequest', refuseViewers)
        taskRoutes(inside, context)
        chatModelRoute(inside, context)
        libraryRoutes(inside, context)
        archiveRoute(inside, context)
        await fileRoutes(inside, context)
      },
    }),
  webhookFor,
  requestsFor,
  describe: async (context) => (await import('./openapi.ts')).describePolyphony(context),
}

function taskRoutes(app: FastifyInstance, context: DialectContext): void {
  const { tasks, urls } = context
  const sendTask = taskSender(context, (task) => JSON.stringify(fromTask(task, urls)))

  app.post('/tasks', described('polyphonyCreate'), async (request, reply) => {
    const task = await submitTask(request, reply, context, toTask(request.body))
    return reply.code(CREATED).send(fromTask(task, urls))
  })

  app.get<{ Querystring: Record<string, unknown> }>('/tasks', described('polyphonyList'), ({ query, caller }) =>
    pageOf(listingIn(query, caller), caller, context),
  )

  app.get<OneTask>('/tasks/:id', described('polyphonyRead'), (request, reply) =>
    sendTask(request as FastifyRequest, reply, request.params.id),
  )

  app.post<OneTask>('/tasks/:id/cancel', described('polyphonyCancel'), async ({ params, caller }) =>
    fromTask(await cancelled(params.id, caller, context), urls),
  )

  app.get<OneTask>('/tasks/:id/queue', described('polyphonyQueue'), async ({ params, caller }) => {
    const { ahead, estimateMs } = await tasks.queuePosition(params.id, caller)
    return { tasks_ahead: ahead, estimated_seconds: estimateMs === null ? null : Math.ceil(estimateMs / SECOND_MS) }
  })

  app.get<OneTask>('/tasks/:id/attempts', described('polyphonyAttempts'), async ({ params, caller }) => {
    const attempts = await tasks.attempts(params.id, caller)
    return { attempts: attempts.map(attemptBody) }
  })

  app.post('/quote', described('polyphonyQuote'), async (request) => {
    const quote = await tasks.quote(toTask(request.body), request.caller)
    return {
      price_points: quote.pricePoints,
      available_points: quote.availablePoints,
      is_affordable: quote.isAffordable,
    }
  })

  app.post('/requests', { ...described('polyphonyRequests'), bodyLimit: MAX_WRITTEN_BYTES }, async (request) => {
    const { operation, input } = toTask(request.body)
    return { requests: await context.requestsFor(operation, givenIn(request.body) ?? input) }
  })

  app.get<{ Querystring: Record<string, unknown> }>(
    '/operations',
    described('polyphonyOperations'),
    async ({ query, caller }) => ({ operations: operationsFor(caller, context, { all: flagIn(query, 'all') }) }),
  )
}

/** What one can chat with, for which there is no place in the lists of the vendors' APIs: they have no prices, and all models. */
function chatModelRoute(app: FastifyInstance, { calls }: DialectContext): void {
  app.get('/chat-models', described('polyphonyChatModels'), async ({ caller }) => ({
    models: calls.chatModels(caller).map(({ id, provider, price: { input = 0, output = 0, call = 0 } }) => ({
      id,
      provider,
      usd_per_million_input: input,
      usd_per_million_output: output,
      usd_per_call: call,
    })),
  }))
}

/** The input as it was sent: with its defaults, code says more than it has to. */
function givenIn(body: unknown): JsonObject | undefined {
  const { input } = objectIn(body)
  return isJsonObject(input) ? input : undefined
}

/** Accounts are not named: the operator's are not for tenants to see. */
function attemptBody({ number, provider, outcome, reason, begunAt, acceptedAt, endedAt }: Attempt) {
  return { number, provider, outcome, reason, begun_at: begunAt, accepted_at: acceptedAt, ended_at: endedAt }
}

/** The end of a task, and nothing before it: the body is the task as it is read. */
function webhookFor(task: Task, urls: Urls): WebhookContent | undefined {
  return isTerminal(task.status) ? { body: JSON.stringify(fromTask(task, urls)) } : undefined
}
