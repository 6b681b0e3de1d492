import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Registry } from 'prom-client'
import type { Call } from '../../core/call.ts'
import { SECOND_MS } from '../../core/clock.ts'
import type { NewTask } from '../../core/new-task.ts'
import { isTerminal, type Task } from '../../core/task.ts'
import type { Transition } from '../../core/transitions.ts'
import { Counter, Histogram } from './instruments.ts'

const HTTP_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const STORE_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10]
const CALL_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900]
const TASK_BUCKETS = [0.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300, 600, 1_800, 3_600, 14_400]
const WAIT_BUCKETS = [0.05, 0.25, 1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400]

/** What the parts of the gateway report, counted from the start of the process. */
export type Recorders = ReturnType<typeof openRecorders>

export function openRecorders() {
  const of = instruments()
  /** By method, route and status: this runs for every request. */
  const answers = new Map<string, ReturnType<typeof seriesOf>>()
  const seriesOf = (method: string, route: string, status: string) => ({
    count: of.requests.at({ method, route, status }),
    labels: { method, route, status },
    seconds: undefined as ReturnType<typeof of.requestSeconds.at> | undefined,
  })
  return {
    /** An answer that was sent. */
    answered(request: FastifyRequest, reply: FastifyReply): void {
      const route = request.routeOptions.url ?? 'none'
      const key = `${request.method} ${reply.statusCode} ${route}`
      let series = answers.get(key)
      if (!series) {
        series = seriesOf(request.method, route, String(reply.statusCode))
        answers.set(key, series)
      }
      series.count.value += 1
      if (request.isOpenEnded === true) return
      series.seconds ??= of.requestSeconds.at(series.labels)
      of.requestSeconds.add(series.seconds, reply.elapsedTime / SECOND_MS)
    },
    submitted({ operation, pricePoints }: Pick<NewTask, 'operation' | 'pricePoints'>): void {
      of.submitted.add({ operation })
      of.points.add({ movement: 'held' }, pricePoints)
    },
    claimed({ operation, attempts, claimedAt, createdAt }: Task): void {
      if (attempts !== 1 || claimedAt === null) return
      of.waitSeconds.observe({ operation }, Math.max(0, claimedAt - createdAt) / SECOND_MS)
    },
    moved(step: Transition): void {
      const { before, after, attempt } = step
      const provider = before.provider ?? 'none'
      if (attempt?.endedAt !== undefined) of.attempts.add({ provider, outcome: attempt.outcome })
      if (isTerminal(after.status) && !isTerminal(before.status)) {
        recordEnd(of, after)
      }
    },
    /** `outcome`: the class of the answer's status, such as `2xx`, or `no_answer`. */
    vendorCalled(provider: string, outcome: string, ms: number): void {
      of.vendorSeconds.observe({ provider, outcome }, ms / SECOND_MS)
    },
    /** A call that was answered on the spot, at its end. */
    callEnded({ endpoint, provider, outcome, firstByteMs, durationMs, pricePoints }: Call): void {
      const labels = { endpoint, provider: provider ?? 'none' }
      of.calls.add({ ...labels, outcome })
      of.callSeconds.observe(labels, durationMs / SECOND_MS)
      if (firstByteMs !== null) of.firstByteSeconds.observe(labels, firstByteMs / SECOND_MS)
      of.points.add({ movement: 'consumed' }, pricePoints)
    },
    webhookAttempted(status: 'delivered' | 'pending' | 'failed'): void {
      of.webhooks.add({ outcome: WEBHOOK_OUTCOMES[status] })
    },
    storeCalled(verb: string, ms: number): void {
      of.storeSeconds.observe({ verb }, ms / SECOND_MS)
    },
    registerIn(registry: Registry): void {
      for (const instrument of Object.values(of)) instrument.registerIn(registry)
    },
  }
}

const WEBHOOK_OUTCOMES = { delivered: 'delivered', pending: 'retried', failed: 'given_up' } as const

type Instruments = ReturnType<typeof instruments>

function recordEnd(of: Instruments, task: Task): void {
  const { operation, status, provider, error, createdAt, endedAt, pricePoints, consumedPoints } = task
  of.ended.add({ operation, status, provider: provider ?? 'none', code: error?.code ?? '' })
  if (endedAt !== null) of.taskSeconds.observe({ operation, status }, Math.max(0, endedAt - createdAt) / SECOND_MS)
  of.points.add({ movement: 'consumed' }, consumedPoints)
  of.points.add({ movement: 'released' }, pricePoints - consumedPoints)
}

function instruments() {
  return {
    requests: new Counter({
      name: 'polyphony_http_requests_total',
      help: 'Requests that were answered, by route and status.',
      labels: ['method', 'route', 'status'],
    }),
    requestSeconds: new Histogram(
      {
        name: 'polyphony_http_request_duration_seconds',
        help: 'Time from request to answer, without requests that wait for a task, streams and files.',
        labels: ['method', 'route', 'status'],
      },
      HTTP_BUCKETS,
    ),
    submitted: new Counter({
      name: 'polyphony_tasks_submitted_total',
      help: 'Tasks that this process stored.',
      labels: ['operation'],
    }),
    ended: new Counter({
      name: 'polyphony_tasks_ended_total',
      help: 'Tasks that this process ended; code is that of docs/errors.md, and empty without an error.',
      labels: ['operation', 'status', 'provider', 'code'],
    }),
    taskSeconds: new Histogram(
      {
        name: 'polyphony_task_duration_seconds',
        help: 'Time from the submission of a task to its end.',
        labels: ['operation', 'status'],
      },
      TASK_BUCKETS,
    ),
    waitSeconds: new Histogram(
      {
        name: 'polyphony_task_wait_seconds',
        help: 'Time from the submission of a task to its first attempt.',
        labels: ['operation'],
      },
      WAIT_BUCKETS,
    ),
    attempts: new Counter({
      name: 'polyphony_attempts_total',
      help: 'Attempts at providers that have ended, by outcome.',
      labels: ['provider', 'outcome'],
    }),
    vendorSeconds: new Histogram(
      {
        name: 'polyphony_vendor_call_duration_seconds',
        help: 'Time from a call of a vendor to its whole answer; outcome is the class of the status, or no_answer.',
        labels: ['provider', 'outcome'],
      },
      CALL_BUCKETS,
    ),
    calls: new Counter({
      name: 'polyphony_calls_total',
      help: 'Calls that were answered on the spot: completed, failed, or cut in their stream.',
      labels: ['endpoint', 'provider', 'outcome'],
    }),
    callSeconds: new Histogram(
      {
        name: 'polyphony_call_duration_seconds',
        help: 'Time from a call to the last byte of its answer.',
        labels: ['endpoint', 'provider'],
      },
      CALL_BUCKETS,
    ),
    firstByteSeconds: new Histogram(
      {
        name: 'polyphony_call_first_byte_seconds',
        help: 'Time from a call to the first byte of its answer.',
        labels: ['endpoint', 'provider'],
      },
      CALL_BUCKETS,
    ),
    webhooks: new Counter({
      name: 'polyphony_webhook_attempts_total',
      help: 'Attempts to deliver webhooks: delivered, retried later, given up.',
      labels: ['outcome'],
    }),
    points: new Counter({
      name: 'polyphony_points_total',
      help: 'Points of tasks: held at their submission, consumed or released at their end; and points that calls consumed. 10,000,000 are one USD.',
      labels: ['movement'],
    }),
    storeSeconds: new Histogram(
      {
        name: 'polyphony_store_call_duration_seconds',
        help: 'Time of calls to the database, by verb.',
        labels: ['verb'],
      },
      STORE_BUCKETS,
    ),
  }
}
