import { createHash, randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'
import type { Disk } from 'flydrive'
import type { Logger } from 'pino'
import { ASSET_SCHEME, type Asset } from '../core/asset.ts'
import { type Clock, systemClock } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { type Quota, type Quotas, quotaFault, UNLIMITED } from '../core/quota.ts'
import type { Mode } from '../core/task.ts'
import type { Store } from '../store/store.ts'
import { openBytesUnderWay } from './bytes-under-way.ts'
import { openDeleteFiles, storageKey } from './delete-files.ts'
import { identify } from './media-type.ts'
import { putStream, removeLeftParts } from './put-stream.ts'
import { readRange, tryDisk } from './storage.ts'
import { openStrays } from './strays.ts'
import { tryWrite } from './try-write.ts'

export interface NewFile {
  tenantId: string
  /** The mode of the key that sends it; absent for an output. */
  mode?: Mode | null
  taskId: string | null
  kind: Asset['kind']
  body: Uint8Array
  /** The declared media type. Absent: that of the bytes. */
  mediaType?: string
  expiresAt: number
}

/** A file whose bytes come one after another, and may be of any type: nothing but its owner's requests leads to it. */
export interface NewStream extends Pick<Asset, 'tenantId' | 'mode' | 'kind' | 'expiresAt'> {
  body: Readable
  maxBytes: number
  /** Of stored parts that it is put together from, which are deleted for it: they do not count beside it. */
  partsBytes?: number
}

/** Stores, reads and deletes files (uploads and outputs) in the operator's storage. */
export interface Assets {
  /**
   * Checks that the type of the bytes is `mediaType`, writes them and waits for the disk. The row is not stored: it is
   * written together with the task or upload that the file belongs to. Throws `unsupported_media`, `payload_too_large`,
   * `storage_full`, and `store_unavailable` if the storage is another server.
   */
  write(file: NewFile): Promise<Asset>
  /** Writes a file that belongs to no task, with its row. Throws as `write` does, and `storage_quota_reached`. */
  upload(file: Omit<NewFile, 'taskId' | 'kind' | 'mode'> & { mode: Mode }): Promise<Asset>
  /**
   * Writes a file of any length as it comes, as `write` does, also without a row. Throws what the stream throws, and
   * `payload_too_large`, `storage_full`, `storage_quota_reached` and `store_unavailable`.
   */
  writeStream(file: NewStream): Promise<Asset>
  /** The error to answer when a row of this asset does not fit into the quota, and the quota. */
  quotaFaultOf(asset: Asset): Promise<PolyphonyError>
  readonly quotas: Quotas
  /** Bytes `start` to `end`, both included; the whole file without them. Throws `not_found`, `store_unavailable`. */
  open(asset: Asset, range?: { start: number; end: number }): Promise<Readable>
  /** Undefined for an unknown id and for an expired file, deleted or not. */
  find(id: string): Promise<Asset | undefined>
  /** The whole file that a stored output refers to (`asset:ID.EXT`). Throws `not_found`. */
  read(reference: string): Promise<Uint8Array>
  /** Deletes files without rows, after an end that was not stored. Never throws: a file that stays is logged. */
  deleteUnrecorded(assets: readonly Asset[]): Promise<void>
  /** Deletes uploads and their rows, after a submission that failed. Never throws. */
  deleteStored(assets: readonly Asset[]): Promise<void>
  /**
   * Deletes expired files and their rows, at most `limit`. Returns how many. Files that cannot be deleted are passed over, and
   * tried again once all others were looked at.
   */
  sweep(now: number, limit: number): Promise<number>
  /** Deletes files without rows that are some hours old, also what is left of those on their way to a bucket. Returns how many; ends early once `isStopped`. */
  sweepStrays(now: number, isStopped?: () => boolean): Promise<number>
  /** Writes a test file to the storage and to `folders`. Throws `storage_full` and others. A bucket is not tried. */
  tryWrite(): Promise<void>
}

export interface AssetsOptions {
  disk: Disk
  store: Pick<
    Store,
    | 'insertAsset'
    | 'getAsset'
    | 'deleteAssets'
    | 'listExpiredAssets'
    | 'getStorageUse'
    | 'listTenants'
    | 'listFingerprints'
    | 'changeFingerprint'
    | 'listKnownAssets'
  >
  clock: Clock
  log: Logger
  /** The largest upload. An output's limit is set where it is downloaded. */
  maxBytes: number
  /** How much a tenant may store in uploads; absent = no limit. */
  quotas?: Quotas
  /** Other folders that must be writable, such as that of the database. */
  folders?: readonly string[]
}

export function openAssets(options: AssetsOptions): Assets {
  const { disk, store, clock, log, maxBytes, quotas = UNLIMITED, folders = [] } = options
  const strays = openStrays({ disk, store, log })
  /** Up to where expired files were looked at, where some could not be deleted or there are more. */
  let sweptTo: Asset | undefined
  const deleteFiles = openDeleteFiles({ disk, log })
  const bytesOf = openBytesUnderWay()

  async function write({ body, mediaType, mode = null, ...file }: NewFile): Promise<Asset> {
    if (file.kind === 'upload' && body.byteLength > maxBytes) {
      const sizes = `The file has ${body.byteLength} bytes; uploads may have ${maxBytes}.`
      throw new PolyphonyError('payload_too_large', sizes)
    }
    const asset: Asset = {
      id: randomUUID(),
      ...file,
      mode,
      ...(await identify(body, mediaType, file.kind)),
      sizeBytes: body.byteLength,
      sha256: await sha256(body),
      createdAt: clock.now(),
    }
    try {
      await disk.put(storageKey(asset), body, { contentType: asset.mediaType })
    } catch (error) {
      await deleteFiles.one(asset)
      throw writeError(error)
    }
    return asset
  }

  /** Checks the quota before the file is written, so that a refused file costs no disk. Returns what is used. */
  async function checkRoom({ tenantId, mode }: { tenantId: string; mode: Mode }, bytes: number): Promise<Quota> {
    const used = await store.getStorageUse({ tenantId, mode })
    checkQuota(mode, used, bytes)
    return used
  }

  function checkQuota(mode: Mode, used: Quota, bytes: number): void {
    const fault = quotaFault(mode, used, { bytes, drafts: 0 }, quotas[mode])
    if (fault) throw fault
  }

  async function writeStream({ body, maxBytes: most, partsBytes = 0, ...file }: NewStream): Promise<Asset> {
    const { tenantId, mode } = file
    const room = file.kind === 'upload' && mode ? { mode, used: await checkRoom({ tenantId, mode }, 1) } : undefined
    const underWay = bytesOf(`${mode} ${tenantId}`)
    const { mediaType, extension } = OF_ANY_TYPE
    const asset = { id: randomUUID(), ...file, taskId: null, mediaType, extension, createdAt: clock.now() }
    const hash = createHash('sha256')
    let sizeBytes = 0
    async function* counted(): AsyncGenerator<Buffer> {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        sizeBytes += chunk.byteLength
        if (sizeBytes > most) {
          throw new PolyphonyError('payload_too_large', `The file has more than ${most} bytes.`)
        }
        // Uploads that arrive side by side have no rows, but together they fill the disk.
        if (room) checkQuota(room.mode, room.used, Math.max(1, underWay.add(chunk.byteLength) - partsBytes))
        hash.update(chunk)
        yield chunk
      }
    }
    try {
      await putStream(disk, storageKey(asset), Readable.from(counted(), { objectMode: false }), mediaType)
    } catch (error) {
      body.destroy()
      throw writeError(error)
    } finally {
      underWay.end()
    }
    return { ...asset, sizeBytes, sha256: hash.digest('hex') }
  }

  async function quotaFaultOf({ tenantId, mode, sizeBytes }: Asset): Promise<PolyphonyError> {
    if (mode) {
      const used = await store.getStorageUse({ tenantId, mode })
      const fault = quotaFault(mode, used, { bytes: sizeBytes, drafts: 0 }, quotas[mode])
      if (fault) return fault
    }
    return new PolyphonyError(
      'store_unavailable',
      'The file could not be stored because of simultaneous uploads; send it again.',
    )
  }

  async function open(asset: Asset, range?: { start: number; end: number }): Promise<Readable> {
    try {
      return await (range ? readRange(disk, storageKey(asset), range) : disk.getStream(storageKey(asset)))
    } catch (error) {
      throw readError(error)
    }
  }

  async function find(id: string): Promise<Asset | undefined> {
    const asset = await store.getAsset({ id })
    return asset && asset.expiresAt > clock.now() ? asset : undefined
  }

  /** From behind those that were looked at last, and again from the first one on. */
  async function nextExpired(now: number, limit: number): Promise<Asset[]> {
    if (!sweptTo) return store.listExpiredAssets({ now, limit })
    const { id, expiresAt } = sweptTo
    const behind = await store.listExpiredAssets({ now, limit, after: { id, expiresAt } })
    if (behind.length === limit) return behind
    const known = new Set(behind.map((asset) => asset.id))
    const front = await store.listExpiredAssets({ now, limit: limit - behind.length })
    return [...behind, ...front.filter((asset) => !known.has(asset.id))]
  }

  return {
    write,
    writeStream,
    quotaFaultOf,
    quotas,
    open,
    find,

    async upload(file) {
      await checkRoom(file, file.body.byteLength)
      const asset = await write({ ...file, taskId: null, kind: 'upload' })
      try {
        if (!(await store.insertAsset({ asset, quota: quotas[file.mode] }))) {
          // Others used the quota since the first check.
          throw await quotaFaultOf(asset)
        }
      } catch (error) {
        await deleteFiles.one(asset)
        throw error
      }
      return asset
    },

    async read(reference) {
      const [id = '', extension] = reference.startsWith(ASSET_SCHEME)
        ? reference.slice(ASSET_SCHEME.length).split('.')
        : []
      const asset = await find(id)
      if (asset?.extension !== extension || !asset) {
        throw new PolyphonyError('not_found', `There is no file ${reference}, or it has expired.`)
      }
      return buffer(await open(asset))
    },

    async deleteUnrecorded(assets) {
      await deleteFiles.all(assets)
    },

    async deleteStored(assets) {
      const gone = await deleteFiles.all(assets)
      if (gone.length === 0) return
      // A row that stays is deleted when it expires.
      await store.deleteAssets({ ids: gone }).catch((error: unknown) => {
        log.error({ err: error, assets: gone }, 'the rows of deleted files could not be deleted')
      })
    },

    async sweep(now, limit) {
      // The row outlives the file, never the other way round: a file without a row would stay for ever.
      const expired = await nextExpired(now, limit)
      const ids = await deleteFiles.all(expired)
      await store.deleteAssets({ ids })
      sweptTo = expired.length < limit ? undefined : expired.at(-1)
      return ids.length
    },

    async sweepStrays(now, isStopped) {
      await removeLeftParts(disk, systemClock.now()).catch((error: unknown) => {
        log.warn({ err: error }, 'what stopped uploads left in the temporary folder could not be removed')
      })
      return strays.sweep(now, isStopped)
    },

    async tryWrite() {
      try {
        await Promise.all([tryDisk(disk), ...folders.map(tryWrite)])
      } catch (error) {
        throw writeError(error)
      }
    },
  }
}

/** Of files of which no type is known. */
export const UNKNOWN_TYPE = 'application/octet-stream'
/** It is served as an attachment of bytes, whatever is in it. */
const OF_ANY_TYPE = { mediaType: UNKNOWN_TYPE, extension: 'bin' } as const

/** Takes some ten milliseconds of this thread. */
const HASHED_AT_ONCE = 4 * 2 ** 20

/** In slices, so that other work runs in between: a pool thread would need a copy of the file, made at once on this thread. */
async function sha256(body: Uint8Array): Promise<string> {
  const hash = createHash('sha256')
  for (let at = 0; at < body.byteLength; at += HASHED_AT_ONCE) {
    if (at > 0) await setImmediate()
    hash.update(body.subarray(at, at + HASHED_AT_ONCE))
  }
  return hash.digest('hex')
}

const FULL = ['ENOSPC', 'EDQUOT', 'EFBIG']

function writeError(error: unknown): PolyphonyError {
  if (hasCode(error, FULL)) {
    return new PolyphonyError('storage_full', 'There is no room for the file; nothing was stored.', { cause: error })
  }
  return ourErrorIn(error) ?? new PolyphonyError('internal', 'The file could not be stored.', { cause: error })
}

function readError(error: unknown): PolyphonyError {
  if (hasCode(error, ['ENOENT'])) return new PolyphonyError('not_found', 'The file is gone.', { cause: error })
  return ourErrorIn(error) ?? new PolyphonyError('internal', 'The file cannot be read.', { cause: error })
}

/** The PolyphonyError that a storage driver threw, somewhere down the causes. */
function ourErrorIn(error: unknown): PolyphonyError | undefined {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof PolyphonyError) return at
  return undefined
}

/** flydrive wraps what the file system threw, so the code is somewhere down the causes. */
function hasCode(error: unknown, codes: readonly string[]): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string' && codes.includes(at.code)) return true
  }
  return false
}
