/** The longest that is believed: a day, after which the limits of vendors begin anew. */
export const MAX_RETRY_AFTER_SECONDS = 86_400

/**
 * The seconds to wait by a `Retry-After` header: a number of seconds or a date (RFC 9110, 10.2.3). Null when it
 * is absent or neither; a date in the past is 0. At most a day.
 */
export function parseRetryAfter(header: string | string[] | undefined, now: number): number | null {
  const text = (Array.isArray(header) ? header[0] : header)?.trim()
  if (!text) return null
  if (/^\d+$/.test(text)) return Math.min(Number(text), MAX_RETRY_AFTER_SECONDS)
  // A date begins with its weekday; Date.parse alone would also take "-5" for a year.
  const at = /^[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? null : Math.min(Math.max(0, Math.ceil((at - now) / 1_000)), MAX_RETRY_AFTER_SECONDS)
}
