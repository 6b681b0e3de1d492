/** What a call used, by the kinds for which providers charge. Kinds that are absent were not used. */
export interface Usage {
  /** All tokens of the request, those of the two next kinds among them. */
  inputTokens?: number
  /** Tokens that the provider found in its cache, and tokens that it put there. */
  cachedReadTokens?: number
  cachedWriteTokens?: number
  /** Part of those written to the cache: they stay there for an hour, which costs more than the usual five minutes. */
  cachedWriteHourTokens?: number
  /** All tokens of the answer, those of reasoning among them. */
  outputTokens?: number
  reasoningTokens?: number
  /** Part of the input and output tokens. */
  inputAudioTokens?: number
  outputAudioTokens?: number
  /** Part of the output tokens. */
  imageTokens?: number
  /** Characters of speech. */
  characters?: number
  /** Seconds of transcribed sound. */
  seconds?: number
  /** Uses of tools that run at the provider, which it charges beside the tokens: searches of the web and of files, containers for code. */
  webSearches?: number
  fileSearches?: number
  codeContainers?: number
  /** Tokens of pictures that a tool of the provider drew for the answer, and of what it read for them; no part of the tokens above. */
  toolImageTokens?: number
  toolImageInputTokens?: number
  /** How the provider says that it worked, where that changes the price of tokens. */
  serviceTier?: ServiceTier
  /** The provider did not report it: it was counted by the characters of request and answer. */
  isEstimated?: true
}

export const SERVICE_TIERS = ['priority', 'flex', 'fast'] as const
export type ServiceTier = (typeof SERVICE_TIERS)[number]

/** USD for a million of each. Audio and image tokens cost as others do unless a price is set for them. */
export interface ModelPrice {
  input?: number
  cachedRead?: number
  cachedWrite?: number
  cachedWriteHour?: number
  output?: number
  inputAudio?: number
  outputAudio?: number
  image?: number
  character?: number
  second?: number
  webSearch?: number
  /** A call that searched the web at all, however often. */
  searchedCall?: number
  fileSearch?: number
  codeContainer?: number
  toolImage?: number
  toolImageInput?: number
  /** USD for the call itself. */
  call?: number
  /** What the prices of tokens are multiplied by where the provider worked so; absent = 1. */
  priorityFactor?: number
  flexFactor?: number
  fastFactor?: number
}

/** A model name of the operator's own, or the way of one that providers have. */
export interface ModelSetting {
  /** The name that callers use; "*" at its end stands for any rest. */
  name: string
  /** The accounts that serve it. Empty = every account that serves a model of this name. */
  to: readonly ModelTarget[]
  /** Models that are tried after all of `to`. */
  fallback: readonly string[]
  price?: ModelPrice
}

export interface ModelTarget {
  /** The id or the name of an account. */
  account?: string
  provider?: string
  /** As the provider calls it; absent = as the caller did. */
  model?: string
  /** Its share among targets. */
  weight: number
}
