import { describe, expect, it } from 'vitest'
import type { Operation } from './operation.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'
import { trellis } from './trellis.ts'

const [textTo3d, imageTo3d, trellis2, pixal3d] = trellis as [Operation, Operation, Operation, Operation] // its four
const image = 'https://example.com/chair.png'

describe('Trellis', () => {
  it.each([
    ['Qubico/trellis/text-to-3d', textTo3d, { prompt: 'a chair' }, 1_000_000],
    ['Qubico/trellis/image-to-3d', imageTo3d, { image }, 1_000_000],
    ['Qubico/trellis2/image-to-3d', trellis2, { image }, 1_000_000],
    ['Qubico/pixal3d/image-to-3d', pixal3d, { image }, 2_500_000],
  ])('the Trellis task type %s has its price', (id, operation, input, points) => {
    expect(operation.id).toBe(id)
    expect(operation.price(readInput(operation, input))).toBe(points)
  })

  it.each([
    [textTo3d, { prompt: 'a chair' }, false, true],
    [imageTo3d, { image }, true, true],
    [trellis2, { image }, false, false],
    [pixal3d, { image }, false, false],
  ])(
    'Trellis makes a model, with a picture and a turntable video for the task types that have them',
    (operation, input, hasPicture, hasTurntable) => {
      expect(outputSpecOf(operation.produces, readInput(operation, input))).toEqual({
        kind: 'model',
        hasPicture,
        hasTurntable,
      })
    },
  )

  it.each([[{}], [{ images: [] }], [{ image: null, images: null }]])(
    'Trellis needs either one picture or several, not %j',
    (input) => {
      expect(() => readInput(imageTo3d, input)).toThrow('image or images is needed.')
    },
  )

  it.each([[{ image }], [{ images: [image, image] }], [{ image, images: null }]])('Trellis accepts %j', (input) => {
    expect(readInput(imageTo3d, input)).toMatchObject({
      seed: 0,
      ss_guidance_strength: 7.5,
      slat_guidance_strength: 3,
    })
  })
})
