import { hash } from 'node:crypto'
import { type SpanContext, TraceFlags } from '@opentelemetry/api'
import type { Task } from '../core/task.ts'

/** https://www.w3.org/TR/trace-context */
const TRACEPARENT = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/

export function parseTraceparent(text: string | null | undefined): SpanContext | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(text ?? '') ?? []
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true }
}

export function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`
}

/**
 * The spans of a task are reported when they end, perhaps by another process than the one that began them. So their ids
 * follow from the task's, and whatever happens in between can name them as its parent.
 */
export function taskContext({ id, traceparent }: Pick<Task, 'id' | 'traceparent'>): SpanContext {
  // A task without a trace, such as one that was submitted before there were any, has its own id as that of its trace.
  const known = parseTraceparent(traceparent)
  return {
    traceId: known?.traceId ?? id.replaceAll('-', ''),
    spanId: spanIdOf(`task ${id}`),
    traceFlags: known?.traceFlags ?? TraceFlags.SAMPLED,
    isRemote: true,
  }
}

/** Of the attempt that is under way, or that was the last one. */
export function attemptContext(task: Pick<Task, 'id' | 'traceparent' | 'attempts'>): SpanContext {
  return { ...taskContext(task), spanId: spanIdOf(`attempt ${task.attempts} ${task.id}`) }
}

function spanIdOf(name: string): string {
  return hash('sha256', name, 'hex').slice(0, 16)
}
