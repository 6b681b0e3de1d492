import type { Mode } from './task.ts'

/** A file that a client sent for its calls, or the results of a batch of calls. Its bytes are an asset. */
export interface CallFile {
  id: string
  tenantId: string
  /** Of the key that sent it. */
  mode: Mode
  assetId: string
  /** As the client said; of results, how they are named in its API. */
  purpose: string
  name: string
  sizeBytes: number
  createdAt: number
  /** When it can no longer be read. */
  expiresAt: number
}
