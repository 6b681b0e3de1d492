import { describe, expect, it } from 'vitest'
import { faceswap } from './faceswap.ts'
import type { Operation } from './operation.ts'
import { outputSpecOf } from './outputs.ts'
import { withoutPlaceholders } from './placeholders.testing.ts'
import { readInput } from './read-input.ts'

const [faceSwap, multiFaceSwap, videoFaceSwap] = faceswap as [Operation, Operation, Operation] // its three

describe('face swap', () => {
  it.each([
    ['Qubico/image-toolkit/face-swap', faceSwap, 100_000],
    ['Qubico/image-toolkit/multi-face-swap', multiFaceSwap, 150_000],
    ['Qubico/video-toolkit/face-swap', videoFaceSwap, 240 * 40_000],
  ])('the face swap %s has its price', (id, operation, points) => {
    expect(operation.id).toBe(id)
    expect(operation.price(readInput(operation, operation.example))).toBe(points)
  })

  it.each([
    [{ frames: 12 }, 12],
    [{ frames: 600 }, 600],
    [{}, 240], // in fragments
  ])('a face swap in a video of %j costs by its frames, where they are known', (known, frames) => {
    const size = { widthPx: 1_280, heightPx: 720, bytes: 1_000_000, ...known }
    const sizes = new Map([[videoFaceSwap.pricedBy ?? '', size]])
    expect(videoFaceSwap.price(readInput(videoFaceSwap, videoFaceSwap.example), sizes)).toBe(frames * 40_000)
  })

  it('a face swap in a picture makes a picture, and one in a video makes a video', () => {
    expect(outputSpecOf(faceSwap.produces, faceSwap.example)).toMatchObject({ kind: 'pictures', count: 1 })
    expect(outputSpecOf(videoFaceSwap.produces, videoFaceSwap.example)).toMatchObject({ kind: 'videos', seconds: 10 })
  })

  it.each(['', '0', '0,1', '1, 0, 2'])('a face swap accepts the face numbers "%s"', (faces) => {
    const input = { ...multiFaceSwap.example, swap_faces_index: faces }
    expect(readInput(multiFaceSwap, input)).toMatchObject(withoutPlaceholders({ swap_faces_index: faces }))
  })

  it.each(['left', '0,', ',1', '-1'])('a face swap refuses the face numbers "%s"', (faces) => {
    const input = { ...videoFaceSwap.example, target_faces_index: faces }
    expect(() => readInput(videoFaceSwap, input)).toThrow('target_faces_index must be face numbers such as "0,1"')
  })
})
