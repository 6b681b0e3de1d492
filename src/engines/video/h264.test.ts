import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Canvas, colourOf, GREY } from './canvas.ts'
import { type DecodedFrame, decodeMp4 } from './decode.testing.ts'
import { type H264Encoder, openH264Encoder } from './h264.ts'
import { writeMp4 } from './mp4.ts'

interface Size {
  widthPx: number
  heightPx: number
}

/** Decodes frames of this size, all but the first as differences. */
async function decode(size: Size, encoder: H264Encoder, frames: Uint8Array[]): Promise<DecodedFrame[]> {
  const film = await decodeMp4(
    writeMp4({ seconds: frames.length / 10, title: 'test', video: { ...size, ...encoder, frames } }),
  )
  expect(film.errors).toEqual([])
  return film.frames
}

/** What a decoder has to show: the canvas without the rows and columns that fill its last macroblocks. */
function visible(canvas: Canvas, { widthPx, heightPx }: Size): DecodedFrame {
  const cut = (plane: Uint8Array, stride: number, width: number, height: number): Uint8Array =>
    Uint8Array.from({ length: width * height }, (_, at) => plane[Math.floor(at / width) * stride + (at % width)] ?? 0)
  const half = canvas.codedWidthPx / 2
  return {
    widthPx,
    heightPx,
    luma: cut(canvas.luma, canvas.codedWidthPx, widthPx, heightPx),
    blueDifference: cut(canvas.blueDifference, half, widthPx / 2, heightPx / 2),
    redDifference: cut(canvas.redDifference, half, widthPx / 2, heightPx / 2),
  }
}

const side = fc.integer({ min: 8, max: 75 }).map((half) => 2 * half)
const byte = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 255 }))
const stroke = fc.record({
  place: fc.tuple(fc.nat(1000), fc.nat(1000), fc.nat(1000), fc.nat(1000)),
  colour: fc.record({ luma: byte, blueDifference: byte, redDifference: byte }),
  isNoise: fc.boolean(),
})

/** A rectangle of one colour, or one whose brightness is noise, zeros and other rare bytes among it. */
function paint(
  canvas: Canvas,
  { place: [a, b, c, d], colour, isNoise }: typeof stroke extends fc.Arbitrary<infer T> ? T : never,
) {
  const x = 2 * Math.floor((a * canvas.codedWidthPx) / 2002)
  const y = 2 * Math.floor((b * canvas.codedHeightPx) / 2002)
  const widthPx = Math.min(canvas.codedWidthPx - x, 2 + 2 * Math.floor((c * canvas.codedWidthPx) / 2002))
  const heightPx = Math.min(canvas.codedHeightPx - y, 2 + 2 * Math.floor((d * canvas.codedHeightPx) / 2002))
  canvas.fill({ x, y, widthPx, heightPx }, colour)
  if (!isNoise) return
  const coverage = Uint8Array.from({ length: widthPx * heightPx }, (_, at) =>
    ((at * at * (a + 7)) >> 3) % 5 === 0 ? at : 0,
  )
  canvas.stamp({ widthPx, heightPx, coverage }, { x, y, ink: 255 - colour.luma, paper: colour.luma % 3 })
}

describe('the H.264 encoder', () => {
  it('the H.264 encoder reproduces every pixel of any drawing, in the first frame and in those that change it', async () => {
    await fc.assert(
      fc.asyncProperty(
        side,
        side,
        fc.array(fc.array(stroke, { maxLength: 5 }), { minLength: 1, maxLength: 6 }),
        async (widthPx, heightPx, film) => {
          const size = { widthPx, heightPx }
          const canvas = new Canvas(widthPx, heightPx)
          const encoder = openH264Encoder({ ...size, framesPerSecond: 10 })
          const expected: DecodedFrame[] = []
          const frames = film.map((strokes, index) => {
            canvas.forget()
            for (const one of strokes) paint(canvas, one)
            expected.push(visible(canvas, size))
            return index === 0 ? encoder.keyFrame(canvas) : encoder.nextFrame(canvas, canvas.touched)
          })
          expect(await decode(size, encoder, frames)).toEqual(expected)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('the H.264 encoder needs few bytes for flat areas, whatever their colour', async () => {
    const size = { widthPx: 1280, heightPx: 720 }
    const canvas = new Canvas(size.widthPx, size.heightPx)
    const grey = openH264Encoder({ ...size, framesPerSecond: 10 }).keyFrame(canvas)
    canvas.fill({ x: 640, y: 0, widthPx: 640, heightPx: 720 }, colourOf(250, 176, 40))
    const half = openH264Encoder({ ...size, framesPerSecond: 10 }).keyFrame(canvas)
    expect(grey.length).toBeLessThan(4000)
    expect(half.length - grey.length).toBeLessThan(1000)
  })

  it('the H.264 encoder predicts colours in quarters, each from the edges that it touches', async () => {
    const size = { widthPx: 32, heightPx: 32 }
    const canvas = new Canvas(32, 32)
    const blue = (x: number, y: number, sidePx: number, blueDifference: number): void =>
      canvas.fill({ x, y, widthPx: sidePx, heightPx: sidePx }, { ...GREY, blueDifference })
    blue(16, 0, 16, 200)
    blue(0, 16, 16, 100)
    blue(16, 16, 8, 150)
    blue(24, 16, 8, 200)
    blue(16, 24, 8, 100)
    blue(24, 24, 8, 150)
    const encoder = openH264Encoder({ ...size, framesPerSecond: 10 })
    const frame = encoder.keyFrame(canvas)
    expect(frame.length).toBeLessThan(2 * 384 + 40) // plain pixels for the two neighbours only
    expect(await decode(size, encoder, [frame])).toEqual([visible(canvas, size)])
  })

  it('the H.264 encoder needs a few bytes for a frame in which nothing changed', async () => {
    const size = { widthPx: 1920, heightPx: 1080 }
    const canvas = new Canvas(size.widthPx, size.heightPx)
    const encoder = openH264Encoder({ ...size, framesPerSecond: 10 })
    const frames = [encoder.keyFrame(canvas), encoder.nextFrame(canvas, canvas.touched)]
    expect(frames[1]?.length).toBeLessThan(16)
    const [first, second] = await decode(size, encoder, frames)
    expect(second).toEqual(first)
    expect(new Set(first?.luma)).toEqual(new Set([GREY.luma]))
  })

  it('the H.264 encoder names the lowest level that allows the size', () => {
    const levelOf = (widthPx: number, heightPx: number): number | undefined =>
      openH264Encoder({ widthPx, heightPx, framesPerSecond: 10 }).sequenceParameters[3]
    expect(levelOf(64, 64)).toBe(20)
    expect(levelOf(1280, 720)).toBe(31)
    expect(levelOf(1920, 1080)).toBe(40)
    expect(levelOf(4096, 16)).toBe(40)
    expect(levelOf(4096, 4096)).toBe(60)
  })

  it('a frame of moved pieces is decoded as those pieces of the frame before', { timeout: 60_000 }, async () => {
    const move = fc.tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: -20, max: 20 }))
    await fc.assert(
      fc.asyncProperty(
        fc.record({ widthPx: side, heightPx: side }),
        fc.array(stroke, { minLength: 1, maxLength: 6 }),
        // Some in a row are alike, as a decoder expects them to be.
        fc.array(fc.tuple(fc.integer({ min: 1, max: 12 }), move), { minLength: 1, maxLength: 12 }),
        async (size, strokes, runs) => {
          const hidden = { across: 1, down: 1 }
          const encoder = openH264Encoder({ ...size, framesPerSecond: 10, hidden })
          const canvas = new Canvas(size.widthPx + 16, size.heightPx + 16)
          for (const one of strokes) paint(canvas, one)
          const frames = [encoder.keyFrame(canvas)]
          const moves = runs.flatMap(([count, [x, y]]) => new Array<number[]>(count).fill([2 * x, 2 * y]))
          const expected = [visible(canvas, size)]
          for (const turn of [0, 1]) {
            const vectors = Int16Array.from(
              { length: 2 * canvas.touched.length },
              (_, at) => moves[((at >> 1) + 5 * turn) % moves.length]?.[at % 2] ?? 0,
            )
            frames.push(encoder.movedFrame(vectors))
            moveBlocks(canvas, vectors)
            expected.push(visible(canvas, size))
          }
          expect(await decode(size, encoder, frames)).toEqual(expected)
        },
      ),
      { numRuns: 12 },
    )
  })
})

/** Moves the macroblocks of a picture. Past the edges, the outermost pixels go on. */
function moveBlocks(canvas: Canvas, vectors: Int16Array): void {
  const across = canvas.codedWidthPx / 16
  const planes = [
    [canvas.luma, 16],
    [canvas.blueDifference, 8],
    [canvas.redDifference, 8],
  ] as const
  for (const [plane, size] of planes) {
    const before = plane.slice()
    const [width, height] = [across * size, plane.length / (across * size)]
    const within = (value: number, end: number): number => Math.max(0, Math.min(end - 1, value))
    for (let at = 0; at < plane.length; at++) {
      const [x, y] = [at % width, Math.floor(at / width)]
      const block = Math.floor(y / size) * across + Math.floor(x / size)
      const [dx = 0, dy = 0] = [vectors[2 * block], vectors[2 * block + 1]].map((value) => ((value ?? 0) * size) / 16)
      plane[at] = before[within(y + dy, height) * width + within(x + dx, width)] ?? 0
    }
  }
}
