import { expect, it } from 'vitest'
import { sandboxSound } from '../engines/sandbox-media/sandbox-media.ts'
import { measure } from './measure.ts'
import { samplesOfWav, soundFormatOf } from './sound-format.ts'

it.each([
  ['audio/mpeg', 44_100],
  ['audio/wav', 22_050],
  ['audio/flac', 22_050],
] as const)('the header of %s states how it is sampled', async (mediaType, sampleRate) => {
  const sound = await sandboxSound({ seconds: 1.5, mediaType })
  expect(soundFormatOf(sound, mediaType)).toEqual({ sampleRate, channels: 1 })
  expect(await measure(sound, mediaType)).toEqual({ seconds: expect.closeTo(1.5, 1) })
})

it('the samples of a WAV file are what is between its header and its marks', async () => {
  const sound = await sandboxSound({ seconds: 2, mediaType: 'audio/wav' })
  expect(samplesOfWav(sound)?.length).toBe(2 * 2 * 22_050)
})

it.each(['audio/mpeg', 'audio/wav', 'audio/flac', 'audio/ogg'])('nothing is stated by a broken %s', (mediaType) => {
  for (const bytes of ['', 'RIFF0000WAVEfmt ', 'fLaC', 'a text that is no sound']) {
    expect(soundFormatOf(Buffer.from(bytes), mediaType)).toBeUndefined()
  }
  expect(samplesOfWav(Buffer.from('no sound'))).toBeUndefined()
})
