/** The size of a picture as it is shown. */
export interface PictureSize {
  widthPx: number
  heightPx: number
}

/** Sizes of the pictures that an input names, by the paths of their fields: of those that are known before the work begins. */
export type PictureSizes = ReadonlyMap<string, PictureSize>
