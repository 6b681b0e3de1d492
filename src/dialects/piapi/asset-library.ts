import type { FastifyInstance } from 'fastify'
import { ASSET_SCHEME, type Asset, assetReference } from '../../core/asset.ts'
import { scopeOf } from '../../core/caller.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/clock.ts'
import type { Draft } from '../../core/draft.ts'
import { fieldError, invalidInput, PolyphonyError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { bytesOfFile, dataUriIn, sentFile } from '../../core/sent-files.ts'
import type { DialectContext } from '../dialect.ts'
import { nextCursor, pageAfter } from '../kit/cursors.ts'
import { describedBy } from '../kit/described.ts'
import { isText, objectIn, optionalNumber, optionalText, shown, wholeNumberIn } from '../kit/fields.ts'
import type { Descriptions } from './openapi.ts'
import type { Query } from './query.ts'

const described = describedBy<Descriptions>()

/** What the library keeps about a file: the file is an upload, and its name and kind are in a draft. */
const DRAFT = 'piapi.asset'
/** By the words of PiAPI, which clients write with a capital. */
const TYPES: Record<string, string> = { image: 'Image', video: 'Video', audio: 'Audio' }
const MAX_NAME = 128
const MAX_URL = 2_048
const PAGE = 100
const MAX_PAGE = 1_000
const DOWNLOAD_MS = MINUTE_MS
/** Files that are fetched at the same time; each is in memory as a whole. */
const MOST_DOWNLOADS = 16

/**
 * PiAPI's Private Asset Library: files that a tenant keeps to name them in inputs as `asset://ID`. Its two routes and the
 * members that clients read (`asset_id`, `items[]` or `assets[]` with `status`) are those of clients of 2026; the rest is
 * inferred. There is no review here, so a file is active at once.
 */
export function assetLibraryRoutes(app: FastifyInstance, context: DialectContext): void {
  const { assets, drafts, clock, urls, limits } = context
  let downloads = 0

  async function fileAt(url: string): Promise<Uint8Array> {
    if (downloads >= MOST_DOWNLOADS) {
      throw new PolyphonyError('overloaded', 'Too many files are being fetched; send it again.', {
        retryAfterSeconds: 5,
      })
    }
    downloads++
    try {
      return await context.download(url, { maxBytes: limits.uploadMaxBytes, signal: AbortSignal.timeout(DOWNLOAD_MS) })
    } finally {
      downloads--
    }
  }

  /** Outputs may be larger than uploads: the size is looked at before the file is read. */
  async function fileOfOurs(reference: string): Promise<Uint8Array> {
    const asset = await assets.find(idIn(reference))
    if (!asset) throw invalidInput('url', 'names a file of this gateway that is gone')
    if (asset.sizeBytes <= limits.uploadMaxBytes) return assets.read(reference)
    const rule = `leads to a file of ${asset.sizeBytes} bytes; at most ${limits.uploadMaxBytes} are kept`
    throw fieldError('payload_too_large', 'url', rule)
  }

  async function bodyOf(sent: string): Promise<Uint8Array> {
    const url = sentFile(sent)
    if (dataUriIn(url)) {
      const bytes = bytesOfFile(url)
      if (bytes) return bytes
      throw invalidInput('url', 'must be an http or https URL, or a data URI')
    }
    if (url.length > MAX_URL || !/^https?:\/\/\S+$/i.test(url)) {
      throw invalidInput('url', `must be an http or https URL of at most ${MAX_URL} characters`)
    }
    const reference = urls.reference(url)
    return reference === undefined ? fileAt(url) : fileOfOurs(reference)
  }

  app.post('/api/v1/asset/upload', described('uploadAsset'), async ({ body, caller }) => {
    const upload = uploadIn(objectIn(body))
    const bytes = await bodyOf(upload.url).catch(named)
    const keepMs = Math.min(drafts.days * DAY_MS, upload.keepMs)
    const expiresAt = clock.now() + Math.round(keepMs)
    const asset = await assets.upload({ ...scopeOf(caller), body: bytes, expiresAt }).catch(named)
    try {
      checkKind(asset, upload.media)
      await drafts.open(DRAFT, { name: upload.name, file: assetReference(asset) }, caller)
    } catch (error) {
      await assets.deleteStored([asset])
      throw error
    }
    const item = itemOf(asset, upload.name)
    return { code: 200, message: 'success', ...item, data: item }
  })

  app.get<{ Querystring: Query }>('/api/v1/asset/list', described('listAssets'), async ({ query, caller }) => {
    const limit = wholeNumberIn(query, 'limit', { minimum: 1, maximum: MAX_PAGE, fallback: PAGE })
    const page = { limit: limit + 1, ...pageAfter('assets', caller, query) }
    const found = await drafts.list(DRAFT, caller, page)
    const shownDrafts = found.slice(0, limit)
    const items = (await Promise.all(shownDrafts.map(itemIn))).flat()
    const next_cursor = nextCursor('assets', caller, found.length > limit ? shownDrafts.at(-1)?.id : null)
    const list = { items, assets: items, total: items.length, next_cursor }
    return { code: 200, message: 'success', ...list, data: list }
  })

  /** Nothing for a file whose time is over. */
  async function itemIn({ body }: Draft): Promise<JsonObject[]> {
    const { file, name } = body
    if (!isText(file)) return []
    const asset = await assets.find(idIn(file))
    return asset ? [itemOf(asset, isText(name) ? name : '')] : []
  }

  function itemOf(asset: Asset, name: string): JsonObject {
    return {
      asset_id: asset.id,
      name,
      asset_type: typeOf(asset) ?? '',
      status: 'Active',
      url: urls.file(assetReference(asset)),
      size: asset.sizeBytes,
      created_at: new Date(asset.createdAt).toISOString(),
      expires_at: new Date(asset.expiresAt).toISOString(),
    }
  }
}

/** The id in a reference to a file. */
function idIn(reference: string): string {
  return reference.slice(ASSET_SCHEME.length).split('.', 1)[0] ?? ''
}

interface Upload {
  url: string
  name: string
  /** The kind of file, as media types begin; undefined leaves it to the file. */
  media: string | undefined
  keepMs: number
}

/** Throws `invalid_input`. */
function uploadIn({ url, asset_type, name, asset_retention_hours }: JsonObject): Upload {
  const sent = optionalText(url, 'url')
  if (sent === undefined) throw invalidInput('url', 'is required')
  const media = mediaOf(optionalText(asset_type, 'asset_type'))
  const title = optionalText(name, 'name') ?? nameIn(sent)
  if (title.length > MAX_NAME) throw invalidInput('name', `has at most ${MAX_NAME} characters`)
  const hours = optionalNumber(asset_retention_hours, 'asset_retention_hours') ?? Number.POSITIVE_INFINITY
  if (hours <= 0) throw invalidInput('asset_retention_hours', `must be more than 0, not ${hours}`)
  return { url: sent, name: title, media, keepMs: hours * HOUR_MS }
}

/** Throws `unsupported_media`. */
function checkKind(asset: Asset, media: string | undefined): void {
  if (typeOf(asset) && (media === undefined || asset.mediaType.startsWith(`${media}/`))) return
  throw fieldError('unsupported_media', 'url', `must lead to ${wanted(media)}, not ${asset.mediaType}`)
}

function typeOf({ mediaType }: Asset): string | undefined {
  return TYPES[mediaType.split('/', 1)[0] ?? '']
}

/** The kind of file that is sent, as media types begin; undefined leaves it to the file. */
function mediaOf(type: string | undefined): string | undefined {
  if (type === undefined) return undefined
  const media = type.toLowerCase()
  if (Object.hasOwn(TYPES, media)) return media
  throw invalidInput('asset_type', `must be one of ${Object.values(TYPES).join(', ')}, not ${shown(type)}`)
}

function wanted(media: string | undefined): string {
  return media === undefined
    ? 'an image, a video or audio'
    : media === 'audio'
      ? 'audio'
      : `${media === 'image' ? 'an' : 'a'} ${media}`
}

/** The last part of the path, which is what the file is called where it lies. */
function nameIn(url: string): string {
  const path = dataUriIn(url) ? '' : (URL.parse(url)?.pathname ?? '')
  return path.slice(path.lastIndexOf('/') + 1).slice(-MAX_NAME)
}

/** Faults of the address and of what lies there are faults of this field; nothing of it was stored. */
const OF_THE_FILE: ReadonlySet<string> = new Set([
  'unsupported_media',
  'payload_too_large',
  'address_refused',
  'storage_quota_reached',
])

function named(error: unknown): never {
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    throw invalidInput('url', `gave no file within ${DOWNLOAD_MS / 1_000} seconds`)
  }
  if (!(error instanceof PolyphonyError) || error.details.field) throw error
  // The client's own address, not a vendor: it is the client who can mend it.
  if (error.code === 'vendor_unreachable')
    throw invalidInput('url', `gave no file: ${error.message.replace(/\.$/, '')}`)
  if (!OF_THE_FILE.has(error.code)) throw error
  throw new PolyphonyError(error.code, `url: ${error.message}`, { field: 'url', cause: error })
}
