import { measureMp4 } from './mp4-boxes.ts'
import { secondsOfSound } from './sound-length.ts'

/** The size of a picture or film as it is shown, and the playing time. Values that cannot be measured are left out. */
export interface Measures {
  widthPx?: number
  heightPx?: number
  seconds?: number
}

/** Measures pictures, MP4 films and sounds; other files have no measures. Never throws, whatever the bytes are. */
export async function measure(body: Uint8Array, mediaType: string): Promise<Measures> {
  const [kind] = mediaType.split('/')
  try {
    if (mediaType === 'video/mp4') return measureMp4(body)
    if (kind === 'image') return await measurePicture(body)
    if (kind === 'audio') return measureSound(body, mediaType)
  } catch {
    // An unreadable file has no size; whether it may be stored is not decided here.
  }
  return {}
}

/** The size as it is shown: a photograph may be stored rotated. */
async function measurePicture(body: Uint8Array): Promise<Measures> {
  const { default: sharp } = await import('sharp') // loaded with the first picture, not at the start
  const { autoOrient } = await sharp(body).metadata()
  const { width, height } = autoOrient
  return width > 0 && height > 0 ? { widthPx: width, heightPx: height } : {}
}

function measureSound(body: Uint8Array, mediaType: string): Measures {
  const seconds = secondsOfSound(body, mediaType)
  return seconds === undefined ? {} : { seconds }
}
