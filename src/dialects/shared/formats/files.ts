import type { LanguageModelV4FilePart } from '@ai-sdk/provider'
import { invalidInput } from '../../../core/errors.ts'
import { shown } from '../../kit/fields.ts'

/** The kinds of a file whose type its address does not tell. */
type Kind = 'image' | 'application/pdf'

const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/

/** A file at a URL, which may be a `data:` URL. Throws `invalid_input`. */
export function fileAt(url: string, kind: Kind, field: string): LanguageModelV4FilePart {
  if (url.startsWith('data:')) return fileInDataUrl(url, field)
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
    throw invalidInput(field, `must be an http, https or data URL, not ${shown(url)}`)
  const parsed = new URL(url)
  return { type: 'file', mediaType: typeOfPath(parsed.pathname) ?? kind, data: { type: 'url', url: parsed } }
}

/** A file in base64. Throws `invalid_input`. */
export function fileInBase64(data: string, mediaType: string, field: string): LanguageModelV4FilePart {
  const compact = /\s/.test(data) ? data.replaceAll(/\s/g, '') : data
  if (!BASE64.test(compact)) throw invalidInput(field, 'must be base64')
  return { type: 'file', mediaType: mediaType.toLowerCase(), data: { type: 'data', data: compact } }
}

export function isDataUrl(text: string): boolean {
  return text.startsWith('data:')
}

export function fileInDataUrl(url: string, field: string): LanguageModelV4FilePart {
  const comma = url.indexOf(',')
  const head = url.slice('data:'.length, comma === -1 ? 0 : comma)
  const [mediaType = '', ...parameters] = head.split(';').map((part) => part.trim())
  if (comma === -1 || !/^[\w.+-]+\/[\w.+-]+$/.test(mediaType))
    throw invalidInput(field, 'must be a data URL with a media type, such as data:image/png;base64,…')
  const content = url.slice(comma + 1)
  if (parameters.includes('base64')) return fileInBase64(content, mediaType, field)
  return fileInBase64(Buffer.from(unescaped(content, field)).toString('base64'), mediaType, field)
}

function unescaped(text: string, field: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalidInput(field, 'must be a data URL whose content is base64 or percent-encoded')
  }
}

const TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  pdf: 'application/pdf',
}

function typeOfPath(path: string): string | undefined {
  const ending = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? ''
  return Object.hasOwn(TYPES, ending) ? TYPES[ending] : undefined
}
