import { type Picture, resized } from './picture.ts'

/** A picture, half as large, a quarter and so on, each made when it is first needed: together a third more than the picture. */
export interface Sizes {
  /** The one that is nearest to the picture made so many times smaller; at least the picture itself. */
  smaller(times: number): Promise<Picture>
}

export function sizesOf(picture: Picture): Sizes {
  const sizes = [picture]
  return {
    async smaller(times) {
      const halvings = Math.max(0, Math.round(Math.log2(times)))
      let last = picture
      for (let at = 0; at <= halvings; at++) {
        last = sizes[at] ?? (await halved(last))
        sizes[at] = last
      }
      return last
    },
  }
}

async function halved(picture: Picture): Promise<Picture> {
  const half = (px: number): number => Math.max(1, Math.round(px / 2))
  const size = { widthPx: half(picture.widthPx), heightPx: half(picture.heightPx) }
  return { ...size, data: await resized(picture, size, { channels: 3 }) }
}
