import { LRUCache } from 'lru-cache'
import { fits } from '../core/model-name.ts'
import type { ModelPrice } from '../core/usage.ts'

/** When the prices below were last looked at. Vendors change them: check them against their pages before you bill by them. */
export const LIST_PRICES_OF = '2025-11-30'

const audio = (price: ModelPrice, inputAudio: number, outputAudio: number): ModelPrice => ({
  ...price,
  inputAudio,
  outputAudio,
})

/** In USD for a million tokens: what is read, what is read from the cache, what is written. */
const openai = (input: number, cachedRead: number, output: number): ModelPrice => ({ input, cachedRead, output })
/** Anthropic takes a tenth for what it reads from its cache, and a quarter more for what it writes there. */
const claude = (input: number, output: number): ModelPrice => ({
  input,
  cachedRead: input / 10,
  cachedWrite: input * 1.25,
  output,
})
/** Gemini reads from its cache for a tenth or a quarter. */
const gemini = (input: number, cachedRead: number, output: number): ModelPrice => ({ input, cachedRead, output })

/**
 * List prices of the vendors: https://openai.com/api/pricing, https://www.anthropic.com/pricing,
 * https://ai.google.dev/pricing. A name with "*" stands for all that begin so; the longest that fits counts.
 */
const LIST_PRICES: Readonly<Record<string, ModelPrice>> = {
  'gpt-5*': openai(1.25, 0.125, 10),
  'gpt-5-mini*': openai(0.25, 0.025, 2),
  'gpt-5-nano*': openai(0.05, 0.005, 0.4),
  'gpt-5-pro*': openai(15, 15, 120),
  'gpt-4.1*': openai(2, 0.5, 8),
  'gpt-4.1-mini*': openai(0.4, 0.1, 1.6),
  'gpt-4.1-nano*': openai(0.1, 0.025, 0.4),
  'gpt-4o*': openai(2.5, 1.25, 10),
  'gpt-4o-mini*': openai(0.15, 0.075, 0.6),
  'gpt-4o-audio*': audio(openai(2.5, 2.5, 10), 40, 80),
  'gpt-4o-mini-audio*': audio(openai(0.15, 0.15, 0.6), 10, 20),
  'gpt-audio*': audio(openai(2.5, 2.5, 10), 32, 64),
  'gpt-audio-mini*': audio(openai(0.6, 0.6, 2.4), 10, 20),
  'gpt-realtime*': audio(openai(4, 0.4, 16), 32, 64),
  'gpt-realtime-mini*': audio(openai(0.6, 0.06, 2.4), 10, 20),
  'gpt-4o-realtime-preview*': audio(openai(5, 2.5, 20), 40, 80),
  'gpt-4o-mini-realtime-preview*': audio(openai(0.6, 0.3, 2.4), 10, 20),
  'chatgpt-4o-latest': openai(5, 5, 15),
  'gpt-4-turbo*': openai(10, 10, 30),
  'gpt-4': openai(30, 30, 60),
  'gpt-4-0613': openai(30, 30, 60),
  'gpt-3.5-turbo*': openai(0.5, 0.5, 1.5),
  'gpt-3.5-turbo-instruct*': openai(1.5, 1.5, 2),
  'o1*': openai(15, 7.5, 60),
  'o1-mini*': openai(1.1, 0.55, 4.4),
  'o1-pro*': openai(150, 150, 600),
  'o3*': openai(2, 0.5, 8),
  'o3-mini*': openai(1.1, 0.55, 4.4),
  'o3-pro*': openai(20, 20, 80),
  'o4-mini*': openai(1.1, 0.275, 4.4),
  'text-embedding-3-small': { input: 0.02 },
  'text-embedding-3-large': { input: 0.13 },
  'text-embedding-ada-002': { input: 0.1 },
  'omni-moderation-*': {},
  'text-moderation-*': {},
  'tts-1*': { character: 15 },
  'tts-1-hd*': { character: 30 },
  'gpt-4o-mini-tts*': { input: 0.6, output: 12, character: 15 },
  'whisper-1': { second: 100 },
  'gpt-4o-transcribe*': { input: 2.5, output: 10, second: 100 },
  'gpt-4o-mini-transcribe*': { input: 1.25, output: 5, second: 50 },
  'claude-opus-4-5*': claude(5, 25),
  'claude-opus-4*': claude(15, 75),
  'claude-sonnet-4*': claude(3, 15),
  'claude-haiku-4*': claude(1, 5),
  'claude-3-7-sonnet*': claude(3, 15),
  'claude-3-5-sonnet*': claude(3, 15),
  'claude-3-5-haiku*': claude(0.8, 4),
  'claude-3-opus*': claude(15, 75),
  'claude-3-haiku*': claude(0.25, 1.25),
  'gemini-3-pro*': gemini(2, 0.2, 12),
  'gemini-2.5-pro*': gemini(1.25, 0.125, 10),
  'gemini-2.5-flash*': { ...gemini(0.3, 0.03, 2.5), inputAudio: 1 },
  'gemini-2.5-flash-lite*': { ...gemini(0.1, 0.01, 0.4), inputAudio: 0.3 },
  'gemini-2.5-flash-image*': { ...gemini(0.3, 0.3, 2.5), image: 30 },
  'gemini-2.0-flash*': { ...gemini(0.1, 0.025, 0.4), inputAudio: 0.7 },
  'gemini-2.0-flash-lite*': gemini(0.075, 0.075, 0.3),
  'gemini-embedding-001': { input: 0.15 },
  'text-embedding-004': {},
  'gemma-*': {},
}

const NAMES = Object.keys(LIST_PRICES).sort((a, b) => b.length - a.length)

/** Models that were looked for, so that a call does not go through the list again. Callers name them, so they have an end. */
const found = new LRUCache<string, { price: ModelPrice | undefined }>({ max: 1_000 })

/** What the vendor asks for a model; undefined for one that is not known here. */
export function listPriceOf(model: string): ModelPrice | undefined {
  const known = found.get(model)
  if (known) return known.price
  const name = NAMES.find((one) => one === model) ?? NAMES.find((one) => fits(one, model))
  const price = name === undefined ? undefined : LIST_PRICES[name]
  found.set(model, { price })
  return price
}
