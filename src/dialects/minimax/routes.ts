import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { ASSET_SCHEME } from '../../core/asset.ts'
import { MINUTE_MS } from '../../core/clock.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import type { Status, Task } from '../../core/task.ts'
import type { Submission } from '../../tasks/tasks.ts'
import type { Dialect, DialectContext, WebhookContent } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { serve, submitAndWait, submitTask } from '../kit/protocol.ts'
import { idempotencyOf, taskFor } from '../kit/requests.ts'
import type { Urls } from '../kit/urls.ts'
import { type SoundRequest, toAsyncSpeech, toMusic, toPictures, toSpeech } from './at-once.ts'
import { challenge } from './challenge.ts'
import { baseResp, errorAnswer, isSecondVersion, secondErrorAnswer } from './errors.ts'
import { fileRoutes, findUpload, textOfUpload, uploadOf } from './files.ts'
import { fromPictures } from './from-pictures.ts'
import { eventsOf, fromSound, isSpeech } from './from-sound.ts'
import {
  callbackOf,
  createdSpeech,
  createdTask,
  fileOf,
  fromSpeechTask,
  fromTask,
  isHailuo,
  type NamedFile,
  namedFileOf,
  speechCallbackOf,
  videoOfFile,
} from './from-task.ts'
import type { Descriptions } from './openapi.ts'
import { fromSecondTask, isOfSecondVersion, toSecondTask } from './second-version.ts'
import { requestsFor } from './to-request.ts'
import { DIALECT, toTask } from './to-task.ts'

const described = describedBy<Descriptions>()

const RELAY_PREFIX = '/minimax'
/** How many requests, and for how long, are known as taken: what repeats one comes soon after a lost answer. */
const TAKEN = { max: 1_000, ttl: 10 * MINUTE_MS }

interface WithQuery {
  Querystring: Record<string, unknown>
}

/**
 * MiniMax's API, bare and as relays pass it on: videos in three steps (make, ask, fetch the file) and in two, and speech,
 * music and pictures, which are answered at once.
 */
export const minimax: Dialect = {
  id: DIALECT,
  routes: (app, context) =>
    serve(app, context, {
      prefixes: [RELAY_PREFIX, ''],
      error: (error, request) =>
        isSecondVersion(request) ? secondErrorAnswer(error, request) : errorAnswer(error, request),
      async routes(inside) {
        const submit = submitProven(context)
        videoRoutes(inside, context, submit)
        secondRoutes(inside, context, submit)
        routesAtOnce(inside, context, submit)
        await fileRoutes(inside, context)
      },
    }),
  webhookFor,
  requestsFor,
  describe: async (context) => (await import('./openapi.ts')).describeMinimax(context),
}

function videoRoutes(app: FastifyInstance, context: DialectContext, submit: Submit): void {
  const { assets, tasks, urls } = context

  app.post('/v1/video_generation', described('minimaxCreateVideo'), async (request, reply) =>
    createdTask(await submit(request, reply, toTask(request.body))),
  )

  app.get<WithQuery>('/v1/query/video_generation', described('minimaxQuery'), async (request, reply) =>
    fromTask(await queried(request, reply, context, isHailuo)),
  )

  app.get<WithQuery>('/v1/files/retrieve', described('minimaxRetrieveFile'), async (request) => {
    const upload = await findUpload(request.query.file_id, request.caller, context)
    if (upload) return { file: uploadOf(upload), ...baseResp() }
    const named = await namedFile(request)
    const asset = await assets.find(named.file.slice(ASSET_SCHEME.length).split('.', 1)[0] ?? '')
    if (!asset) throw new PolyphonyError('task_not_found', `The time of the file ${named.fileId} is over.`)
    return fileOf(named, asset, urls)
  })

  app.get<WithQuery>('/v1/files/retrieve_content', described('minimaxFileContent'), async (request, reply) => {
    const upload = await findUpload(request.query.file_id, request.caller, context)
    if (upload) {
      request.isOpenEnded = true
      return reply
        .headers({ 'content-type': 'application/octet-stream', 'content-length': upload.sizeBytes })
        .send(await context.callFiles.open(upload))
    }
    const { file } = await namedFile(request)
    return context.sendFile(file, request, reply)
  })

  if (app.prefix === RELAY_PREFIX) {
    // Where a client of relays looks when the answer above has no address.
    app.get<WithQuery>('/v1/file', described('minimaxFile'), async (request, reply) => {
      const { file } = await namedFile(request)
      return context.sendFile(file, request, reply)
    })
  }

  async function namedFile(request: FastifyRequest<WithQuery>): Promise<NamedFile> {
    const fileId = idIn(request, 'file_id')
    const place = videoOfFile(fileId)
    const [task] = place ? await tasks.getMany([place.taskId], request.caller) : []
    const named = task && namedFileOf(task, place?.number ?? 0)
    if (!named) throw new PolyphonyError('task_not_found', `There is no file ${fileId}.`)
    return { fileId, ...named }
  }
}

/** A task that is read by an id in the query. */
async function queried(
  request: FastifyRequest<WithQuery>,
  reply: FastifyReply,
  context: DialectContext,
  isOfRoute: (task: Task) => boolean,
): Promise<Task> {
  const id = idIn(request, 'task_id')
  const task = await taskFor(request, reply, id, context)
  if (!isOfRoute(task)) throw new PolyphonyError('task_not_found', `No task ${id}.`)
  return task
}

/** Speech, music and pictures: answered with the result, but for speech that is read later. */
function routesAtOnce(app: FastifyInstance, context: DialectContext, submit: Submit): void {
  async function answerSound(request: FastifyRequest, reply: FastifyReply, asked: SoundRequest) {
    const task = await submitAndWait(request, reply, context, asked.submission)
    const telling = { ...context, ...asked, traceId: request.id }
    if (!asked.isStreamed) return fromSound(task, telling)
    return reply
      .type('text/event-stream; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(Readable.from(eventsOf(task, telling), { objectMode: false }))
  }

  app.post('/v1/t2a_v2', described('minimaxSpeech'), (request, reply) =>
    answerSound(request, reply, toSpeech(request.body)),
  )
  app.post('/v1/music_generation', described('minimaxMusic'), (request, reply) =>
    answerSound(request, reply, toMusic(request.body)),
  )
  app.post('/v1/image_generation', described('minimaxImage'), async (request, reply) => {
    const { submission, form } = toPictures(request.body)
    return fromPictures(await submitAndWait(request, reply, context, submission), form, context)
  })
  app.post('/v1/t2a_async_v2', described('minimaxAsyncSpeech'), async (request, reply) =>
    createdSpeech(await submit(request, reply, await asyncSpeech(request, context))),
  )
  app.get<WithQuery>('/v1/query/t2a_async_query_v2', described('minimaxQuerySpeech'), async (request, reply) =>
    fromSpeechTask(await queried(request, reply, context, isSpeech)),
  )
}

function asyncSpeech({ body, caller }: FastifyRequest, context: DialectContext): Promise<Submission> {
  return toAsyncSpeech(body, (fileId) => textOfUpload(fileId, 'text_file_id', caller, context))
}

/** The receiver of each request proves itself; one that repeats an accepted request makes no task, and needs no proof. */
function submitProven(context: DialectContext): Submit {
  const taken = new LRUCache<string, true>(TAKEN)
  return async (request, reply, submission) => {
    const { webhook } = submission
    const repeatable = webhook && repeatableAs(request)
    if (webhook && !taken.has(repeatable ?? '')) await challenge(webhook.url, context)
    const task = await submitTask(request, reply, context, submission)
    if (repeatable !== undefined) taken.set(repeatable, true)
    return task
  }
}

type Submit = (request: FastifyRequest, reply: FastifyReply, submission: Submission) => Promise<Task>

/** The second version: a task, and its video in the answer to the query. */
function secondRoutes(app: FastifyInstance, context: DialectContext, submit: Submit): void {
  app.post('/v2/video_generation', described('minimaxCreateVideo2'), async (request, reply) =>
    createdTask(await submit(request, reply, toSecondTask(request.body))),
  )

  app.get<{ Params: { id: string } }>(
    '/v2/query/video_generation/:id',
    described('minimaxQuery2'),
    async (request, reply) => {
      const { id } = request.params
      const task = await taskFor(request, reply, id, context)
      if (!isOfSecondVersion(task)) throw new PolyphonyError('task_not_found', `No task ${id}.`)
      return fromSecondTask(task, context.urls)
    },
  )
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
function webhookFor(task: Task, urls: Urls): WebhookContent | undefined {
  if (!NOTIFIED.has(task.status)) return undefined
  // Progress alone is no change of status.
  if (task.status === 'processing' && task.progress > 0) return undefined
  return { body: JSON.stringify(bodyOfCallback(task, urls)) }
}

function bodyOfCallback(task: Task, urls: Urls): object {
  if (isOfSecondVersion(task)) return fromSecondTask(task, urls)
  return isSpeech(task) ? speechCallbackOf(task) : callbackOf(task)
}
