import { IDEOGRAM } from '../../catalog/ideogram.ts'
import type { Dialect } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { takeForms } from '../kit/form.ts'
import { bodyOf, filesOf } from '../kit/form-body.ts'
import { serve, submitAndWait } from '../kit/protocol.ts'
import { errorBody, statusOf } from './errors.ts'
import { fromTask } from './from-task.ts'
import type { Descriptions } from './openapi.ts'
import { TOOLS, toTask } from './to-task.ts'

const described = describedBy<Descriptions>()

/** Pictures of style and of character, a mask each, and the one to be changed. */
const MAX_FILES = 32

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
      },
    }),
  describe: async () => (await import('./openapi.ts')).describeIdeogram(),
}
