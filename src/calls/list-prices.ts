import { LRUCache } from 'lru-cache'
import { fits } from '../core/model-name.ts'
import type { ModelPrice } from '../core/usage.ts'

/** When the newest of the prices below was published. Vendors change them: check them against their pages before you bill by them. */
export const LIST_PRICES_OF = '2026-09-23'

const audio = (price: ModelPrice, inputAudio: number, outputAudio: number): ModelPrice => ({
  ...price,
  inputAudio,
  outputAudio,
})

/** In USD for a million tokens: what is read, what is read from the cache, what is written. */
const tokens = (input: number, cachedRead: number, output: number): ModelPrice => ({ input, cachedRead, output })
/**
 * OpenAI's prices of priority and flex processing, as factors (https://openai.com/api-priority-processing), and its fees of
 * tools: a search of the web, one of files, a container for code, and pictures at the prices of gpt-image-1, whichever model
 * draws them: the dearest that are known (https://openai.com/api/pricing). Where priority
 * is not the double, its factor is in the list.
 */
const gpt = (input: number, cachedRead: number, output: number, priorityFactor = 2): ModelPrice => ({
  ...tokens(input, cachedRead, output),
  webSearch: 10_000,
  fileSearch: 2_500,
  codeContainer: 30_000,
  toolImage: 40,
  toolImageInput: 10,
  priorityFactor,
  flexFactor: 0.5,
})
/**
 * What Google Search costs: to Gemini 2 for each prompt that uses it, since then for each search (https://ai.google.dev/pricing).
 * Priority processing costs up to the double (https://ai.google.dev/gemini-api/docs/optimization).
 */
const gemini2 = (input: number, cachedRead: number, output: number): ModelPrice => ({
  ...tokens(input, cachedRead, output),
  ...{ searchedCall: 35_000, priorityFactor: 2, flexFactor: 0.5 },
})
const gemini3 = (input: number, cachedRead: number, output: number): ModelPrice => ({
  ...tokens(input, cachedRead, output),
  ...{ webSearch: 14_000, priorityFactor: 2, flexFactor: 0.5 },
})
/**
 * Anthropic takes a quarter more for what it writes to its cache, the double for what stays there for an hour, and a tenth
 * for what it reads there unless it says otherwise. A search of the web has a fee (https://www.anthropic.com/pricing).
 */
const claude = (input: number, output: number, cachedRead = input / 10): ModelPrice => ({
  input,
  cachedRead,
  cachedWrite: input * 1.25,
  cachedWriteHour: input * 2,
  webSearch: 10_000,
  output,
})

/**
 * List prices of the vendors for prompts of usual length; some take more for long ones. A name stands for its dated snapshots,
 * too, and one with "*" for all that begin so. A model that is not here has no list price: it is refused until the operator sets
 * one, since a newer model seldom costs what an older one did.
 *
 * Until 2025 from the vendors' pages: https://openai.com/api/pricing, https://www.anthropic.com/pricing,
 * https://ai.google.dev/pricing. Since then from what others have published of them, as of 2026-09-23: the packages llm-zoo 1.37.0
 * (all), aicost 0.2.4 (Claude) and adk-model (GPT-5.4), which agree where they overlap. What priority processing costs was read again
 * on 2026-11-30 (https://openai.com/api-priority-processing, https://ai.google.dev/gemini-api/docs/optimization), what audio tokens of transcriptions do in OpenAI's cookbook
 * (github.com/openai/openai-cookbook, 2025). The fees of tools, flex processing, the cache of an hour, fast mode, realtime and sound are
 * those that the vendors' pages above had in 2025, and were not read again since.
 */
const LIST_PRICES: Readonly<Record<string, ModelPrice>> = {
  'gpt-6-astra': gpt(10, 1, 50),
  'gpt-6-sol': gpt(2, 0.2, 10),
  'gpt-6-luna': gpt(0.1, 0.01, 0.5),
  'gpt-5.6-sol': gpt(4, 0.4, 20),
  'gpt-5.6-terra': gpt(2, 0.2, 12),
  'gpt-5.6-luna': gpt(0.2, 0.02, 1.2),
  'gpt-5.5': gpt(5, 0.5, 30, 2.5),
  'gpt-5.5-pro': gpt(30, 30, 180),
  'gpt-5.4': gpt(2.5, 0.25, 15),
  'gpt-5.4-mini': gpt(0.75, 0.075, 4.5),
  'gpt-5.4-nano': gpt(0.2, 0.02, 1.25),
  'gpt-5.4-pro': gpt(30, 30, 180),
  'gpt-5.3-codex': gpt(1.75, 0.175, 14),
  'gpt-5.2': gpt(1.75, 0.175, 14),
  'gpt-5.2-codex': gpt(1.75, 0.175, 14),
  'gpt-5.2-pro': gpt(21, 21, 168),
  'gpt-5.1': gpt(1.25, 0.125, 10),
  'gpt-5.1-chat': gpt(1.25, 0.125, 10),
  'gpt-5.1-codex': gpt(1.25, 0.125, 10),
  'gpt-5.1-codex-max': gpt(1.25, 0.125, 10),
  'gpt-5.1-codex-mini': gpt(0.25, 0.025, 2),
  'gpt-5': gpt(1.25, 0.125, 10),
  'gpt-5-chat': gpt(1.25, 0.125, 10),
  'gpt-5-codex': gpt(1.25, 0.125, 10),
  'gpt-5-mini': gpt(0.25, 0.025, 2, 1.8),
  'gpt-5-nano': gpt(0.05, 0.005, 0.4),
  'gpt-5-pro': gpt(15, 15, 120),
  'gpt-4.1': gpt(2, 0.5, 8, 1.75),
  'gpt-4.1-mini': gpt(0.4, 0.1, 1.6, 1.75),
  'gpt-4.1-nano': gpt(0.1, 0.025, 0.4),
  'gpt-4o': gpt(2.5, 1.25, 10, 1.7),
  'gpt-4o-2024-05-13': gpt(5, 5, 15, 1.75),
  'gpt-4o-mini': gpt(0.15, 0.075, 0.6, 5 / 3),
  'gpt-4o-audio-preview': audio(gpt(2.5, 2.5, 10), 40, 80),
  'gpt-4o-mini-audio-preview': audio(gpt(0.15, 0.15, 0.6), 10, 20),
  'gpt-audio': audio(gpt(2.5, 2.5, 10), 32, 64),
  'gpt-audio-mini': audio(gpt(0.6, 0.6, 2.4), 10, 20),
  'gpt-realtime': audio(gpt(4, 0.4, 16), 32, 64),
  'gpt-realtime-mini': audio(gpt(0.6, 0.06, 2.4), 10, 20),
  'gpt-4o-realtime-preview': audio(gpt(5, 2.5, 20), 40, 80),
  'gpt-4o-mini-realtime-preview': audio(gpt(0.6, 0.3, 2.4), 10, 20),
  'chatgpt-4o': gpt(5, 5, 15),
  'gpt-4-turbo': gpt(10, 10, 30),
  'gpt-4': gpt(30, 30, 60),
  'gpt-3.5-turbo': gpt(0.5, 0.5, 1.5),
  'gpt-3.5-turbo-instruct': gpt(1.5, 1.5, 2),
  o1: gpt(15, 7.5, 60),
  'o1-mini': gpt(1.1, 0.55, 4.4),
  'o1-pro': gpt(150, 150, 600),
  o3: gpt(2, 0.5, 8, 1.75),
  'o3-mini': gpt(1.1, 0.55, 4.4),
  'o3-pro': gpt(20, 20, 80),
  'o4-mini': gpt(1.1, 0.275, 4.4, 20 / 11),
  'text-embedding-3-small': { input: 0.02 },
  'text-embedding-3-large': { input: 0.13 },
  'text-embedding-ada-002': { input: 0.1 },
  'omni-moderation-*': {},
  'text-moderation-*': {},
  'tts-1': { character: 15 },
  'tts-1-hd': { character: 30 },
  'gpt-4o-mini-tts': { input: 0.6, output: 12, character: 15 },
  'whisper-1': { second: 100 },
  'gpt-4o-transcribe': { input: 2.5, inputAudio: 6, output: 10, second: 100 },
  'gpt-4o-mini-transcribe': { input: 1.25, inputAudio: 3, output: 5, second: 50 },
  'claude-fable-5-1': claude(10, 50, 0.25),
  'claude-fable-5': claude(10, 50),
  'claude-mythos-5-1': claude(10, 50, 0.25),
  'claude-mythos-5': claude(10, 50),
  'claude-opus-5-5': claude(4, 20, 0.2),
  'claude-opus-5': claude(5, 25),
  'claude-opus-4-8': claude(5, 25),
  'claude-opus-4-7': { ...claude(5, 25), fastFactor: 6 },
  'claude-opus-4-6': { ...claude(5, 25), fastFactor: 6 },
  'claude-opus-4-5': claude(5, 25),
  'claude-opus-4-1': claude(15, 75),
  'claude-opus-4-0': claude(15, 75),
  'claude-opus-4': claude(15, 75),
  'claude-sonnet-5': claude(2, 10),
  'claude-sonnet-4-6': claude(3, 15),
  'claude-sonnet-4-5': claude(3, 15),
  'claude-sonnet-4-0': claude(3, 15),
  'claude-sonnet-4': claude(3, 15),
  'claude-haiku-4-5': claude(1, 5),
  'claude-3-7-sonnet': claude(3, 15),
  'claude-3-5-sonnet': claude(3, 15),
  'claude-3-5-haiku': claude(0.8, 4),
  'claude-3-opus': claude(15, 75),
  'claude-3-haiku': claude(0.25, 1.25),
  'gemini-3.8-flash': gemini3(0.75, 0.075, 3.75),
  'gemini-3.7-flash': gemini3(0.75, 0.075, 3.75),
  'gemini-3.6-flash': gemini3(1.5, 0.15, 7.5),
  'gemini-3.5-flash': gemini3(1.5, 0.15, 9),
  'gemini-3.5-flash-lite': gemini3(0.3, 0.03, 2.5),
  'gemini-3.1-pro-preview': gemini3(2, 0.2, 12),
  'gemini-3-pro-preview': gemini3(2, 0.2, 12),
  'gemini-2.5-pro': gemini2(1.25, 0.125, 10),
  'gemini-2.5-flash': { ...gemini2(0.3, 0.03, 2.5), inputAudio: 1 },
  'gemini-2.5-flash-lite': { ...gemini2(0.1, 0.01, 0.4), inputAudio: 0.3 },
  'gemini-2.5-flash-image': { ...gemini2(0.3, 0.3, 2.5), image: 30 },
  'gemini-2.0-flash': { ...gemini2(0.1, 0.025, 0.4), inputAudio: 0.7 },
  'gemini-2.0-flash-lite': gemini2(0.075, 0.075, 0.3),
  'gemini-embedding-001': { input: 0.15 },
  'text-embedding-004': {},
  'gemma-*': {},
  'deepseek-v4-flash': tokens(0.15, 0.003, 0.6),
  'deepseek-v4-pro': tokens(0.435, 0.003625, 0.87),
  // What it takes for its cache is not known here, so that costs what other input does.
  'grok-4.7': tokens(2, 2, 6),
  'grok-4.6': tokens(2, 2, 6),
  'grok-4.5': tokens(2, 2, 6),
  'grok-4.3': tokens(1.25, 1.25, 2.5),
}

/** How vendors mark a version of a model: a date, a number, or the latest one. */
const SNAPSHOT = /-(?:\d{4}-\d{2}-\d{2}|\d{8}|\d{3,4}|latest|preview-\d{2}-\d{4})$/

const PATTERNS = Object.keys(LIST_PRICES).filter((name) => name.endsWith('*'))

/** Models that were looked for, so that a call does not go through the list again. Callers name them, so they have an end. */
const found = new LRUCache<string, { price: ModelPrice | undefined }>({ max: 1_000 })

/** The names of the models with a list price, without patterns. */
export const LISTED_MODELS: readonly string[] = Object.keys(LIST_PRICES).filter((name) => !name.endsWith('*'))

/** What the vendor asks for a model; undefined for one that is not known here. */
export function listPriceOf(model: string): ModelPrice | undefined {
  const known = found.get(model)
  if (known) return known.price
  const names = [model, model.replace(SNAPSHOT, ''), ...PATTERNS.filter((pattern) => fits(pattern, model))]
  const name = names.find((one) => Object.hasOwn(LIST_PRICES, one))
  const price = name === undefined ? undefined : LIST_PRICES[name]
  found.set(model, { price })
  return price
}
