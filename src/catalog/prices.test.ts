import { describe, expect, it } from 'vitest'
import { points } from '../core/points.ts'
import { getOperation } from './catalog.ts'
import { priceList } from './prices.ts'

const music = getOperation('suno/music')
const lyrics = getOperation('suno/lyrics')
const flux = getOperation('Qubico/flux1-schnell/txt2img')

describe('a price list', () => {
  it('a price list without rules has the prices of the catalogue', () => {
    const price = priceList([])
    expect(price(music, { mv: 'chirp-v4' })).toBe(400_000)
    expect(price(flux, { batch_size: 3 })).toBe(60_000)
  })

  it('the most specific rule of a price list applies: operation, then model, then everything', () => {
    const price = priceList([
      { of: '*', factor: 2 },
      { of: 'suno', factor: 3 },
      { of: 'suno/lyrics', points: points(7) },
    ])
    expect(price(flux, { batch_size: 1 })).toBe(40_000)
    expect(price(music, {})).toBe(1_200_000)
    expect(price(lyrics, { prompt: 'fog' })).toBe(7)
  })

  it('a price list rounds up, so that no factor makes a task free', () => {
    expect(priceList([{ of: '*', factor: 0.000_001 }])(lyrics, {})).toBe(1)
    expect(priceList([{ of: '*', factor: 1.000_01 }])(music, {})).toBe(400_004)
  })

  it('a price rule for an unknown name is refused', () => {
    expect(() => priceList([{ of: 'sumo/music', factor: 2 }])).toThrow('"sumo/music"')
  })
})
