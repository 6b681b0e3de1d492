import type { FastifyInstance } from 'fastify'
import { invalidInput } from '../../core/errors.ts'
import { isId } from '../../core/ids.ts'
import type { Status } from '../../core/task.ts'
import type { DialectContext } from '../dialect.ts'
import { nextCursor, pageAfter } from '../kit/cursors.ts'
import { describedBy } from '../kit/described.ts'
import { wholeNumberIn } from '../kit/fields.ts'
import { modelsOf } from './families.ts'
import { fromTask, statusesOf } from './from-task.ts'
import type { Descriptions } from './openapi.ts'
import { type Query, textIn, timeIn } from './query.ts'

const described = describedBy<Descriptions>()

const PAGE = 20
const MAX_PAGE = 100

/** `GET /api/v1/tasks`: all tasks, newest first, page after page without a count. Not a route of PiAPI's, but in PiAPI's style. */
export function listingRoutes(app: FastifyInstance, context: DialectContext): void {
  const { tasks, urls } = context

  app.get<{ Querystring: Query }>('/api/v1/tasks', described('listTasks'), async ({ query, caller }) => {
    const limit = wholeNumberIn(query, 'limit', { minimum: 1, maximum: MAX_PAGE, fallback: PAGE })
    const model = textIn(query, 'model')
    const status = statusIn(query)
    const createdFrom = timeIn(query, 'created_after')
    const createdTo = timeIn(query, 'created_before')
    const batchId = idIn(query, 'batch_id')
    const filter = {
      ...(model === undefined ? {} : { model: modelsOf(model) }),
      ...(status === undefined ? {} : { status }),
      ...(createdFrom === undefined ? {} : { createdFrom }),
      ...(createdTo === undefined ? {} : { createdTo }),
      ...pageAfter('tasks', caller, query),
      ...(batchId === undefined ? {} : { batchId }),
    }
    // One more than requested: it shows whether there is a next page.
    const found = await tasks.list({ ...filter, limit: limit + 1 }, caller)
    const page = found.slice(0, limit)
    const next = nextCursor('tasks', caller, found.length > limit ? page.at(-1)?.id : null)
    return {
      code: 200,
      data: { tasks: page.map((task) => fromTask(task, urls)), next_cursor: next },
      message: 'success',
    }
  })
}

/** One or several of PiAPI's words, with commas between. */
function statusIn(query: Query): Status[] | undefined {
  const text = textIn(query, 'status')
  return text?.split(',').flatMap((word) => {
    const statuses = statusesOf(word.trim())
    if (statuses.length > 0) return statuses
    throw invalidInput('status', `must be staged, pending, processing, completed or failed, not "${word}"`)
  })
}

function idIn(query: Query, name: string): string | undefined {
  const text = textIn(query, name)
  if (text !== undefined && !isId(text)) throw invalidInput(name, 'must be an id')
  return text
}
