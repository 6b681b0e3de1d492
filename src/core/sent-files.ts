import { fromBase64, standardBase64 } from './base64.ts'

/**
 * How clients write a file in a field: by a URL, as a data URI, or as bare base64. Libraries and people spell each in several
 * ways (parameters and upper case, RFC 2397; the alphabet for URLs, RFC 4648; line ends of MIME). The catalogue and the
 * protocols read them by these same functions.
 */

/** No media type and its parameters are longer: a name of a file may be among them. */
const MAX_HEAD = 1_024
const MEDIA_TYPE = /^[a-z0-9.+-]+\/[a-z0-9.+-]+$/
const ANY_TYPE = 'application/octet-stream'
/** Shorter texts are no file, but a word that was meant as a URL. */
const MIN_BARE = 40

export interface DataUri {
  /** In lower case, without parameters; `application/octet-stream` where the URI has none. */
  mediaType: string
  /** As it was sent, with percent-encoded characters decoded: perhaps no base64 at all. */
  content: string
}

/** The parts of a data URI in base64; undefined for every other text. */
export function dataUriIn(text: string): DataUri | undefined {
  const start = /^\s*data:/i.exec(text.slice(0, MAX_HEAD))?.[0].length
  if (start === undefined) return undefined
  const head = text.slice(0, MAX_HEAD)
  // The value of a parameter may hold a comma, too.
  for (let comma = head.indexOf(','); comma !== -1; comma = head.indexOf(',', comma + 1)) {
    const parts = head.slice(start, comma).split(';')
    const [type = '', ...parameters] = parts.map((part) => part.trim().toLowerCase())
    if (!parameters.includes('base64')) continue
    const mediaType = type === '' ? ANY_TYPE : type
    return MEDIA_TYPE.test(mediaType) ? { mediaType, content: unescaped(text.slice(comma + 1)) } : undefined
  }
  return undefined
}

/**
 * A file as it is meant: a URL with its scheme and host in lower case and its spaces encoded, a data URI without parameters,
 * base64 in the standard alphabet. A text that is none of these stays, without the white space around it.
 */
export function sentFile(text: string): string {
  const whole = text.trim()
  const uri = dataUriIn(whole)
  if (uri) return `data:${uri.mediaType};base64,${standardBase64(uri.content)}`
  const [scheme] = /^(?:https?|asset):\/\//i.exec(whole) ?? []
  if (scheme !== undefined) {
    const host = whole.slice(scheme.length)
    const path = host.search(/[/?#\s]/)
    const at = scheme.length + (path === -1 ? host.length : path)
    return whole.slice(0, at).toLowerCase() + withoutSpaces(whole.slice(at))
  }
  return whole.length < MIN_BARE ? whole : standardBase64(whole)
}

/** The bytes of a data URI or of bare base64; undefined for every other text. */
export function bytesOfFile(text: string): Buffer | undefined {
  return fromBase64(dataUriIn(text)?.content ?? text)
}

/** A line end is not part of an address, as the URL standard has it; another space is. */
function withoutSpaces(path: string): string {
  return path.replaceAll(/[\t\r\n]/g, '').replaceAll(/\s/g, encodeURIComponent)
}

/** Content whose "+", "/" or "=" are percent-encoded, as in every other URL. */
function unescaped(content: string): string {
  if (!content.includes('%')) return content
  try {
    return decodeURIComponent(content)
  } catch {
    return content
  }
}
