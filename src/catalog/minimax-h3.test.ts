import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import { minimaxVideo } from './minimax.ts'
import { minimaxH3 } from './minimax-h3.ts'
import type { Operation } from './operation.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'

const [fromText, fromPicture] = minimaxH3 as [Operation, Operation] // its two
const FILE = 'https://example.com/a.png'

describe('MiniMax H3 as PiAPI has it', () => {
  it.each<[JsonObject, number, number]>([
    [{ resolution: '512p' }, 1_500_000, 512],
    [{}, 2_500_000, 768],
    [{ resolution: '1080p', duration: 15 }, 10_500_000, 1_080],
  ])('a video of MiniMax H3 with %j costs %i points, and its shorter side has %i pixels', (input, points, heightPx) => {
    for (const [operation, file] of [
      [fromText, {}],
      [fromPicture, { image: FILE }],
    ] as const) {
      const read = readInput(operation, { prompt: 'a market', ...file, ...input })
      expect(operation.price(read)).toBe(points)
      expect(outputSpecOf(operation.produces, read)).toMatchObject({ heightPx, hasSound: true })
    }
  })

  it.each<[Operation, JsonObject, string]>([
    [fromText, { duration: 4 }, 'duration must be at least 5, not 4.'],
    [fromText, { duration: 16 }, 'duration must be at most 15, not 16.'],
    [fromText, { resolution: '2K' }, 'resolution must be one of "512p", "768p", "1080p", not "2K".'],
    [fromPicture, {}, 'image is required.'],
  ])('MiniMax H3 names the field that breaks a rule', (operation, input, message) => {
    expect(() => readInput(operation, { prompt: 'a market', ...input })).toThrow(message)
  })
})

describe('MiniMax H3 as MiniMax has it', () => {
  it.each<[JsonObject, number]>([
    [{}, 2_500_000],
    [{ resolution: '2K', duration: 10 }, 15_000_000],
  ])('a video of MiniMax H3 with %j costs %i points', (input, points) => {
    expect(minimaxVideo.price(readInput(minimaxVideo, { prompt: 'a market', ...input }))).toBe(points)
  })

  it.each<[JsonObject, string]>([
    [{}, 'prompt is needed without a picture or video.'],
    [{ prompt: 'a', first_frame_image: FILE, reference_images: [FILE] }, 'reference_images does not go together with'],
    [{ prompt: 'a', reference_audios: [FILE, FILE, FILE, FILE] }, 'reference_audios has at most 3 elements.'],
    [{ prompt: 'a', ratio: '2:1' }, 'ratio must be one of'],
  ])('MiniMax H3 refuses %j', (input, message) => {
    expect(() => readInput(minimaxVideo, input)).toThrow(message)
  })
})
