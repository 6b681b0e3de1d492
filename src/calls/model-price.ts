import { type Points, usdToPoints } from '../core/points.ts'
import type { ModelPrice, ServiceTier, Usage } from '../core/usage.ts'

const MILLION = 1_000_000

/** They multiply the prices beside them, so an account's factor does not change them. */
const FACTORS = {
  priority: 'priorityFactor',
  flex: 'flexFactor',
  fast: 'fastFactor',
} as const satisfies Record<ServiceTier, keyof ModelPrice>
const FACTOR_NAMES: ReadonlySet<string> = new Set(Object.values(FACTORS))
/** Fees for each use of a vendor's tools; discounts of batches are of tokens. */
export const TOOL_FEES: ReadonlySet<string> = new Set<keyof ModelPrice>([
  'webSearch',
  'searchedCall',
  'fileSearch',
  'codeContainer',
  'toolImage',
  'toolImageInput',
])

/** A price times a factor, such as that of an account or of batches; kinds in `except` stay. */
export function scaled(price: ModelPrice, factor: number, except: ReadonlySet<string> = new Set()): ModelPrice {
  if (factor === 1) return price
  return Object.fromEntries(
    Object.entries(price).map(([kind, usd]) => [kind, FACTOR_NAMES.has(kind) || except.has(kind) ? usd : usd * factor]),
  )
}

/** What a call costs, in points. Throws a RangeError for more than there can be of them. */
export function priceOfUsage(usage: Usage, price: ModelPrice): Points {
  return usdToPoints(usdOfUsage(usage, price))
}

/** What a call costs, in USD. Kinds without a price of their own cost what their whole does. */
export function usdOfUsage(usage: Usage, price: ModelPrice): number {
  const { input = 0, output = 0 } = price
  const {
    cachedRead = input,
    cachedWrite = input,
    cachedWriteHour = cachedWrite,
    inputAudio = input,
    outputAudio = output,
    image = output,
  } = price
  const read = usage.cachedReadTokens ?? 0
  const written = usage.cachedWriteTokens ?? 0
  const writtenForHour = Math.min(written, usage.cachedWriteHourTokens ?? 0)
  const heard = usage.inputAudioTokens ?? 0
  const spoken = usage.outputAudioTokens ?? 0
  const drawn = usage.imageTokens ?? 0
  const plainInput = Math.max(0, (usage.inputTokens ?? 0) - read - written - heard)
  const plainOutput = Math.max(0, (usage.outputTokens ?? 0) - spoken - drawn)
  const tierFactor = (usage.serviceTier && price[FACTORS[usage.serviceTier]]) ?? 1
  const tokens =
    plainInput * input +
    read * cachedRead +
    (written - writtenForHour) * cachedWrite +
    writtenForHour * cachedWriteHour +
    heard * inputAudio +
    plainOutput * output +
    spoken * outputAudio +
    drawn * image
  const millionths =
    tokens * tierFactor +
    toolFees(usage, price) +
    (usage.characters ?? 0) * (price.character ?? 0) +
    (usage.seconds ?? 0) * (price.second ?? 0)
  return millionths / MILLION + (price.call ?? 0)
}

function toolFees(usage: Usage, price: ModelPrice): number {
  const { webSearches = 0, fileSearches = 0, codeContainers = 0, toolImageTokens = 0, toolImageInputTokens = 0 } = usage
  return (
    webSearches * (price.webSearch ?? 0) +
    (webSearches > 0 ? (price.searchedCall ?? 0) : 0) +
    fileSearches * (price.fileSearch ?? 0) +
    codeContainers * (price.codeContainer ?? 0) +
    toolImageTokens * (price.toolImage ?? 0) +
    toolImageInputTokens * (price.toolImageInput ?? 0)
  )
}
