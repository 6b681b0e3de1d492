import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { IDEOGRAM } from '../../catalog/ideogram.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import { isTerminal, type Task } from '../../core/task.ts'
import type { Dialect, DialectContext } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { webhookIn } from '../kit/fields.ts'
import { takeForms } from '../kit/form.ts'
import { bodyOf, filesOf } from '../kit/form-body.ts'
import { serve, submitAndWait, submitTask } from '../kit/protocol.ts'
import { taskFor } from '../kit/requests.ts'
import { errorBody, statusOf } from './errors.ts'
import { acceptedOf, fromSecondTask, fromTask, generationOf, isIdeogram, secondGenerationOf } from './from-task.ts'
import type { Descriptions } from './openapi.ts'
import { SECOND_TOOLS, type SecondTool, toSecondTask } from './second-version.ts'
import { requestsFor } from './to-request.ts'
import { ASYNC_TOOLS, TOOLS, toTask } from './to-task.ts'

const described = describedBy<Descriptions>()

/** Pictures of style and of character, a mask each, and the one to be changed. */
const MAX_FILES = 32

/** Work whose id is answered at once, to be polled or to be called back about. */
function asyncRoutes(app: FastifyInstance, context: DialectContext): void {
  for (const tool of ASYNC_TOOLS) {
    const files = { maxFiles: MAX_FILES, filesOf: filesOf(tool.operation.input) }
    app.post<{ Querystring: Record<string, Json> }>(
      tool.path,
      described(`async:${tool.path}`),
      async (request, reply) => {
        const webhook = webhookIn('webhook_url', request.query.webhook_url)
        const submission = { ...toTask(tool, await bodyOf(request, context, files)), ...webhook }
        const { id } = await submitTask(request, reply, context, submission)
        return { generation_id: id }
      },
    )
  }

  app.get<{ Params: { id: string } }>('/v1/generations/:id', described('generation'), async (request, reply) =>
    generationOf(await generationIn(request, reply, context), context.urls),
  )
}

/** The second version, whose every route answers with the result or, with `async`, with the id alone. */
function secondRoutes(app: FastifyInstance, context: DialectContext): void {
  for (const tool of SECOND_TOOLS) {
    const files = { maxFiles: MAX_FILES, filesOf: filesOf(tool.operation.input, filedNames(tool)) }
    app.post<{ Querystring: Record<string, Json> }>(
      tool.path,
      described(`second:${tool.path}`),
      async (request, reply) => {
        const body = await bodyOf(request, context, files)
        const { submission, isAsync } = toSecondTask(tool, body, request.query)
        if (isAsync) return acceptedOf(await submitTask(request, reply, context, submission))
        return fromSecondTask(await submitAndWait(request, reply, context, submission), context.urls)
      },
    )
  }

  app.get<{ Params: { id: string } }>('/v2/generations/:id', described('second-generation'), async (request, reply) =>
    secondGenerationOf(await generationIn(request, reply, context), context.urls),
  )
}

/** The catalogue's field for each that the form has under another name. */
function filedNames({ renames }: SecondTool): Record<string, string> {
  return Object.fromEntries(Object.entries(renames.names).map(([own, name]) => [String(name), own]))
}

async function generationIn(
  request: FastifyRequest<{ Params: { id: string } }>,
  reply: FastifyReply,
  context: DialectContext,
): Promise<Task> {
  const { id } = request.params
  const task = await taskFor(request, reply, id, context)
  if (!isIdeogram(task)) throw new PolyphonyError('task_not_found', `No generation ${id}.`)
  return task
}

/** Ideogram's own API, which answers when the pictures are made. */
export const ideogram: Dialect = {
  id: IDEOGRAM,
  routes: (app, context) =>
    serve(app, context, {
      prefixes: ['/ideogram', ''],
      keyHeaders: ['api-key'],
      error: (error) => ({ status: statusOf(error), body: errorBody(error) }),
      routes(inside) {
        takeForms(inside)
        for (const tool of TOOLS) {
          const files = { maxFiles: MAX_FILES, filesOf: filesOf(tool.operation.input) }
          inside.post(tool.path, described(`tool:${tool.path}`), async (request, reply) => {
            const submission = toTask(tool, await bodyOf(request, context, files))
            return fromTask(await submitAndWait(request, reply, context, submission), context.urls)
          })
        }
        asyncRoutes(inside, context)
        secondRoutes(inside, context)
      },
    }),
  webhookFor(task, urls) {
    if (!isTerminal(task.status)) return undefined
    const { generation_id, ...result } = generationOf(task, urls)
    return { body: JSON.stringify({ generation_id, request_id: generation_id, ...result }) }
  },
  requestsFor,
  describe: async () => (await import('./openapi.ts')).describeIdeogram(),
}
