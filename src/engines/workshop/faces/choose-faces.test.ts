import { describe, expect, it } from 'vitest'
import type { Choice } from '../limits.ts'
import { pairsOf } from './choose-faces.ts'
import type { Face } from './face-points.ts'

const face = ({ width = 100, turnedDegrees = 0 }: Partial<Face> = {}): Face => ({
  points: new Float32Array(),
  width,
  turnedDegrees,
})
const CLEAR = face()
const OTHER = face({ width: 90 })
const LARGE = face({ width: 101 })
const SMALL = face({ width: 23.9 })
const ASIDE = face({ turnedDegrees: -46 })
const [LEFT, RIGHT] = [face({ turnedDegrees: -18 }), face({ turnedDegrees: 18 })]

describe('faces that are swapped', () => {
  it.each<[string, Choice, Face[], Face[], string]>([
    [
      'a number without a face',
      { from: [1] },
      [CLEAR],
      [CLEAR],
      'swap_faces_index names face 1, and the picture in swap_image has 1, counted from 0.',
    ],
    [
      'a number without a target',
      { to: [0, 2] },
      [CLEAR],
      [CLEAR],
      'target_faces_index names face 2, and the picture in target_image has 1, counted from 0.',
    ],
    [
      'lists of two lengths',
      { from: [0, 0], to: [0] },
      [CLEAR],
      [CLEAR],
      'swap_faces_index names 2 faces and target_faces_index 1',
    ],
    ['a number twice', { to: [1, 0, 1] }, [CLEAR], [CLEAR, OTHER], 'target_faces_index names face 1 more than once'],
    [
      'a named face that is too small',
      { from: [1] },
      [CLEAR, SMALL],
      [CLEAR],
      'Face 1 in swap_image is too small: 24 p',
    ],
    [
      'a named face that is turned away',
      { to: [0] },
      [CLEAR],
      [ASIDE],
      'Face 0 in target_image is turned too far to a',
    ],
    ['only small faces', {}, [CLEAR], [SMALL, SMALL], 'Face 0 in target_image is too small'],
    [
      'a largest face that is turned away',
      'largest',
      [ASIDE],
      [CLEAR],
      'The face in swap_image is turned too far to a',
    ],
    ['faces that are turned apart', 'largest', [LEFT], [RIGHT], 'turned 36 degrees away'],
    ['named faces that are turned apart', { to: [0, 1] }, [LEFT], [LEFT, RIGHT], 'turned 36 degrees away'],
    ['only faces that are turned apart', {}, [LEFT], [RIGHT, RIGHT], 'turned 36 degrees away'],
  ])('are refused for %s', (_what, choice, sources, targets, reason) => {
    expect(() => pairsOf(sources, targets, choice)).toThrow(reason)
  })

  it.each<[string, Choice, Face[], Face[], [Face, Face][]]>([
    ['the largest two, whatever is beside them', 'largest', [SMALL, CLEAR], [ASIDE, LARGE], [[CLEAR, LARGE]]],
    ['those that are clear', {}, [SMALL, CLEAR, ASIDE, OTHER], [ASIDE, OTHER, SMALL], [[CLEAR, OTHER]]],
    ['those that are turned alike', {}, [LEFT], [RIGHT, LEFT], [[LEFT, LEFT]]],
    [
      'those that are named',
      { from: [2, 0] },
      [CLEAR, SMALL, OTHER],
      [CLEAR, ASIDE, OTHER],
      [
        [OTHER, CLEAR],
        [CLEAR, OTHER],
      ],
    ],
    [
      'one for all',
      { from: [0] },
      [CLEAR, SMALL],
      [OTHER, CLEAR],
      [
        [CLEAR, OTHER],
        [CLEAR, CLEAR],
      ],
    ],
    ['no more than there are', {}, [CLEAR, OTHER, SMALL], [CLEAR], [[CLEAR, CLEAR]]],
  ])('are %s', (_what, choice, sources, targets, wanted) => {
    expect(pairsOf(sources, targets, choice)).toEqual(wanted.map(([from, to]) => ({ from, to })))
  })
})
