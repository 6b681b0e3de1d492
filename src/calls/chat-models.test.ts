import { expect, it } from 'vitest'
import { isForChat } from './chat-models.ts'
import { LISTED_MODELS, listPriceOf } from './list-prices.ts'

it.each([
  ['gpt-5-mini', true],
  ['claude-opus-5-5', true],
  ['gemini-2.5-flash', true],
  ['llama3.2:3b', true],
  ['qwen2.5-coder', true],
  ['text-embedding-3-small', false],
  ['nomic-embed-text', false],
  ['whisper-1', false],
  ['gpt-4o-transcribe', false],
  ['gpt-4o-mini-tts', false],
  ['gpt-realtime', false],
  ['omni-moderation-latest', false],
  ['gemini-2.5-flash-image', false],
  ['mxbai-embed-large', false],
  ['bge-reranker-v2', false],
])('%s is one for chat: %s', (name, expected) => {
  expect(isForChat(name, listPriceOf(name))).toBe(expected)
})

it('a model of the price list that is for chat has a price of what it reads and of what it writes', () => {
  const chat = LISTED_MODELS.filter((name) => isForChat(name, listPriceOf(name)))
  expect(chat.length).toBeGreaterThan(60)
  for (const name of chat)
    expect(listPriceOf(name), name).toMatchObject({ input: expect.any(Number), output: expect.any(Number) })
})
