import { healthAfter } from '../core/account.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { accountPool, tenantPool } from '../core/pools.ts'
import type { PoolPolicy } from '../core/tenant.ts'
import type { ProviderManifest } from '../providers/provider.ts'
import type { AccountChange } from '../store/store.ts'
import { type Diagnosis, diagnose } from './diagnose.ts'
import { addAccount, changeOf, disabledBy, type EditParts, type ImportedAccount, writeChange } from './edit-account.ts'
import { healthOf } from './health-writes.ts'
import { getManagedAccount, listManagedAccounts, type ManagedAccount, type Manager } from './managed-account.ts'
import { removeAccount } from './remove-account.ts'
import { type TestOutcome, testAccount } from './test-account.ts'

/**
 * Adds, changes, tests and removes accounts. Bodies are in the words of the API. Every verb throws `not_found` where the
 * manager has no such account, `invalid_input`, naming the field, for input that breaks a rule, and `conflict` where the
 * state of the account does not allow it.
 */
export interface AccountAdmin {
  readonly manifests: readonly ProviderManifest[]
  list(by: Manager): Promise<ManagedAccount[]>
  get(id: string, by: Manager): Promise<ManagedAccount>
  /** Throws `forbidden` where a tenant has as many accounts as it may. */
  add(body: JsonObject, by: Manager, imported?: ImportedAccount): Promise<ManagedAccount>
  /** Fields of the credential that are not named stay as they are. A new credential ends the pause of the old one. */
  change(id: string, body: JsonObject, by: Manager): Promise<ManagedAccount>
  /** It finishes its running tasks and begins no new ones; tasks may still wait for it. */
  drain(id: string, by: Manager): Promise<ManagedAccount>
  resume(id: string, by: Manager): Promise<ManagedAccount>
  /** It finishes its running tasks, and routing ignores it. */
  disable(id: string, by: Manager): Promise<ManagedAccount>
  /** Ends every pause, too. */
  enable(id: string, by: Manager): Promise<ManagedAccount>
  /** Throws `conflict` while tasks run on it or wait for it. */
  remove(id: string, by: Manager): Promise<void>
  /** Makes the vendor's free call now; the state of the account follows from the answer. */
  test(id: string, by: Manager): Promise<TestOutcome>
  debug(id: string, by: Manager): Promise<Diagnosis>
  pool(tenantId: string): Promise<PoolPolicy>
  changePool(tenantId: string, change: Partial<PoolPolicy>): Promise<PoolPolicy>
}

export type AccountAdminOptions = EditParts

const LATEST_ATTEMPTS = 20

export function openAccountAdmin(options: AccountAdminOptions): AccountAdmin {
  const oneAtATime = inTurn()
  const setDraining = (id: string, by: Manager, isDraining: boolean) =>
    writeChange(options, id, by, () => ({ isDraining }))
  return {
    manifests: options.manifests,
    list: (by) => listManagedAccounts(options, by),
    get: (id, by) => getManagedAccount(options, id, by),
    // In turn, so that many at once do not pass the check of a tenant's count together.
    add: (body, by, imported) => oneAtATime(() => addAccount(options, body, by, imported)),
    async change(id, body, by) {
      if (Object.keys(body).length === 0) throw new PolyphonyError('invalid_input', 'The body names nothing to change.')
      return writeChange(options, id, by, (record) => changeOf(options, record, body, by))
    },
    drain: (id, by) => setDraining(id, by, true),
    resume: (id, by) => setDraining(id, by, false),
    disable: (id, by) => switchTo(options, id, by, { kind: 'disabled', reason: disabledBy(by) }),
    enable: (id, by) => switchTo(options, id, by, { kind: 'enabled' }),
    remove: (id, by) => removeAccount(options, id, by),
    test: (id, by) => testAccount(options, id, by),
    debug: (id, by) => debugAccount(options, id, by),
    pool: (tenantId) => poolOf(options, tenantId),
    async changePool(tenantId, change) {
      const { store, accounts } = options
      if (Object.keys(change).length > 0) await store.changeTenant({ id: tenantId, set: change })
      await accounts.refresh()
      return poolOf(options, tenantId)
    },
  }
}

function switchTo(
  parts: AccountAdminOptions,
  id: string,
  by: Manager,
  event: { kind: 'enabled' } | { kind: 'disabled'; reason: string },
): Promise<ManagedAccount> {
  return writeChange(parts, id, by, (record): AccountChange => healthOf(healthAfter(record, event, parts.clock.now())))
}

async function debugAccount(parts: AccountAdminOptions, id: string, by: Manager): Promise<Diagnosis> {
  const { store, accounts } = parts
  const account = await getManagedAccount(parts, id, by)
  const { tenantId, mode } = account
  const pools = [tenantId === null ? mode : tenantPool(tenantId), accountPool(account)]
  const [waiting, attempts] = await Promise.all([
    store.countWaiting({ pools }),
    store.listAttempts({ account: id, limit: LATEST_ATTEMPTS }),
  ])
  return diagnose(account, { waiting, attempts }, (text) => accounts.withoutSecrets(id, text))
}

async function poolOf({ store }: AccountAdminOptions, tenantId: string): Promise<PoolPolicy> {
  const tenant = await store.getTenant({ id: tenantId })
  if (!tenant) throw new PolyphonyError('not_found', `There is no tenant ${tenantId}.`)
  const { defaultPool, fallsBack } = tenant
  return { defaultPool, fallsBack }
}

/** Runs one job after the other, whether or not the one before succeeded. */
function inTurn(): <Result>(job: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve()
  return (job) => {
    const result = last.then(job, job)
    last = result
    return result
  }
}
