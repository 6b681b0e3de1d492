import type { Readable } from 'node:stream'
import type { Asset } from '../core/asset.ts'

export interface NewFile {
  tenantId: string
  taskId: string | null
  kind: Asset['kind']
  body: Uint8Array
  /** What the file is said to be. Absent: whatever it is found to be. */
  mediaType?: string
  expiresAt: number
}

/** Files: uploads and outputs, in the operator's storage. */
export interface Assets {
  /**
   * Checks the bytes (type sniffed, and the same as `mediaType`), writes them and waits for the disk. The row is not
   * stored: it is written together with what the file belongs to. Throws `unsupported_media`, `payload_too_large`,
   * `storage_full`.
   */
  write(file: NewFile): Promise<Asset>
  /** Writes a file that belongs to no task, with its row. */
  upload(file: Omit<NewFile, 'taskId' | 'kind'>): Promise<Asset>
  /** Bytes `start` to `end`, both included; the whole file without them. Throws `not_found`. */
  open(asset: Asset, range?: { start: number; end: number }): Promise<Readable>
  find(id: string): Promise<Asset | undefined>
  /** The whole file that a stored output refers to (`asset:ID.EXT`). Throws `not_found`. */
  read(reference: string): Promise<Uint8Array>
  /** Deletes files that no row knows (work that was done and not settled). Never throws: a leftover is logged. */
  discard(assets: readonly Asset[]): Promise<void>
  /** Deletes files whose time has come, and their rows. Returns how many. */
  sweep(now: number, limit: number): Promise<number>
}
