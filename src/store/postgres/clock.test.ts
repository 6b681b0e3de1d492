import { beforeEach, describe, expect, it } from 'vitest'
import { migratedDatabase } from '../../../test/support/postgres-database.ts'
import { openPostgres } from '../postgres.ts'
import { type DatabaseClock, databaseClock } from './clock.ts'

const START = Date.UTC(2026, 0, 1)

describe('the clock that nodes share', () => {
  let elapsed: number
  let clock: DatabaseClock

  beforeEach(() => {
    elapsed = 0
    clock = databaseClock(
      () => elapsed,
      () => START + elapsed,
    )
  })

  it("the shared clock is this machine's before the database was read", () => {
    elapsed = 1_500.7
    expect(clock.now()).toBe(START + 1_500)
  })

  it("the shared clock is the database's, counted on from the middle of the round trip", () => {
    elapsed = 100
    clock.read({ roundTripMs: 20, databaseAtMs: START + 3_600_000 })
    expect(clock.now()).toBe(START + 3_600_010)
    elapsed = 1_100
    expect(clock.now()).toBe(START + 3_601_010)
  })

  it('the shared clock takes the reading with the shortest round trip among the last ones', () => {
    elapsed = 1_000
    clock.read({ roundTripMs: 2, databaseAtMs: START + 1_999 })
    elapsed = 2_000
    clock.read({ roundTripMs: 300, databaseAtMs: START + 2_990 }) // the way back took nearly all of it
    expect(clock.now()).toBe(START + 3_000)
  })

  it('the shared clock does not go back after a more exact reading, and goes on once the time has come', () => {
    elapsed = 1_000
    clock.read({ roundTripMs: 400, databaseAtMs: START + 1_000 })
    expect(clock.now()).toBe(START + 1_200)
    clock.read({ roundTripMs: 2, databaseAtMs: START + 999 })
    expect(clock.now()).toBe(START + 1_200)
    elapsed = 1_300
    expect(clock.now()).toBe(START + 1_300)
  })

  it('the shared clock follows a database that another server has taken over, an hour back', () => {
    elapsed = 1_000
    clock.read({ roundTripMs: 2, databaseAtMs: START + 7_200_000 })
    expect(clock.now()).toBe(START + 7_200_001)
    elapsed = 2_000
    clock.read({ roundTripMs: 50, databaseAtMs: START + 3_600_000 })
    expect(clock.now()).toBe(START + 3_600_025)
  })

  it('a store on PostgreSQL provides the shared clock', async () => {
    const store = await openPostgres({ url: await migratedDatabase() })
    const now = store.clock.now()
    // The database runs on this machine.
    expect(Math.abs(now - Date.now())).toBeLessThan(500)
    expect(Number.isInteger(now)).toBe(true)
    await store.close()
  })
})
