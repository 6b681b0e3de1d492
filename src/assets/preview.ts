/** Larger pictures are made smaller, so that a model that looks at one reads some hundred kilobytes, not megabytes. */
const SIDE_PX = 768
/** A file of some bytes can claim any size; this many pixels are some 200 MB decoded. */
const MAX_PIXELS = 50_000_000

/** A picture as a JPEG of at most 768 pixels a side. Throws for bytes that are no picture, or one of more than 50 megapixels. */
export async function previewOf(body: Uint8Array): Promise<{ body: Uint8Array; mediaType: 'image/jpeg' }> {
  const { default: sharp } = await import('sharp') // loaded with the first picture, not at the start
  const preview = await sharp(body, { limitInputPixels: MAX_PIXELS })
    .autoOrient()
    .resize({ width: SIDE_PX, height: SIDE_PX, fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' })
    .jpeg({ quality: 82 })
    .toBuffer()
  return { body: preview, mediaType: 'image/jpeg' }
}
