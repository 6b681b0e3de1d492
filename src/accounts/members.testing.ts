import { type AccountRecord, DEFAULT_ACCOUNT } from '../core/account.ts'
import type { PoolPolicy } from '../core/tenant.ts'
import type { Provider } from '../providers/provider.ts'
import { aManifest } from './accounts-bench.testing.ts'
import { type BuiltInAccount, builtInMember, type Member } from './member.ts'
import type { Roster } from './routing.ts'

/** Accounts in memory, for tests that need no database. */

export const noFetch: typeof fetch = () => Promise.reject(new Error('The test calls no vendor.'))

export function aRecord(id: string, provider: string, given: Partial<AccountRecord> = {}): AccountRecord {
  return { ...DEFAULT_ACCOUNT, id, tenantId: null, provider, name: id, sealed: null, slots: 3, createdAt: 0, ...given }
}

/** A configured account; `problem` makes it one that cannot be used. */
export function aMember(
  provider: Provider,
  id: string,
  { problem = null, ...given }: Partial<AccountRecord> & { problem?: string | null } = {},
): Member {
  const record = aRecord(id, provider.id, given)
  const account = { id, provider: provider.id, owner: 'operator' as const, settings: {}, fetch: noFetch }
  const { operations } = provider
  const manifest = aManifest(provider)
  return { record, account, provider, manifest, operations, isBuiltIn: false, isFallback: false, problem }
}

export function aBuiltIn(given: BuiltInAccount): Member {
  return builtInMember(given, 1, noFetch)
}

export function aRoster(members: readonly Member[], policies: Record<string, Partial<PoolPolicy>> = {}): Roster {
  return {
    members: new Map(members.map((member) => [member.record.id, member])),
    policies: new Map(
      Object.entries(policies).map(([tenantId, policy]) => [
        tenantId,
        { defaultPool: 'private', fallsBack: false, ...policy },
      ]),
    ),
  }
}
