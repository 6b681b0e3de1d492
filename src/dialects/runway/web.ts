import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { SECOND_MS } from '../../core/clock.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import type { Task } from '../../core/task.ts'
import type { Submission } from '../../tasks/tasks.ts'
import type { DialectContext } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { isText, objectIn } from '../kit/fields.ts'
import { submitTask } from '../kit/protocol.ts'
import { taskFor } from '../kit/requests.ts'
import { isDeleted } from '../shared/deleted-tasks.ts'
import { feedOf, isRunwayVideo, reverseEnvelope, webTaskOf } from './from-task.ts'
import type { Descriptions } from './openapi.ts'
import { actTask, generateTask, restyleTask, webTask } from './to-web-task.ts'
import { beginWebUpload, completeWebUpload } from './uploads.ts'

const described = describedBy<Descriptions>()

/** The formats of relays in front of Runway's web app. */

interface OneTask {
  Params: { id: string }
}

async function videoOf(
  request: FastifyRequest,
  reply: FastifyReply,
  id: string,
  context: DialectContext,
): Promise<Task> {
  const task = await taskFor(request, reply, id, context)
  if (isRunwayVideo(task) && !(await isDeleted(task, context))) return task
  throw new PolyphonyError('task_not_found', `No video ${id}.`)
}

const execSeconds = (reply: FastifyReply): number => reply.elapsedTime / SECOND_MS

/** The reverse format, below `/runway/pro`. */
export function reverseRoutes(app: FastifyInstance, context: DialectContext): void {
  const create = (read: (body: unknown) => Submission) => async (request: FastifyRequest, reply: FastifyReply) => {
    const { id } = await submitTask(request, reply, context, read(request.body))
    return reverseEnvelope({ task_id: id }, execSeconds(reply))
  }
  app.post('/generate', described('runwayReverseGenerate'), create(generateTask))
  app.post('/video2video', described('runwayReverseRestyle'), create(restyleTask))
  app.post('/act_one', described('runwayReverseActOne'), create(actTask))
}

/** Its feed, which has a path of its own. */
export function feedRoutes(app: FastifyInstance, context: DialectContext): void {
  app.post('/', described('runwayReverseFeed'), async (request, reply) => {
    const { task_id: id } = objectIn(request.body)
    if (!isText(id)) throw invalidInput('task_id', 'is required')
    const task = await videoOf(request, reply, id, context)
    return { ...reverseEnvelope(feedOf(task, context.urls), execSeconds(reply)), ip: '' }
  })
}

/** The web app's own tasks, below `/runway/tasks`. */
export function webTaskRoutes(app: FastifyInstance, context: DialectContext): void {
  app.post('/', described('runwayWebCreate'), async (request, reply) => ({
    task: webTaskOf(await submitTask(request, reply, context, webTask(request.body)), context.urls),
  }))
  app.get<OneTask>('/:id', described('runwayWebTask'), async (request, reply) => ({
    task: webTaskOf(await videoOf(request as FastifyRequest, reply, request.params.id, context), context.urls),
  }))
}

/** The web app's own uploads, below `/runway/uploads`. */
export function webUploadRoutes(app: FastifyInstance, context: DialectContext): void {
  app.post('/', described('runwayWebUpload'), (request) => beginWebUpload(request.body, request.caller, context))
  app.post<OneTask>('/:id/complete', described('runwayWebComplete'), (request) =>
    completeWebUpload(request.params.id, request.caller, context),
  )
}
