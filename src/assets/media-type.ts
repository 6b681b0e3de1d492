import type { Asset } from '../core/asset.ts'
import { PolyphonyError } from '../core/errors.ts'

export interface KnownMedia {
  mediaType: string
  extension: string
}

/**
 * The types that may be stored, and so be served: none that a browser runs. `minBytes` is below the smallest real file of
 * its type; it distinguishes a bare signature from a file.
 */
const MEDIA = {
  'audio/mpeg': { extension: 'mp3', minBytes: 24 },
  'audio/wav': { extension: 'wav', minBytes: 44 },
  'audio/flac': { extension: 'flac', minBytes: 42 },
  'audio/ogg': { extension: 'ogg', minBytes: 58 },
  'image/jpeg': { extension: 'jpg', minBytes: 100 },
  'image/png': { extension: 'png', minBytes: 57 },
  'image/webp': { extension: 'webp', minBytes: 26 },
  'video/mp4': { extension: 'mp4', minBytes: 16 },
  'model/gltf-binary': { extension: 'glb', minBytes: 20 },
  'application/zip': { extension: 'zip', minBytes: 100 }, // with one entry, of a name of one letter
} as const satisfies Record<string, { extension: string; minBytes: number }>

/**
 * For outputs only: text has no signature, so its source must be known. A drawing may contain scripts; it is served under
 * a policy that lets a browser run none.
 */
const TEXT = { 'text/plain': 'txt', 'application/json': 'json', 'image/svg+xml': 'svg' } as const
type TextType = keyof typeof TEXT

/** Notes, which have no sound that could be measured or cut: for outputs only, too. */
const NOTES = 'audio/midi'
const MIDI_MIN_BYTES = 22 // with the header of one track

const ALIASES: Readonly<Record<string, string>> = {
  'audio/mp3': 'audio/mpeg',
  'audio/x-mp3': 'audio/mpeg',
  'audio/x-mpeg': 'audio/mpeg',
  'audio/x-flac': 'audio/flac',
  'audio/wave': 'audio/wav',
  'audio/x-wav': 'audio/wav',
  'audio/x-pn-wav': 'audio/wav',
  'audio/vnd.wave': 'audio/wav',
  'image/jpg': 'image/jpeg',
  'image/pjpeg': 'image/jpeg',
  'video/x-m4v': 'video/mp4', // the same container under Apple's brand
}

/**
 * Determines the type of a file by its bytes. Throws `unsupported_media` when it is empty, of no type that may be stored,
 * or not of the type `declared`. "application/octet-stream" declares nothing.
 */
export async function identify(
  body: Uint8Array,
  declared: string | undefined,
  kind: Asset['kind'],
): Promise<KnownMedia> {
  if (body.byteLength === 0) throw unsupported('The file is empty')
  const stated = declared === undefined ? undefined : normalise(declared)
  if (kind === 'output' && stated !== undefined && isTextType(stated)) {
    checkText(body, stated)
    return { mediaType: stated, extension: TEXT[stated] }
  }
  const { fileTypeFromBuffer } = await import('file-type') // loaded with the first file, not at the start
  const sniffed = (await fileTypeFromBuffer(body))?.mime
  const found = sniffed === undefined ? undefined : normalise(sniffed)
  if (found === undefined) throw unsupported(`The file${declaredAs(stated)} is of no known type`)
  if (kind === 'output' && found === NOTES && stated === NOTES && body.byteLength >= MIDI_MIN_BYTES)
    return { mediaType: NOTES, extension: 'mid' }
  if (!isKnown(found)) throw unsupported(`The file is ${found}`)
  if (stated !== undefined && stated !== 'application/octet-stream' && stated !== found) {
    throw unsupported(`The file is declared as ${stated}, but it is ${found}`)
  }
  const { extension, minBytes } = MEDIA[found]
  if (body.byteLength < minBytes)
    throw unsupported(`The file begins like ${found} and ends after ${body.byteLength} bytes`)
  return { mediaType: found, extension }
}

function isTextType(mediaType: string): mediaType is TextType {
  return Object.hasOwn(TEXT, mediaType)
}

function checkText(body: Uint8Array, mediaType: TextType): void {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body)
    if (text.includes('\0')) throw new TypeError('It holds a NUL character.')
    if (mediaType === 'application/json') checkJson(text)
    if (mediaType === 'image/svg+xml' && !/<svg[\s>]/.test(text)) throw new TypeError('It draws nothing.')
  } catch (error) {
    throw unsupported(`The file is declared as ${mediaType}, but it is not`, error)
  }
}

/** Parsing larger texts would block requests for seconds, and a header keeps browsers from reading them as anything else. */
const PARSED_JSON_LENGTH = 2 ** 20

function checkJson(text: string): void {
  if (text.length <= PARSED_JSON_LENGTH) {
    JSON.parse(text)
  } else if (!/^\s?["{[]/.test(text) || !/["}\]]\s?$/.test(text.slice(-2))) {
    throw new TypeError('It does not begin or end as JSON does.')
  }
}

function normalise(mediaType: string): string {
  const bare = (mediaType.split(';')[0] ?? '').trim().toLowerCase()
  return ALIASES[bare] ?? bare
}

function isKnown(mediaType: string): mediaType is keyof typeof MEDIA {
  return Object.hasOwn(MEDIA, mediaType)
}

function declaredAs(mediaType: string | undefined): string {
  return mediaType === undefined ? '' : `, declared as ${mediaType},`
}

function unsupported(what: string, cause?: unknown): PolyphonyError {
  const taken = Object.values(MEDIA).map(({ extension }) => extension)
  return new PolyphonyError('unsupported_media', `${what}. Accepted types: ${taken.join(', ')}.`, { cause })
}
