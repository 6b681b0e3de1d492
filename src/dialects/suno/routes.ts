import type { FastifyInstance } from 'fastify'
import { PolyphonyError } from '../../core/errors.ts'
import type { Status, Task } from '../../core/task.ts'
import type { Dialect, DialectContext, WebhookContent } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { objectIn } from '../kit/fields.ts'
import { LISTED_IDS, sendListed } from '../kit/listed-ids.ts'
import { serve } from '../kit/protocol.ts'
import { taskFor, taskSender } from '../kit/requests.ts'
import type { Urls } from '../kit/urls.ts'
import { errorBody, errorStatus } from '../shared/relay-errors.ts'
import { envelope, LIST_ENVELOPE } from '../shared/relay-task.ts'
import { clipRoutes } from './clips.ts'
import { feedRoutes } from './feed.ts'
import { fromTask, isSuno } from './from-task.ts'
import type { Descriptions } from './openapi.ts'
import { submit } from './submit.ts'
import { requestsFor } from './to-request.ts'
import { DIALECT, toTask, uploadTask } from './to-task.ts'
import { uploadForm, uploadRoutes } from './uploads.ts'

const described = describedBy<Descriptions>()

interface OneTask {
  Params: { id: string }
}

/** The dialect that relays speak for Suno: tasks under `/suno/submit` and `/suno/fetch`, and the feed beside them. */
export const suno: Dialect = {
  id: DIALECT,
  async routes(app, context) {
    await serve(app, context, {
      prefixes: ['/suno'],
      keyHeaders: ['mj-api-secret'],
      error: (error) => ({ status: errorStatus(error), body: errorBody(error) }),
      routes(inside) {
        taskRoutes(inside, context)
        feedRoutes(inside, context)
        uploadRoutes(inside, context)
        clipRoutes(inside, context)
      },
    })
    // Its own plugin: the form carries no key, as it would not at the storage that Suno names.
    await app.register(async (inside) => uploadForm(inside, context), { prefix: '/suno' })
  },
  webhookFor,
  requestsFor,
  describe: async (context) => (await import('./openapi.ts')).describeSuno(context),
}

function taskRoutes(app: FastifyInstance, context: DialectContext): void {
  const { urls } = context
  const sendTask = taskSender(context, (task) => JSON.stringify(envelope(fromTask(sunoOnly(task), urls))))

  app.post<{ Params: { action: string } }>(
    '/submit/:action',
    described({
      '/submit/music': 'sunoSubmitMusic',
      '/submit/lyrics': 'sunoSubmitLyrics',
      '/submit/concat': 'sunoSubmitConcat',
    }),
    async (request, reply) => {
      const submission = toTask(request.params.action, request.body)
      return envelope((await submit(request, reply, context, submission)).id)
    },
  )

  app.post('/uploads/audio-url', described('sunoUploadByUrl'), async (request, reply) =>
    envelope((await submit(request, reply, context, uploadTask(request.body))).id),
  )

  app.get<OneTask>('/fetch/:id', described('sunoFetch'), (request, reply) =>
    sendTask(request, reply, request.params.id),
  )

  const config = { ...described('sunoFetchMany').config, ...LISTED_IDS }
  app.post('/fetch', { ...described('sunoFetchMany'), config }, (request, reply) =>
    sendListed(
      reply,
      objectIn(request.body).ids,
      async (ids) =>
        (await context.tasks.getMany(ids, request.caller)).filter(isSuno).map((one) => fromTask(one, urls)),
      LIST_ENVELOPE,
    ),
  )

  app.get<OneTask>('/task/:id', described('sunoReadTask'), async (request, reply) =>
    fromTask(sunoOnly(await taskFor(request, reply, request.params.id, context)), urls),
  )
}

/** Throws `task_not_found` for tasks of other families, which have no form here. */
function sunoOnly(task: Task): Task {
  if (!isSuno(task)) throw new PolyphonyError('task_not_found', `No Suno task ${task.id}.`)
  return task
}

const NOTIFIED: ReadonlySet<Status> = new Set(['submitting', 'processing', 'completed', 'failed', 'cancelled'])

/** A callback carries the task object bare, as fetch has it under `data`. */
function webhookFor(task: Task, urls: Urls): WebhookContent | undefined {
  return NOTIFIED.has(task.status) ? { body: JSON.stringify(fromTask(task, urls)) } : undefined
}
