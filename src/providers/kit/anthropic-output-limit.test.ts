import { createAnthropic } from '@ai-sdk/anthropic'
import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../core/json.ts'
import { withOutputLimit } from './anthropic-output-limit.ts'

async function sent(options: Omit<LanguageModelV4CallOptions, 'prompt'>): Promise<JsonObject> {
  let body: JsonObject = {}
  const fetch = async (_url: unknown, init?: RequestInit) => {
    body = JSON.parse(String(init?.body)) as JsonObject
    return Response.json({
      type: 'message',
      id: 'm',
      role: 'assistant',
      model: 'claude-sonnet-4-5',
      content: [],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 1, output_tokens: 1 },
    })
  }
  const model = withOutputLimit(
    (own) => createAnthropic({ apiKey: 'k', fetch: own })('claude-sonnet-4-5'),
    fetch as typeof globalThis.fetch,
  )
  await model.doGenerate({ ...options, prompt: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }] })
  return body
}

const thinking = (budgetTokens: number) => ({
  providerOptions: { anthropic: { thinking: { type: 'enabled', budgetTokens } } },
})

describe('the limit of output of a model of Anthropic', () => {
  it.each<[string, Omit<LanguageModelV4CallOptions, 'prompt'>, JsonObject]>([
    ['without thinking', { maxOutputTokens: 900 }, { max_tokens: 900 }],
    [
      'with a budget below it',
      { maxOutputTokens: 4_000, ...thinking(1_500) },
      { max_tokens: 4_000, thinking: { type: 'enabled', budget_tokens: 1_500 } },
    ],
    [
      'with a budget above it',
      { maxOutputTokens: 4_000, ...thinking(9_000) },
      { max_tokens: 4_000, thinking: { type: 'enabled', budget_tokens: 2_000 } },
    ],
    [
      'with an effort',
      { maxOutputTokens: 3_000, reasoning: 'high' },
      { max_tokens: 3_000, thinking: { type: 'enabled', budget_tokens: 1_500 } },
    ],
    [
      'too small to think',
      { maxOutputTokens: 500, reasoning: 'high' },
      { max_tokens: 500, thinking: { type: 'disabled' } },
    ],
  ])('is kept %s', async (_what, options, expected) => {
    expect(await sent(options)).toMatchObject(expected)
  })

  it("is the model's own where the caller names none", async () => {
    expect((await sent({})).max_tokens).toBeGreaterThan(10_000)
  })
})
