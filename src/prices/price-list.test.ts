import { describe, expect, it } from 'vitest'
import { getOperation } from '../catalog/catalog.ts'
import type { Operation } from '../catalog/operation.ts'
import type { JsonObject } from '../core/json.ts'
import { points } from '../core/points.ts'
import type { PriceRule } from '../core/price-rule.ts'
import { type EnvironmentPrice, fixedPrices, priceList } from './price-list.ts'

const music = getOperation('suno/music')
const lyrics = getOperation('suno/lyrics')
const flux = getOperation('Qubico/flux1-schnell/txt2img')

/** The price for everyone, by POLYPHONY_PRICES alone. */
function priceBy(environment: readonly EnvironmentPrice[]) {
  const { priceOf } = fixedPrices({ environment })
  return (operation: Operation, input: JsonObject) => priceOf(operation, input, null).points
}

describe('a price list', () => {
  it('a price list without rules has the prices of the catalogue', () => {
    const price = priceBy([])
    expect(price(music, { mv: 'chirp-v4' })).toBe(400_000)
    expect(price(flux, { batch_size: 3 })).toBe(60_000)
  })

  it('the most specific rule of a price list applies: operation, then model, then everything', () => {
    const price = priceBy([
      { of: '*', factor: 2 },
      { of: 'suno', factor: 3 },
      { of: 'suno/lyrics', points: points(7) },
    ])
    expect(price(flux, { batch_size: 1 })).toBe(40_000)
    expect(price(music, {})).toBe(1_200_000)
    expect(price(lyrics, { prompt: 'fog' })).toBe(7)
  })

  it('a price list rounds up, so that no factor makes a task free', () => {
    expect(priceBy([{ of: '*', factor: 0.000_001 }])(lyrics, {})).toBe(1)
    expect(priceBy([{ of: '*', factor: 1.000_01 }])(music, {})).toBe(400_004)
  })

  it('a price rule for an unknown name is refused', () => {
    expect(() => priceBy([{ of: 'sumo/music', factor: 2 }])).toThrow('"sumo/music"')
  })
})

describe('the order of rules', () => {
  const rule = (id: string, of: string, with_: Partial<PriceRule>): PriceRule => {
    const plain = { conditions: {}, points: null, factor: null, per: null, endedAt: null, madeBy: '', note: '' }
    return { ...plain, id, of, begunAt: 0, tenantId: null, group: null, ...with_ }
  }
  const GOLD = new Map([['t1', 'gold']])
  const LIST = 400_000
  const V5: JsonObject = { mv: 'chirp-v5', n: 2 }

  it.each<[title: string, tenantId: string | null, rules: PriceRule[], points: number, rule: string]>([
    ['the list price applies without a rule', 't1', [], LIST, 'list'],
    ['a rule for everyone applies', 't1', [rule('a', '*', { points: points(5) })], 5, 'a'],
    [
      'a group’s rule for everything applies before one for everyone for the operation',
      't1',
      [rule('a', 'suno/music', { points: points(5) }), rule('b', '*', { points: points(6), group: 'gold' })],
      6,
      'b',
    ],
    [
      'a tenant’s rule applies before its group’s',
      't1',
      [
        rule('a', 'suno/music', { points: points(5), group: 'gold' }),
        rule('b', '*', { points: points(6), tenantId: 't1' }),
      ],
      6,
      'b',
    ],
    [
      'another tenant’s rule does not apply',
      't1',
      [rule('a', '*', { points: points(5), tenantId: 't2' })],
      LIST,
      'list',
    ],
    [
      'a group’s rule does not apply outside',
      't2',
      [rule('a', '*', { points: points(5), group: 'gold' })],
      LIST,
      'list',
    ],
    [
      'for everyone, no tenant’s and no group’s rule applies',
      null,
      [rule('a', '*', { points: points(5), group: 'gold' }), rule('b', '*', { points: points(5), tenantId: 't1' })],
      LIST,
      'list',
    ],
    [
      'a rule for the operation applies before one for the model with conditions',
      't1',
      [rule('a', 'suno/music', { points: points(5) }), rule('b', 'suno', { points: points(6), conditions: V5 })],
      5,
      'a',
    ],
    [
      'of two rules the one with more conditions applies',
      't1',
      [
        rule('a', 'suno', { points: points(5), conditions: V5 }),
        rule('b', 'suno', { points: points(6), conditions: { n: 2 }, begunAt: 9 }),
      ],
      5,
      'a',
    ],
    [
      'a rule with a condition that is not met does not apply',
      't1',
      [rule('a', '*', { points: points(5), conditions: { n: 3 } })],
      LIST,
      'list',
    ],
    [
      'a rule with a condition of another type does not apply',
      't1',
      [rule('a', '*', { points: points(5), conditions: { n: '2' } })],
      LIST,
      'list',
    ],
    [
      'of two rules alike the newer applies',
      't1',
      [
        rule('a', '*', { points: points(5), conditions: { n: 2 }, begunAt: 9 }),
        rule('b', '*', { points: points(6), conditions: { mv: 'chirp-v5' }, begunAt: 8 }),
      ],
      5,
      'a',
    ],
    ['points are multiplied by a field', 't1', [rule('a', '*', { points: points(5), per: 'n' })], 10, 'a'],
    ['a field that is not there multiplies by one', 't1', [rule('a', '*', { points: points(5), per: 'm' })], 5, 'a'],
    ['nothing is free unless a rule says 0 points', 't1', [rule('a', '*', { points: points(0) })], 0, 'a'],
    [
      'a group’s factor multiplies the price for everyone',
      't1',
      [rule('a', 'suno', { points: points(1_000) }), rule('b', '*', { factor: 0.8, group: 'gold' })],
      800,
      'b',
    ],
    [
      'a tenant’s factor multiplies the price for everyone, not that of its group',
      't1',
      [
        rule('a', 'suno', { factor: 2 }),
        rule('b', '*', { factor: 0.8, group: 'gold' }),
        rule('c', '*', { factor: 0.5, tenantId: 't1' }),
      ],
      LIST,
      'c',
    ],
    ['a factor is rounded up', 't1', [rule('a', '*', { factor: 0.000_000_01 })], 1, 'a'],
    ['a product that is whole is not rounded up', 't1', [rule('a', '*', { factor: 1.1 })], 440_000, 'a'],
  ])('%s', (_title, tenantId, rules, price, id) => {
    const priceOf = priceList({ rules, environment: [], groups: GOLD })
    expect(priceOf(music, V5, tenantId)).toEqual({ points: price, rule: id })
  })

  it('POLYPHONY_PRICES applies where no rule for everyone does, and discounts apply to it', () => {
    const environment = [{ of: '*', points: points(1_000) }]
    const rules = [rule('a', 'suno/lyrics', { points: points(7) }), rule('b', '*', { factor: 0.5, group: 'gold' })]
    const priceOf = priceList({ rules, environment, groups: GOLD })
    expect(priceOf(music, V5, null)).toEqual({ points: 1_000, rule: 'environment' })
    expect(priceOf(lyrics, {}, null)).toEqual({ points: 7, rule: 'a' })
    expect(priceOf(music, V5, 't1')).toEqual({ points: 500, rule: 'b' })
  })
})
