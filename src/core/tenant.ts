import type { Points } from './points.ts'

export interface Tenant {
  id: string
  name: string
  createdAt: number
  maxConcurrent: number | null
  maxStaged: number
  webhookSecretVersion: number
  /** Where a task goes that names no pool; the private one only where the tenant has an account for it. */
  defaultPool: 'private' | 'public'
  /** Whether the public pool steps in when no account of the tenant's own can. */
  fallsBack: boolean
}

export interface Balance {
  available: Points
  held: Points
  /** All credit that was ever booked; what is neither available nor held was consumed. */
  credited: Points
  active: number
  staged: number
}
