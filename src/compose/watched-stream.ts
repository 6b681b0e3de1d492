import type { VendorStream } from '../assets/vendor-stream.ts'
import type { Tracer } from '../core/tracer.ts'

export interface StreamWatch {
  provider: string
  /** The trace of the request that causes the call; null = it has none. */
  traceparent: string | null
  /** `outcome`: the class of the answer's status, such as `2xx`, or `no_answer`. Until the head of the answer. */
  called: ((provider: string, outcome: string, ms: number) => void) | undefined
  tracer: Pick<Tracer, 'call'> | undefined
}

/** Reports each call to a vendor, and passes the trace on: that of a span of its own, else that of the caller. */
export function watchedStream(
  send: VendorStream,
  { provider, traceparent, called, tracer }: StreamWatch,
): VendorStream {
  return async (url, request) => {
    const withTrace = (trace: string | null | undefined) =>
      send(url, trace ? { ...request, headers: { ...request.headers, traceparent: trace } } : request)
    const startedAt = performance.now()
    let outcome = 'no_answer'
    try {
      const answer = await (tracer
        ? tracer.call(
            { provider, method: request.method ?? 'POST', host: new URL(url).host, parent: traceparent },
            withTrace,
            ({ statusCode: status }) => ({ status, error: status >= 400 ? String(status) : null }),
          )
        : withTrace(traceparent))
      outcome = `${Math.floor(answer.statusCode / 100)}xx`
      return answer
    } finally {
      called?.(provider, outcome, performance.now() - startedAt)
    }
  }
}
