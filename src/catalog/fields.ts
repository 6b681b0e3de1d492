import { type TSchemaOptions, type TString, Type } from 'typebox'

/** Fields that many families share. Their `x-` members are for this gateway; other readers of a schema ignore them. */

export type Media = 'image' | 'video' | 'audio' | 'application'

const HTTP_URL = 'https?://[^\\s/?#][^\\s]*'
const DATA_URI = 'data:[a-zA-Z0-9.+-]+/[a-zA-Z0-9.+-]+;base64,[A-Za-z0-9+/\\r\\n]+={0,2}'
/**
 * At least forty characters: no file is shorter, and a word that was meant as a URL is not mistaken for base64. Not
 * written as `{40,}`: over megabytes V8 counts that on its stack, and throws.
 */
const BARE_BASE64 = '[A-Za-z0-9+/\\r\\n]{40}[A-Za-z0-9+/\\r\\n]*={0,2}'
/** A file of the tenant's own asset library, which `tasks/inputs.ts` finds. */
const ASSET_URI = 'asset://[A-Za-z0-9._-]{1,100}'
const MAX_URL = 2_048
/** Ten megabytes in base64, with room for the prefix and line ends. */
const MAX_DATA = 14_500_000

/** A file by its http or https URL alone. */
export function mediaUrl(media: Media, description: string, options: TSchemaOptions = {}): TString {
  return Type.String({
    pattern: `^(?:${HTTP_URL}|${ASSET_URI})$`,
    maxLength: MAX_URL,
    description,
    'x-media': media,
    'x-rule': 'must be an http or https URL',
    ...options,
  })
}

/**
 * A file by its URL or as base64, bare or as a data URI. Base64 is stored as a file before the task, so a provider that
 * needs a URL gets one.
 */
export function mediaFile(media: Media, description: string, options: TSchemaOptions = {}): TString {
  return Type.String({
    pattern: `^(?:${HTTP_URL}|${ASSET_URI}|${DATA_URI}|${BARE_BASE64})$`,
    maxLength: MAX_DATA,
    description,
    'x-media': media,
    'x-rule': 'must be an http or https URL, a data URI or base64',
    ...options,
  })
}

/** A file that may be left out. Clients send '' for a field that they do not use. */
export function optionalFile(media: Media, description: string) {
  const pattern = `^(?:${HTTP_URL}|${ASSET_URI}|${DATA_URI}|${BARE_BASE64})?$`
  return Type.Optional(mediaFile(media, description, { pattern }))
}

/** A file that may be left out: any by its URL, and only a picture as base64. */
export function optionalPictureOrUrl(description: string) {
  const pattern = `^(?!data:(?:video|audio)/)(?:${HTTP_URL}|${DATA_URI}|${BARE_BASE64})?$`
  return Type.Optional(mediaFile('image', description, { pattern }))
}

/** Text that must not be empty. */
export function requiredText(maxLength: number, description: string): TString {
  return Type.String({ minLength: 1, maxLength, description })
}

export function optionalText(maxLength: number, description: string) {
  return Type.Optional(Type.String({ maxLength, description }))
}

/** Width and height of about `pixels` in a ratio such as "16:9"; both multiples of 16, which video codecs require. */
export function sizeOf(ratio: string, pixels: number): { widthPx: number; heightPx: number } {
  const [wide = 1, high = 1] = ratio.split(':').map(Number)
  const widthPx = Math.sqrt((pixels * wide) / high)
  return { widthPx: snapped(widthPx), heightPx: snapped((widthPx * high) / wide) }
}

/** Width and height whose shorter side has `shortPx`, as "720p" means it; both even. */
export function sizeByShortSide(ratio: string, shortPx: number): { widthPx: number; heightPx: number } {
  const [wide = 1, high = 1] = ratio.split(':').map(Number)
  const long = 2 * Math.round((shortPx * Math.max(wide, high)) / Math.min(wide, high) / 2)
  return wide >= high ? { widthPx: long, heightPx: shortPx } : { widthPx: shortPx, heightPx: long }
}

function snapped(px: number): number {
  return Math.max(16, 16 * Math.round(px / 16))
}
