import { describe, expect, it } from 'vitest'
import { klingExpand } from '../../catalog/kling-images.ts'
import { namesInside, renames } from './renames.ts'

const own = renames({ image: 'image_url', sound: { to: 'enable_audio', read: (value) => value === 'on' } })

describe('renamed fields', () => {
  it('translates names and values, and leaves other fields as they are', () => {
    const body = { prompt: 'a', sound: 'on', image: 'x', mine: 1 }
    expect(own.translate(body)).toEqual({ prompt: 'a', mine: 1, enable_audio: true, image_url: 'x' })
  })

  it('prefers the renamed field to one that already has the catalogue’s name', () => {
    expect(own.translate({ image: 'x', image_url: 'y' })).toEqual({ image_url: 'x' })
    expect(own.translate({ image_url: 'y' })).toEqual({ image_url: 'y' })
  })

  it('names fields in errors as the caller spells them', () => {
    expect(own.names).toEqual({ image_url: 'image', enable_audio: 'sound' })
    expect(namesInside('input', own.names)).toEqual({ image_url: 'input.image', enable_audio: 'input.sound' })
  })

  it('describes an input under the caller’s names', () => {
    const { properties, required } = renames({ image: 'image_url' }).describe(klingExpand)
    expect(Object.keys(properties ?? {})).toEqual(['image', ...Object.keys(klingExpand.input.properties).slice(1)])
    expect(required).toEqual(['image'])
  })
})
