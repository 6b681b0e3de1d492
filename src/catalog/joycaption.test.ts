import { describe, expect, it } from 'vitest'
import { joycaption } from './joycaption.ts'
import type { Operation } from './operation.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'

const [betaOne] = joycaption as [Operation] // its only one
const image = 'https://example.com/harbour.jpg'

describe('JoyCaption', () => {
  it('a JoyCaption text costs 0.01 USD', () => {
    const input = readInput(betaOne, { image })
    expect(betaOne.id).toBe('Qubico/joycaption/joycaption-beta-one')
    expect(betaOne.price(input)).toBe(100_000)
    expect(outputSpecOf(betaOne.produces, input)).toEqual({ kind: 'texts', count: 1 })
  })

  it('JoyCaption accepts choices that its documentation does not list', () => {
    const choices = {
      prompt_style: 'Straightforward',
      caption_length: 'very short',
      workflow_type: 'joycaption-beta-one',
    }
    expect(readInput(betaOne, { image, ...choices })).toEqual({ image, ...choices })
  })
})
