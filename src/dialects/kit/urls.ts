import { ASSET_SCHEME } from '../../core/asset.ts'
import type { Json } from '../../core/json.ts'

/** Makes what callers see of what is stored: a stored output names files by `asset:ID.EXT`, and knows no host. */
export interface Urls {
  readonly publicUrl: string
  /** The URL of a stored file; '' for '', and anything that is no reference stays as it is. */
  file(reference: string): string
  /** The URL at which the sound of an item is heard while it is made; '' while there is none. */
  live(itemId: string): string
  /** The reference of a stored file that a URL of ours names; undefined for every other URL. */
  reference(url: string): string | undefined
  /** The URL of every reference in a value. */
  expand(value: Json): Json
}

/**
 * `publicUrl` is read at every use: with port 0 it is known only once the server listens. `liveName` gives the names of sounds that
 * are being made.
 */
export function urlsAt(
  publicUrl: () => string,
  liveName: (itemId: string) => string | undefined = () => undefined,
): Urls {
  const file = (reference: string): string =>
    reference.startsWith(ASSET_SCHEME) ? `${publicUrl()}/files/${reference.slice(ASSET_SCHEME.length)}` : reference
  const expand = (value: Json): Json => {
    if (typeof value === 'string') return file(value)
    if (Array.isArray(value)) return value.map(expand)
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, expand(inner)]))
  }
  return {
    get publicUrl() {
      return publicUrl()
    },
    file,
    live(itemId) {
      const name = liveName(itemId)
      return name === undefined ? '' : `${publicUrl()}/files/live/${name}`
    },
    reference(url) {
      const own = `${publicUrl()}/files/`
      return url.startsWith(own) ? `${ASSET_SCHEME}${url.slice(own.length).split('?', 1)[0]}` : undefined
    },
    expand,
  }
}
