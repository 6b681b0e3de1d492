import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { type PictureSpec, sandboxPicture } from './sandbox-media.ts'

interface Pixels {
  widthPx: number
  heightPx: number
  channels: number
  at: (x: number, y: number) => number[]
}

async function decode(bytes: Uint8Array): Promise<Pixels> {
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  const at = (x: number, y: number): number[] => [...data.subarray((y * width + x) * channels).subarray(0, channels)]
  return { widthPx: width, heightPx: height, channels, at }
}

const isWhite = ([red = 0, green = 0, blue = 0]: number[]): boolean => Math.min(red, green, blue) > 225
const isDark = ([red = 0, green = 0, blue = 0]: number[]): boolean => Math.max(red, green, blue) < 60

/** White strokes on dark, met on the way along a row. */
function strokesIn({ widthPx, at }: Pixels, y: number): number {
  let strokes = 0
  let wasDark = false
  for (let x = 0; x < widthPx; x++) {
    if (isWhite(at(x, y)) && wasDark) strokes++
    wasDark = isDark(at(x, y)) || (wasDark && !isWhite(at(x, y)))
  }
  return strokes
}

const standard: PictureSpec = { widthPx: 1024, heightPx: 1024, mediaType: 'image/png' }

describe('sandboxPicture', () => {
  for (const format of ['png', 'jpeg', 'webp'] as const) {
    it(`sandboxPicture makes a ${format} of the requested size with the word SANDBOX across it`, async () => {
      for (const [widthPx, heightPx] of [
        [1024, 1024],
        [1000, 563],
        [301, 777],
      ] as const) {
        const bytes = await sandboxPicture({ widthPx, heightPx, mediaType: `image/${format}` })
        expect(await sharp(bytes).metadata()).toMatchObject({ format, width: widthPx, height: heightPx, channels: 3 })
        const picture = await decode(bytes)
        const rows = Array.from({ length: Math.floor(heightPx / 4) }, (_, index) => strokesIn(picture, 4 * index))
        // S, A, N, D, B, O and X have 12 uprights and slants between them.
        expect(Math.max(...rows)).toBeGreaterThanOrEqual(10)
        expect(bytes.length).toBeLessThan(60_000)
      }
    })
  }

  it('sandboxPicture makes the smallest and the largest size', async () => {
    for (const [width, height] of [
      [16, 16],
      [4096, 17],
      [17, 4096],
      [4096, 4096],
    ] as const) {
      const bytes = await sandboxPicture({ widthPx: width, heightPx: height, mediaType: 'image/jpeg' })
      expect(await sharp(bytes).metadata()).toMatchObject({ width, height })
    }
  })

  it('sandboxPicture draws each number in other colours', async () => {
    const corners = await Promise.all(
      [1, 2, 3, 4, 5, 6, 7, 8].map(async (number) =>
        (await decode(await sandboxPicture({ ...standard, number }))).at(4, 4),
      ),
    )
    expect(new Set(corners.map(String)).size).toBe(8)
  })

  it('sandboxPicture shows pictures 1 to 4 in a grid', async () => {
    const grid = await decode(await sandboxPicture({ ...standard, grid: true }))
    const singles = await Promise.all(
      [1, 2, 3, 4].map(async (number) =>
        decode(await sandboxPicture({ ...standard, widthPx: 512, heightPx: 512, number })),
      ),
    )
    for (const [index, single] of singles.entries()) {
      const [left, top] = [512 * (index % 2), 512 * Math.floor(index / 2)]
      for (const [x, y] of [
        [10, 10],
        [500, 10],
        [10, 500],
        [500, 500],
        [256, 256],
      ] as const)
        expect(grid.at(left + x, top + y)).toEqual(single.at(x, y))
    }
  })

  it('sandboxPicture leaves the background transparent on request, but not the word', async () => {
    for (const mediaType of ['image/png', 'image/webp'] as const) {
      const bytes = await sandboxPicture({ ...standard, mediaType, transparent: true })
      const picture = await decode(bytes)
      expect(picture.channels).toBe(4)
      for (const [x, y] of [
        [0, 0],
        [1023, 0],
        [0, 1023],
        [1023, 1023],
      ] as const)
        expect(picture.at(x, y)[3]).toBe(0)
      expect(picture.at(512, 300)[3]).toBe(255)
      const rows = Array.from({ length: 256 }, (_, index) => strokesIn(picture, 4 * index))
      expect(Math.max(...rows)).toBeGreaterThanOrEqual(10)
      expect(bytes.length).toBeLessThan(60_000)
    }
  })

  it('sandboxPicture names itself in the data of the file', async () => {
    for (const mediaType of ['image/png', 'image/jpeg', 'image/webp'] as const) {
      const { exif } = await sharp(await sandboxPicture({ ...standard, mediaType })).metadata()
      expect(exif?.includes('SANDBOX - not a real result')).toBe(true)
    }
  })

  it('sandboxPicture returns one file for equal specs', async () => {
    const [one, other] = await Promise.all([sandboxPicture(standard), sandboxPicture({ ...standard, number: 1 })])
    expect(other).toBe(one)
    expect(await sandboxPicture({ mediaType: 'image/png', heightPx: 1024, widthPx: 1024 })).toBe(one)
  })

  it('sandboxPicture refuses a spec that it does not draw, and names the value', async () => {
    await expect(sandboxPicture({ ...standard, widthPx: 5000 })).rejects.toThrow('not 5000 by 1024')
    await expect(sandboxPicture({ ...standard, number: 0 })).rejects.toThrow('from 1, not 0')
    await expect(sandboxPicture({ ...standard, mediaType: 'image/jpeg', transparent: true })).rejects.toThrow(
      'no transparent',
    )
  })
})
