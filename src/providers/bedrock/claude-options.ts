import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { budgetWithin, LEAST_BUDGET } from '../kit/anthropic-output-limit.ts'
import type { BuildModel } from '../kit/edited-body.ts'

/** What many clients always send, and what Anthropic takes where there is none. */
const USUAL_TEMPERATURE = 1

/**
 * A model of Anthropic behind `@ai-sdk/amazon-bedrock`, which adds the budget of its thinking to the caller's limit, and
 * sends a temperature of 1 beside a top P, which newer models refuse together. The requests of the package are signed before
 * they can be edited, so it is given other options in place of that.
 */
export function withClaudeOptions(build: BuildModel, fetch: typeof globalThis.fetch): LanguageModelV4 {
  const model = build(fetch)
  return {
    specificationVersion: 'v4',
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: model.supportedUrls,
    doGenerate: async (options) => model.doGenerate(await within(withoutUsual(options), build)),
    doStream: async (options) => model.doStream(await within(withoutUsual(options), build)),
  }
}

function withoutUsual(options: LanguageModelV4CallOptions): LanguageModelV4CallOptions {
  const { temperature, ...others } = options
  return temperature === USUAL_TEMPERATURE && options.topP !== undefined ? others : options
}

/** The options with which the package writes no more than the caller's limit. Without room for a budget, the model does not think. */
async function within(options: LanguageModelV4CallOptions, build: BuildModel): Promise<LanguageModelV4CallOptions> {
  const { maxOutputTokens: limit, reasoning } = options
  if (limit === undefined || reasoning === undefined || reasoning === 'none') return options
  const budget = budgetIn(await written(options, build))
  if (budget === undefined) return options // the model has no budget, or decides by itself
  if (limit <= LEAST_BUDGET) return { ...options, reasoning: 'none' }
  const budgetTokens = budgetWithin(budget, limit)
  const { providerOptions } = options
  const amazonBedrock = { ...providerOptions?.amazonBedrock, reasoningConfig: { budgetTokens } }
  return {
    ...options,
    maxOutputTokens: limit - budgetTokens, // the package adds it again
    providerOptions: { ...providerOptions, amazonBedrock },
  }
}

/** Which models have a budget, and how much, is for the package to know: its request is written once and not sent. */
async function written(options: LanguageModelV4CallOptions, build: BuildModel): Promise<JsonObject> {
  let body: JsonObject = {}
  const unsent = new Error('The request was only written.')
  const probe = build(async (_input, init) => {
    const value = typeof init?.body === 'string' ? (JSON.parse(init.body) as Json) : undefined
    if (isJsonObject(value)) body = value
    throw unsent
  })
  try {
    await probe.doGenerate(options)
  } catch (error) {
    if (Object.keys(body).length === 0) throw error // it could not be written, and the real one cannot either
  }
  return body
}

function budgetIn({ additionalModelRequestFields: more }: JsonObject): number | undefined {
  const thinking = isJsonObject(more) ? more.thinking : undefined
  const budget = isJsonObject(thinking) ? thinking.budget_tokens : undefined
  return typeof budget === 'number' ? budget : undefined
}
