import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { type BuildModel, withEditedBody } from './edited-body.ts'

/** The smallest budget that Anthropic takes (https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking). */
export const LEAST_BUDGET = 1_024

/** The limit of a call leaves no room for the smallest budget. */
const NO_ROOM = new Error('The output has no room for thinking.')

/**
 * A model of `@ai-sdk/anthropic` that never writes more than `maxOutputTokens`. By itself the package adds the budget of
 * its thinking, up to some ten thousand tokens, to the caller's limit, and the caller would pay for them. Where the limit
 * leaves no room for the smallest budget, the model does not think: it has to answer within the limit.
 */
export function withOutputLimit(build: BuildModel, fetch: typeof globalThis.fetch): LanguageModelV4 {
  const model = withEditedBody(build, fetch, ({ maxOutputTokens }) =>
    maxOutputTokens === undefined ? undefined : (body) => limited(body, maxOutputTokens),
  )
  return {
    specificationVersion: 'v4',
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: model.supportedUrls,
    doGenerate: (options) => withinRoom(options, model.doGenerate),
    doStream: (options) => withinRoom(options, model.doStream),
  }
}

/**
 * Asks again without thinking where there is no room for it. The package has to write that request, too: beside thinking it
 * leaves out a temperature and a forced tool.
 */
async function withinRoom<Answer>(
  options: LanguageModelV4CallOptions,
  ask: (options: LanguageModelV4CallOptions) => PromiseLike<Answer>,
): Promise<Answer> {
  try {
    return await ask(options)
  } catch (error) {
    if (error !== NO_ROOM) throw error
    return ask(withoutThinking(options))
  }
}

function withoutThinking({ reasoning: _, ...options }: LanguageModelV4CallOptions): LanguageModelV4CallOptions {
  const { providerOptions } = options
  const anthropic = { ...providerOptions?.anthropic, thinking: { type: 'disabled' } }
  return { ...options, providerOptions: { ...providerOptions, anthropic } }
}

/** Throws `NO_ROOM`. */
function limited(body: JsonObject, maxTokens: number): JsonObject {
  if (typeof body.max_tokens !== 'number' || body.max_tokens <= maxTokens) return body
  const { thinking } = body
  const within = { ...body, max_tokens: maxTokens }
  if (!isJsonObject(thinking) || typeof thinking.budget_tokens !== 'number') return within
  if (maxTokens <= LEAST_BUDGET) throw NO_ROOM
  return { ...within, thinking: { ...thinking, budget_tokens: budgetWithin(thinking.budget_tokens, maxTokens) } }
}

/** Half of the limit at most, so that something is left for the answer. */
export function budgetWithin(budget: number, maxTokens: number): number {
  return budget < maxTokens ? budget : Math.max(LEAST_BUDGET, Math.floor(maxTokens / 2))
}
