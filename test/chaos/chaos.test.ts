import { afterAll, beforeAll, expect, describe as group, it } from 'vitest'
import { type OwnPostgres, startOwnPostgres } from '../support/own-postgres.ts'
import type { Fault } from './faults/fault.ts'
import { killWhileSlow } from './faults/processes.ts'
import { manyFaults } from './faults/short.ts'
import { describe } from './report.ts'
import { runFault } from './run-fault.ts'
import type { Engine } from './world.ts'

/** The most telling faults, once each. `npm run test:chaos` tries all of them at length. */
const LIMIT_MS = 120_000

async function expectHeld(fault: Fault, engine: Engine, postgres?: OwnPostgres): Promise<void> {
  const outcome = await runFault(fault, { engine, seed: 20_261, rounds: 1, postgres })
  expect(outcome.breaches, describe(outcome)).toEqual([])
  expect(outcome.counts.completed).toBeGreaterThan(0)
}

// Most of their time is waiting, so both run at once.
group.concurrent('a gateway on SQLite', { timeout: LIMIT_MS }, () => {
  it('a gateway on SQLite keeps every promise when its process is killed while vendors answer slowly and send callbacks', () =>
    expectHeld(killWhileSlow, 'sqlite'))
})

group.concurrent('two gateways on PostgreSQL', { timeout: LIMIT_MS }, () => {
  let postgres: OwnPostgres
  beforeAll(async () => {
    postgres = await startOwnPostgres()
  })
  afterAll(() => postgres?.close())

  it('two gateways start at once on an empty PostgreSQL and keep every promise over kill, stop, pause and restart of it', () =>
    expectHeld(manyFaults, 'postgres', postgres))
})
