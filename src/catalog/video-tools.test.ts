import { describe, expect, it } from 'vitest'
import type { Operation } from './operation.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'
import { videoTools } from './video-tools.ts'

const [upscale, backgroundRemove] = videoTools as [Operation, Operation] // its two
const video = 'https://example.com/small.mp4'

describe('the video tools', () => {
  it.each([
    ['upscale', upscale, 240 * 3_000],
    ['background-remove', backgroundRemove, 280_000],
  ])('the video tool %s has its price', (taskType, operation, points) => {
    expect(operation.id).toBe(`Qubico/video-toolkit/${taskType}`)
    expect(operation.price(readInput(operation, { video }))).toBe(points)
  })

  it.each([
    [upscale, { widthPx: 2_560, heightPx: 1_440 }],
    [backgroundRemove, { widthPx: 1_280, heightPx: 720 }],
  ])('a video tool makes one video of ten seconds', (operation, size) => {
    expect(outputSpecOf(operation.produces, readInput(operation, { video }))).toMatchObject({
      count: 1,
      seconds: 10,
      ...size,
    })
  })

  it('a video tool needs a video', () => {
    for (const operation of videoTools) expect(() => readInput(operation, {})).toThrow('video is required.')
  })
})
