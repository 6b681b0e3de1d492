import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { runway as operations } from '../../catalog/runway.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Task } from '../../core/task.ts'
import type { DialectContext } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { submitTask } from '../kit/protocol.ts'
import { taskFor } from '../kit/requests.ts'
import { deleteTask, isDeleted } from '../shared/deleted-tasks.ts'
import { createdTask, creditsOf, fromTask, isRunway } from './from-task.ts'
import type { Descriptions } from './openapi.ts'
import { officialTask, TASK_TYPES } from './to-task.ts'
import { beginUpload, resolveUploads } from './uploads.ts'

const described = describedBy<Descriptions>()

interface OneTask {
  Params: { id: string }
}

/** Runway's own API. `X-Runway-Version` may be left out: relays' clients do. */
export function officialRoutes(app: FastifyInstance, context: DialectContext): void {
  const { tasks, urls } = context

  for (const taskType of TASK_TYPES) {
    app.post(
      `/v1/${taskType}`,
      described(`create:${taskType}`),
      async (request: FastifyRequest, reply: FastifyReply) => {
        const body = await resolveUploads(request.body, request.caller, context)
        return createdTask(await submitTask(request, reply, context, officialTask(taskType, body)))
      },
    )
  }

  app.get<OneTask>('/v1/tasks/:id', described('runwayTask'), async (request, reply) => {
    const task = known(await taskFor(request as FastifyRequest, reply, request.params.id, context))
    return fromTask(task, urls, { deleted: await isDeleted(task, context) })
  })

  app.delete<OneTask>('/v1/tasks/:id', described('runwayDelete'), async (request, reply) => {
    const { id } = known(await tasks.get(request.params.id, request.caller))
    await deleteTask(id, request.caller, context)
    return reply.code(204).send()
  })

  if (app.prefix !== '') {
    app.post('/v1/uploads', described('runwayUpload'), (request) => beginUpload(request.body, request.caller, context))
  }

  app.get('/v1/organization', described('runwayOrganization'), async ({ caller }) => {
    const [{ available }, tenant] = await Promise.all([tasks.balance(caller), context.tenantOf(caller)])
    const limits = { maxConcurrentGenerations: tenant.maxConcurrent, maxDailyGenerations: null }
    return {
      creditBalance: Math.floor(creditsOf(available)),
      // Purchases have no limit, and usage is not counted by model: null and an empty object say so.
      tier: { maxMonthlyCreditSpend: null, models: Object.fromEntries(modelNames().map((name) => [name, limits])) },
      usage: { models: {} },
    }
  })
}

/** Throws `task_not_found` for tasks of other families, which have no form here. */
function known(task: Task): Task {
  if (!isRunway(task)) throw new PolyphonyError('task_not_found', `No task ${task.id}.`)
  return task
}

function modelNames(): string[] {
  const names = operations.flatMap(({ input }) => (input.properties.model as { enum?: string[] }).enum ?? []) // as the family writes it
  return [...new Set(names)]
}
