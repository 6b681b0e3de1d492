/** Pixels in the layout of H.264: brightness at full size, the two colour differences at half size, in whole macroblocks. */
export interface Planes {
  /** Multiples of 16. */
  codedWidthPx: number
  codedHeightPx: number
  luma: Uint8Array
  blueDifference: Uint8Array
  redDifference: Uint8Array
}

/** Brightness and the two colour differences, ITU-R BT.709 in video range. */
export interface Colour {
  luma: number
  blueDifference: number
  redDifference: number
}

/** Whole pixels; all four even, or the colours would not meet the edges. */
export interface Area {
  x: number
  y: number
  widthPx: number
  heightPx: number
}

/** How much of each pixel is covered, 0 to 255. */
export interface Mask {
  widthPx: number
  heightPx: number
  coverage: Uint8Array
}

export const GREY: Colour = { luma: 128, blueDifference: 128, redDifference: 128 }

/** From red, green and blue, each 0 to 255. */
export function colourOf(red: number, green: number, blue: number): Colour {
  const brightness = 0.2126 * red + 0.7152 * green + 0.0722 * blue
  return {
    luma: Math.round(16 + (219 * brightness) / 255),
    blueDifference: Math.round(128 + (224 * (blue - brightness)) / (1.8556 * 255)),
    redDifference: Math.round(128 + (224 * (red - brightness)) / (1.5748 * 255)),
  }
}

/** A grey picture to draw on, which remembers the macroblocks that were drawn on. */
export class Canvas implements Planes {
  readonly codedWidthPx: number
  readonly codedHeightPx: number
  readonly luma: Uint8Array
  readonly blueDifference: Uint8Array
  readonly redDifference: Uint8Array
  /** One byte a macroblock, row by row: 1 where something was drawn since `forget`. */
  readonly touched: Uint8Array

  constructor(widthPx: number, heightPx: number) {
    this.codedWidthPx = 16 * Math.ceil(widthPx / 16)
    this.codedHeightPx = 16 * Math.ceil(heightPx / 16)
    const pixels = this.codedWidthPx * this.codedHeightPx
    this.luma = new Uint8Array(pixels).fill(GREY.luma)
    this.blueDifference = new Uint8Array(pixels / 4).fill(GREY.blueDifference)
    this.redDifference = new Uint8Array(pixels / 4).fill(GREY.redDifference)
    this.touched = new Uint8Array(pixels / 256)
  }

  fill({ x, y, widthPx, heightPx }: Area, { luma, blueDifference, redDifference }: Colour): void {
    for (let row = y; row < y + heightPx; row++) {
      const start = row * this.codedWidthPx + x
      this.luma.fill(luma, start, start + widthPx)
    }
    for (let row = y / 2; row < (y + heightPx) / 2; row++) {
      const start = (row * this.codedWidthPx + x) / 2
      this.blueDifference.fill(blueDifference, start, start + widthPx / 2)
      this.redDifference.fill(redDifference, start, start + widthPx / 2)
    }
    this.#touch({ x, y, widthPx, heightPx })
  }

  /** Sets the brightness under `mask`, or under the columns of it that `from` and `widthPx` name; colours stay. */
  stamp(
    mask: Mask,
    {
      x,
      y,
      ink,
      paper,
      from = 0,
      widthPx = mask.widthPx,
    }: { x: number; y: number; ink: number; paper: number; from?: number; widthPx?: number },
  ): void {
    for (let row = 0; row < mask.heightPx; row++) {
      for (let column = 0; column < widthPx; column++) {
        const coverage = mask.coverage[row * mask.widthPx + from + column] ?? 0
        this.luma[(y + row) * this.codedWidthPx + x + column] = Math.round(paper + ((ink - paper) * coverage) / 255)
      }
    }
    this.#touch({ x, y, widthPx, heightPx: mask.heightPx })
  }

  forget(): void {
    this.touched.fill(0)
  }

  /** The upper left part as 8-bit red, green, blue. */
  toRgb(widthPx: number, heightPx: number): Uint8Array {
    const rgb = new Uint8Array(3 * widthPx * heightPx)
    const rowBytes = 3 * widthPx
    for (let y = 0; y < heightPx; y++) {
      const row = rgb.subarray(y * rowBytes, (y + 1) * rowBytes)
      // Most rows are like the one above.
      if (y > 0 && this.#isLikeRowAbove(y)) row.set(rgb.subarray((y - 1) * rowBytes, y * rowBytes))
      else this.#rowToRgb(y, row)
    }
    return rgb
  }

  #isLikeRowAbove(y: number): boolean {
    const isRepeated = (plane: Uint8Array, stride: number, row: number): boolean =>
      Buffer.compare(
        plane.subarray((row - 1) * stride, row * stride),
        plane.subarray(row * stride, (row + 1) * stride),
      ) === 0
    const half = this.codedWidthPx / 2
    return (
      isRepeated(this.luma, this.codedWidthPx, y) &&
      (y % 2 === 1 || (isRepeated(this.blueDifference, half, y / 2) && isRepeated(this.redDifference, half, y / 2)))
    )
  }

  #rowToRgb(y: number, target: Uint8Array): void {
    const start = y * this.codedWidthPx
    const colourStart = (y >> 1) * (this.codedWidthPx >> 1)
    for (let at = 0, x = 0; at < target.length; x++) {
      const brightness = 1.16438 * ((this.luma[start + x] ?? 0) - 16)
      const blue = (this.blueDifference[colourStart + (x >> 1)] ?? 0) - 128
      const red = (this.redDifference[colourStart + (x >> 1)] ?? 0) - 128
      target[at++] = inByte(brightness + 1.79274 * red)
      target[at++] = inByte(brightness - 0.21325 * blue - 0.53291 * red)
      target[at++] = inByte(brightness + 2.1124 * blue)
    }
  }

  #touch({ x, y, widthPx, heightPx }: Area): void {
    if (widthPx <= 0 || heightPx <= 0) return
    const across = this.codedWidthPx >> 4
    for (let row = y >> 4; row <= (y + heightPx - 1) >> 4; row++)
      this.touched.fill(1, row * across + (x >> 4), row * across + ((x + widthPx - 1) >> 4) + 1)
  }
}

const inByte = (value: number): number => (value <= 0 ? 0 : value >= 255 ? 255 : (value + 0.5) | 0)
