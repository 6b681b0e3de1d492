import type { FastifyInstance } from 'fastify'
import type { Attempt } from '../../core/attempt.ts'
import type { DialectContext } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { timeOf } from './from-task.ts'
import type { Descriptions } from './openapi.ts'

const described = describedBy<Descriptions>()

/** Routes that PiAPI does not have, in its style: the position of a task in its queue, and its attempts. */
export function queueRoutes(app: FastifyInstance, { tasks }: DialectContext): void {
  app.get<{ Params: { id: string } }>('/api/v1/task/:id/queue', described('placeOfTask'), async (request) => {
    const { ahead, estimateMs } = await tasks.queuePosition(request.params.id, request.caller)
    const seconds = estimateMs === null ? null : Math.ceil(estimateMs / 1_000)
    return { code: 200, data: { tasks_ahead: ahead, estimated_seconds: seconds }, message: 'success' }
  })

  app.get<{ Params: { id: string } }>('/api/v1/task/:id/attempts', described('attemptsOfTask'), async (request) => {
    const attempts = await tasks.attempts(request.params.id, request.caller)
    return { code: 200, data: attempts.map(attemptBody), message: 'success' }
  })
}

/** Accounts are not named: the operator's are not for tenants to see. */
function attemptBody({ number, provider, begunAt, acceptedAt, endedAt, outcome, reason }: Attempt) {
  return {
    number,
    provider,
    outcome,
    reason: reason ?? '',
    begun_at: timeOf(begunAt),
    accepted_at: timeOf(acceptedAt),
    ended_at: timeOf(endedAt),
  }
}
