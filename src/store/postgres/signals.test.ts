import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migratedDatabase, onDatabase } from '../../../test/support/postgres-database.ts'
import { settle } from '../contract/moves.ts'
import { aCancel, aPayer, aTask, OPERATION, POOL, START, submitted } from '../contract/samples.ts'
import { openPostgres } from '../postgres.ts'
import type { Signal, Store } from '../store.ts'

const REVOKED: Signal = { kind: 'key', hash: 'hash of k1' }

/** Roles belong to the whole server, which other tests use as well. */
const role = `limited_${process.pid}_${Date.now()}`

describe('signals between nodes', () => {
  let url: string
  let here: Store
  let there: Store
  let heardHere: Signal[]
  let heardThere: Signal[]

  beforeEach(async () => {
    url = await migratedDatabase()
    here = await openPostgres({ url, maxConnections: 3 })
    there = await openPostgres({ url, maxConnections: 3 })
    await aPayer(here, { credit: 10_000_000 })
    heardHere = []
    heardThere = []
    here.onSignal((signal) => heardHere.push(signal))
    there.onSignal((signal) => heardThere.push(signal))
  })
  afterEach(async () => {
    await here.close()
    await there.close()
  })

  it('a signal reaches the node itself before the verb answers, once, and the other node', async () => {
    await here.revokeKey({ id: 'k1', now: START })
    expect(heardHere).toEqual([REVOKED])
    await expect.poll(() => heardThere).toEqual([REVOKED])
    // Notifications come in order: after this one, an echo of the first would have been here.
    await submitted(there, aTask())
    await expect.poll(() => heardHere).toContainEqual({ kind: 'pool', pool: POOL, operation: OPERATION })
    expect(heardHere.filter(({ kind }) => kind === 'key')).toEqual([REVOKED])
  })

  it('a signal says whether the node that hears it wrote the change', async () => {
    const own: boolean[] = []
    here.onSignal((_, isOwn) => own.push(isOwn))
    there.onSignal((_, isOwn) => own.push(isOwn))
    await here.revokeKey({ id: 'k1', now: START })
    await expect.poll(() => own).toEqual([true, false])
  })

  it('a verb that failed sends no signal', async () => {
    await expect(here.createTenant({ tenant: { id: 't1' } as never })).rejects.toThrow()
    expect(heardHere).toEqual([])
  })

  it('signals are sent after the commit: a verb is done although its notification cannot be sent', async () => {
    await onDatabase(url, async (client) => {
      await client.query('revoke execute on function pg_notify(text, text) from public')
      await client.query(`create role ${role} login`)
      await client.query(
        `grant pg_read_all_data, pg_write_all_data to ${role}; grant usage on schema public to ${role}`,
      )
    })
    const warnings: string[] = []
    const log = { info() {}, warn: (_: object, message: string) => void warnings.push(message) }
    const limited = new URL(url)
    limited.username = role
    const store = await openPostgres({ url: limited.href, log })
    const heard: Signal[] = []
    store.onSignal((signal) => heard.push(signal))
    expect(await store.revokeKey({ id: 'k1', now: START })).toBe(true)
    expect(heard).toEqual([REVOKED])
    await expect.poll(() => warnings.filter((message) => message.includes('by polling'))).toHaveLength(1)
    await store.close()
  })

  it('a notification that is not a signal is ignored, whoever sends it', async () => {
    await onDatabase(url, async (client) => {
      for (const payload of ['', '{', '[]', '17', '{"kind":"key"}', '[{"kind":"from","node":"another"}]']) {
        await client.query('select pg_notify($1, $2)', ['polyphony', payload])
      }
      // Of a node that does not say who it is.
      await client.query('select pg_notify($1, $2)', ['polyphony', JSON.stringify([REVOKED])])
    })
    await expect.poll(() => heardThere).toContainEqual(REVOKED)
    expect(heardThere).toEqual([REVOKED])
  })

  it('a signal reaches every listener although one of them throws', async () => {
    const later: Signal[] = []
    here.onSignal(() => {
      throw new Error('a listener with a fault')
    })
    here.onSignal((signal) => later.push(signal))
    await expect(here.revokeKey({ id: 'k1', now: START })).resolves.toBe(true)
    expect(later).toEqual([REVOKED])
  })

  it('the signals of a burst of verbs all arrive', async () => {
    const tasks = Array.from({ length: 60 }, () => aTask())
    await submitted(here, ...tasks)
    await Promise.all(tasks.map(({ id }) => settle(here, aCancel(id))))
    await expect
      .poll(() => new Set(heardThere.flatMap((signal) => (signal.kind === 'task' ? [signal.id] : []))))
      .toEqual(new Set(tasks.map(({ id }) => id)))
  })
})
