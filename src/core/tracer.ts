import type { Delivery } from './delivery.ts'
import type { Task } from './task.ts'

/** What of a task its spans need. */
export type TracedTask = Pick<Task, 'id' | 'traceparent' | 'operation' | 'attempts'>

/** What is known of a call when it has ended: of its answer, or why there is none. */
export interface CallEnd {
  status: number | null
  error: string | null
}

/** The span of a request that is being answered. */
export interface RequestSpan {
  /** The W3C trace context of the span: what the request causes belongs below it. */
  traceparent: string
  end(attributes: { status: number; requestId: string; taskId: string | undefined; code: string | undefined }): void
}

/** Reports work as spans of traces. Parts of the gateway that have none do the same work and report nothing. */
export interface Tracer {
  /** A request arrives; `traceparent` is that of the client, if it sent one. */
  request(method: string, route: string, traceparent: string | undefined): RequestSpan
  /** Runs a step of the work on a task; calls that it makes are below it. */
  step<T>(name: string, task: TracedTask, work: () => Promise<T>): Promise<T>
  /**
   * Runs a call of a vendor, below the step that makes it or below `parent`. `send` gets the trace context to send along;
   * undefined where there is neither.
   */
  call<T>(
    call: { provider: string; method: string; host: string; parent?: string | null },
    send: (traceparent: string | undefined) => Promise<T>,
    endOf: (answer: T) => CallEnd,
  ): Promise<T>
  /** Runs an attempt to deliver a webhook. `send` gets the trace context to send along. */
  delivery<T>(
    delivery: Pick<Delivery, 'id' | 'taskId' | 'headers' | 'host' | 'attempts'>,
    send: (traceparent: string) => Promise<T>,
    endOf: (outcome: T) => CallEnd,
  ): Promise<T>
}

/** The same work, as a step where there is a tracer. */
export function inStep<T>(
  tracer: Pick<Tracer, 'step'> | undefined,
  name: string,
  task: TracedTask,
  work: () => Promise<T>,
): Promise<T> {
  return tracer ? tracer.step(name, task, work) : work()
}
