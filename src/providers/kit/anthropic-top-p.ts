import type { LanguageModelV4 } from '@ai-sdk/provider'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { type BuildModel, withEditedBody } from './edited-body.ts'

/** Beside thinking (https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking#feature-compatibility). */
const LEAST_TOP_P = 0.95
const USUAL_TEMPERATURE = 1

/**
 * A model of `@ai-sdk/anthropic` that sends each top P that Anthropic takes. The package leaves it out beside thinking, and
 * beside a temperature, also one of 1, which many clients always send and which is what Anthropic takes where there is none.
 */
export function withTopP(build: BuildModel, fetch: typeof globalThis.fetch): LanguageModelV4 {
  return withEditedBody(build, fetch, ({ topP }) => (topP === undefined ? undefined : (body) => edited(body, topP)))
}

function edited(body: JsonObject, topP: number): JsonObject {
  if (body.top_p !== undefined) return body
  const { temperature, ...rest } = body
  if (temperature === USUAL_TEMPERATURE) return { ...rest, top_p: topP }
  return isThinking(body) && topP >= LEAST_TOP_P ? { ...body, top_p: topP } : body
}

function isThinking({ thinking }: JsonObject): boolean {
  return isJsonObject(thinking) && (thinking.type === 'enabled' || thinking.type === 'adaptive')
}
