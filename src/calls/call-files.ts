import type { Readable } from 'node:stream'
import { type Assets, UNKNOWN_TYPE } from '../assets/assets.ts'
import type { CallFile } from '../core/call-file.ts'
import { type Caller, isOwn, scopeOf } from '../core/caller.ts'
import { type Clock, DAY_MS, MINUTE_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { idBefore, newId } from '../core/ids.ts'
import type { Store } from '../store/store.ts'

/** Files that clients send for their calls and batches, and read results from. */
export interface CallFiles {
  /** The largest file, in bytes. */
  readonly maxBytes: number
  /** How long one is kept that names no time of its own. */
  readonly keptMs: number
  /**
   * Writes the bytes as they come. What is written belongs to nothing until `name`, and is deleted by `discard`. Throws as
   * `Assets.writeStream` does: `payload_too_large` as soon as there are more bytes than `mostBytes`, whose default is
   * `maxBytes`. `partsBytes` are those of the stored parts that it is put together from.
   */
  receive(body: Readable, owner: Owner, mostBytes?: number, partsBytes?: number): Promise<Received>
  /** Throws `storage_quota_reached`. */
  name(
    received: Received,
    file: Pick<CallFile, 'purpose' | 'name'> & { keptMs?: number; mediaType?: string },
  ): Promise<CallFile>
  discard(received: Received): Promise<void>
  /** Throws `not_found` for an unknown file, one that has expired, and one of another tenant or mode. */
  get(id: string, caller: Owner): Promise<CallFile>
  find(id: string, caller: Owner): Promise<CallFile | undefined>
  list(
    owner: Owner,
    page: { purposes: readonly string[]; order: 'asc' | 'desc'; after?: string; limit: number },
  ): Promise<CallFile[]>
  /** The parts of an upload, oldest first: files of the purpose that came since it began, by the begin of their names. */
  partsOf(
    upload: Owner & { id: string; createdAt: number },
    part: { purpose: string; named: string; limit: number },
  ): Promise<CallFile[]>
  /** Throws `not_found` where its bytes are gone. */
  open(file: CallFile): Promise<Readable>
  /** The media type that its sender named, undefined for none, and the SHA-256 as hex. Throws `not_found`. */
  describe(file: CallFile): Promise<{ mediaType: string | undefined; sha256: string }>
  remove(file: CallFile): Promise<void>
  /** Removes parts of an upload with their bytes at once, and not with the next sweep: they count towards the quota until then. */
  removeParts(parts: readonly CallFile[]): Promise<void>
}

/** Clocks of processes that share a store differ by less. */
const CLOCK_SKEW_MS = MINUTE_MS

/** Whose a file is. */
export type Owner = Pick<Caller, 'tenantId' | 'mode'>

export interface Received {
  readonly asset: Awaited<ReturnType<Assets['writeStream']>>
  readonly owner: Owner
}

export interface CallFilesOptions {
  store: Store
  assets: Assets
  clock: Clock
  maxBytes: number
  keptDays: number
}

export function openCallFiles(options: CallFilesOptions): CallFiles {
  const { store, assets, clock, maxBytes } = options
  // The operator may change it.
  const keptMs = (): number => Math.round(options.keptDays * DAY_MS)

  async function find(id: string, caller: Owner): Promise<CallFile | undefined> {
    const file = await store.getCallFile({ id })
    return file && isOwn(caller, file) && file.expiresAt > clock.now() ? file : undefined
  }

  return {
    maxBytes,
    get keptMs() {
      return keptMs()
    },
    find,
    async receive(body, owner, mostBytes = maxBytes, partsBytes = 0) {
      const expiresAt = clock.now() + keptMs()
      const asset = await assets.writeStream({
        ...scopeOf(owner),
        kind: 'upload',
        body,
        maxBytes: mostBytes,
        partsBytes,
        expiresAt,
      })
      return { asset, owner }
    },
    async name({ asset, owner }, { keptMs: ownMs = keptMs(), mediaType = asset.mediaType, ...named }) {
      const now = clock.now()
      const expiresAt = now + ownMs
      const file: CallFile = {
        id: newId(now),
        ...scopeOf(owner),
        ...named,
        assetId: asset.id,
        sizeBytes: asset.sizeBytes,
        createdAt: now,
        expiresAt,
      }
      const stored = { ...asset, mediaType, expiresAt }
      if (!(await store.insertCallFile({ file, asset: stored, quota: assets.quotas[owner.mode] }))) {
        throw await assets.quotaFaultOf(stored)
      }
      return file
    },
    discard: ({ asset }) => assets.deleteUnrecorded([asset]),
    async get(id, caller) {
      const file = await find(id, caller)
      if (!file) throw new PolyphonyError('not_found', 'There is no such file, or it has expired.')
      return file
    },
    list: (owner, page) => store.listCallFiles({ ...scopeOf(owner), ...page, now: clock.now() }),
    partsOf: ({ createdAt, ...owner }, { purpose, named, limit }) =>
      store.listCallFiles({
        ...scopeOf(owner),
        purposes: [purpose],
        named,
        order: 'asc',
        after: idBefore(createdAt - CLOCK_SKEW_MS),
        limit,
        now: clock.now(),
      }),
    async open({ assetId }) {
      const asset = await store.getAsset({ id: assetId })
      if (!asset) throw new PolyphonyError('not_found', 'The file is gone.')
      return assets.open(asset)
    },
    async describe({ assetId }) {
      const asset = await store.getAsset({ id: assetId })
      if (!asset) throw new PolyphonyError('not_found', 'The file is gone.')
      const { mediaType, sha256 } = asset
      return { mediaType: mediaType === UNKNOWN_TYPE ? undefined : mediaType, sha256 }
    },
    async remove({ id }) {
      await store.deleteCallFile({ id, now: clock.now() })
    },
    async removeParts(parts) {
      const stored = await Promise.all(parts.map(({ assetId }) => store.getAsset({ id: assetId })))
      await Promise.all(parts.map(({ id }) => store.deleteCallFile({ id, now: clock.now() })))
      await assets.deleteStored(stored.filter((asset) => asset !== undefined))
    },
  }
}
