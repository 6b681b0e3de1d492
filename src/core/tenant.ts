import type { Points } from './points.ts'

export interface Tenant {
  id: string
  name: string
  createdAt: number
  maxConcurrent: number | null
  maxStaged: number
  webhookSecretVersion: number
  /** The pool of a task that names none; `private` applies only where the tenant has an account for the operation. */
  defaultPool: 'private' | 'public'
  /** Whether a task goes to the public pool when none of the tenant's own accounts can perform it. */
  fallsBack: boolean
  /** The group by which prices are set for it; null = none. */
  priceGroup: string | null
  /** Since when new tasks are refused, while reads and running tasks go on; null = they are not. */
  frozenAt: number | null
  /** Deleted tenants stay for their ledger and their tasks; they have no valid keys. */
  deletedAt: number | null
}

/** What can be changed of a tenant after it was created. */
export type TenantChange = Partial<Omit<Tenant, 'id' | 'createdAt' | 'deletedAt'>>

/** Which pool a tenant's tasks go to. */
export type PoolPolicy = Pick<Tenant, 'defaultPool' | 'fallsBack'>

export interface Balance {
  available: Points
  held: Points
  /** All credit that was ever booked; what is neither available nor held was consumed. */
  credited: Points
  active: number
  staged: number
}
