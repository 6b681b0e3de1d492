import type { JsonObject } from './json.ts'
import type { Mode } from './task.ts'

/** Something that a client has begun and not yet submitted, such as an upload in parts. */
export interface Draft {
  id: string
  tenantId: string
  mode: Mode
  /** The dialect and the kind of draft: `suno.upload`. */
  kind: string
  body: JsonObject
  createdAt: number
  expiresAt: number
}
