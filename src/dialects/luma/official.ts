import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { SECOND_MS } from '../../core/clock.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { POINTS_PER_USD } from '../../core/points.ts'
import type { Task } from '../../core/task.ts'
import type { Submission } from '../../tasks/tasks.ts'
import type { DialectContext } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { wholeNumberIn } from '../kit/fields.ts'
import { abortOnDisconnect, taskFor } from '../kit/requests.ts'
import { deleteTask, isDeleted } from '../shared/deleted-tasks.ts'
import { generationOf, isLuma } from './from-task.ts'
import type { Descriptions } from './openapi.ts'
import { checkParent, submit } from './parents.ts'
import {
  audioTask,
  imageTask,
  modifyTask,
  reframeImageTask,
  reframeVideoTask,
  upscaleTask,
  videoTask,
} from './to-task.ts'

const described = describedBy<Descriptions>()

interface OneTask {
  Params: { id: string }
}

const CREATED = 201
const CENTS_PER_USD = 100
const DEFAULT_LIMIT = 10
const MAX_LIMIT = 100

/** Luma's own API, below its base address. */
export function officialRoutes(app: FastifyInstance, context: DialectContext): void {
  const { tasks, urls } = context

  const created = async (request: FastifyRequest, reply: FastifyReply, submission: Submission) => {
    const task = await submit(request, reply, context, submission)
    return reply.code(CREATED).send(generationOf(task, urls))
  }

  /** The task of a path: Luma's, and not deleted. */
  async function known(task: Task): Promise<Task> {
    if (isLuma(task) && !(await isDeleted(task, context))) return task
    throw new PolyphonyError('task_not_found', `No generation ${task.id}.`)
  }

  app.post('/generations/video', described('lumaVideo'), (request, reply) =>
    created(request, reply, videoTask(request.body, { needsModel: true })),
  )
  // The older path, which relays use.
  app.post('/generations', described('lumaCreate'), (request, reply) =>
    created(request, reply, videoTask(request.body, { needsModel: false })),
  )
  app.post('/generations/video/modify', described('lumaModify'), (request, reply) =>
    created(request, reply, modifyTask(request.body)),
  )
  app.post('/generations/video/reframe', described('lumaReframeVideo'), (request, reply) =>
    created(request, reply, reframeVideoTask(request.body)),
  )
  app.post('/generations/image/reframe', described('lumaReframeImage'), (request, reply) =>
    created(request, reply, reframeImageTask(request.body)),
  )

  app.post('/generations/image', described('lumaImage'), async (request, reply) => {
    const { submission, waitSeconds } = imageTask(request.body)
    if (waitSeconds === 0) return created(request, reply, submission)
    using place = tasks.placeToWait(request.caller)
    const { id } = await submit(request, reply, context, submission)
    const waiting = { timeoutMs: waitSeconds * SECOND_MS, signal: abortOnDisconnect(reply), place }
    return reply.code(CREATED).send(generationOf(await tasks.wait(id, request.caller, waiting), urls))
  })

  app.post<OneTask>('/generations/:id/upscale', described('lumaUpscale'), async (request, reply) => {
    const submission = upscaleTask(request.params.id, request.body ?? {})
    await checkParent(request.params.id, 'id', request.caller, context)
    return created(request as FastifyRequest, reply, submission)
  })

  app.post<OneTask>('/generations/:id/audio', described('lumaAudio'), async (request, reply) => {
    const submission = audioTask(request.params.id, request.body ?? {})
    await checkParent(request.params.id, 'id', request.caller, context)
    return created(request as FastifyRequest, reply, submission)
  })

  app.get('/generations', described('lumaList'), async (request) => {
    const limit = wholeNumberIn(request.query, 'limit', { minimum: 1, maximum: MAX_LIMIT, fallback: DEFAULT_LIMIT })
    const offset = wholeNumberIn(request.query, 'offset', { minimum: 0, maximum: Number.MAX_SAFE_INTEGER, fallback: 0 })
    const filter = { model: ['luma'] }
    const [page, count] = await Promise.all([
      tasks.list({ ...filter, limit, offset }, request.caller),
      tasks.count(filter, request.caller),
    ])
    const deleted = await Promise.all(page.map((task) => isDeleted(task, context)))
    return {
      generations: page.filter((_task, index) => !deleted[index]).map((task) => generationOf(task, urls)),
      count,
      has_more: offset + page.length < count,
      limit,
      offset,
    }
  })

  app.get<OneTask>('/generations/:id', described('lumaGet'), async (request, reply) =>
    generationOf(await known(await taskFor(request as FastifyRequest, reply, request.params.id, context)), urls),
  )

  app.delete<OneTask>('/generations/:id', described('lumaDelete'), async (request, reply) => {
    const { id } = await known(await tasks.get(request.params.id, request.caller))
    await deleteTask(id, request.caller, context)
    return reply.code(204).send()
  })

  // Which concepts there are is Luma's to say; their keys are passed on as they come.
  app.get('/generations/concepts/list', described('lumaConcepts'), async () => [])

  app.get('/credits', described('lumaCredits'), async (request) => {
    const { available } = await tasks.balance(request.caller)
    return { credit_balance: (available * CENTS_PER_USD) / POINTS_PER_USD }
  })

  app.get('/ping', described('lumaPing'), async () => ({ message: 'pong' }))
}
