import { hasPictures } from './mp4-boxes.ts'
import { secondsOfSound } from './sound-length.ts'

/**
 * What is wrong with a file that begins like one of its type: a picture that cannot be decoded, a film without pictures, a
 * sound without samples. Undefined if it is whole, or of a type that is not looked into. Never throws, whatever the bytes.
 */
export async function faultOfMedia(body: Uint8Array, mediaType: string): Promise<string | undefined> {
  if (DECODED.has(mediaType)) return faultOfPicture(body, mediaType)
  if (mediaType === 'video/mp4') {
    return hasPictures(body) ? undefined : 'it begins like video/mp4, but has no pictures that could be shown'
  }
  if (MEASURED.has(mediaType) && !isSound(body, mediaType)) {
    return `it begins like ${mediaType}, but has no sound that could be played`
  }
  return undefined
}

const DECODED: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/webp'])
/** Other types of sound need not state their length, or may hold codecs that are not read here. */
const MEASURED: ReadonlySet<string> = new Set(['audio/mpeg', 'audio/wav'])
/** Every line is decoded, and so few pixels are kept. */
const KEPT_PX = 8

async function faultOfPicture(body: Uint8Array, mediaType: string): Promise<string | undefined> {
  const { default: sharp } = await import('sharp') // loaded with the first picture, not at the start
  try {
    // A size that is only too large to be decoded here is no fault.
    const { width, height } = await sharp(body, { limitInputPixels: false }).metadata()
    if (width * height > MOST_PIXELS) return undefined
    // Masks that clients write by hand have wrong checksums and are whole all the same: only what is missing is a fault.
    await sharp(body, { failOn: 'truncated', sequentialRead: true })
      .resize(KEPT_PX, KEPT_PX, { fit: 'fill', kernel: 'nearest' })
      .raw()
      .toBuffer()
    return undefined
  } catch {
    // What libvips says names its own functions; a caller needs to know only that the picture is broken.
    return `it begins like ${mediaType}, but cannot be decoded: it is damaged or cut off`
  }
}

/** As sharp limits the pictures that it decodes. */
const MOST_PIXELS = 0x3fff * 0x3fff

function isSound(body: Uint8Array, mediaType: string): boolean {
  try {
    return secondsOfSound(body, mediaType) !== undefined
  } catch {
    return false // cut off in its header
  }
}
