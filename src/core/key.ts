import type { Caller } from './caller.ts'
import type { Points } from './points.ts'
import type { PeriodSpending } from './spend-periods.ts'

export interface KeyRecord extends Omit<Caller, 'isFrozen' | 'person'> {
  name: string
  hash: string
  prefix: string
  maxConcurrent: number | null
  spendLimitPoints: Points | null
  spentPoints: Points
  /** What it may spend in a UTC day and month; null = no limit. */
  dayLimitPoints: Points | null
  monthLimitPoints: Points | null
  spending: PeriodSpending
  createdAt: number
  /** The person whose tasks it makes: its text is not kept, and it is not listed among the keys. Null for all others. */
  personId: string | null
  revokedAt: number | null
  /** To the minute; null = never. */
  lastUsedAt: number | null
  /** Until when the text from before the last rotation is valid, too. */
  previousUntil: number | null
  previousHash: string | null
  /** Since when the key's tenant is frozen; null = it is not. */
  tenantFrozenAt: number | null
}

export type NewKey = Omit<
  KeyRecord,
  | 'spentPoints'
  | 'spending'
  | 'revokedAt'
  | 'lastUsedAt'
  | 'previousUntil'
  | 'previousHash'
  | 'tenantFrozenAt'
  | 'personId'
> &
  Partial<Pick<KeyRecord, 'personId'>>

/** The limits of a key, and its name: what can be changed after it was created. */
export type KeyChange = Partial<
  Pick<
    KeyRecord,
    | 'name'
    | 'allowedModels'
    | 'requestsPerMinute'
    | 'tokensPerMinute'
    | 'maxConcurrent'
    | 'spendLimitPoints'
    | 'dayLimitPoints'
    | 'monthLimitPoints'
    | 'expiresAt'
  >
>

/** Whatever a key is limited to, as the fields of the API name it. Only a live key without limits manages its tenant. */
export function limitsOn(key: KeyRecord): string[] {
  const limits: [name: string, value: unknown][] = [
    ['models', key.allowedModels],
    ['requests_per_minute', key.requestsPerMinute],
    ['tokens_per_minute', key.tokensPerMinute],
    ['max_concurrent', key.maxConcurrent],
    ['spend_limit', key.spendLimitPoints],
    ['daily_limit', key.dayLimitPoints],
    ['monthly_limit', key.monthLimitPoints],
    ['expires_at', key.expiresAt],
  ]
  return limits.filter(([, value]) => value !== null).map(([name]) => name)
}
