import type { Status, Task } from '../../core/task.ts'
import type { Dialect, WebhookContent } from '../dialect.ts'
import { serve } from '../kit/protocol.ts'
import { finalErrors } from '../kit/should-retry-header.ts'
import type { Urls } from '../kit/urls.ts'
import { reverseError, runwayError, webError } from './errors.ts'
import { feedOf, reverseEnvelope } from './from-task.ts'
import { officialRoutes } from './official.ts'
import { requestsFor } from './to-request.ts'
import { DIALECT } from './to-task.ts'
import { fileRoutes } from './uploads.ts'
import { feedRoutes, reverseRoutes, webTaskRoutes, webUploadRoutes } from './web.ts'

/** Runway: its own API, and the formats of relays in front of its web app. */
export const runway: Dialect = {
  id: DIALECT,
  async routes(app, context) {
    const { error, mark } = finalErrors(runwayError)
    await serve(app, context, {
      prefixes: ['/runwayml', '/runway', ''],
      error,
      routes(inside) {
        mark(inside)
        officialRoutes(inside, context)
      },
    })
    await serve(app, context, {
      prefixes: ['/runway/pro', '/runway/v1/pro'],
      error: reverseError,
      routes: (inside) => reverseRoutes(inside, context),
    })
    await serve(app, context, {
      prefixes: ['/runway/feed', '/runway/v1/feed'],
      error: reverseError,
      routes: (inside) => feedRoutes(inside, context),
    })
    await serve(app, context, {
      prefixes: ['/runway/tasks'],
      error: webError,
      routes: (inside) => webTaskRoutes(inside, context),
    })
    await serve(app, context, {
      prefixes: ['/runway/uploads'],
      error: webError,
      routes: (inside) => webUploadRoutes(inside, context),
    })
    await fileRoutes(app, context)
  },
  webhookFor,
  requestsFor,
  describe: async (context) => (await import('./openapi.ts')).describeRunway(context),
}

const NOTIFIED: ReadonlySet<Status> = new Set(['completed', 'failed', 'cancelled'])

/** The reverse format's callback. That it comes at the end and looks like the feed is inferred. */
function webhookFor(task: Task, urls: Urls): WebhookContent | undefined {
  return NOTIFIED.has(task.status) ? { body: JSON.stringify(reverseEnvelope(feedOf(task, urls), 0)) } : undefined
}
