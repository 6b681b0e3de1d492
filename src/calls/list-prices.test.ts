import { expect, it } from 'vitest'
import { listPriceOf } from './list-prices.ts'

it.each([
  ['gpt-5', 'gpt-5-2025-08-07'],
  ['gpt-4', 'gpt-4-0613'],
  ['gpt-5-chat', 'gpt-5-chat-latest'],
  ['claude-haiku-4-5', 'claude-haiku-4-5-20251001'],
  ['gemini-2.0-flash', 'gemini-2.0-flash-001'],
  ['gemini-2.5-flash-lite', 'gemini-2.5-flash-lite-preview-09-2025'],
])('the price of %s is that of its snapshot %s', (name, snapshot) => {
  expect(listPriceOf(name)).toBeDefined()
  expect(listPriceOf(snapshot)).toBe(listPriceOf(name))
})

it.each([
  'gpt-5.9',
  'gpt-5-ultra',
  'gpt-5-mini-max',
  'claude-opus-4-9',
  'claude-sonnet-6',
  'gemini-2.5-flash-tts',
  'toString',
  '*',
])('a model that is not in the list has no price by the name of another: %s', (model) => {
  expect(listPriceOf(model)).toBeUndefined()
})

it('a snapshot with a price of its own has that one', () => {
  expect(listPriceOf('gpt-4o-2024-05-13')).toMatchObject({ input: 5 })
  expect(listPriceOf('gpt-4o-2024-11-20')).toMatchObject({ input: 2.5 })
})

it('a family that costs nothing is found by its beginning', () => {
  expect(listPriceOf('omni-moderation-latest')).toEqual({})
})
