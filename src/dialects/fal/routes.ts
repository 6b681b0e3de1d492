import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isTerminal, type Task } from '../../core/task.ts'
import type { Dialect, DialectContext } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { takeHostedClients } from '../kit/empty-json-body.ts'
import { type EventStream, streamTask } from '../kit/event-stream.ts'
import { serve, submitAndWait, submitTask } from '../kit/protocol.ts'
import { taskFor } from '../kit/requests.ts'
import type { Urls } from '../kit/urls.ts'
import { errorAnswer, failureOf } from './errors.ts'
import { isRequest, resultOf, statusOf, webhookFor } from './from-task.ts'
import { inlined } from './inline-files.ts'
import type { Descriptions } from './openapi.ts'
import { checkRoomForParts, openPartRoutes } from './part-uploads.ts'
import { ownPathOf, PREFIX, pathBelow, targetOf } from './target.ts'
import { requestsFor } from './to-request.ts'
import { DIALECT, toTask } from './to-task.ts'
import { createUploadToken, initiateUpload, openTokenRoutes, openUploadRoutes, withUploads } from './uploads.ts'

const described = describedBy<Descriptions>()

type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown

/**
 * fal's queue, its synchronous calls and its uploads. The official client has no option for an address, so it comes through
 * the proxy endpoint, or with its addresses rewritten to the paths below the prefix.
 */
export const fal: Dialect = {
  id: DIALECT,
  async routes(app, context) {
    await app.register(async (open) => openUploadRoutes(open, context))
    await app.register(async (open) => openTokenRoutes(open, context))
    await app.register(async (open) => openPartRoutes(open, context))
    await app.register(async (keyed) => {
      takeHostedClients(keyed)
      await serve(keyed, context, {
        prefixes: [PREFIX],
        error: (error) => {
          const { status, body, type } = errorAnswer(error)
          // The type of an error is in its headers, too.
          const headers = { 'x-fal-error-type': type, 'x-fal-retryable': String(error.retry === 'again') }
          return { status, body, headers }
        },
        routes: (inside) => falRoutes(inside, context),
      })
    })
  },
  webhookFor,
  requestsFor,
  describe: async (context) => (await import('./openapi.ts')).describeFal(context),
}

function falRoutes(app: FastifyInstance, context: DialectContext): void {
  const queue: Handler = (request, reply) => queueCall(request, reply, context)
  const run: Handler = (request, reply) => runCall(request, reply, context)
  const initiate: Handler = (request) => initiateUpload(request, context)
  const initiateParts: Handler = (request) => {
    checkRoomForParts(context.limits)
    return initiateUpload(request, context)
  }

  app.post('/queue/*', described({ '/queue/{path}': 'falSubmit' }), queue)
  app.get('/queue/*', described({ '/queue/{path}': 'falRead' }), queue)
  app.put('/queue/*', described({ '/queue/{path}': 'falCancel' }), queue)
  app.post('/run/*', described({ '/run/{path}': 'falRun' }), run)
  app.post('/storage/upload/initiate', described('falUpload'), initiate)
  app.post('/storage/auth/token', described('falUploadToken'), (request) => createUploadToken(request, context))
  app.post('/storage/upload/initiate-multipart', described('falUploadParts'), initiateParts)

  const proxy: Handler = (request, reply) => {
    const { 'x-fal-target-url': target } = request.headers
    if (target === undefined) throw invalidInput('x-fal-target-url', 'is required: the address at fal to call')
    const path = ownPathOf(String(target))
    if (path === undefined) throw invalidInput('x-fal-target-url', 'must be an https address of fal.run or fal.ai')
    // From here on it is a request for that path, also to those who compare one request with another.
    request.raw.url = path
    request.query = Object.fromEntries(queryOf(request))
    if (path.startsWith(`${PREFIX}/queue/`)) return queue(request, reply)
    if (request.method === 'POST' && path.startsWith(`${PREFIX}/run/`)) return run(request, reply)
    if (request.method === 'POST' && /^\/fal\/storage\/upload\/initiate(?:\?|$)/.test(path))
      return initiate(request, reply)
    if (request.method === 'POST' && /^\/fal\/storage\/upload\/initiate-multipart(?:\?|$)/.test(path))
      return initiateParts(request, reply)
    if (request.method === 'POST' && /^\/fal\/storage\/auth\/token(?:\?|$)/.test(path))
      return createUploadToken(request, context)
    throw new PolyphonyError('not_found', `Invalid URL (${request.method} ${path.split('?', 1)[0]})`)
  }
  app.get('/proxy', { exposeHeadRoute: false, ...described('falProxyGet') }, proxy)
  app.post('/proxy', described('falProxyPost'), proxy)
  app.put('/proxy', described('falProxyPut'), proxy)
}

async function queueCall(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<unknown> {
  const { tasks, urls } = context
  const { caller, method } = request
  const isHead = method === 'HEAD'
  const target = targetOf(isHead ? 'GET' : method, pathBelow(`${PREFIX}/queue`, request.url))
  const query = queryOf(request)
  if (target.call === 'submit') {
    const submission = toTask(target.model, request.body, query.get('fal_webhook') ?? undefined)
    const task = await submitTask(request, reply, context, await withUploads(submission, context))
    return about(reply, task).send(statusOf(task, urls))
  }
  const { app, id } = target
  // A stream has no end to wait for, where only its head is asked for.
  const call = isHead && target.call === 'stream' ? 'status' : target.call
  if (call === 'cancel') return cancel(request, reply, context, id)
  // One that is unknown is not waited for.
  const found = requestOnly(await tasks.get(id, caller))
  const task = call === 'stream' ? found : await taskFor(request, reply, id, context)
  const logs = isYes(query.get('logs'))
  switch (call) {
    case 'status':
      return about(reply, task)
        .code(isTerminal(task.status) ? 200 : 202)
        .send(statusOf(task, urls, { app, logs }))
    case 'stream':
      return streamTask(request, reply, id, context, statusStream(id, context.urls, { app, logs }))
    default:
      return sendResult(reply, task, context)
  }
}

/** Holds the request until the work is done. */
async function runCall(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<unknown> {
  const model = pathBelow(`${PREFIX}/run`, request.url)
  if (model.endsWith('/stream')) {
    throw new PolyphonyError(
      'method_not_allowed',
      'Models do not stream here. Ask through the queue, and watch its status.',
    )
  }
  const submission = await withUploads(toTask(model, request.body), context)
  const task = await submitAndWait(request, reply, context, submission)
  return sendResult(reply, task, context)
}

/** The official client gives up after fifteen seconds without a word. */
const HEARTBEAT_MS = 10_000

/** A request's states as events without a name; each has the logs that the ones before it did not have. */
function statusStream(id: string, urls: Urls, options: { app: string; logs: boolean }): EventStream {
  let sentLogs = 0
  return {
    heartbeatMs: HEARTBEAT_MS,
    headers: { 'x-fal-request-id': id },
    eventOf(task) {
      const status = statusOf({ ...task, logs: task.logs.slice(sentLogs) }, urls, options)
      sentLogs = task.logs.length
      return `data: ${JSON.stringify(status)}\n\n`
    },
  }
}

async function sendResult(reply: FastifyReply, task: Task, context: DialectContext): Promise<FastifyReply> {
  const { urls } = context
  about(reply, task)
  if (!isTerminal(task.status)) return reply.code(400).send({ detail: 'Request is still in progress' })
  const failure = failureOf(task)
  if (!failure) return reply.send(JSON.stringify(await inlined(resultOf(task, urls), task, context)))
  return reply.code(failure.status).header('x-fal-error-type', failure.type).send(failure.body)
}

async function cancel(
  request: FastifyRequest,
  reply: FastifyReply,
  { tasks }: DialectContext,
  id: string,
): Promise<FastifyReply> {
  const [task] = await tasks.getMany([id], request.caller)
  if (!task || !isRequest(task)) return reply.code(404).send({ status: 'NOT_FOUND' })
  try {
    await tasks.cancel(id, request.caller)
    return about(reply, task).code(202).send({ status: 'CANCELLATION_REQUESTED' })
  } catch (error) {
    const { status } = await tasks.get(id, request.caller)
    // What its provider cannot stop goes on, and that is said: a client would wait for an end that does not come.
    if (!isTerminal(status)) throw error
    return about(reply, task).code(400).send({ status: 'ALREADY_COMPLETED' })
  }
}

/** Tasks without a form here are unknown. */
function requestOnly(task: Task): Task {
  if (!isRequest(task)) throw new PolyphonyError('task_not_found', `No request ${task.id}.`)
  return task
}

function about(reply: FastifyReply, { id }: Task): FastifyReply {
  return reply.header('x-fal-request-id', id).type('application/json; charset=utf-8')
}

function queryOf({ url }: FastifyRequest): URLSearchParams {
  return new URLSearchParams(url.split('?').slice(1).join('?'))
}

function isYes(value: string | null): boolean {
  return value === '1' || value === 'true'
}
