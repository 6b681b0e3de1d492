import type { Routes } from '../../api/routes.ts'

export type KeyRecord = Routes['GET /api/v1/keys']['answer']['data']['items'][number]

/** Limits that are numbers; empty = none. */
export const LIMITS = [
  { field: 'spend_limit_usd', label: 'keys.spendLimit', least: 0, step: 'any' },
  { field: 'daily_limit_usd', label: 'keys.dailyLimit', least: 0, step: 'any' },
  { field: 'monthly_limit_usd', label: 'keys.monthlyLimit', least: 0, step: 'any' },
  { field: 'requests_per_minute', label: 'keys.rate', least: 1, step: 1 },
  { field: 'max_concurrent', label: 'keys.concurrent', least: 1, step: 1 },
] as const satisfies { field: keyof KeyRecord; label: string; least: number; step: number | 'any' }[]
type LimitField = (typeof LIMITS)[number]['field']

/** What the form holds, as it is typed. */
export interface KeyFields {
  name: string
  limits: Record<LimitField, string>
  /** With commas between them. */
  models: string
  /** Days until the key ends; empty = never; `KEPT` = as it is. */
  days: string
}

/** The end of the key stays what it is. */
export const KEPT = 'kept'
const DAY_MS = 86_400_000

/** A key's fields; undefined = those of one that is to be made. */
export function fieldsOf(record: KeyRecord | undefined): KeyFields {
  const texts = LIMITS.map(({ field }) => [field, record?.[field] == null ? '' : String(record[field])])
  return {
    name: record?.name ?? '',
    limits: Object.fromEntries(texts) as KeyFields['limits'], // of all fields
    models: record?.models?.join(', ') ?? '',
    days: record?.expires_at ? KEPT : '',
  }
}

export type KeyBody = { name?: string; models?: string[] | null; expires_at?: string | null } & {
  [Field in LimitField]?: number | null
}

/**
 * The body for what differs from `before`. The rest is not sent: somebody else may have changed it meanwhile, and a key that
 * was imported may have what the form could not set.
 */
export function changesOf(before: KeyFields, after: KeyFields, now: number): KeyBody {
  const limits = LIMITS.filter(({ field }) => after.limits[field] !== before.limits[field])
  const numbers = limits.map(({ field }) => [field, after.limits[field] === '' ? null : Number(after.limits[field])])
  return {
    ...(after.name === before.name ? {} : { name: after.name }),
    ...(Object.fromEntries(numbers) as Pick<KeyBody, LimitField>), // of these fields
    ...(after.models === before.models ? {} : { models: modelsIn(after.models) }),
    ...(after.days === before.days ? {} : { expires_at: endIn(after.days, now) }),
  }
}

const modelsIn = (text: string): string[] | null =>
  text.trim() === '' ? null : text.split(',').map((one) => one.trim())

const endIn = (days: string, now: number): string | null =>
  days === '' ? null : new Date(now + Number(days) * DAY_MS).toISOString()
