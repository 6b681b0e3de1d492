import { measureMp4 } from './mp4-boxes.ts'

/** What a file is found to measure: pictures as they are shown, and lengths of time. What cannot be told is left out. */
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
    if (kind === 'audio') return await measureSound(body, mediaType)
  } catch {
    // A file that nobody can read has no size that anybody could tell; whether it may be stored is not decided here.
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

async function measureSound(body: Uint8Array, mediaType: string): Promise<Measures> {
  const { parseBuffer } = await import('music-metadata') // likewise
  // Without `duration`, an MP3 of varying bit rate that lacks a header about it is guessed from its first frames.
  const { format } = await parseBuffer(body, { mimeType: mediaType }, { duration: true, skipCovers: true })
  const { duration } = format
  return duration !== undefined && Number.isFinite(duration) && duration > 0 ? { seconds: duration } : {}
}
