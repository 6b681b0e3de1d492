import { expect, it } from 'vitest'
import { createMp3Encoder } from 'wasm-media-encoders'
import { inspectMp3 } from '../mp3/mp3.ts'
import { openMp3Writer } from './encode.ts'
import { noiseSource } from './synth/signal.ts'

const SAMPLE_RATE = 44_100

it('an encoder works at the faster quality, which the package does not offer', async () => {
  const noise = noiseSource(7)
  const sound = Float32Array.from({ length: SAMPLE_RATE }, (_, index) => 0.3 * Math.sin(0.05 * index) + 0.1 * noise())
  const plain = await createMp3Encoder()
  plain.configure({ sampleRate: SAMPLE_RATE, channels: 2, bitrate: 160 })
  const first = Buffer.concat([plain.encode([sound, sound]).slice(), plain.finalize().slice()])
  const writer = await openMp3Writer({ sampleRate: SAMPLE_RATE, channels: 2, kbitPerSecond: 160 })
  writer.write([sound, sound])
  const own = writer.finish()
  expect(own.length).toBe(first.length)
  // If they are equal, the package has another build of LAME: see where its settings lie.
  expect(Buffer.compare(own, first)).not.toBe(0)
  expect(inspectMp3(own)?.durationSeconds).toBeCloseTo(1, 0)
})
