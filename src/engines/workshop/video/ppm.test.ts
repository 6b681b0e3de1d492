import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { type Frame, framesOf } from './ppm.ts'

const MOST = { widthPx: 8, heightPx: 8 }

function ppm(widthPx: number, heightPx: number, value: number): Buffer {
  return Buffer.concat([Buffer.from(`P6\n${widthPx} ${heightPx}\n255\n`), Buffer.alloc(3 * widthPx * heightPx, value)])
}

async function read(bytes: Buffer, chunk: number) {
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, index) =>
    bytes.subarray(index * chunk, (index + 1) * chunk),
  )
  const frames: Frame[] = []
  for await (const frame of framesOf(Readable.from(chunks), MOST)) frames.push(frame)
  return frames
}

describe('frames', () => {
  it.each([1, 5, 16, 1_000])('are read from a stream that comes in parts of %i bytes', async (chunk) => {
    const frames = await read(Buffer.concat([ppm(4, 2, 10), ppm(4, 2, 80)]), chunk)
    expect(
      frames.map(({ data, ...size }) => ({ ...size, first: data[0], last: data.at(-1), bytes: data.length })),
    ).toEqual([
      { widthPx: 4, heightPx: 2, first: 10, last: 10, bytes: 24 },
      { widthPx: 4, heightPx: 2, first: 80, last: 80, bytes: 24 },
    ])
  })

  it.each([
    ['larger than expected', ppm(9, 2, 0), 'a frame has 9x2 pixels, and at most 8x8 were expected'],
    ['of another size', Buffer.concat([ppm(4, 2, 0), ppm(2, 4, 0)]), 'a frame has 2x4 pixels after others of 4x2'],
    ['cut off', ppm(4, 2, 0).subarray(0, 20), 'the last frame is cut off'],
    ['no pictures', Buffer.from('What is this? It is no picture.'), 'what ffmpeg writes is no picture'],
  ])('that are %s are refused', async (_name, bytes, reason) => {
    await expect(read(bytes, 7)).rejects.toThrow(reason)
  })
})
