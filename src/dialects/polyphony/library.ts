import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Batch } from '../../core/batch.ts'
import { SECOND_MS } from '../../core/clock.ts'
import { invalidInput } from '../../core/errors.ts'
import type { FeedEvent } from '../../tasks/feed.ts'
import type { DialectContext } from '../dialect.ts'
import { nextCursor } from '../kit/cursors.ts'
import { describedBy } from '../kit/described.ts'
import { streamEvents } from '../kit/event-stream.ts'
import { objectIn } from '../kit/fields.ts'
import { abortOnDisconnect } from '../kit/requests.ts'
import { fromTask } from './from-task.ts'
import type { Descriptions } from './openapi.ts'
import { pageIn } from './query.ts'

const described = describedBy<Descriptions>()

const HEARTBEAT_MS = 15 * SECOND_MS

interface OneTask {
  Params: { id: string }
}

/** What people do with many tasks: they mark, delete and follow them. */
export function libraryRoutes(app: FastifyInstance, { tasks, urls }: DialectContext): void {
  app.patch<OneTask>('/tasks/:id', described('polyphonyMark'), async ({ params, body, caller }) => {
    const { favourite } = objectIn(body)
    if (typeof favourite !== 'boolean') throw invalidInput('favourite', 'must be true or false')
    return fromTask(await tasks.mark(params.id, favourite, caller), urls)
  })

  app.delete<OneTask>('/tasks/:id', described('polyphonyDelete'), async ({ params: { id }, caller }) => {
    const { restorableUntil } = await tasks.remove(id, caller)
    return { id, deleted: true, restorable_until: restorableUntil }
  })

  app.post<OneTask>('/tasks/:id/restore', described('polyphonyRestore'), async ({ params, caller }) =>
    fromTask(await tasks.restore(params.id, caller), urls),
  )

  app.get('/events', described('polyphonyEvents'), async (request, reply) => {
    const events = tasks.follow(request.caller, lastEventOf(request as FastifyRequest), abortOnDisconnect(reply))
    await streamEvents(request as FastifyRequest, reply, textOf(events), { heartbeatMs: HEARTBEAT_MS })
  })

  app.get<{ Querystring: Record<string, unknown> }>(
    '/batches',
    described('polyphonyBatches'),
    async ({ query, caller }) => {
      const { limit, ...page } = pageIn('batches', query, caller)
      const found = await tasks.listBatches({ ...page, limit: limit + 1 }, caller)
      const shown = found.slice(0, limit)
      const next = nextCursor('batches', caller, found.length > limit ? shown.at(-1)?.id : null)
      return { batches: shown.map(batchBody), next_cursor: next }
    },
  )

  app.get<OneTask>('/batches/:id', described('polyphonyBatch'), async ({ params, caller }) =>
    batchBody(await tasks.getBatch(params.id, caller)),
  )
}

/** As browsers send it when they connect again. Any text: one that is unknown means that all is to be read. */
function lastEventOf({ headers }: FastifyRequest): string | undefined {
  const id = headers['last-event-id']
  return typeof id === 'string' && id !== '' ? id : undefined
}

async function* textOf(events: AsyncIterable<FeedEvent[]>): AsyncGenerator<string> {
  yield 'retry: 2000\n\n'
  for await (const some of events) yield some.map(eventText).join('')
}

function eventText(event: FeedEvent): string {
  const data = event.kind === 'task' ? event.task : {}
  return `id: ${event.id}\nevent: ${event.kind}\ndata: ${JSON.stringify(data)}\n\n`
}

function batchBody({ id, total, completed, failed, cancelled, createdAt, endedAt, rejected }: Batch) {
  const counts = { total, completed, failed, cancelled, rejected: rejected.length }
  return { id, ...counts, created_at: createdAt, ended_at: endedAt }
}
