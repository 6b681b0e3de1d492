import { afterAll, afterEach, beforeAll, describe } from 'vitest'
import { accountsContract } from './contract/accounts.ts'
import { administrationContract } from './contract/administration.ts'
import { answersContract } from './contract/answers.ts'
import { assetsContract } from './contract/assets.ts'
import { attemptsContract } from './contract/attempts.ts'
import { batchesContract } from './contract/batches.ts'
import { callBatchesContract } from './contract/call-batches.ts'
import { callsContract } from './contract/calls.ts'
import { claimsContract } from './contract/claims.ts'
import { deliveriesContract } from './contract/deliveries.ts'
import { draftsContract } from './contract/drafts.ts'
import { fingerprintsContract } from './contract/fingerprints.ts'
import { historyContract } from './contract/history.ts'
import { instantsContract } from './contract/instants.ts'
import { lateContract } from './contract/late.ts'
import { ledgerContract } from './contract/ledger.ts'
import { libraryContract } from './contract/library.ts'
import { noticesContract } from './contract/notices.ts'
import { offersContract } from './contract/offers.ts'
import { openingContract } from './contract/opening.ts'
import { operatorContract } from './contract/operator.ts'
import { peopleContract } from './contract/people.ts'
import { pricesContract } from './contract/prices.ts'
import { progressContract } from './contract/progress.ts'
import { receiversContract } from './contract/receivers.ts'
import { aKey, aTenant, LAST_SIGNAL, START } from './contract/samples.ts'
import { settleContract } from './contract/settle.ts'
import { submitContract } from './contract/submit.ts'
import { tenantsContract } from './contract/tenants.ts'
import { waitingContract } from './contract/waiting.ts'
import type { Engine, Store } from './store.ts'

/** A database for tests: empty at first, and opened as often as a test needs. */
export interface Place {
  readonly engine: Engine
  open(): Promise<Store>
  /** Runs one statement on a connection of its own: for rows that no verb would write, and to read tables. */
  sql(text: string): Promise<Record<string, unknown>[]>
  /** Empties every table of the store. */
  empty(): Promise<void>
  remove(): Promise<void>
}

/** The parts that a test of the contract uses: an empty store, and the database behind it. */
export interface Bench {
  readonly store: Store
  readonly place: Place
}

/** The tables in the order in which `Place.empty` empties them: those that others refer to come last. */
export const TABLES = [
  'answers',
  'kept_items',
  'library',
  'shares',
  'price_rules',
  'api_keys',
  'balances',
  'tenants',
  'ledger_transactions',
  'tasks',
  'batches',
  'drafts',
  'task_counts',
  'lines',
  'accounts',
  'account_loads',
  'attempts',
  'assets',
  'deliveries',
  'receivers',
  'delivery_attempts',
  'storage_use',
  'fingerprints',
  'cost_rules',
  'price_revision',
  'notices',
  'audit',
  'allowances',
  'calls',
  'call_files',
  'call_batches',
  'call_batch_lines',
  'credentials',
  'invitations',
  'members',
  'passkeys',
  'people',
  'sessions',
  'two_factors',
  'verifications',
  'announcements',
  'balance_notices',
  'payments',
  'sign_in_attempts',
  'top_up_codes',
  'retention',
  'connections',
  'oauth_access_tokens',
  'oauth_client_assertions',
  'oauth_client_resources',
  'oauth_clients',
  'oauth_consents',
  'oauth_refresh_tokens',
  'oauth_resources',
] as const

/** A query of the names of those tables that have rows: most tests fill few, and a deletion costs more than a look. */
export function filledTables(tables: readonly string[]): string {
  return tables.map((table) => `select '${table}' as name where exists (select 1 from ${table})`).join(' union all ')
}

/** Every rule of the store, for either engine. A rule is a test here before it is code in one of them. */
export function storeContract(engine: string, makePlace: () => Promise<Place>): void {
  describe(`store on ${engine}`, () => {
    // One store serves all tests, emptied after each: a hundred openings would take longer than the tests.
    const bench = {} as { store: Store; place: Place }
    beforeAll(async () => {
      bench.place = await makePlace()
      bench.store = await bench.place.open()
    })
    afterEach(async () => {
      await bench.place.empty()
      await silence(bench.store)
      await bench.place.empty()
    })
    afterAll(async () => {
      await bench.store.close()
      await bench.place.remove()
    })

    describe('submitTasks', () => submitContract(bench))
    describe('claims', () => claimsContract(bench))
    describe('offers', () => offersContract(bench))
    describe('the queue of a pool', () => waitingContract(bench))
    describe('progress', () => progressContract(bench))
    describe('attempts', () => attemptsContract(bench))
    describe('callbacks and late results', () => lateContract(bench))
    describe('settle', () => settleContract(bench))
    describe('the library', () => libraryContract(bench))
    describe('batches', () => batchesContract(bench))
    describe('drafts', () => draftsContract(bench))
    describe('deliveries', () => deliveriesContract(bench))
    describe('receivers', () => receiversContract(bench))
    describe('accounts', () => accountsContract(bench))
    describe('assets', () => assetsContract(bench))
    describe('ledger', () => ledgerContract(bench))
    describe('tenants and keys', () => tenantsContract(bench))
    describe('fingerprints', () => fingerprintsContract(bench))
    describe('people', () => peopleContract(bench))
    describe('prices', () => pricesContract(bench))
    describe('calls', () => callsContract(bench))
    describe('batches of calls', () => callBatchesContract(bench))
    describe('kept answers', () => answersContract(bench))
    describe('notices', () => noticesContract(bench))
    describe('codes, payments and announcements', () => operatorContract(bench))
    describe('administration', () => administrationContract(bench))
    describe('history', () => historyContract(bench))
    describe('instants', () => instantsContract(bench))
    describe('opening', () => openingContract(makePlace))
  })
}

/** Waits until every signal so far has been heard, so that none reaches the next test: they come in order. */
async function silence(store: Store): Promise<void> {
  const hash = LAST_SIGNAL
  const heard = new Promise<void>((resolve) => {
    const stop = store.onSignal((signal) => {
      if (signal.kind !== 'key' || signal.hash !== hash) return
      stop()
      resolve()
    })
  })
  await store.createTenant({ tenant: aTenant('last') })
  await store.createKey({ key: aKey('last', 'last', { hash }) })
  await store.revokeKey({ id: 'last', now: START })
  await heard
}
