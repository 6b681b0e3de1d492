import { describe, expect, it } from 'vitest'
import { pointsToUsd } from '../core/points.ts'
import { klingExpand, klingImage } from './kling-images.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'

const FILE = 'https://example.com/a.png'

describe('Kling’s pictures', () => {
  it.each([
    [{ prompt: 'a' }, 0.0035],
    [{ prompt: 'a', version: '2.0' }, 0.014],
    [{ prompt: 'a', version: '2.0', resolution: '2k', n: 3 }, 0.084],
    [{ prompt: 'a', image_url: FILE }, 0.028],
    [{ subject_images: [FILE] }, 0.028],
  ])('Kling images of %o cost %f USD', (fields, usd) => {
    expect(pointsToUsd(klingImage.price(readInput(klingImage, fields)))).toBeCloseTo(usd, 9)
  })

  it.each([
    [{}, 'prompt'],
    [{ prompt: 'a', image_reference: 'face' }, 'image_url'],
    [{ prompt: 'a', image_url: FILE, version: '1.5' }, 'image_reference'],
    [{ prompt: 'a', n: 10 }, 'n'],
    [{ prompt: 'a', image_fidelity: 1.5 }, 'image_fidelity'],
  ])('Kling images of %o are refused with an error about %s', (fields, field) => {
    expect(() => readInput(klingImage, fields)).toThrow(new RegExp(`^${field} `))
  })

  it('Kling images have the requested size and number', () => {
    const specFor = (fields: object) =>
      outputSpecOf(klingImage.produces, readInput(klingImage, { prompt: 'a', ...fields }))
    expect(specFor({ aspect_ratio: '1:1', n: 9 })).toMatchObject({ widthPx: 1_024, heightPx: 1_024, count: 9 })
    expect(specFor({ aspect_ratio: '1:1', resolution: '2k' })).toMatchObject({ widthPx: 2_048, heightPx: 2_048 })
  })
})

describe('expanding a Kling image', () => {
  it.each([
    [{}, /^up_expansion_ratio or another side must be more than 0/],
    [{ left_expansion_ratio: 2, up_expansion_ratio: 1 }, /^up_expansion_ratio and the others make .* 6 times/],
    [{ left_expansion_ratio: 2.5 }, /^left_expansion_ratio must be at most 2/],
  ])('expanding a Kling image by %o is refused', (fields, message) => {
    expect(() => readInput(klingExpand, { image_url: FILE, ...fields })).toThrow(message)
  })

  it('expanding a Kling image makes it larger by the requested ratios', () => {
    const input = readInput(klingExpand, { image_url: FILE, left_expansion_ratio: 0.5, right_expansion_ratio: 0.25 })
    expect(outputSpecOf(klingExpand.produces, input)).toMatchObject({ widthPx: 1_792, heightPx: 1_024 })
  })
})
