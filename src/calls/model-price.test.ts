import { expect, it } from 'vitest'
import type { ModelPrice, Usage } from '../core/usage.ts'
import { listPriceOf } from './list-prices.ts'
import { priceOfUsage, scaled, TOOL_FEES } from './model-price.ts'

const POINTS_PER_USD = 10_000_000

const listed = (model: string): ModelPrice => {
  const price = listPriceOf(model)
  if (!price) throw new Error(`${model} has no list price.`)
  return price
}

it.each<[string, string, Usage, number]>([
  ['priority processing', 'gpt-5', { inputTokens: 1_000, outputTokens: 500, serviceTier: 'priority' }, 0.0125],
  ['priority at its own factor', 'gpt-4.1', { inputTokens: 1_000, outputTokens: 500, serviceTier: 'priority' }, 0.0105],
  ['flex processing', 'gpt-5', { inputTokens: 1_000, outputTokens: 500, serviceTier: 'flex' }, 0.003125],
  [
    'a cache of an hour beside that of five minutes',
    'claude-sonnet-4-5',
    { inputTokens: 1_000, cachedWriteTokens: 800, cachedWriteHourTokens: 300, outputTokens: 100 },
    (200 * 3 + 500 * 3.75 + 300 * 6 + 100 * 15) / 1_000_000,
  ],
  ['fast mode', 'claude-opus-4-6', { inputTokens: 1_000, outputTokens: 100, serviceTier: 'fast' }, 0.045],
  ["Anthropic's searches", 'claude-haiku-4-5', { inputTokens: 1_000, outputTokens: 0, webSearches: 3 }, 0.031],
  [
    "OpenAI's tools, which no tier makes dearer",
    'gpt-5',
    {
      ...{ inputTokens: 1_000, webSearches: 2, fileSearches: 1, codeContainers: 1, serviceTier: 'priority' },
      ...{ toolImageTokens: 1_000, toolImageInputTokens: 100 },
    },
    0.0025 + 0.02 + 0.0025 + 0.03 + 0.04 + 0.001,
  ],
  ['a prompt of Gemini 2 that searches, however often', 'gemini-2.5-pro', { inputTokens: 0, webSearches: 4 }, 0.035],
  ['each search of Gemini 3', 'gemini-3-pro-preview', { inputTokens: 0, webSearches: 4 }, 0.056],
  ['no more tokens of an hour than were written', 'claude-opus-5', { cachedWriteHourTokens: 9 }, 0],
])('the list price has %s', (_what, model, usage, usd) => {
  expect(priceOfUsage(usage, listed(model))).toBe(Math.round(usd * POINTS_PER_USD))
})

it('a tier without a factor, and a kind without a price of its own, cost what the others do', () => {
  const price = { input: 2, cachedWrite: 3, output: 4 }
  const usage: Usage = { inputTokens: 1_000, cachedWriteTokens: 500, cachedWriteHourTokens: 500, webSearches: 2 }
  expect(priceOfUsage({ ...usage, serviceTier: 'priority' }, price)).toBe((500 * 2 + 500 * 3) * 10)
})

it('the factor of batches is of tokens, and not of the fees of tools', () => {
  const price = scaled(listed('gpt-5'), 0.5, TOOL_FEES)
  expect(priceOfUsage({ inputTokens: 1_000, webSearches: 1 }, price)).toBe(106_250)
})

it('the factor of an account changes prices and fees, and no factor of a tier', () => {
  const half = scaled(listed('gpt-5'), 0.5)
  expect(half).toMatchObject({ input: 0.625, webSearch: 5_000, priorityFactor: 2, flexFactor: 0.5 })
  const usage: Usage = { inputTokens: 1_000, webSearches: 1, serviceTier: 'priority' }
  expect(priceOfUsage(usage, half)).toBe(priceOfUsage(usage, listed('gpt-5')) / 2)
})
