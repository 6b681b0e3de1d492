import type { LanguageModelV4Usage } from '@ai-sdk/provider'
import { isJsonObject, type Json } from '../core/json.ts'
import type { Usage } from './format.ts'

/** A count of units in an answer. Anything but a finite number from 0 counts as 0. */
export function unitsIn(value: Json | undefined): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.round(value) : 0
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
export function usageOfModel({ inputTokens, outputTokens, raw }: LanguageModelV4Usage): Usage | undefined {
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
  })
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
