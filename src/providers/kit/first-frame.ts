import { PolyphonyError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import type { InputFile, Job } from '../provider.ts'

/** The picture that a video begins or ends with; undefined where the field is empty. */
export async function frameIn(
  job: Job,
  reference: Json | undefined,
  signal: AbortSignal,
): Promise<InputFile | undefined> {
  return typeof reference === 'string' && reference !== '' ? job.file(reference, signal) : undefined
}

/** Whether the picture is higher than wide, as its viewer sees it. Throws `unsupported_media`. */
export async function isPortrait({ bytes }: Pick<InputFile, 'bytes'>): Promise<boolean> {
  const { default: sharp } = await import('sharp')
  const { autoOrient } = await sharp(bytes).metadata().catch(rejectFrame)
  return autoOrient.height > autoOrient.width
}

/** The picture in exactly this size, as PNG: scaled, and cut where its shape is another. Throws `unsupported_media`. */
export async function frameOfSize(
  { bytes }: Pick<InputFile, 'bytes'>,
  { widthPx, heightPx }: { widthPx: number; heightPx: number },
): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp')
  return sharp(bytes).rotate().resize(widthPx, heightPx, { fit: 'cover' }).png().toBuffer().catch(rejectFrame)
}

function rejectFrame(cause: unknown): never {
  throw new PolyphonyError('unsupported_media', 'image_url could not be decoded as an image.', { cause })
}
