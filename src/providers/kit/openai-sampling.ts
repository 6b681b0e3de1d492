import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider'
import type { JsonObject } from '../../core/json.ts'
import { type BuildModel, withEditedBody } from './edited-body.ts'

/** Names of the options in Chat Completions; Responses has the first two, and `vendor-limits.ts` refuses the others there. */
const NAMES = {
  temperature: 'temperature',
  topP: 'top_p',
  presencePenalty: 'presence_penalty',
  frequencyPenalty: 'frequency_penalty',
} as const

/**
 * A model of `@ai-sdk/openai` that sends the sampling options that a caller chose, and lets the vendor judge them: a request
 * that it refuses is not paid for. The package leaves them out by the model's name, unless an effort of `none` was asked
 * for, although that is the default from gpt-5.1 on (https://platform.openai.com/docs/guides/latest-model) and the
 * deployments of Azure have names of their operators' choice.
 */
export function withSampling(build: BuildModel, fetch: typeof globalThis.fetch): LanguageModelV4 {
  return withEditedBody(build, fetch, (options) => {
    const chosen = samplingIn(options)
    return Object.keys(chosen).length === 0 ? undefined : (body) => ({ ...body, ...chosen })
  })
}

/** A temperature of 1 is the default, and models that reason refuse also that in Responses: it is for the package. */
function samplingIn(options: LanguageModelV4CallOptions): JsonObject {
  const chosen: JsonObject = {}
  for (const [option, name] of Object.entries(NAMES)) {
    const value = options[option as keyof typeof NAMES] // a name of the table
    if (value !== undefined && !(option === 'temperature' && value === 1)) chosen[name] = value
  }
  return chosen
}
