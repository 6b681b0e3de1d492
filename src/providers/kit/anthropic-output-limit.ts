import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'

type Fetch = typeof globalThis.fetch

/** The smallest budget that Anthropic takes (https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking). */
const LEAST_BUDGET = 1_024

/**
 * A model of `@ai-sdk/anthropic` that never writes more than `maxOutputTokens`. By itself the package adds the budget of
 * its thinking, up to some ten thousand tokens, to the caller's limit, and the caller would pay for them. `build` makes
 * the model around a `fetch`; nothing is sent by that.
 */
export function withOutputLimit(build: (fetch: Fetch) => LanguageModelV4, fetch: Fetch): LanguageModelV4 {
  const unlimited = build(fetch)
  const modelFor = ({ maxOutputTokens }: LanguageModelV4CallOptions) =>
    maxOutputTokens === undefined ? unlimited : build(limitedFetch(fetch, maxOutputTokens))
  return {
    specificationVersion: 'v4',
    provider: unlimited.provider,
    modelId: unlimited.modelId,
    supportedUrls: unlimited.supportedUrls,
    doGenerate: (options) => modelFor(options).doGenerate(options),
    doStream: (options) => modelFor(options).doStream(options),
  }
}

function limitedFetch(fetch: Fetch, maxTokens: number): Fetch {
  return async (input, init) => {
    if (typeof init?.body !== 'string') return fetch(input, init)
    const body = JSON.parse(init.body) as Json
    return fetch(input, isJsonObject(body) ? { ...init, body: JSON.stringify(limited(body, maxTokens)) } : init)
  }
}

/** Where the limit leaves no room for the smallest budget, the model does not think: it has to answer within the limit. */
function limited(body: JsonObject, maxTokens: number): JsonObject {
  if (typeof body.max_tokens !== 'number' || body.max_tokens <= maxTokens) return body
  const { thinking } = body
  const within = { ...body, max_tokens: maxTokens }
  if (!isJsonObject(thinking) || typeof thinking.budget_tokens !== 'number') return within
  if (maxTokens <= LEAST_BUDGET) return { ...within, thinking: { type: 'disabled' } }
  return { ...within, thinking: { ...thinking, budget_tokens: budgetWithin(thinking.budget_tokens, maxTokens) } }
}

/** Half of the limit at most, so that something is left for the answer. */
function budgetWithin(budget: number, maxTokens: number): number {
  return budget < maxTokens ? budget : Math.max(LEAST_BUDGET, Math.floor(maxTokens / 2))
}
