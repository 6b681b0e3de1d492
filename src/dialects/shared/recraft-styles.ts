import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { ASSET_SCHEME, type Asset, assetReference } from '../../core/asset.ts'
import { type Caller, scopeOf } from '../../core/caller.ts'
import type { Draft } from '../../core/draft.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { DialectContext } from '../dialect.ts'

/**
 * Recraft styles that callers make of their own pictures. A style is kept here, with its pictures; a request with that
 * style passes the pictures to the provider as references, which Recraft takes without a style, too.
 */

const KIND = 'recraft-style'
const MAX_LISTED = 1_000

const Style = Type.Object({
  style: Type.String(),
  substyle: Type.Union([Type.String(), Type.Null()]),
  pictures: Type.Array(Type.String({ description: 'An http URL, or a reference to a file of ours.' })),
})
export type Style = Static<typeof Style>

type Context = Pick<DialectContext, 'drafts' | 'assets' | 'urls'>

/**
 * Keeps a style and its pictures: URLs as they are, data URIs as files for as long as the style lives. Throws
 * `unsupported_media`, `payload_too_large`.
 */
export async function createStyle(
  { pictures, ...given }: Style,
  caller: Caller,
  { drafts, assets }: Context,
): Promise<Draft> {
  const draft = await drafts.open(KIND, { ...given, state: 'begun' }, caller)
  const kept: Asset[] = []
  const references: string[] = []
  try {
    for (const [index, picture] of pictures.entries()) {
      if (!picture.startsWith('data:')) {
        references.push(picture)
        continue
      }
      const body = Buffer.from(picture.slice(picture.indexOf(',') + 1), 'base64')
      const asset = await assets.upload({ ...scopeOf(caller), body, expiresAt: draft.expiresAt })
      kept.push(asset)
      if (!asset.mediaType.startsWith('image/')) {
        throw invalidInput(`images.${index}`, `must be a picture, not ${asset.mediaType}`)
      }
      references.push(assetReference(asset))
    }
    return await drafts.change(draft, { ...given, state: 'ready', pictures: references })
  } catch (error) {
    await assets.deleteStored(kept)
    throw error
  }
}

/** Throws `not_found`. */
export async function getStyle(id: string, caller: Caller, { drafts }: Pick<Context, 'drafts'>): Promise<Draft> {
  const draft = await drafts.find(id, KIND, caller)
  if (draft?.body.state === 'ready') return draft
  throw new PolyphonyError('not_found', `There is no style ${id}.`)
}

/** The newest styles of a caller; Recraft has no pages of them. */
export async function listStyles(caller: Caller, { drafts }: Pick<Context, 'drafts'>): Promise<Draft[]> {
  const found = await drafts.list(KIND, caller, { limit: MAX_LISTED })
  return found.filter(({ body }) => body.state === 'ready')
}

/** Its pictures stay until their time is over: tasks may be at work with them. Throws `not_found`. */
export async function deleteStyle(id: string, caller: Caller, context: Pick<Context, 'drafts'>): Promise<void> {
  const draft = await getStyle(id, caller, context)
  await context.drafts.change(draft, { ...draft.body, state: 'deleted' })
}

/** The style of a draft that `getStyle` gave, perhaps stored by an earlier version. */
export function styleIn({ body }: Draft): Style {
  return Value.Parse(Style, body)
}

/** Fields with the style's own in place of its id. Throws `invalid_input` for an unknown style. */
export async function withStyle(fields: JsonObject, caller: Caller, context: Context): Promise<JsonObject> {
  const { style_id: id, ...others } = fields
  if (id === undefined || id === null || id === '') return fields
  if (typeof id !== 'string') throw invalidInput('style_id', 'must be a string')
  if (typeof others.style === 'string' && others.style !== '') {
    throw invalidInput('style_id', 'cannot be set together with style')
  }
  const draft = await context.drafts.find(id, KIND, caller)
  if (draft?.body.state !== 'ready') throw invalidInput('style_id', `is not a known style: ${id}`)
  const { style, substyle, pictures } = styleIn(draft)
  const urls = pictures.map((one) => (one.startsWith(ASSET_SCHEME) ? context.urls.file(one) : one))
  const own = Array.isArray(others.style_reference_urls) ? others.style_reference_urls : []
  return { ...(substyle === null ? {} : { substyle }), ...others, style, style_reference_urls: [...urls, ...own] }
}
