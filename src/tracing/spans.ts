import {
  type Attributes,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'

export interface NewSpan {
  name: string
  parent: SpanContext | undefined
  kind?: SpanKind
  attributes?: Attributes
  /** Milliseconds UTC; now by default. */
  startAt?: number
  /** An id that others know already. */
  spanId?: string
  /** For a span without a parent: the trace that it begins. */
  traceId?: string
}

/** The ids of the span that is made next; those that are absent are chosen at random. */
export interface NextIds {
  spanId: string | undefined
  traceId: string | undefined
}

/** Makes spans below the parents that are named, never below what happens to be under way. */
export class Spans {
  readonly #tracer: Tracer
  readonly #ids: NextIds

  constructor(tracer: Tracer, ids: NextIds) {
    this.#tracer = tracer
    this.#ids = ids
  }

  start({ name, parent, kind = SpanKind.INTERNAL, attributes = {}, startAt, spanId, traceId }: NewSpan): Span {
    const context = parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT
    Object.assign(this.#ids, { spanId, traceId })
    try {
      const startTime = startAt === undefined ? {} : { startTime: startAt }
      return this.#tracer.startSpan(name, { kind, attributes, ...startTime }, context)
    } finally {
      Object.assign(this.#ids, { spanId: undefined, traceId: undefined })
    }
  }

  /** Reports what has ended already. */
  report(span: NewSpan & { startAt: number; endAt: number; error?: string | undefined }): void {
    const started = this.start(span)
    if (span.error !== undefined) fail(started, span.error)
    started.end(Math.max(span.startAt, span.endAt))
  }
}

export function fail(span: Span, message: string): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message })
}
