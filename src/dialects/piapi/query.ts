import { invalidInput } from '../../core/errors.ts'

/** What PiAPI's routes read of a query. A name that was sent twice is an array, which is no value of any. */

export type Query = Record<string, unknown>

export function textIn(query: Query, name: string): string | undefined {
  const value = query[name]
  if (value === undefined || value === '') return undefined
  if (typeof value !== 'string' || !/^[\x20-\x7e]+$/.test(value)) throw invalidInput(name, 'must be a single string')
  return value
}

/** Unix seconds, unix milliseconds, or a date that JavaScript reads: the documents do not say which. */
export function timeIn(query: Query, name: string): number | undefined {
  const text = textIn(query, name)
  if (text === undefined) return undefined
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1_000
  const at = /^\d{13}$/.test(text) ? Number(text) : Date.parse(text)
  if (Number.isNaN(at)) throw invalidInput(name, `must be unix seconds or an RFC 3339 time, not "${text}"`)
  return at
}

export function flagIn(query: Query, name: string): boolean {
  const text = textIn(query, name)
  if (text === undefined || text === 'false') return false
  if (text === 'true') return true
  throw invalidInput(name, `must be true or false, not "${text}"`)
}
