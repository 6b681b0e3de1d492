import type { Status, Task } from '../../core/task.ts'
import type { Dialect, WebhookContent } from '../dialect.ts'
import { serve } from '../kit/protocol.ts'
import { finalErrors } from '../kit/should-retry-header.ts'
import type { Urls } from '../kit/urls.ts'
import { errorBody, errorStatus } from '../shared/relay-errors.ts'
import { lumaError } from './errors.ts'
import { generationOf, ownTaskObject } from './from-task.ts'
import { officialRoutes } from './official.ts'
import { ownRoutes } from './own.ts'
import { requestsFor } from './to-request.ts'
import { DIALECT, RELAY_FORMAT } from './to-task.ts'

/** Luma: its own Dream Machine API, and the format that relays took from its web app. */
export const luma: Dialect = {
  id: DIALECT,
  async routes(app, context) {
    const { error, mark } = finalErrors(lumaError)
    await serve(app, context, {
      prefixes: ['/luma/dream-machine/v1', '/dream-machine/v1'],
      error,
      routes(inside) {
        mark(inside)
        officialRoutes(inside, context)
      },
    })
    await serve(app, context, {
      prefixes: ['/luma'],
      error: (thrown) => ({ status: errorStatus(thrown), body: errorBody(thrown) }),
      routes: (inside) => ownRoutes(inside, context),
    })
  },
  webhookFor,
  requestsFor,
  describe: async (context) => (await import('./openapi.ts')).describeLuma(context),
}

const NOTIFIED: ReadonlySet<Status> = new Set(['processing', 'completed', 'failed', 'cancelled'])

/** Luma posts the Generation when it begins to dream and when it has ended; relays post their own object at every change. */
function webhookFor(task: Task, urls: Urls): WebhookContent | undefined {
  if (!NOTIFIED.has(task.status)) return undefined
  if (task.echo.format === RELAY_FORMAT) return { body: JSON.stringify(ownTaskObject(task, urls)) }
  const isProgress = task.status === 'processing' && task.progress > 0 // a Generation does not show it
  return isProgress ? undefined : { body: JSON.stringify(generationOf(task, urls)) }
}
