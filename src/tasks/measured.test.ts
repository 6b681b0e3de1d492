import { describe, expect, it } from 'vitest'
import { withMeasures } from './measured.ts'

const PICTURE = 'asset:01234567-89ab-4cde-8f01-23456789ab10.png'
const FILM = 'asset:01234567-89ab-4cde-8f01-23456789ab11.mp4'
const SONG = 'asset:01234567-89ab-4cde-8f01-23456789ab12.mp3'

const MEASURES = new Map([
  [PICTURE, { widthPx: 1_344, heightPx: 768 }],
  [FILM, { widthPx: 1_280, heightPx: 720, seconds: 5.04 }],
  [SONG, { seconds: 121.6 }],
])

describe('withMeasures', () => {
  it('replaces the requested sizes with the measured ones', () => {
    const asked = { widthPx: 1_024, heightPx: 1_024 }
    expect(
      withMeasures({ pictures: [{ file: PICTURE, ...asked }], grid: { file: PICTURE, ...asked } }, MEASURES),
    ).toEqual({
      pictures: [{ file: PICTURE, widthPx: 1_344, heightPx: 768 }],
      grid: { file: PICTURE, widthPx: 1_344, heightPx: 768 },
    })
    const video = { file: FILM, cover: PICTURE, lastFrame: '', ...asked, seconds: 5 }
    expect(withMeasures({ videos: [video] }, MEASURES)).toEqual({
      videos: [{ file: FILM, cover: PICTURE, lastFrame: '', widthPx: 1_280, heightPx: 720, seconds: 5.04 }],
    })
    expect(withMeasures({ sounds: [{ file: SONG, seconds: 120 }] }, MEASURES)).toEqual({
      sounds: [{ file: SONG, seconds: 121.6 }],
    })
  })

  it('gives a clip the length of its sound', () => {
    const clip = { id: 'c', audio: SONG, image: PICTURE, durationSeconds: 0, title: 'Herons', continueAt: null }
    expect(withMeasures({ clips: [clip] }, MEASURES)).toEqual({ clips: [{ ...clip, durationSeconds: 121.6 }] })
  })

  it('adds no member, and leaves what was not measured as it is', () => {
    const output = {
      sounds: [{ file: FILM, seconds: 3 }],
      model: { file: PICTURE, picture: '', turntable: FILM },
      clips: [{ audio: 'asset:unknown.mp3', durationSeconds: 7 }, { audio: SONG }],
      data: { words: ['a', 1, null, true], file: 12 },
      texts: [PICTURE],
    }
    expect(withMeasures(output, MEASURES)).toEqual({ ...output, sounds: [{ file: FILM, seconds: 5.04 }] })
    expect(withMeasures(output, new Map())).toEqual(output)
    expect(withMeasures(null, MEASURES)).toBe(null)
  })

  it('replaces only what was measured: a film of unknown size keeps the requested one', () => {
    const video = { file: FILM, cover: '', lastFrame: '', widthPx: 640, heightPx: 360, seconds: 5 }
    expect(withMeasures({ videos: [video] }, new Map([[FILM, { seconds: 4.5 }]]))).toEqual({
      videos: [{ ...video, seconds: 4.5 }],
    })
  })
})
