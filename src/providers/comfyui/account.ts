import type { Account } from '../provider.ts'

export function keyOf({ settings }: Pick<Account, 'settings'>): Record<string, string> {
  return settings.apiKey ? { authorization: `Bearer ${settings.apiKey}` } : {}
}

/**
 * Whether the operator set the account up. Only such an account may read folders of this machine and open sockets that
 * do not go through `account.fetch`; a tenant's account must do neither.
 */
export function isOperatorOwned({ owner }: Pick<Account, 'owner'>): boolean {
  return owner === 'operator'
}
