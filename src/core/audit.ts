import type { JsonObject } from './json.ts'

/** A change by an administrator: who made it, and what it changed. Secrets are left out. */
export interface AuditEntry {
  at: number
  /**
   * The id of the key, `person:ID`, `command line` for a command on the gateway's own machine, or the id of the provider that
   * reported a payment.
   */
  actor: string
  /** The address of the client; null for a command that opened the database itself. */
  address: string | null
  /** Such as `key.revoke`. */
  verb: string
  tenantId: string | null
  /** The id of what was changed. */
  subject: string | null
  before: JsonObject | null
  after: JsonObject | null
}
