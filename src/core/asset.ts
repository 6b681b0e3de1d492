import type { Mode } from './task.ts'

/** A stored file: an upload or an output. */
export interface Asset {
  /** Random, since the URL alone lets a client read the file. */
  id: string
  tenantId: string
  /** The mode of the key that sent it; null for an output. */
  mode: Mode | null
  /** The task whose output this is; null for an upload. */
  taskId: string | null
  kind: 'upload' | 'output'
  mediaType: string
  extension: string
  sizeBytes: number
  /** Lower-case hex. */
  sha256: string
  createdAt: number
  /** When the file (not the record of the task) is deleted. */
  expiresAt: number
}

/** How a stored output refers to a file; a dialect turns it into a URL, so that a stored output depends on no host. */
export const ASSET_SCHEME = 'asset:'

export function assetReference(asset: Pick<Asset, 'id' | 'extension'>): string {
  return `${ASSET_SCHEME}${asset.id}.${asset.extension}`
}
