import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'
import { skyreels } from './skyreels.ts'

const PICTURE = { image: 'https://example.com/woman.jpg', prompt: 'FPS-24, she laughs' }

describe.each(skyreels.map((operation) => [operation.id, operation] as const))('%s', (_id, operation) => {
  const read = (input: JsonObject) => readInput(operation, { ...PICTURE, ...input })

  it('a SkyReels video costs 0.15 USD', () => {
    expect(operation.price(read({}))).toBe(1_500_000)
  })

  it('SkyReels takes a picture by URL or as base64, and an empty negative prompt', () => {
    const image = `data:image/png;base64,${'A'.repeat(80)}`
    expect(read({ image, negative_prompt: '' })).toEqual(read({ image }))
    expect(read({ image })).toMatchObject({ image, guidance_scale: 3.5 })
    expect(() => read({ image: 'woman.jpg' })).toThrow('image must be an http or https URL, a data URI or base64')
    expect(() => read({ guidance_scale: 0 })).toThrow('guidance_scale must be at least 0.1, not 0.')
  })

  it('a SkyReels video has the requested shape', () => {
    expect(outputSpecOf(operation.produces, read({}))).toMatchObject({ widthPx: 960, heightPx: 544, seconds: 4 })
    expect(outputSpecOf(operation.produces, read({ aspect_ratio: '1:1' }))).toMatchObject({
      widthPx: 720,
      heightPx: 720,
    })
  })
})
