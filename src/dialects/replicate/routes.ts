import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { SECOND_MS } from '../../core/clock.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isOwnId } from '../../core/ids.ts'
import { isTerminal, type Task } from '../../core/task.ts'
import type { Submission } from '../../tasks/tasks.ts'
import type { Dialect, DialectContext } from '../dialect.ts'
import { nextCursor, pageAfter } from '../kit/cursors.ts'
import { describedBy } from '../kit/described.ts'
import { takeHostedClients } from '../kit/empty-json-body.ts'
import { serve, submitTask } from '../kit/protocol.ts'
import { abortOnDisconnect, taskSender } from '../kit/requests.ts'
import { errorBody, errorStatus } from './errors.ts'
import { fileRoutes } from './files.ts'
import { fromTask, isPrediction, PREFIX, type Prediction } from './from-task.ts'
import { modelRoutes } from './models.ts'
import type { Descriptions } from './openapi.ts'
import { requestsFor } from './to-request.ts'
import { cancelledAfter, DIALECT, type Named, toTask, waitOf } from './to-task.ts'
import { webhookFor } from './webhooks.ts'

const described = describedBy<Descriptions>()

const PAGE = 100

interface OnePrediction {
  Params: { id: string }
}
interface OfModel {
  Params: { owner: string; name: string }
}
type Query = Record<string, string | string[] | undefined>

/**
 * Replicate's HTTP API, below a prefix and, for what no other vendor has there, at its bare paths. Any model can be
 * requested; tasks of another protocol can be read here if they have a form.
 */
export const replicate: Dialect = {
  id: DIALECT,
  async routes(app, context) {
    takeHostedClients(app)
    const error = (thrown: PolyphonyError) => ({ status: errorStatus(thrown), body: errorBody(thrown) })
    await serve(app, context, {
      prefixes: [PREFIX],
      error,
      async routes(inside) {
        predictionRoutes(inside, context, '')
        inside.get('/predictions', described('replicateList'), (request) => listOf(request, context))
        modelRoutes(inside, context)
        await fileRoutes(inside, context)
      },
    })
    await serve(app, context, { prefixes: [''], error, routes: (inside) => predictionRoutes(inside, context, '/v1') })
  },
  webhookFor,
  requestsFor,
  describe: async () => (await import('./openapi.ts')).describeReplicate(),
}

function predictionRoutes(app: FastifyInstance, context: DialectContext, at: string): void {
  const { tasks, urls } = context
  const sendTask = taskSender(context, (task) => JSON.stringify(fromTask(predictionOnly(task), urls)))
  const create = (request: FastifyRequest, reply: FastifyReply, named?: Named) =>
    created(request, reply, context, cancelledAfter(toTask(request.body, named), request.headers['cancel-after']))

  app.post(`${at}/predictions`, described('replicatePredict'), (request, reply) => create(request, reply))
  app.post<OfModel>(`${at}/models/:owner/:name/predictions`, described('replicatePredictWithModel'), (request, reply) =>
    create(request, reply, { model: nameIn(request) }),
  )
  app.post<OfModel>(
    `${at}/deployments/:owner/:name/predictions`,
    described('replicatePredictWithDeployment'),
    (request, reply) => create(request, reply, { deployment: nameIn(request) }),
  )

  app.get<OnePrediction>(`${at}/predictions/:id`, described('replicateRead'), (request, reply) =>
    sendTask(request, reply, request.params.id),
  )

  app.post<OnePrediction>(`${at}/predictions/:id/cancel`, described('replicateCancel'), async (request) => {
    const { id } = predictionOnly(await tasks.get(request.params.id, request.caller))
    const cancelled = await tasks.cancel(id, request.caller).catch(async (error: unknown) => {
      // Harmless when it comes too late: a client cancels what it no longer waits for, whatever its state.
      const task = await tasks.get(id, request.caller)
      if (isTerminal(task.status)) return task
      throw error
    })
    return fromTask(cancelled, urls)
  })
}

function nameIn({ params: { owner, name } }: FastifyRequest<OfModel>): string {
  return `${owner}/${name}`
}

/** Stores a prediction, and holds the answer for as long as `Prefer: wait` says. */
async function created(
  request: FastifyRequest,
  reply: FastifyReply,
  context: DialectContext,
  submission: Submission,
): Promise<Prediction> {
  const { caller, headers } = request
  const seconds = waitOf(headers.prefer)
  using place = seconds === undefined ? null : context.tasks.placeToWait(caller)
  let task = await submitTask(request, reply, context, submission)
  if (place && seconds !== undefined && !isTerminal(task.status)) {
    reply.header('Preference-Applied', `wait=${seconds}`)
    const timeoutMs = seconds * SECOND_MS
    task = await context.tasks.wait(task.id, caller, { timeoutMs, signal: abortOnDisconnect(reply), place })
  }
  reply.code(201)
  const prediction = fromTask(task, context.urls)
  // The official client, after `Prefer: wait`, takes every status but `starting` for the end.
  return prediction.status === 'processing' ? { ...prediction, status: 'starting' } : prediction
}

/** Newest first; the cursor is the last prediction of the page before. */
async function listOf(request: FastifyRequest, { tasks, urls }: DialectContext) {
  const query = request.query as Query
  const createdFrom = instantIn(query, 'created_after')
  const createdTo = instantIn(query, 'created_before')
  const page = await tasks.list(
    {
      limit: PAGE + 1,
      ...pageAfter('tasks', request.caller, { cursor: decodedCursor(query.cursor) }),
      ...(createdFrom === undefined ? {} : { createdFrom }),
      ...(createdTo === undefined ? {} : { createdTo }),
    },
    request.caller,
  )
  const next = nextCursor('tasks', request.caller, page.length > PAGE ? page[PAGE - 1]?.id : null)
  const others = new URLSearchParams()
  for (const name of ['created_after', 'created_before']) if (query[name]) others.set(name, String(query[name]))
  if (next !== null) others.set('cursor', next)
  return {
    previous: null,
    next: next ? `${urls.publicUrl}${PREFIX}/predictions?${others}` : null,
    results: page
      .slice(0, PAGE)
      .filter(isPrediction)
      .map((task) => fromTask(task, urls)),
  }
}

/** Former versions wrote the id in base64url into `next`. */
function decodedCursor(cursor: Query[string]): Query[string] {
  const id = typeof cursor === 'string' ? Buffer.from(cursor, 'base64url').toString() : ''
  return isOwnId(id) ? id : cursor
}

function instantIn(query: Query, name: string): number | undefined {
  const value = query[name]
  if (value === undefined || value === '') return undefined
  const instant = typeof value === 'string' ? Date.parse(value) : Number.NaN
  if (Number.isNaN(instant)) throw invalidInput(name, 'must be a date and time in ISO 8601')
  return instant
}

/** Tasks without a form here are unknown. */
function predictionOnly(task: Task): Task {
  if (!isPrediction(task)) throw new PolyphonyError('task_not_found', `No prediction ${task.id}.`)
  return task
}
