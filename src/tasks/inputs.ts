import { LRUCache } from 'lru-cache'
import type { Assets } from '../assets/assets.ts'
import type { Egress } from '../assets/egress.ts'
import { measure } from '../assets/measure.ts'
import { videoSizeOf } from '../assets/mp4-boxes.ts'
import { faultOfMedia } from '../assets/playable.ts'
import type { Media } from '../catalog/fields.ts'
import { filesIn, type NamedFile, replaceFiles } from '../catalog/media.ts'
import type { Operation } from '../catalog/operation.ts'
import { ASSET_SCHEME, type Asset, assetReference } from '../core/asset.ts'
import { type Caller, isOwn } from '../core/caller.ts'
import { type Clock, HOUR_MS } from '../core/clock.ts'
import { fieldError, invalidInput, PolyphonyError } from '../core/errors.ts'
import { callerField, type FieldNames } from '../core/field-names.ts'
import type { JsonObject } from '../core/json.ts'
import type { PictureSize, PictureSizes, VideoSize } from '../core/picture-sizes.ts'

/** An input whose files are URLs of others, or references to files of ours. */
export interface KeptInput {
  input: JsonObject
  /** What was stored for it. */
  assets: Asset[]
}

/** The files that inputs bring: judged before anything is stored, and kept so that a task holds no megabytes of base64. */
export interface Inputs {
  /** Judges every URL, and stores nothing. Throws what `keep` throws of them. */
  judge(named: NamedInput, owner: Owner): Promise<void>
  /** Sizes of the pictures and videos that are here or came along. Never throws: what is wrong with a file, `keep` says. */
  sizesOf(named: NamedInput, owner: Owner): Promise<PictureSizes>
  /**
   * Judges every URL, stores what came as base64 and names our own files by reference, also those that the input names as
   * `asset://ID` of the owner's library. What comes with an input that says `asset_retention_hours` is kept as long. Throws `address_refused`,
   * `invalid_input`, `unsupported_media`, `payload_too_large`, `storage_quota_reached`, each naming the field.
   */
  keep(named: NamedInput, owner: Owner): Promise<KeptInput>
  /** Takes back what was stored for a task that did not come to be. Never throws. */
  withdraw(assets: readonly Asset[]): Promise<void>
}

/** An input, and what its caller calls its fields. */
export interface NamedInput {
  operation: Operation
  input: JsonObject
  names?: FieldNames
}

/** Whose quota an input's files count to. */
export type Owner = Pick<Caller, 'tenantId' | 'mode'>

export interface InputsOptions {
  assets: Assets
  egress: Egress
  /** The reference of a file that a URL of ours names; undefined for every other URL. */
  referenceOf: (url: string) => string | undefined
  clock: Clock
  /** How long a file that came with an input is kept. */
  readonly keepMs: number
}

export function openInputs(options: InputsOptions): Inputs {
  const { assets, egress, referenceOf, clock } = options
  /** Uploads of which is known whether they can be shown or played: a file never changes. */
  const faults = new LRUCache<string, { fault: string | undefined }>({ max: KNOWN_FILES })

  /** Sizes of those that were measured. */
  const measures = new LRUCache<string, { size: PictureSize | VideoSize | undefined }>({ max: KNOWN_FILES })

  /** What is wrong with a file of ours. What this gateway has made itself is whole. */
  async function faultOf(asset: Asset): Promise<string | undefined> {
    if (asset.kind !== 'upload') return undefined
    const known = faults.get(asset.id)
    if (known) return known.fault
    const fault = await faultOfMedia(await assets.read(assetReference(asset)), asset.mediaType)
    faults.set(asset.id, { fault })
    return fault
  }

  /** The reference of a file of this gateway, checked; undefined for any other URL, after egress has checked it. */
  async function judged(url: string, field: string, media: NamedFile['media']): Promise<string | undefined> {
    if (url.length > MAX_URL) throw invalidInput(field, `has at most ${MAX_URL} characters as a URL, not ${url.length}`)
    const reference = referenceOf(url)
    if (reference === undefined) {
      await egress.judge(url, field)
      return undefined
    }
    const id = reference.slice(ASSET_SCHEME.length).split('.', 1)[0] ?? ''
    const asset = await assets.find(id)
    if (!asset) throw invalidInput(field, 'names a file of this gateway that is gone')
    await checkUsable(asset, media, field)
    return reference
  }

  async function checkUsable(asset: Asset, media: NamedFile['media'], field: string): Promise<void> {
    mustBe(media, asset.mediaType, field)
    const fault = await faultOf(asset)
    if (fault !== undefined) throw unusable(field, fault)
  }

  /** The reference of a file of the owner's library. To others it does not exist. */
  async function owned({ value, media }: NamedFile, field: string, owner: Owner): Promise<string> {
    const id = value.slice(LIBRARY_SCHEME.length).toLowerCase()
    const asset = UUID.test(id) ? await assets.find(id) : undefined
    if (asset?.kind !== 'upload' || asset.mode === null || !isOwn(owner, { ...asset, mode: asset.mode })) {
      throw invalidInput(field, `names no asset of your library, or one whose time is over: ${value}`)
    }
    await checkUsable(asset, media, field)
    return assetReference(asset)
  }

  /** The reference of a file that is here already; undefined for a URL of another. */
  function found(file: NamedFile, field: string, owner: Owner): Promise<string | undefined> {
    return isOfLibrary(file.value) ? owned(file, field, owner) : judged(file.value, field, file.media)
  }

  async function stored({ value, media }: NamedFile, field: string, owner: Owner, ms: number): Promise<Asset> {
    const body = sentBytes(value)
    try {
      const asset = await assets.upload({ ...owner, body, expiresAt: clock.now() + ms })
      try {
        mustBe(media, asset.mediaType, field)
        const fault = await faultOfMedia(body, asset.mediaType)
        if (fault !== undefined) throw unusable(field, fault)
        return asset
      } catch (error) {
        await assets.deleteStored([asset])
        throw error
      }
    } catch (error) {
      if (!(error instanceof PolyphonyError) || !OF_THE_FILE.has(error.code) || error.details.field) throw error
      throw new PolyphonyError(error.code, `${field}: ${error.message}`, { field, cause: error })
    }
  }

  /** The size of a file that is here or came along; undefined for what is elsewhere, and for what has none. */
  async function sizeOf(file: NamedFile, owner: Owner): Promise<PictureSize | VideoSize | undefined> {
    const { value, media, field } = file
    if (!isNamed(value) && !value.startsWith(ASSET_SCHEME)) return sizeIn(sentBytes(value), media)
    const reference = isOfLibrary(value) ? await owned(file, field, owner) : referenceOf(value)
    if (reference === undefined) return undefined
    const key = `${media} ${reference}`
    const known = measures.get(key)
    if (known) return known.size
    const size = await sizeIn(await assets.read(reference), media)
    measures.set(key, { size })
    return size
  }

  return {
    async sizesOf({ operation, input }, owner) {
      const sizes = new Map<string, PictureSize | VideoSize>()
      for (const file of filesIn(operation.input, input)) {
        if (file.media !== 'image' && file.media !== 'video') continue
        const size = await sizeOf(file, owner).catch((error: unknown) => {
          if (error instanceof PolyphonyError) return undefined
          throw error
        })
        if (size) sizes.set(file.field, size)
      }
      return sizes
    },
    async judge({ operation, input, names = {} }, owner) {
      for (const file of filesIn(operation.input, input)) {
        if (isNamed(file.value)) await found(file, callerField(file.field, names), owner)
      }
    },
    async keep({ operation, input, names = {} }, owner) {
      const named = filesIn(operation.input, input)
      if (named.length === 0) return { input, assets: [] }
      const references = new Map<string, string>()
      const kept: Asset[] = []
      try {
        // URLs first: a file is not stored for an input that is refused for another's address.
        for (const file of named.filter((one) => isNamed(one.value))) {
          const reference = await found(file, callerField(file.field, names), owner)
          if (reference !== undefined) references.set(file.field, reference)
        }
        const ms = retentionIn(operation, input) ?? options.keepMs
        for (const file of named.filter((one) => !isNamed(one.value))) {
          const asset = await stored(file, callerField(file.field, names), owner, ms)
          kept.push(asset)
          references.set(file.field, assetReference(asset))
        }
      } catch (error) {
        if (kept.length > 0) await assets.deleteStored(kept)
        throw error
      }
      if (references.size === 0) return { input, assets: kept }
      const renamed = replaceFiles(operation.input, input, ({ field, value }) => references.get(field) ?? value)
      return { input: renamed, assets: kept }
    },
    withdraw: (kept) => assets.deleteStored(kept),
  }
}

async function sizeIn(bytes: Uint8Array, media: NamedFile['media']): Promise<PictureSize | VideoSize | undefined> {
  return media === 'image' ? pictureSizeOf(bytes) : videoSizeOf(bytes)
}

async function pictureSizeOf(picture: Uint8Array): Promise<PictureSize | undefined> {
  const { widthPx, heightPx } = await measure(picture, 'image/any')
  return widthPx === undefined || heightPx === undefined ? undefined : { widthPx, heightPx }
}

/** Of base64, with or without the head of a data URI. */
function sentBytes(value: string): Buffer {
  return Buffer.from(value.slice(value.startsWith('data:') ? value.indexOf(',') + 1 : 0), 'base64')
}

function mustBe(media: NamedFile['media'], mediaType: string, field: string): void {
  if (media === 'any' || mediaType.startsWith(`${media}/`)) return
  throw fieldError('unsupported_media', field, `must be ${WANTED[media]}, not ${mediaType}`)
}

function unusable(field: string, fault: string): PolyphonyError {
  return fieldError('unsupported_media', field, `names a file that cannot be used: ${fault}`)
}

/** Each kind of file, as a rule calls it. */
const WANTED: Record<Media, string> = {
  image: 'an image',
  video: 'a video',
  audio: 'audio',
  application: 'an archive',
}

/** Faults of the file itself, which are told with the name of its field. */
const OF_THE_FILE: ReadonlySet<string> = new Set(['unsupported_media', 'payload_too_large', 'storage_quota_reached'])

const MAX_URL = 2_048
const KNOWN_FILES = 10_000

const LIBRARY_SCHEME = 'asset://'
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function isOfLibrary(value: string): boolean {
  return value.startsWith(LIBRARY_SCHEME)
}

/** A file that is named, not sent. */
function isNamed(value: string): boolean {
  return isOfLibrary(value) || /^https?:/i.test(value)
}

/** How long the files of an input are kept, where the operation has a field for it. */
function retentionIn({ input: schema }: Operation, { asset_retention_hours: hours }: JsonObject): number | undefined {
  const isKnown = Object.hasOwn(schema.properties, 'asset_retention_hours')
  return isKnown && typeof hours === 'number' ? Math.round(hours * HOUR_MS) : undefined
}
