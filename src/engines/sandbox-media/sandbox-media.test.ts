import { MPEGDecoder } from 'mpg123-decoder'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { inspectMp3 } from '../mp3/mp3.ts'
import { sandboxSong } from './sandbox-media.ts'

it('the sandbox media are short files that play and say that they are not real results', async () => {
  const song = await sandboxSong()
  const decoder = new MPEGDecoder()
  await decoder.ready
  const { errors, channelData, samplesDecoded, sampleRate } = decoder.decode(song.mp3)
  decoder.free()
  expect(errors).toEqual([])
  expect(Math.abs(samplesDecoded / sampleRate / song.durationSeconds - 1)).toBeLessThan(0.02)
  expect(Math.max(...(channelData[0] ?? []).slice(0, 20_000))).toBeGreaterThan(0.2)
  expect(inspectMp3(song.mp3)).toMatchObject({ channels: 1, sampleRate: 44_100 })
  expect(new TextDecoder('utf-16le').decode(song.mp3.subarray(23, 77))).toBe('SANDBOX – not a real result')
  expect(song.mp3.length).toBeLessThan(40_000)
  const covers = await Promise.all([song.coverJpeg, song.coverLargeJpeg].map((bytes) => sharp(bytes).metadata()))
  expect(covers.map(({ width, height }) => [width, height])).toEqual([
    [512, 512],
    [1024, 1024],
  ])
})

it('the sandbox media are made once', async () => {
  expect(await sandboxSong()).toBe(await sandboxSong())
})
