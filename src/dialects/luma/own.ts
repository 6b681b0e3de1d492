import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { PolyphonyError } from '../../core/errors.ts'
import type { Task } from '../../core/task.ts'
import type { DialectContext } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { objectIn } from '../kit/fields.ts'
import { LISTED_IDS, sendListed } from '../kit/listed-ids.ts'
import { taskFor } from '../kit/requests.ts'
import { isDeleted } from '../shared/deleted-tasks.ts'
import { LIST_ENVELOPE } from '../shared/relay-task.ts'
import { isLumaVideo, ownObject, ownTaskObject } from './from-task.ts'
import type { Descriptions } from './openapi.ts'
import { checkParent, submit } from './parents.ts'
import { ownExtension, ownTask } from './to-task.ts'

const described = describedBy<Descriptions>()

interface OneTask {
  Params: { id: string }
}

/** The format of relays, below `/luma`: bare objects of Luma's web app. */
export function ownRoutes(app: FastifyInstance, context: DialectContext): void {
  const { tasks, urls } = context

  async function taskOf(request: FastifyRequest, reply: FastifyReply, id: string): Promise<Task> {
    const task = await taskFor(request, reply, id, context)
    if (isLumaVideo(task) && !(await isDeleted(task, context))) return task
    throw new PolyphonyError('task_not_found', `No video ${id}.`)
  }

  app.post('/generations', described('lumaRelayCreate'), async (request, reply) =>
    ownObject(await submit(request, reply, context, ownTask(request.body)), urls),
  )

  app.post<OneTask>('/generations/:id/extend', described('lumaRelayExtend'), async (request, reply) => {
    const submission = ownExtension(request.params.id, request.body)
    await checkParent(request.params.id, 'id', request.caller, context)
    return ownObject(await submit(request as FastifyRequest, reply, context, submission), urls)
  })

  app.get<OneTask>('/generations/:id', described('lumaRelayGet'), async (request, reply) =>
    ownObject(await taskOf(request as FastifyRequest, reply, request.params.id), urls),
  )

  app.get<OneTask>('/generations/:id/download_video_url', described('lumaRelayDownload'), async (request, reply) => {
    const { id } = request.params
    const { state, video } = ownObject(await taskOf(request as FastifyRequest, reply, id), urls)
    if (!video) throw new PolyphonyError('parent_not_usable', `The video ${id} is ${state}; it has no address.`)
    return { url: video.download_url }
  })

  const config = { ...described('lumaRelayTasks').config, ...LISTED_IDS }
  app.post('/tasks', { ...described('lumaRelayTasks'), config }, (request, reply) =>
    sendListed(
      reply,
      objectIn(request.body).ids,
      async (ids) =>
        (await tasks.getMany(ids, request.caller)).filter(isLumaVideo).map((task) => ownTaskObject(task, urls)),
      LIST_ENVELOPE,
    ),
  )
}
