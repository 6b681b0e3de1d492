import type { Mode } from './task.ts'

/** A link by which anyone sees what a task made, until it expires or is revoked. */
export interface Share {
  /** Random: whoever has it may look. */
  id: string
  tenantId: string
  mode: Mode
  taskId: string
  /** What the page is called. */
  title: string
  /** The id of the key, or `person:ID`. */
  madeBy: string
  createdAt: number
  /** null = it does not expire. */
  expiresAt: number | null
  revokedAt: number | null
}

export function isOpen({ expiresAt, revokedAt }: Pick<Share, 'expiresAt' | 'revokedAt'>, now: number): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt > now)
}
