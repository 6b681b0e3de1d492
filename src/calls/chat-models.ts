import { type Caller, mayUse } from '../core/caller.ts'
import { PolyphonyError } from '../core/errors.ts'
import { fits } from '../core/model-name.ts'
import type { ModelPrice, ModelSetting } from '../core/usage.ts'
import type { CallMember, CallsOptions } from './calls.ts'
import { LISTED_MODELS } from './list-prices.ts'
import { listModels, type ModelRoute, routeModel } from './routing.ts'
import { inPool, priceOf } from './targets.ts'

/** A model that a caller can chat with now, and what it costs. */
export interface ChatModel {
  id: string
  /** The name of the provider that is tried first; null = the sandbox. */
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

/**
 * The language models that have an account and a price for this caller, by name. An account that serves a vendor's models by
 * the beginnings of their names stands for those of them that have a list price.
 */
export function chatModelsFor(
  options: Pick<CallsOptions, 'membersFor' | 'policyOf' | 'settings' | 'sandbox'>,
  caller: Caller,
): ChatModel[] {
  if (caller.mode === 'test') {
    const names = options.sandbox.models.filter((id) => isForChat(id, undefined) && mayUse(caller, id))
    return names.map((id) => ({ id, provider: null, price: {} }))
  }
  const members = options.membersFor(caller)
  return namesOf(members, options.settings).flatMap((id) => {
    const first = mayUse(caller, id) ? firstFor(options, caller, id, members) : undefined
    return first && isForChat(id, first.price) ? [{ id, ...first }] : []
  })
}

/**
 * The names of models that accounts have, without patterns: those that are set or that servers list, and of vendors whose
 * models an account serves by the beginnings of their names those with a list price.
 */
export function namesOf(members: readonly CallMember[], settings: readonly ModelSetting[]): string[] {
  const served = LISTED_MODELS.filter((id) => members.some(({ models }) => models.some((one) => fits(one, id))))
  return [...new Set([...listModels(members, settings), ...served])].sort()
}

/** Whether a call of a model would reach an account, at a known price. A name may be of a model that no list has. */
export function isUsable(
  options: Pick<CallsOptions, 'membersFor' | 'policyOf' | 'settings'>,
  caller: Caller,
  id: string,
) {
  return mayUse(caller, id) && firstFor(options, caller, id, options.membersFor(caller)) !== undefined
}

/** The provider that is tried first for a model, and its price; undefined without an account or a known price. */
function firstFor(
  { policyOf, settings }: Pick<CallsOptions, 'policyOf' | 'settings'>,
  caller: Caller,
  id: string,
  members: readonly CallMember[],
): Omit<ChatModel, 'id'> | undefined {
  const route = routeIfAny(id, members, settings)
  for (const target of route ? inPool(route.targets, policyOf(caller.tenantId)) : []) {
    const price = route && priceOf(route, target)
    if (price) return { provider: target.member.record.provider, price }
  }
  return undefined
}

/** The route of a model; undefined for one that no account has, such as an alias whose account is gone. */
function routeIfAny(
  model: string,
  members: readonly CallMember[],
  settings: readonly ModelSetting[],
): ModelRoute<CallMember> | undefined {
  try {
    return routeModel(model, members, settings)
  } catch (error) {
    if (error instanceof PolyphonyError) return undefined
    throw error
  }
}
