import type { FastifyInstance, FastifyRequest } from 'fastify'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isId, itemId, taskOfItem } from '../../core/ids.ts'
import type { Status, Task } from '../../core/task.ts'
import type { Dialect, DialectContext, WebhookContent } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { serve, submitTask } from '../kit/protocol.ts'
import { taskSender } from '../kit/requests.ts'
import type { Urls } from '../kit/urls.ts'
import { errorBody, errorStatus } from '../shared/relay-errors.ts'
import { envelope } from '../shared/relay-task.ts'
import { fromTask, isUdio, songIdsOf, songsOf } from './from-task.ts'
import type { Descriptions } from './openapi.ts'
import { requestsFor } from './to-request.ts'
import { DIALECT, musicTask, proxyTask } from './to-task.ts'

const described = describedBy<Descriptions>()

const MAX_IDS = 100

/** The protocol of relays for Udio: tasks under `/udio/submit` and `/udio/fetch`, and Udio's own songs beside them. */
export const udio: Dialect = {
  id: DIALECT,
  routes: (app, context) =>
    serve(app, context, {
      prefixes: ['/udio'],
      error: (error) => ({ status: errorStatus(error), body: errorBody(error) }),
      routes: (inside) => udioRoutes(inside, context),
    }),
  webhookFor,
  requestsFor,
  describe: async (context) => (await import('./openapi.ts')).describeUdio(context),
}

function udioRoutes(app: FastifyInstance, context: DialectContext): void {
  const { tasks, urls } = context
  const sendTask = taskSender(context, (task) => JSON.stringify(envelope(fromTask(udioOnly(task), urls))))
  app.post('/submit/music', described('udioSubmit'), async (request, reply) =>
    envelope((await submitTask(request, reply, context, musicTask(request.body))).id),
  )

  app.get<{ Params: { id: string } }>('/fetch/:id', described('udioFetch'), (request, reply) =>
    sendTask(request as FastifyRequest, reply, request.params.id),
  )

  app.post('/generate-proxy', described('udioGenerate'), async (request, reply) => {
    const task = await submitTask(request, reply, context, proxyTask(request.body))
    return { message: 'Success', generation_id: task.id, track_ids: songIdsOf(task) }
  })

  app.get<{ Querystring: { ids?: unknown } }>('/query', described('udioQuery'), async (request) => {
    const ids = idsIn(request.query.ids).map((id) => (isId(id) ? sameToday(id) : id))
    const owners = ids.filter(isId).map((id) => taskOfItem(id).taskId)
    const found = (await tasks.getMany(owners, request.caller)).filter(isUdio)
    const songs = new Map(found.flatMap((task) => songsOf(task, urls)).map((song) => [song.id, song]))
    // In the requested order; the id of a task means all of its songs.
    const wanted = ids.flatMap((id) => found.find((task) => task.id === id) ?? id)
    return {
      songs: wanted
        .flatMap((one) => (typeof one === 'string' ? [one] : songIdsOf(one)))
        .flatMap((id) => songs.get(id) ?? []),
    }
  })
}

/** The id that a song has today: those of former versions began as their task does. */
function sameToday(id: string): string {
  const { taskId, number } = taskOfItem(id)
  return itemId(taskId, number)
}

/** Throws `task_not_found` for lyrics and tasks of other families, which have no form here. */
function udioOnly(task: Task): Task {
  if (!isUdio(task)) throw new PolyphonyError('task_not_found', `No Udio task ${task.id}.`)
  return task
}

function idsIn(text: unknown): string[] {
  const ids = typeof text === 'string' ? text.split(',').map((id) => id.trim()) : []
  const given = ids.filter((id) => id !== '')
  if (given.length === 0) throw invalidInput('ids', 'is required: ids of songs, with commas between')
  if (given.length > MAX_IDS) throw invalidInput('ids', `has at most ${MAX_IDS} ids, not ${given.length}`)
  return given
}

const NOTIFIED: ReadonlySet<Status> = new Set(['submitting', 'processing', 'completed', 'failed', 'cancelled'])

/** A callback carries the task object bare, as fetch has it under `data`. */
function webhookFor(task: Task, urls: Urls): WebhookContent | undefined {
  return NOTIFIED.has(task.status) ? { body: JSON.stringify(fromTask(task, urls)) } : undefined
}
