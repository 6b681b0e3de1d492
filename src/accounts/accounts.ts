import { PolyphonyError } from '../core/errors.ts'
import type { Mode } from '../core/task.ts'
import type { Account, Provider } from '../providers/provider.ts'

/** A provider as the operator set it up: with how many slots, and for which kind of key. */
export interface HouseAccount {
  provider: Provider
  mode: Mode
  slots: number
}

export interface PoolAccount extends Account {
  slots: number
}

/** The pools of accounts: which line an operation waits in, and who works it off. */
export interface Accounts {
  /** The pool for an operation. Throws `no_provider`, saying what to configure. */
  route(operation: string, mode: Mode): string
  pools(): { pool: string; accounts: PoolAccount[] }[]
  find(account: string): { account: Account; provider: Provider } | undefined
  /** Operations that can be had now with a key of this mode. */
  available(mode: Mode): Set<string>
}

/** House accounts, one a provider, in the operator's order: the first that performs an operation gets it. */
export function openAccounts(house: readonly HouseAccount[]): Accounts {
  const byId = new Map(
    house.map((one) => {
      const account: PoolAccount = { id: `house:${one.provider.id}`, provider: one.provider.id, slots: one.slots }
      return [account.id, { ...one, account }]
    }),
  )
  return {
    route(operation, mode) {
      for (const one of house) {
        if (one.mode === mode && one.provider.operations.has(operation)) return `house:${one.provider.id}`
      }
      const performers = [...new Set(house.map((one) => one.provider.id))].join(', ') || 'none'
      throw new PolyphonyError(
        'no_provider',
        `No configured provider performs ${operation} for ${mode} keys (configured: ${performers}). ` +
          'Configure a provider for it; docs/providers.md lists who performs what.',
      )
    },
    pools: () => [...byId.values()].map(({ account }) => ({ pool: account.id, accounts: [account] })),
    find(id) {
      const found = byId.get(id)
      return found && { account: found.account, provider: found.provider }
    },
    available: (mode) =>
      new Set(house.filter((one) => one.mode === mode).flatMap((one) => [...one.provider.operations])),
  }
}
