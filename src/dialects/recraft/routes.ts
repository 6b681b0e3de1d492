import type { FastifyInstance } from 'fastify'
import { RECRAFT } from '../../catalog/recraft.ts'
import type { Dialect, DialectContext } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { isGiven, isText } from '../kit/fields.ts'
import { takeForms } from '../kit/form.ts'
import { bodyOf } from '../kit/form-body.ts'
import { serve, submitAndWait } from '../kit/protocol.ts'
import { finalErrors } from '../kit/should-retry-header.ts'
import { withStyle } from '../shared/recraft-styles.ts'
import { errorBody, statusOf } from './errors.ts'
import { creditsOf, fromTask } from './from-task.ts'
import type { Descriptions } from './openapi.ts'
import { styleRoutes } from './styles.ts'
import { requestsFor } from './to-request.ts'
import { fieldsOf, filesOfForm, GENERATIONS, OWN, type Tool, toTask } from './to-task.ts'

const described = describedBy<Descriptions>()

/** The picture, its mask, and pictures of a style. */
const MAX_FILES = 12

/** Recraft's own API, which answers when the pictures are made. Its `generations` at a bare path is OpenAI's. */
export const recraft: Dialect = {
  id: RECRAFT,
  async routes(app, context) {
    const { error, mark } = finalErrors((thrown) => ({ status: statusOf(thrown), body: errorBody(thrown) }))
    await serve(app, context, {
      prefixes: ['/recraft', ''],
      error,
      routes(inside) {
        mark(inside)
        takeForms(inside)
        for (const tool of inside.prefix === '' ? OWN : [...GENERATIONS, ...OWN]) toolRoute(inside, context, tool)
        styleRoutes(inside, context)
        if (inside.prefix !== '') accountRoute(inside, context)
      },
    })
  },
  requestsFor,
  describe: async () => (await import('./openapi.ts')).describeRecraft(),
}

function toolRoute(app: FastifyInstance, context: DialectContext, tool: Tool): void {
  app.post(`/v1/images/${tool.path}`, described(`tool:${tool.path}`), async (request, reply) => {
    const { fields, names } = fieldsOf(
      tool,
      await bodyOf(request, context, { maxFiles: MAX_FILES, filesOf: filesOfForm(tool) }),
    )
    const style = 'style_id' in tool.operation.input.properties ? fields.style_id : undefined
    const styled = !isGiven(style) ? fields : await withStyle(fields, request.caller, context)
    const submission = toTask(tool, styled, names)
    const echo = { ...submission.echo, ...(isText(style) ? { style_id: style } : {}) }
    const task = await submitAndWait(request, reply, context, { ...submission, echo })
    return fromTask(task, tool, context.assets, context.urls)
  })
}

function accountRoute(app: FastifyInstance, { tasks, tenantOf }: DialectContext): void {
  app.get('/v1/users/me', described('users-me'), async ({ caller }) => {
    const [{ id, name }, { available }] = await Promise.all([tenantOf(caller), tasks.balance(caller)])
    return { id, email: null, name, credits: creditsOf(available) }
  })
}
