import { measureMp4 } from './mp4-boxes.ts'
import { secondsOfSound } from './sound-length.ts'

/** What a file is found to measure: pictures as they are shown, and lengths of time. What cannot be measured is left out. */
export interface Measures {
  widthPx?: number
  heightPx?: number
  seconds?: number
}

/** Measures pictures, MP4 films and sounds; of other files nothing is known. Never throws, whatever the bytes are. */
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

/** As large as it is shown: a photograph may be stored lying on its side. */
async function measurePicture(body: Uint8Array): Promise<Measures> {
  const { default: sharp } = await import('sharp') // with the first picture, not with the start
  const { autoOrient } = await sharp(body).metadata()
  const { width, height } = autoOrient
  return width > 0 && height > 0 ? { widthPx: width, heightPx: height } : {}
}

function measureSound(body: Uint8Array, mediaType: string): Measures {
  const seconds = secondsOfSound(body, mediaType)
  return seconds === undefined ? {} : { seconds }
}
