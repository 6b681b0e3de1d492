import type { LanguageModelV4FilePart } from '@ai-sdk/provider'
import { fromBase64, standardBase64 } from '../../../core/base64.ts'
import { invalidInput } from '../../../core/errors.ts'
import { dataUriIn } from '../../../core/sent-files.ts'
import { shown } from '../../kit/fields.ts'

/** The kinds of a file whose type its address does not tell. */
type Kind = 'image' | 'application/pdf'

/** A file at a URL, which may be a `data:` URL. Throws `invalid_input`. */
export function fileAt(url: string, kind: Kind, field: string): LanguageModelV4FilePart {
  if (isDataUrl(url)) return fileInDataUrl(url, field)
  if (!/^\s*https?:\/\//i.test(url) || !URL.canParse(url))
    throw invalidInput(field, `must be an http, https or data URL, not ${shown(url)}`)
  const parsed = new URL(url)
  return { type: 'file', mediaType: typeOfPath(parsed.pathname) ?? kind, data: { type: 'url', url: parsed } }
}

/** A file in base64. Throws `invalid_input`. */
export function fileInBase64(data: string, mediaType: string, field: string): LanguageModelV4FilePart {
  // Vendors read one alphabet, with its padding.
  const standard = standardBase64(data)
  if (fromBase64(standard) === undefined) throw invalidInput(field, 'must be base64')
  return { type: 'file', mediaType: mediaType.toLowerCase(), data: { type: 'data', data: standard } }
}

export function isDataUrl(text: string): boolean {
  return /^\s*data:/i.test(text)
}

export function fileInDataUrl(text: string, field: string): LanguageModelV4FilePart {
  const url = text.trim()
  const inBase64 = dataUriIn(url)
  if (inBase64 && !/^data:[;,]/i.test(url)) return fileInBase64(inBase64.content, inBase64.mediaType, field)
  const comma = url.indexOf(',')
  const head = url.slice('data:'.length, comma === -1 ? 0 : comma)
  const [mediaType = ''] = head.split(';').map((part) => part.trim())
  if (comma === -1 || !/^[\w.+-]+\/[\w.+-]+$/.test(mediaType))
    throw invalidInput(field, 'must be a data URL with a media type, such as data:image/png;base64,…')
  const content = url.slice(comma + 1)
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
