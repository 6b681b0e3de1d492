import type { Logger } from 'pino'
import { type AccountRecord, DEFAULT_ACCOUNT } from '../core/account.ts'
import type { Mode } from '../core/task.ts'
import type { Account, CallSide, Provider, ProviderManifest } from '../providers/provider.ts'
import { type EnvironmentAccount, environmentId } from './environment.ts'
import { hideSecrets } from './hide-secrets.ts'
import type { Vault } from './vault.ts'

/** A provider that runs in this process, as the operator set it up. */
export interface BuiltInAccount {
  provider: Provider
  /** The kind of key that it works for. */
  mode: Mode
  slots: number
  /** Used only for operations that no other account performs. */
  isFallback?: boolean
}

/** What a call to a provider needs. */
export interface UsableAccount {
  account: Account
  provider: Provider
  /** Replaced when the health of the account changes in this process. */
  record: AccountRecord
}

/** An account in memory, with its credential opened. */
export interface Member extends UsableAccount {
  /** Undefined for a built-in account. */
  manifest: ProviderManifest | undefined
  /** Catalogue ids. */
  operations: ReadonlySet<string>
  /** It runs in this process and has no row in the store. */
  isBuiltIn: boolean
  isFallback: boolean
  /** Why the account cannot be used as it is set up; null = it can. */
  problem: string | null
  /** The code of its provider could not be loaded; the next refresh tries it again. */
  isUnloaded?: true
}

export interface MemberParts {
  environment: readonly EnvironmentAccount[]
  vault: Vault
  fetchFor: (owner: 'operator' | 'tenant', tenantId?: string) => Account['fetch']
  /** Wraps the calls of a provider's accounts, to watch them. */
  watchFetch?: ((provider: string, fetch: Account['fetch']) => Account['fetch']) | undefined
  log: Logger
}

const NO_OPERATIONS: ReadonlySet<string> = new Set()

/** Ids of built-in accounts are in the attempts and pools of stored tasks, so their prefix must stay. */
export function builtInId(provider: string): string {
  return `house:${provider}`
}

export function builtInMember(
  { provider, mode, slots, isFallback = false }: BuiltInAccount,
  priority: number,
  fetch: Account['fetch'],
): Member {
  const id = builtInId(provider.id)
  const name = `${provider.id} in this process`
  const owned = { id, tenantId: null, provider: provider.id, name, sealed: null, createdAt: 0 }
  const record: AccountRecord = { ...DEFAULT_ACCOUNT, ...owned, slots, priority, mode }
  const account: Account = { id, provider: provider.id, owner: 'operator', settings: {}, fetch }
  const operations = provider.performs?.(account) ?? provider.operations
  return { record, account, provider, manifest: undefined, operations, isBuiltIn: true, isFallback, problem: null }
}

/** Opens the credential of a stored account. One that is set up wrongly gets a `problem`, so that all others still load. */
export function memberOf(
  record: AccountRecord,
  manifest: ProviderManifest,
  provider: Provider,
  parts: MemberParts,
): Member {
  const found = settingsOf(record, parts)
  const account = accountOf(record, 'settings' in found ? withDefaults(manifest, found.settings) : {}, parts)
  const member = { record, account, provider, manifest, isBuiltIn: false, isFallback: false }
  if ('problem' in found) return { ...member, operations: NO_OPERATIONS, problem: found.problem }
  try {
    const performed = provider.performs?.(account) ?? provider.operations
    const operations = new Set([...performed].filter((operation) => serves(record, operation)))
    return { ...member, operations, problem: null }
  } catch (error) {
    return { ...member, operations: NO_OPERATIONS, problem: problemOf(error, record, parts) }
  }
}

/** An account whose provider's code could not be loaded, so that all others still are. */
export function unloadedMember(
  record: AccountRecord,
  manifest: ProviderManifest,
  { error, parts }: { error: unknown; parts: MemberParts },
): Member {
  const provider: Provider = { id: manifest.id, operations: NO_OPERATIONS, submit: () => Promise.reject(error) }
  const problem = `The code of provider ${manifest.id} could not be loaded: ${problemOf(error, record, parts)}`
  const account = accountOf(record, {}, parts)
  const common = { record, account, provider, manifest, operations: NO_OPERATIONS }
  return { ...common, isBuiltIn: false, isFallback: false, problem, isUnloaded: true }
}

/** How an account answers calls; undefined where it only performs tasks. */
export function callSideOf({ manifest, provider }: Pick<Member, 'manifest' | 'provider'>): CallSide | undefined {
  return manifest ? manifest.calls : provider.calls
}

/** The text without the secrets of the account: some vendors repeat in an error the key that they were sent. */
export function withoutSecrets({ manifest, account }: Pick<Member, 'manifest' | 'account'>, text: string): string {
  return manifest ? hideSecrets(text, manifest, account.settings) : text
}

function accountOf(
  { id, provider, tenantId }: AccountRecord,
  settings: Record<string, string>,
  { fetchFor, watchFetch = (_provider, fetch) => fetch }: MemberParts,
): Account {
  const base = { id, provider, settings }
  if (tenantId === null) return { ...base, owner: 'operator', fetch: watchFetch(provider, fetchFor('operator')) }
  return { ...base, owner: 'tenant', fetch: watchFetch(provider, fetchFor('tenant', tenantId)) }
}

function settingsOf(
  record: AccountRecord,
  parts: MemberParts,
): { settings: Record<string, string> } | { problem: string } {
  if (record.sealed === null) {
    const found = parts.environment.find(({ provider }) => environmentId(provider) === record.id)
    return found ? { settings: found.settings } : { problem: 'Its key is no longer in the environment.' }
  }
  try {
    return { settings: parts.vault.open(record.id, record.sealed) }
  } catch (error) {
    return { problem: problemOf(error, record, parts) }
  }
}

function problemOf(error: unknown, { id }: AccountRecord, { log }: MemberParts): string {
  log.error({ err: error, account: id }, 'an account cannot be used')
  return error instanceof Error ? error.message : String(error)
}

function withDefaults({ fields }: ProviderManifest, settings: Record<string, string>): Record<string, string> {
  return Object.fromEntries(fields.map(({ name, default: fallback }) => [name, settings[name] || (fallback ?? '')]))
}

function serves(record: AccountRecord, operation: string): boolean {
  return record.serves === null || record.serves.some((one) => one === operation || operation.startsWith(`${one}/`))
}
