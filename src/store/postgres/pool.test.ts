import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migratedDatabase, onDatabase } from '../../../test/support/postgres-database.ts'
import { LIMITS, type Limits } from './limits.ts'
import { openPool, type Pool } from './pool.ts'
import { retrying } from './retry.ts'

describe('a pool of connections', () => {
  let url: string
  let pool: Pool

  beforeEach(async () => {
    url = await migratedDatabase()
    await onDatabase(url, (client) => client.query('create table rooms (id int primary key, guests int not null)'))
    await onDatabase(url, (client) => client.query('insert into rooms values (1, 0), (2, 0)'))
  })
  afterEach(() => pool.close())

  const open = (limits: Partial<Limits> = {}, takesLimits = false): Pool => {
    pool = openPool({ url, takesLimits, maxConnections: 1, limits: { ...LIMITS, ...limits }, onBroken() {} })
    return pool
  }
  const settingsOf = async (runner: Pool['db']) =>
    (
      await sql<{ name: string; setting: string }>`
        select name, setting from pg_settings
        where name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout') order by name`.execute(
        runner,
      )
    ).rows.map(({ setting }) => Number(setting))

  it('a transaction is limited without a setting that outlives it, so that a pooler may be between', async () => {
    open()
    expect(await pool.transaction((trx) => settingsOf(trx))).toEqual([2_000, 2_000, 4_000])
    expect(await settingsOf(pool.db)).toEqual([0, 0, 0])
    expect(await pool.query({ text: "select name from pg_settings where source = 'session'" })).toEqual([])
    expect(await pool.query({ text: 'select name from pg_prepared_statements' })).toEqual([])
  })

  it('every statement is limited if the server takes limits with the connection', async () => {
    open({ statementMs: 100 }, true)
    expect(await settingsOf(pool.db)).toEqual([2_000, 2_000, 100])
    await expect(retrying(pool, () => pool.query({ text: 'select pg_sleep(5)' }))).rejects.toMatchObject({
      code: 'store_unavailable',
    })
  })

  it('a connection that does not answer in time is destroyed, and another one opened', async () => {
    open({ answerMs: 200 })
    const [before] = await pool.query<{ pid: number }>({ text: 'select pg_backend_pid() as pid' })
    await expect(pool.query({ text: 'select pg_sleep(5)' })).rejects.toMatchObject({ name: 'OutcomeUnknown' })
    const [after] = await pool.query<{ pid: number }>({ text: 'select pg_backend_pid() as pid' })
    expect(after?.pid).not.toBe(before?.pid)
  })

  it('a transaction that takes too long as a whole is ended', async () => {
    open({ transactionMs: 300 })
    const slow = pool.transaction(async (trx) => {
      for (let n = 0; n < 20; n++) await sql`select pg_sleep(0.1)`.execute(trx)
    })
    await expect(slow).rejects.toMatchObject({ name: 'NoAnswer' })
    expect(await pool.query({ text: 'select 1 as one' })).toEqual([{ one: 1 }])
  })

  it('the wait for a free connection is limited', async () => {
    open({ connectMs: 200 })
    const { promise: isOver, resolve: end } = Promise.withResolvers<void>()
    const { promise: hasBegun, resolve: begin } = Promise.withResolvers<void>()
    const holding = pool.transaction(async () => {
      begin()
      await isOver
    })
    await hasBegun
    await expect(pool.query({ text: 'select 1' })).rejects.toMatchObject({ name: 'NoConnection' })
    end()
    await holding
  })

  it('a transaction that waited in vain for a lock is repeated', async () => {
    open({ lockMs: 100 })
    let tries = 0
    await onDatabase(url, async (client) => {
      await client.query('begin; update rooms set guests = 7 where id = 1')
      const adding = retrying(pool, () =>
        pool.transaction(async (trx) => {
          tries += 1
          await sql`update rooms set guests = guests + 1 where id = 1`.execute(trx)
        }),
      )
      await expect.poll(() => tries).toBeGreaterThan(1)
      await client.query('commit')
      await adding
    })
    expect(await pool.query({ text: 'select guests from rooms where id = 1' })).toEqual([{ guests: 8 }])
  })

  it('the rows of a transaction whose node is silent are freed', async () => {
    open({ idleInTransactionMs: 200 })
    const frozen = pool.transaction(async (trx) => {
      await sql`update rooms set guests = 9 where id = 1`.execute(trx)
      await onDatabase(url, (client) => client.query('update rooms set guests = 3 where id = 1'))
    })
    await expect(frozen).rejects.toThrow()
    expect(await pool.query({ text: 'select guests from rooms where id = 1' })).toEqual([{ guests: 3 }])
  })

  it('a statement whose answer was lost has an unknown outcome, unless it may be repeated', async () => {
    open()
    const text = 'select pg_terminate_backend(pg_backend_pid())'
    await expect(pool.query({ text })).rejects.toMatchObject({ name: 'OutcomeUnknown' })
    await expect(pool.query({ text, isRepeatable: true })).rejects.not.toMatchObject({ name: 'OutcomeUnknown' })
    expect(await pool.query({ text: 'select 1 as one' })).toEqual([{ one: 1 }])
  })

  it('named statements are prepared, unless a pooler loses them', async () => {
    open()
    const statement = { name: 'guests', text: 'select guests from rooms where id = $1', values: [1] }
    const prepared = () => pool.query({ text: 'select name from pg_prepared_statements' })
    expect(await pool.query(statement)).toEqual([{ guests: 0 }])
    expect(await prepared()).toEqual([{ name: 'guests' }])
    await pool.query({ text: 'deallocate all' })
    expect(await pool.query(statement)).toEqual([{ guests: 0 }])
    expect(await pool.query(statement)).toEqual([{ guests: 0 }])
    expect(await prepared()).toEqual([])
  })

  it('a pool closes while a statement runs', async () => {
    open()
    const running = pool.query({ text: 'select pg_sleep(20)' })
    const ended = expect(running).rejects.toThrow()
    await pool.close()
    await ended
    await expect(pool.query({ text: 'select 1' })).rejects.toMatchObject({ code: 'store_unavailable' })
  })
})
