import type { Usage } from '../../calls/format.ts'
import { tierIn, toolsUsed, unitsIn, usageFrom } from '../../calls/usage.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'

/**
 * `usage` of Chat Completions. DeepSeek names what its cache held beside it, and xAI counts reasoning apart from the
 * output, which shows in the total.
 */
export function chatUsage(usage: Json | undefined, tier?: Json): Usage | undefined {
  if (!isJsonObject(usage)) return undefined
  if (typeof usage.prompt_tokens !== 'number' && typeof usage.completion_tokens !== 'number') return undefined
  const input = objectOr(usage.prompt_tokens_details)
  const output = objectOr(usage.completion_tokens_details)
  const inputTokens = unitsIn(usage.prompt_tokens)
  const completionTokens = unitsIn(usage.completion_tokens)
  const reasoningTokens = unitsIn(output.reasoning_tokens)
  const isApart =
    reasoningTokens > 0 && unitsIn(usage.total_tokens) === inputTokens + completionTokens + reasoningTokens
  return usageFrom({
    inputTokens,
    cachedReadTokens: unitsIn(input.cached_tokens) || unitsIn(usage.prompt_cache_hit_tokens),
    cachedWriteTokens: unitsIn(input.cache_write_tokens),
    outputTokens: completionTokens + (isApart ? reasoningTokens : 0),
    reasoningTokens,
    inputAudioTokens: unitsIn(input.audio_tokens),
    outputAudioTokens: unitsIn(output.audio_tokens),
    ...tierIn(tier),
  })
}

/** What an answer of the Responses API says beside its `usage` that is billed. */
export interface ResponseExtras {
  tier: Json | undefined
  webSearches: number
  fileSearches: number
  codeContainers: number
  /** `tool_usage.image_gen`, for pictures that the model had drawn. */
  imageGen: Json | undefined
  /** How many there are, for a server that does not report it. */
  pictures: number
}

/** Those of a square picture of high quality (https://platform.openai.com/docs/guides/image-generation#cost-and-latency). */
const TOKENS_PER_PICTURE = 4_160

/** The tokens of pictures that a tool drew: as they are reported, or by their number. */
export function picturesDrawn(reported: Json | undefined, pictures: number) {
  if (!isJsonObject(reported)) return { toolImageTokens: pictures * TOKENS_PER_PICTURE }
  return {
    toolImageTokens: unitsIn(reported.output_tokens),
    toolImageInputTokens: unitsIn(reported.input_tokens),
  }
}

/** `usage` of the Responses API. */
export function responsesUsage(
  usage: Json | undefined,
  { tier, imageGen, pictures, ...tools }: ResponseExtras,
): Usage | undefined {
  if (!isJsonObject(usage)) return undefined
  if (typeof usage.input_tokens !== 'number' && typeof usage.output_tokens !== 'number') return undefined
  const input = objectOr(usage.input_tokens_details)
  return usageFrom({
    inputTokens: unitsIn(usage.input_tokens),
    cachedReadTokens: unitsIn(input.cached_tokens),
    cachedWriteTokens: unitsIn(input.cache_write_tokens),
    outputTokens: unitsIn(usage.output_tokens),
    reasoningTokens: unitsIn(objectOr(usage.output_tokens_details).reasoning_tokens),
    ...tierIn(tier),
    ...toolsUsed({ ...tools, ...picturesDrawn(imageGen, pictures) }),
  })
}

/** The fee of a container follows its memory: https://platform.openai.com/docs/pricing#built-in-tools. */
const GIGABYTES: Readonly<Record<string, number>> = { '1g': 1, '4g': 4, '16g': 16, '64g': 64 }

/** Containers by the gigabyte: the most that a request lets one have, as the answer repeats it; 1 where it names nothing. */
export function gigabytesOf(limits: readonly (Json | undefined)[]): number {
  return Math.max(1, ...limits.map((limit) => (typeof limit === 'string' ? (GIGABYTES[limit] ?? 1) : 1)))
}

/** What the tools of a request say of the memory of their containers, those of the code interpreter and of the shell. */
export function memoryLimitsIn(tools: Json | undefined): (Json | undefined)[] {
  const each = Array.isArray(tools) ? tools.filter(isJsonObject) : []
  return each.flatMap(({ container, environment }) => [container, environment].map((one) => objectOr(one).memory_limit))
}

/**
 * OpenAI charges for each search, not for the pages that a model opens then, and for each container that code ran in
 * (https://platform.openai.com/docs/pricing#built-in-tools). The usage has none of these: they are counted in the output.
 */
export function responseExtras({ service_tier, output, tools, tool_usage: used }: JsonObject): ResponseExtras {
  const items = Array.isArray(output) ? output.filter(isJsonObject) : []
  const count = (is: (item: JsonObject) => boolean) => items.filter(is).length
  const containers = items.flatMap(({ type, container_id, environment }) => {
    if (type === 'code_interpreter_call') return [container_id]
    return type === 'shell_call' ? [objectOr(environment).container_id].filter((id) => typeof id === 'string') : []
  })
  return {
    tier: service_tier,
    webSearches: count(({ type, action }) => type === 'web_search_call' && objectOr(action).type === 'search'),
    fileSearches: count(({ type }) => type === 'file_search_call'),
    codeContainers: new Set(containers).size * gigabytesOf(memoryLimitsIn(tools)),
    imageGen: objectOr(used).image_gen,
    pictures: count(({ type }) => type === 'image_generation_call'),
  }
}

function objectOr(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}
