import type { AccountRecord } from '../core/account.ts'
import type { Clock } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Store } from '../store/store.ts'
import type { Accounts, AccountView } from './accounts.ts'

/** Who manages accounts: the operator all of them, a tenant those that it connected. Others do not exist for it. */
export type Manager = 'operator' | { tenantId: string }

/** An account as its manager sees it, without its secrets. */
export interface ManagedAccount extends Omit<AccountRecord, 'sealed' | 'version' | 'troubles' | 'strikes'> {
  /** Where its credential is: sealed in the database, or in the environment of the server. */
  credential: 'stored' | 'environment'
  /** The fields that are not secret. */
  settings: Record<string, string>
  /** Catalogue ids. */
  operations: string[]
  /** False when it is misconfigured, whatever the vendor would say: `reason` says why. */
  isUsable: boolean
  running: number
  /** On this UTC day. */
  begunToday: number
}

export interface ManagedAccountParts {
  store: Store
  accounts: Accounts
  clock: Clock
  /** A command beside the server: the server's environment, with keys of its own, cannot be seen from here. */
  isOffline?: boolean
}

/** Throws `not_found` where the manager has no such account. */
export async function getRecord({ store }: ManagedAccountParts, id: string, by: Manager): Promise<AccountRecord> {
  const record = await store.getAccount({ id })
  if (!record || !isManagedBy(record, by)) throw new PolyphonyError('not_found', `There is no account ${id}.`)
  return record
}

/** Throws `not_found` where the manager has no such account. */
export async function getManagedAccount(parts: ManagedAccountParts, id: string, by: Manager): Promise<ManagedAccount> {
  const shown = await readState(parts)
  return shown(await getRecord(parts, id, by))
}

export async function listManagedAccounts(parts: ManagedAccountParts, by: Manager): Promise<ManagedAccount[]> {
  const shown = await readState(parts)
  const records = await parts.store.listAccounts(by === 'operator' ? {} : { tenantId: by.tenantId })
  return records.map(shown)
}

/** Reads what accounts run and how they are, and returns the function that shows one. */
async function readState(parts: ManagedAccountParts): Promise<(record: AccountRecord) => ManagedAccount> {
  const { store, accounts, clock } = parts
  await accounts.refresh()
  const loads = new Map((await store.listLoads({ now: clock.now() })).map((load) => [load.account, load]))
  const views = new Map(accounts.list().map((view) => [view.id, view]))
  return (record) => {
    const { running = 0, begunToday = 0 } = loads.get(record.id) ?? {}
    return { ...shownOf(parts, record, views.get(record.id)), running, begunToday }
  }
}

function shownOf(
  { accounts, isOffline }: ManagedAccountParts,
  record: AccountRecord,
  view: AccountView | undefined,
): Omit<ManagedAccount, 'running' | 'begunToday'> {
  const { sealed, version: _version, troubles: _troubles, strikes: _strikes, ...plain } = record
  const isElsewhere = sealed === null && isOffline === true
  const isUsable = isElsewhere || accounts.find(record.id) !== undefined
  const problem = view?.reason ?? `There is no provider "${record.provider}".`
  return {
    ...plain,
    reason: accounts.withoutSecrets(record.id, isUsable ? record.reason : problem),
    credential: sealed === null ? 'environment' : 'stored',
    settings: view?.settings ?? {},
    operations: view?.operations ?? [],
    isUsable,
  }
}

function isManagedBy({ tenantId }: AccountRecord, by: Manager): boolean {
  return by === 'operator' || tenantId === by.tenantId
}
