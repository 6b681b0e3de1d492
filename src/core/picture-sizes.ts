/** The size of a picture as it is shown. */
export interface PictureSize {
  widthPx: number
  heightPx: number
}

/** The same of a video; what the file does not say is left out. */
export interface VideoSize extends PictureSize {
  frames?: number
  bytes: number
}

/** Sizes of the pictures and videos that an input names, by the paths of their fields: of those that are known before the work begins. */
export type PictureSizes = ReadonlyMap<string, PictureSize | VideoSize>

/** The frames of a video, where it is known and says them. */
export function framesIn(size: PictureSize | VideoSize | undefined): number | undefined {
  return size && 'frames' in size ? size.frames : undefined
}
