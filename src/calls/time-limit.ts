import { SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'

/** The caller's signal, and the time that an answer may take until `end`. */
export function timeFor(caller: AbortSignal, answerMs: number): { signal: AbortSignal; end(): void } {
  const controller = new AbortController()
  const leave = () => controller.abort(caller.reason)
  if (caller.aborted) leave()
  else caller.addEventListener('abort', leave, { once: true })
  const timer = setTimeout(() => {
    controller.abort(new PolyphonyError('vendor_silent', `There was no answer within ${answerMs / SECOND_MS} s.`))
  }, answerMs)
  return { signal: controller.signal, end: () => clearTimeout(timer) }
}

/** The time was over, and the caller was still there. */
export function isOver(reason: unknown): reason is PolyphonyError {
  return reason instanceof PolyphonyError
}
