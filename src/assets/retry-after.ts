/**
 * The seconds to wait by a `Retry-After` header: a number of seconds or a date (RFC 9110, 10.2.3). Null when it
 * is absent or neither; a date in the past is 0.
 */
export function parseRetryAfter(header: string | string[] | undefined, now: number): number | null {
  const text = (Array.isArray(header) ? header[0] : header)?.trim()
  if (!text) return null
  if (/^\d+$/.test(text)) return Math.min(Number(text), Number.MAX_SAFE_INTEGER)
  // A date begins with its weekday; Date.parse alone would also take "-5" for a year.
  const at = /^[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - now) / 1_000))
}
