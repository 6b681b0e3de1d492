import type { Mode, Status } from './task.ts'

/** Which of a tenant's tasks are listed or counted; what is absent does not matter. */
export interface TaskFilter {
  tenantId: string
  mode?: Mode
  model?: readonly string[]
  operation?: readonly string[]
  status?: readonly Status[]
  createdFrom?: number
  createdTo?: number
  batchId?: string
  /** The key by which it was made. */
  keyId?: string
  isFavourite?: true
  /** The caller's own id of the task; several tasks may have the same. */
  externalId?: string
}
