import { pipeline as piped, Readable, Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { setImmediate } from 'node:timers/promises'
import { deflateRawSync, deflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { decoderOf } from './content-encodings.ts'

const TEXT = Buffer.from('{"prompt":"fog"}'.repeat(5_000))

const decode = (chunks: Buffer[]): Promise<Buffer> => {
  const decoder = decoderOf('deflate')
  if (!decoder) throw new Error('deflate is known')
  return buffer(piped(Readable.from(chunks), decoder, () => {})) // its reader sees the errors of both
}

const inPieces = (bytes: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size))

describe('the encoding deflate', () => {
  it.each([
    ['with the header of zlib', deflateSync],
    ['without it', deflateRawSync],
  ])('is decoded %s, in pieces and of every level', async (_how, compress) => {
    for (const level of [0, 1, 9]) {
      const packed = compress(TEXT, { level })
      expect((await decode([Buffer.alloc(0), ...inPieces(packed, 97)])).equals(TEXT)).toBe(true)
    }
  })

  it('ends where its data ends, whatever follows', async () => {
    for (const compress of [deflateSync, deflateRawSync])
      expect((await decode([compress(TEXT), Buffer.from('more')])).equals(TEXT)).toBe(true)
  })

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a part of it', deflateRawSync(TEXT).subarray(0, 40)],
    ['something else', Buffer.from('{"prompt":"fog"}')],
  ])('is refused where %s arrives', async (_what, bytes) => {
    await expect(decode([bytes])).rejects.toThrow()
  })

  it('is decoded no further than it is read', async () => {
    const decoder = decoderOf('deflate')
    if (!decoder) throw new Error('deflate is known')
    let read = 0
    const stopped = new Error('enough')
    const reader = new Writable({
      write(chunk: Buffer, _encoding, done) {
        read += chunk.length
        void setImmediate().then(() => done(read > 100_000 ? stopped : null))
      },
    })
    const packed = deflateRawSync(Buffer.alloc(50_000_000))
    await expect(pipeline(Readable.from([packed]), decoder, reader)).rejects.toBe(stopped)
    expect(read).toBeLessThan(300_000)
    expect(decoder.readableLength).toBeLessThan(1_000_000)
  })
})
