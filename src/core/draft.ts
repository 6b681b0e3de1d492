import type { JsonObject } from './json.ts'
import type { Mode } from './task.ts'

/** What a client has begun and not yet submitted. */
export interface Draft {
  id: string
  tenantId: string
  mode: Mode
  /** Which protocol's, and what: `suno.upload`. */
  kind: string
  body: JsonObject
  createdAt: number
  expiresAt: number
}
