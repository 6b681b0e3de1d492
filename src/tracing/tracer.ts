import { AsyncLocalStorage } from 'node:async_hooks'
import { type Span, SpanKind } from '@opentelemetry/api'
import type { CallEnd, Tracer } from '../core/tracer.ts'
import { fail, type Spans } from './spans.ts'
import { attemptContext, formatTraceparent, parseTraceparent, taskContext } from './trace-context.ts'

/** A step that is under way. Timers that it sets outlive it, and what they do is not its work. */
interface Step {
  taskId: string
  span: Span
  isOpen: boolean
}

export function tracerOf(spans: Spans): Tracer {
  const steps = new AsyncLocalStorage<Step>()

  const openStep = (): Step | undefined => {
    const step = steps.getStore()
    return step?.isOpen === true ? step : undefined
  }

  return {
    request(method, route, traceparent) {
      const attributes = { 'http.request.method': method, 'http.route': route }
      const parent = parseTraceparent(traceparent)
      const span = spans.start({ name: `${method} ${route}`, parent, kind: SpanKind.SERVER, attributes })
      return {
        traceparent: formatTraceparent(span.spanContext()),
        end({ status, requestId, taskId, code }) {
          span.setAttributes({
            'http.response.status_code': status,
            'polyphony.request_id': requestId,
            ...(taskId === undefined ? {} : { 'polyphony.task_id': taskId }),
            ...(code === undefined ? {} : { 'polyphony.code': code }),
          })
          if (status >= 500) fail(span, code ?? String(status))
          span.end()
        },
      }
    },

    async step(name, task, work) {
      const outer = openStep()
      const parent = outer?.taskId === task.id ? outer.span.spanContext() : attemptContext(task)
      const attributes = { 'polyphony.task_id': task.id, 'polyphony.operation': task.operation }
      const step: Step = { taskId: task.id, span: spans.start({ name, parent, attributes }), isOpen: true }
      return steps.run(step, async () => {
        try {
          return await work()
        } catch (error) {
          fail(step.span, messageOf(error))
          throw error
        } finally {
          step.isOpen = false
          step.span.end()
        }
      })
    },

    call({ provider, method, host, parent: given }, send, endOf) {
      const parent = openStep()?.span.spanContext() ?? parseTraceparent(given)
      if (!parent) return send(undefined)
      const span = spans.start({
        name: `${method} ${host}`,
        parent,
        kind: SpanKind.CLIENT,
        attributes: { 'http.request.method': method, 'server.address': host, 'polyphony.provider': provider },
      })
      return spanned(span, () => send(formatTraceparent(span.spanContext())), endOf)
    },

    delivery({ id, taskId, headers, host, attempts }, send, endOf) {
      const span = spans.start({
        name: 'webhook',
        parent: taskContext({ id: taskId, traceparent: headers.traceparent ?? null }),
        kind: SpanKind.CLIENT,
        attributes: {
          'http.request.method': 'POST',
          'server.address': host,
          'polyphony.task_id': taskId,
          'polyphony.delivery_id': id,
          'polyphony.attempt': attempts + 1,
        },
      })
      return spanned(span, () => send(formatTraceparent(span.spanContext())), endOf)
    },
  }
}

async function spanned<T>(span: Span, send: () => Promise<T>, endOf: (answer: T) => CallEnd): Promise<T> {
  try {
    const answer = await send()
    const { status, error } = endOf(answer)
    if (status !== null) span.setAttribute('http.response.status_code', status)
    if (error !== null) fail(span, error)
    return answer
  } catch (error) {
    fail(span, messageOf(error))
    throw error
  } finally {
    span.end()
  }
}

/** Errors of the gateway have a code; the messages of others may repeat what a vendor said. */
function messageOf(error: unknown): string {
  if (error instanceof Error) return 'code' in error ? String(error.code) : error.name
  return 'unknown'
}
