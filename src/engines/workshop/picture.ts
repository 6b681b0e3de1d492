import sharp from 'sharp'
import { faultOfSize, MAX_PIXELS } from './limits.ts'
import { Refused } from './refused.ts'

export { Refused } from './refused.ts'

/** A picture in memory: three bytes a pixel, red, green, blue. */
export interface Picture {
  data: Uint8Array
  widthPx: number
  heightPx: number
  /** How opaque each pixel is, where the picture says so. */
  alpha?: Uint8Array
}

export type PictureFormat = 'png' | 'webp'

/** Opens a picture upright, in sRGB. Throws `Refused` for one that cannot be read; `name` is the field that holds it. */
export async function readPicture(bytes: Uint8Array, name: string): Promise<Picture> {
  const size = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch(() => undefined) // what is wrong with it, the next step says
  const fault = size && faultOfSize({ widthPx: size.width, heightPx: size.height })
  if (fault !== undefined) throw new Refused(`The picture in ${name} ${fault}.`)
  const { data, info } = await sharp(bytes, { limitInputPixels: MAX_PIXELS })
    .autoOrient()
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error)
      throw new Refused(`The picture in ${name} cannot be read: ${why}.`)
    })
  return withoutAlpha(data, info.width, info.height)
}

function withoutAlpha(rgba: Uint8Array, widthPx: number, heightPx: number): Picture {
  const pixels = widthPx * heightPx
  const data = new Uint8Array(3 * pixels)
  const alpha = new Uint8Array(pixels)
  let isOpaque = true
  for (let pixel = 0, from = 0, to = 0; pixel < pixels; pixel++) {
    data[to++] = rgba[from++] as number
    data[to++] = rgba[from++] as number
    data[to++] = rgba[from++] as number
    const opacity = rgba[from++] as number
    alpha[pixel] = opacity
    if (opacity !== 255) isOpaque = false
  }
  return isOpaque ? { data, widthPx, heightPx } : { data, widthPx, heightPx, alpha }
}

/** The bytes of a file. WebP is without loss as PNG is, so that nothing is lost that was just won. */
export async function writePicture(picture: Picture, format: PictureFormat): Promise<Uint8Array> {
  const { widthPx: width, heightPx: height } = picture
  const channels = picture.alpha ? 4 : 3
  const raw = sharp(picture.alpha ? withAlpha(picture, picture.alpha) : picture.data, {
    raw: { width, height, channels },
  })
  const encoded = format === 'png' ? raw.png({ compressionLevel: 6 }) : raw.webp({ lossless: true, effort: 1 })
  return new Uint8Array(await encoded.toBuffer())
}

export function withAlpha({ data }: Picture, alpha: Uint8Array): Uint8Array {
  const rgba = new Uint8Array(4 * alpha.length)
  for (let pixel = 0, from = 0, to = 0; pixel < alpha.length; pixel++) {
    rgba[to++] = data[from++] as number
    rgba[to++] = data[from++] as number
    rgba[to++] = data[from++] as number
    rgba[to++] = alpha[pixel] as number
  }
  return rgba
}

/** Bytes of one channel, or of three, at another size. */
export async function resized(
  { data, widthPx, heightPx }: Picture,
  size: { widthPx: number; heightPx: number },
  { channels, kernel = 'lanczos3' }: { channels: 1 | 3; kernel?: 'lanczos3' | 'cubic' },
): Promise<Uint8Array> {
  const raw = sharp(data, { raw: { width: widthPx, height: heightPx, channels } })
  const sized = raw.resize(size.widthPx, size.heightPx, { fit: 'fill', kernel })
  const one = channels === 1 ? sized.extractChannel(0) : sized.removeAlpha()
  return new Uint8Array(await one.raw().toBuffer())
}
