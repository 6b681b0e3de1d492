import { afterEach, beforeEach, describe } from 'vitest'
import { assetsContract } from './contract/assets.ts'
import { claimsContract } from './contract/claims.ts'
import { deliveriesContract } from './contract/deliveries.ts'
import { historyContract } from './contract/history.ts'
import { ledgerContract } from './contract/ledger.ts'
import { openingContract } from './contract/opening.ts'
import { progressContract } from './contract/progress.ts'
import { settleContract } from './contract/settle.ts'
import { submitContract } from './contract/submit.ts'
import { tenantsContract } from './contract/tenants.ts'
import type { Store } from './store.ts'

/** Somewhere that a database can be: empty at first, opened as often as a test likes. */
export interface Place {
  open(): Promise<Store>
  /** Runs SQL past the store, on a connection of its own: to plant what no verb would write, and to look. */
  sql(text: string): Promise<Record<string, unknown>[]>
  remove(): Promise<void>
}

/** What a test of the contract works with; made afresh for each. */
export interface Bench {
  readonly store: Store
  readonly place: Place
}

/** Every rule of the store, for either engine. A rule is a test here before it is code in one of them. */
export function storeContract(engine: string, makePlace: () => Promise<Place>): void {
  describe(`store on ${engine}`, () => {
    const bench = {} as { store: Store; place: Place } // filled before each test
    beforeEach(async () => {
      bench.place = await makePlace()
      bench.store = await bench.place.open()
    })
    afterEach(async () => {
      await bench.store.close()
      await bench.place.remove()
    })

    describe('submitTasks', () => submitContract(bench))
    describe('claims', () => claimsContract(bench))
    describe('progress', () => progressContract(bench))
    describe('settle', () => settleContract(bench))
    describe('deliveries', () => deliveriesContract(bench))
    describe('assets', () => assetsContract(bench))
    describe('ledger', () => ledgerContract(bench))
    describe('tenants and keys', () => tenantsContract(bench))
    describe('history', () => historyContract(bench))
    describe('opening', () => openingContract(bench, makePlace))
  })
}
