import type { Caller } from './caller.ts'
import type { Points } from './points.ts'

export interface KeyRecord extends Caller {
  name: string
  hash: string
  prefix: string
  maxConcurrent: number | null
  spendLimitPoints: Points | null
  spentPoints: Points
  createdAt: number
  revokedAt: number | null
}

export type NewKey = Omit<KeyRecord, 'spentPoints' | 'revokedAt'>
