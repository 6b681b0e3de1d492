import { type Points, usdToPoints } from '../core/points.ts'
import type { ModelPrice, Usage } from '../core/usage.ts'

const MILLION = 1_000_000

/** A price for an account with a factor of its own, such as 0 for a tenant's. */
export function scaled(price: ModelPrice, factor: number): ModelPrice {
  if (factor === 1) return price
  return Object.fromEntries(Object.entries(price).map(([kind, usd]) => [kind, usd * factor]))
}

/** What a call costs, in points. Kinds without a price of their own cost what their whole does. */
export function priceOfUsage(usage: Usage, price: ModelPrice): Points {
  const { input = 0, output = 0 } = price
  const { cachedRead = input, cachedWrite = input, inputAudio = input, outputAudio = output, image = output } = price
  const read = usage.cachedReadTokens ?? 0
  const written = usage.cachedWriteTokens ?? 0
  const heard = usage.inputAudioTokens ?? 0
  const spoken = usage.outputAudioTokens ?? 0
  const drawn = usage.imageTokens ?? 0
  const plainInput = Math.max(0, (usage.inputTokens ?? 0) - read - written - heard)
  const plainOutput = Math.max(0, (usage.outputTokens ?? 0) - spoken - drawn)
  const millionths =
    plainInput * input +
    read * cachedRead +
    written * cachedWrite +
    heard * inputAudio +
    plainOutput * output +
    spoken * outputAudio +
    drawn * image +
    (usage.characters ?? 0) * (price.character ?? 0) +
    (usage.seconds ?? 0) * (price.second ?? 0)
  return usdToPoints(millionths / MILLION + (price.call ?? 0))
}
