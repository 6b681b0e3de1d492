import type { ErrorCode, PolyphonyError } from '../../core/errors.ts'

/** When what was refused for the moment is worth another try, in seconds, where the error itself does not say. */
const SECONDS: Partial<Record<ErrorCode, number>> = {
  rate_limited: 5,
  too_many_staged: 30,
  too_many_waiting: 5,
  overloaded: 1,
  account_busy: 10,
  vendor_unreachable: 10,
  store_unavailable: 5,
  storage_full: 60,
  // An operator has to connect a provider, so hurry is of no use.
  no_provider: 300,
}

/** What `Retry-After` says of an error, in whichever status a protocol answers it; undefined where it says nothing. */
export function retryAfterOf({ code, details }: PolyphonyError): number | undefined {
  return details.retryAfterSeconds ?? SECONDS[code]
}
