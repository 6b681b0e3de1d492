import type { ModelPrice } from '../core/usage.ts'

/** A model that a caller can chat with now, and what it costs. */
export interface ChatModel {
  id: string
  /** The name of the provider that is asked first; null = the sandbox. */
  provider: string | null
  price: ModelPrice
}

/**
 * Names of models that are for other work than words. Servers list all that they have under one address and say nothing of
 * what each is for; a name that says nothing either is taken for a model of words, as most are.
 */
const OTHER_WORK =
  /(?:^|[^a-z])(?:embed|embedding|embeddings|whisper|tts|transcribe|realtime|moderation|rerank|reranker|image|audio|dall|sora|bge|flite)(?:[^a-z]|$)/i

/** Whether a model with this name, at this price, can be one for chat. */
export function isForChat(name: string, price: ModelPrice | undefined): boolean {
  if (OTHER_WORK.test(name)) return false
  // What is paid for input alone, by characters or by seconds, answers no words.
  const kinds = Object.keys(price ?? {})
  return kinds.length === 0 || kinds.includes('output') || kinds.includes('call')
}
