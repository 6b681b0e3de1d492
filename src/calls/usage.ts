import type { LanguageModelV4Usage, SharedV4ProviderMetadata } from '@ai-sdk/provider'
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import { SERVICE_TIERS } from '../core/usage.ts'
import type { ToolUses, Usage } from './format.ts'

/** More than any answer has; a price of so many is still a number of points. */
const MAX_UNITS = 10_000_000_000

/** A count of units in an answer. Anything but a number from 0 to `MAX_UNITS` counts as 0. */
export function unitsIn(value: Json | undefined): number {
  return typeof value === 'number' && value > 0 && value <= MAX_UNITS ? Math.round(value) : 0
}

/** The tier that a vendor names, where it may have a price of its own. */
export function tierIn(value: unknown): Pick<Usage, 'serviceTier'> {
  const serviceTier = SERVICE_TIERS.find((tier) => tier === value)
  return serviceTier ? { serviceTier } : {}
}

/** Those that were used at all. */
export function toolsUsed(uses: ToolUses): ToolUses {
  return Object.fromEntries(Object.entries(uses).filter(([, count]) => count > 0))
}

/**
 * What Anthropic's `usage` has beside the usual counts, each with a price of its own: what is kept in its cache for an hour,
 * searches of the web, and fast mode (https://docs.anthropic.com/en/api/messages#response-usage). Its `service_tier` changes
 * no price of a token.
 */
export function anthropicExtras(usage: JsonObject): Partial<Usage> {
  const created = isJsonObject(usage.cache_creation) ? usage.cache_creation : {}
  const tools = isJsonObject(usage.server_tool_use) ? usage.server_tool_use : {}
  const cachedWriteHourTokens = unitsIn(created.ephemeral_1h_input_tokens)
  return {
    ...(cachedWriteHourTokens > 0 ? { cachedWriteHourTokens } : {}),
    ...toolsUsed({ webSearches: unitsIn(tools.web_search_requests) }),
    ...tierIn(usage.speed),
  }
}

/** Usage from the counts that are known; the others are 0. */
export function usageFrom(known: Partial<Usage> & Pick<Usage, 'inputTokens' | 'outputTokens'>): Usage {
  return {
    cachedReadTokens: 0,
    cachedWriteTokens: 0,
    reasoningTokens: 0,
    inputAudioTokens: 0,
    outputAudioTokens: 0,
    imageTokens: 0,
    ...known,
  }
}

/**
 * The usage that an AI SDK model reports; undefined where the vendor reported none. The parts that are not in its common
 * form (audio, images) come from the vendor's own, which it keeps in `raw`.
 */
export function usageOfModel(
  { inputTokens, outputTokens, raw }: LanguageModelV4Usage,
  metadata: SharedV4ProviderMetadata = {},
): Usage | undefined {
  if (inputTokens.total === undefined && outputTokens.total === undefined) return undefined
  const details = isJsonObject(raw) ? raw : {}
  return usageFrom({
    inputTokens: unitsIn(inputTokens.total),
    cachedReadTokens: unitsIn(inputTokens.cacheRead),
    cachedWriteTokens: unitsIn(inputTokens.cacheWrite),
    outputTokens: unitsIn(outputTokens.total),
    reasoningTokens: unitsIn(outputTokens.reasoning),
    inputAudioTokens: audioIn(details.prompt_tokens_details) || modalityIn(details.promptTokensDetails, 'AUDIO'),
    outputAudioTokens:
      audioIn(details.completion_tokens_details) || modalityIn(details.candidatesTokensDetails, 'AUDIO'),
    imageTokens: modalityIn(details.candidatesTokensDetails, 'IMAGE'),
    ...anthropicExtras(details),
    ...tierIn(tierOf(details, metadata)),
  })
}

/** OpenAI's Responses API says it beside the usage, as other vendors may in it. */
function tierOf({ service_tier, speed }: JsonObject, metadata: SharedV4ProviderMetadata): unknown {
  const named = Object.values(metadata).find(({ serviceTier }) => typeof serviceTier === 'string')
  return named?.serviceTier ?? speed ?? service_tier
}

/** Tokens of one modality in Gemini's lists of `{ modality, tokenCount }`. */
export function modalityIn(details: Json | undefined, modality: string): number {
  if (!Array.isArray(details)) return 0
  return details.reduce<number>(
    (sum, one) => sum + (isJsonObject(one) && one.modality === modality ? unitsIn(one.tokenCount) : 0),
    0,
  )
}

function audioIn(details: Json | undefined): number {
  return isJsonObject(details) ? unitsIn(details.audio_tokens) : 0
}
