import type { Account } from '../provider.ts'

export function keyOf({ settings }: Pick<Account, 'settings'>): Record<string, string> {
  return settings.apiKey ? { authorization: `Bearer ${settings.apiKey}` } : {}
}

export function hasLanguageModel({ settings }: Pick<Account, 'settings'>): boolean {
  return settings.lm?.trim().toLowerCase() !== 'off'
}
